"""The program as somebody at a workstation runs it: in this process, in its own, in a terminal."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pexpect
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import terminal, warm
from support.database import Database
from support.keyboard import Keyboard
from support.screen import Screen
from support.waiting import PATIENCE

from crm.cli.app import App
from crm.cli.main import run_command
from crm.cli.output.console import Console
from crm.security import passwords
from crm.security.proofs import Exchange
from crm.security.tokens import Session
from crm.services.authentication import Login

REPOSITORY = Path(__file__).parents[2]
PASSWORD = "sous-le-pont-mirabeau"
PRESSED_AGAIN = 3  # seconds until somebody presses Ctrl-C once more


@dataclass(frozen=True)
class Ran:
    """What one command line did."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)

    def error(self) -> Any:
        """The error that it told as JSON."""
        return json.loads(self.err)["error"]

    def done(self) -> "Ran":
        """Itself, if it succeeded; what it said on stderr otherwise fails the test."""
        assert self.status == 0, self.err
        return self


class Workstation:
    """A home directory of its own that knows the company's database, and who is logged in.

    ``environ`` is all that the program sees, ``directory`` where it is run; tests may change both.
    """

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.home = home
        self.directory = home
        self.environ = {
            "EPICEVENTS_HOME": str(home),
            "EPICEVENTS_DATABASE_URL": url(database.app),
            "EPICEVENTS_LANG": "en",
            "TERM": "xterm",
        }

    @property
    def token_file(self) -> Path:
        """Where the session is kept."""
        return self.home / "session" / "token"

    def be(self, user_id: int) -> "Workstation":
        """Log an employee in without the cost of a password."""
        secret = self.database.session_of(user_id)
        ends = datetime.now(UTC) + timedelta(hours=1)
        return self._keep(Session(secret, user_id, ends, self.database.installation(), ""))

    def move(self, to: str) -> "Workstation":
        """Reach the company by another URL, for which somebody who is logged in has a token too."""
        session = App(_console(self.environ, ""), self.environ, self.directory).session()
        self.environ["EPICEVENTS_DATABASE_URL"] = to
        return self._keep(session)

    def _keep(self, session: Session) -> "Workstation":
        secret, user_id, ends, company, _place = session
        app = App(_console(self.environ, ""), self.environ, self.directory)
        none = Exchange(b"", b"", "")
        app.remember(Login(secret, user_id, ends, 0, False, company, none, b""))
        return self

    def give_password(self, *user_ids: int) -> None:
        """Let employees log in with :data:`PASSWORD`."""
        give_password(self.database, *user_ids)

    def run(self, *args: str, stdin: str = "") -> Ran:
        """Run one command line in this process, into pipes."""
        console = _console(self.environ, stdin)
        status = run_command(list(args), _Borrowing(self, console))
        return Ran(status, _text(console.out.stream), _text(console.err.stream))

    def look(self, *args: str, width: int = 80, color: bool = False) -> str:
        """Run one command line in this process, and return what a terminal is sent."""
        with Screen(width, height=200) as screen:
            console = screen.console(environ=self.environ, color="always" if color else "never")
            run_command(list(args), _Borrowing(self, console))
            return screen.text

    def process(
        self,
        *args: str,
        stdin: str = "",
        environ: Mapping[str, str] | None = None,
        cold: bool = False,
    ) -> Ran:
        """Run one command line in a process of its own, into pipes.

        It is forked (see :mod:`support.warm`), unless ``cold`` or Python's own environment asks
        for a start from nothing.
        """
        there = self._environ() | dict(environ or {})
        if not cold and warm.can_run([*warm.COLD, *args], there):
            return Ran(*warm.communicate(args, there, self.directory, stdin))
        done = subprocess.run(
            [*warm.COLD, *args],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=there,
            cwd=self.directory,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def terminal(
        self, *args: str, width: int = 80, term: str = "dumb"
    ) -> "AbstractContextManager[pexpect.spawn[str]]":
        """Run one command line in a process of its own, in a real terminal to type into.

        Unless ``term`` is another, it cannot move its cursor, so that what is said comes as it is;
        see ``keyboard``.
        """
        return self._spawn([*warm.COLD, *args], width, term)

    def keyboard(self, *args: str, width: int = 80) -> Keyboard:
        """Run one command line in a process of its own, in a terminal with a screen."""
        return Keyboard(
            [*warm.COLD, *args],
            environ={"LC_ALL": "C.UTF-8", **self._environ()},
            directory=self.directory,
            width=width,
        )

    def shell(self, script: str, width: int = 80) -> "AbstractContextManager[pexpect.spawn[str]]":
        """Run a line of bash in a real terminal; ``epicevents`` in it is the program."""
        program = f'epicevents() {{ "{sys.executable}" -m crm "$@"; }}'
        return self._spawn(["bash", "-c", f"{program}; {script}"], width)

    @contextmanager
    def _spawn(
        self, words: list[str], width: int, term: str = "dumb"
    ) -> "Iterator[pexpect.spawn[str]]":
        child = terminal.spawn(words, self._environ() | {"TERM": term}, self.directory, width, 50)
        try:
            yield child
        finally:
            terminal.close(child)

    def _environ(self) -> dict[str, str]:
        return {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **self.environ}


class _Borrowing(App):
    """One run of the program, over the connection that the run before it has left behind."""

    def __init__(self, workstation: Workstation, console: Console) -> None:
        super().__init__(console, workstation.environ, workstation.directory)
        self._database = workstation.database

    @property
    def connection(self) -> Connection:
        """The connection of the company's database, or to wherever the settings lead."""
        there = url(self._database.app)
        if not self.is_connected and self.settings.database_url == there:
            self._connection, self._connected_to = self._database.borrow("app"), there
            self._installation = ""
        return super().connection

    def close(self) -> None:
        """Leave the connection behind."""
        if self._connection is not None and self._connected_to == url(self._database.app):
            self._database.give_back("app", self._connection)
            self._connection = None
        super().close()


def give_password(database: Database, *user_ids: int) -> None:
    """Let employees log in with :data:`PASSWORD`."""
    with database.borrowed_owner() as cursor:
        cursor.execute(
            "UPDATE users SET hashed_password = %s, must_change_password = false"
            " WHERE id = ANY(%s)",
            (_hashed(), list(user_ids)),
        )


def finish(child: "pexpect.spawn[str]") -> tuple[int, str]:
    """Wait for a program in a terminal to end; return its status and what it said last."""
    child.expect(pexpect.EOF)
    said = (child.before or "").replace("\r\n", "\n")
    child.wait()
    terminal.close(child)
    return (child.exitstatus if child.exitstatus is not None else -(child.signalstatus or 0)), said


def interrupt(child: "pexpect.spawn[Any]", number: signal.Signals | None = None) -> tuple[int, str]:
    """Press Ctrl-C until a program in a terminal ends, as a person does; return what finish does.

    With a ``number`` that signal is sent instead, as often.

    Python sees a signal in the instant between a question and the wait for its answer only at the
    next key. On a busy machine that instant is long.
    """
    said = ""
    for _time in range(round(PATIENCE / PRESSED_AGAIN)):
        if number is None:
            child.sendintr()
        else:
            child.kill(number)
        ended = child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=PRESSED_AGAIN) == 0
        said += child.before or ""
        if ended:
            break
    return finish(child)[0], said


def answer(child: "pexpect.spawn[Any]", question: str, typed: str) -> None:
    """Wait for a question at a terminal, and type a line."""
    child.expect_exact(question)
    child.sendline(typed)


def url(parameters: Mapping[str, str]) -> str:
    """Return the URL that means libpq's ``parameters``."""
    names = f"{quote(parameters['user'], safe='')}@/{quote(parameters['dbname'], safe='')}"
    rest = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in parameters.items()
        if name not in {"user", "dbname"}
    )
    return f"postgresql://{names}?{rest}"


def _console(environ: Mapping[str, str], stdin: str) -> Console:
    return Console(
        stdin=io.StringIO(stdin), stdout=io.StringIO(), stderr=io.StringIO(), environ=environ
    )


def _text(stream: object) -> str:
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


@cache
def _hashed() -> str:
    return passwords.hash_password(PASSWORD)

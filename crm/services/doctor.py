"""Examining the server, the data and this workstation: each check's result, nothing changed."""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

from crm.database.administrator import OWNER
from crm.database.errors import translate_errors
from crm.database.provisioning import LOGIN_SETTINGS
from crm.database.revision import SCHEMA_REVISION
from crm.database.upgrades import read_schema_revision, require_schema
from crm.database.verification import find_weaker_mode, is_remote
from crm.domain.errors import CRMError, DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.queries.doctor import SERVER, SETTINGS, Check, find_faults
from crm.queries.doctor_data import DATA as DATA
from crm.queries.doctor_guards import GUARDS
from crm.queries.doctor_needs import NEEDS
from crm.queries.doctor_rights import RIGHTS

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.settings import Settings

TOLERANCE = timedelta(minutes=1)  # that clocks may differ

NAMED = 5  # faults that a sentence names

REACH = Check(
    "reach",
    lambda: _("The server can be reached"),
    lambda: "{found}",
    lambda: _("Nothing else on the server was checked."),
    lambda: _("Check the address: epicevents config"),
)
TLS = Check(
    "tls",
    lambda: _("The connection over the network is encrypted"),
    lambda: _("The connection to {found} is not encrypted."),
    lambda: _("Anybody on the network can read every record and take over sessions."),
    lambda: _("Enable TLS on the server, and remove sslmode from EPICEVENTS_DATABASE_URL."),
)
VERIFIED = Check(
    "tls_verified",
    lambda: _("The server on the network is verified by its certificate"),
    lambda: _("The server at {found} is not verified."),
    lambda: _("Somebody on the network can pose as it and take over sessions."),
    lambda: _(
        "Remove sslmode from EPICEVENTS_DATABASE_URL. If the server has a private certificate, "
        "run: epicevents join"
    ),
)
CLOCK = Check(
    "clock",
    lambda: _("This workstation's clock agrees with the server's"),
    lambda: _("This workstation's clock differs from the server's by {found}."),
    lambda: _("Sessions end too early or too late here, and “today” may be the wrong day."),
    lambda: _("Correct the wrong clock, preferably with network time."),
    "SELECT clock_timestamp()",
)
REVISION = Check(
    "schema_revision",
    lambda: _("The schema fits this program"),
    lambda: _("The schema has revision {found}, but this program needs {value}."),
    lambda: _("Commands refuse to work with it."),
    lambda: _(
        "If the schema is older, run: epicevents db upgrade. If it is newer, install the "
        "newer program."
    ),
    "SELECT version_num FROM alembic_version",
)
CONNECTION = (TLS, VERIFIED, CLOCK)
OBJECTS = (*RIGHTS, *NEEDS, *GUARDS)
CATALOGUE = (*SETTINGS, *OBJECTS)


def _private_check(name: str, holds: Callable[[], str]) -> Check:
    return Check(
        name,
        holds,
        lambda: _("Other users of this machine can access {found}."),
        lambda: _("Somebody who reads it can act in your name or learn the database's address."),
        lambda: _("Protect it: chmod go-rwx PATH. Move away files that are not yours."),
    )


HOME = _private_check("home_private", lambda: _("The home directory is private"))
TOKEN = _private_check("token_private", lambda: _("The session's token is private"))
KEY = _private_check("key_private", lambda: _("The signing key is private"))
CONFIG = _private_check("config_private", lambda: _("config.env is private"))
WORKSTATION = (HOME, TOKEN, KEY, CONFIG)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a check: ``ok``, or not, or None where it could not be made.

    ``found`` are its faults, ``reason`` and ``hint`` why it could not be made and what would help;
    ``refused`` says that the server did not let it be made, which is no good sign.
    """

    check: Check
    ok: bool | None
    found: list[str] = field(default_factory=list)
    login: str = ""
    reason: str | None = None
    hint: str | None = None
    refused: bool = False

    @property
    def what(self) -> str:
        """What holds or should hold; what is wrong, where something is."""
        return self._say(self.check.fault if self.ok is False else self.check.holds)

    @property
    def why(self) -> str | None:
        """What a fault means, or why nothing is known."""
        return self._say(self.check.why) if self.ok is False else self.reason

    @property
    def then(self) -> str | None:
        """What to do next."""
        return self.hint or (self._say(self.check.then) if self.ok is False else None)

    @property
    def sql(self) -> str | None:
        """The query that shows it."""
        return cleandoc(self.check.sql) or None

    @property
    def sql_as(self) -> str | None:
        """As whom the query shows it: others have other rights and settings, or see no rows."""
        if not self.check.sql:
            return None
        return OWNER if self.check in DATA else self.login or None

    def _say(self, sentence: Callable[[], str]) -> str:
        named = self.found[:NAMED] + ["…"] * (len(self.found) > NAMED)
        return sentence().format(
            found=", ".join(named),
            login=self.login,
            name=self.check.name,
            value=SCHEMA_REVISION
            if self.check is REVISION
            else LOGIN_SETTINGS.get(self.check.name, ""),
        )


def examine_server(tx: "Transaction", now: Callable[[], datetime]) -> list[Result]:
    """Examine the server as the program's own login, which need not act for anybody.

    ``now`` tells this workstation's time, naive UTC. Of a schema of another revision only that is
    known, also where this program may work with it.
    """
    results = [Result(REACH, True), *_examine(tx, SERVER), *_tls(tx), _clock(tx, now)]
    revision = _revision(tx)
    if read_schema_revision(tx) == SCHEMA_REVISION:
        return [*results, revision, *_examine(tx, CATALOGUE)]
    reason = _("The schema has another revision.")
    return [*results, revision, *_examine(tx, SETTINGS), *report_unknown(OBJECTS, reason)]


def examine_data(tx: "Transaction") -> list[Result]:
    """Prove the data, for somebody who is logged in or as the owner."""
    results = _examine(tx, DATA)
    # Whose session has ended meanwhile sees nothing, which proves nothing.
    if tx.value("SELECT row_security_active('users') AND employee_id() IS NULL"):
        return report_unknown(DATA, _("the session has ended"))
    return results


def examine_rights(tx: "Transaction") -> list[Result]:
    """Examine roles' rights and what guards the rows, as the program's own login."""
    return _examine(tx, OBJECTS)


def report_unreachable(error: CRMError) -> list[Result]:
    """Return the results of a server that cannot be reached."""
    return [
        Result(REACH, False, [error.message], hint=error.hint),
        *report_unknown((*SERVER, *CONNECTION, REVISION, *CATALOGUE), error.message),
    ]


def report_unknown(checks: Iterable[Check], reason: str, hint: str | None = None) -> list[Result]:
    """Return the results of checks that could not be made."""
    return [Result(check, None, reason=reason, hint=hint) for check in checks]


def examine_workstation(settings: "Settings") -> list[Result]:
    """Examine who else on this machine can read the program's files."""
    from crm.settings.files import HOME_FILE

    home, token = settings.home, settings.token_file
    directory = home / "session"
    return [
        # Entering is not reading: root's embedded server, which is another user, passes through.
        _files(HOME, [home], mask=0o066),
        _files(TOKEN, [token, *([directory] if token.parent == directory else [])]),
        _files(KEY, [directory / "key"]),
        _files(CONFIG, [home / HOME_FILE]),
    ]


def _examine(tx: "Transaction", checks: Iterable[Check]) -> list[Result]:
    login = str(tx.value("SELECT session_user"))
    results = []
    for check in checks:
        tx.execute("SAVEPOINT examination")
        try:
            with translate_errors():
                found = find_faults(tx, check)
        except CRMError as error:
            # One check that may not be made says so and does not hide the others.
            tx.execute("ROLLBACK TO SAVEPOINT examination")
            reason, hint = error.message, error.hint
            results.append(Result(check, None, reason=reason, hint=hint, refused=True))
        else:
            results.append(Result(check, not found, found, login))
    return results


def _tls(tx: "Transaction") -> list[Result]:
    """Tell a connection that others cannot read from a server that nobody can pass for."""
    connected = tx.connection.info
    parameters = connected.dsn_parameters
    if not is_remote(parameters):
        return [Result(TLS, True), Result(VERIFIED, True)]
    host = parameters.get("host") or connected.host
    verified = connected.ssl_in_use and find_weaker_mode(parameters) is None
    return [
        Result(check, ok, [] if ok else [host])
        for check, ok in ((TLS, bool(connected.ssl_in_use)), (VERIFIED, verified))
    ]


def _clock(tx: "Transaction", now: Callable[[], datetime]) -> Result:
    before = now()
    there = tx.value("SELECT timezone('utc', clock_timestamp())")
    after = now()
    off = before - there if before > there else min(after - there, timedelta())
    if abs(off) > TOLERANCE:
        return Result(CLOCK, False, [f"{off.total_seconds():+.0f} s"])
    return Result(CLOCK, True)


def _revision(tx: "Transaction") -> Result:
    try:
        require_schema(tx)
    except DatabaseUnavailable:
        # It is an answer here, not a failure: which revision the schema has.
        return Result(REVISION, False, [read_schema_revision(tx) or _("none")])
    return Result(REVISION, True)


def _files(check: Check, paths: Iterable[Path], *, mask: int = 0o077) -> Result:
    if os.name != "posix":
        return report_unknown([check], _("this system has no such file permissions"))[0]
    found = []
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            # Made at the first login; nothing to look at before.
            continue
        except OSError as error:
            # Its directory may be closed to us: unknown is not wrong.
            return report_unknown([check], str(error.strerror))[0]
        if status.st_mode & mask or status.st_uid != os.geteuid():
            found.append(f"{path} ({stat.filemode(status.st_mode)})")
    return Result(check, not found, found)

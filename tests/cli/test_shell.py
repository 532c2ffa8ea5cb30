"""The shell: typed into, and run from a pipe."""

import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from support.cli import PASSWORD, REPOSITORY, Workstation
from support.company import Company
from support.keyboard import Keyboard
from support.services import wait_for_a_row
from support.timing import fastest, holds_once

from crm.cli.app import App
from crm.cli.main import run_shell_line
from crm.cli.output.console import Console
from crm.database.provisioning import LOGIN
from crm.queries.client import LISTING
from crm.queries.listing import Request
from crm.queries.pages import read_page

Open = Callable[..., Keyboard]
CTRL_C, CTRL_D, CTRL_R = "\x03", "\x04", "\x12"
SOPHIE = "Sophie Simon (SALES) >"


@pytest.fixture
def opened(workstation: Workstation) -> Iterator[Open]:
    """Return what opens a shell in a terminal."""
    keyboards = []

    def open_(*options: str, width: int = 80) -> Keyboard:
        keyboard = Keyboard(
            (sys.executable, "-m", "crm", *options, "shell"),
            environ={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(REPOSITORY),
                "LC_ALL": "C.UTF-8",
                **workstation.environ,
            },
            directory=workstation.home,
            width=width,
        )
        keyboards.append(keyboard)
        return keyboard

    yield open_
    for keyboard in keyboards:
        keyboard.close()


@pytest.fixture
def patient_with_locks(workstation: Workstation) -> None:
    """The program waits for a lock longer than a test does."""
    owner = workstation.database.owner()
    for setting in ("lock_timeout", "statement_timeout"):
        owner.cursor().execute(
            f"RESET ROLE; ALTER ROLE {LOGIN} IN DATABASE {workstation.database.name}"
            f" SET {setting} = '10min'"
        )
    owner.close()


@pytest.fixture
def shell(workstation: Workstation, company: Company, opened: Open) -> Keyboard:
    """A shell of somebody in SALES, at its prompt."""
    workstation.database.lend = False
    workstation.be(company.sales)
    keyboard = opened()
    keyboard.sees(SOPHIE)
    return keyboard


def history(workstation: Workstation) -> list[str]:
    """Return the lines that are remembered."""
    text = (workstation.home / "history").read_text("utf-8")
    return [line[1:] for line in text.splitlines() if line.startswith("+")]


# Typed into


FIRST_SCREEN = """\
Tab completes, help explains, exit leaves the shell.
Sophie Simon (SALES) > client list --fields id,full_name,sales_contact
ID  Name              Sales
────────────────────────────────────
 3  Jean O'Brien      Samuel Sanchez
 2  Kevin Casey       Sophie Simon
 1  Éléonore Lefèvre  Sophie Simon
Sophie Simon (SALES) > epicevents contract list --count
5
Sophie Simon (SALES) >"""


def test_the_shell_says_who_one_is_and_runs_commands(shell: Keyboard) -> None:
    shell.type("client list --fields id,full_name,sales_contact\r")
    shell.sees("Jean O'Brien")
    shell.at(SOPHIE)
    shell.type("epicevents contract list --count\r")
    shell.sees("\n5")
    assert shell.becomes(FIRST_SCREEN) == FIRST_SCREEN


def test_tab_takes_the_first_candidate_and_then_the_next(shell: Keyboard) -> None:
    shell.type("con")
    shell.sees("Contracts, signatures and payments")
    shell.type("\t")
    shell.sees("> config")
    shell.type("\t")
    shell.sees("> contract")


def test_tab_is_not_overtaken_by_what_is_typed_after_it(shell: Keyboard) -> None:
    shell.type("contr\t sh\t 3 --js\t\r")
    shell.sees('{"id": 3')


def test_records_are_completed_with_what_they_are(shell: Keyboard) -> None:
    shell.type("client show lefe")
    shell.sees("eleonore@lefevre.example  Éléonore Lefèvre, Lefèvre & Fils")
    shell.type("\t")
    shell.sees("> client show eleonore@lefevre.example")
    shell.type("\r")
    shell.sees("Mariage d'Éléonore")


def test_a_quoted_word_is_replaced_whole(shell: Keyboard) -> None:
    shell.type("client list --sales 'samuel sa")
    shell.sees("Samuel Sanchez, Sales")
    shell.type("\t --count\r")
    shell.sees("\n1")


def test_a_failed_command_does_not_end_it(shell: Keyboard) -> None:
    shell.type("client show 99\r")
    shell.sees("Error: Client 99 does not exist.")
    shell.at(SOPHIE)
    shell.type("client show 'x\r")
    shell.sees("Error: A quotation mark is not closed")
    shell.at(SOPHIE)
    shell.type("nonsense\r")
    shell.sees("Error: Unknown command “nonsense”.")
    shell.at(SOPHIE)
    shell.type("client list --count\r")
    shell.sees("\n3")
    shell.at(SOPHIE)
    shell.type("exit\r")
    assert shell.ends() == 0


def test_ctrl_c_clears_the_line_and_ctrl_d_leaves(shell: Keyboard) -> None:
    shell.type("client delete 3 --yes")
    shell.calm()
    shell.type(CTRL_C)
    shell.sees(f"--yes\n{SOPHIE}")
    shell.at(SOPHIE)
    shell.type("client list --count\r")
    shell.sees("\n3")
    shell.at(SOPHIE)
    shell.type(CTRL_D)
    assert shell.ends() == 0


@pytest.mark.parametrize("word", ["exit", "quit", " exit "])
def test_it_is_left_by_a_word(word: str, shell: Keyboard) -> None:
    shell.type(f"{word}\r")
    assert shell.ends() == 0


def test_ctrl_c_at_a_question_goes_back_to_the_line(shell: Keyboard) -> None:
    shell.type("client create --full-name X\r")
    shell.sees("Email")
    shell.type(CTRL_C)
    shell.at(SOPHIE)
    shell.type("client list --count\r")
    shell.sees("\n3")


def test_pasted_lines_run_one_after_the_other(shell: Keyboard) -> None:
    shell.calm()
    shell.type("\x1b[200~# a comment\nclient list --count\nuser list \\\n  --count\x1b[201~\r")
    shell.sees("\n3\n6")


def test_the_history_is_searched_and_kept(
    shell: Keyboard, workstation: Workstation, opened: Open
) -> None:
    shell.type("client list --count\r")
    shell.sees("\n3")
    shell.at(SOPHIE)
    shell.type("user list --count\r")
    shell.sees("\n6")
    shell.at(SOPHIE)
    shell.type("exit\r")
    assert shell.ends() == 0
    again = opened()
    again.sees(SOPHIE)
    again.type(f"{CTRL_R}cli")
    again.sees("(reverse-i-search)`cli': client list --count")
    again.type("\r")
    again.sees("> client list --count")
    assert history(workstation) == ["client list --count", "user list --count", "exit"]
    mode = (workstation.home / "history").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_history_holds_no_secret(
    workstation: Workstation, company: Company, opened: Open
) -> None:
    workstation.give_password(company.sales)
    shell = opened()
    shell.sees("Email: ".rstrip())
    shell.type("sophie@epicevents.example\r")
    shell.sees("Password:")
    shell.type(f"{PASSWORD}\r")
    shell.sees(SOPHIE)
    shell.type("join --database-url postgresql://me:hunter2@db.example/x\r")
    shell.sees("can read a password on the command line")
    shell.at(SOPHIE)
    shell.type(" client show 1 --json\r")
    shell.sees('"full_name"')
    shell.at(SOPHIE)
    shell.type("logout\r")
    shell.sees("nobody >")
    text = (workstation.home / "history").read_text("utf-8")
    assert PASSWORD not in text
    assert "hunter2" not in text
    assert history(workstation) == ["logout"]


def test_a_history_that_cannot_be_kept_is_done_without(
    workstation: Workstation, company: Company, opened: Open
) -> None:
    workstation.be(company.sales)
    elsewhere = workstation.home / "elsewhere"
    elsewhere.write_text("precious")
    (workstation.home / "history").symlink_to(elsewhere)
    shell = opened()
    shell.sees(SOPHIE)
    shell.type("client list --count\r")
    shell.sees("\n3")
    assert elsewhere.read_text() == "precious"


def end_sessions(workstation: Workstation) -> None:
    """Let every session expire."""
    owner = workstation.database.owner()
    owner.cursor().execute(
        "UPDATE sessions SET created_at = created_at - interval '2 days',"
        " expires_at = created_at - interval '1 day'"
    )
    owner.close()


def test_a_session_that_ends_asks_for_the_password_and_goes_on(
    shell: Keyboard, workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.sales)
    end_sessions(workstation)
    shell.type("client list --count\r")
    shell.sees("Password:")
    shell.type(f"{PASSWORD}\r")
    shell.sees("\n3")
    shell.at(SOPHIE)


def test_who_does_not_log_in_again_is_nobody(
    shell: Keyboard, workstation: Workstation, company: Company
) -> None:
    end_sessions(workstation)
    shell.type("client list --count\r")
    shell.sees("Password:")
    shell.type(CTRL_C)
    shell.sees("nobody >")
    shell.type("help exit-codes\r")
    shell.sees("Exit codes")


def test_the_prompt_follows_who_is_logged_in(
    shell: Keyboard, workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.manager)
    shell.type("login marie@epicevents.example\r")
    shell.sees("Password:")
    shell.type(f"{PASSWORD}\r")
    shell.sees("Marie Martin (MANAGEMENT) >")
    shell.type("logout\r")
    shell.sees("nobody >")


def backends(workstation: Workstation) -> list[int]:
    """Return the processes of the server that serve the program."""
    owner = workstation.database.owner()
    cursor = owner.cursor()
    cursor.execute("RESET ROLE")
    cursor.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        (workstation.database.name,),
    )
    found = [row[0] for row in cursor.fetchall()]
    owner.close()
    return found


def test_one_connection_serves_commands_and_completion(
    shell: Keyboard, workstation: Workstation
) -> None:
    before = backends(workstation)
    assert len(before) == 1
    shell.type("client show lefe")
    shell.sees("Éléonore Lefèvre, Lefèvre & Fils")
    shell.type("\t\r")
    shell.sees("Mariage d'Éléonore")
    assert backends(workstation) == before


def test_a_connection_that_was_closed_is_replaced(
    shell: Keyboard, workstation: Workstation
) -> None:
    (backend,) = backends(workstation)
    owner = workstation.database.owner()
    owner.cursor().execute("RESET ROLE; SELECT pg_terminate_backend(%s)", (backend,))
    owner.close()
    shell.type("client list --count\r")
    shell.sees("\n3")
    assert "Error" not in shell.screen


@pytest.mark.usefixtures("patient_with_locks")
def test_a_table_that_is_locked_holds_up_no_typing(
    shell: Keyboard, workstation: Workstation
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
    shell.type("client show lefe\t")
    shell.type(f"{CTRL_C}help exit-codes\r")
    shell.sees("Stopped by Ctrl-C.")
    owner.close()


@pytest.mark.usefixtures("patient_with_locks")
def test_ctrl_c_cancels_a_query_and_the_shell_goes_on(
    shell: Keyboard, workstation: Workstation
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
    shell.type("client list --count\r")
    waits(workstation)
    shell.type(CTRL_C)
    shell.sees("Warning: The query was cancelled; nothing was changed.")
    owner.close()
    shell.type("client list --count\r")
    shell.sees("\n3")


def test_ctrl_c_cancels_a_query_outside_the_shell_too(sales: Workstation) -> None:
    owner = sales.database.owner()
    owner.cursor().execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
    with sales.keyboard("client", "update", "kevin", "--phone", "0612345678") as keyboard:
        waits(sales)
        keyboard.type(CTRL_C)
        assert keyboard.ends() == 130
        assert "The query was cancelled; nothing was changed." in keyboard.screen
        assert "Traceback" not in keyboard.screen
    owner.close()


def waits(workstation: Workstation) -> None:
    """Wait until a query of the program waits for a lock."""
    owner = workstation.database.owner()
    wait_for_a_row(
        owner, "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'clients'::regclass"
    )
    owner.close()


# Presses Ctrl-C at the moment when a module is imported.
AT_IMPORT = """
import os, runpy, signal, sys
class Watch:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Watch())
runpy.run_module("crm", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("module", ["crm.cli.main", "click", "psycopg2", "crm.queries.client"])
def test_ctrl_c_during_imports_is_130_too(sales: Workstation, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_IMPORT.format(module=module), "client", "list"],
        env={"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **sales.environ},
        cwd=sales.home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")


def test_a_dumb_terminal_and_no_colour_are_respected(
    workstation: Workstation, company: Company, opened: Open
) -> None:
    workstation.be(company.sales)
    workstation.environ["TERM"] = "dumb"
    shell = opened()
    shell.sees(SOPHIE)
    shell.type("client list --count\r")
    shell.sees("\n3")


# From a pipe


def test_lines_run_and_comments_and_blank_lines_do_not(sales: Workstation) -> None:
    lines = "# morning\n\n  \nclient list --count\n  # more\nepicevents user list --count\n"
    assert sales.run("shell", stdin=lines).done().out == "3\n6\n"


def test_a_line_goes_on_after_a_backslash(sales: Workstation) -> None:
    lines = "client list \\\n  --search lefe \\\n  --count\ncontract list --count"
    assert sales.run("shell", stdin=lines).done().out == "1\n5\n"
    assert sales.run("shell", stdin="client list --count \\").done().out == "3\n"


def test_a_number_sign_inside_a_line_is_no_comment(sales: Workstation) -> None:
    assert sales.run("shell", stdin="client list --count -S kevin#x\n").done().out == "0\n"


def test_the_first_failure_stops_it_and_is_its_status(sales: Workstation) -> None:
    ran = sales.run("shell", stdin="client list --count\nclient show 99\nuser list --count\n")
    assert (ran.status, ran.out) == (3, "3\n")
    assert ran.err == (
        "Error: Client 99 does not exist.\nHint: See them all: epicevents client list\nLine 2 "
        "failed; the remaining lines were not run.\n"
    )


def test_keep_going_runs_the_rest_and_ends_with_the_first_failure(sales: Workstation) -> None:
    lines = "client show 99\nclient list --nonsense\nuser list --count\n"
    ran = sales.run("shell", "--keep-going", stdin=lines)
    assert (ran.status, ran.out) == (3, "6\n")
    assert "Line 1 failed.\n" in ran.err
    assert "Line 2 failed.\n" in ran.err


def test_the_line_after_is_no_answer_to_a_question(sales: Workstation) -> None:
    lines = "client create --full-name X\nkevin2@startup.example\n"
    ran = sales.run("shell", stdin=lines)
    assert ran.status == 2
    assert "Missing: --email or --phone." in ran.err


def test_a_password_is_taken_from_the_next_line_where_it_is_asked_for(
    workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.sales)
    lines = f"login sophie@epicevents.example --password-stdin\n{PASSWORD}\nclient list --count\n"
    assert workstation.run("shell", stdin=lines).done().out == "3\n"


def test_without_a_login_it_fails_like_any_command(workstation: Workstation) -> None:
    assert workstation.run("shell", stdin="client list\n").status == 4


def test_exit_ends_it(sales: Workstation) -> None:
    ran = sales.run("shell", stdin="client list --count\nexit\nclient show 99\n").done()
    assert ran.out == "3\n"


def test_an_open_quote_is_explained(sales: Workstation) -> None:
    ran = sales.run("shell", stdin="client list -S 'x\n")
    assert ran.status == 2
    assert ran.err.startswith(
        "Error: A quotation mark is not closed, or the line ends with a backslash"
    )


def test_a_shell_in_the_shell_is_refused(sales: Workstation) -> None:
    ran = sales.run("shell", stdin="shell\n")
    assert ran.status == 2
    assert "You are already in the shell." in ran.err


def test_errors_are_json_where_the_line_asks_for_it(sales: Workstation) -> None:
    ran = sales.run("shell", "--keep-going", stdin="client show 99 -o json\nclient show 98\n")
    first, note, second, *_rest = ran.err.splitlines()
    assert first.startswith('{"error": {"code": "not_found"')
    assert note == "Line 1 failed."
    assert second == "Error: Client 98 does not exist."


def test_flags_end_with_their_line(sales: Workstation) -> None:
    lines = "client list --fields id --color always\nclient list --fields id\n"
    ran = sales.run("shell", stdin=lines).done()
    first, second = ran.out.split("ID")[1:]
    assert "\x1b[" in first
    assert "\x1b[" not in second


def test_flags_of_the_shell_hold_for_every_line(sales: Workstation) -> None:
    lines = "client list --fields id\nclient list --fields id\n"
    ran = sales.run("--color", "always", "shell", stdin=lines).done()
    assert ran.out.count("\x1b[1mID\x1b[0m") == 2


def test_each_line_reads_the_settings_again(sales: Workstation) -> None:
    lines = "event show 2 --json\n"
    (sales.home / "config.env").write_text("EPICEVENTS_TIMEZONE=Asia/Tokyo\n")
    assert "T17:00:00+09:00" in sales.run("shell", stdin=lines).done().out


def test_bytes_that_are_no_text_are_refused(sales: Workstation) -> None:
    ran = sales.run("shell", stdin="client list -S \udcff\n")
    assert ran.status == 2
    assert "not UTF-8" in ran.err


def test_nothing_to_run_is_no_failure(sales: Workstation) -> None:
    assert sales.run("shell", stdin="").done().out == ""


@pytest.fixture
def app(sales: Workstation) -> Iterator[App]:
    """The app of a shell that nobody sees."""
    stdin, stdout, stderr = (io.StringIO() for _stream in range(3))
    console = Console(stdin=stdin, stdout=stdout, stderr=stderr, environ=sales.environ)
    opened = App(console, sales.environ, sales.home)
    yield opened
    opened.close()


def test_the_first_line_opens_the_connection_of_all(app: App) -> None:
    assert run_shell_line("client list", app) == 0
    assert app.is_connected
    backend = app.connection.info.backend_pid
    assert run_shell_line("contract list", app) == 0
    assert app.connection.info.backend_pid == backend


def test_another_database_takes_another_connection(app: App, sales: Workstation) -> None:
    assert run_shell_line("client list", app) == 0
    elsewhere = "EPICEVENTS_DATABASE_URL=postgresql://x@/x?host=/nowhere\n"
    (sales.home / "config.env").write_text(elsewhere)
    here = sales.environ.pop("EPICEVENTS_DATABASE_URL")
    assert run_shell_line("client list", app) == 4
    sales.environ["EPICEVENTS_DATABASE_URL"] = here
    sales.move(elsewhere.strip().partition("=")[2])
    assert run_shell_line("client list", app) == 7


def test_a_listing_takes_little_more_than_its_query(app: App) -> None:
    assert run_shell_line("client list", app) == 0

    def query() -> None:
        with app.transaction() as tx:
            read_page(tx, LISTING, Request(LISTING.default_fields, limit=30))

    def compare() -> bool:
        line, alone = fastest(lambda: run_shell_line("client list", app), query)
        return line < alone + 0.020

    assert holds_once(compare)

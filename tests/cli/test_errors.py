import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import REPOSITORY, Workstation, finish, url
from support.commands import every_command
from support.migrations import NEXT, pretend_newer
from support.waiting import PATIENCE

from crm.cli.main import root
from crm.database import revision
from crm.database.revision import BASELINE, SCHEMA_REVISION

SECRET = "s3cr3t-of-the-database"


def place(workstation: Workstation, **changed: str) -> str:
    return url(workstation.database.app | changed)


# The database


@pytest.mark.parametrize(
    ("changed", "words", "hint"),
    [
        (
            {"host": "127.0.0.1", "port": "1"},
            "nothing answers at that address",
            "epicevents config",
        ),
        ({"host": "/nowhere"}, "it is stopped", "epicevents db start"),
        ({"host": "no-such-host.invalid"}, "host name is unknown", "epicevents config"),
        ({"dbname": "no_such_database"}, "no such database", "epicevents init"),
        ({"user": "no_such_login"}, "no such database or login", "epicevents init"),
    ],
)
def test_a_database_that_is_away_says_why_and_what_next(
    sales: Workstation, changed: dict[str, str], words: str, hint: str
) -> None:
    sales.move(place(sales, password=SECRET, **changed))
    for command in (
        ["client", "list"],
        ["--debug", "dashboard"],
        ["client", "show", "1", "--json"],
    ):
        ran = sales.run(*command)
        assert (ran.status, ran.out) == (7, "")
        assert words in ran.err
        assert hint in ran.err
        assert SECRET not in ran.err
        assert str(changed.get("host", "epicevents_cli")) not in ran.err


def test_a_url_that_makes_no_sense_is_never_repeated(sales: Workstation) -> None:
    sales.environ["EPICEVENTS_DATABASE_URL"] = f"mysql://jo:{SECRET}@server/crm"
    ran = sales.run("--debug", "client", "list", "--json")
    assert ran.status == 2
    assert '"code": "invalid_database_url"' in ran.err
    assert SECRET not in ran.err
    assert "server" not in ran.err.partition('{"error"')[2]


def test_a_new_machine_is_told_how_to_begin(workstation: Workstation) -> None:
    del workstation.environ["EPICEVENTS_DATABASE_URL"]
    for command in (["client", "list"], ["dashboard"], ["login", "jo@x.example"]):
        ran = workstation.run(*command, stdin="some password\n")
        assert ran.status == 7
        assert "There is no database yet." in ran.err
        assert "epicevents demo" in ran.err
        assert "epicevents init" in ran.err


@pytest.mark.parametrize(
    ("found", "code", "hint"),
    [("0018", "schema_too_old", "demo --reset"), (NEXT, "schema_newer", "Install")],
)
def test_a_schema_of_another_version_is_refused(
    sales: Workstation, owner: Connection, found: str, code: str, hint: str
) -> None:
    pretend_newer(owner.cursor())
    owner.cursor().execute("UPDATE alembic_version SET version_num = %s", (found,))
    ran = sales.run("client", "list", "--json")
    assert (ran.status, ran.error()["code"]) == (7, code)
    assert hint in ran.error()["hint"]
    assert found in ran.error()["message"]
    assert (BASELINE if found < BASELINE else SCHEMA_REVISION) in ran.error()["message"]


def test_a_newer_schema_that_only_adds_is_worked_with(
    sales: Workstation, owner: Connection
) -> None:
    pretend_newer(owner.cursor(), SCHEMA_REVISION)
    sales.run("client", "list").done()
    sales.run("contract", "pay", "3", "100").done()


def test_an_older_schema_is_to_be_upgraded(
    sales: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revision, "SCHEMA_REVISION", "9999")
    ran = sales.run("client", "list", "--json")
    assert (ran.status, ran.error()["code"]) == (7, "schema_older")
    assert "epicevents db upgrade" in ran.error()["hint"]
    assert SCHEMA_REVISION in ran.error()["message"]
    assert "9999" in ran.error()["message"]


def test_a_database_without_tables_is_told_to_init(sales: Workstation) -> None:
    sales.move(url({**sales.database.template, "dbname": "postgres"}))
    ran = sales.run("client", "list", "--json")
    assert (ran.status, ran.error()["code"]) == (7, "schema_missing")
    assert ran.error()["hint"] == "Run: epicevents init"


# The session


def test_nobody_is_told_to_log_in(workstation: Workstation) -> None:
    ran = workstation.run("client", "list")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err == "Error: You are not logged in.\nHint: Run: epicevents login\n"


@pytest.mark.parametrize(
    ("token", "mode", "code"),
    [
        ("damaged", 0o600, "damaged_token"),
        ("", 0o600, "not_logged_in"),
        ("a.b.c", 0o600, "damaged_token"),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", 0o600, "foreign_token"),
        (None, 0o644, "unsafe_token_file"),
    ],
)
def test_a_token_that_is_none_is_refused(
    sales: Workstation, token: str | None, mode: int, code: str
) -> None:
    if token is not None:
        sales.token_file.write_text(token)
    sales.token_file.chmod(mode)
    ran = sales.run("client", "list", "--json")
    assert (ran.status, ran.error()["code"]) == (4, code)
    assert ran.error()["hint"]


def test_a_token_of_another_workstation_is_foreign(sales: Workstation) -> None:
    sales.environ["EPICEVENTS_SECRET_KEY"] = "another key, of thirty-two bytes and more"
    assert sales.run("client", "list", "--json").error()["code"] == "foreign_token"


def test_a_session_that_expired_is_over(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE sessions SET expires_at = utc_now() - interval '1 second'")
    ran = sales.run("dashboard", "--json")
    assert (ran.status, ran.error()["code"]) == (4, "session_expired")


def test_a_session_that_was_not_used_is_over(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE session_uses SET last_used_at = utc_now() - interval '3 hours'")
    assert sales.run("dashboard", "--json").error()["code"] == "session_expired"


# What a role may not


def test_a_denial_says_the_rule_and_whom_to_ask_and_is_on_record(
    sales: Workstation, owner: Connection
) -> None:
    ran = sales.run("user", "deactivate", "4")
    assert (ran.status, ran.out) == (5, "")
    assert ran.err == (
        "Error: SALES may not deactivate accounts.\nHint: Ask a colleague in MANAGEMENT.\n"
    )
    cursor = owner.cursor()
    cursor.execute("SELECT employee_id, permission, kind, record_id, message FROM denied_attempts")
    assert cursor.fetchall() == [
        (3, "user:deactivate", "user", 4, "SALES may not deactivate accounts.")
    ]


# How errors are told


def test_json_errors_are_one_object_on_stderr(sales: Workstation) -> None:
    for options in (
        ["-o", "json"],
        ["-ojson"],
        ["--output=json"],
        ["--output", "json"],
        ["--json"],
    ):
        ran = sales.run("client", "show", "99", *options)
        assert (ran.status, ran.out) == (3, "")
        error = json.loads(ran.err)["error"]
        assert (error["code"], error["message"]) == ("not_found", "Client 99 does not exist.")


def test_usage_errors_are_json_too(sales: Workstation) -> None:
    ran = sales.run("client", "list", "--nonsense", "-o", "json")
    assert (ran.status, ran.error()["code"]) == (2, "unknown_option")


def test_debug_adds_a_trace_without_values(sales: Workstation) -> None:
    plain = sales.run("client", "show", "99")
    ran = sales.run("--debug", "client", "show", "99")
    assert ran.err.endswith(plain.err)
    assert 'crm/cli/commands/client/show.py", line' in ran.err
    assert "NotFound: Client 99 does not exist." in ran.err
    assert sales.run("client", "show", "99", "--debug").err == ran.err


def test_the_trace_of_a_driver_shows_no_rows(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'row %', NEW; END $$;"
        "CREATE TRIGGER tg_broken BEFORE UPDATE ON clients"
        " FOR EACH ROW EXECUTE FUNCTION broken()"
    )
    ran = sales.run("--debug", "client", "update", "1", "--company-name", "Hidden & Co")
    assert ran.status == 1
    assert "unexpected error (P0001)" in ran.err
    assert "RaiseException" in ran.err
    for kept in ("Hidden & Co", "eleonore@lefevre.example", "+33612345678", "password"):
        assert kept not in ran.err


# Command lines


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["clent", "list"], "client"),
        (["client", "lst"], "list"),
        (["client", "list", "--compny", "x"], "company"),
        (["user", "reset-pasword", "3"], "reset-password"),
        (["version"], "--version"),
        (["--status"], "db status"),
        (["contract", "71"], "contract show 71"),
        (["contract", "#71"], "contract show 71"),
        (["list", "contracts"], "epicevents contract list"),
        (["contracts", "list"], "epicevents contract list"),
        (["clients"], "epicevents client"),
        (["pay"], "epicevents contract pay"),
    ],
)
def test_what_was_mistyped_is_guessed(
    workstation: Workstation, typed: list[str], meant: str
) -> None:
    ran = workstation.run(*typed)
    assert (ran.status, ran.out) == (2, "")
    assert re.search(rf"Did you mean [^?]*{meant}\b", ran.err)
    assert "--help" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        "contract list --signed --unsigned",
        "contract update 1 --unsigned --signed",
        "event list --past --upcoming",
        "event list --no-support --support me",
        "event list --period week --to 2030-01-01",
    ],
)
def test_options_that_exclude_each_other_are_refused(sales: Workstation, words: str) -> None:
    ran = sales.run(*words.split())
    assert (ran.status, ran.out) == (2, "")
    one, other = re.findall(r"--[a-z-]+", words)
    assert {one, other} == set(re.findall(r"--[a-z-]+", ran.err))
    assert "exclude each other" in ran.err


def test_after_two_dashes_nothing_is_an_option(sales: Workstation) -> None:
    ran = sales.run("contract", "show", "--", "--signed")
    assert "exclude" not in ran.err


def test_every_write_understands_yes(manager: Workstation) -> None:
    for path, command in every_command(root):
        names = {param.name for param in command.params}
        if "dry_run" in names:
            assert "-y" in {opt for param in command.params for opt in param.opts}, path
    manager.run("contract", "pay", "2", "1", "-y").done()
    assert manager.run("client", "list", "-y").status == 2


def test_who_wants_no_remarks_gets_none(manager: Workstation) -> None:
    paid = manager.run("contract", "pay", "2", "1").done()
    assert "Next: " in paid.err
    quiet = manager.run("-q", "contract", "pay", "2", "2").done()
    assert "Next: " not in quiet.err
    assert quiet.err.startswith("✓ ")
    # What would be misunderstood unsaid is no remark.
    assert "1 of 3 shown" in manager.run("client", "list", "-L", "1", "--quiet").done().err


def test_fields_may_follow_json(sales: Workstation) -> None:
    short = sales.run("client", "list", "--json", "id,email").done().json()
    assert short == sales.run("client", "list", "-o", "json", "--fields", "id,email").done().json()
    assert list(short[0]) == ["id", "email"]
    assert sales.run("client", "show", "--json", "1").done().json()["id"] == 1
    (paid,) = sales.run("contract", "payments", "--json", "3").done().json()
    assert paid["contract_id"] == 3


@pytest.mark.parametrize("nothing", ["", "  "])
def test_a_search_for_nothing_is_no_search(sales: Workstation, nothing: str) -> None:
    every = sales.run("client", "list", "-o", "ids").done().out
    assert every.count("\n") > 1
    assert sales.run("client", "list", "-S", nothing, "-o", "ids").done().out == every


@pytest.mark.proof
def test_what_a_program_reads_is_utf8_in_every_locale(
    sales: Workstation, owner: Connection, tmp_path: Path
) -> None:
    owner.cursor().execute("UPDATE clients SET full_name = 'Œuvre Đô' WHERE id = 1")

    def read(*words: str) -> tuple[bytes, bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "crm", *words],
            env=sales.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout, done.stderr

    name = "Œuvre Đô".encode()
    for words in ("-o csv", "-o csv --all", "-o tsv", "--json", "--json --all", "-o jsonl"):
        assert name in read("client", "list", *words.split())[0], words
    assert name in read("client", "show", "1", "--json")[0]
    assert "“é”".encode() in read("client", "show", "é", "--json")[1]


def test_short_names_of_commands_work(sales: Workstation) -> None:
    assert (
        sales.run("client", "ls", "-o", "ids").out == sales.run("client", "list", "-o", "ids").out
    )
    assert sales.run("client", "new", "--no-input").status == 2


@pytest.mark.parametrize(
    "words", [[], ["client"], ["user"], ["--color", "never"], ["user", "--debug"]]
)
def test_a_bare_group_shows_its_help(workstation: Workstation, words: list[str]) -> None:
    ran = workstation.process(*words)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Usage: epicevents")
    assert "list" in ran.out or "client" in ran.out


def test_common_flags_stand_anywhere(sales: Workstation) -> None:
    for words in (
        ["--color", "always", "client", "list"],
        ["client", "--color", "always", "list"],
        ["client", "list", "--color", "always"],
    ):
        assert "\x1b[" in sales.run(*words).done().out


@pytest.mark.parametrize("hostile", ["a\0b", "\udcff", "caf\udce9"])
def test_bytes_that_are_no_text_are_refused(sales: Workstation, hostile: str) -> None:
    ran = sales.run("client", "list", "-S", hostile, "--json")
    assert (ran.status, ran.error()["code"]) == (2, "invalid_text")


def test_bytes_that_are_no_text_are_refused_from_a_shell(sales: Workstation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crm", "client", "list", "-S", b"\xff\xfe"],
        env=sales.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


@pytest.mark.parametrize(
    "hostile", ["[red]Acme[/red]", "[/]", "\x1b[2J", "O'Brien", "%s", "x" * 10_000, "\u202e", "{0}"]
)
def test_hostile_words_are_repeated_harmlessly(sales: Workstation, hostile: str) -> None:
    for command in (
        ["client", "show", hostile],
        ["user", "show", hostile],
        ["client", "list", "--sales", hostile],
        ["client", "list", "--fields", hostile],
        ["client", "list", "--created-from", hostile],
    ):
        ran = sales.run(*command)
        assert ran.status in {0, 2, 3}
        assert "unexpected" not in ran.err
        assert not {"\x1b", "\u202e"} & set(ran.err)
        assert len(ran.err) < 2000


# Streams


def piped(workstation: Workstation, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("epicevents", f"{sys.executable} -m crm")],
        env=workstation.environ | {"PYTHONPATH": str(REPOSITORY), "PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    "command", ["client list --all -o csv", "client list", "dashboard", "client --help", "user"]
)
def test_a_reader_who_leaves_is_no_error(
    sales: Workstation, owner: Connection, command: str
) -> None:
    owner.cursor().execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT repeat('x', 90), n || '@x.example', '+33612345678', 'x', 3"
        " FROM generate_series(1, 3000) n"
    )
    ran = piped(sales, f"epicevents {command} | true; echo ${{PIPESTATUS[0]}}")
    assert re.sub("30 of 3 003 shown; use --limit, --after .* or --all.\n", "", ran.stderr) == ""
    assert ran.stdout == "0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk to call full")
def test_a_full_disk_is_an_error(sales: Workstation) -> None:
    for command in ("client list", "client list -o csv --all", "client list -o ids"):
        ran = piped(sales, f"epicevents {command} > /dev/full")
        assert ran.returncode == 1
        assert ran.stderr.startswith(
            "Error: The output could not be written: No space left on device.\n"
        )


@pytest.mark.parametrize(
    "command", ["client list", "client list -o csv --all", "client show 1 -o json", "--help"]
)
def test_output_that_goes_nowhere_is_an_error(sales: Workstation, command: str) -> None:
    ran = piped(sales, f"epicevents {command} >&-")
    assert ran.returncode == 1
    assert "The output could not be written: Bad file descriptor." in ran.stderr


def test_who_says_nothing_on_standard_output_does_not_need_it(sales: Workstation) -> None:
    assert piped(sales, "epicevents client update 1 --phone 0611111111 >&-").returncode == 0


def test_without_standard_input_nothing_is_asked(sales: Workstation) -> None:
    ran = piped(sales, "epicevents client create <&-")
    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: Missing --full-name.\n")


def test_without_standard_error_the_status_still_tells(sales: Workstation) -> None:
    assert piped(sales, "epicevents client show 99 2>&-").returncode == 3


# What help costs


@pytest.mark.parametrize(
    "command", [["--help"], ["--version"], ["client"], ["user", "create", "--help"], ["nonsense"]]
)
def test_help_imports_nothing_that_only_work_needs(
    workstation: Workstation, command: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "crm", *command],
        env=workstation.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "crm.cli.main" in imported
    heavy = "sqlalchemy rich psycopg2 alembic argon2 jwt phonenumbers email_validator zxcvbn"
    assert imported.isdisjoint(heavy.split())


def test_the_program_is_quiet_about_python(workstation: Workstation) -> None:
    ran = workstation.process("client", "list", environ={"PYTHONWARNINGS": "always"})
    assert ran.err == "Error: You are not logged in.\nHint: Run: epicevents login\n"


def test_nothing_is_written_outside_the_home(workstation: Workstation, tmp_path: Path) -> None:
    workstation.run("permissions").done()
    workstation.run("config").done()
    assert list(workstation.home.iterdir()) == []


def test_ctrl_c_ends_the_wait_for_a_database_that_does_not_answer(sales: Workstation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(PATIENCE)
        port = deaf.getsockname()[1]
        sales.move(f"postgresql://x@127.0.0.1:{port}/x?connect_timeout=600")
        with sales.terminal("client", "list") as child:
            waits, _address = deaf.accept()
            child.sendintr()
            status, said = finish(child)
            waits.close()
    assert (status, "Error" in said) == (130, False)

"""The page of error codes has each that the program raises."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import REPOSITORY, Workstation
from support.company import Company
from support.raised import UNRAISED, WRITE, find_unproven

from crm.backup import tools
from crm.backup.manifest import FORMAT, parse_manifest
from crm.cli.reading.views import write_views
from crm.cli.writing.updating import _conflict_question
from crm.domain.errors import CRMError, NotLoggedIn
from crm.embedded import packages
from crm.importing.source import SourceFile
from crm.security import passwords, secret_file
from crm.security.passwords import HashParameters
from crm.services.refusals import SENTENCES
from crm.settings.directory import LocalDatabase, refuse_unsafe
from tools.errors import PAGE, find_current, find_sentence, format_page, read_page

WRITTEN = PAGE.read_text("utf-8")
DOCUMENTED = {row.code for row in read_page()}
IMPORTED = re.findall(r"^\| `([^`]+)` \|", WRITTEN, re.MULTILINE)
HOW = f"run a test that raises it with {WRITE}=1"


def named_in(directory: str, pattern: str) -> set[str]:
    files = (REPOSITORY / directory).rglob("*.py")
    return {code for file in files for code in re.findall(pattern, file.read_text("utf-8"))}


def test_the_page_is_current() -> None:
    assert format_page(find_current(read_page())) == WRITTEN, "run: python -m tools.errors"


def test_every_code_of_the_program_is_on_it() -> None:
    assert named_in("crm", r"\bcode=\"([^\"]+)\"") - DOCUMENTED == set(), HOW


def test_every_code_that_a_test_expects_is_on_it() -> None:
    expected = named_in("tests", r"(?:\bcode\"?\]? == |\.code == )\"([a-z_]+)\"")
    assert len(expected) > 40
    assert expected - set(IMPORTED) == set()


def test_a_code_is_a_word_that_scripts_can_name() -> None:
    assert [code for code in IMPORTED if not re.fullmatch("[a-z][a-z_]*", code)] == []


def test_what_no_test_raises_is_on_it_and_has_a_reason() -> None:
    assert UNRAISED.keys() - DOCUMENTED == set()
    assert [code for code, why in UNRAISED.items() if not why] == []


def test_every_code_of_a_refused_row_is_expected_by_a_test() -> None:
    assert SENTENCES.keys() - named_in("tests", r"\"([a-z_]+)\"") == set()


def test_a_code_that_nothing_raises_is_named_and_so_is_one_too_many() -> None:
    assert find_unproven(DOCUMENTED - UNRAISED.keys()) == []
    some = next(iter(UNRAISED))
    assert find_unproven(DOCUMENTED - UNRAISED.keys() - {"overpayment"} | {some}) == [
        "overpayment: no test raises it",
        f"{some}: a test does raise it",
    ]


def test_a_message_is_known_by_the_sentence_that_has_most_of_it() -> None:
    assert find_sentence("Client 7 does not exist.") == "Client {id} does not exist."
    assert find_sentence("2 rows are refused, and nothing was imported:\n  row 2: …") == (
        "{n} rows are refused, and nothing was imported:"
    )
    assert find_sentence("Put together from pieces.") is None


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("nonsense --json", 2, "unknown_command"),
        ("client lsit -o json", 2, "unknown_command"),
        ("client list --limt 3 --json", 2, "unknown_option"),
        ("client list -L x --json", 2, "invalid_number"),
        ("client list --color red --json", 2, "invalid_choice"),
        ("client list 5 --json", 2, "too_many_arguments"),
        ("client list --mine=3 --json", 2, "unexpected_value"),
        ("client list --json --sort", 2, "missing_value"),
        ("history client --no-input -o json", 2, "missing_argument"),
        ("client show 99 -o json", 3, "not_found"),
        ("contract sign 5 --json", 5, "permission_denied"),
        ("contract pay 3 9999 --json", 6, "overpayment"),
        ("db policy --session-idle 5x --json", 2, "invalid_duration"),
        ("event update 1 --start-date 14:00 --json", 2, "day_missing"),
    ],
)
def test_the_status_and_the_code_are_those_of_the_page(
    line: str, status: int, code: str, workstation: Workstation, company: Company
) -> None:
    ran = workstation.be(company.sales).run(*line.split())
    assert (ran.status, ran.out) == (status, "")
    assert ran.error()["code"] == code
    section = WRITTEN.split(f"\n## {status}: ")[1].split("\n## ")[0]
    assert f"| `{code}` |" in section


def test_commands_without_json_have_their_codes_too(workstation: Workstation) -> None:
    for line, says in (
        ("demo", "uses only the embedded database"),
        ("init --database-url postgresql://u:secret@db/x", "a password on the command line"),
        ("help nothing", "no command or topic “nothing”"),
    ):
        ran = workstation.run(*line.split())
        assert (ran.status, ran.out) == (2, "")
        assert says in ran.err


def test_what_this_machine_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("email\n")
    growing = SourceFile(file, None)
    file.write_text("email\nb@x.fr\n")
    monkeypatch.setattr(packages, "PACKAGES", {})
    monkeypatch.setattr(tools, "_SHELVES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    newer = json.dumps({"format": FORMAT + 1, "program": "9.9.9"}).encode()
    local = LocalDatabase(str(tmp_path / ".env"), "postgresql://a,b/x")
    answer = _conflict_question((), None, "phone", "1", "2").read
    refusals: dict[str, Callable[[], object]] = {
        "file_changed": lambda: growing.start(1),
        "views_not_saved": lambda: write_views(file, {}),
        "unwritable_token_file": lambda: secret_file.replace_secret(file / "token", "t"),
        "client_programs_missing": lambda: tools.find_tools({}, 15),
        "embedded_not_installed": packages.find_programs,
        "backup_newer": lambda: parse_manifest(newer),
        "unsafe_directory_url": lambda: refuse_unsafe(local),
        "invalid_value": lambda: answer("neither"),
    }
    for code, refuse in refusals.items():
        with pytest.raises(CRMError) as told:
            refuse()
        assert told.value.code == code


def test_a_password_that_takes_more_memory_than_there_is() -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), limits[1]))
    try:
        with pytest.raises(NotLoggedIn) as told:
            passwords.derive_key("secret", bytes(16), HashParameters(1 << 20, 1, 1))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    assert told.value.code == "not_enough_memory"

"""The page of error codes has each that the program raises."""

import re

import pytest
from support.cli import REPOSITORY, Workstation
from support.company import Company

from tools.errors import PAGE, every_error, page

WRITTEN = PAGE.read_text("utf-8")
DOCUMENTED = set(re.findall(r"^\| `([^`]+)` \|", WRITTEN, re.MULTILINE))


def named_in(directory: str, pattern: str) -> set[str]:
    files = (REPOSITORY / directory).rglob("*.py")
    return {code for file in files for code in re.findall(pattern, file.read_text("utf-8"))}


def test_the_page_is_current() -> None:
    assert page() == WRITTEN, "run: python -m tools.errors"


def test_every_code_of_the_program_is_on_it() -> None:
    assert len({code for _kind, code, _said in every_error()}) > 130
    assert named_in("crm", r"\bcode=\"([^\"]+)\"") - DOCUMENTED == set()


def test_every_code_that_a_test_expects_is_on_it() -> None:
    expected = named_in("tests", r"(?:\bcode\"?\]? == |\.code == )\"([a-z_]+)\"")
    assert len(expected) > 40
    assert expected - DOCUMENTED == set()


def test_a_code_is_a_word_that_scripts_can_name() -> None:
    assert [code for code in DOCUMENTED if not re.fullmatch("[a-z][a-z_]*", code)] == []


def test_no_code_is_without_its_sentence() -> None:
    assert re.findall(r"^\| `([^`]+)` \|\s*\|", WRITTEN, re.MULTILINE) == []


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

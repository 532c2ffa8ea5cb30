import re

import pytest
from support.cli import Workstation
from support.company import Company

from crm.domain.enums import Role
from crm.domain.permissions import GRANTS, NEEDS_REASON, NEVER_ONESELF, Permission


@pytest.fixture
def nowhere(workstation: Workstation) -> Workstation:
    """A workstation that reaches no database, and where nobody is logged in."""
    workstation.environ["EPICEVENTS_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    return workstation


def row(shown: str, permission: str) -> list[str]:
    line = next(line for line in shown.splitlines() if line.startswith(f"{permission} "))
    return re.split(r" {2,}", line.strip())


def test_the_matrix_is_the_table_that_decides(nowhere: Workstation) -> None:
    told = nowhere.run("permissions", "-o", "json").done().json()
    assert [each["permission"] for each in told] == list(Permission)
    for each in told:
        permission = Permission(each["permission"])
        for role in Role:
            assert each[role] == GRANTS[role].get(permission)
        assert each["needs_reason"] is (permission in NEEDS_REASON)
        assert each["never_oneself"] is (permission in NEVER_ONESELF)


def test_people_read_the_matrix_without_a_database(nowhere: Workstation) -> None:
    shown = nowhere.run("permissions").done()
    assert row(shown.out, "Permission") == [
        "Permission",
        "Sales",
        "Support",
        "Management",
        "Allows",
    ]
    assert row(shown.out, "client:update") == [
        "client:update",
        "own",
        "-",
        "any",
        "update a client",
    ]
    assert row(shown.out, "event:update")[1:4] == ["-", "own", "any"]
    assert row(shown.out, "contract:amend")[3] == "any, with a reason"
    assert row(shown.out, "user:delete")[3] == "any, except oneself"
    assert "Everybody who is logged in may read everything" in shown.err


def test_a_narrow_terminal_shows_the_whole_matrix(nowhere: Workstation) -> None:
    shown = nowhere.look("permissions", width=80)
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "…" not in shown
    assert "Allows" not in shown
    assert row(shown, "contract:reverse-payment")[1:] == ["—", "—", "any, with a reason"]
    assert "update a client" in nowhere.look("permissions", width=140)


@pytest.mark.parametrize("role", Role)
def test_everybody_is_told_what_they_may_do(
    workstation: Workstation, company: Company, role: Role
) -> None:
    person = {Role.SALES: 3, Role.SUPPORT: 5, Role.MANAGEMENT: 1}[role]
    told = workstation.be(person).run("whoami", "--can", "--json").done().json()
    assert {each["permission"]: each["scope"] for each in told} == GRANTS[role]
    shown = workstation.look("whoami", "--can", width=80)
    assert all(len(line) <= 80 for line in shown.splitlines())
    for permission in Permission:
        assert (f"\n{permission} " in shown) is (permission in GRANTS[role])

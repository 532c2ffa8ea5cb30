"""One record, changed by somebody else between a question and its answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, answer, finish
from support.company import Company
from support.services import stored

if TYPE_CHECKING:
    import pexpect


@pytest.fixture
def meanwhile(company: Company) -> Callable[[str], None]:
    """Something that a colleague does on a connection of their own."""

    def act(statement: str) -> None:
        with company.database.as_user(company.manager2) as tx:
            tx.execute("SELECT set_config('epicevents.reason', 'so', true)")
            tx.execute(statement)

    return act


def keep(child: "pexpect.spawn[Any]", *questions: str) -> None:
    """Press Enter at each question."""
    for question in questions:
        child.expect_exact(question)
        child.sendline("")


# Field by field


def test_an_update_without_options_asks_for_each_field(
    sales: Workstation, owner: Connection
) -> None:
    with sales.terminal("client", "update", "1") as child:
        child.expect_exact("Enter keeps the current value")
        keep(child, "Full name (Éléonore Lefèvre): ", "Email (eleonore@lefevre.example): ")
        answer(child, "Phone (06 12 34 56 78): ", "123")
        child.expect_exact("Error:")
        answer(child, "Phone (06 12 34 56 78): ", "06 00 00 00 00")
        keep(child, "Company name (Lefèvre & Fils): ")
        status, said = finish(child)
    assert status == 0
    assert "06 12 34 56 78 → 06 00 00 00 00" in said
    assert stored(owner, "clients", 1, "phone") == "+33600000000"
    assert stored(owner, "clients", 1, "full_name") == "Éléonore Lefèvre"


def test_to_keep_everything_changes_nothing(sales: Workstation, owner: Connection) -> None:
    with sales.terminal("client", "update", "1") as child:
        keep(child, "Full name", "Email", "Phone", "Company name")
        status, said = finish(child)
    assert (status, "Nothing to change." in said) == (0, True)
    assert stored(owner, "clients", 1, "version") == 1


def test_what_is_optional_is_emptied_by_a_dash(manager: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET phone = '+33612345678' WHERE id = 3")
    with manager.terminal("user", "update", "3") as child:
        keep(child, "First name", "Last name", "Email")
        answer(child, "Phone (06 12 34 56 78): ", "-")
        keep(child, "Role (Sales): ")
        assert finish(child)[0] == 0
    assert stored(owner, "users", 3, "phone") is None


def test_of_oneself_only_what_one_may_change_is_asked(sales: Workstation) -> None:
    with sales.terminal("user", "update", "me") as child:
        answer(child, "Phone", "06 00 00 00 00")
        assert "name" not in (child.before or "")
        assert finish(child)[0] == 0


def test_dates_are_checked_together(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("event", "update", "1", width=100) as child:
        keep(child, "Name", "Client contact")
        answer(child, "Starts (2030-06-04 13:00): ", "2030-06-06 18:00")
        answer(child, "Ends (2030-06-05 02:00): ", "")
        child.expect_exact("An event must end after it starts.")
        answer(child, "Ends (2030-06-05 02:00): ", "2030-06-07 01:00")
        keep(child, "Location", "Attendees", "Notes")
        assert finish(child)[0] == 0
    assert str(stored(owner, "events", 1, "end_date")) == "2030-06-06 23:00:00"


def test_a_signature_leaves_only_the_due_date_to_ask(
    manager: Workstation, owner: Connection
) -> None:
    with manager.terminal("contract", "update", "1") as child:
        answer(child, "Total amount (€1,000.00): ", "900")
        answer(child, "Due date (", "")
        assert finish(child)[0] == 0
    assert stored(owner, "contracts", 1, "total_amount") == 900
    with manager.terminal("contract", "update", "2") as child:
        answer(child, "Due date (", "2031-01-31")
        status, said = finish(child)
    assert (status, "Total amount" in said) == (0, False)
    assert stored(owner, "contracts", 2, "due_date").isoformat() == "2031-01-31"


def test_whoever_may_not_is_told_before_being_asked(
    workstation: Workstation, company: Company
) -> None:
    with workstation.be(company.sales2).terminal("client", "update", "1") as child:
        status, said = finish(child)
    assert status == 5
    assert "Full name" not in said


def test_a_script_is_not_asked(sales: Workstation) -> None:
    refused = sales.run("client", "update", "1", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "no_change")


# Somebody else changes it meanwhile


def test_another_field_lands_too(
    sales: Workstation, owner: Connection, meanwhile: Callable[[str], None]
) -> None:
    with sales.terminal("client", "update", "1") as child:
        keep(child, "Full name", "Email")
        answer(child, "Phone", "06 00 00 00 00")
        child.expect_exact("Company name")
        meanwhile("UPDATE clients SET company_name = 'Theirs' WHERE id = 1")
        child.sendline("")
        status, said = finish(child)
    assert status == 0
    assert "Warning" not in said
    assert stored(owner, "clients", 1, "company_name") == "Theirs"
    assert stored(owner, "clients", 1, "phone") == "+33600000000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("t", "+33600000001"), ("m", "+33600000000"), ("06 00 00 00 02", "+33600000002")],
)
def test_the_same_field_is_shown_side_by_side_and_decided(
    sales: Workstation,
    owner: Connection,
    meanwhile: Callable[[str], None],
    typed: str,
    kept: str,
) -> None:
    with sales.terminal("client", "update", "1", width=100) as child:
        keep(child, "Full name", "Email")
        answer(child, "Phone", "06 00 00 00 00")
        child.expect_exact("Company name")
        meanwhile("UPDATE clients SET phone = '+33600000001' WHERE id = 1")
        child.sendline("Mine & Co")
        child.expect_exact("Somebody else has changed the same field in the meantime.")
        for heading in ("Field", "Before", "Theirs", "Mine"):
            child.expect_exact(heading)
        child.expect(r"Phone +06 12 34 56 78 +06 00 00 00 01 +06 00 00 00 00")
        answer(child, "Phone (t keeps theirs, m saves mine, or type another value): ", "nonsense")
        child.expect_exact("Error:")
        answer(child, "or type another value): ", typed)
        assert finish(child)[0] == 0
    assert stored(owner, "clients", 1, "phone") == kept
    assert stored(owner, "clients", 1, "company_name") == "Mine & Co"


def test_a_third_change_is_decided_again(
    sales: Workstation, owner: Connection, meanwhile: Callable[[str], None]
) -> None:
    with sales.terminal("client", "update", "1", width=100) as child:
        keep(child, "Full name", "Email")
        answer(child, "Phone", "06 00 00 00 00")
        child.expect_exact("Company name")
        meanwhile("UPDATE clients SET phone = '+33600000001' WHERE id = 1")
        child.sendline("")
        child.expect_exact("or type another value): ")
        meanwhile("UPDATE clients SET phone = '+33600000009' WHERE id = 1")
        child.sendline("m")
        child.expect(r"Phone +06 00 00 00 01 +06 00 00 00 09 +06 00 00 00 00")
        answer(child, "or type another value): ", "m")
        assert finish(child)[0] == 0
    assert stored(owner, "clients", 1, "phone") == "+33600000000"


def test_no_transaction_is_open_while_somebody_thinks(
    sales: Workstation, owner: Connection
) -> None:
    with sales.terminal("client", "update", "1") as child:
        keep(child, "Full name", "Email")
        child.expect_exact("Phone")
        cursor = owner.cursor()
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)


def test_an_amount_that_was_written_meanwhile_is_a_conflict(
    manager: Workstation, owner: Connection, meanwhile: Callable[[str], None]
) -> None:
    with manager.terminal("contract", "update", "1") as child:
        child.expect_exact("Total amount")
        meanwhile("UPDATE contracts SET total_amount = 1100 WHERE id = 1")
        child.sendline("900")
        answer(child, "Due date (", "")
        child.expect(r"€1,000\.00 +€1,100\.00 +€900\.00")
        answer(child, "Total (t keeps theirs", "t")
        status, said = finish(child)
    assert (status, "Nothing to change." in said) == (0, True)
    assert stored(owner, "contracts", 1, "total_amount") == 1100


def test_what_has_changed_since_it_was_shown_is_not_deleted(
    manager: Workstation, owner: Connection, meanwhile: Callable[[str], None]
) -> None:
    with manager.terminal("event", "delete", "1") as child:
        child.expect_exact("Delete it?")
        meanwhile("UPDATE events SET attendees = 500 WHERE id = 1")
        child.sendline("y")
        status, said = finish(child)
    assert status == 6
    assert "changed the record since you saw it" in said
    assert stored(owner, "events", 1, "id") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("client", "update", "1", "--phone", "0600000000"),
        ("client", "transfer", "1", "4"),
        ("contract", "update", "1", "--total-amount", "900"),
        ("event", "update", "1", "--attendees", "5"),
        ("event", "assign", "1", "6"),
        ("event", "unassign", "1"),
        ("user", "update", "3", "--phone", "0600000000"),
    ],
)
def test_a_script_says_which_version_it_has_read(
    manager: Workstation, command: tuple[str, ...]
) -> None:
    refused = manager.run(*command, "--if-version", "2", "--json")
    assert (refused.status, refused.error()["code"]) == (6, "conflict")
    assert refused.error()["version"] == 1
    manager.run(*command, "--if-version", "1").done()


@pytest.mark.parametrize(
    ("command", "now"),
    [
        ("contract sign 1", 1),
        ("contract amend 2 900 --reason agreed", 1),
        ("contract unsign 6 --reason mistaken", 1),
    ],
)
def test_a_signature_is_of_the_version_that_was_read(
    manager: Workstation, command: str, now: int
) -> None:
    unused = ("contract", "create", "--client", "1", "--total-amount", "10", "--signed")
    manager.run(*unused).done()
    words = (*command.split(), "--json", "--dry-run", "--if-version")
    refused = manager.run(*words, str(now + 1))
    assert (refused.status, refused.error()["code"]) == (6, "conflict")
    assert refused.error()["version"] == now
    assert manager.run(*words, str(now)).done().json()["version"] == now + 1


def test_a_version_is_of_one_contract(manager: Workstation) -> None:
    refused = manager.run("contract", "sign", "1", "5", "--if-version", "1")
    assert (refused.status, "to one record" in refused.err) == (2, True)

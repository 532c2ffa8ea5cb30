"""Somebody hands over, or leaves."""

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish
from support.company import Company
from support.services import stored

JSON = {
    "from_user_id": 3,
    "from_user": "Sophie Simon",
    "to_user_id": 4,
    "to_user": "Samuel Sanchez",
    "clients": 2,
    "contracts": 3,
    "events": 0,
    "tasks": 0,
    "contracts_left": 1,
    "events_left": 0,
}


def changes(owner: Connection) -> int:
    """How many transactions the audit holds of the program."""
    cursor = owner.cursor()
    cursor.execute("SELECT count(*) FROM audit_transactions WHERE employee_id IS NOT NULL")
    row = cursor.fetchone()
    assert row
    return int(row[0])


# Transferring


def test_a_portfolio_is_counted_before_it_goes(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "transfer", "sophie", "samuel", width=100) as child:
        child.expect_exact(
            "Transferred from Sophie Simon to Samuel Sanchez: 2 clients, 3 contracts. Continue?"
        )
        child.sendline("n")
        assert finish(child)[0] == 2
    assert stored(owner, "clients", 1, "sales_contact_id") == 3
    with manager.terminal("user", "transfer", "sophie", "samuel", width=100) as child:
        child.expect_exact("Continue?")
        child.sendline("y")
        status, said = finish(child)
    assert status == 0
    assert "Sophie Simon keeps 1 contract." in said
    assert "epicevents user transfer 3 4 --include-settled" in said
    assert stored(owner, "clients", 1, "sales_contact_id") == 4
    assert changes(owner) == 1


def test_a_script_says_yes_and_reads_what_moved(manager: Workstation, owner: Connection) -> None:
    refused = manager.run("user", "transfer", "3", "4", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "confirmation_required")
    assert manager.run("user", "transfer", "3", "4", "-n", "--json").done().json() == JSON
    assert stored(owner, "clients", 1, "sales_contact_id") == 3
    assert manager.run("user", "transfer", "3", "4", "--yes", "--json").done().json() == JSON
    again = manager.run("user", "transfer", "3", "4").done()
    assert "Sophie Simon has nothing to transfer." in again.err


def test_only_management_transfers(sales: Workstation) -> None:
    refused = sales.run("user", "transfer", "me", "4", "--yes", "--json")
    assert (refused.status, refused.error()["code"]) == (5, "permission_denied")


# Deactivating


def test_leaving_offers_the_transfer(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "deactivate", "sophie", width=120) as child:
        child.expect_exact("Sophie Simon is the contact of 2 clients, 3 open contracts.")
        child.expect_exact("Transfer to (4 Samuel Sanchez, Enter: nobody): ")
        child.sendline("Paul Petit")
        child.expect_exact("Paul Petit is SUPPORT, but the contact must be SALES.")
        child.sendline("samuel")
        child.expect_exact("Deactivate Sophie Simon (sophie@epicevents.example, SALES)? [y/N]")
        child.sendline("y")
        status, said = finish(child)
    assert status == 0
    assert "Transferred from Sophie Simon to Samuel Sanchez: 2 clients, 3 contracts." in said
    assert "still the contact" not in said
    assert stored(owner, "users", 3, "is_active") is False
    assert stored(owner, "clients", 1, "sales_contact_id") == 4
    assert changes(owner) == 1


def test_whoever_takes_nothing_over_is_told_how(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "deactivate", "sophie", width=140) as child:
        child.expect_exact("Transfer to")
        child.sendline("")
        child.sendline("y")
        status, said = finish(child)
    assert status == 0
    assert "still the contact of 2 clients, 3 open contracts. Transfer them:" in said
    assert "epicevents user transfer 3 USER" in said
    assert stored(owner, "clients", 1, "sales_contact_id") == 3


def test_nobody_is_asked_who_may_not_anyway(workstation: Workstation, company: Company) -> None:
    with workstation.be(company.sales2).terminal("user", "deactivate", "sophie") as child:
        status, said = finish(child)
    assert status == 5
    assert "Transfer" not in said


def test_who_is_not_meant_keeps_the_account(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "deactivate", "sanchez", "--transfer-to", "3") as child:
        child.expect_exact("Deactivate Samuel Sanchez (")
        child.sendline("")
        status, said = finish(child)
    assert (status, "Cancelled; nothing changed." in said) == (2, True)
    assert stored(owner, "users", 4, "is_active") is True
    with manager.terminal("user", "deactivate", "sanchez", "--yes") as child:
        status, said = finish(child)
    assert (status, "Hand over" in said) == (0, False)


def test_a_script_names_who_takes_over(manager: Workstation, owner: Connection) -> None:
    leave = ("user", "deactivate", "3", "--transfer-to")
    assert manager.run(*leave, "5", "--json").error()["code"] == "sales_contact_role"
    assert stored(owner, "users", 3, "is_active") is True
    manager.run(*leave, "4", "--dry-run").done()
    assert stored(owner, "users", 3, "is_active") is True
    left = manager.run(*leave, "samuel", "--json").done().json()
    assert (left["is_active"], left["clients"], left["open_contracts"]) == (False, 0, 0)
    assert stored(owner, "contracts", 1, "sales_contact_id") == 4


def test_an_event_that_clashes_keeps_the_account_open(
    manager: Workstation, owner: Connection
) -> None:
    owner.cursor().execute(
        "UPDATE events SET start_date = '2030-06-04 12:00', end_date = '2030-06-06' WHERE id = 3"
    )
    leave = ("user", "deactivate", "5", "--transfer-to", "pauline")
    assert manager.run(*leave, "--json").error()["code"] == "support_overlap"
    assert stored(owner, "users", 5, "is_active") is True
    manager.run(*leave, "--override", "one hotel").done()
    assert stored(owner, "events", 1, "support_contact_id") == 6


# Another role


def test_a_role_that_is_in_use_names_the_command_that_frees_it(manager: Workstation) -> None:
    refused = manager.run("user", "update", "3", "--role", "SUPPORT", "--json")
    assert refused.error()["code"] == "role_in_use"
    assert "epicevents user transfer 3 USER --include-settled" in refused.error()["hint"]
    manager.run("user", "transfer", "3", "4", "--include-settled", "--yes").done()
    manager.run("user", "update", "3", "--role", "SUPPORT").done()


# Deleting


def test_deleting_offers_to_hand_over_everything(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "delete", "sophie", width=120) as child:
        child.expect_exact("Other records refer to Sophie Simon: 2 clients, 4 contracts.")
        child.expect_exact("Transfer to")
        child.sendline("4")
        child.expect_exact("Type sophie@epicevents.example to confirm: ")
        child.sendline("sophie@epicevents.example")
        status, said = finish(child)
    assert status == 0
    assert "Transferred from Sophie Simon to Samuel Sanchez: 2 clients, 4 contracts." in said
    assert stored(owner, "users", 3, "id") is None
    assert stored(owner, "contracts", 4, "sales_contact_id") == 4


def test_deleting_offers_to_deactivate_instead(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "delete", "sophie", width=120) as child:
        child.expect_exact("Transfer to")
        child.sendline("")
        child.expect_exact("Deactivate the account instead?")
        child.sendline("y")
        child.expect_exact("Transfer to")
        child.sendline("samuel")
        assert finish(child)[0] == 0
    assert stored(owner, "users", 3, "is_active") is False
    assert stored(owner, "clients", 1, "sales_contact_id") == 4


def test_whoever_entered_payments_is_not_deleted(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    workstation.be(company.sales).run("contract", "pay", "2", "10").done()
    workstation.be(company.manager)
    refused = workstation.run("user", "delete", "3", "--transfer-to", "4", "--yes", "--json")
    assert (refused.status, refused.error()["code"]) == (6, "user_in_use")
    assert "1 payment" in refused.error()["message"]
    assert "user deactivate 3 --transfer-to USER" in refused.error()["hint"]
    assert stored(owner, "clients", 1, "sales_contact_id") == 3
    with workstation.terminal("user", "delete", "3") as child:
        child.expect_exact("Deactivate the account instead?")
        child.sendline("n")
        assert finish(child)[0] == 2


def test_a_script_deletes_with_a_transfer(manager: Workstation, owner: Connection) -> None:
    manager.run("user", "delete", "3", "--transfer-to", "4", "--yes").done()
    assert stored(owner, "users", 3, "id") is None
    assert stored(owner, "clients", 1, "sales_contact_id") == 4


@pytest.mark.parametrize("command", ["deactivate", "delete"])
def test_at_a_terminal_too_nobody_keeps_an_account_by_holding_it(
    manager: Workstation,
    company: Company,
    owner: Connection,
    command: str,
) -> None:
    cursor = owner.cursor()
    cursor.execute(
        "INSERT INTO users (first_name, last_name, email, hashed_password, role) SELECT"
        " 'Simone', 'Sauvage', 'simone@epicevents.example', hashed_password, 'SALES'"
        " FROM users WHERE id = 3 RETURNING id"
    )
    ((newcomer,),) = cursor.fetchall()
    manager.environ["PGOPTIONS"] = "-c lock_timeout=50ms"
    with company.database.as_user(newcomer) as tx:
        tx.execute("SELECT FROM users WHERE id = %s FOR UPDATE", (newcomer,))
        with manager.terminal("user", command, str(newcomer), width=100) as child:
            child.expect_exact("simone@epicevents.example")
            child.sendline("simone@epicevents.example" if command == "delete" else "y")
            status, said = finish(child)
        assert (status, "Somebody else is changing this record" in said) == (6, True)
        assert tx.row("SELECT employee_id(), employee_role()") == (None, None)

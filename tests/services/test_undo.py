from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.raw import InBackground
from support.services import refused, stored

from crm.domain.errors import Conflict, NotFound, PermissionDenied, RuleViolation, UsageFault
from crm.services import client, contract, event, payment, undo, user

WHY = "a mistake"
CLIENT: dict[str, Any] = {
    "full_name": "Zoé Zola", "email": "zoe@zola.example", "phone": "+33612345678",
    "company_name": "Zola [red]%", 
}  # fmt: skip
TABLES = ("users", "clients", "contracts", "events", "payments")
UNTOLD = ("version", "updated_at", "last_updated", "search_words")


def contents(owner: Connection) -> dict[str, Any]:
    """Every record, without what moves with every write."""
    cursor = owner.cursor()
    found = {}
    for table in TABLES:
        cursor.execute(
            f"SELECT to_jsonb(t) - %s::text[] FROM {table} t ORDER BY id", (list(UNTOLD),)
        )
        found[table] = [record for (record,) in cursor.fetchall()]
    return found


def newest(owner: Connection) -> int:
    """The number of the last transaction."""
    cursor = owner.cursor()
    cursor.execute("SELECT max(id) FROM audit_transactions")
    ((number,),) = cursor.fetchall()
    return int(number)


def do(company: Company, owner: Connection, who: int, act: Any) -> int:
    """Do something as somebody; return the number of the transaction that did it."""
    with company.database.as_user(who) as tx:
        act(tx)
    return newest(owner)


def take_back(
    company: Company, owner: Connection, who: int, number: int, reason: str | None = WHY
) -> int:
    return do(company, owner, who, lambda tx: undo.undo(tx, number, reason=reason))


DATES: dict[str, Any] = {
    "start_date": datetime.fromisoformat("2031-01-01"),
    "end_date": datetime.fromisoformat("2031-01-02"),
}
EVENT: dict[str, Any] = {"name": "N", "client_contact": "N", "location": "N", "attendees": 1}
PERSON: dict[str, Any] = {
    "first_name": "N",
    "last_name": "N",
    "email": "n@n.example",
    "role": "SALES",
}
SECRET = "four words nobody guesses"

# What MANAGEMENT does, and whether the whole company is then, once undone, as it was before.
COMMANDS: dict[str, Any] = {
    "client create": lambda tx: client.create(tx, sales_contact_id=3, **CLIENT),
    "client update": lambda tx: client.update(tx, 1, {"phone": "+33611111111", "full_name": "É"}),
    "client transfer": lambda tx: client.transfer(tx, 1, 4),
    "contract create": lambda tx: contract.create(tx, client_id=1, total_amount="10"),
    "contract create, signed and paid on": lambda tx: contract.create(
        tx, client_id=1, total_amount="10", amount_due="4", signed_status=True
    ),
    "contract update": lambda tx: contract.update(tx, 1, {"total_amount": "900"}),
    "contract update, to another client": lambda tx: contract.update(tx, 1, {"client_id": 3}),
    "contract update, and sign": lambda tx: contract.update(
        tx, 1, {"total_amount": "900", "signed_status": True}
    ),
    "contract sign": lambda tx: contract.sign(tx, 1),
    "contract amend": lambda tx: contract.amend(tx, 3, "9000.01", WHY),
    "contract delete": lambda tx: contract.delete(tx, 1),
    "event create": lambda tx: event.create(tx, contract_id=2, **DATES, **EVENT),
    "event update": lambda tx: event.update(tx, 1, {"notes": "[/]", "attendees": 9, **DATES}),
    "event assign": lambda tx: event.assign(tx, 2, 5),
    "event unassign": lambda tx: event.unassign(tx, 1),
    "event delete": lambda tx: event.delete(tx, 1),
    "user create": lambda tx: user.create(tx, password=SECRET, **PERSON),
    "user update": lambda tx: user.update(tx, 3, {"last_name": "N", "phone": "+33611111111"}),
    "user deactivate": lambda tx: user.deactivate(tx, 2),
    "role": lambda tx: user.update(tx, 2, {"role": "SALES"}),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_undone_redone_and_undone_again(
    company: Company, owner: Connection, command: str
) -> None:
    before = contents(owner)
    number = do(company, owner, company.manager, COMMANDS[command])
    after = contents(owner)
    assert after != before
    undone = take_back(
        company,
        owner,
        company.manager2 if "user" not in command and command != "role" else 1,
        number,
    )
    assert contents(owner) == before
    if command == "user create":
        return
    redone = take_back(company, owner, company.manager, undone)
    assert without_openings(contents(owner)) == without_openings(after)
    take_back(company, owner, company.manager, redone)
    assert contents(owner) == before


def without_openings(found: dict[str, Any]) -> dict[str, Any]:
    return found

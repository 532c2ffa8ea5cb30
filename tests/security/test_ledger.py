"""Rule 7: what is due is the total less the ledger, after every way to change either."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database
from support.raw import acting

DRAFT, PARTLY_PAID = 1, 3
ACT = {
    "pay": "INSERT INTO payments (contract_id, amount) VALUES (%(id)s, %(amount)s)",
    "reverse": "INSERT INTO payments (contract_id, amount, kind, reverses_id, reason)"
    " SELECT contract_id, -amount, 'REVERSAL', id, 'twice' FROM payments"
    " WHERE contract_id = %(id)s AND amount = %(amount)s",
    "adjust": "INSERT INTO payments (contract_id, amount, kind, reason)"
    " VALUES (%(id)s, %(amount)s, 'ADJUSTMENT', 'by hand')",
    "total": "UPDATE contracts SET total_amount = %(amount)s WHERE id = %(id)s",
    "sign": "UPDATE contracts SET signed_status = true WHERE id = %(id)s",
}
STORIES = (
    (DRAFT, [("pay", "100"), ("pay", "0.01")], "899.99", "100.01"),
    (DRAFT, [("pay", "1000")], "0", "1000"),
    (DRAFT, [("total", "1500"), ("pay", "500"), ("total", "500")], "0", "500"),
    (DRAFT, [("pay", "400"), ("reverse", "400"), ("pay", "400")], "600", "400"),
    (DRAFT, [("adjust", "250"), ("adjust", "-50"), ("sign", "0")], "800", "0"),
    (DRAFT, [("adjust", "250"), ("reverse", "250"), ("pay", "10")], "990", "10"),
    (DRAFT, [("sign", "0"), ("total", "1200"), ("pay", "200")], "1000", "200"),
    (PARTLY_PAID, [("reverse", "2000")], "3000", "0"),
    (PARTLY_PAID, [("adjust", "-500"), ("total", "5000"), ("pay", "3500")], "0", "5500"),
)


@pytest.fixture
def manager(database: Database) -> Iterator[Cursor]:
    """A manager's transaction, with a reason."""
    with acting(database, 1) as cursor:
        cursor.execute("SELECT set_config('epicevents.reason', 'as agreed', true)")
        yield cursor


def due(cursor: Cursor, contract: int) -> Decimal:
    """What is due on a contract, which its ledger must explain."""
    cursor.execute(
        "SELECT amount_due, total_amount - coalesce(sum(amount), 0) FROM contracts c"
        " LEFT JOIN payments ON contract_id = c.id WHERE c.id = %s GROUP BY c.id",
        (contract,),
    )
    ((balance, explained),) = cursor.fetchall()
    assert balance == explained
    assert isinstance(balance, Decimal)
    return balance


def received(cursor: Cursor, contract: int) -> Decimal:
    """What came in for a contract, which its ledger must explain without its adjustments."""
    cursor.execute(
        "SELECT received, (SELECT coalesce(sum(p.amount), 0) FROM payments p"
        " LEFT JOIN payments o ON o.id = p.reverses_id"
        " WHERE p.contract_id = c.id AND coalesce(o.kind, p.kind) <> 'ADJUSTMENT')"
        " FROM contracts c WHERE c.id = %s",
        (contract,),
    )
    ((stored, explained),) = cursor.fetchall()
    assert stored == explained
    assert isinstance(stored, Decimal)
    return stored


@pytest.mark.parametrize(("contract", "story", "left", "came"), STORIES)
def test_balance_is_what_the_ledger_explains(
    manager: Cursor, contract: int, story: list[tuple[str, str]], left: str, came: str
) -> None:
    for act, amount in story:
        manager.execute(ACT[act], {"id": contract, "amount": amount})
        due(manager, contract)
        received(manager, contract)
    assert due(manager, contract) == Decimal(left)
    assert received(manager, contract) == Decimal(came)


@pytest.mark.parametrize("kind", ["PAYMENT", "ADJUSTMENT"])
def test_reversal_names_the_kind_of_what_it_reverses_and_no_other(
    database: Database, kind: str
) -> None:
    cursor = database.owner().cursor()
    cursor.execute(
        "INSERT INTO payments (contract_id, amount, kind, reason) VALUES (1, 7, %s, 'why')"
        " RETURNING id",
        (kind,),
    )
    ((entry,),) = cursor.fetchall()
    cursor.execute(
        "INSERT INTO payments (contract_id, amount, kind, reverses_id, reversed_kind, reason)"
        " VALUES (1, -7, 'REVERSAL', %s, 'OPENING', 'twice') RETURNING reversed_kind",
        (entry,),
    )
    assert cursor.fetchone() == (kind,)


@pytest.mark.parametrize("who", [1, 3])
def test_contract_with_less_due_than_its_total_opens_its_ledger(
    database: Database, who: int
) -> None:
    with acting(database, who) as cursor:
        cursor.execute(
            "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
            " VALUES (1, 3, 100, 40), (1, 3, 100, 100), (1, 3, 100, 0) RETURNING id"
        )
        ids = [contract for (contract,) in cursor.fetchall()]
        assert [due(cursor, contract) for contract in ids] == [40, 100, 0]
        cursor.execute(
            "SELECT contract_id, amount, kind, created_by_id, paid_on = utc_now()::date"
            " FROM payments WHERE contract_id >= %s ORDER BY contract_id",
            (ids[0],),
        )
        assert cursor.fetchall() == [
            (ids[0], 60, "OPENING", who, True), (ids[2], 100, "OPENING", who, True),
        ]  # fmt: skip


def test_payments_of_one_statement_move_each_balance_once(manager: Cursor) -> None:
    manager.execute(
        "INSERT INTO payments (contract_id, amount) VALUES (1, 10), (1, 20), (2, 5), (1, 30)"
    )
    assert [due(manager, contract) for contract in (1, 2)] == [940, 1995]


def test_payment_says_who_made_it(manager: Cursor) -> None:
    manager.execute(ACT["pay"] + " RETURNING created_by_id", {"id": 1, "amount": 1})
    assert manager.fetchone() == (1,)


def test_signature_keeps_its_moment_until_it_is_taken_back(manager: Cursor) -> None:
    def signed(status: bool) -> object:
        manager.execute(
            "UPDATE contracts SET signed_status = %s WHERE id = 1 RETURNING signed_at", (status,)
        )
        ((moment,),) = manager.fetchall()
        return moment

    first = signed(True)
    assert first is not None
    assert signed(True) == first
    assert signed(False) is None


@pytest.mark.parametrize(
    ("table", "moment"), [("users", "updated_at"), ("clients", "last_updated"), ("events", None)]
)
def test_every_update_moves_the_version_and_the_moment(
    database: Database, table: str, moment: str | None
) -> None:
    cursor = database.owner().cursor()
    cursor.execute(
        f"UPDATE {table} SET version = 1, id = id WHERE id = 1 RETURNING version, "
        + (f"{moment} > created_at" if moment else "true")
    )
    assert cursor.fetchone() == (2, True)

"""What the functions of undo let an insider do with somebody's session: what the rules let do."""

from collections.abc import Iterator

import pytest
from psycopg2.errors import CheckViolation, InsufficientPrivilege
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.company import Company
from support.database import Database
from support.matrix import DENIED
from support.raw import InBackground, acting, attempt, refusal
from support.statements import client, contract

BEGIN = "SELECT begin_undo(%s)"
CREATED, DELETED = "SELECT undo_created()", "SELECT undo_deleted()"
SALES, MANAGER, MANAGER2 = 3, 1, 2
OPPOSITE = "tg_audit_transactions_opposite"


def wrote(database: Database, who: int, *statements: str) -> int:
    """Run statements as somebody in one transaction, and return its number."""
    with acting(database, who) as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SELECT audit_list.transaction_id FROM audit_list ORDER BY id DESC LIMIT 1")
        ((number,),) = cursor.fetchall()
        cursor.execute("COMMIT")
    return int(number)


def one(cursor: Cursor, query: str) -> object:
    cursor.execute(query)
    ((value,),) = cursor.fetchall()
    return value


@pytest.fixture
def theirs(company: Company) -> int:
    """A transaction of SALES that created a client."""
    return wrote(company.database, company.sales, client(contact=3))


@pytest.fixture
def undoing(company: Company, theirs: int) -> Iterator[Cursor]:
    """A manager's transaction that undoes it."""
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (theirs,))
        yield cursor


def test_only_management_undoes_what_others_did(company: Company, theirs: int) -> None:
    for who in (company.sales2, company.support, None):
        with acting(company.database, who) as cursor:
            assert refusal(cursor, BEGIN, (theirs,))[0] == DENIED
    for who in (company.sales, company.manager):
        with acting(company.database, who) as cursor:
            cursor.execute(BEGIN, (theirs,))


def test_what_nobody_s_login_wrote_is_management_s_to_undo(company: Company) -> None:
    with acting(company.database, company.sales) as cursor:
        assert refusal(cursor, BEGIN, (1,))[0] == DENIED
        assert refusal(cursor, BEGIN, (999,))[0] == DENIED
        assert refusal(cursor, BEGIN, (None,))[0] == DENIED
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (1,))
    with acting(company.database, company.manager) as cursor:
        assert refusal(cursor, BEGIN, (-999,))[0] == "23503"


def test_a_transaction_undoes_one_other_and_not_itself(
    company: Company, theirs: int, undoing: Cursor
) -> None:
    assert refusal(undoing, BEGIN, (1,))[0] == DENIED
    with acting(company.database, company.manager) as cursor:
        cursor.execute("UPDATE clients SET phone = '+33611111111' WHERE id = 1")
        itself = one(cursor, "SELECT max(transaction_id) FROM audit_list")
        assert refusal(cursor, BEGIN, (itself,))[1] == "ck_audit_transactions_undoes"


def test_a_transaction_is_undone_once_also_by_two_at_once(
    company: Company, theirs: int, undoing: Cursor, owner: Connection
) -> None:
    undoing.execute(CREATED)
    with acting(company.database, company.manager2) as cursor:
        other = InBackground(cursor, BEGIN, (theirs,))
        assert other.wait_until_blocked(owner.cursor())
        undoing.execute("COMMIT")
        assert other.result() == "uq_audit_transactions_undoes"


def test_only_management_deletes_and_brings_back(company: Company, theirs: int) -> None:
    with acting(company.database, company.sales) as cursor:
        cursor.execute(BEGIN, (theirs,))
        assert refusal(cursor, CREATED)[0] == DENIED
        assert refusal(cursor, DELETED)[0] == DENIED
    for statement in (CREATED, DELETED):
        with acting(company.database, None) as cursor:
            assert refusal(cursor, statement)[0] == DENIED


def test_without_a_transaction_to_undo_nothing_happens(company: Company) -> None:
    with acting(company.database, company.manager) as cursor:
        assert (one(cursor, CREATED), one(cursor, DELETED)) == (0, 0)


def test_what_has_been_changed_since_stays(company: Company, theirs: int) -> None:
    wrote(company.database, company.sales, "UPDATE clients SET phone = '+33611111111' WHERE id = 4")
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (theirs,))
        assert refusal(cursor, CREATED)[1] == "tg_undo_changed_since"


def test_what_others_refer_to_stays(company: Company, theirs: int) -> None:
    wrote(company.database, company.sales, contract(client=4, contact=3))
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (theirs,))
        assert refusal(cursor, CREATED)[1] == "fk_contracts_client_id_clients"


def test_whoever_is_changing_it_is_waited_for(company: Company, owner: Connection) -> None:
    theirs = wrote(company.database, company.sales, client(contact=3))
    with (
        acting(company.database, company.sales) as editing,
        acting(company.database, company.manager) as undoing,
    ):
        editing.execute("UPDATE clients SET phone = '+33611111111' WHERE id = 4")
        undoing.execute(BEGIN, (theirs,))
        deletion = InBackground(undoing, CREATED)
        assert deletion.wait_until_blocked(owner.cursor())
        editing.execute("COMMIT")
        assert deletion.result() == "tg_undo_changed_since"


def test_nobody_deletes_their_own_account(company: Company) -> None:
    with acting(company.database, company.manager) as cursor:
        number = one(
            cursor,
            "SELECT transaction_id FROM audit_list WHERE (table_name, record_id) = ('users', 1)",
        )
        cursor.execute(BEGIN, (number,))
        refused = attempt(cursor, CREATED)
        assert isinstance(refused, InsufficientPrivilege)
        assert refused.diag.message_primary == "permission denied: nobody deletes their own account"


@pytest.mark.parametrize("statement", [contract(signed=True), contract(due="4")])
def test_a_signature_or_a_ledger_goes_with_a_reason(company: Company, statement: str) -> None:
    number = wrote(company.database, company.sales, statement)
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (number,))
        assert refusal(cursor, CREATED)[0] == DENIED
        cursor.execute("SELECT set_config('epicevents.reason', 'a mistake', true)")
        cursor.execute(CREATED)
        assert one(cursor, "SELECT count(*) FROM contracts") == 5


def test_a_ledger_goes_only_with_the_contract_that_is_undone(
    company: Company, owner: Connection
) -> None:
    number = wrote(company.database, company.manager, contract(due="4"))
    wrote(
        company.database,
        company.manager,
        "INSERT INTO payments (contract_id, amount) VALUES (6, 1)",
    )
    with acting(company.database, company.manager) as cursor:
        cursor.execute("SELECT set_config('epicevents.reason', 'a mistake', true)")
        cursor.execute(BEGIN, (number,))
        assert refusal(cursor, CREATED)[1] == "tg_undo_changed_since"
        assert refusal(cursor, "DELETE FROM payments")[0] == DENIED
    # The owner too, even in a transaction that undoes something else.
    cursor = owner.cursor()
    cursor.execute("BEGIN")
    assert refusal(cursor, "DELETE FROM payments WHERE contract_id = 6")[1] == "tg_payments_stay"
    cursor.execute("UPDATE clients SET phone = phone")
    cursor.execute("UPDATE audit_transactions SET undoes = 1 WHERE xid = pg_current_xact_id()")
    assert refusal(cursor, "DELETE FROM payments WHERE contract_id = 6")[1] == "tg_payments_stay"
    cursor.execute("ROLLBACK")


def test_accounts_are_not_brought_back(company: Company) -> None:
    number = wrote(company.database, company.manager, "SELECT delete_record('users', 2)")
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (number,))
        assert one(cursor, DELETED) == 0


def test_rules_bind_what_is_brought_back(company: Company) -> None:
    number = wrote(
        company.database,
        company.manager,
        client(contact=4) + " RETURNING id",
        "SELECT delete_record('contracts', 1)",
    )
    with acting(company.database, company.manager) as cursor:
        cursor.execute("UPDATE contracts SET sales_contact_id = 4")
        cursor.execute("UPDATE clients SET sales_contact_id = 4")
        cursor.execute("UPDATE users SET is_active = false WHERE id = 3")
        cursor.execute(BEGIN, (number,))
        assert refusal(cursor, DELETED)[1] == "tg_contracts_active_contact"


def test_a_number_from_before_a_restore_is_not_taken_for_this_transaction(
    company: Company, theirs: int, owner: Connection
) -> None:
    owner.cursor().execute(f"ALTER TABLE audit_transactions DISABLE TRIGGER {OPPOSITE}")
    with acting(company.database, company.manager) as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        ((xid,),) = cursor.fetchall()
        # As where the server counts anew after a restore.
        owner.cursor().execute(
            "UPDATE audit_transactions SET xid = %s, undoes = 1 WHERE id = %s", (xid, theirs)
        )
        assert one(cursor, CREATED) == 0
        cursor.execute(BEGIN, (theirs,))
        ((mine,),) = cursor.fetchall()
        assert mine > theirs
        assert one(cursor, CREATED) == 1


# At commit an undo is the opposite of exactly what it marks

PAID = "INSERT INTO payments (contract_id, amount) VALUES (2, 10)"
REVERSED = (
    "SELECT set_config('epicevents.reason', 'a mistake', true);"
    " INSERT INTO payments (contract_id, amount, kind, reverses_id, reason)"
    " SELECT 2, -10, 'REVERSAL', max(id), 'a mistake' FROM payment_list"
)
NAMED = "UPDATE clients SET full_name = 'Other' WHERE id = 1"
NAMED_BACK = "UPDATE clients SET full_name = 'Éléonore Lefèvre' WHERE id = 1"
ELSEWHERE = "UPDATE clients SET full_name = 'Other' WHERE id = 2"


@pytest.mark.parametrize(
    ("done", "written"),
    [
        (PAID, ()),
        (PAID, (NAMED,)),
        (PAID, (REVERSED, ELSEWHERE)),
        (NAMED, ()),
        (NAMED, ("UPDATE clients SET full_name = 'Third' WHERE id = 1",)),
        (NAMED, (NAMED_BACK, ELSEWHERE)),
        (NAMED, (NAMED_BACK, "UPDATE clients SET phone = '+33611111111' WHERE id = 1")),
        (NAMED, (NAMED_BACK, PAID)),
        (client(contact=3), ()),
        ("SELECT delete_record('contracts', 1)", ()),
        (NAMED, ("SAVEPOINT s", NAMED_BACK, "ROLLBACK TO s")),
    ],
)
def test_nothing_is_marked_as_taken_back_that_stands(
    company: Company, owner: Connection, done: str, written: tuple[str, ...]
) -> None:
    number = wrote(company.database, company.manager, done)
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (number,))
        for statement in written:
            cursor.execute(statement)
        refused = attempt(cursor, "SET CONSTRAINTS ALL IMMEDIATE")
        assert refused is not None
        assert OPPOSITE in str(refused.diag.constraint_name)  # type: ignore[union-attr]
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (number,))
        for statement in written:
            cursor.execute(statement)
        with pytest.raises(CheckViolation):
            cursor.execute("COMMIT")
    assert one(owner.cursor(), "SELECT count(*) FROM audit_transactions WHERE undoes > 0") == 0


@pytest.mark.parametrize(("done", "back"), [(PAID, REVERSED), (NAMED, NAMED_BACK)])
def test_the_opposite_is_kept_and_nothing_is_written_behind_its_check(
    company: Company, owner: Connection, done: str, back: str
) -> None:
    number = wrote(company.database, company.manager, done)
    with acting(company.database, company.manager) as cursor:
        cursor.execute(BEGIN, (number,))
        cursor.execute(back)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert refusal(cursor, ELSEWHERE) == ("23514", OPPOSITE)
        cursor.execute("COMMIT")
    assert one(owner.cursor(), "SELECT undoes FROM audit_transactions WHERE undoes > 0") == number

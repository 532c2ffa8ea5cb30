from datetime import date

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.matrix import DENIED
from support.raw import acting, refusal
from support.services import refused

from crm.domain.errors import InvalidValue, NotFound, PermissionDenied, RuleViolation
from crm.services import log, privacy, undo


def texts(owner: Connection) -> list[str]:
    cursor = owner.cursor()
    cursor.execute("SELECT text FROM log_entries ORDER BY id")
    return [text for (text,) in cursor.fetchall()]


def write(company: Company, who: int, text: str = "N") -> int:
    """Log something on Sophie's client, and return the number of the transaction."""
    with company.database.as_user(who) as tx:
        log.log(tx, company.client, text)
        return int(tx.value("SELECT max(transaction_id) FROM audit_list"))


def test_everybody_logs_on_every_client_in_their_own_name(
    company: Company, owner: Connection
) -> None:
    day = date.fromisoformat("2026-03-02")
    for who in (company.manager, company.sales, company.sales2, company.support):
        with company.database.as_user(who) as tx:
            change = log.log(
                tx, company.client, " Calls back ", kind="call", said_on=day, event_id=1
            )
            assert change.record.created_by_id == who
        stored = services.stored(owner, "log_entries", change.record.id, "text")
        assert stored == change.new["text"] == "Calls back"
        assert change.new["kind"] == "CALL"
    with company.database.as_user(company.support) as tx:
        today = log.log(tx, company.client, "N").record
        assert (today.kind, today.said_on) == ("NOTE", tx.value("SELECT company_today()"))


def test_an_entry_is_refused_where_it_would_be_wrong(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        with refused(NotFound, "not_found"):
            log.log(tx, 99, "N")
        with refused(InvalidValue, "blank"):
            log.log(tx, 1, " ")
        for kind in ("telex", "task"):
            with refused(InvalidValue, "invalid_log_kind"):
                log.log(tx, 1, "N", kind=kind)
        with refused(RuleViolation, "said_in_future"):
            log.log(tx, 1, "N", said_on=date.fromisoformat("2999-01-01"))
        with refused(RuleViolation, "other_client") as raised:
            log.log(tx, 1, "N", contract_id=5)
        assert "client 3" in str(raised.value)
        with refused(RuleViolation, "other_client") as raised:
            log.log(tx, 1, "N", event_id=3)
        assert "client 3" in str(raised.value)
    with company.database.as_user(company.manager) as tx:
        privacy.erase(tx, company.client, "asked")
        with refused(RuleViolation, "client_erased"):
            log.log(tx, company.client, "N")


def test_an_author_takes_an_entry_back_within_the_hour(company: Company, owner: Connection) -> None:
    number = write(company, company.support)
    with (
        company.database.as_user(company.sales) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        undo.undo(tx, number)
    with company.database.as_user(company.support) as tx:
        again = undo.undo(tx, number).number
    assert texts(owner) == []
    with company.database.as_user(company.support) as tx:
        undo.undo(tx, again)  # and brings it back, still theirs
    assert services.stored(owner, "log_entries", 1, "created_by_id") == company.support


def test_later_only_management_takes_an_entry_back(company: Company, owner: Connection) -> None:
    number = write(company, company.sales)
    owner.cursor().execute("UPDATE audit_transactions SET at = at - interval '61 minutes'")
    with company.database.as_user(company.sales) as tx:
        with refused(PermissionDenied, "permission_denied") as raised:
            undo.undo(tx, number)
        assert "within an hour" in str(raised.value)
    with acting(company.database, company.sales) as cursor:
        cursor.execute("SELECT begin_undo(%s)", (number,))
        assert refusal(cursor, "SELECT undo_created()")[0] == DENIED
    with company.database.as_user(company.manager) as tx:
        undo.undo(tx, number)
    assert texts(owner) == []


@pytest.mark.parametrize("statement", ["undo_created()", "undo_deleted()"])
def test_what_else_a_transaction_wrote_is_taken_back_by_management_alone(
    company: Company, statement: str
) -> None:
    with company.database.as_user(company.sales) as tx:
        log.log(tx, company.client, "N")
        tx.execute(
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
            " VALUES ('N', 'n@n.fr', '+33612345678', 'N', 3)"
        )
        number = int(tx.value("SELECT max(transaction_id) FROM audit_list"))
    if statement == "undo_deleted()":
        with company.database.as_user(company.manager) as tx:
            number = undo.undo(tx, number).number
        # Theirs, as the database is told: what they may undo at all.
        connection = company.database.owner()
        connection.cursor().execute("UPDATE audit_transactions SET employee_id = 3")
        connection.close()
    with acting(company.database, company.sales) as cursor:
        cursor.execute("SELECT begin_undo(%s)", (number,))
        assert refusal(cursor, f"SELECT {statement}")[0] == DENIED


def test_an_erasure_takes_the_person_out_of_the_log(company: Company, owner: Connection) -> None:
    write(company, company.sales, "Éléonore asked for 06 12 34 56 78")
    gone = write(company, company.sales, "Lefèvre called")
    with company.database.as_user(company.sales) as tx:
        undo.undo(tx, gone)
    with company.database.as_user(company.sales) as tx:
        log.log(tx, company.client_of_sales2, "Knows Éléonore")
    with company.database.as_user(company.manager) as tx:
        assert privacy.erase(tx, company.client, "asked").logged == 1
    assert texts(owner) == ["(erased) asked for (erased)", "Knows Éléonore"]
    cursor = owner.cursor()
    cursor.execute(
        "SELECT count(*) FROM audit_entries WHERE table_name = 'log_entries'"
        " AND changes -> 'client_id' @> '1' AND changes::text ~ 'Lef|nore'"
    )
    assert cursor.fetchone() == (0,)

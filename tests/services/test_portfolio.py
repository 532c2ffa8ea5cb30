import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import last_reason, refused, stored

from crm.domain.errors import NotFound, PermissionDenied, RuleViolation
from crm.services import portfolio

MANY = 2_000


def contacts_of(owner: Connection, table: str, column: str) -> dict[int, int | None]:
    cursor = owner.cursor()
    cursor.execute(f"SELECT id, {column} FROM {table} ORDER BY id")
    return dict(cursor.fetchall())


def plan(owner: Connection, support: int, start: str, end: str, name: str = "Another") -> int:
    """Write an event on the company's signed contract; return its id."""
    cursor = owner.cursor()
    cursor.execute(
        "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
        " support_contact_id, location, attendees)"
        " VALUES (%s, 2, 1, 'N', %s, %s, %s, 'N', 1) RETURNING id",
        (name, start, end, support),
    )
    found = cursor.fetchone()
    assert found
    return int(found[0])


# SALES


def test_clients_and_unsettled_contracts_go_and_settled_ones_stay(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        moved = portfolio.transfer_all(tx, company.sales, company.sales2)
    assert moved.counts == {"clients": 2, "contracts": 3}
    assert moved.left == {"contracts": 1, "events": 0}
    assert contacts_of(owner, "clients", "sales_contact_id") == {1: 4, 2: 4, 3: 4}
    assert contacts_of(owner, "contracts", "sales_contact_id") == {1: 4, 2: 4, 3: 4, 4: 3, 5: 4}


def test_settled_contracts_go_where_that_is_said(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        moved = portfolio.transfer_all(tx, company.sales, company.sales2, include_settled=True)
    assert moved.counts == {"clients": 2, "contracts": 4}
    assert not any(moved.left.values())
    assert set(contacts_of(owner, "contracts", "sales_contact_id").values()) == {4}


def test_a_contract_that_is_open_again_follows_its_client(
    company: Company, owner: Connection
) -> None:
    # Sold and settled by Samuel; of a client that is now Sophie's; then its payment was reversed.
    owner.cursor().execute("UPDATE contracts SET sales_contact_id = 4 WHERE id = 3")
    owner.cursor().execute(
        "INSERT INTO users (first_name, last_name, email, hashed_password, role)"
        " SELECT 'Jo', 'Roy', 'jo@epicevents.example', hashed_password, 'SALES' FROM users"
        " WHERE id = 3"
    )
    with company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, company.sales, 7)
    assert stored(owner, "contracts", company.partly_paid, "sales_contact_id") == 7


@pytest.mark.proof
def test_thousands_go_at_once_as_one_entry_of_the_history(
    company: Company, owner: Connection
) -> None:
    cursor = owner.cursor()
    cursor.execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT 'N', 'n' || n || '@n.example', '+33612345678', 'N', 3"
        " FROM generate_series(1, %s) n",
        (MANY,),
    )
    with company.database.as_user(company.manager) as tx:
        moved = portfolio.transfer_all(tx, company.sales, company.sales2)
    assert moved.counts["clients"] == MANY + 2
    cursor.execute(
        "SELECT count(*), count(DISTINCT transaction_id), max(t.employee_id)"
        " FROM audit_entries e JOIN audit_transactions t ON t.id = e.transaction_id"
        " WHERE changes ? 'sales_contact_id' AND action = 'UPDATE'"
    )
    assert cursor.fetchone() == (MANY + 2 + 3, 1, company.manager)


# SUPPORT


def test_coming_events_go_and_past_ones_stay(company: Company, owner: Connection) -> None:
    past = plan(owner, company.support, "2020-03-01", "2020-03-02")
    with company.database.as_user(company.manager) as tx:
        moved = portfolio.transfer_all(tx, company.support, company.support2)
    assert moved.counts == {"events": 1}
    assert moved.left == {"contracts": 0, "events": 1}
    assert contacts_of(owner, "events", "support_contact_id") == {1: 6, 2: None, 3: 6, past: 5}


def test_past_events_go_where_that_is_said(company: Company, owner: Connection) -> None:
    past = plan(owner, company.support, "2020-03-01", "2020-03-02")
    with company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, company.support, company.support2, include_settled=True)
    assert contacts_of(owner, "events", "support_contact_id") == {1: 6, 2: None, 3: 6, past: 6}


def test_clashing_events_are_named_and_nothing_goes(company: Company, owner: Connection) -> None:
    free = plan(owner, company.support, "2031-01-01", "2031-01-02")
    theirs = plan(owner, company.support2, "2030-06-04 23:00", "2030-06-06")
    with (
        refused(RuleViolation, "support_overlap") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        portfolio.transfer_all(tx, company.support, company.support2)
    assert raised.value.details == {"events": [1]}
    assert f"1 (Mariage d'Éléonore) with {theirs} (Another)" in raised.value.message
    assert stored(owner, "events", free, "support_contact_id") == company.support


def test_back_to_back_is_no_clash(company: Company, owner: Connection) -> None:
    plan(owner, company.support2, "2030-06-05 00:00", "2030-06-06")
    with company.database.as_user(company.manager) as tx:
        assert portfolio.transfer_all(tx, company.support, company.support2)


def test_a_past_clash_does_not_stop_what_is_coming(company: Company, owner: Connection) -> None:
    plan(owner, company.support, "2020-01-10 19:00", "2020-01-10 20:00")
    with company.database.as_user(company.manager) as tx:
        assert portfolio.transfer_all(tx, company.support, company.support2).counts == {"events": 1}
        with refused(RuleViolation, "support_overlap"):
            portfolio.transfer_all(tx, company.support, company.support2, include_settled=True)


def test_with_a_reason_two_events_at_once_are_allowed(company: Company, owner: Connection) -> None:
    plan(owner, company.support2, "2030-06-04 12:00", "2030-06-04 13:00")
    free = plan(owner, company.support, "2031-01-01", "2031-01-02")
    with company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, company.support, company.support2, override="one hotel")
    assert stored(owner, "events", 1, "support_contact_id") == company.support2
    assert stored(owner, "events", 1, "overlap_allowed") is True
    assert stored(owner, "events", free, "overlap_allowed") is False
    assert last_reason(owner) == "one hotel"


def test_what_one_person_was_allowed_is_not_allowed_to_the_next(
    company: Company, owner: Connection
) -> None:
    twin = plan(owner, company.support2, "2030-06-04 12:00", "2030-06-04 13:00")
    owner.cursor().execute(
        "UPDATE events SET support_contact_id = 5, overlap_allowed = true WHERE id = %s", (twin,)
    )
    with (
        refused(RuleViolation, "support_overlap") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        portfolio.transfer_all(tx, company.support, company.support2)
    assert raised.value.details == {"events": [1, twin]}
    with company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, company.support, company.support2, override="one hotel")


# Who, and to whom


@pytest.mark.parametrize("who", ["sales", "sales2", "support"])
def test_only_management_transfers(company: Company, who: str) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(getattr(company, who)) as tx,
    ):
        portfolio.transfer_all(tx, company.sales, company.sales2)


@pytest.mark.parametrize(
    ("giver", "taker", "code", "said"),
    [
        ("sales", "sales", "same_person", "Sophie Simon cannot transfer to themselves"),
        ("sales", "support", "sales_contact_role", "Paul Petit is SUPPORT"),
        ("support", "sales", "support_contact_role", "Sophie Simon is SALES"),
        ("manager", "manager2", "no_portfolio", "Marie Martin is MANAGEMENT"),
    ],
)
def test_the_taker_is_somebody_else_of_the_same_role(
    company: Company, giver: str, taker: str, code: str, said: str
) -> None:
    with refused(RuleViolation, code) as raised, company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, getattr(company, giver), getattr(company, taker))
    assert raised.value.message.startswith(said)


@pytest.mark.parametrize(("giver", "taker"), [("sales", "sales2"), ("support", "support2")])
def test_the_taker_is_active(company: Company, owner: Connection, giver: str, taker: str) -> None:
    owner.cursor().execute(
        "UPDATE users SET is_active = false WHERE id = %s", (getattr(company, taker),)
    )
    with (
        refused(RuleViolation, "inactive_contact"),
        company.database.as_user(company.manager) as tx,
    ):
        portfolio.transfer_all(tx, getattr(company, giver), getattr(company, taker))


def test_somebody_inactive_hands_over_too(company: Company, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 3")
    with company.database.as_user(company.manager) as tx:
        assert portfolio.transfer_all(tx, company.sales, company.sales2)


def test_nobody_is_not_found(company: Company) -> None:
    with refused(NotFound, "not_found"), company.database.as_user(company.manager) as tx:
        portfolio.transfer_all(tx, company.sales, 99)


def test_twice_moves_nothing_the_second_time(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        assert portfolio.transfer_all(tx, company.sales, company.sales2)
        assert not portfolio.transfer_all(tx, company.sales, company.sales2)

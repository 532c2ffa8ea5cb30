from datetime import date
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.services import refused

from crm.database.transaction import Transaction
from crm.domain.errors import NotFound, PermissionDenied, RuleViolation
from crm.services import portfolio, privacy, task, undo, user

DAY, LATER = date.fromisoformat("2031-01-01"), date.fromisoformat("2031-02-01")


def stored(owner: Connection, column: str, number: int = 1) -> Any:
    return services.stored(owner, "tasks", number, column)


def give(company: Company, who: int, **values: Any) -> int:
    """Let somebody create a task, and return its number."""
    with company.database.as_user(who) as tx:
        wanted: dict[str, Any] = {"text": "Call", "due_date": DAY, **values}
        change = task.create(tx, **wanted)
        return int(change.record.id)


def last(tx: Transaction) -> int:
    return int(tx.value("SELECT max(transaction_id) FROM audit_list"))


def test_anybody_gives_tasks_to_anybody(company: Company, owner: Connection) -> None:
    give(company, company.support, assignee_id=company.manager, event_id=company.event)
    assert (stored(owner, "assignee_id"), stored(owner, "created_by_id")) == (1, company.support)
    assert stored(owner, "client_id") == company.client  # the event's
    mine = give(company, company.sales, contract_id=company.signed_of_sales2)
    assert stored(owner, "assignee_id", mine) == company.sales
    assert stored(owner, "client_id", mine) == company.client_of_sales2


def test_a_task_is_refused_where_it_would_be_wrong(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        user.deactivate(tx, company.support2)
        privacy.erase(tx, 2, "asked")
    with company.database.as_user(company.sales) as tx:
        for kind, code, values in (
            (NotFound, "not_found", {"client_id": 99}),
            (NotFound, "not_found", {"assignee_id": 99}),
            (RuleViolation, "inactive_contact", {"assignee_id": company.support2}),
            (RuleViolation, "client_erased", {"client_id": 2}),
            (RuleViolation, "other_client", {"client_id": 1, "contract_id": 5}),
            (RuleViolation, "other_client", {"client_id": 1, "event_id": 3}),
        ):
            with refused(kind, code):
                task.create(tx, text="N", due_date=DAY, **values)


def test_who_made_it_whose_it_is_and_management_change_a_task(
    company: Company, owner: Connection
) -> None:
    give(company, company.sales, assignee_id=company.support)
    for who in (company.sales, company.support, company.manager):
        with company.database.as_user(who) as tx:
            task.update(tx, 1, {"text": f"by {who}"})
        assert stored(owner, "text") == f"by {who}"
    for change in (
        lambda tx: task.update(tx, 1, {"text": "N"}),
        lambda tx: task.move(tx, 1, LATER),
        lambda tx: task.complete(tx, 1),
        lambda tx: task.delete(tx, 1),
    ):
        with (
            company.database.as_user(company.sales2) as tx,
            refused(PermissionDenied, "permission_denied"),
        ):
            change(tx)
    with company.database.as_user(company.support) as tx:
        task.update(tx, 1, {"assignee_id": company.support2})  # no longer theirs
    with (
        company.database.as_user(company.support) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        task.move(tx, 1, LATER)
    with company.database.as_user(company.support2) as tx:
        assert task.move(tx, 1, LATER).new == {"due_date": LATER}
        task.delete(tx, 1)
    assert stored(owner, "id") is None


def test_what_is_done_is_in_the_log_of_its_client(company: Company, owner: Connection) -> None:
    give(company, company.sales, contract_id=company.signed)
    with company.database.as_user(company.sales) as tx:
        assert task.complete(tx, 1)
        task.follow_up(tx, 1, LATER, "Ask again")
        done = last(tx)
    assert stored(owner, "done_by_id") == company.sales
    assert stored(owner, "client_id", 2) == company.client
    entry = [
        services.stored(owner, "log_entries", 1, column)
        for column in ("kind", "text", "contract_id")
    ]
    assert entry == ["TASK", "Call", company.signed]
    with company.database.as_user(company.sales) as tx:
        assert not task.complete(tx, 1)  # it was done already
        with refused(RuleViolation, "task_done"):
            task.move(tx, 1, LATER)
    owner.cursor().execute("UPDATE audit_transactions SET at = at - interval '2 days'")
    with company.database.as_user(company.sales) as tx:
        undo.undo(tx, done)  # however long ago: it was no slip
    assert (stored(owner, "done_at"), stored(owner, "done_by_id")) == (None, None)
    assert services.stored(owner, "log_entries", 1, "id") is None


def test_a_task_for_whom_is_forgotten_is_done_without_a_word(
    company: Company, owner: Connection
) -> None:
    give(company, company.sales, text="Call Éléonore", client_id=company.client)
    with company.database.as_user(company.manager) as tx:
        assert privacy.erase(tx, company.client, "asked").planned == 1
    assert stored(owner, "text") == "Call (erased)"
    cursor = owner.cursor()
    cursor.execute(
        "SELECT count(*) FROM audit_entries WHERE table_name = 'tasks' AND changes::text ~ 'nore'"
    )
    assert cursor.fetchone() == (0,)
    with company.database.as_user(company.sales) as tx:
        assert task.complete(tx, 1)
    assert services.stored(owner, "log_entries", 1, "id") is None


@pytest.mark.parametrize("back", [False, True])
def test_a_deleted_task_is_brought_back_by_who_deleted_it(
    company: Company, owner: Connection, back: bool
) -> None:
    give(company, company.sales, assignee_id=company.support)
    with company.database.as_user(company.support) as tx:
        task.delete(tx, 1)
        number = last(tx)
    with company.database.as_user(company.support) as tx:
        again = undo.undo(tx, number).number
    assert (stored(owner, "text"), stored(owner, "created_by_id")) == ("Call", company.sales)
    if back:
        with company.database.as_user(company.support) as tx:
            undo.undo(tx, again)
        assert stored(owner, "id") is None


def test_who_leaves_hands_over_what_is_open(company: Company, owner: Connection) -> None:
    for who in (company.sales, company.support, company.manager):
        give(company, who)
    give(company, company.sales)
    with company.database.as_user(company.sales) as tx:
        task.complete(tx, 4)
    with company.database.as_user(company.manager2) as tx:
        for giver, taker in ((3, 4), (5, 6), (1, 2)):
            assert portfolio.transfer_all(tx, giver, taker).counts["tasks"] == 1
        with refused(RuleViolation, "no_portfolio"):
            portfolio.transfer_all(tx, company.manager, company.manager2)
        with refused(RuleViolation, "user_in_use"):
            user.delete(tx, company.manager)  # who made one
    assert [stored(owner, "assignee_id", number) for number in (1, 2, 3, 4)] == [4, 6, 2, 3]

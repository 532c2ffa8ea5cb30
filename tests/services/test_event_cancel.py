"""Cancelled events: kept and named, out of the way of others, and back by an undo."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import last_reason, refused, stored

from crm.domain.errors import Conflict, NotFound, PermissionDenied, RuleViolation
from crm.queries import schedule
from crm.queries.contract import LISTING as CONTRACTS
from crm.queries.listing import Request
from crm.queries.pages import count_records
from crm.services import contract, contract_ending, event, portfolio, undo

DATES = ("start_date", "end_date")


def test_a_cancelled_event_is_kept_with_its_reason_and_may_come_back(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.support) as tx:
        assert event.cancel(tx, company.event, " The hall burnt down. ", version=1)
        assert not event.cancel(tx, company.event, "again")
        cancelled = undo.find_latest(tx)
    assert stored(owner, "events", company.event, "cancelled_reason") == "The hall burnt down."
    assert stored(owner, "events", company.event, "cancelled_at") is not None
    assert stored(owner, "events", company.event, "support_contact_id") == company.support
    assert last_reason(owner) == "The hall burnt down."
    with company.database.as_user(company.support) as tx:
        undo.undo(tx, cancelled)
    assert stored(owner, "events", company.event, "cancelled_reason") is None
    assert stored(owner, "events", company.event, "cancelled_at") is None


def test_who_may_not_hears_whom_to_ask(company: Company) -> None:
    for outsider in (company.sales, company.support2):
        with (
            company.database.as_user(outsider) as tx,
            refused(PermissionDenied, "permission_denied") as denied,
        ):
            event.cancel(tx, company.event, "rain")
        assert denied.value.hint == "Ask Paul Petit, or a colleague in MANAGEMENT."
    with company.database.as_user(company.manager) as tx:
        with pytest.raises(Conflict):
            event.cancel(tx, company.event, "rain", version=7)
        with pytest.raises(NotFound):
            event.cancel(tx, 99, "rain")


def test_its_support_is_free_until_somebody_else_has_them(
    company: Company, owner: Connection
) -> None:
    start, end = (stored(owner, "events", company.event, column) for column in DATES)
    values: dict[str, Any] = {"name": "N", "client_contact": "N", "location": "N", "attendees": 1}
    with company.database.as_user(company.manager) as tx:
        event.cancel(tx, company.event, "rain")
        cancelled = undo.find_latest(tx)
    with company.database.as_user(company.manager) as tx:
        assert company.support in {each.id for each in schedule.find_free(tx, start, end)}
        made = event.create(
            tx, contract_id=company.signed, start_date=start, end_date=end, **values
        ).record.id
        event.assign(tx, made, company.support)
        assert schedule.find_clashes(tx, [made, company.event]) == {}
    with (
        refused(RuleViolation, "support_overlap"),
        company.database.as_user(company.manager) as tx,
    ):
        undo.undo(tx, cancelled)
    # Moved as it is, a cancelled one is in nobody's way either.
    with company.database.as_user(company.manager) as tx:
        event.update(tx, company.event, {"end_date": end + timedelta(hours=1)})
        portfolio.transfer_all(tx, company.support, company.support2)
    assert stored(owner, "events", company.event, "support_contact_id") == company.support2


def test_the_contract_may_be_cancelled_then_but_not_deleted(
    company: Company, owner: Connection
) -> None:
    # Nothing else is planned on it.
    without = Request(filters={"without_event": True, "signed": True})
    with company.database.as_user(company.manager) as tx:
        planned = count_records(tx, CONTRACTS, without)
        event.cancel(tx, company.event, "rain")
        cancelled = undo.find_latest(tx)
    with company.database.as_user(company.manager) as tx:
        assert count_records(tx, CONTRACTS, without) == planned + 1
        with refused(RuleViolation, "contract_has_events"):
            contract.unsign(tx, company.signed, "mistake")
        contract_ending.cancel(tx, company.signed, "called off", "0")
    with refused(RuleViolation, "contract_closed"), company.database.as_user(company.manager) as tx:
        undo.undo(tx, cancelled)
    assert stored(owner, "events", company.event, "cancelled_reason") == "rain"

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database
from support.services import refused

from crm.database.transaction import Transaction, connect
from crm.domain.errors import CRMError, NotFound, PermissionDenied
from crm.queries import client
from crm.queries.audit import SESSIONS
from crm.queries.listing import Request
from crm.queries.pages import read_page
from crm.services import audit

UTC = ZoneInfo("UTC")
EVERYBODY = ("manager", "sales", "support")


class Seat:
    """Somebody at work: a session, and a connection whose statements each stand alone."""

    def __init__(self, database: Database, user_id: int) -> None:
        self.secret = database.session_of(user_id)
        self.connection = connect(database.app)
        self.tx = Transaction(self.connection, None)
        self.id = self.see("SELECT session_id()")

    def see(self, query: str) -> Any:
        """Return what one statement in an open transaction sees."""
        if not self.connection.get_transaction_status():
            self.tx.execute("SELECT begin_session(%s)", (self.secret,))
        return self.tx.value(query)

    def lives(self) -> bool:
        """Whether the next statement still acts for somebody."""
        return self.see("SELECT employee_id()") is not None


@contextmanager
def seats(database: Database, *user_ids: int) -> Iterator[list[Seat]]:
    taken = [Seat(database, user_id) for user_id in user_ids]
    try:
        yield taken
    finally:
        for seat in taken:
            seat.connection.close()


# Histories


def test_a_history_is_found_by_kind(company: Company) -> None:
    with company.database.as_user(company.support) as tx:
        assert audit.find_history(tx, "client", 1) == {"table": "clients", "record": 1}
        assert audit.find_history(tx, "user", 1) == {"table": "users", "record": 1}
        assert audit.find_history(tx, "event", 1) == {"table": "events", "record": 1}
        assert audit.find_history(tx, "contract", 1) == {"contract": 1}


@pytest.mark.parametrize("kind", ["user", "client", "contract", "event"])
def test_what_never_was_has_no_history(kind: str, company: Company) -> None:
    with company.database.as_user(company.manager) as tx, refused(NotFound, "not_found"):
        audit.find_history(tx, kind, 999)


def test_what_is_deleted_keeps_its_history(company: Company, owner: Connection) -> None:
    owner.cursor().execute("DELETE FROM events WHERE id = 3")
    with company.database.as_user(company.manager) as tx:
        assert audit.find_history(tx, "event", 3)


def test_a_record_without_entries_has_an_empty_history(company: Company, owner: Connection) -> None:
    owner.cursor().execute("DELETE FROM audit_entries")
    with company.database.as_user(company.manager) as tx:
        assert audit.find_history(tx, "event", 3)


# Lists


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_reads_what_was_changed(role: str, company: Company) -> None:
    with company.database.as_user(getattr(company, role)) as tx:
        audit.authorize_entries(tx)


@pytest.mark.parametrize("role", ["sales", "support"])
def test_only_management_reads_what_was_denied(role: str, company: Company) -> None:
    with (
        company.database.as_user(getattr(company, role)) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        audit.authorize_denied(tx)
    with company.database.as_user(company.manager) as tx:
        audit.authorize_denied(tx)


@pytest.mark.parametrize("role", ["sales", "support"])
def test_others_sessions_are_listed_for_management_only(role: str, company: Company) -> None:
    user_id = getattr(company, role)
    company.database.session_of(company.manager)
    with company.database.as_user(user_id) as tx:
        audit.authorize_sessions(tx)
        audit.authorize_sessions(tx, user_id)
        assert {row[1] for row in read_page(tx, SESSIONS, Request()).rows} == {user_id}
        with pytest.raises(PermissionDenied):
            audit.authorize_sessions(tx, company.manager)
    company.database.session_of(user_id)
    with company.database.as_user(company.manager) as tx:
        audit.authorize_sessions(tx, user_id)
        assert {row[1] for row in read_page(tx, SESSIONS, Request()).rows} == {
            company.manager,
            user_id,
        }


# Ending sessions


def test_a_revoked_session_ends_at_its_next_statement(company: Company) -> None:
    with seats(company.database, *[company.sales] * 3) as (before, one, after):
        assert one.lives()
        with company.database.as_user(company.sales) as tx:
            ended = audit.revoke(tx, one.id)
        assert ended[:3] == (one.id, company.sales, "Sophie Simon")
        assert (before.lives(), one.lives(), after.lives()) == (True, False, True)


@pytest.mark.parametrize("holding", ["SELECT FROM clients WHERE id = 1 FOR UPDATE", "SELECT 1"])
def test_nothing_that_a_session_holds_delays_its_end(holding: str, company: Company) -> None:
    with seats(company.database, company.sales) as (busy,):
        busy.see("SELECT employee_id()")
        busy.tx.execute(holding)
        busy.tx.execute("UPDATE users SET phone = '+33611111111' WHERE id = 3")
        with company.database.as_user(company.manager) as tx:
            tx.execute("SET LOCAL lock_timeout = '2s'")
            audit.revoke(tx, busy.id)
        assert not busy.lives()


def test_management_ends_any_session(company: Company) -> None:
    with seats(company.database, company.support) as (theirs,):
        with company.database.as_user(company.manager) as tx:
            audit.revoke(tx, theirs.id)
        assert not theirs.lives()


@pytest.mark.parametrize("role", ["sales", "support"])
def test_nobody_else_ends_a_session_of_another(role: str, company: Company) -> None:
    with seats(company.database, company.manager) as (theirs,):
        with (
            company.database.as_user(getattr(company, role)) as tx,
            pytest.raises(PermissionDenied) as denial,
        ):
            audit.revoke(tx, theirs.id)
        assert denial.value.details == {
            "permission": "session:revoke", "kind": "session", "record_id": theirs.id
        }  # fmt: skip
        assert theirs.lives()


def test_the_database_refuses_it_too(company: Company) -> None:
    with seats(company.database, company.manager) as (theirs,):
        with pytest.raises(CRMError) as denial, company.database.as_user(company.sales) as tx:
            tx.execute("SELECT revoke_session(%s)", (theirs.id,))
        assert isinstance(denial.value, PermissionDenied)
        assert theirs.lives()


def test_nobody_s_transaction_ends_nothing(company: Company) -> None:
    with seats(company.database, company.manager) as (theirs,):
        connection = connect(company.database.app)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
            cursor.execute("SELECT revoke_session(%s)", (theirs.id,))
        connection.close()
        assert theirs.lives()


def test_a_session_that_has_ended_cannot_be_ended_again(company: Company) -> None:
    with seats(company.database, company.sales) as (theirs,):
        with company.database.as_user(company.manager) as tx:
            audit.revoke(tx, theirs.id)
        for session_id in (theirs.id, 999_999, 2**63 - 1):
            with (
                company.database.as_user(company.manager) as tx,
                refused(NotFound, "not_found"),
            ):
                audit.revoke(tx, session_id)


def test_ids_beyond_the_record_of_denials_are_denied_all_the_same(company: Company) -> None:
    with company.database.as_user(company.sales) as tx, pytest.raises(PermissionDenied) as denial:
        audit.revoke(tx, 2**63 - 1)
    assert denial.value.details["record_id"] is None


def test_all_sessions_of_somebody_end_at_once(company: Company) -> None:
    with seats(company.database, company.sales, company.sales, company.support) as (a, b, other):
        with company.database.as_user(company.manager) as tx:
            ended = audit.revoke_all(tx, company.sales)
        assert {row[0] for row in ended} == {a.id, b.id}
        assert (a.lives(), b.lives(), other.lives()) == (False, False, True)


def test_one_s_own_sessions_end_all(company: Company) -> None:
    with seats(company.database, company.support) as (mine,):
        with company.database.as_user(company.support) as tx:
            assert len(audit.revoke_all(tx, company.support)) == 2
            assert tx.value("SELECT employee_id()") is None
        assert not mine.lives()


def test_all_sessions_of_another_are_management_s_to_end(company: Company) -> None:
    with seats(company.database, company.manager) as (theirs,):
        with company.database.as_user(company.sales) as tx, pytest.raises(PermissionDenied):
            audit.revoke_all(tx, company.manager)
        assert theirs.lives()


def test_a_dry_run_ends_nothing(company: Company) -> None:
    with seats(company.database, company.sales) as (theirs,):
        with company.database.as_user(company.manager, dry_run=True) as tx:
            audit.revoke(tx, theirs.id)
            audit.revoke_all(tx, company.sales)
        assert theirs.lives()


# As it was


def test_what_was_not_there_then_is_not_found_and_says_since_when(company: Company) -> None:
    then = datetime.fromisoformat("2000-01-01")
    with company.database.as_user(company.sales) as tx:
        with refused(NotFound, "not_found"):
            audit.find_as_of(tx, client.LISTING, 99, then, UTC)
        with refused(NotFound, "not_found") as raised:
            audit.find_as_of(tx, client.LISTING, company.client, then, UTC)
        assert raised.value.details is not None
        assert "since" in raised.value.details

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import beside_others, refused, stored
from support.waiting import PATIENCE, until

from crm.domain.errors import (
    Conflict,
    CRMError,
    DatabaseUnavailable,
    InvalidValue,
    NotFound,
    NotLoggedIn,
    PermissionDenied,
    RuleViolation,
)
from crm.domain.permissions import Permission
from crm.services import user

PASSWORD = "four words nobody guesses"
JO = {
    "first_name": "Jo",
    "last_name": "Roy",
    "email": " JO@epicevents.example ",
    "phone": "06 12 34 56 78",
    "role": "sales",
}


# Creating


def test_a_new_account_is_stored_cleaned_and_must_change_its_password(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        change = user.create(tx, password=PASSWORD, **JO)
    new = change.record.id
    assert stored(owner, "users", new, "email") == "jo@epicevents.example"
    assert stored(owner, "users", new, "phone") == "+33612345678"
    assert stored(owner, "users", new, "role") == "SALES"
    assert stored(owner, "users", new, "is_active") is True
    assert stored(owner, "users", new, "must_change_password") is True
    assert stored(owner, "users", new, "hashed_password").startswith("$argon2id$v=19$m=65536,")
    assert PASSWORD not in repr(change)


@pytest.mark.parametrize("person", [3, 5])
def test_only_management_creates_accounts(company: Company, person: int) -> None:
    with (
        refused(PermissionDenied, "permission_denied") as raised,
        company.database.as_user(person) as tx,
    ):
        user.create(tx, password=PASSWORD, **JO)
    assert raised.value.details["permission"] == "user:create"


@pytest.mark.parametrize(
    ("values", "kind", "code"),
    [
        ({"email": "sophie@EPICEVENTS.example"}, RuleViolation, "duplicate_email"),
        ({"email": "jo"}, InvalidValue, "invalid_email"),
        ({"first_name": "\u200b"}, InvalidValue, "blank"),
        ({"last_name": "x" * 51}, InvalidValue, "too_long"),
        ({"last_name": "a\x1b[2J"}, InvalidValue, "control_character"),
        ({"phone": "12"}, InvalidValue, "invalid_phone"),
        ({"role": "ADMIN"}, InvalidValue, "invalid_role"),
    ],
)
def test_a_wrong_value_creates_nobody(
    company: Company, owner: Connection, values: dict[str, Any], kind: type[CRMError], code: str
) -> None:
    with refused(kind, code), company.database.as_user(company.manager) as tx:
        user.create(tx, password=PASSWORD, **(JO | values))
    assert stored(owner, "users", 7, "id") is None


@pytest.mark.parametrize("password", ["short", "jo roy epicevents jo", "passwordpassword"])
def test_a_weak_password_creates_nobody(company: Company, password: str) -> None:
    with (
        refused(RuleViolation, "weak_password") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        user.create(tx, password=password, **JO)
    assert password not in raised.value.message


def test_a_race_for_an_email_has_one_winner(company: Company) -> None:
    ready = Barrier(2)

    def create(person: int) -> str:
        try:
            with beside_others(company.database, person) as tx:
                ready.wait(20)
                user.create(tx, password=PASSWORD, **JO)
        except RuleViolation as error:
            return error.code
        return "created"

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(create, (company.manager, company.manager2)))
    assert sorted(done) == ["created", "duplicate_email"]


def test_whose_email_it_is_already_is_said(company: Company) -> None:
    with (
        refused(RuleViolation, "duplicate_email") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        user.create(tx, password=PASSWORD, **(JO | {"email": "paul@epicevents.example"}))
    assert raised.value.details["id"] == 5


# Changing


@pytest.mark.parametrize("person", [1, 3, 5])
def test_everybody_changes_their_own_phone(
    company: Company, owner: Connection, person: int
) -> None:
    with company.database.as_user(person) as tx:
        change = user.update(tx, person, {"phone": "0698765432"})
    assert (change.old, change.new) == ({"phone": None}, {"phone": "+33698765432"})
    assert stored(owner, "users", person, "phone") == "+33698765432"


def test_of_ones_own_account_only_the_phone(company: Company, owner: Connection) -> None:
    with (
        refused(PermissionDenied, "permission_denied") as raised,
        company.database.as_user(company.sales) as tx,
    ):
        user.update(tx, company.sales, {"phone": "0698765432", "last_name": "Smith"})
    assert "phone" in (raised.value.hint or "")
    assert stored(owner, "users", company.sales, "phone") is None


def test_nobody_changes_a_colleague_even_to_the_same(company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(company.sales) as tx,
    ):
        user.update(tx, company.support, {"last_name": "Petit"})


def test_management_changes_any_account(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        change = user.update(tx, company.support2, {"last_name": "Smith", "role": "SUPPORT"})
    assert change.new == {"last_name": "Smith"}
    assert stored(owner, "users", company.support2, "last_name") == "Smith"


def test_an_email_in_use_is_refused_and_ones_own_is_not(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        assert not user.update(tx, 3, {"email": "Sophie@epicevents.example"})
        with refused(RuleViolation, "duplicate_email") as raised:
            user.update(tx, 3, {"email": "paul@epicevents.example"})
    assert raised.value.details["id"] == 5


def test_nobody_changes_their_own_role(company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        user.update(tx, company.manager, {"role": "SALES"})
    assert raised.value.details["permission"] == "user:change-role"


@pytest.mark.parametrize(
    ("person", "what"), [(3, "2 clients, 4 contracts"), (5, "1 event"), (6, "1 event")]
)
def test_a_role_that_records_rely_on_stays(company: Company, person: int, what: str) -> None:
    with (
        refused(RuleViolation, "role_in_use") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        user.update(tx, person, {"role": "MANAGEMENT"})
    assert what in raised.value.message


def test_a_role_that_nothing_relies_on_changes(company: Company, owner: Connection) -> None:
    owner.cursor().execute("DELETE FROM events WHERE support_contact_id = 6")
    with company.database.as_user(company.manager) as tx:
        user.update(tx, company.support2, {"role": "sales"})
    assert stored(owner, "users", company.support2, "role") == "SALES"


# Deactivating


def test_an_account_is_closed_and_opened_again(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        assert user.deactivate(tx, company.sales).old == {"is_active": True}
        assert not user.deactivate(tx, company.sales)
    assert stored(owner, "users", company.sales, "is_active") is False
    with company.database.as_user(company.manager) as tx:
        assert user.reactivate(tx, company.sales)
        assert not user.reactivate(tx, company.sales)
    assert stored(owner, "users", company.sales, "is_active") is True


def test_nobody_closes_or_deletes_their_own_account(company: Company) -> None:
    for act in (user.deactivate, user.delete):
        with (
            refused(PermissionDenied, "permission_denied") as raised,
            company.database.as_user(company.manager) as tx,
        ):
            act(tx, company.manager)
        assert "their own" in raised.value.message


@pytest.mark.parametrize("act", [user.deactivate, user.reactivate, user.delete])
@pytest.mark.parametrize("person", [3, 5])
def test_only_management_closes_opens_and_deletes(company: Company, act: Any, person: int) -> None:
    with refused(PermissionDenied, "permission_denied"), company.database.as_user(person) as tx:
        act(tx, company.sales2)


def test_two_managers_cannot_leave_at_once(company: Company, owner: Connection) -> None:
    ready = Barrier(2)

    def deactivate(person: int, other: int) -> str:
        try:
            with beside_others(company.database, person) as tx:
                ready.wait(20)
                user.deactivate(tx, other)
        except CRMError as error:
            return error.code
        return "deactivated"

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(deactivate, (1, 2), (2, 1)))
    assert done.count("deactivated") == 1
    active = [stored(owner, "users", person, "is_active") for person in (1, 2)]
    assert sorted(active) == [False, True]


# Shutting out


@pytest.fixture
def begin(company: Company) -> Any:
    """What opens a transaction for the manager."""
    return partial(company.database.as_user, company.manager)


def test_nothing_that_somebody_holds_keeps_their_rights(
    company: Company, begin: Any, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as held:
        held.execute("UPDATE users SET phone = '+33600000000' WHERE id = 3")
        with ThreadPoolExecutor(1) as pool:
            closing = pool.submit(_deactivate, begin, company.sales)
            until(lambda: held.value("SELECT employee_id()") is None)
            assert stored(owner, "users", company.sales, "is_active") is True
            held.connection.cursor().execute("ROLLBACK")
            closing.result(PATIENCE)
    assert stored(owner, "users", company.sales, "is_active") is False
    assert stored(owner, "suspensions", 1, "ended_at") is not None


def _deactivate(begin: Any, person: int) -> None:
    with user.suspend_accounts(begin, [person], Permission.USER_DEACTIVATE) as tx:
        user.deactivate(tx, person)


def test_a_refused_change_gives_rights_back(
    company: Company, begin: Any, owner: Connection
) -> None:
    with (
        refused(RuleViolation, "role_in_use"),
        user.suspend_accounts(begin, [company.sales], Permission.USER_CHANGE_ROLE) as tx,
    ):
        user.update(tx, company.sales, {"role": "SUPPORT"})
    with company.database.as_user(company.sales) as tx:
        assert tx.value("SELECT employee_id()") == company.sales


def test_a_change_that_has_to_wait_leaves_nobody_their_rights(
    company: Company, begin: Any, owner: Connection
) -> None:
    with (
        refused(Conflict, "busy"),
        user.suspend_accounts(begin, [company.sales], Permission.USER_DEACTIVATE),
    ):
        _has_to_wait()
    with company.database.as_user(company.manager) as tx:
        assert tx.value("SELECT count(*) FROM client_list") == 3
    with refused(NotLoggedIn, "account_inactive"), company.database.as_user(company.sales):
        pass
    # Until it is done, or taken back.
    with company.database.as_user(company.manager) as tx:
        assert user.reactivate(tx, company.sales)
        assert not user.reactivate(tx, company.sales)
    with company.database.as_user(company.sales) as tx:
        assert tx.actor.id == company.sales


def _has_to_wait() -> None:
    raise Conflict("Somebody else is changing this record.", code="busy")


def test_rights_that_cannot_be_given_back_are_told(company: Company, begin: Any) -> None:
    opened = iter([begin, begin, _cannot_be_reached])
    with (
        refused(RuleViolation, "role_in_use") as raised,
        user.suspend_accounts(
            lambda: next(opened)(), [company.sales], Permission.USER_CHANGE_ROLE
        ) as tx,
    ):
        user.update(tx, company.sales, {"role": "SUPPORT"})
    assert f"epicevents user reactivate {company.sales}" in (raised.value.hint or "")
    with refused(NotLoggedIn, "account_inactive"), company.database.as_user(company.sales):
        pass


def _cannot_be_reached() -> Any:
    raise DatabaseUnavailable("The server went away.")


def test_nobody_is_shut_out_by_who_may_not(company: Company, owner: Connection) -> None:
    for person, other in ((company.sales, company.sales2), (company.manager, company.manager)):
        with (
            refused(PermissionDenied, "permission_denied"),
            user.suspend_accounts(
                partial(company.database.as_user, person), [other], Permission.USER_DEACTIVATE
            ),
        ):
            pass
    assert stored(owner, "suspensions", 1, "id") is None


# Deleting


def test_whom_records_name_is_not_deleted(company: Company) -> None:
    for person, what in ((3, "2 clients, 4 contracts"), (5, "1 event")):
        with (
            refused(RuleViolation, "user_in_use") as raised,
            company.database.as_user(company.manager) as tx,
        ):
            user.delete(tx, person)
        assert what in raised.value.message
        assert f"user deactivate {person}" in (raised.value.hint or "")


def test_an_account_that_nothing_names_is_deleted(company: Company, owner: Connection) -> None:
    owner.cursor().execute("DELETE FROM events WHERE support_contact_id = 6")
    with company.database.as_user(company.manager) as tx:
        assert user.delete(tx, company.support2).email == "pauline@epicevents.example"
    assert stored(owner, "users", company.support2, "id") is None


def test_an_account_that_is_not_there_is_not_found(company: Company) -> None:
    acts: list[Any] = [user.deactivate, user.reactivate, user.delete]
    acts.append(lambda tx, person: user.update(tx, person, {"phone": "0612345678"}))
    for act in acts:
        with refused(NotFound, "not_found"), company.database.as_user(company.manager) as tx:
            act(tx, 99)


def test_what_names_somebody_is_counted(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        assert user.count_dependents(tx, company.sales) == {"clients": 2, "contracts": 4}
        assert user.count_dependents(tx, company.sales, ("events",)) == {}
        assert user.count_dependents(tx, company.manager) == {}


def test_counts_are_said_in_words() -> None:
    counts = {"clients": 1, "open_contracts": 2, "upcoming_events": 1, "payments": 3}
    assert user.format_counts(counts) == "1 client, 2 open contracts, 1 coming event, 3 payments"

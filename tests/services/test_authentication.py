from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, give_password
from support.company import UNUSABLE, Company
from support.migrations import NEXT, pretend_newer
from support.services import refused, stored

from crm.database.transaction import Transaction, connect, transaction
from crm.domain.errors import (
    DatabaseUnavailable,
    InvalidValue,
    NotLoggedIn,
    PermissionDenied,
    RuleViolation,
)
from crm.security import passwords
from crm.services import authentication

SOPHIE = "sophie@epicevents.example"
CHOSEN = "four words nobody guesses"

Begin = Callable[[], AbstractContextManager[Transaction]]


@pytest.fixture
def begin(company: Company) -> Begin:
    """What opens a transaction for nobody; Sophie and Marie know their passwords."""
    give_password(company.database, company.sales, company.manager)

    @contextmanager
    def anonymous() -> Iterator[Transaction]:
        connection = connect(company.database.app)
        try:
            with transaction(connection, None) as tx:
                yield tx
        finally:
            connection.close()

    return anonymous


@contextmanager
def acting(company: Company, secret: str) -> Iterator[Transaction]:
    connection = connect(company.database.app)
    try:
        with transaction(connection, secret) as tx:
            yield tx
    finally:
        connection.close()


def test_whoever_knows_the_password_gets_a_session(begin: Begin, company: Company) -> None:
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    assert opened.user_id == company.sales
    assert opened.expires_at.tzinfo is not None
    assert opened.outdated is False
    assert opened.secret not in repr(opened)
    with acting(company, opened.secret) as tx:
        assert tx.actor.email == SOPHIE


def test_an_email_is_read_in_any_spelling(begin: Begin) -> None:
    assert authentication.login(begin, "  SOPHIE@epicevents.example ", PASSWORD).user_id == 3


def test_a_composed_and_a_decomposed_password_are_the_same(begin: Begin, owner: Connection) -> None:
    stored_password = passwords.hash_password("l\u00e9on mange des p\u00eaches m\u00fbres")
    owner.cursor().execute("UPDATE users SET hashed_password = %s WHERE id = 3", (stored_password,))
    decomposed = "le\u0301on mange des pe\u0302ches mu\u0302res"
    assert authentication.login(begin, SOPHIE, decomposed).user_id == 3


@pytest.mark.parametrize(
    ("email", "password"),
    [(SOPHIE, "wrong"), (SOPHIE, ""), ("nobody@x.example", PASSWORD), (SOPHIE, "x" * 10_000)],
)
def test_what_is_wrong_is_not_said(begin: Begin, email: str, password: str) -> None:
    with refused(NotLoggedIn, "wrong_credentials") as raised:
        authentication.login(begin, email, password)
    assert raised.value.message == "The email or the password is wrong."


@pytest.mark.parametrize(
    ("email", "code"),
    [("", "blank"), ("a\0b", "control_character"), ("x" * 101, "too_long")],
)
def test_an_email_that_cannot_be_one_is_refused(begin: Begin, email: str, code: str) -> None:
    with refused(InvalidValue, code):
        authentication.login(begin, email, PASSWORD)


def test_ten_failures_make_the_right_password_wait(begin: Begin) -> None:
    for _guess in range(10):
        with refused(NotLoggedIn, "wrong_credentials"):
            authentication.login(begin, SOPHIE, "wrong")
    with refused(NotLoggedIn, "too_many_attempts") as raised:
        authentication.login(begin, SOPHIE, PASSWORD)
    assert raised.value.details == {"retry_after": 30}


def test_an_inactive_account_opens_no_session(begin: Begin, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 3")
    with refused(NotLoggedIn, "account_inactive"):
        authentication.login(begin, SOPHIE, PASSWORD)


def test_parameters_that_a_hostile_server_chose_are_refused(
    begin: Begin, owner: Connection
) -> None:
    # What is derived at such a cost would be guessed in no time.
    owner.cursor().execute(
        "ALTER TABLE users DROP CONSTRAINT ck_users_password_cost;"
        "UPDATE users SET hashed_password ="
        " regexp_replace(hashed_password, 'm=[0-9]+', 'm=64') WHERE id = 3"
    )
    with refused(NotLoggedIn, "unsafe_login_parameters"):
        authentication.login(begin, SOPHIE, PASSWORD)


@pytest.mark.parametrize(("revision", "code"), [("0021", "schema_older"), (NEXT, "schema_newer")])
def test_a_schema_of_another_version_is_told_before_anything_is_sent(
    begin: Begin, owner: Connection, revision: str, code: str
) -> None:
    pretend_newer(owner.cursor())
    owner.cursor().execute("UPDATE alembic_version SET version_num = %s", (revision,))
    owner.cursor().execute("DROP FUNCTION login_challenge, login_attempt")
    with refused(DatabaseUnavailable, code):
        authentication.login(begin, SOPHIE, PASSWORD)


def test_a_password_stored_at_a_lower_cost_is_renewed(
    begin: Begin, company: Company, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = passwords.HashParameters(memory_kib=19 * 1024, time_cost=2, parallelism=1)
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "CURRENT", cheap)
        weaker = passwords.hash_password(PASSWORD)
    owner.cursor().execute("UPDATE users SET hashed_password = %s WHERE id = 3", (weaker,))
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    assert opened.outdated is True
    with acting(company, opened.secret) as tx:
        authentication.renew_hash(tx, opened, PASSWORD)
    assert "m=65536,t=3,p=4" in stored(owner, "users", 3, "hashed_password")
    assert authentication.login(begin, SOPHIE, PASSWORD).outdated is False


def test_logging_out_ends_the_session(begin: Begin, company: Company) -> None:
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    with acting(company, opened.secret) as tx:
        authentication.logout(tx)
    with refused(NotLoggedIn, "session_expired"), acting(company, opened.secret):
        pass


# Passwords


def test_a_new_password_ends_the_other_sessions(begin: Begin, company: Company) -> None:
    other = company.database.session_of(company.sales)
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    begin_mine = partial(acting, company, opened.secret)
    authentication.change_password(begin_mine, opened, CHOSEN, current=PASSWORD)
    with acting(company, opened.secret) as tx:
        assert tx.actor.id == company.sales
    with refused(NotLoggedIn, "session_expired"), acting(company, other):
        pass
    with refused(NotLoggedIn, "wrong_credentials"):
        authentication.login(begin, SOPHIE, PASSWORD)
    authentication.login(begin, SOPHIE, CHOSEN)


@pytest.mark.parametrize("weak", ["short", "sophie simon epic events", PASSWORD, PASSWORD.title()])
def test_a_weak_or_the_same_password_is_refused(begin: Begin, company: Company, weak: str) -> None:
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    other = company.database.session_of(company.sales)
    with refused(RuleViolation, "weak_password"):
        authentication.change_password(
            partial(acting, company, opened.secret), opened, weak, current=PASSWORD
        )
    authentication.login(begin, SOPHIE, PASSWORD)
    with acting(company, other) as tx:
        assert tx.actor.id == company.sales


def test_whoever_holds_the_account_does_not_delay_the_end_of_the_other_sessions(
    begin: Begin, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=50ms")
    opened = authentication.login(begin, SOPHIE, PASSWORD)
    begin_mine = partial(acting, company, opened.secret)
    with acting(company, company.database.session_of(company.sales)) as thief:
        thief.execute("SELECT FROM users WHERE id = %s FOR UPDATE", (company.sales,))
        with refused(RuleViolation, "busy"):
            authentication.change_password(begin_mine, opened, CHOSEN, current=PASSWORD)
        assert thief.row("SELECT employee_id(), session_id()") == (None, None)
    authentication.change_password(begin_mine, opened, CHOSEN, current=PASSWORD)
    authentication.login(begin, SOPHIE, CHOSEN)


def test_a_reset_is_for_one_use(begin: Begin, company: Company) -> None:
    before = authentication.login(begin, SOPHIE, PASSWORD)
    with company.database.as_user(company.manager) as tx:
        authentication.reset_password(tx, company.sales, CHOSEN)
    with refused(NotLoggedIn, "session_expired"), acting(company, before.secret):
        pass
    opened = authentication.login(begin, SOPHIE, CHOSEN)
    with acting(company, opened.secret) as tx:
        assert tx.actor.must_change_password is True
        assert tx.rows("SELECT * FROM client_list") == []
    authentication.change_password(
        partial(acting, company, opened.secret), opened, "other words of my own", current=CHOSEN
    )
    with acting(company, opened.secret) as tx:
        assert tx.actor.must_change_password is False
        assert len(tx.rows("SELECT * FROM client_list")) == 3


def test_only_management_resets_passwords(company: Company) -> None:
    for person in (company.sales, company.support):
        with (
            refused(PermissionDenied, "permission_denied"),
            company.database.as_user(person) as tx,
        ):
            authentication.reset_password(tx, company.sales2, CHOSEN)


def test_nobody_resets_their_own_password(company: Company) -> None:
    with (
        company.database.as_user(company.manager) as tx,
        refused(PermissionDenied, "permission_denied"),
    ):
        authentication.reset_password(tx, company.manager, CHOSEN)
    with company.database.as_user(company.manager) as tx, pytest.raises(psycopg2.Error) as raw:
        tx.execute("SELECT reset_password(%s, %s)", (company.manager, UNUSABLE))
    assert raw.value.pgcode == "42501"


def test_a_session_of_before_does_not_come_back_with_its_account(
    company: Company, owner: Connection
) -> None:
    secret = company.database.session_of(company.sales)
    sql = owner.cursor()
    sql.execute("UPDATE users SET is_active = false WHERE id = %s", (company.sales,))
    with refused(NotLoggedIn, "account_inactive"), acting(company, secret):
        pass
    sql.execute("UPDATE users SET is_active = true WHERE id = %s", (company.sales,))
    with refused(NotLoggedIn, "session_expired"), acting(company, secret):
        pass
    with acting(company, company.database.session_of(company.sales)) as tx:
        assert tx.actor.id == company.sales


def test_a_reset_to_a_weak_password_is_refused(company: Company) -> None:
    with (
        refused(RuleViolation, "weak_password"),
        company.database.as_user(company.manager) as tx,
    ):
        authentication.reset_password(tx, company.sales, "sophie simon epic events")

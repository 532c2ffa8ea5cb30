from collections.abc import Iterator

import pytest
from support.cli import PASSWORD, give_password
from support.company import Company
from support.database import Database
from support.services import refused

from crm.database.transaction import Transaction, connect
from crm.domain.errors import NotFound, RuleViolation
from crm.services import administration

SOPHIE = "sophie@epicevents.example"
CHOSEN = "four words nobody guesses"


@pytest.fixture
def tx(company: Company) -> Iterator[Transaction]:
    """A transaction of the owner's."""
    connection = company.database.owner()
    yield Transaction(connection, None)
    connection.close()


def test_who_forgot_the_password_is_let_back_in(company: Company, tx: Transaction) -> None:
    give_password(company.database, company.sales)
    secret = company.database.session_of(company.sales)
    with company.database.as_user(company.manager) as manager:
        manager.execute("SELECT suspend_access(%s)", (company.sales,))
        manager.execute("UPDATE users SET is_active = false WHERE id = %s", (company.sales,))
    reset = administration.reset_password_as_owner(tx, SOPHIE, CHOSEN)
    assert (reset.name, reset.was_active) == ("Sophie Simon", False)
    assert tx.row(
        "SELECT is_active, must_change_password, is_suspended(id) FROM users WHERE id = %s",
        (company.sales,),
    ) == (True, True, False)
    connection = connect(company.database.app)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM begin_session(%s)", (secret,))
        assert cursor.fetchone() == ("ended",)
    connection.close()


def test_only_their_suspensions_end(company: Company, tx: Transaction) -> None:
    with company.database.as_user(company.manager) as manager:
        manager.execute("SELECT suspend_access(%s)", (company.support,))
    administration.reset_password_as_owner(tx, SOPHIE, CHOSEN)
    assert tx.value("SELECT is_suspended(%s)", (company.support,)) is True


def test_nobody_and_a_weak_password_are_refused(tx: Transaction) -> None:
    with refused(NotFound, "not_found"):
        administration.reset_password_as_owner(tx, "nobody@epicevents.example", PASSWORD)
    with refused(RuleViolation, "weak_password"):
        administration.reset_password_as_owner(tx, SOPHIE, "short")


FIRST = {"first_name": "Ada", "last_name": "Roy", "email": "ada@epicevents.example"}


def test_a_company_that_has_a_manager_gets_no_first_one(tx: Transaction) -> None:
    with refused(RuleViolation, "already_initialised"):
        administration.create_first_manager(tx, password=CHOSEN, **FIRST)
    assert tx.value("SELECT count(*) FROM users") == 6


def test_the_first_manager_has_a_password_that_is_hard_to_guess(empty_database: Database) -> None:
    connection = empty_database.owner()
    tx = Transaction(connection, None)
    for weak in ("short", "ada roy ada roy"):
        with refused(RuleViolation, "weak_password"):
            administration.create_first_manager(tx, password=weak, **FIRST)
    assert administration.create_first_manager(tx, password=CHOSEN, **FIRST) == 1
    connection.close()

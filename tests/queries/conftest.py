"""The crowd, which these tests only read."""

from collections.abc import Iterator

import pytest
from support.crowd import fill_crowd
from support.database import Database, copied
from support.oracle import Records, read_all

from crm.database.transaction import Transaction


@pytest.fixture(scope="session")
def crowd(company_template: dict[str, str]) -> Iterator[Database]:
    """A database with a company large enough to need pages."""
    with copied(company_template) as database:
        connection = database.owner()
        fill_crowd(connection)
        connection.close()
        yield database


@pytest.fixture(scope="session")
def records(crowd: Database) -> Records:
    """Every record of the crowd, with its hidden columns."""
    connection = crowd.owner()
    found = read_all(connection, crowd.session_of(1))
    connection.close()
    return found


@pytest.fixture
def tx(crowd: Database) -> Iterator[Transaction]:
    """A transaction of a manager."""
    with crowd.as_user(1) as transaction:
        yield transaction

"""Connections of the program's login and of the owner, for those who write SQL by hand."""

from collections.abc import Iterator, Mapping

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database, copied
from support.login import set_password
from support.matrix import ME

from crm.database.transaction import connect
from crm.domain.enums import Role


@pytest.fixture
def app(database: Database) -> Iterator[Connection]:
    """The app's login in autocommit mode; Sophie's password is RIGHT."""
    set_password(database)
    connection = connect(database.app)
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.fixture
def owner_sql(database: Database) -> Cursor:
    """A cursor of the owner, in autocommit mode."""
    return database.owner().cursor()


@pytest.fixture(scope="module")
def module_owner(company_template: dict[str, str]) -> Iterator[Connection]:
    """A connection as the owner to a company that every test leaves as it was."""
    with copied(company_template) as database:
        connection = database.owner()
        yield connection
        connection.close()


@pytest.fixture
def sql(module_owner: Connection) -> Iterator[Cursor]:
    """A cursor in a transaction that is rolled back."""
    cursor = module_owner.cursor()
    cursor.execute("BEGIN")
    yield cursor
    cursor.execute("ROLLBACK")


@pytest.fixture(scope="module")
def secrets(matrix: Database) -> Mapping[Role, str]:
    """A session of somebody of each role, in the module's own :func:`matrix`."""
    return {role: matrix.session_of(user_id) for role, user_id in ME.items()}

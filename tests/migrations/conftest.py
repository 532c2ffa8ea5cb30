"""Databases whose migrations the tests apply themselves."""

import itertools
from collections.abc import Iterator

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from crm.database import provisioning
from crm.database.transaction import connect
from crm.embedded import Cluster
from crm.settings.url import parse_database_url

_numbers = itertools.count(1)


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[dict[str, str]]:
    """A database that belongs to the owner's role and has no table yet."""
    parameters = parse_database_url(cluster.url("postgres", f"bare_{next(_numbers)}"))
    provisioning.create_database(parameters)
    connection = connect(parameters)
    provisioning.make_roles(connection)
    connection.close()
    yield parameters
    connection = connect({**parameters, "dbname": "postgres"})
    connection.autocommit = True
    connection.cursor().execute(f"DROP DATABASE {parameters['dbname']} WITH (FORCE)")
    connection.close()


@pytest.fixture(scope="module")
def sql(template: dict[str, str]) -> Iterator[Cursor]:
    """The catalogue of a migrated database."""
    connection = connect(template)
    yield connection.cursor()
    connection.close()

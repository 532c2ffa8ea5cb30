"""What a backup's server had beside the company: given back where the server allows it."""

from contextlib import closing

import pytest
from psycopg2.sql import SQL, Literal
from support.database import Database

from crm.backup.server_side import _try
from crm.database.transaction import connect
from crm.domain.errors import ConnectionLost


def test_a_server_that_went_away_is_none_that_refuses(database: Database) -> None:
    with (
        closing(connect(database.admin)) as connection,
        closing(connect(database.admin)) as other,
        other.cursor() as cursor,
    ):
        assert not _try(connection, SQL("ALTER ROLE nobody SET work_mem = '1MB'"))
        gone = SQL("SELECT pg_terminate_backend({})").format(Literal(connection.info.backend_pid))
        cursor.execute(gone)
        with pytest.raises(ConnectionLost):
            _try(connection, SQL("SELECT 1"))

"""What tests of services ask: what was refused, what is stored, and what somebody read before."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.sql import SQL, Identifier
from support.database import Database
from support.waiting import until

from crm.database.transaction import Transaction
from crm.domain.errors import CRMError

_opening = Lock()


@contextmanager
def beside_others(database: Database, user_id: int) -> Iterator[Transaction]:
    """A transaction as ``as_user`` gives, in one thread of several."""
    with ExitStack() as stack:
        # Sessions of tests are numbered by counting them.
        with _opening:
            tx = stack.enter_context(database.as_user(user_id))
        yield tx


@contextmanager
def refused(kind: type[CRMError], code: str) -> Iterator[pytest.ExceptionInfo[CRMError]]:
    """What the block does is refused with that kind of error and code."""
    with pytest.raises(kind) as raised:
        yield raised
    assert raised.value.code == code


def stored(owner: Connection, table: str, record_id: int, column: str) -> Any:
    """Return a value as it stands in the table, ``None`` also where there is no such record."""
    cursor = owner.cursor()
    cursor.execute(
        SQL("SELECT {} FROM {} WHERE id = %s").format(Identifier(column), Identifier(table)),
        (record_id,),
    )
    row = cursor.fetchone()
    return row[0] if row else None


def value(owner: Connection, query: str) -> Any:
    """Return the first column of a query's first row."""
    cursor = owner.cursor()
    cursor.execute(query)
    row = cursor.fetchone()
    return row[0] if row else None


def last_reason(owner: Connection) -> Any:
    """Return the reason that the audit kept with the last change."""
    cursor = owner.cursor()
    cursor.execute("SELECT reason FROM audit_entries ORDER BY id DESC LIMIT 1")
    row = cursor.fetchone()
    return row[0] if row else None


def wait_until_somebody_waits(owner: Connection) -> None:
    """Return once a transaction of this database waits for a lock of another."""
    wait_for_a_row(
        owner,
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND cardinality(pg_blocking_pids(pid)) > 0",
    )


def wait_for_a_row(owner: Connection, query: str) -> None:
    """Return once a query finds something."""
    cursor = owner.cursor()

    def look() -> object:
        cursor.execute(query)
        return cursor.fetchone()

    until(look, query)


def read_first(tx: Transaction, model: type[Any], record_id: int) -> None:
    """Read a record, so that the transaction goes on with this reading of it."""
    tx.session.info["kept"] = tx.session.get(model, record_id)

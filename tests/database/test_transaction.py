"""A connection and a transaction, whatever the workstation and the login have for defaults."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text
from support.company import Company
from support.waiting import PATIENCE

from crm.database.interruption import Cancelled
from crm.database.transaction import Transaction, connect, transaction


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGCLIENTENCODING", "LATIN1"),
        ("PGOPTIONS", "-c search_path=elsewhere"),
        ("PGOPTIONS", "-c default_transaction_isolation=serializable"),
        ("PGOPTIONS", "-c default_transaction_isolation=repeatable\\ read"),
    ],
)
def test_libpq_s_variables_change_nothing(
    company: Company, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    secret = company.database.session_of(company.manager)
    monkeypatch.setenv(name, value)
    connection = connect(company.database.app)
    with transaction(connection, secret) as tx:
        assert tx.actor.id == company.manager
        assert tx.value("SELECT %s", ("Łódź 漢字 — ☎",)) == "Łódź 漢字 — ☎"
        assert tx.value("SELECT count(*) FROM client_list") > 0
    connection.close()


def test_a_search_path_of_the_login_s_changes_nothing_either(company: Company) -> None:
    connection = connect(company.database.app)
    connection.autocommit = True
    connection.cursor().execute("SET search_path = elsewhere")
    with transaction(connection, None) as tx:
        assert tx.value("SELECT to_regclass('client_list') IS NOT NULL")
    connection.close()


SLEEP = f"SELECT pg_sleep({2 * PATIENCE})"


@pytest.mark.parametrize(
    "wait", [lambda tx: tx.execute(SLEEP), lambda tx: tx.session.execute(text(SLEEP))]
)
def test_ctrl_c_ends_a_statement_and_its_transaction(
    company: Company, wait: Callable[[Transaction], object]
) -> None:
    connection = connect(company.database.app)

    def run() -> None:
        with transaction(connection, None) as tx:
            tx.execute("SELECT set_config('epicevents.reason', 'nobody reads it', true)")
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            wait(tx)

    began = time.monotonic()
    with pytest.raises(Cancelled):
        run()
    assert time.monotonic() - began < PATIENCE
    if not connection.closed:  # SQLAlchemy closes what was interrupted
        with transaction(connection, None) as tx:
            assert tx.value("SELECT current_setting('epicevents.reason', true)") in ("", None)
    connection.close()

"""A reply that is lost at COMMIT: sent again with its key, or said to be unknown."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Ran, Workstation, url
from support.proxy import Proxy, losing
from support.services import stored, wait_for_a_row, wait_until_somebody_waits
from support.waiting import PATIENCE

from crm.cli.writing import resending
from crm.database.provisioning import LOGIN
from crm.database.transaction import connect


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resending, "PAUSES", (0.05, 0.05, 0.1))


@contextmanager
def behind(at: Workstation, losses: int = 1, *, goes: bool = False) -> Iterator[Proxy]:
    """Work through a network that loses replies to COMMIT."""
    direct = at.environ["EPICEVENTS_DATABASE_URL"]
    with losing(at.database.app, losses, goes=goes) as proxy:
        there = {**at.database.app, "host": "127.0.0.1", "port": str(proxy.port)}
        at.move(url(there))
        yield proxy
    at.move(direct)


def payments(owner: Connection, contract_id: int) -> list[tuple[str, bool]]:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT amount::text, request_key IS NOT NULL FROM payments WHERE contract_id = %s",
        (contract_id,),
    )
    return cursor.fetchall()


@pytest.mark.parametrize("losses", [1, 2])
def test_a_lost_reply_is_sent_again_and_recorded_once(
    sales: Workstation, owner: Connection, losses: int
) -> None:
    with behind(sales, losses) as proxy:
        paid = sales.run("contract", "pay", "2", "400")
    assert proxy.losses == 0
    assert paid.done().err == "Payment 3 recorded on contract 2: €400.00; the reply was lost.\n"
    assert payments(owner, 2) == [("400.00", True)]
    assert stored(owner, "contracts", 2, "amount_due") == 1600


def test_while_the_server_stays_away_the_key_is_told_and_records_once(
    sales: Workstation, owner: Connection
) -> None:
    with behind(sales, goes=True):
        lost = sales.run("contract", "pay", "2", "400", "-o", "json")
    assert lost.status == 7
    assert lost.out == ""
    error = lost.error()
    assert error["code"] == "outcome_unknown"
    assert "may or may not have been recorded" in error["message"]
    assert re.search(rf"--key {error['key']}\b", error["hint"])
    again = sales.run("contract", "pay", "2", "400", "--key", error["key"]).done()
    assert "recorded" in again.err
    assert payments(owner, 2) == [("400.00", True)]
    assert stored(owner, "contracts", 2, "amount_due") == 1600


def test_a_key_that_was_given_is_the_one_that_is_told(sales: Workstation) -> None:
    with behind(sales, goes=True):
        lost = sales.run("contract", "pay", "2", "400", "--key", "INV-1", "-o", "json")
    assert lost.error()["key"] == "INV-1"


def test_other_changes_say_that_nobody_knows_and_where_to_look(
    sales: Workstation, owner: Connection
) -> None:
    with behind(sales):
        lost = sales.run("contract", "sign", "1", "-o", "json")
    assert (lost.status, lost.error()["code"]) == (7, "outcome_unknown")
    look = re.search(r"epicevents (audit list .*)$", lost.error()["hint"])
    assert look
    # Whoever looks at once may be too early: the server may still be committing.
    wait_for_a_row(owner, "SELECT 1 FROM contracts WHERE id = 1 AND signed_status")
    assert "contract sign" in sales.run(*look[1].split(), "-o", "csv").done().out


def test_what_only_reads_has_nothing_in_doubt(sales: Workstation) -> None:
    with behind(sales):
        lost = sales.run("contract", "list", "-o", "json")
    assert (lost.status, lost.error()["code"]) == (7, "database_unreachable")


def test_a_server_that_was_never_reached_leaves_nothing_in_doubt(sales: Workstation) -> None:
    with behind(sales) as proxy:
        proxy.close()
        refused = sales.run("contract", "pay", "2", "400", "-o", "json")
    assert (refused.status, refused.error()["code"]) == (7, "database_unreachable")


def test_every_payment_has_a_key_of_its_own(sales: Workstation, owner: Connection) -> None:
    for _time in range(2):
        sales.run("contract", "pay", "2", "400", "--allow-duplicate").done()
    assert payments(owner, 2) == [("400.00", True), ("400.00", True)]


# Two that meet

# Whoever runs the command first and its contract then: the command takes them the other way round.
OTHER = """
    BEGIN;
    SELECT FROM users WHERE id = 3 FOR UPDATE;
    SELECT FROM contracts WHERE id = {0} FOR UPDATE;
    UPDATE contracts SET due_date = '2031-01-01' WHERE id = {0};
    COMMIT
"""
COMMAND_WAITS = f"""
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = '{LOGIN}'
    AND cardinality(pg_blocking_pids(pid)) > 0
"""


def in_a_deadlock(at: Workstation, owner: Connection, contract_id: int, *args: str) -> Ran:
    """Run a command that meets somebody in a deadlock, and is the one that gives way.

    PostgreSQL looks for a deadlock once, when somebody has waited for ``deadlock_timeout``, and who
    looks first gives way. However slow the machine is, that must be the command. So a third holds
    the person until both wait, and lets go; then the server itself makes them wait for each other,
    both from the same moment on, and the other would look only after a minute.
    """
    with (
        ThreadPoolExecutor(2) as pool,
        closing(connect(at.database.admin)) as other,
        closing(connect(at.database.admin)) as holder,
    ):
        other.autocommit = True
        other.cursor().execute(
            f"ALTER ROLE {LOGIN} IN DATABASE {at.database.name} SET deadlock_timeout = '500ms';"
            "SET deadlock_timeout = '1min'"
        )
        holder.cursor().execute("SELECT FROM users WHERE id = 3 FOR UPDATE")
        meeting = pool.submit(other.cursor().execute, OTHER.format(contract_id))
        wait_until_somebody_waits(owner)
        command = pool.submit(at.run, *args)
        wait_for_a_row(owner, COMMAND_WAITS)
        holder.commit()
        ran = command.result(PATIENCE)
        meeting.result(PATIENCE)
    return ran


def test_a_payment_that_gives_way_in_a_deadlock_is_sent_again_and_recorded_once(
    sales: Workstation, owner: Connection
) -> None:
    # The payment holds the contract and waits for the person; the other the reverse.
    paid = in_a_deadlock(sales, owner, 2, "contract", "pay", "2", "400", "--key", "K").done()
    assert "Payment 4 recorded on contract 2: €400.00" in paid.err
    assert "lost" not in paid.err
    assert payments(owner, 2) == [("400.00", True)]
    assert stored(owner, "contracts", 2, "amount_due") == 1600
    assert str(stored(owner, "contracts", 2, "due_date")) == "2031-01-01"


def test_what_has_no_key_gives_way_and_says_so(sales: Workstation, owner: Connection) -> None:
    refused = in_a_deadlock(sales, owner, 1, "contract", "sign", "1", "-o", "json")
    assert (refused.status, refused.out) == (6, "")
    assert "this one was stopped" in refused.error()["message"]
    assert stored(owner, "contracts", 1, "signed_status") is False
    sales.run("contract", "sign", "1").done()


def test_a_connection_that_breaks_while_it_waits_is_made_again(
    sales: Workstation, owner: Connection
) -> None:
    with ThreadPoolExecutor(1) as pool, closing(connect(sales.database.admin)) as other:
        other.cursor().execute("SELECT FROM users WHERE id = 3 FOR UPDATE")
        paying = pool.submit(sales.run, "contract", "pay", "2", "400")
        wait_for_a_row(owner, COMMAND_WAITS)
        owner.cursor().execute(
            "RESET ROLE; SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = %s AND datname = current_database()",
            (LOGIN,),
        )
        other.rollback()
        assert "recorded" in paying.result(PATIENCE).done().err
    assert payments(owner, 2) == [("400.00", True)]
    assert stored(owner, "contracts", 2, "amount_due") == 1600

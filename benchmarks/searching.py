"""How long it takes to find somebody among many by a number, its end, an id or a reference.

Run it on a filled demo (``EPICEVENTS_HOME=… epicevents demo --clients 1000000``, once). It
gives the payments references, and the clients phone numbers of their own::

    EPICEVENTS_HOME=… python benchmarks/searching.py [RUNS]
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from stage import Database

from crm import settings
from crm.database import location
from crm.database.transaction import Transaction, connect, transaction
from crm.domain.errors import NotFound, UsageFault
from crm.queries import client, contract
from crm.queries.listing import Request
from crm.queries.lookup import find_record_id
from crm.queries.pages import count_records, read_page
from crm.queries.search import search_everything

PROMISED = 0.25  # seconds


def main() -> int:
    """Measure each search; print a table; 1 where one takes longer than promised."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    home = Path(os.environ["EPICEVENTS_HOME"])
    found = settings.load_settings({}, {"EPICEVENTS_HOME": str(home)}, home)
    location.start_embedded(found)
    parameters = location.read_admin_parameters(found)
    database = Database(parameters, parameters["dbname"])
    cursor = database.owner().cursor()
    phone, reference = prepare(cursor)
    cursor.execute("SELECT id FROM users WHERE role = 'MANAGEMENT' AND is_active ORDER BY id")
    secret = database.session_of(cursor.fetchall()[0][0])
    late = False
    with closing(connect(database.app)) as connection, transaction(connection, secret) as tx:
        for name, search in searches(phone, reference).items():
            seconds = statistics.median(timed(tx, search) for _run in range(runs))
            late = late or seconds > PROMISED
            sys.stdout.write(f"{seconds * 1000:8.1f} ms  {name}\n")
            sys.stdout.flush()
        tx.execute("SELECT end_session()")
    return int(late)


def prepare(cursor: Cursor) -> tuple[str, str]:
    """Give everybody a number and each payment a reference; return one of each from the middle."""
    cursor.execute("SELECT count(*) FROM payments WHERE reference LIKE 'INV-2026-%'")
    if cursor.fetchone() == (0,):
        cursor.execute(
            "RESET ROLE; SET session_replication_role = replica; SET statement_timeout = 0;"
            " UPDATE payments SET reference = 'INV-2026-' || lpad(id::text, 7, '0');"
            " UPDATE clients SET phone ="
            " '+336' || lpad((id::bigint * 7919 % 100000000)::text, 8, '0');"
            " SET session_replication_role = origin"
        )
        cursor.execute("VACUUM ANALYZE")
    cursor.execute(
        "SELECT (SELECT phone FROM clients WHERE id >= (SELECT max(id) / 2 FROM clients)"
        " ORDER BY id LIMIT 1), (SELECT reference FROM payments WHERE id >="
        " (SELECT max(id) / 2 FROM payments) ORDER BY id LIMIT 1)"
    )
    ((phone, reference),) = cursor.fetchall()
    return phone, reference


def searches(phone: str, reference: str) -> dict[str, Callable[[Transaction], object]]:
    """Return what is measured, by what is typed."""
    national = "0" + " ".join((phone[3:4], phone[4:6], phone[6:8], phone[8:10], phone[10:12]))
    typed = {
        national: "a whole number",
        phone[-4:]: "its last four digits",
        phone[-6:]: "its last six digits",
        "#123456": "an id",
        reference: "a reference",
        "kevin besnard": "a frequent name",
        "zzqx": "nobody's name",
    }
    named: dict[str, Callable[[Transaction], object]] = {}
    for text, what in typed.items():
        asked = Request(search=text, limit=30)

        def everything(tx: Transaction, text: str = text) -> object:
            return search_everything(tx, text)

        def page(tx: Transaction, asked: Request = asked) -> object:
            return read_page(tx, client.LISTING, asked), read_page(tx, contract.LISTING, asked)

        def count(tx: Transaction, asked: Request = asked) -> object:
            return count_records(tx, contract.LISTING, asked, most=10_000)

        named[f"search: {what}"] = everything
        named[f"client list and contract list -S: {what}"] = page
        named[f"contract list -S … --count: {what}"] = count
    named["client show: a number"] = lambda tx: find(tx, "client", national)
    named["contract show: a reference"] = lambda tx: find(tx, "contract", reference)
    named["contract show: nobody's name"] = lambda tx: find(tx, "contract", "zzqx")
    return named


def find(tx: Transaction, noun: str, text: str) -> None:
    """Look a record up, whether there is one or not."""
    with suppress(NotFound, UsageFault):
        find_record_id(tx, noun, text)


def timed(tx: Transaction, search: Callable[[Transaction], object]) -> float:
    """How long one takes."""
    started = time.perf_counter()
    search(tx)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())

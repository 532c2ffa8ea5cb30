"""What the gates cost: every filter, sort and search of every listing, against the owner.

Each statement that a listing makes is run by the app's login, with somebody's session and through
the gated views, and by the owner through the same views without their gate: in turn, on the same
database, after a run of each that does not count. Run it on a filled demo
(``EPICEVENTS_HOME=… epicevents demo --clients 1000000``, once)::

    EPICEVENTS_HOME=… python benchmarks/filters.py [PATTERN]
"""

import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import Composable
from stage import Database

from crm import settings
from crm.database import location
from crm.database.actor import read_actor
from crm.database.transaction import Transaction, connect
from crm.domain.enums import Role
from crm.queries import audit, client, contract, event, payment, user
from crm.queries.listing import Listing, Request
from crm.queries.statement import Parameters, build_count, build_select

PROMISED = 1.1
PAGE, COUNTED = 31, 10_001  # rows that a command reads, and that it counts
RUNS = (
    (0.02, 31),
    (0.2, 9),
    (2.0, 5),
    (float("inf"), 2),
)  # how often, by the seconds that both need
# Asking who somebody is costs this much once a statement, in seconds: what no filter can be blamed
# for, and measured first.
GATE = "SELECT employee_id()"
NOTICED = 0.0005  # less than half a millisecond more is nothing

LISTINGS = (
    user.LISTING, client.LISTING, contract.LISTING, event.LISTING, payment.LISTING,
    audit.ENTRIES, audit.DENIED, audit.FAILED_LOGINS, audit.SESSIONS,
)  # fmt: skip

# What is asked for: SQL that finds a value which some records have. By listing and filter, or for
# all listings.
VALUES = {
    "sales": "SELECT sales_contact_id FROM clients ORDER BY id LIMIT 1",
    "support": "SELECT support_contact_id FROM events WHERE support_contact_id > 0 LIMIT 1",
    "client": "SELECT client_id FROM events ORDER BY id LIMIT 1",
    "contract": "SELECT contract_id FROM payments ORDER BY id LIMIT 1",
    "event": "SELECT min(id) FROM events",
    "company": "SELECT 'sarl'",
    "location": "SELECT 'paris'",
    "role": "SELECT 'SALES'",
    "user": "SELECT 1",
    "email": "SELECT 'nobody@nowhere.example'",
    "transaction": "SELECT max(id) FROM audit_transactions",
    "table": "SELECT 'clients'",
    "record": "SELECT 1",
    "action": "SELECT 'UPDATE'",
    "command": "SELECT 'pay'",
    "total_min": "SELECT 0.999 * max(total_amount) FROM contracts",
    "total_max": "SELECT 1.001 * min(total_amount) FROM contracts",
    "during": "SELECT tsrange(utc_now(), utc_now() + interval '7 days')::text",
    "_from": "SELECT utc_now() - interval '7 days'",
    "_to": "SELECT utc_now() - interval '300 days'",
    "": "SELECT utc_now()",
}
SEARCHED = "martin"


class Measured(NamedTuple):
    """A statement, and how long it took the owner and the app's login, in seconds."""

    name: str
    owner: float
    app: float
    asked: int = 1  # how often it asks who somebody is

    def beyond(self, gate: float) -> float:
        """The seconds beyond what is promised, and what asking takes, each time ``gate``."""
        return self.app - self.owner * PROMISED - gate * self.asked


def main() -> int:
    """Measure all whose name has the pattern; print a table; 1 where the promise is broken."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    home = Path(os.environ["EPICEVENTS_HOME"])
    found = settings.load_settings({}, {"EPICEVENTS_HOME": str(home)}, home)
    location.start_embedded(found)
    parameters = location.read_admin_parameters(found)
    database = Database(parameters, parameters["dbname"])
    owner = database.owner()
    fill(database, owner.cursor())
    open_gates(owner.cursor())
    people = employees(database, owner.cursor())
    gate = Measured("gate", *timed(owner.cursor(), people[Role.MANAGEMENT], GATE, GATE))
    sys.stdout.write(f"asking who somebody is: {gate.app * 1000:.2f} ms\n\n")
    rows = []
    for name, role, build in statements(owner.cursor()):
        if re.search(pattern, name):
            tx = people[role]
            statement = build(tx)
            row = measured(name, owner.cursor(), tx, statement)
            if row.beyond(gate.app) > NOTICED:  # or was the machine busy with something else?
                row = min(row, measured(name, owner.cursor(), tx, statement), key=ratio)
            rows.append(row)
            sys.stdout.write(
                f"{row.owner * 1000:9.2f} ms {row.app * 1000:9.2f} ms {ratio(row):6.2f}  {name}\n"
            )
            sys.stdout.flush()
    broken = [row for row in rows if row.beyond(gate.app) > NOTICED]
    sys.stdout.write(
        f"\n{len(rows)} statements; median ratio"
        f" {statistics.median(map(ratio, rows)):.2f}; {len(broken)} cost more than"
        f" {PROMISED} times the owner's time, the gate and {NOTICED * 1000:.1f} ms:\n"
    )
    for row in broken:
        sys.stdout.write(f"{row.beyond(gate.app) * 1000:9.2f} ms {ratio(row):6.2f}  {row.name}\n")
    for tx in people.values():
        tx.execute("SELECT end_session()")
        tx.execute("COMMIT")
    return bool(broken)


def fill(database: Database, owner: Cursor) -> None:
    """Give a demo that has only clients contracts, events, payments and audit entries."""
    owner.execute(
        "SELECT count(*) > 1000000 FROM (SELECT FROM contracts UNION ALL"
        " SELECT FROM audit_entries) filled"
    )
    if owner.fetchone() == (False,):
        connection = connect(database.admin)
        script = Path(__file__).with_suffix(".sql").read_text("utf-8")
        connection.cursor().execute(script)
        connection.commit()
        connection.close()


def open_gates(cursor: Cursor) -> None:
    """Put views without gate and barrier before the owner's others, for this connection."""
    cursor.execute(
        "SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v'"
        " AND relnamespace = 'public'::regnamespace AND relname ~ '_list$'"
    )
    gate = (
        r"\( SELECT employee_(?:id|role)\(\) AS employee_(?:id|role)\)"
        r" (?:IS NOT NULL|= 'MANAGEMENT'::text)"
    )
    for name, definition in cursor.fetchall():
        opened, gates = re.subn(gate, "true", definition)
        assert gates == 1, name
        cursor.execute(f"CREATE TEMPORARY VIEW {name} AS {opened}")


def employees(database: Database, cursor: Cursor) -> dict[Role, Transaction]:
    """Return a transaction of the app's login for somebody of each role who has most records."""
    busiest = {
        Role.SALES: "SELECT sales_contact_id FROM clients GROUP BY 1 ORDER BY count(*) DESC",
        Role.SUPPORT: "SELECT support_contact_id FROM events WHERE support_contact_id > 0"
        " GROUP BY 1 ORDER BY count(*) DESC",
        Role.MANAGEMENT: "SELECT id FROM users WHERE role = 'MANAGEMENT' AND is_active",
    }
    people = {}
    for role, query in busiest.items():
        cursor.execute(f"{query} LIMIT 1")
        ((user_id,),) = cursor.fetchall()
        connection = connect(database.app)
        connection.autocommit = True
        app = connection.cursor()
        app.execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; BEGIN;"
            " SELECT * FROM begin_session(%s)",
            (database.session_of(user_id),),
        )
        names = [column.name for column in app.description or ()]
        found = dict(zip(names, app.fetchone() or (), strict=True))
        people[role] = Transaction(connection, read_actor(found))
    return people


Build = Callable[[Transaction], bytes]


def statements(cursor: Cursor) -> Iterator[tuple[str, Role, Build]]:
    """Everything that listings ask: its name, who asks, and the statement for them."""
    for listing in LISTINGS:
        for name, role, request in requests(cursor, listing):
            yield f"{listing.view}: {name}", role, page(listing, request)
            if not request.sort and request.after is None:
                yield f"{listing.view}: count, {name}", role, count(listing, request)


def requests(cursor: Cursor, listing: Listing) -> Iterator[tuple[str, Role, Request]]:
    """Every filter, sort and search of a listing, and whose records are one's own."""
    shown = Request(listing.default_fields)
    yield "all", Role.MANAGEMENT, shown
    yield "search", Role.MANAGEMENT, shown._replace(search=SEARCHED)
    for role in listing.mine:
        yield f"mine, {role}", role, shown._replace(mine=True)
    for name, asked in listing.filters.items():
        if "{value}" in asked.condition:
            given = shown._replace(filters={name: value(cursor, name)})
            yield name, Role.MANAGEMENT, given
        else:
            yield name, Role.MANAGEMENT, shown._replace(filters={name: True})
        if asked.opposite:
            yield f"not {name}", Role.MANAGEMENT, shown._replace(filters={name: False})
    for each in listing.fields:
        for descending in (False, True) if each.sort else ():
            order = shown._replace(sort=((each.name, descending),))
            yield f"sort {'-' * descending}{each.name}", Role.MANAGEMENT, order


def value(cursor: Cursor, name: str) -> Any:
    """Return what to ask a filter for."""
    ending = name[name.rfind("_") :] if "_" in name else name
    cursor.execute(VALUES.get(name) or VALUES.get(ending) or VALUES[""])
    ((found,),) = cursor.fetchall()
    return found


def page(listing: Listing, request: Request) -> Build:
    """What builds the statement of a listing's first page."""

    def build(tx: Transaction) -> bytes:
        parameters = Parameters()
        return written(tx, build_select(tx, listing, request, parameters, limit=PAGE), parameters)

    return build


def count(listing: Listing, request: Request) -> Build:
    """What builds the statement that counts what fits, as far as people are told."""

    def build(tx: Transaction) -> bytes:
        parameters = Parameters()
        return written(tx, build_count(tx, listing, request, parameters, COUNTED), parameters)

    return build


def written(tx: Transaction, statement: Composable, parameters: Parameters) -> bytes:
    """Return the statement with its values, as the driver sends it."""
    with tx.connection.cursor() as cursor:
        return cursor.mogrify(statement, parameters)


def ratio(row: Measured) -> float:
    """How many times the owner's time the app's login needed."""
    return row.app / row.owner


def measured(name: str, owner: Cursor, tx: Transaction, statement: bytes) -> Measured:
    """Measure what a listing asks."""
    return Measured(name, *timed(owner, tx, statement, statement), asked=asked(tx, statement))


def timed(
    owner: Cursor, tx: Transaction, by_owner: str | bytes, by_app: str | bytes
) -> tuple[float, float]:
    """Return the least of both in turn: the rest is what else the machine does."""
    app = tx.connection.cursor()
    first = seconds(owner, by_owner) + seconds(app, by_app)
    runs = next(runs for limit, runs in RUNS if first < limit)
    pairs = [(seconds(owner, by_owner), seconds(app, by_app)) for _run in range(runs)]
    mine, theirs = zip(*pairs, strict=True)
    return min(mine), min(theirs)


def asked(tx: Transaction, statement: bytes) -> int:
    """How often a statement asks who somebody is: at each gate, and in the policy of each table."""
    found = tx.rows(b"EXPLAIN (VERBOSE, COSTS OFF) " + statement)
    return sum(len(re.findall(r"Output: employee_(?:id|role)\(\)", line)) for (line,) in found)


def seconds(cursor: Cursor, statement: str | bytes) -> float:
    """How long a statement takes until its last row is here."""
    started = time.perf_counter()
    cursor.execute(statement)
    cursor.fetchall()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())

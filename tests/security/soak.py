"""16 employees' programs at once, thousands of random commands, and the rules looked at meanwhile.

``make soak`` runs 20,000 operations through the services, as whoever, with whatever rights, on
whatever record; most are refused, as they should be. Meanwhile and at the end the owner looks
whether anything is as no rule allows. ``ARGS='--operations 2000 --seed 7'`` runs fewer.
"""

# ruff: noqa: T201, S311  what it prints is what it is for, and its dice need no secrecy

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support.company import fill  # noqa: E402
from support.crowd import fill_crowd  # noqa: E402
from support.database import Database  # noqa: E402

from crm import provisioning  # noqa: E402
from crm.database import Transaction, connect, transaction  # noqa: E402
from crm.database_url import parse_database_url  # noqa: E402
from crm.domain.errors import CRMError, NotLoggedIn  # noqa: E402
from crm.embedded import Cluster  # noqa: E402
from crm.services import audit, client, contract, event, payment, user  # noqa: E402

WORKERS = 16
LOOK_EVERY = 5.0  # seconds
REASON = "as agreed"

# Nothing of this may ever be found.
VIOLATIONS = {
    "a balance that its ledger does not explain": """
        SELECT c.id FROM contracts c LEFT JOIN payments p ON p.contract_id = c.id
        GROUP BY c.id HAVING amount_due <> total_amount - coalesce(sum(p.amount), 0)
            OR amount_due < 0 OR amount_due > total_amount""",
    "a sales contact who is not SALES": """
        SELECT u.id FROM users u WHERE role <> 'SALES' AND (
            EXISTS (SELECT FROM clients WHERE sales_contact_id = u.id)
            OR EXISTS (SELECT FROM contracts WHERE sales_contact_id = u.id))""",
    "a support contact who is not SUPPORT": """
        SELECT e.id FROM events e JOIN users u ON u.id = support_contact_id
        WHERE u.role <> 'SUPPORT'""",
    "two events of one person at once": """
        SELECT a.id FROM events a JOIN events b ON a.id < b.id
            AND a.support_contact_id = b.support_contact_id
            AND a.start_date < b.end_date AND b.start_date < a.end_date
        WHERE NOT a.overlap_allowed AND NOT b.overlap_allowed""",
    "an event on an unsigned contract, or of another client": """
        SELECT e.id FROM events e JOIN contracts c ON c.id = e.contract_id
        WHERE NOT c.signed_status OR c.client_id <> e.client_id""",
    "a payment reversed twice": """
        SELECT reverses_id FROM payments WHERE reverses_id IS NOT NULL
        GROUP BY reverses_id HAVING count(*) > 1""",
    "a company without a manager": """
        SELECT 1 WHERE NOT EXISTS (
            SELECT FROM users
            WHERE role = 'MANAGEMENT' AND is_active AND NOT is_suspended(id))""",
    "a write that the audit does not know": """
        SELECT * FROM (
            SELECT 'users', id, version FROM users UNION ALL
            SELECT 'clients', id, version FROM clients UNION ALL
            SELECT 'contracts', id, version FROM contracts UNION ALL
            SELECT 'events', id, version FROM events
        ) r (table_name, record_id, version)
        WHERE version <> (
            SELECT count(*) FROM audit_entries a
            WHERE (a.table_name, a.record_id) = (r.table_name, r.record_id))""",
    "a signed contract whose client changed": """
        SELECT a.record_id FROM audit_entries a
        WHERE table_name = 'contracts' AND action = 'UPDATE' AND changes ? 'client_id'
          AND (SELECT s.changes -> 'signed_status' ->> 1 FROM audit_entries s
               WHERE s.table_name = 'contracts' AND s.record_id = a.record_id AND s.id < a.id
                 AND s.changes ? 'signed_status' ORDER BY s.id DESC LIMIT 1) = 'true'""",
    "a write of nobody": """
        SELECT id FROM audit_transactions
        WHERE employee_id IS NULL AND database_role = 'epicevents_cli'""",
}


class Somebody:
    """One worker: a connection, sessions of whoever it acts for, and dice of its own."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.dice = random.Random(seed)
        self.number = seed
        self.secrets: dict[int, str] = {}
        self.connection = connect(database.app)
        self.owner = database.owner()
        self.outcomes: Counter[str] = Counter()
        self.surprises: list[str] = []

    def work(self) -> None:
        """Do one thing, as somebody; count what came of it."""
        name = self.dice.choice(list(OPERATIONS))
        who = self.somebody()
        secret = self.secrets.get(who) or self._log_in(who)
        try:
            with transaction(self.connection, secret, command=name) as tx:
                OPERATIONS[name](self, tx)
        except NotLoggedIn as error:
            self.secrets.pop(who, None)
            self.outcomes[error.code] += 1
        except CRMError as error:
            self.outcomes[error.code] += 1
        except Exception:  # anything else is what this looks for
            self.outcomes["SURPRISE"] += 1
            self.surprises.append(f"{name}: {traceback.format_exc(limit=-3)}")
        else:
            self.outcomes["done"] += 1
        if self.connection.closed:
            self.connection = connect(self.database.app)

    def somebody(self) -> int:
        """Anybody, but mostly one who may do something: a manager, or active at least."""
        return self.person(
            self.dice.choice(("role = 'MANAGEMENT' AND is_active", "is_active", "true"))
        )

    def person(self, wanted: str) -> int:
        """One of those who are ``wanted``, where there is any."""
        with self.owner.cursor() as cursor:
            cursor.execute(f"SELECT id FROM users WHERE {wanted} ORDER BY random() LIMIT 1")
            found = cursor.fetchone()
        return found[0] if found else 1

    def one(self, table: str) -> int:
        """A record of a table, which may be gone when it is used."""
        with self.owner.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} ORDER BY random() LIMIT 1")
            found = cursor.fetchone()
        return found[0] if found else 1

    def day(self) -> datetime:
        """A moment at which there may be another event."""
        return datetime.fromisoformat("2031-01-01") + timedelta(hours=self.dice.randrange(300))

    def money(self) -> str:
        """An amount, often too much."""
        return f"{self.dice.choice((1, 10, 100, 1000, 5000))}.{self.dice.randrange(100):02}"

    def _log_in(self, who: int) -> str:
        # Sessions of tests are numbered by counting them, which several do at once here.
        while True:
            with suppress(Exception):
                self.secrets[who] = self.database.session_of(who)
                return self.secrets[who]
            time.sleep(self.dice.random() / 20)


def _new_client(me: Somebody, tx: Transaction) -> object:
    values = {"full_name": f"N {me.number}", "company_name": "N", "phone": "+33612345678"}
    email = f"n{me.dice.randrange(10**6)}@soak.example"
    contact = None if tx.actor.role == "SALES" else me.one("users")
    return client.create(tx, sales_contact_id=contact, email=email, **values)


def _new_event(me: Somebody, tx: Transaction) -> object:
    start = me.day()
    return event.create(
        tx,
        contract_id=me.one("contracts"),
        start_date=start,
        end_date=start + timedelta(hours=me.dice.randrange(1, 30)),
        name="N", client_contact="N", location="N", attendees=3,
    )  # fmt: skip


def _move_event(me: Somebody, tx: Transaction) -> object:
    start = me.day()
    dates = {"start_date": start, "end_date": start + timedelta(hours=me.dice.randrange(1, 30))}
    return event.update(tx, me.one("events"), dates)


def _assign(me: Somebody, tx: Transaction) -> object:
    override = "two teams" if me.dice.random() < 0.1 else None
    person = me.person(me.dice.choice(("role = 'SUPPORT' AND is_active", "true")))
    return event.assign(tx, me.one("events"), person, override=override)


def _reverse(me: Somebody, tx: Transaction) -> object:
    entry = me.one("payments")
    found = tx.value("SELECT contract_id FROM payments WHERE id = %s", (entry,))
    return payment.reverse(tx, found or 1, entry, REASON)


def _pay_with_key(me: Somebody, tx: Transaction) -> object:
    key = f"k{me.dice.randrange(50)}"
    return payment.pay(tx, me.one("contracts"), amount="1.00", request_key=key)


def _change_role(me: Somebody, tx: Transaction) -> object:
    role = me.dice.choice(("SALES", "SUPPORT", "MANAGEMENT"))
    return user.update(tx, me.one("users"), {"role": role})


# Those that people do often stand more than once, under other names.
OPERATIONS: dict[str, Callable[[Somebody, Transaction], Any]] = {
    "client create": _new_client,
    "client update": lambda me, tx: client.update(
        tx, me.one("clients"), {"full_name": f"N {me.dice.randrange(9)}"}
    ),
    "client transfer": lambda me, tx: client.transfer(tx, me.one("clients"), me.one("users")),
    "client delete": lambda me, tx: client.delete(tx, me.one("clients")),
    "contract create": lambda me, tx: contract.create(
        tx, client_id=me.one("clients"), total_amount="5000", amount_due=me.money()
    ),
    "contract create, signed": lambda me, tx: contract.create(
        tx, client_id=me.one("clients"), total_amount="9000", signed_status=True
    ),
    "contract update": lambda me, tx: contract.update(
        tx, me.one("contracts"), {"total_amount": me.money()}
    ),
    "contract move": lambda me, tx: contract.update(
        tx, me.one("contracts"), {"client_id": me.one("clients")}
    ),
    "contract sign": lambda me, tx: contract.sign(tx, me.one("contracts")),
    "contract unsign": lambda me, tx: contract.unsign(tx, me.one("contracts"), REASON),
    "contract amend": lambda me, tx: contract.amend(tx, me.one("contracts"), me.money(), REASON),
    "contract adjust": lambda me, tx: contract.adjust(
        tx, me.one("contracts"), Decimal(me.money()), REASON
    ),
    "contract pay": lambda me, tx: payment.pay(tx, me.one("contracts"), amount=me.money()),
    "contract pay one of few": lambda me, tx: payment.pay(
        tx, me.dice.randrange(1, 6), amount=me.money()
    ),
    "contract pay with a key": _pay_with_key,
    "contract reverse": _reverse,
    "contract delete": lambda me, tx: contract.delete(tx, me.one("contracts")),
    "event create": _new_event,
    "event create again": _new_event,
    "event move": _move_event,
    "event assign": _assign,
    "event assign again": _assign,
    "event unassign": lambda me, tx: event.unassign(tx, me.one("events")),
    "event delete": lambda me, tx: event.delete(tx, me.one("events")),
    "user phone": lambda me, tx: user.update(
        tx, tx.actor.id, {"phone": f"+3361234{me.dice.randrange(10**4):04}"}
    ),
    "user role": _change_role,
    "user deactivate": lambda me, tx: user.deactivate(tx, me.one("users")),
    "user reactivate": lambda me, tx: user.reactivate(tx, me.one("users")),
    "user reactivate again": lambda me, tx: user.reactivate(tx, me.one("users")),
    "user delete": lambda me, tx: user.delete(tx, me.one("users")),
    "session revoke": lambda me, tx: audit.revoke_all(tx, me.one("users")),
}


def worker(database: Database, seed: int, operations: int, results: Any) -> None:
    """Do so many things, and hand back what came of them."""
    me = Somebody(database, seed)
    for _number in range(operations):
        me.work()
    results.put((me.outcomes, me.surprises))


def look(database: Database) -> dict[str, list[Any]]:
    """Look at everything as it stands at one moment; return what is wrong."""
    connection = connect(database.admin)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE epicevents_owner; BEGIN ISOLATION LEVEL REPEATABLE READ")
        wrong = {}
        for name, query in VIOLATIONS.items():
            cursor.execute(query)
            if found := cursor.fetchall():
                wrong[name] = found
    connection.close()
    return wrong


def prepared(server: Cluster) -> Database:
    """A migrated database with a company to work on."""
    parameters = parse_database_url(server.url("postgres", "soak"))
    provisioning.create_database(parameters)
    connection = connect(parameters)
    provisioning.bootstrap(connection)
    connection.close()
    provisioning.upgrade(parameters)
    connection = connect(parameters)
    fill(connection)
    fill_crowd(connection)
    connection.close()
    return Database(parameters, "soak")


def main() -> int:
    """Let them work and look meanwhile; print the figures; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=20_000, help="in total")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="epicevents-soak-"))
    server = Cluster(home, fast=True)
    try:
        server.start()
        return run(prepared(server), arguments.operations, arguments.seed)
    finally:
        server.stop()
        shutil.rmtree(home)


def run(database: Database, operations: int, seed: int) -> int:
    """Run ``operations`` of all workers together."""
    began = time.monotonic()
    results: Any = multiprocessing.Queue()
    each = operations // WORKERS
    workers = [
        multiprocessing.Process(target=worker, args=(database, seed * 1000 + n, each, results))
        for n in range(WORKERS)
    ]
    for process in workers:
        process.start()
    outcomes: Counter[str] = Counter()
    surprises: list[str] = []
    looks, wrong, ended = 0, look(database), 0
    while ended < WORKERS and not wrong:
        time.sleep(LOOK_EVERY)
        wrong = look(database)
        looks += 1
        while not results.empty():
            counted, met = results.get()
            outcomes += counted
            surprises += met
            ended += 1
        if not any(process.is_alive() for process in workers) and results.empty():
            break
    for process in workers:
        process.join() if not wrong else process.terminate()
    wrong = wrong or look(database)
    seconds = time.monotonic() - began
    for outcome, count in outcomes.most_common():
        print(f"{count:7}  {outcome}")
    print(f"{outcomes.total()} operations of {WORKERS} workers in {seconds:.0f} s, {looks} looks")
    print(*surprises[:10], sep="\n")
    print(f"wrong: {wrong or 'nothing'}")
    return int(bool(wrong) or bool(surprises) or outcomes.total() < each * WORKERS)


if __name__ == "__main__":
    sys.exit(main())

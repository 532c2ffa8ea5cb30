"""16 employees' programs at once, thousands of random commands, and the rules looked at meanwhile.

``make soak`` runs 20,000 operations through the services, as whoever, with whatever rights, on
whatever record; most are refused, as they should be. Meanwhile and at the end the owner looks
whether anything is as no rule allows. ``ARGS='--operations 2000 --seed 7'`` runs fewer.
"""

# ruff: noqa: T201  what it prints is what it is for

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from support.company import fill  # noqa: E402
from support.crowd import fill_crowd  # noqa: E402
from support.database import Database, migrate  # noqa: E402
from support.soaking import OPERATIONS, Somebody  # noqa: E402

from crm.database.transaction import connect  # noqa: E402
from crm.embedded import Cluster  # noqa: E402

WORKERS = 16
LOOK_EVERY = 5.0  # seconds

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
    "somebody who is forgotten, and named": """
        SELECT id FROM clients WHERE erased_at <= utc_now() AND (
            full_name <> format('Erased client %s', id) OR company_name <> full_name
            OR email <> format('erased-%s@erased.invalid', id) OR phone <> '+999000000')
        UNION ALL
        SELECT a.record_id FROM audit_entries a, jsonb_each(a.changes) field (key, change),
            jsonb_array_elements_text(change) value
        WHERE a.table_name = 'clients' AND value <> '{"erased": true}'
          AND key IN ('full_name', 'email', 'phone', 'company_name')
          AND a.record_id IN (SELECT id FROM clients WHERE erased_at <= utc_now())""",
    "a contract that was sold to somebody who is forgotten": """
        SELECT k.id FROM contracts k JOIN clients c ON c.id = k.client_id
        -- Those of the company's future were there before.
        WHERE k.created_at > c.erased_at AND k.created_at <= utc_now()""",
    "something that two took back": """
        SELECT undoes FROM audit_transactions WHERE undoes IS NOT NULL
        GROUP BY undoes HAVING count(*) > 1""",
    "a write of nobody": """
        SELECT id FROM audit_transactions
        WHERE employee_id IS NULL AND database_role = 'epicevents_cli'""",
}


def worker(database: Database, seed: int, operations: int, results: Any) -> None:
    """Do so many things, and hand back what came of them."""
    me = Somebody(database, seed)
    for _number in range(operations):
        me.work()
    results.put((me.outcomes, me.did, me.surprises))


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
    parameters = migrate(server, "soak")
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
    did: Counter[str] = Counter()
    surprises: list[str] = []
    looks, wrong, ended = 0, look(database), 0
    while ended < WORKERS and not wrong:
        time.sleep(LOOK_EVERY)
        wrong = look(database)
        looks += 1
        while not results.empty():
            counted, kinds, met = results.get()
            outcomes += counted
            did += kinds
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
    print(", ".join(f"{did[name]} {name}" for name in OPERATIONS))
    print(f"{outcomes.total()} operations of {WORKERS} workers in {seconds:.0f} s, {looks} looks")
    print(*surprises[:10], sep="\n")
    print(f"wrong: {wrong or 'nothing'}")
    return int(bool(wrong) or bool(surprises) or outcomes.total() < each * WORKERS)


if __name__ == "__main__":
    sys.exit(main())

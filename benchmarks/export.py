"""What is promised about exporting: all clients as CSV against psql's \\copy of the same view.

psql writes the plain columns; the program writes times with their offset and guards formulas. Both
write to a file, as the same employee. The promise is about a million rows, which take a minute to
make; with fewer, starting Python weighs more::

    python benchmarks/export.py [ROWS] [RUNS] [/usr/lib/postgresql/15/bin]
"""

import sys
import tempfile
from pathlib import Path

from measure import Pair
from stage import Database, company, cost, peak, program, psql, workstation

from crm.queries.client import LISTING

PROMISED = 1.5  # times what psql takes
PROMISED_MEMORY = 60  # megabytes, however many rows

FILL = """
ALTER TABLE clients DISABLE TRIGGER USER;
INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id, created_at)
SELECT 'Élodie Lefèvre ' || n, 'client.' || n || '@mail.example', '+336' || lpad(n::text, 8, '0'),
    'Société ' || n, 3 + n % 2, timezone('utc', now()) - n * interval '97.001 seconds'
FROM generate_series(1, {rows}) n;
ALTER TABLE clients ENABLE TRIGGER USER;
"""
COPY = """
BEGIN
SELECT set_config('client_min_messages', 'warning', true) FROM begin_session('{secret}')
\\copy (SELECT {columns} FROM client_list ORDER BY id DESC) TO '{file}' CSV HEADER
COMMIT
"""


def main(rows: int = 200_000, runs: int = 5, postgres: str | None = None) -> int:
    """Measure, say the figures, and fail where a promise is broken."""
    binaries = Path(postgres) if postgres else None
    measured, memory = Pair([], []), 0.0
    with company(binaries) as database, tempfile.TemporaryDirectory() as directory:
        fill(database, rows)
        file = Path(directory) / "clients.csv"
        columns = ", ".join(field.name for field in LISTING.fields)
        script = COPY.format(secret=database.session_of(3), columns=columns, file=file)
        environ = workstation(database, user_id=3)
        for run in range(runs + 1):
            floor = cost(psql(database, script, user="epicevents_cli", binaries=binaries))
            with file.open("wb") as stdout:
                ours = cost(program("client", "list", "--all", "-o", "csv"), environ, stdout)
            if run:  # the first fills the caches
                measured.ours.append(ours)
                measured.floor.append(floor)
                memory = max(memory, peak(environ))
    verdict = "holds" if memory <= PROMISED_MEMORY else "BROKEN"
    print(measured.told(f"client list --all -o csv, {rows} rows", PROMISED))
    print(f"memory: {memory:.0f} MB (at most {PROMISED_MEMORY}): {verdict}")
    return 0 if memory <= PROMISED_MEMORY and measured.ratio <= PROMISED else 1


def fill(database: Database, rows: int) -> None:
    """Write clients without what slows a load down, and let the planner know them."""
    connection = database.owner()
    connection.cursor().execute(FILL.format(rows=rows))
    connection.cursor().execute("ANALYZE clients")
    connection.close()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(*map(int, arguments[:2]), *arguments[2:3]))

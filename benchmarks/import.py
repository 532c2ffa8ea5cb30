"""What is promised about importing: 100,000 clients against psql's \\copy of the same file.

psql copies as the owner, whom no policy binds, into the same table with the same constraints,
indexes, triggers and audit. Both begin with a fresh copy of a migrated database each time::

    python benchmarks/import.py [ROWS] [RUNS] [/usr/lib/postgresql/15/bin]
"""

import random
import sys
import tempfile
from pathlib import Path

from measure import Pair
from stage import company, copy_of, cost, peak, program, psql, workstation

PROMISED = 3.0  # times what psql takes
PROMISED_MEMORY = 200  # megabytes
FIRST = ("Élodie", "Jean", "Marie", "Camille", "Léa", "Chloé", "Théo", "Noël", "Zoé", "Jérôme")
LAST = ("Lefèvre", "Martin", "Bernard", "Dubois", "Petit", "Durand", "Leroy", "Moreau", "François")
KIND = ("Société", "Groupe", "Atelier", "Maison", "Studio", "Agence", "Événements", "Château")

COPY = """
BEGIN
SET LOCAL ROLE epicevents_owner
\\copy clients (full_name, email, phone, company_name, sales_contact_id) FROM '{file}' CSV HEADER
COMMIT
"""


def main(rows: int = 100_000, runs: int = 3, postgres: str | None = None) -> int:
    """Measure, say the figures, and fail where a promise is broken."""
    binaries = Path(postgres) if postgres else None
    measured, memory = Pair([], []), 0.0
    with company(binaries) as database, tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "clients.csv"
        write_clients(file, rows)
        script = COPY.format(file=file)
        for _run in range(runs):
            with copy_of(database) as fresh:
                floor = cost(psql(fresh, script, user="postgres", binaries=binaries))
            with copy_of(database) as fresh:
                environ = workstation(fresh, user_id=3)
                ours = cost(program("client", "import", str(file)), environ)
            measured.ours.append(ours)
            measured.floor.append(floor)
            memory = max(memory, peak(environ))
    verdict = "holds" if memory <= PROMISED_MEMORY else "BROKEN"
    print(measured.told(f"client import, {rows} rows", PROMISED))
    print(f"memory: {memory:.0f} MB (at most {PROMISED_MEMORY}): {verdict}")
    return 0 if memory <= PROMISED_MEMORY and measured.ratio <= PROMISED else 1


def write_clients(file: Path, rows: int) -> None:
    """Write clients as both programs take them: phones and emails as they are stored."""
    chance = random.Random(1)
    with file.open("w", encoding="utf-8") as lines:
        lines.write("full_name,email,phone,company_name,sales_contact_id\n")
        for number in range(rows):
            first, last = chance.choice(FIRST), chance.choice(LAST)
            lines.write(
                f"{first} {last},client.{number}@mail{number % 997}.example,+336{number:08},"
                f"{chance.choice(KIND)} {last} {number % 1000},3\n"
            )


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(*map(int, arguments[:2]), *arguments[2:3]))

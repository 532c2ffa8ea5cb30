"""The tour of the README, run as it stands there."""

from pathlib import Path

from support.cli import PASSWORD, REPOSITORY, Workstation
from support.commands import arguments, command_lines
from support.database import Database

from crm.database.transaction import Transaction
from crm.demo import company


def test_every_command_of_the_tour_works(empty_database: Database, tmp_path: Path) -> None:
    owner = empty_database.owner()
    company.fill_demo(Transaction(owner, None), company.Size(), "Europe/Paris")
    owner.close()
    workstation = Workstation(empty_database, tmp_path)
    tour = (REPOSITORY / "README.md").read_text("utf-8").split("\n## A tour\n")[1].split("\n## ")[0]
    lines = command_lines(tour)
    assert len(lines) > 20
    for line in lines:
        words = arguments(line) + ["--yes"] * ("epicevents undo" in line)
        ran = workstation.run(*words, stdin=PASSWORD if words[0] == "login" else "")
        assert ran.status == 0, f"{line}: {ran.err}"

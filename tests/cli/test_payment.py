from support.cli import Workstation
from support.company import Company
from support.database import Database

ENTRIES = (
    "INSERT INTO payments (contract_id, amount, paid_on, method, reference) VALUES"
    " (2, 12, '2026-03-31', 'Virement', 'Réf-77 bis'), (2, 700, '2026-04-01', 'card', NULL),"
    " (5, 30, '2026-04-02', NULL, '77 roses')"
)
SHOWN = {
    "": "5 4 3 2 1",
    "--from 2026-04-01": "5 4 2 1",  # what is opened has the day of its contract, today
    "--to 2026-04-01": "4 3",
    "--from 2026-03 --to 2026-03": "3",
    "--method virement": "3",
    "--kind opening": "2 1",
    "--kind payment --sales samuel": "5",
    "--client kevin@startup.example": "2",
    "--contract 2": "4 3",
    "--reference ref": "3",
    "--reference 77": "5 3",
    "--reference virement": "",
    "-S virement": "3",
    "-S 77 --contract 2": "3",
    "--mine": "4 3 2 1",
    "--sort amount -L 1": "3",
}


def test_the_journal_is_narrowed(sales: Workstation, database: Database, company: Company) -> None:
    connection = database.owner()
    connection.cursor().execute(ENTRIES)
    connection.close()
    listed = {
        filters: " ".join(
            sales.run("payment", "list", *filters.split(), "-o", "ids").done().out.split()
        )
        for filters in SHOWN
    }
    assert listed == SHOWN


def test_an_entry_is_shown_with_its_contract_and_how_to_reverse_it(
    manager: Workstation, company: Company
) -> None:
    shown = manager.run("payment", "show", "1", "--json").json()
    assert (shown["client"], shown["contract_id"], shown["kind"]) == (
        "Éléonore Lefèvre",
        company.partly_paid,
        "OPENING",
    )
    sheet = manager.look("payment", "show", "1")
    assert "Payment 1 on contract 3 of Éléonore Lefèvre" in sheet
    assert "epicevents contract reverse-payment 3 1" in sheet
    manager.run(*["contract", "reverse-payment", "3", "1", "--reason", "wrong", "-y"]).done()
    opposite = manager.run("payment", "show", "1", "--json").json()["reversed_by_id"]
    assert manager.run("payment", "show", str(opposite), "--json").json()["reverses_id"] == 1
    for entry in ("1", str(opposite)):
        sheet = manager.look("payment", "show", entry)
        assert "reverse-payment" not in sheet
    refused = manager.run("payment", "show", "99")
    assert (refused.status, refused.err) == (
        3,
        "Error: Payment 99 does not exist.\nHint: See them all: epicevents payment list\n",
    )

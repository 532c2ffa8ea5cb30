"""The story of the company's first day, told by its people: real logins, each in its own process.

Only the filters of the listings, fifty commands that come after those, are tried in one process.

A manager sets the company up and creates accounts; sales sells and plans; the manager assigns;
support runs the event; each tries what is forbidden; the listings show it all.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Ran, Workstation, url
from support.database import Database

MANAGER = "marie@epic.example"
SALES, SALES2, SUPPORT = "sophie@epic.example", "samuel@epic.example", "paul@epic.example"
# Long enough, and without the names of those who use them.
SECRET = "trois petits chats, chapeau de paille"
NEW_SECRET = "paillasson somnambule bulletin"


class Person:
    """Somebody at a workstation of their own."""

    def __init__(self, database: Database, home: Path) -> None:
        home.mkdir()
        self.at = Workstation(database, home)

    def does(self, *args: str, stdin: str = "") -> Ran:
        """Run a command, which must succeed."""
        return self.at.process(*args, stdin=stdin).done()

    def reads(self, *args: str) -> Ran:
        """Run a command that only reads in this process: dozens of starts would prove no more."""
        return self.at.run(*args).done()

    def is_refused(self, *args: str) -> str:
        """Run a command, which the role must forbid; return the reason."""
        ran = self.at.process(*args)
        assert ran.status == 5, (args, ran)
        assert ran.out == ""
        return ran.err

    def logs_in(self, email: str, one_time: str) -> "Person":
        """Log in with a one-time password, and choose another before anything else."""
        self.does("login", email, "--password-stdin", stdin=one_time + "\n")
        first = self.at.process("client", "list", "--json")
        assert first.status == 5
        assert first.error()["code"] == "password_change_required"
        self.does("password", "--password-stdin", stdin=f"{one_time}\n{NEW_SECRET}\n")
        return self


@pytest.fixture
def company(template: dict[str, str]) -> Iterator[Database]:
    """A database that does not exist yet; ``init`` makes it."""
    database = Database(template, "story")
    yield database
    database.drop()


def ids(ran: Ran) -> list[int]:
    """Return the ids of a listing as JSON."""
    return [record["id"] for record in ran.json()]


def test_the_first_day(company: Database, tmp_path: Path) -> None:
    manager = Person(company, tmp_path / "marie")
    manager.at.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(company.admin)
    manager.does(
        *("init", "--email", MANAGER, "--first-name", "Marie", "--last-name", "Martin"),
        *("--password-stdin", "--no-input"),
        stdin=SECRET + "\n",
    )
    assert manager.does("whoami", "--json").json()["role"] == "MANAGEMENT"
    again = manager.at.process(
        *("init", "--email", SALES, "--first-name", "S", "--last-name", "S", "--password-stdin"),
        stdin=SECRET + "\n",
    )
    assert again.status == 6

    # The manager creates staff.
    passwords = {}
    for email, first, last, role in (
        (SALES, "Sophie", "Lefèvre", "SALES"),
        (SALES2, "Samuel", "O'Brien", "SALES"),
        (SUPPORT, "Paul", "[red]Petit[/red]", "SUPPORT"),
    ):
        created = manager.does(
            *("user", "create", "--first-name", first, "--last-name", last, "--email", email),
            *("--role", role, "--phone", "06 12 34 56 78", "--json"),
        ).json()
        assert created["phone"] == "+33612345678"
        passwords[email] = created["one_time_password"]
    sales = Person(company, tmp_path / "sophie").logs_in(SALES, passwords[SALES])
    sales2 = Person(company, tmp_path / "samuel").logs_in(SALES2, passwords[SALES2])
    support = Person(company, tmp_path / "paul").logs_in(SUPPORT, passwords[SUPPORT])

    # Sales creates a client and a contract, which must be signed before there is an event.
    client = sales.does(
        *(
            "client",
            "create",
            "--full-name",
            "Éléonore Lefèvre",
            "--email",
            "Eleonore@Fete.example",
        ),
        *("--phone", "+678 123 456 78", "--company-name", "[/] Fêtes & Cie", "--json"),
    ).json()
    assert client["email"] == "eleonore@fete.example"
    assert client["sales_contact"] == "Sophie Lefèvre"
    contract = sales.does(
        *("contract", "create", "--client", "lefevre", "--total-amount", "1 234,56", "--json"),
    ).json()
    assert contract["total_amount"] == contract["amount_due"] == "1234.56"
    number = str(contract["id"])
    event_options = (
        *("event", "create", "--contract", number, "--name", "Mariage d'Éléonore"),
        *("--client-contact", "Éléonore, 06 12 34 56 78", "--location", "Candé-sur-Beuvron"),
        *("--start-date", "2030-06-04 13:00", "--end-date", "2030-06-05 02:00"),
        *("--attendees", "75", "--json"),
    )
    unsigned = sales.at.process(*event_options)
    assert unsigned.status == 6
    assert unsigned.error()["code"] == "contract_not_signed"
    assert sales.does("contract", "sign", number, "--json").json()["signed_status"] is True
    sales.does("contract", "sign", number)  # signing twice changes nothing and is no error
    paid = sales.does("contract", "pay", number, "234,56", "--key", "first").done()
    assert "1,000.00" in paid.err
    sales.does("contract", "pay", number, "234.56", "--key", "first")  # counted once
    event = sales.does(*event_options).json()
    assert event["start_date"] == "2030-06-04T13:00:00+02:00"
    assert event["support_contact_id"] is None

    # The manager assigns support, and support updates the event.
    assigned = manager.does("event", "assign", str(event["id"]), "paul", "--json").json()
    assert assigned["support_contact"] == "Paul [red]Petit[/red]"
    noted = support.does(
        "event", "update", str(event["id"]), "--notes", "Traiteur à 15 h", "--json"
    )
    assert noted.json()["notes"] == "Traiteur à 15 h"

    # Each tries what is forbidden, and is told why and whom to ask.
    where = str(client["id"])
    reason = sales2.is_refused("client", "update", where, "--company-name", "Mine now")
    assert "Sophie Lefèvre" in reason
    assert "Sophie" in sales2.is_refused("contract", "pay", number, "1")
    assert "MANAGEMENT" in sales.is_refused("event", "assign", str(event["id"]), "paul")
    assert "Paul" in sales.is_refused("event", "update", str(event["id"]), "--attendees", "80")
    sales.is_refused("user", "create", *_nobody())
    support.is_refused("client", "create", *_nobody_client())
    support.is_refused("contract", "sign", number)
    support.is_refused("client", "delete", where, "--yes")
    manager.is_refused("user", "deactivate", "me")

    # The listings show it all, with each filter, as table and JSON.
    table = sales2.does("client", "list").out
    assert "Éléonore Lefèvre" in table
    assert "[/] Fêtes & Cie" in table
    contract_id, event_id = contract["id"], event["id"]
    for person, args, found in (
        (sales, ("client", "list", "--mine"), [client["id"]]),
        (sales2, ("client", "list", "--mine"), []),
        (support, ("client", "list", "-S", "lefe"), [client["id"]]),
        (support, ("client", "list", "--company", "fetes"), [client["id"]]),
        (support, ("client", "list", "--company", "%"), []),
        (support, ("client", "list", "--sales", "sophie"), [client["id"]]),
        (support, ("client", "list", "--created-from", "today"), [client["id"]]),
        (support, ("client", "list", "--created-to", "yesterday"), []),
        (support, ("client", "list", "--without-contract"), []),
        (sales, ("contract", "list", "--mine", "--unpaid", "--signed"), [contract_id]),
        (sales, ("contract", "list", "--paid"), []),
        (sales, ("contract", "list", "--unsigned"), []),
        (sales, ("contract", "list", "--client", where, "--sales", "me"), [contract_id]),
        (sales, ("contract", "list", "--total-min", "1234.56"), [contract_id]),
        (sales, ("contract", "list", "--total-max", "1234,55"), []),
        (sales, ("contract", "list", "--created-from", "today"), [contract_id]),
        (support, ("event", "list", "--mine"), [event_id]),
        (manager, ("event", "list", "--no-support"), []),
        (manager, ("event", "list", "--support", "paul"), [event_id]),
        (manager, ("event", "list", "--from", "2030-06", "--to", "2030-06-04"), [event_id]),
        (manager, ("event", "list", "--to", "2030-06-03"), []),
        (manager, ("event", "list", "--upcoming", "--location", "cande"), [event_id]),
        (manager, ("event", "list", "--past"), []),
        (manager, ("event", "list", "--period", "week"), []),
        (manager, ("event", "list", "--contract", number, "--client", where), [event_id]),
        (manager, ("user", "list", "--role", "SALES", "--sort", "email"), [3, 2]),
        (manager, ("user", "list", "--inactive"), []),
    ):
        assert ids(person.reads(*args, "--json")) == found, args
        person.reads(*args)
    assert manager.at.process("client", "list", "--mine").status == 2
    assert sales.does("contract", "list", "--count").out.strip() == "1"
    assert sales.does("event", "list", "-o", "ids").out.split() == [str(event_id)]

    # Everybody finds it, sees what waits, and who may do what.
    assert (
        "Mariage"
        in support.does("search", "eleonore mariage").out + support.does("search", "mariage").out
    )
    for person in (manager, sales, sales2, support):
        person.does("dashboard")
        person.does("whoami", "--can")
        person.does("logout")
        assert person.at.process("client", "list").status == 4


def _nobody() -> tuple[str, ...]:
    return (
        *("--first-name", "N", "--last-name", "N", "--email", "n@epic.example"),
        *("--role", "SALES"),
    )


def _nobody_client() -> tuple[str, ...]:
    return (
        *("--full-name", "N", "--email", "n@epic.example", "--phone", "0612345678"),
        *("--company-name", "N"),
    )

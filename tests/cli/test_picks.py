"""Questions at a terminal with a screen: choices below them, answers that can be mended."""

import os
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from support.cli import REPOSITORY, Workstation
from support.commands import every_command
from support.company import Company
from support.keyboard import Keyboard

from crm.cli.commands.history import KINDS

DOWN, LEFT, CTRL_C, CTRL_D, ALT_ENTER, BACKSPACE = (
    "\x1b[B",
    "\x1b[D",
    "\x03",
    "\x04",
    "\x1b\r",
    "\x7f",
)

Asked = Callable[..., Keyboard]
BOB = ("--full-name", "Bob Marsh", "--company-name", "Marsh & Co")
SELL = ("contract", "create", "--unsigned", "--due-date", "+30d")
GALA = ("--name", "Gala", "--client-contact", "Jean", "--location", "Tours", "--attendees", "80")


@pytest.fixture
def asked(workstation: Workstation) -> Iterator[Asked]:
    """Return what runs a command that asks, in a terminal with a screen."""
    keyboards = []

    def run(*args: str, width: int = 80) -> Keyboard:
        keyboards.append(workstation.keyboard(*args, width=width))
        return keyboards[-1]

    yield run
    for keyboard in keyboards:
        keyboard.close()


CHOICES = """\
Client:
         2 Kevin Casey       Cool Startup LLC
         1 Éléonore Lefèvre  Lefèvre & Fils"""


# Runs the program and says at its end whether it has imported what edits answers.
WATCHED = """
import atexit, runpy, sys
atexit.register(lambda: print("edited:", "prompt_toolkit" in sys.modules))
runpy.run_module("crm", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(("given", "edited"), [((), True), (("--total-amount", "10"), False)])
def test_what_edits_answers_is_imported_where_something_is_asked(
    sales: Workstation, given: tuple[str, ...], *, edited: bool
) -> None:
    command = (*SELL, "--client", "2", "--amount-due", "10")
    with Keyboard(
        (sys.executable, "-c", WATCHED, *command, *given),
        environ={"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), **sales.environ},
        directory=sales.home,
    ) as keyboard:
        if edited:
            keyboard.sees("Total amount")
            keyboard.type("10\r")
        keyboard.sees(f"edited: {edited}")


def test_the_choices_stand_below_the_question(sales: Workstation, asked: Asked) -> None:
    keyboard = asked(*SELL, "--total-amount", "10")
    assert keyboard.becomes(CHOICES) == CHOICES


def test_who_is_forgotten_is_no_choice(manager: Workstation, asked: Asked) -> None:
    manager.run("client", "erase", "2", "--reason", "asked", "--yes").done()
    keyboard = asked(*SELL, "--total-amount", "10", "--amount-due", "10")
    keyboard.sees("Lefèvre & Fils")
    keyboard.calm()
    assert "Erased client" not in keyboard.screen
    keyboard.type("2\r")
    keyboard.sees("Client 2 has been erased for good.")


def test_part_of_a_name_without_accents_finds_the_record(sales: Workstation, asked: Asked) -> None:
    keyboard = asked(*SELL, "--total-amount", "10")
    keyboard.sees("Client:")
    keyboard.type("LEFE")
    keyboard.calm()
    keyboard.type(DOWN)
    keyboard.sees("Client: 1 Éléonore Lefèvre")
    keyboard.type("\r")
    keyboard.sees("Amount due")
    keyboard.type("\r")
    keyboard.sees("Contract 6 created: Éléonore Lefèvre, €10.00.")
    assert keyboard.ends() == 0


@pytest.mark.parametrize("typed", ["startup", "2", "kevin@startup.example"])
def test_what_one_record_alone_matches_is_taken_and_repeated(
    sales: Workstation, asked: Asked, typed: str
) -> None:
    keyboard = asked(*SELL, "--total-amount", "10", "--amount-due", "10")
    keyboard.sees("Client:")
    keyboard.type(f"{typed}\r")
    keyboard.sees("→ 2 Kevin Casey, Cool Startup LLC")
    assert keyboard.ends() == 0


def test_several_matches_are_explained_and_what_was_typed_stays(
    sales: Workstation, asked: Asked
) -> None:
    keyboard = asked("contract", "show", width=120)
    keyboard.sees("Which contract?")
    keyboard.type("lefevre\r")
    keyboard.sees("“lefevre” matches several: 3 Éléonore Lefèvre")
    keyboard.at("Which contract? lefevre")
    keyboard.type(CTRL_C)
    assert keyboard.ends() == 130


def test_an_argument_that_is_missing_is_asked_for(
    workstation: Workstation, company: Company, asked: Asked
) -> None:
    workstation.be(company.manager)
    keyboard = asked("event", "assign", "--dry-run")
    keyboard.sees("Which event?")
    keyboard.type("2\r")
    keyboard.sees("Support:")
    keyboard.type("petit\r")
    keyboard.sees("→ 5 Paul Petit, Support")
    keyboard.sees("Event 2 assigned to Paul Petit")
    assert keyboard.ends() == 0


def test_every_missing_argument_is_named_where_nothing_may_be_asked(sales: Workstation) -> None:
    ran = sales.run("contract", "amend", "--no-input", "--json")
    assert (ran.status, ran.error()["code"]) == (2, "missing_argument")
    assert ran.error()["arguments"] == ["CONTRACT", "AMOUNT"]
    assert ran.error()["options"] == ["--reason"]
    assert sales.run("contract", "show").status == 2


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("contract amend", "CONTRACT, AMOUNT, --reason"),
        ("contract amend --reason x", "CONTRACT, AMOUNT"),
        ("contract amend 2", "AMOUNT, --reason"),
        ("contract amend 2 900", "--reason"),
        ("contract unsign", "CONTRACT, --reason"),
        ("contract reverse-payment", "CONTRACT, PAYMENT, --reason"),
        ("client erase", "CLIENT, --reason"),
        ("event assign", "EVENT..., USER"),
        ("event assign --suggest", "EVENT..."),
        ("event note", "EVENT, TEXT"),
        ("history", "KIND, ID"),
        ("history client", "ID"),
        ("search", "TEXT"),
        ("client import", "FILE"),
        ("view save", "NAME, COMMAND"),
        ("view save late", "COMMAND"),
        ("view run", "NAME"),
        ("view delete", "NAME"),
        ("completion", "SHELL"),
        ("db backup", "FILE"),
        ("db check", "FILE"),
        ("db reset-password", "EMAIL"),
    ],
)
def test_arguments_and_options_are_named_together(
    sales: Workstation, command: str, missing: str
) -> None:
    ran = sales.run(*command.split(), "--no-input")
    assert (ran.status, ran.err.splitlines()[0]) == (2, f"Error: Missing: {missing}.")


def test_no_argument_is_left_for_the_parser_to_miss() -> None:
    required = [
        f"{path} {param.name}"
        for path, command in every_command()
        for param in command.params
        if param.required
    ]
    assert required == []


def test_closed_lists_and_names_are_picked_from(sales: Workstation, asked: Asked) -> None:
    keyboard, kinds = asked("history", width=120), ", ".join(KINDS)
    keyboard.sees(f"Kind ({kinds}):")
    keyboard.type("nobody\r")
    keyboard.sees(f"KIND does not accept “nobody”; choose from {kinds}.")
    keyboard.at(f"Kind ({kinds}): nobody")
    keyboard.type("\x15cl\r")
    keyboard.sees("Which client?")
    keyboard.type("kevin\r")
    keyboard.sees("Client 2 created")
    assert keyboard.ends() == 0


def test_what_needs_nobody_logged_in_is_asked_without(workstation: Workstation) -> None:
    keep = workstation.run("view", "save", stdin="late\ncontract list --unpaid -S 'le f'\n").done()
    assert "View late saved." in keep.err
    listed = workstation.run("view", "list", "--json").done().json()
    assert listed[0]["listing"] == "contract list --unpaid -S 'le f'"
    assert (
        "View late deleted" in workstation.run("view", "delete", "--yes", stdin="la\n").done().err
    )
    assert "complete" in workstation.run("completion", stdin="ba\n").done().out
    assert workstation.run("search", stdin="x\n").status == 4


@pytest.mark.parametrize("stdin", ["\n", " \n", ""])
def test_nothing_typed_is_2(sales: Workstation, stdin: str) -> None:
    for command in ("search", "completion", "client import", "view run"):
        assert sales.run(*command.split(), stdin=stdin).status == 2


def test_arguments_can_be_piped(sales: Workstation) -> None:
    assert sales.run("search", stdin="kevin\n").done().out.count("Kevin") > 0
    ran = sales.run("history", "client", "--json", stdin="kevin\n").done()
    assert ran.json()[0]["table_name"] == "clients"


def test_nobody_is_asked_before_logging_in(workstation: Workstation) -> None:
    assert workstation.run("client", "show", stdin="1\n").status == 4


def test_a_closed_list_is_picked_from(
    workstation: Workstation, company: Company, asked: Asked
) -> None:
    workstation.be(company.manager)
    given = ("--first-name", "Jo", "--last-name", "Roy", "--email", "jo@epicevents.example")
    keyboard = asked("user", "create", *given, "--phone", "")
    screen = keyboard.sees("MANAGEMENT")
    keyboard.sees("Role (SALES, SUPPORT, MANAGEMENT):\n")
    assert re.search(r"\n +SUPPORT", keyboard.sees("  SUPPORT")), screen
    keyboard.type("sup\r")
    keyboard.sees("Account 7 created: Jo Roy, SUPPORT.")
    assert keyboard.ends() == 0


def test_a_method_is_picked_where_the_amount_is_asked(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("contract", "pay", "2", "--json", width=100)
    keyboard.sees("Amount (Enter: 2000.00):")
    keyboard.type("400\r")
    keyboard.sees("Method (optional, transfer, card, cheque, cash, direct debit):")
    keyboard.type("tra\r")
    assert keyboard.ends() == 0
    listed = sales.run("contract", "payments", "2", "--json").done().json()
    assert (listed[0]["amount"], listed[0]["method"]) == ("400.00", "transfer")


def test_a_wrong_answer_can_be_mended(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("client", "create", *BOB)
    keyboard.sees("Email")
    keyboard.type("bob@marsh\r")
    keyboard.sees("Hint:")
    keyboard.at("Email (such as kevin@startup.example): bob@marsh")
    keyboard.type(".example\r")
    keyboard.sees("Phone")
    keyboard.type("06 12 34 56\r")
    keyboard.at("Phone (optional, such as +678 123 456 78): 06 12 34 56")
    keyboard.type(" 78\r")
    keyboard.sees("Client 4 created")
    assert keyboard.ends() == 0


def test_an_email_in_use_is_refused_where_it_is_typed(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("client", "create", *BOB)
    keyboard.sees("Email")
    keyboard.type("kevin@startup.example\r")
    keyboard.sees("kevin@startup.example already belongs to client 2, Kevin Casey.")
    keyboard.at("Email (such as kevin@startup.example): kevin@startup.example")
    keyboard.type("\x15bob@marsh.example\r")
    keyboard.sees("Phone (optional")
    keyboard.type("\r")
    keyboard.sees("Client 4 created")
    assert keyboard.ends() == 0


def test_accents_are_typed_in_between(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("client", "create", "--email", "e@x.example", "--phone", "0612345678")
    keyboard.sees("Full name (such as Kevin Casey):")
    keyboard.type("Éléonore Lefvre" + LEFT * 3 + "è\r")
    keyboard.sees("Company name")
    keyboard.type("Fils\r")
    keyboard.sees("Éléonore Lefèvre.")


def test_an_amount_with_two_readings_asks_which_is_meant(sales: Workstation, asked: Asked) -> None:
    keyboard = asked(*SELL, "--client", "2", "--amount-due", "0")
    keyboard.sees("Total amount (such as 1 234,56):")
    keyboard.type("1,234\r")
    keyboard.sees("can mean 1234.00 or 1.234")
    keyboard.at("Total amount (such as 1 234,56): 1234.00")
    keyboard.type("\r")
    keyboard.sees("→ €1,234.00")
    assert keyboard.ends() == 0
    refused = sales.run("contract", "create", "--client", "2", "--json", stdin="1,234\n")
    assert (refused.status, refused.error()["readings"]) == (2, ["1234.00", "1.234"])


def test_dates_are_repeated_as_they_were_understood(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("event", "create", "--contract", "2", *GALA, "--notes", "")
    keyboard.sees("Starts (such as tomorrow 18:00):")
    keyboard.type("4 jun 2035 @ 6pm\r")
    keyboard.sees("→ Monday 2035-06-04 18:00")
    keyboard.type("5/6/2035 1h30\r")
    keyboard.sees("→ Tuesday 2035-06-05 01:30")
    assert keyboard.ends() == 0


def test_an_hour_that_comes_twice_is_picked(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("event", "create", "--contract", "2", *GALA, "--notes", "")
    keyboard.sees("Starts")
    keyboard.type("2035-10-28 02:30\r")
    keyboard.sees("  2035-10-28T02:30+01:00")
    keyboard.type("\t")
    keyboard.at("Starts (such as tomorrow 18:00): 2035-10-28T02:30+02:00")
    keyboard.type("\r")
    keyboard.sees("→ Sunday 2035-10-28 02:30+02:00")


def test_notes_may_have_several_lines(sales: Workstation, asked: Asked) -> None:
    dates = ("--start-date", "2035-06-04 18:00", "--end-date", "2035-06-04 23:00")
    event = ("--contract", "2", *GALA[2:], *dates)
    keyboard = asked("event", "create", *event)
    keyboard.sees("Name")
    keyboard.type("Gala\r")
    keyboard.sees("Notes (optional, Alt+Enter starts a new line):")
    keyboard.type(f"Parking behind{ALT_ENTER}Ring twice\r")
    keyboard.sees("Event 4 created")
    assert sales.run("event", "show", "4", "--json").json()["notes"] == "Parking behind\nRing twice"


QUESTIONS = [
    (("client", "create"), "Full name"),
    (("contract", "create"), "Client:"),
    (("contract", "create", "--client", "2"), "Total amount"),
    (("event", "create"), "Contract:"),
    (("event", "create", "--contract", "2", *GALA), "Starts"),
    (("contract", "pay", "2"), "Amount (Enter: 2000.00):"),
    (("client", "show"), "Which client?"),
]


@pytest.mark.parametrize(("command", "question"), QUESTIONS)
def test_ctrl_c_at_a_question_leaves_nothing(
    sales: Workstation, asked: Asked, command: tuple[str, ...], question: str
) -> None:
    before = sales.run("audit", "list", "--count").done().out
    keyboard = asked(*command)
    keyboard.sees(question)
    keyboard.calm()
    keyboard.type(CTRL_C)
    assert keyboard.ends() == 130
    assert "Error" not in keyboard.screen
    assert "Traceback" not in keyboard.screen
    assert sales.run("audit", "list", "--count").out == before


def test_the_end_of_input_is_2(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("contract", "create")
    keyboard.sees("Client:")
    keyboard.calm()
    keyboard.type(CTRL_D)
    keyboard.sees("The input ended too early.")
    assert keyboard.ends() == 2


def test_nothing_is_asked_while_a_transaction_is_open(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("contract", "create")
    keyboard.sees("Client:")
    keyboard.type("kev")
    keyboard.sees("2 Kevin Casey")
    keyboard.calm()
    connection = sales.database.owner()
    cursor = connection.cursor()
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = 'epicevents_cli' AND state <> 'idle'"
    )
    assert cursor.fetchone() == (0,)
    connection.close()


def test_a_question_in_the_shell_has_its_choices_too(sales: Workstation, asked: Asked) -> None:
    keyboard = asked("shell")
    keyboard.sees("(SALES) >")
    keyboard.type("contract create --total-amount 10 --dry-run\r")
    keyboard.sees("Cool Startup LLC")
    keyboard.type("kev\r")
    keyboard.sees("Amount due")
    keyboard.type(CTRL_C)
    keyboard.sees("(SALES) >")
    keyboard.type("client list --count\r")
    keyboard.sees("\n3")

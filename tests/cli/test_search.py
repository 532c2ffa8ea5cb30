import re

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation

HOSTILE = (
    "[red]Acme[/red]",
    "[/]",
    "O'Brien",
    "Éléonore Lefèvre",
    "%",
    "_",
    "\x1b[2J",
    "a\nb",
    "'",
)


def test_one_search_finds_every_kind(sales: Workstation) -> None:
    found = sales.run("search", "s").done().out
    assert re.findall(r"^(\w+) +\d+$", found, re.MULTILINE) == [
        "Clients", "Contracts", "Events", "Colleagues"
    ]  # fmt: skip
    for command in ("client show 2", "contract show 4", "event show 2", "user show 3"):
        assert f"  epicevents {command}\n" in found


def test_accents_and_case_make_no_difference(sales: Workstation) -> None:
    found = sales.run("search", "LEFE eleo", "--json").done().json()
    assert [each["id"] for each in found["clients"]["records"]] == [1]
    assert [each["id"] for each in found["contracts"]["records"]] == [3, 2, 1]
    assert (found["contracts"]["total"], found["users"]) == (3, {"total": 0, "records": []})


def test_json_writes_records_as_listings_do(sales: Workstation) -> None:
    contract = sales.run("search", "kevin", "-o", "json").json()["contracts"]["records"][0]
    assert (contract["total_amount"], contract["status"]) == ("4000.00", "PAID")
    event = sales.run("search", "gala", "-o", "json").json()["events"]["records"][0]
    assert event["start_date"] == "2020-01-10T19:00:00+01:00"


def test_what_is_left_out_is_said(sales: Workstation) -> None:
    found = sales.run("search", "lefe", "-L", "1").done().out
    assert "Contracts  3\n" in found
    assert "and 2 more  epicevents contract list -S lefe\n" in found
    cut = sales.run("search", "lefe", "-L", "1", "--json").json()["contracts"]
    assert (cut["total"], len(cut["records"])) == (3, 1)


def test_nothing_found_says_so(sales: Workstation) -> None:
    nothing = sales.run("search", "nobody here").done()
    assert (nothing.out, nothing.err) == ("", "Nothing found for 'nobody here'.\n")
    as_json = sales.run("search", "nobody here", "-o", "json").done().json()
    assert {section["total"] for section in as_json.values()} == {0}


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_searched_literally(sales: Workstation, text: str) -> None:
    ran = sales.run("search", text).done()
    assert "\x1b" not in ran.out + ran.err
    if text in {"%", "_", "[/]", "'"}:
        assert ran.out == ""


def test_hostile_names_are_shown_and_never_obeyed(sales: Workstation, owner: Connection) -> None:
    # The owner writes what no service lets through.
    cursor = owner.cursor()
    cursor.execute("UPDATE clients SET full_name = '[red]Acme[/red]', company_name = '[/] :smile:'")
    cursor.execute("UPDATE events SET name = 'Fête %s {x}', location = E'a\\tb\\u202e'")
    for ran in (sales.run("search", "acme").done(), sales.run("search", "fete").done()):
        assert "[red]Acme[/red]" in ran.out
    assert "[/] :smile:" in ran.out or "Fête %s {x}" in ran.out
    assert "\u202e" not in sales.look("search", "fete", width=200)


def test_lines_fit_a_terminal_and_keep_their_commands(
    sales: Workstation, owner: Connection
) -> None:
    owner.cursor().execute("UPDATE clients SET company_name = repeat('société ', 12) || id")
    for width in (80, 140):
        shown = sales.look("search", "lefe", width=width)
        assert all(len(line) <= width for line in shown.splitlines())
        assert len(re.findall(r"epicevents \w+ show \d+$", shown, re.MULTILINE)) == 4
    assert "…" in sales.look("search", "lefe", width=80)
    # Into a pipe nothing is cut.
    assert "société " * 12 + "1" in sales.run("search", "lefe").out


def test_commands_stand_below_each_other(sales: Workstation) -> None:
    shown = sales.run("search", "s").out
    lines = [line for line in shown.splitlines() if " show " in line]
    columns = {line.index("  epicevents ") for line in lines}
    assert len(columns) == 1


def test_search_needs_somebody_logged_in(workstation: Workstation) -> None:
    assert workstation.run("search", "x").status == 4


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("06 12 34 56 78", "Clients"),
        ("5678", "Clients"),
        ("#2", "Contracts"),
        ("obrien", "Clients"),
    ],
)
def test_what_one_has_at_hand_finds_whose_it_is(sales: Workstation, text: str, title: str) -> None:
    assert f"{title}  " in sales.run("search", text).done().out
    listed = sales.run("client", "list", "-S", text, "-o", "ids").done().out
    assert listed == {"5678": "2\n1\n", "#2": "2\n", "obrien": "3\n"}.get(text, "1\n")


def test_a_command_takes_words_for_a_contract_and_an_event(sales: Workstation) -> None:
    shown = sales.run("contract", "show", "kevin casey").done().out
    assert shown.startswith("ID: 4\n")
    assert sales.run("event", "show", "mufflins").done().out.startswith("ID: 2\n")
    several = sales.run("contract", "pay", "lefevre", "10", "-o", "json")
    assert (several.status, several.error()["code"]) == (2, "ambiguous_reference")
    assert "3 Éléonore Lefèvre, €3,000.00" in several.error()["message"]
    assert sales.run("contract", "show", "nobody").status == 3
    by_event = sales.run("event", "list", "--contract", "kevin", "-o", "ids").done().out
    assert by_event == "2\n"
    as_of = ("--as-of", "today")
    assert sales.run("event", "show", "mufflins", *as_of).done().out.startswith("ID: 2\n")

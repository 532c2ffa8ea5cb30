"""Whole sheets of one record, and what changed in it."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from support.listings import PAYMENT_FIELDS, PAYMENTS, SHEET, SHEET_FIELDS
from support.screen import Screen

from crm.cli.output.console import Console
from crm.cli.output.detail import NextCommand, RelatedRecords, format_changes, show_sheet
from crm.cli.output.terminal import Color
from crm.domain.fields import Field, Kind

Expected = Callable[[str], str]

RELATED = (
    RelatedRecords("Payments", PAYMENT_FIELDS, PAYMENTS),
    RelatedRecords("Events", PAYMENT_FIELDS, ()),
)
COMMANDS = (
    NextCommand("epicevents contract pay 903 204567.50", "record the rest"),
    NextCommand("epicevents event create --contract 903", "plan an event"),
)


def show(console: Console, *, err: bool = False) -> None:
    show_sheet(
        "Contract 903 \x1b[2J",
        SHEET_FIELDS,
        SHEET,
        console,
        related=RELATED,
        commands=COMMANDS,
        err=err,
    )
    console.flush()


@pytest.mark.parametrize(
    ("name", "width", "color", "encoding"),
    [
        ("sheet-80", 80, "never", "utf-8"),
        ("sheet-80-color", 80, "auto", "utf-8"),
        ("sheet-80-ascii", 80, "never", "ascii"),
        ("sheet-140", 140, "never", "utf-8"),
        ("sheet-140-color", 140, "always", "utf-8"),
    ],
)
def test_a_sheet_fits_the_terminal(
    name: str, width: int, color: Color, encoding: str, expected: Expected
) -> None:
    with Screen(width, encoding=encoding) as screen:
        show(screen.console(color=color))
        assert screen.text == expected(name)


def test_a_sheet_in_a_pipe_is_whole_and_one_field_a_line(expected: Expected) -> None:
    out, err = io.StringIO(), io.StringIO()
    show(Console(stdout=out, stderr=err, environ={"COLUMNS": "40"}))
    assert (out.getvalue(), err.getvalue()) == (expected("sheet-pipe"), "")


def test_a_sheet_before_a_question_leaves_stdout_empty(expected: Expected) -> None:
    out = io.StringIO()
    with Screen() as screen:
        show(Console(stdout=out, stderr=screen.stream, environ={}, color="never"), err=True)
        whole = expected("sheet-80")
        assert screen.text == whole[: whole.index("\nNext")]
    assert out.getvalue() == ""


def test_a_sheet_says_what_its_tables_have_no_room_for() -> None:
    with Screen(40) as screen:
        console = screen.console()
        show_sheet("Contract 903", SHEET_FIELDS[:2], SHEET[:2], console, related=RELATED[:1])
        console.flush()
        assert (
            screen.text
            == """\
Contract 903

  Client  [red]Bob[/red]\\x1b[2J Marsh
  Due     €204,567.50

Payments
  ID  Paid on            Amount
  ─────────────────────────────
  31  2026-06-03  €1,000,000.00
  30  2026-06-01        -€12.00
Hidden for lack of width: Kind, Method.
"""
        )


def test_a_blank_text_is_a_dash_and_blank_lines_keep_their_place() -> None:
    notes = Field("notes", Kind.LONG_TEXT)
    with Screen() as screen:
        console = screen.console()
        show_sheet("Event 7", [notes, notes], ["", "one\n\ntwo"], console)
        console.flush()
        assert screen.text == "Event 7\n\n  Notes  —\n  Notes  one\n\n         two\n"


FIELDS = (
    Field("total_amount", Kind.MONEY),
    Field("signed_status", Kind.BOOLEAN),
    Field("support_contact"),
    Field("location"),
    Field("notes", Kind.LONG_TEXT),
)
OLD = {"total_amount": Decimal("10.00"), "support_contact": None, "location": "Lyon", "notes": "a"}
NEW = {
    "total_amount": Decimal("12.50"),
    "support_contact": "[red]Zoë\x1b[/]",
    "location": "Lyon",
    "notes": "x" * 10_000,
}


def test_only_what_differs_has_changed() -> None:
    with Screen() as screen:
        assert format_changes(OLD, NEW, FIELDS, screen.console()) == [
            "Total: €10.00 → €12.50",
            r"Support: — → [red]Zoë\x1b[/]",
            "Notes: a → " + "x" * 59 + "…",
        ]


def test_changes_are_whole_in_a_pipe() -> None:
    console = Console(stderr=io.StringIO(), environ={})
    assert format_changes(OLD, NEW, FIELDS, console)[-1] == "Notes: a → " + "x" * 10_000


def test_changes_in_ascii() -> None:
    with Screen(encoding="ascii") as screen:
        assert format_changes(OLD, NEW, FIELDS, screen.console())[:2] == [
            "Total: EUR10.00 -> EUR12.50",
            r"Support: - -> [red]Zoe\x1b[/]",
        ]


def test_nothing_has_changed() -> None:
    assert format_changes(OLD, OLD, FIELDS, Console(environ={})) == []

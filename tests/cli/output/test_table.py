"""Whole listings, as they look on real terminals of two widths and in a pipe."""

import io
from collections.abc import Callable, Sequence

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.listings import (
    CLIENT_FIELDS,
    CLIENTS,
    CONTRACT_FIELDS,
    CONTRACTS,
    USER_FIELDS,
    USERS,
    Row,
)
from support.screen import Screen

from crm.cli.output import cells
from crm.cli.output.console import Console
from crm.cli.output.table import show_listing
from crm.cli.output.terminal import Color
from crm.domain.fields import Field, Kind

Expected = Callable[[str], str]
LISTINGS: dict[str, tuple[Sequence[Field], Sequence[Row]]] = {
    "clients": (CLIENT_FIELDS, CLIENTS),
    "contracts": (CONTRACT_FIELDS, CONTRACTS),
    "users": (USER_FIELDS, USERS),
}


def on_screen(
    fields: Sequence[Field],
    rows: Sequence[Row],
    width: int,
    *,
    color: Color = "never",
    encoding: str = "utf-8",
    exact: bool = False,
) -> str:
    with Screen(width, encoding=encoding) as screen:
        console = screen.console(color=color)
        show_listing(fields, rows, console, exact=exact)
        console.flush()
        return screen.text


def in_pipe(fields: Sequence[Field], rows: Sequence[Row], **environ: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    console = Console(stdout=out, stderr=err, environ=environ)
    show_listing(fields, rows, console)
    console.flush()
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_fits_the_terminal(name: str, width: int, expected: Expected) -> None:
    assert on_screen(*LISTINGS[name], width) == expected(f"{name}-{width}")


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_in_colour(name: str, width: int, expected: Expected) -> None:
    assert on_screen(*LISTINGS[name], width, color="auto") == expected(f"{name}-{width}-color")


def test_a_listing_on_an_ascii_terminal(expected: Expected) -> None:
    fields, rows = LISTINGS["clients"]
    assert on_screen(fields, rows, 80, encoding="ascii") == expected("clients-80-ascii")


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_in_a_pipe_is_whole_and_one_record_a_line(name: str, expected: Expected) -> None:
    fields, rows = LISTINGS[name]
    out, err = in_pipe(fields, rows, COLUMNS="40")
    assert (out, err) == (expected(f"{name}-pipe"), "")
    assert out.count("\n") == len(rows) + 1


def test_forced_colour_changes_no_layout_in_a_pipe() -> None:
    plain, _ = in_pipe(CONTRACT_FIELDS, CONTRACTS)
    colored, _ = in_pipe(CONTRACT_FIELDS, CONTRACTS, FORCE_COLOR="1")
    assert "\x1b[32mPaid\x1b[0m" in colored
    assert without_colour(colored) == plain


def without_colour(text: str) -> str:
    for code in {"0", *cells.STYLES.values()}:
        text = text.replace(f"\x1b[{code}m", "")
    return text


def test_wide_and_combining_characters_keep_the_columns_straight() -> None:
    glass = pyte.Screen(140, 30)
    out = on_screen(CLIENT_FIELDS, CLIENTS, 140, color="auto")
    pyte.Stream(glass).feed(out.replace("\n", "\r\n"))
    cells_shown = [[glass.buffer[y][x].data for x in range(140)] for y in range(7)]
    start = "".join(cells_shown[0]).index("Sales")
    assert ["".join(line[start - 2 :]).rstrip() for line in cells_shown[2:]] == [
        "  Yann O'Brien",
        "  Bill Boquet",
        r"  Dawn\nDwyer",
        r"  Zoë\tKravitz",
        "  Dawn Dwyer",
    ]


def test_one_endless_value_does_not_spread_the_other_records() -> None:
    out, _ = in_pipe(CLIENT_FIELDS, CLIENTS)
    assert "x" * 10_000 in out
    assert [len(line) < 200 for line in out.splitlines()] == [True, True, True, True, False, True]


@pytest.mark.parametrize("width", [30, 40, 50, 60, 80, 100, 140, 300])
@pytest.mark.parametrize("name", LISTINGS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    fields, rows = LISTINGS[name]
    lines = on_screen(fields, rows, width).splitlines()[: len(rows) + 2]
    assert max(map(cells.width, lines)) <= width


def test_id_and_name_are_never_hidden() -> None:
    out = on_screen(CLIENT_FIELDS, CLIENTS, 20)
    assert out.splitlines()[0] == "ID  Name"
    assert out.splitlines()[2] == "12  Éléonore Lefèvre"
    assert " ".join(out.split()).endswith(
        "Hidden for lack of width: Email, Phone, Company, Sales. Show them with --fields."
    )
    assert max(map(len, out.splitlines())) == 20


def test_the_fields_that_were_named_are_all_shown(expected: Expected) -> None:
    out = on_screen(CONTRACT_FIELDS, CONTRACTS, 120, exact=True)
    assert out == expected("contracts-120-exact")


@pytest.mark.parametrize("width", [1, 10, 24])
def test_where_nothing_fits_records_stay_readable(width: int) -> None:
    out = on_screen(USER_FIELDS[:4], USERS, width, exact=True)
    assert out.splitlines()[2] == " 1  Alice       Martin     manager@epicevents.example"


def test_no_records_are_a_note() -> None:
    assert in_pipe(CLIENT_FIELDS, []) == ("", "Nothing to show.\n")


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=15), min_size=1, max_size=4)
)
def test_any_names_are_one_line_each(names: list[str]) -> None:
    fields = (Field("id", Kind.ID), Field("full_name"), Field("company_name"))
    out, _ = in_pipe(fields, [(1, name, "end") for name in names])
    lines = out.splitlines()
    assert len(lines) == len(names) + 1
    ends = {cells.width(line.removesuffix("end")) for line in lines[1:]}
    assert len(ends) == 1

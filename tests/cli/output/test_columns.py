"""Each kind of value as people read it."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.screen import Screen

from crm import settings
from crm.cli.output.columns import build_presenter, build_styler, find_column
from crm.cli.output.console import Console
from crm.domain.fields import Field, Kind

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Kind.ID, 12, "12"),
        (Kind.TEXT, "[red]O'Brien[/] :smile:\x1b", r"[red]O'Brien[/] :smile:\x1b"),
        (Kind.LONG_TEXT, "one\ntwo", r"one\ntwo"),
        (Kind.EMAIL, "a@b.example", "a@b.example"),
        (Kind.PHONE, "+33612345678", "06 12 34 56 78"),
        (Kind.PHONE, "call \x1b[0m me", r"call \x1b[0m me"),
        (Kind.MONEY, Decimal("1204.50"), "€1,204.50"),
        (Kind.INTEGER, 200, "200"),
        (Kind.BOOLEAN, True, "yes"),
        (Kind.BOOLEAN, False, "no"),
        (Kind.TIMESTAMP, datetime.fromisoformat("2026-06-04 11:00:59"), "2026-06-04 13:00"),
        (Kind.DATE, date(2026, 6, 4), "2026-06-04"),
        (Kind.CODE, "PARTLY_PAID", "Partly paid"),
        (Kind.CODE, "SOMETHING_NEW", "SOMETHING_NEW"),
    ],
)
def test_a_value_is_said_to_people(kind: Kind, value: object, shown: str) -> None:
    console = Console(environ={})
    assert build_presenter(Field("x", kind), console, console.out)(value) == shown


@pytest.mark.parametrize("kind", Kind)
def test_no_value_is_a_dash(kind: Kind) -> None:
    with Screen() as screen:
        console = screen.console()
        assert build_presenter(Field("x", kind), console, console.out)(None) == "—"


def test_money_is_in_the_companys_currency_and_the_readers_language(tmp_path: Path) -> None:
    french = settings.load_settings(
        environ={
            "EPICEVENTS_HOME": str(tmp_path),
            "EPICEVENTS_LANG": "fr",
            "EPICEVENTS_CURRENCY": "CHF",
        },
        directory=tmp_path,
    )
    console = Console(environ={}, settings=french)
    present = build_presenter(Field("x", Kind.MONEY), console, console.out)
    assert present(Decimal("1204.50")) == "1\u00a0204,50\u00a0CHF"


def test_a_field_that_is_not_declared_is_headed_by_its_name() -> None:
    assert find_column(Field("total_amount")).heading == "Total"
    assert find_column(Field("number_of_events")).heading == "Number of events"


@pytest.mark.parametrize(
    ("field", "value", "style"),
    [
        (Field("status", Kind.CODE), "DRAFT", "draft"),
        (Field("status", Kind.CODE), "PAID", "paid"),
        (Field("role", Kind.CODE), "SALES", None),
        (Field("status", Kind.CODE), "SOMETHING_NEW", None),
        (Field("amount_due", Kind.MONEY), Decimal("0.01"), "due"),
        (Field("amount_due", Kind.MONEY), Decimal("0.00"), "quiet"),
        (Field("support_contact"), None, "missing"),
        (Field("support_contact"), "Kate", None),
    ],
)
def test_style_underlines_what_the_words_say(field: Field, value: object, style: str) -> None:
    assert build_styler(field)(value) == style

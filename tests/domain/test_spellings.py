"""Dates as people write them in English and French: a table of spellings and what each means."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm.domain.dates import parse_period
from crm.domain.errors import InvalidValue
from crm.domain.times import format_iso, parse_datetime

TODAY = date(2026, 6, 4)  # a Thursday
NOW = datetime.fromisoformat("2026-06-04T10:07:33")  # naive UTC
PARIS = ZoneInfo("Europe/Paris")


def table(name: str) -> Iterator[list[str]]:
    for line in (
        (Path(__file__).parent / f"spellings-of-{name}.txt").read_text("utf-8").splitlines()
    ):
        if not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def meaning(read: Callable[[], str]) -> str:
    """Return what was read, the choices that are asked about, or the code of the refusal."""
    try:
        return read()
    except InvalidValue as error:
        readings = error.details.get("readings")
        return (
            f"? {' / '.join(map(str, readings))}"
            if isinstance(readings, list)
            else f"! {error.code}"
        )


def days(text: str, *, past: bool) -> str:
    first, last = parse_period(text, today=TODAY, past=past)
    return str(first) if first == last else f"{first}..{last}"


@pytest.mark.parametrize(
    ("text", "plan", "fact"), [(row * 2)[:2] + row[-1:] for row in table("days")]
)
def test_a_day_is_read_as_it_is_meant(text: str, plan: str, fact: str) -> None:
    assert meaning(lambda: days(text, past=False)) == plan
    assert meaning(lambda: days(text, past=True)) == fact


@pytest.mark.parametrize(("text", "meant"), list(table("moments")))
def test_a_moment_is_read_as_it_is_meant(text: str, meant: str) -> None:
    assert meaning(lambda: format_iso(parse_datetime(text, zone=PARIS, now=NOW), PARIS)) == meant


@pytest.mark.parametrize("row", [row for row in table("days") if row[1].startswith("?")])
def test_each_choice_of_an_ambiguous_day_is_an_answer(row: list[str]) -> None:
    for choice in row[1].removeprefix("? ").split(" / "):
        assert days(choice, past=False).startswith(choice[: len("2026-06")])


def test_a_fact_written_without_its_year_is_never_in_the_future() -> None:
    for text in ("4 juin", "5 juin", "monday", "friday", "31/12", "12 juin 14h"):
        read = parse_datetime(
            text if "h" in text.split()[-1] else f"{text} 9h", zone=PARIS, now=NOW, past=True
        )
        assert read <= NOW


def test_the_other_weekday_is_told_with_the_day_alone() -> None:
    with pytest.raises(InvalidValue, match="falls on another day of the week") as caught:
        parse_period("vendredi 12 juin 2027", today=TODAY)
    assert caught.value.details == {"date": "2027-06-12"}
    assert "2027-06-12" in (caught.value.hint or "")

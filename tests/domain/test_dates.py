"""Days are read in the forms that people type, and mean the same to everybody."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.dates import describe_date_forms, parse_date, parse_period
from crm.domain.errors import InvalidValue
from crm.domain.periods import Period, month_of, week_of

TODAY = date(2026, 6, 4)  # a Thursday
DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))


def refused(text: str, *, today: date = TODAY) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        parse_period(text, today=today)
    return caught.value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-28", date(2026, 2, 28)),
        (" 2024-02-29 ", date(2024, 2, 29)),
        ("04/06/2026", date(2026, 6, 4)),
        ("1/12/2026", date(2026, 12, 1)),
        ("4 Jun 2023", date(2023, 6, 4)),
        ("4 JUIN 2023", date(2023, 6, 4)),
        ("1er août 2026", date(2026, 8, 1)),
        ("1 aout 2026", date(2026, 8, 1)),
        ("3rd March 2026", date(2026, 3, 3)),
        ("15 févr. 2026", date(2026, 2, 15)),
        ("14 juil 2026", date(2026, 7, 14)),
        ("today", TODAY),
        ("Tomorrow", date(2026, 6, 5)),
        ("YESTERDAY", date(2026, 6, 3)),
        ("aujourd'hui", TODAY),
        ("Aujourd’hui", TODAY),
        ("demain", date(2026, 6, 5)),
        ("hier", date(2026, 6, 3)),
        ("+30d", date(2026, 7, 4)),
        ("+30j", date(2026, 7, 4)),
        ("-2w", date(2026, 5, 21)),
        ("-2S", date(2026, 5, 21)),
        ("+0d", TODAY),
        ("+1m", date(2026, 7, 4)),
        ("-6m", date(2025, 12, 4)),
        ("+7m", date(2027, 1, 4)),
        ("+1y", date(2027, 6, 4)),
        ("-1a", date(2025, 6, 4)),
        ("thursday", TODAY),
        ("thu", TODAY),
        ("Friday", date(2026, 6, 5)),
        ("mer", date(2026, 6, 10)),
        ("MERCREDI", date(2026, 6, 10)),
        ("lun.", date(2026, 6, 8)),
        ("dimanche", date(2026, 6, 7)),
        ("tues", date(2026, 6, 9)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert parse_period(text, today=TODAY) == Period(day, day)
    assert parse_date(text, today=TODAY) == day


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("+1m", date(2026, 1, 31), date(2026, 2, 28)),
        ("+1m", date(2024, 1, 31), date(2024, 2, 29)),
        ("-1m", date(2026, 3, 31), date(2026, 2, 28)),
        ("+1y", date(2024, 2, 29), date(2025, 2, 28)),
        ("+4y", date(2024, 2, 29), date(2028, 2, 29)),
    ],
)
def test_a_shorter_month_ends_earlier(text: str, today: date, day: date) -> None:
    assert parse_date(text, today=today) == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06", date(2026, 6, 1), date(2026, 6, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2999", date(2999, 1, 1), date(2999, 12, 31)),
    ],
)
def test_a_month_and_a_year_are_periods_and_no_day(text: str, first: date, last: date) -> None:
    assert parse_period(text, today=TODAY) == Period(first, last)
    with pytest.raises(InvalidValue, match="more than one day") as caught:
        parse_date(text, today=TODAY)
    assert caught.value.code == "invalid_date"
    assert first.isoformat() in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "th", "mo", "4 foo 2026", "20260604", "06-04", "30d", "+30", "+d",
        "+1.5d", "++1d", "--1d",
        "２０２６-06-04", "٢٠٢٦-06-04", "2026_06_04", "1_0/06/2026", "2026-06-04 13:00", "[red]",
        "\x1b[2J", "2026-06-04\x00", "\ud800", "%", "now()", "infinity", "today;", "+9999999999d",
        "x" * 10_000, "2026-06-04" + " " * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_told_the_forms(text: str) -> None:
    error = refused(text)
    assert error.code == "invalid_date"
    assert error.hint == describe_date_forms()
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "13/25/2026", "31 June 2026",
             "2026-13", "0 Jan 2026", "0000-01-01"]
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    error = refused(text)
    assert error.code == "invalid_date"
    assert "does not exist in the calendar" in error.message


@pytest.mark.parametrize(
    "text", ["1899-12-31", "3000-01-01", "9999-12-31", "9999-12", "0001-01-01", "1899", "3000",
             "-999999999d", "+999999999d", "+999999999w", "+999999999y", "-999999999m", "+8000y",
             "+95687m"]
)  # fmt: skip
def test_a_year_beyond_reason_is_refused(text: str) -> None:
    error = refused(text)
    assert error.code == "date_out_of_range"
    assert "1900 to 2999" in (error.hint or "")


def test_the_accepted_forms_are_accepted() -> None:
    forms = describe_date_forms().removeprefix("Write ").removesuffix(".").replace(" or ", ", ")
    for form in forms.replace(" (day/month/year)", "").split(", "):
        parse_period(form, today=TODAY)


@given(DAYS)
def test_a_written_day_is_read_back(day: date) -> None:
    for written in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d %B %Y}", f"{day:%d %b %Y}"):
        assert parse_date(written, today=TODAY) == day


WEEKDAYS = ["mon", "mardi", "wed", "jeudi", "fri", "samedi", "sun"]


@given(st.dates(date(1900, 1, 1), date(2998, 12, 31)), st.sampled_from(WEEKDAYS))
def test_a_weekday_is_within_the_week_from_today(today: date, name: str) -> None:
    day = parse_date(name, today=today)
    assert 0 <= (day - today).days <= 6
    assert WEEKDAYS[day.weekday()] == name


@given(st.text(alphabet="0123456789-+/ dwmyjanvfr’'.\u0301"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        period = parse_period(text, today=TODAY)
    except InvalidValue:
        return
    assert 1900 <= period.first.year <= period.last.year <= 2999
    assert period.first <= period.last


@given(DAYS)
def test_a_week_begins_on_monday_and_a_month_on_its_first(day: date) -> None:
    week, month = week_of(day), month_of(day)
    assert week.first.weekday() == 0
    assert week.last - week.first == timedelta(days=6)
    assert week.first <= day <= week.last
    assert month.first == day.replace(day=1)
    assert month.first <= day <= month.last
    assert (month.last + timedelta(days=1)).day == 1
    assert month.last.month == day.month

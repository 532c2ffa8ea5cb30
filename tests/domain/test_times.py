"""Wall-clock time becomes naive UTC and back, also where clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.errors import InvalidValue
from crm.domain.periods import Period
from crm.domain.times import (
    day_bounds,
    describe_datetime_forms,
    format_iso,
    format_span,
    format_wall_clock,
    parse_datetime,
    to_local,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime.fromisoformat("2026-06-03T22:30")  # naive UTC; already the 4th in Paris
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Paris",
            "America/Havana",  # clocks change at midnight
            "Africa/Cairo",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",  # by half an hour
            "Pacific/Apia",  # a day skipped in 2011
            "UTC",
        )
    ]
)
MOMENTS = st.datetimes(datetime.fromisoformat("1975-01-01"), datetime.fromisoformat("2999-12-30"))


def parse(text: str, zone: ZoneInfo = PARIS) -> str:
    return parse_datetime(text, zone=zone, now=NOW).isoformat(" ")


def refused(text: str, zone: ZoneInfo = PARIS) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        parse_datetime(text, zone=zone, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-06-04 13:00", "2026-06-04 11:00:00"),
        ("2026-01-04 13:00", "2026-01-04 12:00:00"),
        (" 2026-06-04T13:00 ", "2026-06-04 11:00:00"),
        ("2026-06-04 13:00:30", "2026-06-04 11:00:30"),
        ("2026-06-04 9:05", "2026-06-04 07:05:00"),
        ("2026-06-04 13h", "2026-06-04 11:00:00"),
        ("2026-06-04 13h30", "2026-06-04 11:30:00"),
        ("2026-06-04 13 h 30", "2026-06-04 11:30:00"),
        ("2026-06-04 1pm", "2026-06-04 11:00:00"),
        ("2026-06-04 1:30 PM", "2026-06-04 11:30:00"),
        ("2026-06-04 1:30 p.m.", "2026-06-04 11:30:00"),
        ("2026-06-04 12am", "2026-06-03 22:00:00"),
        ("2026-06-04 12pm", "2026-06-04 10:00:00"),
        ("04/06/2026 13:00", "2026-06-04 11:00:00"),
        ("4 Jun 2023 @ 1PM", "2023-06-04 11:00:00"),
        ("4 Jun 2023 1PM", "2023-06-04 11:00:00"),
        ("4 Jun 2023@1PM", "2023-06-04 11:00:00"),
        ("4 juin 2023 à 13h", "2023-06-04 11:00:00"),
        ("1er Août 2026 @ 9h30", "2026-08-01 07:30:00"),
        ("today 00:00", "2026-06-03 22:00:00"),
        ("tomorrow 18:00", "2026-06-05 16:00:00"),
        ("demain 18h", "2026-06-05 16:00:00"),
        ("monday at 9:00", "2026-06-08 07:00:00"),
        ("sat 9h", "2026-06-06 07:00:00"),
        ("+3d 9:00", "2026-06-07 07:00:00"),
        ("2026-06-04T13:00Z", "2026-06-04 13:00:00"),
        ("2026-06-04t13:00z", "2026-06-04 13:00:00"),
        ("2026-06-04T13:00:00+00:00", "2026-06-04 13:00:00"),
        ("2026-06-04T13:00-0500", "2026-06-04 18:00:00"),
        ("2026-06-04 13:00:00.25+02", "2026-06-04 11:00:00.250000"),
    ],
)
def test_a_moment_is_read_as_naive_utc(text: str, utc: str) -> None:
    assert parse(text) == utc


def test_which_day_is_today_follows_the_company_not_utc() -> None:
    aware = NOW.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-8)))
    for now in (NOW, aware):
        moment = parse_datetime("today 12:00", zone=PARIS, now=now)
        assert format_iso(moment, PARIS) == "2026-06-04T12:00:00+02:00"


@pytest.mark.parametrize("text", ["2026-06-08", "08/06/2026", "monday", "8 Jun 2026"])
def test_a_day_without_a_time_is_told_how_to_write_it(text: str) -> None:
    error = refused(text)
    assert error.code == "time_missing"
    assert error.hint == "Write the time too, such as 2026-06-08 13:00."


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-04 24:01", "2026-06-04 25h", "2026-06-04 12:60", "2026-06-04 12:00:60",
        "today 13pm", "today 0am", "2026-06-04T24:00Z", "2026-06-04T13:00+24:00",
    ],
)  # fmt: skip
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    error = refused(text)
    assert error.code == "invalid_time"
    assert error.hint == describe_datetime_forms()


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon 13:00", "2026-06-04 18", "2026-06-04 13:5", "2026-06-04 13h5",
        "2026-06 13:00", "2026 13:00", "2026-02-30 13:00", "2026-02-30T13:00Z",
        "2026-06-04 13:00 x", "tomorrow 9:00-10:00", "2026-06-04 １３:00", "2026-06-04T13:00+2",
        "infinity", "nowhere", "2026-06-04 13:00\x00", "\x1b[2J 13:00", "\ud800 13:00",
        "[red] 13:00", "x" * 10_000, "2026-06-04" + " " * 10_000 + "13:00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_told_the_forms(text: str) -> None:
    error = refused(text)
    assert error.code == "invalid_date"
    assert error.hint == describe_datetime_forms()
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize("text", ["1899-12-31 10:00", "3000-01-01T00:00Z", "+999999d 10:00"])
def test_a_year_beyond_reason_is_refused(text: str) -> None:
    error = refused(text)
    assert error.code == "date_out_of_range"
    assert "1900 to 2999" in (error.hint or "")


def test_the_accepted_forms_are_accepted() -> None:
    forms = describe_datetime_forms().removeprefix("Write ").removesuffix(".").replace(" or ", ", ")
    for form in forms.replace(" (day/month/year)", "").split(", "):
        parse(form)


@pytest.mark.parametrize(
    ("zone", "text", "neighbours"),
    [
        ("Europe/Paris", "2026-03-29 02:00", ["2026-03-29T01:00", "2026-03-29T03:00"]),
        ("Europe/Paris", "29/03/2026 2h30", ["2026-03-29T01:30", "2026-03-29T03:30"]),
        ("America/Havana", "2026-03-08 0:15", ["2026-03-07T23:15", "2026-03-08T01:15"]),
        ("Australia/Lord_Howe", "2026-10-04 02:15", ["2026-10-04T01:45", "2026-10-04T02:45"]),
    ],
)
def test_a_skipped_hour_is_refused_with_its_neighbours(
    zone: str, text: str, neighbours: list[str]
) -> None:
    error = refused(text, ZoneInfo(zone))
    assert error.code == "nonexistent_time"
    assert error.details == {"neighbours": neighbours}
    assert error.hint == f"Write {neighbours[0]} or {neighbours[1]}."
    for neighbour in neighbours:
        parse(neighbour, ZoneInfo(zone))


@pytest.mark.parametrize("text", ["2026-03-29 01:59", "2026-03-29 03:00", "2026-10-25 03:00"])
def test_hours_beside_a_change_are_plain(text: str) -> None:
    assert format_iso(datetime.fromisoformat(parse(text)), PARIS)[:16] == text.replace(" ", "T")


def test_a_repeated_hour_asks_which_and_takes_the_answer() -> None:
    error = refused("2026-10-25 02:30")
    first, second = "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"
    assert error.code == "ambiguous_time"
    assert error.details == {"readings": [first, second]}
    assert error.hint == f"Write {first} or {second}."
    assert (parse(first), parse(second)) == ("2026-10-25 00:30:00", "2026-10-25 01:30:00")


@given(MOMENTS, ZONES)
def test_a_written_moment_is_read_back(moment: datetime, zone: ZoneInfo) -> None:
    assert parse_datetime(format_iso(moment, zone), zone=zone, now=NOW) == moment


@given(MOMENTS, ZONES)
def test_wall_clock_time_is_read_back_or_asks_for_the_right_moment(
    moment: datetime, zone: ZoneInfo
) -> None:
    moment = moment.replace(second=0, microsecond=0)
    typed = f"{to_local(moment, zone):%d/%m/%Y %Hh%M}"
    try:
        read = [parse_datetime(typed, zone=zone, now=NOW)]
    except InvalidValue as error:
        readings = error.details["readings"]
        assert isinstance(readings, list)
        read = [parse_datetime(text, zone=zone, now=NOW) for text in readings]
        assert read[0] < read[1]
    assert moment in read


@pytest.mark.parametrize(
    ("zone", "first", "last", "start", "end"),
    [
        ("Europe/Paris", (2026, 6, 4), (2026, 6, 4), "2026-06-03T22", "2026-06-04T22"),
        ("Europe/Paris", (2026, 3, 29), (2026, 3, 29), "2026-03-28T23", "2026-03-29T22"),
        ("Europe/Paris", (2026, 10, 25), (2026, 10, 25), "2026-10-24T22", "2026-10-25T23"),
        ("Europe/Paris", (2026, 1, 1), (2026, 12, 31), "2025-12-31T23", "2026-12-31T23"),
        ("America/Havana", (2026, 3, 8), (2026, 3, 8), "2026-03-08T05", "2026-03-09T04"),
        ("Pacific/Apia", (2011, 12, 30), (2011, 12, 30), "2011-12-30T10", "2011-12-30T10"),
    ],
)
def test_a_day_lasts_as_long_as_its_clock_says(
    zone: str, first: tuple[int, int, int], last: tuple[int, int, int], start: str, end: str
) -> None:
    bounds = day_bounds(Period(date(*first), date(*last)), ZoneInfo(zone))
    assert bounds == (datetime.fromisoformat(start), datetime.fromisoformat(end))


@given(MOMENTS, ZONES)
def test_every_moment_is_within_its_own_day_only(moment: datetime, zone: ZoneInfo) -> None:
    day = to_local(moment, zone).date()
    start, end = day_bounds(Period(day, day), zone)
    assert start <= moment < end
    assert start.tzinfo is end.tzinfo is None


def test_moments_are_written_with_offset_and_microseconds_only_where_there_are_some() -> None:
    assert format_iso(datetime.fromisoformat("2026-06-04T11"), PARIS) == "2026-06-04T13:00:00+02:00"
    late = datetime.fromisoformat("2026-01-04T11:00:00.000500")
    assert format_iso(late, PARIS) == "2026-01-04T12:00:00.000500+01:00"
    assert to_local(late, PARIS).tzinfo is PARIS


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2025-12-31 23:30", "2026-01-01 00:30"),
        ("2025-10-26 00:30", "2025-10-26 02:30+02:00"),
        ("2025-10-26 01:30", "2025-10-26 02:30+01:00"),
        ("2025-10-26 02:00", "2025-10-26 03:00"),
        ("0999-06-04 13:00", "0999-06-04 13:09"),
    ],
)
def test_a_repeated_hour_names_its_offset(utc: str, shown: str) -> None:
    assert format_wall_clock(datetime.fromisoformat(utc), PARIS) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2026-06-04 11:00", "2026-06-04 16:30", "2026-06-04 13:00 – 18:30"),
        ("2026-06-04 11:00", "2026-06-05 00:00", "2026-06-04 13:00 – 2026-06-05 02:00"),
        ("2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30+02:00 – 02:30+01:00"),
    ],
)
def test_a_span_says_its_day_once(start: str, end: str, shown: str) -> None:
    moments = datetime.fromisoformat(start), datetime.fromisoformat(end)
    assert format_span(*moments, PARIS) == shown

"""CSV from COPY's rows: to the letter what is written of the values themselves."""

import io
import tracemalloc
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.cli.output import export
from crm.cli.output.raw import RawCsv
from crm.domain.fields import Field, Kind

FIELDS = (
    Field("id", Kind.ID), Field("name"), Field("notes", Kind.LONG_TEXT),
    Field("at", Kind.TIMESTAMP), Field("amount", Kind.MONEY), Field("signed", Kind.BOOLEAN),
    Field("day", Kind.DATE), Field("phone", Kind.PHONE),
)  # fmt: skip
ZONES = ("Europe/Paris", "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")
_SPECIAL = {
    "\\": r"\\",
    "\t": r"\t",
    "\n": r"\n",
    "\r": r"\r",
    "\b": r"\b",
    "\f": r"\f",
    "\v": r"\v",
}

TEXTS = st.text(st.sampled_from("'=+-@\t\r\n1a,;\"\\ ＝é")) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)
MOMENTS = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2999-12-31"))
ROWS = st.lists(
    st.tuples(
        st.integers(1, 2**31 - 1),
        TEXTS,
        TEXTS.filter(bool) | st.none(),
        MOMENTS | MOMENTS.map(lambda moment: moment.replace(microsecond=0)) | st.none(),
        st.decimals(-(10**9), 10**9, places=2),
        st.booleans() | st.none(),
        st.dates() | st.none(),
        st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True) | st.none(),
    ),
    max_size=20,
)


def sent(value: Any) -> str:
    """Return a value as the server's COPY writes it, with NULL as nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "t" if value else "f"
        case datetime():
            whole = value.isoformat(" ")
            return whole.rstrip("0") if value.microsecond else whole
        case date():
            return value.isoformat()
        case str():
            return "".join(_SPECIAL.get(letter, letter) for letter in value)
        case _:
            return str(value)


def from_copy(fields: Sequence[Field], rows: Sequence[Sequence[Any]], zone: str) -> str:
    stream = io.StringIO()
    raw = RawCsv(fields, stream, ZoneInfo(zone))
    raw.take([("\t".join(map(sent, row)) + "\n").encode() for row in rows])
    assert raw.count == len(rows)
    return stream.getvalue()


def from_values(fields: Sequence[Field], rows: Sequence[Sequence[Any]], zone: str) -> str:
    stream = io.StringIO()
    export.write_listing("csv", fields, rows, stream, ZoneInfo(zone))
    return stream.getvalue()


@pytest.mark.parametrize("zone", ZONES)
@given(rows=ROWS)
def test_it_is_what_is_written_of_the_values(zone: str, rows: list[tuple[Any, ...]]) -> None:
    assert from_copy(FIELDS, rows, zone) == from_values(FIELDS, rows, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_clocks_that_change_and_hours_that_are_met_again(zone: str) -> None:
    fields = [Field("id", Kind.ID), Field("at", Kind.TIMESTAMP)]
    for begin in ("1911-03-10 20:00", "2026-03-28 20:00", "2026-10-24 20:00", "1900-01-01 00:00"):
        start = datetime.fromisoformat(begin)
        rows = [(n, start + timedelta(minutes=17 * n)) for n in range(200)] * 2
        assert from_copy(fields, rows, zone) == from_values(fields, rows, zone)


def test_one_column_keeps_its_blank_lines() -> None:
    fields = [Field("notes")]
    rows = [(None,), ("a",), (None,)]
    assert (
        from_copy(fields, rows, "UTC") == 'notes\n""\na\n""\n' == from_values(fields, rows, "UTC")
    )


def test_it_streams() -> None:
    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    row = b"1\t" + b"x" * 1000 + b"\t\t2026-06-04 13:00:00\t1.00\tt\t\t\n"
    raw = RawCsv(FIELDS, Nowhere(), ZoneInfo("UTC"))
    raw.take([row] * 1000)
    tracemalloc.start()
    for _chunk in range(20):
        raw.take([row] * 1000)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_decimal_is_what_it_was() -> None:
    fields = [Field("id", Kind.ID), Field("amount", Kind.MONEY)]
    assert from_copy(fields, [(1, Decimal("9999999999999.99"))], "UTC").endswith(
        ",9999999999999.99\n"
    )

"""Outside text is harmless, measured as a terminal shows it, and in characters that exist there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.cli.output import cells

ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # lone surrogates too
NO_CONTROLS = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("one\ntwo\r\x00", r"one\ntwo\r\x00"),
        ("\udc80", r"\udc80"),
    ],
)
def test_controls_are_written_out(text: str, shown: str) -> None:
    assert cells.visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Éléonore Lefèvre",
        "O'Brien",
        "[red]Acme[/red]",
        "[/]",
        ":smile:",
        "東京",
        "👩\u200d💻",
        "שלום",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert cells.visible(text) == text


def test_line_ends_stay_where_lines_are_wanted() -> None:
    assert cells.visible("one\ntwo\t\x1b", lines=True) == "one\ntwo\\t\\x1b"


@given(ANY_TEXT)
def test_no_control_survives(text: str) -> None:
    shown = cells.visible(text)
    assert not [x for x in shown if unicodedata.category(x) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [x for x in shown if unicodedata.bidirectional(x) in {"RLO", "LRO", "RLE", "LRE"}]
    assert cells.visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("Éléonore", "ascii", "Eleonore"),
        ("e\u0301", "ascii", "e"),
        ("Éléonore", "latin-1", "Éléonore"),
        ("a → b — c…", "ascii", "a -> b - c..."),
        ("a → b — c…", "cp1252", "a -> b — c…"),
        ("12,00\u00a0€", "ascii", "12,00 EUR"),
        ("東京 😀", "ascii", "\\u6771\\u4eac \\U0001f600"),
        ("東京", "utf-8", "東京"),
    ],
)
def test_what_an_encoding_lacks_is_replaced_by_a_likeness(
    text: str, encoding: str, shown: str
) -> None:
    assert cells.encodable(text, encoding) == shown


@given(ANY_TEXT, st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "utf-8", "euc-jp"]))
def test_any_text_can_be_encoded(text: str, encoding: str) -> None:
    shown = cells.encodable(text, encoding)
    assert shown.encode(encoding)[:0] == b""  # does not raise
    assert cells.encodable(shown, encoding) == shown


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("😀", 2), ("", 0)]
)
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert cells.width(text) == width


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("ab cdef", 4, "ab…"),
        ("東京都", 5, "東京…"),
        ("東京都", 4, "東…"),
        ("abc", 1, "…"),
        ("x" * 10_000, 4, "xxx…"),
    ],
)
def test_a_long_text_is_cut(text: str, limit: int, shown: str) -> None:
    assert cells.cut(text, limit, "…") == shown


@given(NO_CONTROLS, st.integers(1, 30), st.sampled_from(["…", "..."]))
def test_a_cut_text_fits(text: str, limit: int, ellipsis: str) -> None:
    assert cells.width(cells.cut(text, limit, ellipsis)) <= limit


def test_padding_counts_neither_colour_nor_combining_characters() -> None:
    assert cells.pad("e\u0301", 3) == "e\u0301  "
    assert cells.pad("東", 3, right=True) == " 東"
    assert cells.pad("ab", 4, painted=cells.paint("ab", "paid")) == "\x1b[32mab\x1b[0m  "


def test_nothing_is_painted_without_a_style() -> None:
    assert cells.paint("ab", None) == "ab"
    assert cells.paint("", "paid") == ""

"""Text is stored normal, refused by name, and repeated harmlessly."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.errors import InvalidValue
from crm.domain.text import clean_text, fold, quote


def refused(value: str, *, limit: int | None = None, multiline: bool = False) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        clean_text(value, field="Full name", limit=limit, multiline=multiline)
    return caught.value


def test_text_is_stripped_and_composed() -> None:
    assert clean_text("  Ange\u0301lique\u00a0", field="Full name", limit=100) == "Angélique"


@pytest.mark.parametrize(
    "value",
    ["\x00", "\x1b[2J", "a\nb", "a\rb", "a\tb", "\x7f", "\x85", "\x9b31m", "\ud800", "\udfff"]
    + [chr(code) for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))],
)
def test_one_line_refuses_what_could_crash_or_rearrange_a_listing(value: str) -> None:
    error = refused(f"Kevin {value} Casey")
    assert error.code == "control_character"
    assert error.message.isprintable()
    if value in ["a\nb", "a\rb", "\x85", "\u2028", "\u2029"]:
        assert error.message == "Full name must be on one line."
    else:
        assert re.fullmatch(
            r"Full name contains a character that is not allowed: U\+[0-9A-F]{4}\.", error.message
        )
    assert error.hint


def test_notes_keep_lines_tabs_and_right_to_left_text() -> None:
    typed = "premie\u0300re\r\nsecond\rthird\n\tfourth \u2067שלום\u2069"
    kept = clean_text(typed, field="Notes", limit=None, multiline=True)
    assert kept == "première\nsecond\nthird\n\tfourth \u2067שלום\u2069"


@pytest.mark.parametrize("value", ["\x00", "\x0b", "\x0c", "\x1b", "\x7f", "\x9b", "\ud83d"])
def test_notes_refuse_what_no_text_holds(value: str) -> None:
    assert refused(f"a\n{value}b", multiline=True).code == "control_character"


INVISIBLE = [0xAD, 0x115F, 0x1160, 0x180E, *range(0x200B, 0x2010), 0x2060, 0x2800, 0x3164, 0xFEFF]


@pytest.mark.parametrize(
    "value", ["", " ", "\u00a0\u2003\u3000", "\ufe0f", "\U000e0041", *map(chr, INVISIBLE)]
)
def test_what_shows_nothing_is_blank(value: str) -> None:
    error = refused(f" {value} {value}")
    assert (error.code, error.message) == ("blank", "Full name is blank.")


@pytest.mark.parametrize("value", ["\n\t\n", "\u2067\u2069", "\u2028"])
def test_lines_that_show_nothing_are_blank(value: str) -> None:
    assert refused(value, multiline=True).code == "blank"


@pytest.mark.parametrize(
    "value", ["👩‍💻 Studio", "می‌خواهم", "❤️", "[red]", "%_%", "=1+1", "O’Brien"]
)
def test_joiners_and_markup_inside_text_are_kept(value: str) -> None:
    assert clean_text(value, field="Full name", limit=100) == value


def test_text_is_refused_with_its_length_and_never_cut() -> None:
    assert clean_text("é" * 100, field="Full name", limit=100) == "é" * 100
    error = refused("e\u0301" * 103, limit=100)
    assert error.code == "too_long"
    assert "103/100" in error.message
    assert error.details == {"length": 103, "limit": 100}


def test_characters_of_many_parts_count_as_they_are_stored() -> None:
    assert clean_text("α\u0313\u0300\u0345" * 100, field="Full name", limit=100) == "ᾂ" * 100


def test_the_column_counts_what_is_left_after_stripping() -> None:
    assert clean_text(" " * 50 + "x" * 100, field="Full name", limit=100) == "x" * 100


def test_text_without_a_limit_may_be_long() -> None:
    assert len(clean_text("x" * 10_000, field="Notes", limit=None, multiline=True)) == 10_000


@given(st.text(), st.booleans())
def test_stored_text_is_its_own_normal_form(typed: str, multiline: bool) -> None:
    try:
        kept = clean_text(typed, field="Notes", limit=20, multiline=multiline)
    except InvalidValue:
        return
    assert kept == clean_text(kept, field="Notes", limit=20, multiline=multiline)
    assert kept == kept.strip() == unicodedata.normalize("NFC", kept)
    kept.encode()
    assert "\x00" not in kept
    assert 0 < len(kept) <= 20


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lefèvre", "LEFE\u0300VRE"),
        ("  août ", "Aout"),
        ("a \t b", "A B"),
        ("Straße", "STRASSE"),
        ("Đặng", "dang"),
        ("Þórður", "thordur"),
        ("Œuvre", "oeuvre"),
        ("L’Été", "l'ete"),
    ],
)
def test_fold_forgets_accents_case_and_spaces(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_leaves_foreign_digits_foreign() -> None:
    assert fold("１") != "1"


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Lu", "Zl", "Zp", "Zs"])))
def test_quoted_text_can_be_printed_anywhere(value: str) -> None:
    quoted = quote(value)
    assert quoted.isprintable()
    quoted.encode()


def test_quoted_text_is_short_and_shows_what_was_hidden() -> None:
    assert quote("Kévin") == "Kévin"
    assert quote("a\x1b[2J\u202e") == r"a\x1b[2J\u202e"
    assert quote("x" * 40) == "x" * 40
    assert quote("x" * 10_000) == "x" * 39 + "…"

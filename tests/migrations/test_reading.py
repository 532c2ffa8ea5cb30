"""Folded texts and their words, held against what Python knows of letters."""

import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import copied

# Letters of their own in some languages, which people elsewhere type as these.
LATIN = {
    "’": "'", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŋ": "n", "ŧ": "t", "ı": "i",
    "œ": "oe", "æ": "ae", "þ": "th",
}  # fmt: skip
NO_WORD = re.compile(r"[\x01-\x2f:-@\x5b-\x60{-\xbf\u2000-\u206f\u3000-\u303f\ufeff]+")

# What a Unicode newer than Python's may assign is nobody's name yet.
KNOWN = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0")
TEXTS = st.text(KNOWN, max_size=40) | st.text("aÉéĄßŒØΣяﬃＡ '’-_.@&\u00a0\u2003\u0301", max_size=60)


def without_accents(text: str) -> str:
    """Return a text as compatibility decomposes it, without the marks that Latin letters wear."""
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))


def folded(text: str) -> str:
    """Return what the database should fold a text to, by Python's knowledge of letters."""
    small = (
        letter.casefold() if letter <= "\uffff" else letter for letter in without_accents(text)
    )
    return "".join(LATIN.get(letter, letter) for letter in without_accents("".join(small)))


def split(text: str) -> list[str]:
    """Return the words that the database should keep of a text."""
    return [word[:500] for word in NO_WORD.split(folded(text[:700])) if word]


@pytest.fixture(scope="module")
def cursor(template: dict[str, str]) -> Iterator[Cursor]:
    """A connection to a database of these tests."""
    with copied(template) as database:
        connection = database.owner()
        yield connection.cursor()
        connection.close()


def kept(cursor: Cursor, text: str | None) -> tuple[str, list[str]]:
    """Return a text folded, and its words, as the database keeps them."""
    cursor.execute("SELECT fold(%(text)s), words(%(text)s)", {"text": text})
    row = cursor.fetchone()
    assert row
    return row[0], row[1]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_is_folded_and_split_as_defined(cursor: Cursor, text: str) -> None:
    assert kept(cursor, text) == (folded(text), split(text))


@pytest.mark.parametrize(
    "text",
    ["", " ", "--", "Lefèvre & Fils", "STRAẞE", "œuvre", "ﬃ" * 400, "é" * 699 + " b",
     "a" * 501, "a" * 800, "㌀" * 300, "a " * 400, "ab " * 200 + "c" * 600, "\U0001d400" * 600],
    ids=lambda text: repr(text)[:12],
)  # fmt: skip
def test_long_and_odd_texts_are_too(cursor: Cursor, text: str) -> None:
    assert kept(cursor, text) == (folded(text), split(text))


def test_nothing_folds_to_nothing(cursor: Cursor) -> None:
    cursor.execute("SELECT fold(NULL), words(NULL)")
    assert cursor.fetchone() == (None, [])


def test_every_letter_of_the_basic_plane_folds_as_python_knows_it(cursor: Cursor) -> None:
    plane = [
        letter
        for letter in map(chr, range(1, 0x10000))
        if unicodedata.category(letter) not in {"Cs", "Cn"}
    ]
    cursor.execute("SELECT letter, fold(letter) FROM unnest(%s) letter", (plane,))
    rows = cursor.fetchall()
    assert len(rows) == len(plane) > 60_000
    assert [(letter, found) for letter, found in rows if found != folded(letter)] == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Đặng", "dang"), ("Ðorri", "dorri"), ("Þórður", "thordur"), ("Yıldız", "yildiz"),
        ("Ħamrun", "hamrun"), ("Ŋoŋo", "nono"), ("Ŧuŧ", "tut"), ("Łódź", "lodz"),
        ("Ørsted", "orsted"), ("Œuvre", "oeuvre"), ("Strauß", "strauss"), ("ÆSIR", "aesir"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"), ("Ђорђе", "ђорђе"), ("ԱՐԱՄ", "արամ"),
        ("ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", "საქართველო"),
    ],
)  # fmt: skip
def test_names_fold_as_people_type_them(cursor: Cursor, name: str, typed: str) -> None:
    assert kept(cursor, name)[0] == typed


def test_a_search_has_each_word_once_and_twenty_at_most(cursor: Cursor) -> None:
    words = " ".join(f"w{number}" for number in range(40))
    cursor.execute(
        "SELECT prefix_query('Été ete ÉTÉ')::text, numnode(prefix_query(%s)),"
        " array_to_tsvector(words(%s)) @@ prefix_query(%s)",
        (words, " ".join(f"w{number}" for number in range(20)), words),
    )
    # Twenty words, and nineteen signs between them.
    assert cursor.fetchone() == ("'ete':*", 39, True)


def test_no_word_is_too_long_for_the_index(cursor: Cursor) -> None:
    cursor.execute("SELECT array_to_tsvector(words(repeat('㌀', 700))) IS NOT NULL")
    assert cursor.fetchone() == (True,)


def test_a_restore_which_has_no_search_path_computes_them_too(cursor: Cursor) -> None:
    cursor.execute("BEGIN; SET LOCAL search_path = ''; SELECT public.words('Été à Nîmes')")
    assert cursor.fetchone() == (["ete", "a", "nimes"],)
    cursor.execute("ROLLBACK")

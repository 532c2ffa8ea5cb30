"""Folded texts and their words, held against a definition that is slow and obvious."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import copied

OBVIOUS = r"""
CREATE FUNCTION pg_temp.obvious_fold(value text) RETURNS text LANGUAGE sql STRICT AS $$
    SELECT lower(translate(
        replace(replace(replace(replace(replace(replace(
            regexp_replace(normalize(value, NFKD) COLLATE "C", '[\u0300-\u036f]', '', 'g'),
            'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), 'ẞ', 'ss'),
        '’ØøŁłĐđÞΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣςΤΥΦΧΨΩАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЄ',
        '''oolldþþαβγδεζηθικλμνξοπρσστυφχψωабвгдежзиклмнопрстуфхцчшщъыьэюяіє'
    ) COLLATE "C")
$$;
CREATE FUNCTION pg_temp.obvious_words(value text) RETURNS text[] LANGUAGE sql AS $$
    SELECT ARRAY(
        SELECT left(word, 500)
        FROM regexp_split_to_table(
            pg_temp.obvious_fold(left(value, 700)) COLLATE "C",
            '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f\ufeff]+'
        ) word
        WHERE word <> ''
    )
$$
"""

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.text(
    "aÉéĄßŒØΣяﬃＡ '’-_.@&\u00a0\u2003\u0301", max_size=60
)


@pytest.fixture(scope="module")
def cursor(template: dict[str, str]) -> Iterator[Cursor]:
    """A connection that knows both definitions."""
    with copied(template) as database:
        connection = database.owner()
        found = connection.cursor()
        found.execute(OBVIOUS)  # functions of this connection alone
        yield found
        connection.close()


def both(cursor: Cursor, text: str | None) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return a text folded and its words: as they are kept, and by the obvious definition."""
    cursor.execute(
        "SELECT fold(%(text)s), words(%(text)s),"
        " pg_temp.obvious_fold(%(text)s), pg_temp.obvious_words(%(text)s)",
        {"text": text},
    )
    row = cursor.fetchone()
    assert row
    return row[:2], row[2:]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_is_folded_and_split_as_defined(cursor: Cursor, text: str) -> None:
    found, defined = both(cursor, text)
    assert found == defined


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "--", "Lefèvre & Fils", "STRAẞE", "œuvre", "ﬃ" * 400, "é" * 699 + " b",
     "a" * 501, "a" * 800, "㌀" * 300, "a " * 400, "ab " * 200 + "c" * 600, "\U0001d400" * 600],
    ids=lambda text: repr(text)[:12],
)  # fmt: skip
def test_long_and_odd_texts_are_too(cursor: Cursor, text: str | None) -> None:
    found, defined = both(cursor, text)
    assert found == defined


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

"""Rules 13 to 15: what a name, an email, a phone, an amount and a text may be in the database."""

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.raw import attempt

from crm.domain.errors import InvalidValue
from crm.domain.text import clean_text

LINES = {
    "ck_users_first_name": "UPDATE users SET first_name = %s WHERE id = 1",
    "ck_users_last_name": "UPDATE users SET last_name = %s WHERE id = 1",
    "ck_clients_full_name": "UPDATE clients SET full_name = %s WHERE id = 1",
    "ck_clients_company_name": "UPDATE clients SET company_name = %s WHERE id = 1",
    "ck_events_name": "UPDATE events SET name = %s WHERE id = 1",
    "ck_payments_method": "INSERT INTO payments (contract_id, amount, method) VALUES (1, 1, %s)",
    "ck_payments_reference": "INSERT INTO payments (contract_id, amount, reference)"
    " VALUES (1, 1, %s)",
    "ck_payments_request_key": "INSERT INTO payments (contract_id, amount, request_key)"
    " VALUES (1, 1, %s)",
}
TEXTS = {
    "ck_clients_address": "UPDATE clients SET address = %s WHERE id = 1",
    "ck_events_client_contact": "UPDATE events SET client_contact = %s WHERE id = 1",
    "ck_events_location": "UPDATE events SET location = %s WHERE id = 1",
    "ck_events_notes": "UPDATE events SET notes = %s WHERE id = 1",
    "ck_payments_reason": "INSERT INTO payments (contract_id, amount, reason) VALUES (1, 1, %s)",
}
EMAILS = {
    "ck_users_email": "UPDATE users SET email = %s WHERE id = 1",
    "ck_clients_email": "UPDATE clients SET email = %s WHERE id = 1",
}
SIRETS = {"ck_clients_siret": "UPDATE clients SET siret = %s WHERE id = 1"}
VAT_NUMBERS = {"ck_clients_vat_number": "UPDATE clients SET vat_number = %s WHERE id = 1"}
PHONES = {
    "ck_users_phone": "UPDATE users SET phone = %s WHERE id = 1",
    "ck_clients_phone": "UPDATE clients SET phone = %s WHERE id = 1",
}

# Of a client these may be unknown, which is the empty text (rule 22).
UNKNOWN = {"ck_clients_company_name", "ck_clients_email", "ck_clients_phone"}

NEVER = (
    "", " ", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u2060\u200d", "\u3164", "\u2800",
    "\U000e0041",
    "\x1b[2J", "a\x07", "a\x00b", "a\x7f", "a\x9b", "e\u0301",
)  # fmt: skip
NOT_IN_A_LINE = ("a\nb", "a\tb", "a\r", "a\u2028b", "a\u202eb", "a\u2066b")
PLAIN = (
    "a", "Éléonore", "O'Brien", "李", "[red]", "[/]", "100%", "a_b", "=1+1", "👩\u200d🍳",
    "a\u00adb",
)  # fmt: skip

CASES = [
    *[(LINES, value, False) for value in (*NEVER, *NOT_IN_A_LINE)],
    *[(LINES, value, True) for value in PLAIN],
    *[(TEXTS, value, False) for value in NEVER],
    *[(TEXTS, value, True) for value in (*PLAIN, "a\nb", "a\tb", "\u05d0\u202eb")],
    *[
        (EMAILS, value, False)
        for value in (
            "", "a", "a@b", "@b.fr", "a@", "a@@b.fr", "a@b..fr", "a@.fr", "a@b.fr.", " a@b.fr",
            "a@b.fr ", "a b@c.fr", "a@b.fr\n", "A@b.fr", "a@B.fr", "É@b.fr", "Ё@b.fr", "Ω@b.fr",
            "e\u0301@b.fr", "a\u200b@b.fr", "a@b.fr\u00a0", "a@b@c.fr",
        )
    ],
    *[
        (EMAILS, value, True)
        for value in (
            "a@b.fr", "o'neil+x@sub.b.fr", "é@b.fr", "почта@пример.рф", "a_b%c@d.fr", "1@2.fr",
        )
    ],
    *[
        (PHONES, value, False)
        for value in (
            "", "0612345678", "+0612345678", "+33 612345678", "+3361234567890123", "+33612",
            "33612345678", "+33612345678\n", "+33a12345678", "+٣٣٦١٢٣٤٥٦٧٨", "tel:+33612345678",
        )
    ],
    *[
        (SIRETS, value, False)
        for value in (
            "", "7328293200007", "7328293200007A", "732 829 320 74", "3282932000074\n",
            "٧٣٢٨٢٩٣٢٠٠٠٠٧٤",
        )
    ],
    *[(SIRETS, value, True) for value in ("73282932000074", "00000000000000")],
    *[
        (VAT_NUMBERS, value, False)
        for value in ("", "FR", "FR1", "fr40303265045", "FR 4030326504", "40303265045", "ÉÉ123")
    ],
    *[
        (VAT_NUMBERS, value, True)
        for value in ("FR40303265045", "DE136695976", "IE6433435F", "ESX1234567L", "FR12")
    ],
    *[(PHONES, value, True) for value in ("+33612345678", "+67812345678", "+1234567")],
]  # fmt: skip


@pytest.mark.parametrize(("columns", "value", "accepted"), CASES)
def test_value_is_accepted_by_every_such_column_or_by_none(
    sql: Cursor, columns: dict[str, str], value: str, accepted: bool
) -> None:
    for constraint, statement in columns.items():
        if "\x00" in value:
            with pytest.raises(ValueError, match="NUL"):
                sql.execute(statement, (value,))
            continue
        outcome = attempt(sql, statement, (value,))
        if accepted or (value == "" and constraint in UNKNOWN):
            assert isinstance(outcome, int), (constraint, outcome)
        else:
            assert isinstance(outcome, psycopg2.Error), constraint
            assert outcome.diag.constraint_name == constraint


def test_program_and_database_agree_on_every_character(sql: Cursor) -> None:
    codes = [*range(1, 0xD800), *range(0xE000, 0x10000), *range(0xE0000, 0xE1000)]
    for multiline in (False, True):
        sql.execute(
            "SELECT code FROM unnest(%s) code"
            " WHERE is_plain_text(btrim(normalize(chr(code), NFC), E' \\t\\n'), %s)",
            (codes, multiline),
        )
        database = {code for (code,) in sql.fetchall()}
        program = {code for code in codes if _program_takes(chr(code), multiline)}
        assert [f"{code:04x}" for code in sorted(program ^ database)] == []


def _program_takes(character: str, multiline: bool) -> bool:
    try:
        return bool(clean_text(character, field="f", limit=None, multiline=multiline))
    except InvalidValue:
        return False


# table.column, the most characters that it holds
LENGTHS = {
    ("users", "first_name"): 50, ("users", "last_name"): 50, ("users", "email"): 100,
    ("users", "phone"): 20, ("users", "hashed_password"): 100, ("users", "role"): 10,
    ("clients", "full_name"): 100, ("clients", "email"): 100, ("clients", "phone"): 20,
    ("clients", "company_name"): 100, ("events", "name"): 100,
}  # fmt: skip


@pytest.mark.parametrize(("place", "length"), LENGTHS.items(), ids=str)
def test_text_longer_than_its_column_is_refused_and_never_cut(
    sql: Cursor, place: tuple[str, str], length: int
) -> None:
    table, column = place
    outcome = attempt(sql, f"UPDATE {table} SET {column} = %s WHERE id = 1", ("x" * (length + 1),))
    assert isinstance(outcome, psycopg2.errors.StringDataRightTruncation)


def test_long_and_unbroken_texts_are_kept_and_found(sql: Cursor) -> None:
    long = "mufflins" * 20_000
    sql.execute("UPDATE events SET notes = %(t)s, location = %(t)s WHERE id = 1", {"t": long})
    sql.execute("SELECT notes = %(t)s AND location = %(t)s FROM events WHERE id = 1", {"t": long})
    assert sql.fetchone() == (True,)


@pytest.mark.parametrize(
    ("amount", "kept"),
    [
        ("0.01", "0.01"),
        ("9999999999999.99", "9999999999999.99"),
        ("10000000000000", None),
        ("Infinity", None),
        # Only the program knows that three decimals were typed: the column rounds them.
        ("10.005", "10.01"),
    ],
)
def test_money_is_exact_to_the_cent(sql: Cursor, amount: str, kept: str | None) -> None:
    insert = (
        "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
        " VALUES (1, 3, %(a)s, %(a)s) RETURNING total_amount::text, amount_due::text"
    )
    if kept is None:
        outcome = attempt(sql, insert, {"a": amount})
        assert isinstance(outcome, psycopg2.errors.NumericValueOutOfRange)
        return
    sql.execute(insert, {"a": amount})
    assert sql.fetchone() == (kept, kept)


@pytest.mark.parametrize(("attendees", "state"), [(0, "23514"), (-1, "23514"), (2**31, "22003")])
def test_event_has_at_least_one_attendee(sql: Cursor, attendees: int, state: str) -> None:
    outcome = attempt(sql, "UPDATE events SET attendees = %s WHERE id = 1", (attendees,))
    assert isinstance(outcome, psycopg2.Error)
    assert outcome.pgcode == state


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "3000-01-01", "1899-12-31"])
@pytest.mark.parametrize(
    ("constraint", "column"),
    [
        ("ck_users_dates_range", "users.created_at"),
        ("ck_clients_dates_range", "clients.created_at"),
        ("ck_contracts_dates_range", "contracts.created_at"),
        ("ck_contracts_dates_range", "contracts.signed_at"),
        ("ck_events_created_at_range", "events.created_at"),
    ],
)
def test_moments_are_those_that_python_can_read(
    sql: Cursor, constraint: str, column: str, moment: str
) -> None:
    table, name = column.split(".")
    outcome = attempt(sql, f"UPDATE {table} SET {name} = '{moment}' WHERE id = 2")
    assert isinstance(outcome, psycopg2.errors.CheckViolation)
    assert outcome.diag.constraint_name == constraint


def test_same_email_is_taken_once(sql: Cursor) -> None:
    for table, constraint in (("users", "uq_users_email"), ("clients", "uq_clients_email")):
        outcome = attempt(
            sql, f"UPDATE {table} SET email = (SELECT email FROM {table} WHERE id = 2) WHERE id = 1"
        )
        assert isinstance(outcome, psycopg2.errors.UniqueViolation)
        assert outcome.diag.constraint_name == constraint

"""Email addresses and phone numbers have one stored form."""

import subprocess
import sys

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from crm.domain.contact import format_phone, parse_email, parse_phone
from crm.domain.errors import InvalidValue


def refused_email(value: str) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        parse_email(value)
    return caught.value


def refused_phone(value: str) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        parse_phone(value)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kevin@StartUp.IO ", "kevin@startup.io"),
        ("sales@epicevents.example", "sales@epicevents.example"),
        ("x@crm.test", "x@crm.test"),
        ("E\u0301mile@Socie\u0301te\u0301.FR", "émile@société.fr"),
        ("a@xn--socit-esab.fr", "a@société.fr"),
        ("o'brien+crm@mail.example", "o'brien+crm@mail.example"),
        ("İ@a.fr", "i\u0307@a.fr"),
    ],
)
def test_email_is_kept_trimmed_composed_and_in_lower_case(typed: str, kept: str) -> None:
    assert parse_email(typed) == kept == parse_email(kept)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("kevin", "the @ is missing"),
        ("a@@b.fr", "more than one @"),
        ("@b.fr", "before or after the @ is missing"),
        ("a@", "before or after the @ is missing"),
        ("a b@c.fr", "space"),
        ("a@localhost", "ending"),
        ("a..b@c.fr", "is not allowed"),
        ("a@[127.0.0.1]", "is not allowed"),
        ('"a"@b.fr', "is not allowed"),
        ("a\u200b@b.fr", "is not allowed"),
    ],
)
def test_a_wrong_email_is_told_what_is_wrong(typed: str, reason: str) -> None:
    error = refused_email(typed)
    assert error.code == "invalid_email"
    assert reason in error.message
    assert error.hint == "An address looks like name@example.com."


@given(
    st.from_regex(r"[a-zA-Z0-9.+'-]{1,66}@[a-zA-Z0-9.-]{1,66}", fullmatch=True)
    | st.from_regex(
        r"[a-z.]{1,4}@[a-z-]{1,3}\.(fr|test|local|onion|arpa|a1|xn--p1ai|[a-z]{1,64})",
        fullmatch=True,
    )
)
@example("a@b.localhost")
@example("a@b.INVALID")
@example("a" * 64 + "@b.fr")
@example("a" * 65 + "@b.fr")
@example("a@" + "b" * 63 + ".fr")
@example("a@" + "b" * 64 + ".fr")
@example("a@ab--c.fr")
def test_a_plain_email_is_read_as_the_library_reads_it(typed: str) -> None:
    try:
        judged = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        refused_email(typed)
        return
    if len(typed) <= 100:
        assert parse_email(typed) == judged.normalized.lower()


def test_email_refuses_what_text_refuses() -> None:
    assert refused_email("a@b.fr\x00").code == "control_character"
    assert refused_email("\ud800@b.fr").code == "control_character"
    assert refused_email(" \u200b ").code == "blank"
    assert "10006/100" in refused_email("a" * 10_000 + "@mi.fr").message


def test_email_is_at_most_100_characters() -> None:
    longest = "a" * 40 + "@" + "b" * 56 + ".fr"
    assert parse_email(longest) == longest
    assert refused_email("a" + longest).code == "too_long"


def test_email_that_lower_case_makes_too_long_is_refused() -> None:
    assert refused_email("İ" * 32 + "@" + "b" * 60 + ".fr").code == "too_long"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06\u00a012\u202f34-56/78", "+33612345678"),
        ("(06) 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("(+33) 6 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+678 123 456 78", "+67812345678"),
        ("00678 123 456 78", "+67812345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("(+44) 20 7946 0958", "+442079460958"),
        ("+39 02 3661 8300", "+390236618300"),
        ("+33 6 12 34", "+3361234"),
        ("+336123456789012", "+336123456789012"),
        # Dialled in France, or overseas: each country's code is its own.
        ("0692 12 34 56", "+262692123456"),
        ("0590 12 34 56", "+590590123456"),
        ("0594123456", "+594594123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0596 12 34 56", "+33596123456"),
        ("07 00 00 00 01", "+33700000001"),
        ("+33 692 12 34 56", "+33692123456"),
        ("612345678", "+33612345678"),
        # With an extension.
        ("01 23 45 67 89 poste 12", "+33123456789;ext=12"),
        ("01 23 45 67 89, Poste: 12", "+33123456789;ext=12"),
        ("+33 1 23 45 67 89 ext. 543", "+33123456789;ext=543"),
        ("01 23 45 67 89 extension 5", "+33123456789;ext=5"),
        ("0123456789 ext 5", "+33123456789;ext=5"),
        ("+33123456789;ext=5", "+33123456789;ext=5"),
        ("+678 123 456;ext=54321", "+678123456;ext=54321"),
    ],
)
def test_phone_is_kept_in_e164(typed: str, kept: str) -> None:
    assert parse_phone(typed) == kept == parse_phone(kept)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("06 12 34 56", "too short"),
        ("1", "too short"),
        ("06 12 34 56 789", "too long"),
        ("0" + "6" * 50, "too long"),
        ("+33612", "too short"),
        ("+1234567890123456", "too long"),
        ("+06 12 34 56 78", "no country"),
        ("+999 123 4567", "no country"),
        ("0000000000", "no country"),
        ("06 12 34 56 7", "too short, a French number has ten digits"),
        ("0612345678901", "too long, a French number has ten digits"),
        ("01 23 45 67 89 poste 1234", "its extension is too long, and 3 digits fit"),
        ("+336123456789012 ext. 1", "too long"),
        ("01 23 45 67 89 poste", "only"),
        ("poste 12", "only"),
        ("12 poste 3 ext 4", "only"),
        ("06 12 34 56 78x5", "only"),
        ("06 12 34 56 78#5", "only"),
        ("0800 FLOWER", "only"),
        ("tel:+33612345678", "only"),
        ("٠٦١٢٣٤٥٦٧٨", "only"),
        ("０６１２３４５６７８", "only"),
        ("+33+612345678", "only"),
        ("...", "too short"),
        ("+", "only"),
    ],
)
def test_a_wrong_phone_is_told_what_is_wrong(typed: str, reason: str) -> None:
    error = refused_phone(typed)
    assert error.code == "invalid_phone"
    assert reason in error.message
    assert error.hint
    assert len(error.message) < 200


def test_phone_refuses_what_text_refuses() -> None:
    assert refused_phone("06 12 34 56 78\x1b").code == "control_character"
    assert refused_phone("\u202a+33612345678\u202c").code == "control_character"
    assert refused_phone(" ").code == "blank"
    assert refused_phone("0" + "6" * 10_000).code == "too_long"


@given(st.from_regex(r"\+[0-9]{6,16}|0[0-9]{6,11}", fullmatch=True))
def test_a_stored_phone_is_its_own_normal_form(typed: str) -> None:
    try:
        kept = parse_phone(typed)
    except InvalidValue:
        return
    assert parse_phone(kept) == kept
    assert 8 <= len(kept) <= 16  # fits VARCHAR(20)


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_a_french_phone_reads_as_it_was_dialled(typed: str) -> None:
    kept = parse_phone(typed)
    shown = format_phone(kept)
    assert shown.replace(" ", "") == typed or not kept.startswith("+33")
    assert parse_phone(shown) == kept


@given(st.from_regex(r"(0|\+33 ?)[1-9]([ .-]?[0-9]{2}){4}", fullmatch=True))
def test_a_plain_phone_is_read_as_the_library_reads_it(typed: str) -> None:
    number = phonenumbers.parse(typed, "FR")
    assert phonenumbers.is_possible_number(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    here = phonenumbers.is_valid_number_for_region(number, "FR")
    assert parse_phone(typed) == e164 or not (here or typed.startswith("+33"))


@pytest.mark.parametrize("number", ["0612345678", "06 12 34 56 78", "+33 6.12.34.56.78"])
def test_reading_plain_values_imports_nothing(number: str) -> None:
    program = f"""
import sys
from crm.domain.contact import parse_email, parse_phone
assert parse_phone("{number}") == "+33612345678"
assert parse_email(" Kevin@Startup.IO ") == "kevin@startup.io"
assert "phonenumbers" not in sys.modules and "email_validator" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+33612345678", "06 12 34 56 78"),
        ("+67812345678", "+678 12345678"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+3361234", "+33 61234"),
        ("+33123456789;ext=12", "01 23 45 67 89 ext. 12"),
        ("+262692123456", "+262 692 12 34 56"),
        ("", ""),
        ("[red]\x1b", "[red]\x1b"),
        ("+999123", "+999123"),
    ],
)
def test_phone_is_shown_in_national_form_or_as_it_is(kept: str, shown: str) -> None:
    assert format_phone(kept) == shown


def test_showing_a_french_phone_imports_nothing() -> None:
    program = """
import sys
from crm.domain.contact import format_phone
format_phone("+33612345678")
assert "phonenumbers" not in sys.modules and "email_validator" not in sys.modules
format_phone("+442079460958")
assert "phonenumbers" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)

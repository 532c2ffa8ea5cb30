"""Amounts are read as they are meant or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.amounts import LARGEST_MONEY, format_money, parse_money, parse_whole_number
from crm.domain.errors import InvalidValue


def refused(value: str, *, allow_negative: bool = False) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        parse_money(value, field="Total amount", allow_negative=allow_negative)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12", "12.00"),
        ("0", "0.00"),
        ("12.5", "12.50"),
        ("12,5", "12.50"),
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,89", "1234567.89"),
        ("1 234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567.00"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567.00"),
        ("007", "7.00"),
        (" 12 € ", "12.00"),
        ("€12.50", "12.50"),
        ("1 234,56\u00a0€", "1234.56"),
        ("12 eur", "12.00"),
        ("EUR 12", "12.00"),
        ("9999999999999.99", "9999999999999.99"),
    ],
)
def test_french_and_english_amounts_are_read(typed: str, amount: str) -> None:
    assert str(parse_money(typed, field="Total amount")) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "abc", "1_000", "１２", "١٢", "²", "1e3", "NaN", "Infinity", "-inf", "+12", "--1",
        "- 1", "1-", ".5", "5.", "5,", "1,23,456", "12 34", "1  234", "1 2345", "0 123", "1.234.56",
        "1,234,56", "1'234.56", "12.3.4", "$12", "€", "EUR", "12€5", "0x10", "12\x00", "12\x1b[2J",
        "\ud800", "[red]", "1 234\u2028567",
    ],
)  # fmt: skip
def test_what_is_not_plainly_an_amount_is_refused(typed: str) -> None:
    error = refused(typed, allow_negative=True)
    assert error.code == "invalid_amount"
    assert error.message.startswith("Total amount: “")
    assert error.message.isprintable()
    assert error.hint


@pytest.mark.parametrize(
    ("typed", "thousands", "precise"),
    [("1,234", "1234.00", "1.234"), ("999,000 €", "999000.00", "999.000")],
)
def test_a_comma_before_three_digits_asks_which(typed: str, thousands: str, precise: str) -> None:
    error = refused(typed)
    assert error.code == "ambiguous_amount"
    assert f"{thousands} or {precise}" in error.message
    assert error.details == {"readings": [thousands, precise]}
    assert thousands in (error.hint or "")


@pytest.mark.parametrize("typed", ["10.005", "1.234"])
def test_a_dot_before_three_digits_is_refused_and_told_how_to_write_thousands(typed: str) -> None:
    error = refused(typed)
    assert error.code == "too_many_decimals"
    assert f"{typed.replace('.', '')}.00" in (error.hint or "")


@pytest.mark.parametrize(
    "typed", ["0.005", "0,125", "1234.567", "1234,567", "1 234,567", "1,234.567", "1.234,567",
              "12.3456", "1.2000", "0.000", "1,2345"]
)  # fmt: skip
def test_more_than_two_decimals_are_refused_and_not_rounded(typed: str) -> None:
    error = refused(typed)
    assert error.code == "too_many_decimals"
    assert error.hint == "Write at most two decimals."


@pytest.mark.parametrize("typed", ["10000000000000", "9 999 999 999 999 999,00", "9" * 10_000])
def test_more_than_the_column_holds_is_refused_by_name(typed: str) -> None:
    error = refused(typed)
    assert error.code == "amount_too_large"
    assert "13 digits" in error.message
    assert len(error.message) < 200


@pytest.mark.parametrize("typed", ["-5", "-€5", "-5,00 €", "−5", "-0"])
def test_a_negative_amount_is_refused_unless_asked_for(typed: str) -> None:
    assert refused(typed).code == "negative_amount"
    amount = parse_money(typed, field="Amount", allow_negative=True)
    assert str(amount) == ("0.00" if typed == "-0" else "-5.00")


@given(st.text(alphabet="0123456789.,- \u00a0€EURe_+x"))
def test_whatever_is_read_fits_the_column(typed: str) -> None:
    try:
        amount = parse_money(typed, field="Amount", allow_negative=True)
    except InvalidValue:
        return
    assert amount.as_tuple().exponent == -2
    assert abs(amount) <= Decimal(LARGEST_MONEY)


AMOUNTS = st.decimals(-Decimal(LARGEST_MONEY), LARGEST_MONEY, places=2)


@given(AMOUNTS, st.sampled_from(["fr", "fr_FR", "en", None]))
def test_a_shown_amount_is_read_back(amount: Decimal, language: str | None) -> None:
    assert (
        parse_money(format_money(amount, "EUR", language), field="A", allow_negative=True) == amount
    )


@given(AMOUNTS)
def test_an_amount_survives_as_a_string(amount: Decimal) -> None:
    assert parse_money(str(amount), field="Amount", allow_negative=True) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        ("1234.56", "EUR", "fr", "1\u00a0234,56\u00a0€"),
        ("1234567.8", "EUR", "fr_FR.UTF-8", "1\u00a0234\u00a0567,80\u00a0€"),
        ("-5", "EUR", "FR", "-5,00\u00a0€"),
        ("1234.56", "CHF", "fr", "1\u00a0234,56\u00a0CHF"),
        ("1234.56", "EUR", "en", "€1,234.56"),
        ("-1234.56", "USD", None, "-$1,234.56"),
        ("1234.56", "CHF", None, "1,234.56 CHF"),
        ("9999999999999.99", "EUR", None, "€9,999,999,999,999.99"),
    ],
)
def test_money_is_shown_in_the_readers_form(
    amount: str, currency: str, language: str | None, shown: str
) -> None:
    assert format_money(Decimal(amount), currency, language) == shown


@pytest.mark.parametrize(
    ("typed", "number"), [("1", 1), (" 75 ", 75), ("0075", 75), ("2147483647", 2**31 - 1)]
)
def test_a_whole_number_is_read(typed: str, number: int) -> None:
    assert parse_whole_number(typed, field="Attendees") == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0", "number_too_small"),
        ("000", "number_too_small"),
        ("-5", "number_too_small"),
        ("-" + "9" * 10_000, "number_too_small"),
        ("2147483648", "number_too_large"),
        ("10000000000", "number_too_large"),
        ("9" * 10_000, "number_too_large"),
        ("1.5", "invalid_number"),
        ("1,5", "invalid_number"),
        ("1_000", "invalid_number"),
        ("１", "invalid_number"),
        ("١", "invalid_number"),
        ("+1", "invalid_number"),
        ("1e3", "invalid_number"),
        ("", "invalid_number"),
        ("\x1b[2J", "invalid_number"),
    ],
)
def test_a_wrong_whole_number_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_whole_number(typed, field="Attendees")
    assert caught.value.code == code
    assert caught.value.message.startswith("Attendees")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


def test_the_least_whole_number_is_the_callers() -> None:
    assert parse_whole_number("0", field="Days", least=0) == 0
    with pytest.raises(InvalidValue, match="too small"):
        parse_whole_number("9", field="Days", least=10)

"""SIRET and VAT numbers are stored in one form, and refused where their digits do not check."""

import pytest

from crm.domain.errors import InvalidValue
from crm.domain.registration import parse_siret, parse_vat_number


@pytest.mark.parametrize(
    "typed",
    ["73282932000074", "732 829 320 00074", "732.829.320.00074", "732-829-320-00074",
     " 732\u202f829\u202f320\u00a000074 "],
)  # fmt: skip
def test_a_siret_is_fourteen_digits(typed: str) -> None:
    assert parse_siret(typed) == "73282932000074"


def test_the_post_office_computes_its_own_way() -> None:
    assert parse_siret("356 000 000 49837") == "35600000049837"


@pytest.mark.parametrize(
    "typed", ["73282932000075", "7328293200007", "732829320000741", "73282932000O74",
              "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "FR73282932000074", "../73282932000074", "00000000000000x"]
)  # fmt: skip
def test_a_siret_that_does_not_check_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_siret(typed)
    assert caught.value.code == "invalid_siret"
    assert "14 digits" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("FR 40 303 265 045", "FR40303265045"),
        ("fr40303265045", "FR40303265045"),
        ("BE 0428.759.497", "BE0428759497"),
        ("DE 136-695-976", "DE136695976"),
        ("EL094259216", "EL094259216"),
        ("GR094259216", "EL094259216"),
        ("NL4495445B01", "NL004495445B01"),
        ("IE6433435F", "IE6433435F"),
    ],
)
def test_a_vat_number_keeps_the_letters_of_its_country(typed: str, stored: str) -> None:
    assert parse_vat_number(typed) == stored


@pytest.mark.parametrize(
    "typed", ["FR40303265046", "40303265045", "GB980780684", "XX123", "FR", "CHE107787577"]
)
def test_a_vat_number_of_no_country_of_the_union_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_vat_number(typed)
    assert caught.value.code == "invalid_vat_number"

"""Amounts: money to the cent and whole numbers."""

import re
from typing import TYPE_CHECKING

from crm.domain import i18n
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import quote

if TYPE_CHECKING:
    from decimal import Decimal

LARGEST_MONEY = "9999999999999.99"  # DECIMAL(15,2)
LARGEST_WHOLE_NUMBER = 2_147_483_647  # INTEGER

_AROUND = (
    r"(?i)(?P<minus>[-−]?)(?:(?:€|EUR)\s*)?"
    r"(?P<number>[0-9](?:[0-9., \u00a0\u202f]*[0-9])?)(?:\s*(?:€|EUR))?"
)
# Each way of grouping thousands has its own decimal mark, so that 1,234.56 and 1.234,56 are both
# read as they are meant and 1,234,56 is not read at all.
_FORMS = tuple(
    rf"(?P<units>{units})(?:(?P<mark>{mark})(?P<decimals>[0-9]+))?"
    for units, mark in (
        (r"[0-9]+", "[.,]"),
        (r"[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+", "[.,]"),
        (r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", "[.]"),
        (r"[1-9][0-9]{0,2}(?:[.][0-9]{3})+", ","),
    )
)
_THOUSANDS = "[1-9][0-9]{0,2}"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


def parse_money(value: str, *, field: str, allow_negative: bool = False) -> "Decimal":
    """Return the amount with exactly two decimals, never rounded.

    French and English forms are read: ``1234.56``, ``1 234,56`` (also with no-break spaces),
    ``1,234.56``, ``1.234,56``, ``12``, ``12.5``, with ``€`` or ``EUR`` before or after. ``field``
    is the human name used in messages.

    Raises InvalidValue:
        ``ambiguous_amount``: ``1,234`` is 1234 in English and three decimals in French; the two
        readings are in ``details["readings"]``.
        ``too_many_decimals``: three or more. ``1.234`` and ``10.005`` are refused as such too,
        since a single dot is a decimal mark to most; the hint tells how to write thousands.
        ``negative_amount``: below zero, unless ``allow_negative``.
        ``amount_too_large``: more than 13 digits before the decimals.
        ``invalid_amount``: all else, such as an exponent, ``1_000`` or digits of other scripts.
    """
    from decimal import Decimal

    typed = value.strip()
    around = re.fullmatch(_AROUND, typed)
    number = around and next(
        filter(None, (re.fullmatch(form, around["number"]) for form in _FORMS)), None
    )
    if not around or not number:
        raise InvalidValue(
            _("{field}: “{value}” is not an amount.").format(field=field, value=quote(typed)),
            hint=_("Write it like 1234.56 or 1 234,56."),
            code="invalid_amount",
        )
    units, decimals = re.sub("[^0-9]", "", number["units"]), number["decimals"] or ""
    if len(decimals) > 2:
        raise _decimals_error(typed, number, field)
    amount = Decimal(f"{units}.{decimals:0<2}")
    if amount > Decimal(LARGEST_MONEY):
        raise _too_large_error(typed, field)
    if around["minus"] and not allow_negative:
        raise InvalidValue(
            _("{field} cannot be negative: {value}.").format(field=field, value=quote(typed)),
            hint=_("Leave out the minus sign."),
            code="negative_amount",
        )
    return -amount if around["minus"] else amount


def _too_large_error(typed: str, field: str) -> InvalidValue:
    from decimal import Decimal

    return InvalidValue(
        _("{field} is too large: {value} has more than 13 digits before the decimals.").format(
            field=field, value=quote(typed)
        ),
        hint=_("The largest amount is {largest}.").format(
            largest=format_amount(Decimal(LARGEST_MONEY))
        ),
        code="amount_too_large",
    )


def _decimals_error(typed: str, number: re.Match[str], field: str) -> InvalidValue:
    units, decimals = number["units"], number["decimals"]
    if not re.fullmatch(_THOUSANDS, units) or len(decimals) != 3:
        hint = _("Write at most two decimals.")
    else:
        thousands = f"{units}{decimals}.00"
        hint = _("For thousands, write {thousands}; otherwise write at most two decimals.").format(
            thousands=thousands
        )
        if number["mark"] == ",":
            precise = f"{units}.{decimals}"
            return InvalidValue(
                _("{field}: “{value}” can mean {thousands} or {precise}.").format(
                    field=field, value=quote(typed), thousands=thousands, precise=precise
                ),
                hint=hint,
                code="ambiguous_amount",
                details={"readings": [thousands, precise]},
            )
    return InvalidValue(
        _("{field}: “{value}” has more than two decimals, and amounts are never rounded.").format(
            field=field, value=quote(typed)
        ),
        hint=hint,
        code="too_many_decimals",
    )


def format_amount(amount: "Decimal") -> str:
    """Return ``amount`` as a sentence says it: in its reader's language, the company's currency."""
    return format_money(amount, i18n.current_currency(), i18n.current_language())


def format_money(amount: "Decimal", currency: str = "EUR", language: str | None = None) -> str:
    """Return ``amount`` as people read it: ``1 234,56 €`` in French, else ``€1,234.56``.

    ``language`` is a code such as ``fr`` or ``fr_FR``. A currency without a known symbol stands
    behind the amount by its code. An amount in euros is read back by ``parse_money``.
    """
    figures = f"{abs(amount):,.2f}"
    minus = "-" if amount < 0 else ""
    symbol = _SYMBOLS.get(currency, currency)
    if (language or "").lower().startswith("fr"):
        # U+00A0, since U+202F, the printers' choice, is missing from many terminal fonts.
        figures = figures.replace(",", "\u00a0").replace(".", ",")
        return f"{minus}{figures}\u00a0{symbol}"
    return f"{minus}{symbol}{figures}" if symbol != currency else f"{minus}{figures} {symbol}"


def parse_whole_number(value: str, *, field: str, least: int = 1) -> int:
    """Return the whole number, from ``least`` to what an INTEGER column holds.

    Raises InvalidValue: ``invalid_number`` (``1.5``, digits of other scripts, anything else than
    ASCII digits), ``number_too_small`` or ``number_too_large``.
    """
    typed = value.strip()
    if not re.fullmatch("-?[0-9]+", typed):
        raise InvalidValue(
            _("{field}: “{value}” is not a whole number.").format(field=field, value=quote(typed)),
            hint=_("Write digits only, such as 75."),
            code="invalid_number",
        )
    # Python refuses to read thousands of digits; eleven say all that is needed to refuse them.
    digits = typed.removeprefix("-").lstrip("0")[:11]
    number = int(digits or "0") * (-1 if typed.startswith("-") else 1)
    if number < least:
        raise InvalidValue(
            _("{field} is too small: {value}.").format(field=field, value=quote(typed)),
            hint=_("The smallest possible value is {least}.").format(least=least),
            code="number_too_small",
        )
    if number > LARGEST_WHOLE_NUMBER:
        raise InvalidValue(
            _("{field} is too large: {value}.").format(field=field, value=quote(typed)),
            hint=_("The largest possible value is {largest}.").format(largest=LARGEST_WHOLE_NUMBER),
            code="number_too_large",
        )
    return number

"""How each value looks to people, by its kind; headings and words are in ``headings.py``."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from crm.cli.output.console import Console
from crm.cli.output.headings import COLUMNS, WORDS, Column
from crm.cli.output.terminal import Terminal
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

RIGHT = frozenset({Kind.ID, Kind.INTEGER, Kind.MONEY})

# What a narrow terminal leaves of a text before it hides another column; other kinds stay whole.
# An email that is cut names nobody.
LEAST_WIDTH = {Kind.TEXT: 14, Kind.EMAIL: 26, Kind.LONG_TEXT: 18}


def find_column(field: Field) -> Column:
    """Return how a field is headed; one that is not declared is headed by its name."""
    found = COLUMNS.get(field.name)
    if found is None:
        return Column(field.name.replace("_", " ").capitalize(), 5)
    return found._replace(heading=_(found.heading))


def format_headings(fields: Iterable[Field], names: Collection[str]) -> str:
    """Return the headings of the fields with these names, as a sentence lists them."""
    headings = (find_column(field).heading for field in fields if field.name in names)
    return ", ".join(dict.fromkeys(headings))


# What only few records have: a sheet does not say of the others that they lack it.
RARE = frozenset(
    {"closed_at", "closed_reason", "closed_note", "kept_amount", "to_refund"}
    | {"cancelled_at", "cancelled_reason"}
    | {"address", "siret", "vat_number", "late_since"}
)


def sheet_field(name: str) -> str:
    """Return the field that says on a sheet what this one says; it need not be there.

    The id of a colleague or client stands behind the name.
    """
    if name == "signed_status":
        return "status"
    return name.removesuffix("_id") if name.endswith("_id") else ""


def build_presenter(field: Field, console: Console, terminal: Terminal) -> Callable[[Any], str]:
    """Return the function that says a value of this field to people, harmlessly, in one line.

    Money is in the company's currency and the reader's language, a timestamp ``2026-06-04 13:00``
    in the company's zone (the form that is typed back in), a phone in national form, and no value
    is a dash.
    """
    say = _format_days if field.name == "days_overdue" else _choose_presenter(field.kind, console)
    missing, text = terminal.placeholder, terminal.text

    def present(value: Any) -> str:
        return missing if value is None or value == "" else text(say(value))

    return present


def _choose_presenter(kind: Kind, console: Console) -> Callable[[Any], str]:
    match kind:
        case Kind.MONEY:
            from crm.domain.amounts import format_money

            return lambda amount: format_money(amount, console.currency, console.language)
        case Kind.PHONE:
            from crm.domain.contact import format_phone

            return format_phone
        case Kind.TIMESTAMP:
            from crm.domain.times import format_wall_clock

            zone = console.zone
            return lambda moment: format_wall_clock(moment, zone)
        case Kind.DATE:
            return date.isoformat
        case Kind.BOOLEAN:
            yes, no = _("yes"), _("no")
            return lambda truth: yes if truth else no
        case Kind.CODE:
            words = {code: _(word) for code, (word, _style) in WORDS.items()}
            return lambda code: words.get(code, code)
        case _:
            return str


def _format_days(number: int) -> str:
    return _("{n} d").format(n=number)


def build_styler(field: Field) -> Callable[[object], str | None]:
    """Return the function that names a value's style.

    What it means is in its words too, never in colour alone.
    """
    if field.name == "amount_due":
        return lambda amount: "due" if amount else "quiet"
    if field.name == "owed":
        return lambda amount: "due" if amount else "quiet"
    if field.name == "late_since":
        return lambda _day: "late"
    if field.name == "days_overdue":
        return lambda days: "late" if days else "missing"
    if field.kind == Kind.CODE:
        return lambda code: WORDS.get(str(code), (None, None))[1]
    return lambda value: "missing" if value is None else None

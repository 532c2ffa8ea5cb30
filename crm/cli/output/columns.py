"""How each field looks to people: one line a field, one a kind, one a word of a closed list."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from crm.cli.output.console import Console
from crm.cli.output.terminal import Terminal
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

RIGHT = frozenset({Kind.ID, Kind.INTEGER, Kind.MONEY})

# What a narrow terminal leaves of a text before it hides another column; other kinds stay whole.
# An email that is cut names nobody.
LEAST_WIDTH = {Kind.TEXT: 14, Kind.EMAIL: 26, Kind.LONG_TEXT: 18}


class Column(NamedTuple):
    """The heading of a field, and its ``rank``: 0 is never hidden, the highest is hidden first.

    A cell that is too narrow for its text takes up to so many ``lines`` of a terminal.
    """

    heading: str
    rank: int
    lines: int = 1


def find_column(field: Field) -> Column:
    """Return how a field is headed; one that is not declared is headed by its name."""
    return _declare_columns().get(field.name) or Column(
        field.name.replace("_", " ").capitalize(), 5
    )


def sheet_field(name: str) -> str:
    """Return the field that says on a sheet what this one says; it need not be there.

    The id of a colleague or client stands behind the name.
    """
    if name == "signed_status":
        return "status"
    return name.removesuffix("_id") if name.endswith("_id") else ""


def _declare_columns() -> dict[str, Column]:
    # Inside a function, because the reader's language is known only when it is called.
    return {
        "id": Column(_("ID"), 0),
        "at": Column(_("When"), 0),
        "check": Column(_("Check"), 0),
        "ok": Column(_("OK"), 0),
        "what": Column(_("What"), 0),
        "field": Column(_("Field"), 0),
        "before": Column(_("Before"), 0),
        "theirs": Column(_("Theirs"), 0),
        "my_value": Column(_("Mine"), 0),
        "full_name": Column(_("Name"), 0),
        "name": Column(_("Name"), 0),
        "first_name": Column(_("First name"), 0),
        "last_name": Column(_("Last name"), 0),
        "employee": Column(_("Who"), 0),
        "client": Column(_("Client"), 1),
        "company_name": Column(_("Company"), 1),
        "address": Column(_("Address"), 4, lines=3),
        "siret": Column(_("SIRET"), 4),
        "vat_number": Column(_("VAT number"), 4),
        "total_amount": Column(_("Total"), 1),
        "amount_due": Column(_("Due"), 1),
        "amount": Column(_("Amount"), 1),
        "status": Column(_("Status"), 1),
        "role": Column(_("Role"), 1),
        "kind": Column(_("Kind"), 1),
        "start_date": Column(_("Starts"), 1),
        "paid_on": Column(_("Paid on"), 1),
        "action": Column(_("Action"), 1),
        "table_name": Column(_("Of"), 1),
        "record_id": Column(_("Record"), 1),
        "message": Column(_("Why"), 1, lines=4),
        "last_used_at": Column(_("Last used"), 1),
        "mine": Column(_("This one"), 1),
        "email": Column(_("Email"), 2),
        "phone": Column(_("Phone"), 2),
        "support_contact": Column(_("Support"), 2),
        "is_active": Column(_("Active"), 1),
        "signed_status": Column(_("Signed"), 2),
        "method": Column(_("Method"), 2),
        "changes": Column(_("Changes"), 2, lines=3),
        "sales_contact": Column(_("Sales"), 3),
        "command": Column(_("Command"), 3),
        "permission": Column(_("Permission"), 3),
        "expires_at": Column(_("Ends"), 3),
        "location": Column(_("Location"), 3),
        "due_date": Column(_("Due on"), 4),
        "days_overdue": Column(_("Late"), 2),
        "reason": Column(_("Reason"), 3, lines=3),
        "reference": Column(_("Reference"), 3),
        "created_by": Column(_("Entered by"), 3),
        "events_around": Column(_("Events around"), 1),
        "clashes_with": Column(_("Clashes with"), 1),
        "end_date": Column(_("Ends"), 4),
        "attendees": Column(_("Guests"), 4),
        "contract_id": Column(_("Contract"), 4),
        "database_role": Column(_("Login"), 4),
        "client_contact": Column(_("On site"), 5),
        "signed_at": Column(_("Signed on"), 5),
        "signed_by": Column(_("Signed by"), 5),
        "reverses_id": Column(_("Reverses"), 5),
        "notes": Column(_("Notes"), 6),
        "overlap_allowed": Column(_("May overlap"), 6),
        "hashed_password": Column(_("Password"), 7),
        "must_change_password": Column(_("Must change it"), 7),
        "created_at": Column(_("Created"), 7),
        "erased_at": Column(_("Erased"), 7),
        "last_updated": Column(_("Updated"), 7),
        "updated_at": Column(_("Updated"), 7),
        "client_id": Column(_("Client ID"), 8),
        "sales_contact_id": Column(_("Sales ID"), 8),
        "support_contact_id": Column(_("Support ID"), 8),
        "signed_by_id": Column(_("Signed by ID"), 8),
        "created_by_id": Column(_("Entered by ID"), 8),
        "request_key": Column(_("Key"), 8),
        "transaction_id": Column(_("No."), 0),
        "undoes": Column(_("Undo of"), 7),
        "undone_by": Column(_("Undone by"), 7),
        "undoing": Column(_("Undo"), 7),
        "version": Column(_("Version"), 9),
    }


def _declare_words() -> dict[str, tuple[str, str | None]]:
    return {
        "DRAFT": (_("Draft"), "draft"),
        "SIGNED": (_("Signed"), "signed"),
        "PARTLY_PAID": (_("Partly paid"), "partly_paid"),
        "PAID": (_("Paid"), "paid"),
        "SALES": (_("Sales"), None),
        "SUPPORT": (_("Support"), None),
        "MANAGEMENT": (_("Management"), None),
        "OPENING": (_("Opening"), "quiet"),
        "PAYMENT": (_("Payment"), None),
        "REVERSAL": (_("Reversal"), "due"),
        "ADJUSTMENT": (_("Adjustment"), "due"),
        "INSERT": (_("Created"), "success"),
        "UPDATE": (_("Updated"), None),
        "DELETE": (_("Deleted"), "due"),
        "users": (_("Colleague"), None),
        "clients": (_("Client"), None),
        "contracts": (_("Contract"), None),
        "events": (_("Event"), None),
        "payments": (_("Payment"), None),
    }


def build_presenter(field: Field, console: Console, terminal: Terminal) -> Callable[[Any], str]:
    """Return the function that says a value of this field to people, harmlessly, in one line.

    Money is in the company's currency and the reader's language, a timestamp ``2026-06-04 13:00``
    in the company's zone (the form that is typed back in), a phone in national form, and no value
    is a dash.
    """
    say = _format_days if field.name == "days_overdue" else _choose_presenter(field.kind, console)
    missing, text = terminal.placeholder, terminal.text

    def present(value: Any) -> str:
        return missing if value is None else text(say(value))

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
            words = {code: word for code, (word, _style) in _declare_words().items()}
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
    if field.name == "days_overdue":
        return lambda days: "due" if days else "missing"
    if field.kind == Kind.CODE:
        styles = {code: style for code, (_word, style) in _declare_words().items()}
        return lambda code: styles.get(str(code))
    return lambda value: "missing" if value is None else None

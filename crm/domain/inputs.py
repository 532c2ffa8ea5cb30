"""What people may type into each record: one line a column, for options, prompts and services.

A service cleans what it is given by the same line that a prompt checks it with, so that both say
the same of a wrong value.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from crm.domain import amounts, contact, registration
from crm.domain.enums import LogKind, LossReason, Role
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import clean_text, quote


class Input(NamedTuple):
    """A column that people write: its name, what it is called, and how a typed text is read.

    ``read`` takes the typed text and the label and returns the column's value, or raises
    InvalidValue. ``optional`` columns may be left out, and emptied by an empty text, which makes
    them ``empty``. ``choices`` are those at hand; whether others are taken too is for ``read``.
    ``lines`` says that people may write several. What is not ``asked`` is an option only: few
    records have it, and each question costs everybody an answer.
    """

    name: str
    label: Callable[[], str]
    read: Callable[[str, str], Any]
    optional: bool = False
    example: str = ""
    choices: tuple[str, ...] = ()
    lines: bool = False
    asked: bool = True
    empty: str | None = None

    def clean(self, typed: object) -> Any:
        """Return the column's value of what was typed; what is not a text is taken as it is."""
        if not isinstance(typed, str):
            return typed
        if self.optional and not typed.strip():
            return self.empty
        return self.read(typed, self.label())


def text_reader(limit: int | None = None, *, multiline: bool = False) -> Callable[[str, str], str]:
    """Return a reader of text of at most ``limit`` characters."""

    def read(typed: str, label: str) -> str:
        return clean_text(typed, field=label, limit=limit, multiline=multiline)

    return read


def _email(typed: str, _label: str) -> str:
    return contact.parse_email(typed)


def _phone(typed: str, _label: str) -> str:
    return contact.parse_phone(typed)


def _siret(typed: str, _label: str) -> str:
    return registration.parse_siret(typed)


def _vat_number(typed: str, _label: str) -> str:
    return registration.parse_vat_number(typed)


def _money(typed: str, label: str) -> Any:
    return amounts.parse_money(typed, field=label)


def _money_above_zero(constraint: str) -> Callable[[str, str], Any]:
    """Return a reader of an amount that ``constraint`` refuses unless it is more than zero."""

    def read(typed: str, label: str) -> Any:
        from crm.domain.rules import require_above_zero

        amount = amounts.parse_money(typed, field=label)
        require_above_zero(amount, constraint)
        return amount

    return read


def _loss_reason(typed: str, label: str) -> LossReason:
    try:
        return LossReason(typed.strip().casefold())
    except ValueError as error:
        # The enum's own message is in English and names no way out.
        raise InvalidValue(
            _("{field}: “{value}” is not one of the known reasons.").format(
                field=label, value=quote(typed)
            ),
            hint=_("Choose from {choices}.").format(choices=", ".join(LossReason)),
            code="invalid_reason",
        ) from error


def _number(typed: str, label: str) -> int:
    return amounts.parse_whole_number(typed, field=label)


def parse_role(typed: str, _label: str = "") -> Role:
    """Return the role that somebody typed, in any case. Raises InvalidValue ``invalid_role``."""
    try:
        return Role(typed.strip().upper())
    except ValueError:
        # The enum's own message is in English and names no way out.
        raise InvalidValue(
            _("Unknown role {role}.").format(role=quote(typed)),
            hint=_("Write one of: {roles}.").format(roles=", ".join(Role)),
            code="invalid_role",
        ) from None


# The kinds of log entries that people write.
LOG_KINDS = ("call", "email", "meeting", "note")


def _parse_log_kind(typed: str, _label: str) -> LogKind:
    kind = typed.strip().lower()
    if kind not in LOG_KINDS:
        raise InvalidValue(
            _("Unknown kind of log entry {kind}.").format(kind=quote(typed)),
            hint=_("Write one of: {kinds}.").format(kinds=", ".join(LOG_KINDS)),
            code="invalid_log_kind",
        )
    return LogKind(kind.upper())


USER = (
    Input("first_name", lambda: _("First name"), text_reader(50), example="Éléonore"),
    Input("last_name", lambda: _("Last name"), text_reader(50), example="Lefèvre"),
    Input("email", lambda: _("Email"), _email, example="eleonore@epicevents.example"),
    Input("phone", lambda: _("Phone"), _phone, optional=True, example="06 12 34 56 78"),
    Input("role", lambda: _("Role"), parse_role, example="SALES", choices=tuple(Role)),
)

CLIENT = (
    Input("full_name", lambda: _("Full name"), text_reader(100), example="Kevin Casey"),
    # One of the two is enough, and a private person has no company: require_reachable().
    Input(
        "email",
        lambda: _("Email"),
        _email,
        optional=True,
        example="kevin@startup.example",
        empty="",
    ),
    Input("phone", lambda: _("Phone"), _phone, optional=True, example="+678 123 456 78", empty=""),
    Input(
        "company_name",
        lambda: _("Company name"),
        text_reader(100),
        optional=True,
        example="Cool Startup LLC",
        empty="",
    ),
    Input(
        "address",
        lambda: _("Address"),
        text_reader(300, multiline=True),
        optional=True,
        lines=True,
        asked=False,
        example="1 quai Branly, 75007 Paris",
    ),
    Input(
        "siret",
        lambda: _("SIRET"),
        _siret,
        optional=True,
        asked=False,
        example="732 829 320 00074",
    ),
    Input(
        "vat_number",
        lambda: _("VAT number"),
        _vat_number,
        optional=True,
        asked=False,
        example="FR40303265045",
    ),
)

CONTRACT = (
    Input(
        "total_amount",
        lambda: _("Total amount"),
        _money_above_zero("ck_contracts_total_amount"),
        example="1 234,56",
    ),
    Input("amount_due", lambda: _("Amount due"), _money, optional=True, example="1 234,56"),
)

# Dates are not among them: reading one takes the company's zone and the present moment.
EVENT = (
    Input("name", lambda: _("Name"), text_reader(100), example="General Assembly"),
    Input("client_contact", lambda: _("Client contact"), text_reader(10_000, multiline=True)),
    Input("location", lambda: _("Location"), text_reader(10_000, multiline=True)),
    Input("attendees", lambda: _("Attendees"), _number, example="75"),
    Input(
        "notes", lambda: _("Notes"), text_reader(10_000, multiline=True), optional=True, lines=True
    ),
)

NOTE = Input("note", lambda: _("Note"), text_reader(10_000, multiline=True), lines=True)

LOG = (
    Input("text", lambda: _("Text"), text_reader(10_000, multiline=True), lines=True),
    Input(
        "kind",
        lambda: _("Kind"),
        _parse_log_kind,
        asked=False,
        choices=LOG_KINDS,
    ),
)

TASK = (Input("text", lambda: _("Text"), text_reader(500), example="send the offer"),)

# What most payments are made by; another word is taken as it is typed.
METHODS = ("transfer", "card", "cheque", "cash", "direct debit")

PAYMENT = (
    Input("amount", lambda: _("Amount"), _money_above_zero("ck_payments_amount"), example="400"),
    Input(
        "method",
        lambda: _("Method"),
        text_reader(20),
        optional=True,
        example="transfer",
        choices=METHODS,
    ),
    Input(
        "reference", lambda: _("Reference"), text_reader(100), optional=True, example="INV-2026-014"
    ),
    Input("request_key", lambda: _("Key"), text_reader(100), optional=True),
)

# The ends of contracts.
LOSS_REASON = Input(
    "reason",
    lambda: _("Why it is lost"),
    _loss_reason,
    choices=tuple(reason.value for reason in LossReason),
)
LOSS_NOTE = Input(
    "note", lambda: _("Note"), text_reader(500, multiline=True), optional=True, lines=True
)
KEPT = Input("keep", lambda: _("Amount to keep"), _money, example="300")
REFUND = (
    Input("amount", lambda: _("Amount"), _money_above_zero("ck_payments_amount"), example="300"),
    *PAYMENT[1:],
)

REASON = Input("reason", lambda: _("Reason"), text_reader(500, multiline=True), lines=True)


def clean_values(inputs: tuple[Input, ...], values: Mapping[str, object]) -> dict[str, Any]:
    """Return ``values`` as their columns hold them; names that are no input stay as they are.

    Raises InvalidValue for the first that cannot be read.
    """
    known = {each.name: each for each in inputs}
    return {
        name: known[name].clean(value) if name in known else value for name, value in values.items()
    }

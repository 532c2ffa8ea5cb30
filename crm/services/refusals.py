"""Why a row of a file is refused, in sentences."""

from collections.abc import Callable
from typing import NamedTuple

from crm.domain.i18n import gettext as _
from crm.domain.rules import CONSTRAINTS


class Refused(NamedTuple):
    """A row that is not imported: its number in the file, a stable code, and why."""

    row: int
    code: str
    reason: str


# Those that a permission forbids rather than a rule.
DENIED = frozenset({"not_own_client", "not_own_import", "not_assigned"})


def explain_refusal(row: int, code: str, about: str | None, about_id: int | None) -> Refused:
    """Return why the check refused a row, which found ``about`` or the record ``about_id``.

    The code of a rule that the database holds is the name of its constraint. What an input refused
    has the code that the input gives it everywhere, and ``about`` is its sentence.
    """
    if code in CONSTRAINTS:
        rule = CONSTRAINTS[code]
        return Refused(row, rule.code, rule.message())
    if code not in SENTENCES:
        return Refused(row, code, about or "")
    return Refused(row, code, SENTENCES[code]().format(about=about, id=about_id))


# Functions, because the reader's language is known only when a sentence is shown.
SENTENCES: dict[str, Callable[[], str]] = {
    "missing": lambda: _("Missing: {about}."),
    "unknown_colleague": lambda: _("No colleague has the name or email “{about}”."),
    "ambiguous_colleague": lambda: _("Several colleagues are called {about}; write the email."),
    "unknown_client": lambda: _("No client is called “{about}”; import the clients first."),
    "ambiguous_client": lambda: _("Several clients are called {about}; write the email."),
    "other_client": lambda: _("Contract {id} belongs to another client."),
    "unknown_contract": lambda: _("Contract {id} does not exist."),
    "no_signed_contract": lambda: _("{about} has no such signed contract."),
    "several_contracts": lambda: _(
        "The client has several signed contracts; add a column contract with one of: {about}."
    ),
    "duplicate_email": lambda: _("This email already belongs to client {id}, {about}."),
    "duplicate_client": lambda: _("Client {id}, {about}, has the same name and phone."),
    "client_twice_in_file": lambda: _("Row {id} has the same name and phone."),
    "duplicate_in_file": lambda: _("Row {id} has the same email."),
    "duplicate_contract": lambda: _("This client already has contract {id} with the same total."),
    "duplicate_event": lambda: _("Event {id} has the same contract, name and start."),
    "event_twice_in_file": lambda: _("Row {id} has the same contract, name and start."),
    "event_in_the_past": lambda: _("The event is in the past; add --allow-past to import it."),
    "doubtful_date": lambda: _(
        "It is unclear whether the day or the month comes first: other rows have the month "
        "first. Add --date-order."
    ),
    "not_own_client": lambda: _(
        "SALES may do that only for their own clients; this one belongs to {about}."
    ),
    "not_own_import": lambda: _(
        "SALES may import only their own clients; this one would belong to {about}."
    ),
    "not_transferred": lambda: _(
        "Its sales contact is {about}. Transfer it with: epicevents client transfer {id}"
    ),
    "not_assigned": lambda: _("Only MANAGEMENT may assign support; leave support_contact empty."),
}

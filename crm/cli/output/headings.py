"""What each field is headed, and each word of a closed list: data, translated when it is shown."""

from typing import NamedTuple

from crm.domain.i18n import gettext_noop as _


class Column(NamedTuple):
    """The heading of a field, and its ``rank``: 0 is never hidden, the highest is hidden first.

    A cell that is too narrow for its text takes up to so many ``lines`` of a terminal.
    """

    heading: str
    rank: int
    lines: int = 1


# One line a field.
COLUMNS = {
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
    "received": Column(_("Received"), 2),
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
    "events_around": Column(_("Events ±2 weeks"), 1),
    "clashes_with": Column(_("Clashes with"), 1),
    "end_date": Column(_("Ends"), 4),
    "attendees": Column(_("Guests"), 4),
    "contract_id": Column(_("Contract"), 4),
    "database_role": Column(_("Login"), 4),
    "client_contact": Column(_("On site"), 5),
    "signed_at": Column(_("Signed on"), 5),
    "signed_by": Column(_("Signed by"), 5),
    "reverses_id": Column(_("Reverses"), 5),
    "reversed_kind": Column(_("Reversed kind"), 8),
    "reversed_by_id": Column(_("Reversed by"), 8),
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

# How people read a code, and its style.
WORDS: dict[str, tuple[str, str | None]] = {
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

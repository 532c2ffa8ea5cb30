"""The rules that the database holds as named constraints, each with its sentence.

Services check the same rules first, with the values at hand, for a better message; this table is
what remains for races and for whoever goes around the services.
"""

from typing import TYPE_CHECKING

from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _
from crm.domain.log_rules import LOG_RULES
from crm.domain.rule import DATES, IN_USE_USER, INACTIVE, TEXT, Rule, value_rule

if TYPE_CHECKING:
    from decimal import Decimal


# Rules that several constraints state.
_SALES_CONTACT = Rule(
    "sales_contact_role",
    lambda: _("A sales contact must be a colleague whose role is SALES."),
    lambda: _("See the possible contacts: epicevents user list --role SALES"),
)
_EMAIL = value_rule(
    "invalid_email", lambda: _("An email address is stored in lower case, like jo@mail.com.")
)
_PHONE = value_rule("invalid_phone", lambda: _("A phone number is stored as +33612345678."))
_FINAL = Rule(
    "payment_final",
    lambda: _("A payment cannot be edited or deleted."),
    lambda: _("Reverse it instead: epicevents contract reverse-payment"),
)
_CLOSED = Rule(
    "contract_closed",
    lambda: _("This contract is lost or cancelled, and no longer changes."),
    lambda: _("See it: epicevents contract show ID"),
)
_CHALLENGE = Rule(
    "login_expired",
    lambda: _("This login took more than two minutes, or was sent twice."),
    lambda: _("Log in again: epicevents login"),
    NotLoggedIn,
)
CONSTRAINTS: dict[str | None, Rule] = {
    "uq_users_email": Rule(
        "duplicate_email",
        lambda: _("A colleague with this email already exists."),
        lambda: _("See the account: epicevents user show EMAIL"),
    ),
    "uq_clients_email": Rule(
        "duplicate_email",
        lambda: _("A client with this email already exists."),
        lambda: _("See the client: epicevents client show EMAIL"),
    ),
    "ck_users_role": value_rule(
        "invalid_role", lambda: _("A role is SALES, SUPPORT or MANAGEMENT.")
    ),
    "ck_users_hashed_password": Rule(
        "invalid_password_hash", lambda: _("A stored password must be an Argon2id hash.")
    ),
    "ck_users_password_cost": Rule(
        "invalid_password_hash",
        lambda: _("A stored password must take at least 19 MiB and two passes of Argon2id."),
    ),
    "ck_users_first_name": TEXT,
    "ck_users_last_name": TEXT,
    "ck_clients_full_name": TEXT,
    "ck_clients_company_name": TEXT,
    "ck_clients_address": TEXT,
    "ck_clients_siret": value_rule("invalid_siret", lambda: _("A SIRET is stored as 14 digits.")),
    "ck_clients_vat_number": value_rule(
        "invalid_vat_number", lambda: _("A VAT number is stored as FR40303265045.")
    ),
    "ck_events_name": TEXT,
    "ck_events_client_contact": TEXT,
    "ck_events_location": TEXT,
    "ck_events_notes": TEXT,
    "ck_events_cancelled_reason": TEXT,
    "ck_payments_method": TEXT,
    "ck_payments_reference": TEXT,
    "ck_payments_reason": TEXT,
    "ck_payments_request_key": TEXT,
    "ck_users_email": _EMAIL,
    "ck_clients_email": _EMAIL,
    "ck_clients_email_reserved": value_rule(
        "invalid_email",
        lambda: _("An address under .invalid reaches nobody."),
        lambda: _("Leave the email empty if it is unknown."),
    ),
    "ck_clients_reachable": value_rule(
        "client_unreachable",
        lambda: _("A client needs an email or a phone."),
        lambda: _("Give --email or --phone."),
    ),
    "ck_clients_erased_at": DATES,
    "ck_users_phone": _PHONE,
    "ck_clients_phone": _PHONE,
    "ck_users_dates_range": DATES,
    "ck_clients_dates_range": DATES,
    "ck_contracts_dates_range": DATES,
    "ck_contracts_due_date": DATES,
    "ck_events_dates_range": DATES,
    "ck_events_created_at_range": DATES,
    "ck_payments_paid_on": DATES,
    "ck_payments_created_at_range": DATES,
    # 1, 2, 8: who stands where. Users' own side of the key is what a change of role breaks.
    "fk_clients_sales_contact_role": _SALES_CONTACT,
    "fk_contracts_sales_contact_role": _SALES_CONTACT,
    "fk_events_support_contact_role": Rule(
        "support_contact_role",
        lambda: _("A support contact must be a colleague whose role is SUPPORT."),
        lambda: _("See the possible contacts: epicevents user list --role SUPPORT"),
    ),
    "fk_clients_sales_contact_id_users": IN_USE_USER,
    "fk_contracts_sales_contact_id_users": IN_USE_USER,
    "fk_events_support_contact_id_users": IN_USE_USER,
    "fk_payments_created_by_id_users": IN_USE_USER,
    "fk_contracts_signed_by_id_users": IN_USE_USER,
    "fk_contracts_client_id_clients": Rule(
        "client_has_contracts",
        lambda: _("A client with contracts cannot be deleted."),
        lambda: _("To erase a person's data, see: epicevents client erase --help"),
    ),
    "fk_events_client_id_clients": Rule(
        "client_has_events", lambda: _("A client with events cannot be deleted.")
    ),
    "fk_events_contract_id_contracts": Rule(
        "contract_has_events", lambda: _("A contract with events cannot be deleted.")
    ),
    "fk_payments_contract_id_contracts": Rule(
        "contract_has_payments", lambda: _("A contract with payments cannot be deleted.")
    ),
    # 3, 6
    "fk_events_signed_contract": Rule(
        "contract_not_signed",
        lambda: _("An event needs a signed contract of the same client."),
        lambda: _("Sign it first: epicevents contract sign ID"),
    ),
    # 4
    "ck_events_end_date": Rule("end_before_start", lambda: _("An event must end after it starts.")),
    "ck_events_cancelled": Rule(
        "event_cancelled", lambda: _("A cancelled event says when and why it was cancelled.")
    ),
    "ck_events_attendees": value_rule(
        "number_too_small", lambda: _("An event needs at least one attendee.")
    ),
    # 5
    "ck_contracts_total_amount": value_rule(
        "invalid_total_amount", lambda: _("The total of a contract must be more than zero.")
    ),
    "ck_contracts_amount_due": Rule(
        "amount_due_out_of_range",
        lambda: _("The amount due must be between zero and the contract's total."),
        lambda: _("See the contract: epicevents contract show ID"),
    ),
    "ck_contracts_signed_at": Rule(
        "signed_without_date", lambda: _("A signed contract needs the date of its signature.")
    ),
    "ck_contracts_due_date_known": Rule(
        "due_date_required",
        lambda: _("A signed contract needs a due date."),
        lambda: _("Set another date: epicevents contract update ID --due-date DATE"),
    ),
    "tg_payments_paid_in_future": Rule(
        "paid_in_future",
        lambda: _("The day of a payment cannot be in the future."),
        lambda: _("Leave out --date if it was paid today."),
    ),
    "tg_contracts_signed_in_future": Rule(
        "signed_in_future",
        lambda: _("The date of a signature cannot be in the future."),
        lambda: _("Leave out --date if it is signed now."),
    ),
    # 7
    "tg_contracts_amount_due_is_derived": Rule(
        "amount_due_derived",
        lambda: _("The amounts due and received follow from the payments and cannot be set."),
        lambda: _("Record a payment: epicevents contract pay ID AMOUNT"),
    ),
    "tg_payments_are_final": _FINAL,
    "tg_payments_stay": _FINAL,
    "ck_payments_amount": value_rule(
        "invalid_amount",
        lambda: _("A payment must be more than zero."),
        lambda: _("To reverse a payment: epicevents contract reverse-payment"),
    ),
    "ck_payments_kind": Rule("invalid_payment_kind", lambda: _("Unknown kind of payment.")),
    "ck_payments_sign": value_rule(
        "negative_amount",
        lambda: _("A payment must be more than zero; only a refund and a reversal are negative."),
    ),
    "ck_payments_reversal": Rule(
        "invalid_reversal", lambda: _("A reversal must refer to the payment that it reverses.")
    ),
    "ck_payments_reason_given": Rule(
        "reason_required", lambda: _("A reversal or an adjustment needs a reason.")
    ),
    "fk_payments_reverses": Rule(
        "invalid_reversal",
        lambda: _("A reversal must be the exact opposite of one payment of the same contract."),
    ),
    "uq_payments_reverses_id": Rule(
        "already_reversed", lambda: _("This payment is already reversed.")
    ),
    "uq_payments_contract_id_request_key": Rule(
        "key_reused",
        lambda: _("Another payment of this contract has the same key."),
        lambda: _("Use a new --key for a new payment."),
    ),
    # 17, 18
    "tg_contracts_closed": _CLOSED,
    "tg_payments_closed_contract": _CLOSED,
    "tg_events_closed_contract": _CLOSED,
    "tg_contracts_refunded": Rule(
        "contract_refunded",
        lambda: _("Money was refunded since the contract was closed, so it stays closed."),
        lambda: _("See its payments: epicevents contract payments ID"),
    ),
    "ck_contracts_closed": Rule(
        "contract_closed", lambda: _("A closed contract owes nothing and says why it was closed.")
    ),
    "ck_contracts_closed_reason": value_rule(
        "invalid_reason",
        lambda: _("A contract is lost for one of the known reasons, or cancelled with a note."),
    ),
    "ck_contracts_closed_note": TEXT,
    "ck_contracts_lost": Rule(
        "contract_has_payments",
        lambda: _("A contract for which money was received cannot be lost."),
        lambda: _("Refund it first: epicevents contract refund ID AMOUNT"),
    ),
    "ck_contracts_kept_amount": Rule(
        "kept_amount_out_of_range",
        lambda: _("What is kept of a cancelled contract is at most what was received for it."),
        lambda: _("See its payments: epicevents contract payments ID"),
    ),
    "ck_contracts_received": Rule(
        "refund_too_high", lambda: _("No more than what was received can be refunded.")
    ),
    # 9
    "tg_users_keep_a_manager": Rule(
        "last_manager",
        lambda: _("At least one active MANAGEMENT account must remain."),
        lambda: _("Make somebody else a manager first."),
    ),
    # 10
    "tg_clients_active_contact": INACTIVE,
    "tg_contracts_active_contact": INACTIVE,
    "tg_events_active_contact": INACTIVE,
    # 11
    "tg_contracts_signed_client_is_frozen": Rule(
        "contract_signed", lambda: _("The client of a signed contract cannot change.")
    ),
    "tg_contracts_signed_total_is_frozen": Rule(
        "contract_signed",
        lambda: _("The total of a signed contract cannot change."),
        lambda: _("MANAGEMENT may amend it, with a reason: epicevents contract amend ID"),
    ),
    "tg_contracts_unsign_with_payments": Rule(
        "contract_has_payments", lambda: _("A contract with payments cannot be unsigned.")
    ),
    # 12
    "ex_events_support_overlap": Rule(
        "support_overlap",
        lambda: _("This support person has another event at that time."),
        lambda: _("See their events: epicevents event list --support USER"),
    ),
    # Undo
    "uq_audit_transactions_undoes": Rule(
        "already_undone",
        lambda: _("This transaction has already been undone."),
        lambda: _("See it: epicevents audit list --transaction N"),
    ),
    "tg_undo_changed_since": Rule(
        "changed_since",
        lambda: _("A record that this transaction created has been changed since."),
        lambda: _("See its history: epicevents history KIND ID"),
    ),
    "tg_audit_transactions_opposite": Rule(
        "undo_not_opposite",
        lambda: _("An undo must set back exactly the records that the transaction changed."),
        lambda: _("Undo it with the program: epicevents undo N"),
    ),
    # Persons who are forgotten
    "tg_clients_stay_erased": Rule(
        "client_erased", lambda: _("This client has been erased for good.")
    ),
    "tg_contracts_erased_client": Rule(
        "client_erased",
        lambda: _("This client has been erased and cannot get new contracts."),
        lambda: _("Create a new client: epicevents client create"),
    ),
    # Logging in
    "tg_login_attempts_challenge": _CHALLENGE,
    "uq_login_attempts_challenge": _CHALLENGE,
    "ck_security_policy_lifetime": Rule(
        "invalid_policy", lambda: _("A session must last between 1 minute and 30 days.")
    ),
    "ck_security_policy_idle_limit": Rule(
        "invalid_policy", lambda: _("The idle limit of a session is between 2 minutes and 30 days.")
    ),
    **LOG_RULES,
}


def require_above_zero(amount: "Decimal", constraint: str) -> None:
    """Refuse an amount that is not more than zero, as ``constraint`` does. Raises InvalidValue."""
    if amount <= 0:
        raise CONSTRAINTS[constraint].error()

"""The rules that the database holds as named constraints, each with its sentence.

Services check the same rules first, with the values at hand, for a better message; this table is
what remains for races and for whoever goes around the services.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.domain.errors import CRMError, InvalidValue, NotLoggedIn, RuleViolation
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable code, its sentence and what to do next, both in the reader's language."""

    code: str
    message: Callable[[], str]
    hint: Callable[[], str] | None = None
    kind: type[CRMError] = RuleViolation

    def error(self) -> CRMError:
        """Return the error that this rule was broken."""
        return self.kind(self.message(), hint=self.hint() if self.hint else None, code=self.code)


def _value_rule(
    code: str, message: Callable[[], str], hint: Callable[[], str] | None = None
) -> Rule:
    """Return the rule of a single column, which its input refuses with the same code and status."""
    return Rule(code, message, hint, InvalidValue)


# Rules that several constraints state.
_SALES_CONTACT = Rule(
    "sales_contact_role",
    lambda: _("A sales contact must be a colleague whose role is SALES."),
    lambda: _("See the possible contacts: epicevents user list --role SALES"),
)
_INACTIVE = Rule(
    "inactive_contact",
    lambda: _("Records cannot be assigned to a deactivated account."),
    lambda: _("See active colleagues: epicevents user list --active"),
)
# The input tells "blank" from "control_character"; one constraint holds both and cannot.
_TEXT = _value_rule(
    "invalid_text", lambda: _("A text must not be empty or contain control characters.")
)
_EMAIL = _value_rule(
    "invalid_email", lambda: _("An email address is stored in lower case, like jo@mail.com.")
)
_PHONE = _value_rule("invalid_phone", lambda: _("A phone number is stored as +33612345678."))
_DATES = _value_rule("date_out_of_range", lambda: _("A date must be between 1900 and 2999."))
_FINAL = Rule(
    "payment_final",
    lambda: _("A payment cannot be edited or deleted."),
    lambda: _("Reverse it instead: epicevents contract reverse-payment"),
)
_LOG_FINAL = Rule(
    "log_final",
    lambda: _("A log entry cannot be edited or deleted."),
    lambda: _("To take back your own within the hour: epicevents undo"),
)
_IN_LOG = Rule(
    "in_log",
    lambda: _("The log refers to this record, so it cannot be deleted."),
    lambda: _("See the entries: epicevents log list"),
)
_CLOSED = Rule(
    "contract_closed",
    lambda: _("This contract is lost or cancelled, and no longer changes."),
    lambda: _("See it: epicevents contract show ID"),
)
_IN_TASKS = Rule(
    "in_tasks",
    lambda: _("Tasks refer to this record, so it cannot be deleted."),
    lambda: _("Delete those first; see: epicevents task list --everybody"),
)
_OTHER_CLIENT = Rule(
    "other_client",
    lambda: _("The contract or the event belongs to another client."),
    lambda: _("See the client's records: epicevents client show CLIENT"),
)
_CHALLENGE = Rule(
    "login_expired",
    lambda: _("This login took more than two minutes, or was sent twice."),
    lambda: _("Log in again: epicevents login"),
    NotLoggedIn,
)
_IN_USE_USER = Rule(
    "user_in_use",
    lambda: _("Other records refer to this person, so the account cannot be deleted."),
    lambda: _("Run: epicevents user transfer FROM TO, then: epicevents user deactivate USER"),
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
    "ck_users_role": _value_rule(
        "invalid_role", lambda: _("A role is SALES, SUPPORT or MANAGEMENT.")
    ),
    "ck_users_hashed_password": Rule(
        "invalid_password_hash", lambda: _("A stored password must be an Argon2id hash.")
    ),
    "ck_users_password_cost": Rule(
        "invalid_password_hash",
        lambda: _("A stored password must take at least 19 MiB and two passes of Argon2id."),
    ),
    "ck_users_first_name": _TEXT,
    "ck_users_last_name": _TEXT,
    "ck_clients_full_name": _TEXT,
    "ck_clients_company_name": _TEXT,
    "ck_clients_address": _TEXT,
    "ck_clients_siret": _value_rule("invalid_siret", lambda: _("A SIRET is stored as 14 digits.")),
    "ck_clients_vat_number": _value_rule(
        "invalid_vat_number", lambda: _("A VAT number is stored as FR40303265045.")
    ),
    "ck_events_name": _TEXT,
    "ck_events_client_contact": _TEXT,
    "ck_events_location": _TEXT,
    "ck_events_notes": _TEXT,
    "ck_log_entries_text": _TEXT,
    "ck_tasks_text": _TEXT,
    "ck_payments_method": _TEXT,
    "ck_payments_reference": _TEXT,
    "ck_payments_reason": _TEXT,
    "ck_payments_request_key": _TEXT,
    "ck_users_email": _EMAIL,
    "ck_clients_email": _EMAIL,
    "ck_clients_email_reserved": _value_rule(
        "invalid_email",
        lambda: _("An address under .invalid reaches nobody."),
        lambda: _("Leave the email empty if it is unknown."),
    ),
    "ck_clients_reachable": _value_rule(
        "client_unreachable",
        lambda: _("A client needs an email or a phone."),
        lambda: _("Give --email or --phone."),
    ),
    "ck_clients_erased_at": _DATES,
    "ck_users_phone": _PHONE,
    "ck_clients_phone": _PHONE,
    "ck_users_dates_range": _DATES,
    "ck_clients_dates_range": _DATES,
    "ck_contracts_dates_range": _DATES,
    "ck_contracts_due_date": _DATES,
    "ck_events_dates_range": _DATES,
    "ck_events_created_at_range": _DATES,
    "ck_payments_paid_on": _DATES,
    "ck_payments_created_at_range": _DATES,
    "ck_log_entries_said_on": _DATES,
    "ck_tasks_due_date": _DATES,
    "ck_tasks_done_at": _DATES,
    "ck_tasks_created_at_range": _DATES,
    "ck_log_entries_created_at_range": _DATES,
    # 1, 2, 8: who stands where. Users' own side of the key is what a change of role breaks.
    "fk_clients_sales_contact_role": _SALES_CONTACT,
    "fk_contracts_sales_contact_role": _SALES_CONTACT,
    "fk_events_support_contact_role": Rule(
        "support_contact_role",
        lambda: _("A support contact must be a colleague whose role is SUPPORT."),
        lambda: _("See the possible contacts: epicevents user list --role SUPPORT"),
    ),
    "fk_clients_sales_contact_id_users": _IN_USE_USER,
    "fk_contracts_sales_contact_id_users": _IN_USE_USER,
    "fk_events_support_contact_id_users": _IN_USE_USER,
    "fk_payments_created_by_id_users": _IN_USE_USER,
    "fk_contracts_signed_by_id_users": _IN_USE_USER,
    "fk_log_entries_created_by_id_users": _IN_USE_USER,
    "fk_tasks_assignee_id_users": _IN_USE_USER,
    "fk_tasks_created_by_id_users": _IN_USE_USER,
    "fk_tasks_done_by_id_users": _IN_USE_USER,
    "fk_tasks_client_id_clients": _IN_TASKS,
    "fk_tasks_contract_id_contracts": _IN_TASKS,
    "fk_tasks_event_id_events": _IN_TASKS,
    "fk_log_entries_client_id_clients": _IN_LOG,
    "fk_log_entries_contract_id_contracts": _IN_LOG,
    "fk_log_entries_event_id_events": _IN_LOG,
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
    "ck_events_attendees": _value_rule(
        "number_too_small", lambda: _("An event needs at least one attendee.")
    ),
    # 5
    "ck_contracts_total_amount": _value_rule(
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
    "ck_payments_amount": _value_rule(
        "invalid_amount",
        lambda: _("A payment must be more than zero."),
        lambda: _("To reverse a payment: epicevents contract reverse-payment"),
    ),
    "ck_payments_kind": Rule("invalid_payment_kind", lambda: _("Unknown kind of payment.")),
    "ck_payments_sign": _value_rule(
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
    "tg_contracts_cancelled_events": Rule(
        "contract_has_events",
        lambda: _("A contract with coming events cannot be cancelled."),
        lambda: _("See them: epicevents event list --upcoming --contract ID"),
    ),
    "tg_contracts_refunded": Rule(
        "contract_refunded",
        lambda: _("Money was refunded since the contract was closed, so it stays closed."),
        lambda: _("See its payments: epicevents contract payments ID"),
    ),
    "ck_contracts_closed": Rule(
        "contract_closed", lambda: _("A closed contract owes nothing and says why it was closed.")
    ),
    "ck_contracts_closed_reason": _value_rule(
        "invalid_reason",
        lambda: _("A contract is lost for one of the known reasons, or cancelled with a note."),
    ),
    "ck_contracts_closed_note": _TEXT,
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
    "tg_clients_active_contact": _INACTIVE,
    "tg_contracts_active_contact": _INACTIVE,
    "tg_events_active_contact": _INACTIVE,
    "tg_tasks_active_contact": _INACTIVE,
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
    "tg_log_entries_erased_client": Rule(
        "client_erased",
        lambda: _("This client has been erased; nothing more can be logged about them."),
        lambda: _("Create a new client: epicevents client create"),
    ),
    "tg_tasks_erased_client": Rule(
        "client_erased",
        lambda: _("This client has been erased; there is nothing more to do for them."),
        lambda: _("Create a new client: epicevents client create"),
    ),
    # Tasks
    "ck_tasks_client_known": Rule(
        "client_required",
        lambda: _("A task on a contract or an event needs their client."),
    ),
    "tg_tasks_of_client": _OTHER_CLIENT,
    "tg_tasks_done_in_future": Rule(
        "done_in_future", lambda: _("A task cannot be done in the future.")
    ),
    # The log
    "ck_log_entries_kind": _value_rule(
        "invalid_log_kind",
        lambda: _("Unknown kind of log entry."),
        lambda: _("Write one of: call, email, meeting, note."),
    ),
    "tg_log_entries_of_client": _OTHER_CLIENT,
    "tg_log_entries_in_future": Rule(
        "said_in_future",
        lambda: _("The date of a log entry cannot be in the future."),
        lambda: _("To plan something, create a task; to log it now, leave out --date."),
    ),
    "tg_log_entries_are_final": _LOG_FINAL,
    "tg_log_entries_stay": _LOG_FINAL,
    # Logging in
    "tg_login_attempts_challenge": _CHALLENGE,
    "uq_login_attempts_challenge": _CHALLENGE,
    "ck_security_policy_lifetime": Rule(
        "invalid_policy", lambda: _("A session must last between 1 minute and 30 days.")
    ),
    "ck_security_policy_idle_limit": Rule(
        "invalid_policy", lambda: _("The idle limit of a session is between 2 minutes and 30 days.")
    ),
}


def require_above_zero(amount: "Decimal", constraint: str) -> None:
    """Refuse an amount that is not more than zero, as ``constraint`` does. Raises InvalidValue."""
    if amount <= 0:
        raise CONSTRAINTS[constraint].error()

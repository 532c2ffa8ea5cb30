"""A refusal has one code and one exit status, whichever layer says it."""

import csv
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.company import Company

from crm.domain.rules import CONSTRAINTS

CLIENT = ("client", "create", "--full-name", "Jo", "--email", "jo@mail.example", "--phone",
          "0612345678", "--company-name", "Jo & Co", "--sales-contact", "3")  # fmt: skip
CONTRACT = ("contract", "create", "--client", "1", "--total-amount", "100")
EVENT = ("event", "create", "--contract", "2", "--name", "Gala", "--client-contact", "Jo",
         "--start-date", "2031-01-01 10:00", "--end-date", "2031-01-02 10:00", "--location", "Ici",
         "--attendees", "5")  # fmt: skip
USER = ("user", "create", "--first-name", "Jo", "--last-name", "Jones", "--email",
        "jo@epicevents.example", "--role", "SALES")  # fmt: skip

LOG = ("client", "log", "1")
TASK = ("task", "create")

# What a manager types that breaks the constraint: the later option wins.
TYPED: dict[str, tuple[str, ...]] = {
    "uq_users_email": (*USER, "--email", "sophie@epicevents.example"),
    "uq_clients_email": (*CLIENT, "--email", "kevin@startup.example"),
    "ck_users_role": (*USER, "--role", "OWNER"),
    "ck_users_first_name": (*USER, "--first-name", "\u200b"),
    "ck_users_last_name": (*USER, "--last-name", "a\tb"),
    "ck_users_email": (*USER, "--email", "jo"),
    "ck_users_phone": (*USER, "--phone", "12"),
    "ck_clients_full_name": (*CLIENT, "--full-name", "a\x07"),
    "ck_clients_company_name": (*CLIENT, "--company-name", "a\x07"),
    "ck_clients_email": (*CLIENT, "--email", "jo@"),
    "ck_clients_phone": (*CLIENT, "--phone", "12"),
    "ck_clients_email_reserved": (*CLIENT, "--email", "jo@mail.invalid"),
    "ck_clients_reachable": (*CLIENT, "--email", "", "--phone", ""),
    "ck_clients_address": (*CLIENT, "--address", "\x07"),
    "ck_clients_siret": (*CLIENT, "--siret", "12345678901234"),
    "ck_clients_vat_number": (*CLIENT, "--vat-number", "FR1"),
    "fk_clients_sales_contact_role": (*CLIENT, "--sales-contact", "5"),
    "tg_clients_active_contact": (*CLIENT, "--sales-contact", "4"),
    "ck_contracts_closed_note": ("contract", "lose", "1", "--reason", "price", "--note", "\x07"),
    "ck_contracts_lost": ("contract", "lose", "1", "--reason", "price"),
    "ck_contracts_kept_amount": ("contract", "cancel", "3", "--reason", "x", "--keep", "2500"),
    "ck_contracts_received": ("contract", "refund", "3", "2500", "--reason", "x", "--keep-total"),
    "tg_contracts_closed": ("contract", "update", "1", "--total-amount", "5"),
    "tg_payments_closed_contract": ("contract", "pay", "1", "5"),
    "tg_events_closed_contract": (*EVENT, "--contract", "3"),
    "ck_contracts_total_amount": (*CONTRACT, "--total-amount", "0"),
    "ck_contracts_amount_due": (*CONTRACT, "--amount-due", "101"),
    "ck_contracts_due_date": (*CONTRACT, "--due-date", "3000-01-01"),
    "ck_contracts_due_date_known": ("contract", "update", "2", "--due-date", ""),
    "tg_payments_paid_in_future": ("contract", "pay", "2", "5", "--date", "2999-01-01"),
    "tg_contracts_signed_in_future": ("contract", "sign", "1", "--date", "2999-01-01"),
    "tg_contracts_signed_client_is_frozen": ("contract", "update", "2", "--client", "2"),
    "tg_contracts_signed_total_is_frozen": ("contract", "update", "2", "--total-amount", "5"),
    "tg_contracts_unsign_with_payments": ("contract", "unsign", "3", "--reason", "x", "-y"),
    "fk_contracts_client_id_clients": ("client", "delete", "1", "-y"),
    "fk_events_contract_id_contracts": ("contract", "delete", "2", "-y"),
    "fk_payments_contract_id_contracts": ("contract", "delete", "3", "-y"),
    "fk_clients_sales_contact_id_users": ("user", "delete", "3", "-y"),
    "fk_events_signed_contract": (*EVENT, "--contract", "1"),
    "ck_events_name": (*EVENT, "--name", "a\x07"),
    "ck_events_client_contact": (*EVENT, "--client-contact", "\x07"),
    "ck_events_location": (*EVENT, "--location", "a\x07"),
    "ck_events_notes": (*EVENT, "--notes", "\x07"),
    "ck_events_cancelled_reason": ("event", "cancel", "1", "--reason", "\x07"),
    "ck_events_attendees": (*EVENT, "--attendees", "0"),
    "ck_events_end_date": (*EVENT, "--end-date", "2030-01-01 10:00"),
    "ck_events_dates_range": (*EVENT, "--end-date", "3000-01-01 10:00"),
    "fk_events_support_contact_role": ("event", "assign", "1", "3"),
    "tg_events_active_contact": ("event", "assign", "2", "6"),
    "ex_events_support_overlap": ("event", "assign", "2", "5"),
    "ck_payments_amount": ("contract", "pay", "2", "0"),
    "ck_payments_sign": ("contract", "pay", "2", "-5"),
    "ck_payments_paid_on": ("contract", "pay", "2", "5", "--date", "1800-01-01"),
    "ck_payments_method": ("contract", "pay", "2", "5", "--method", "\x07"),
    "ck_payments_reference": ("contract", "pay", "2", "5", "--reference", "\x07"),
    "ck_payments_request_key": ("contract", "pay", "2", "5", "--key", "\x07"),
    "ck_payments_reason": ("contract", "reverse-payment", "3", "1", "--reason", "\x07"),
    "uq_payments_contract_id_request_key": ("contract", "pay", "2", "6", "--key", "k"),
    "uq_payments_reverses_id": ("contract", "reverse-payment", "3", "1", "--reason", "again"),
    "ck_tasks_text": (*TASK, "\x07", "--due", "friday"),
    "ck_tasks_due_date": (*TASK, "x", "--due", "1800-01-01"),
    "tg_tasks_of_client": (*TASK, "x", "--due", "friday", "--client", "1", "--contract", "5"),
    "tg_tasks_erased_client": (*TASK, "x", "--due", "friday", "--client", "1"),
    "tg_tasks_active_contact": (*TASK, "x", "--due", "friday", "--for", "6"),
    "fk_tasks_client_id_clients": ("client", "delete", "4", "-y"),
    "fk_tasks_contract_id_contracts": ("contract", "delete", "1", "-y"),
    "fk_tasks_event_id_events": ("event", "delete", "1", "-y"),
    "fk_tasks_assignee_id_users": ("user", "delete", "6", "-y"),
    "ck_log_entries_text": (*LOG, "\x07"),
    "ck_log_entries_said_on": (*LOG, "x", "--date", "1800-01-01"),
    "tg_log_entries_in_future": (*LOG, "x", "--date", "2999-01-01"),
    "tg_log_entries_of_client": (*LOG, "x", "--contract", "5"),
    "tg_log_entries_erased_client": (*LOG, "x"),
    "fk_log_entries_client_id_clients": ("client", "delete", "4", "-y"),
    "fk_log_entries_contract_id_contracts": ("contract", "delete", "1", "-y"),
    "fk_log_entries_event_id_events": ("event", "delete", "1", "-y"),
}


# What nobody can type: the program asks for it otherwise, derives it, or refuses it before.
UNTYPED = {
    "ck_contracts_closed", "ck_contracts_closed_reason", "tg_contracts_refunded",
    "ck_events_cancelled",
    "ck_users_hashed_password", "ck_users_password_cost", "ck_clients_erased_at",
    "ck_users_dates_range",
    "ck_clients_dates_range", "ck_contracts_dates_range", "ck_events_created_at_range",
    "ck_payments_created_at_range", "ck_payments_kind", "ck_payments_reversal",
    "ck_payments_reason_given", "ck_contracts_signed_at", "fk_payments_reverses",
    "fk_contracts_sales_contact_id_users", "fk_contracts_sales_contact_role",
    "fk_contracts_signed_by_id_users", "fk_events_client_id_clients",
    "fk_events_support_contact_id_users", "fk_payments_created_by_id_users",
    "tg_clients_stay_erased", "tg_contracts_active_contact",
    "tg_contracts_amount_due_is_derived", "tg_contracts_erased_client",
    "tg_audit_transactions_opposite",
    "ck_tasks_client_known", "ck_tasks_done_at", "ck_tasks_created_at_range",
    "fk_tasks_created_by_id_users", "fk_tasks_done_by_id_users", "tg_tasks_done_in_future",
    "ck_log_entries_kind", "ck_log_entries_created_at_range",
    "fk_log_entries_created_by_id_users", "tg_log_entries_are_final", "tg_log_entries_stay",
    "tg_login_attempts_challenge", "tg_payments_are_final", "tg_payments_stay",
    "tg_undo_changed_since", "tg_users_keep_a_manager", "uq_audit_transactions_undoes",
    "uq_login_attempts_challenge",
    # Of the owner's command: tests/cli/test_administration.py.
    "ck_security_policy_lifetime", "ck_security_policy_idle_limit",
}  # fmt: skip

# One constraint holds both, and cannot tell which of them it refused.
TELLS_MORE = {"blank": "invalid_text", "control_character": "invalid_text"}

# What must have happened before, by the constraint that is broken then.
BEFORE: dict[str, tuple[str, ...]] = {
    "ck_contracts_lost": ("contract", "pay", "1", "5"),
    "tg_contracts_closed": ("contract", "lose", "1", "--reason", "price"),
    "tg_payments_closed_contract": ("contract", "lose", "1", "--reason", "price"),
    "tg_events_closed_contract": ("contract", "cancel", "3", "--reason", "x", "--keep", "0"),
    "tg_clients_active_contact": ("user", "deactivate", "4"),
    "uq_payments_contract_id_request_key": ("contract", "pay", "2", "5", "--key", "k"),
    "uq_payments_reverses_id": (
        "contract", "reverse-payment", "3", "1", "--reason", "x", "-y"
    ),
    "ex_events_support_overlap": (
        "event", "update", "2", "--start-date", "2030-06-04 14:00", "--end-date", "2030-06-04 15:00"
    ),
    "tg_events_active_contact": ("user", "deactivate", "6"),
    "tg_log_entries_erased_client": ("client", "erase", "1", "--reason", "x", "-y"),
    "tg_tasks_erased_client": ("client", "erase", "1", "--reason", "x", "-y"),
    "tg_tasks_active_contact": ("user", "deactivate", "6"),
    "fk_tasks_client_id_clients": (*TASK, "x", "--due", "friday", "--client", "4"),
    "fk_tasks_contract_id_contracts": (*TASK, "x", "--due", "friday", "--contract", "1"),
    "fk_tasks_event_id_events": (*TASK, "x", "--due", "friday", "--event", "1"),
    "fk_tasks_assignee_id_users": (*TASK, "x", "--due", "friday", "--for", "6"),
    "fk_log_entries_contract_id_contracts": (*LOG, "x", "--contract", "1"),
    "fk_log_entries_event_id_events": (*LOG, "x", "--event", "1"),
    "fk_log_entries_client_id_clients": ("client", "log", "4", "x"),
}  # fmt: skip


# And before that.
FIRST = {"fk_log_entries_client_id_clients": CLIENT, "fk_tasks_client_id_clients": CLIENT}


def test_every_rule_is_typed_or_cannot_be() -> None:
    assert {*TYPED} | UNTYPED == {*CONSTRAINTS}
    assert {*TYPED} & UNTYPED == set()


@pytest.mark.parametrize("constraint", TYPED)
def test_the_program_says_what_the_database_says(manager: Workstation, constraint: str) -> None:
    for earlier in (FIRST, BEFORE):
        if constraint in earlier:
            manager.run(*earlier[constraint]).done()
    rule = CONSTRAINTS[constraint]
    ran = manager.run(*TYPED[constraint], "--json")
    code = TELLS_MORE.get(ran.error()["code"], ran.error()["code"])
    assert (code, ran.status) == (rule.code, rule.kind.exit_code)


# Options of `create` whose values a file can hold too, by constraint.
IMPORTED = [
    name
    for name, line in TYPED.items()
    if line[:2] in {("client", "create"), ("contract", "create"), ("event", "create")}
]


@pytest.mark.parametrize("constraint", IMPORTED)
def test_a_row_of_a_file_is_refused_by_the_same_code(
    manager: Workstation, company: Company, owner: Connection, tmp_path: Path, constraint: str
) -> None:
    if constraint in BEFORE:
        manager.run(*BEFORE[constraint]).done()
    noun, _verb, *options = TYPED[constraint]
    row = {
        name.removeprefix("--").replace("-", "_"): value
        for name, value in zip(options[::2], options[1::2], strict=True)
    }
    if row.get("sales_contact", "").isdecimal():  # a file names people
        row["sales_contact"] = manager.run("user", "show", row["sales_contact"], "--json").json()[
            "email"
        ]
    if row.get("client") == "1":
        row["client"] = "eleonore@lefevre.example"
    file = tmp_path / "one.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([list(row), list(row.values())])
    ran = manager.run(noun, "import", str(file), "--json")
    (refused,) = ran.error()["rows"]
    code = TELLS_MORE.get(refused["code"], refused["code"])
    assert code == CONSTRAINTS[constraint].code, refused

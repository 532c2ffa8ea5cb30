"""Statements that a rule of the company refuses, and others that it allows: rules 1 to 12 and 16.

Under 16 stands, beside the audit, what sessions and policy rest on: who did it, and when.
"""

# The company of support.company: managers 1 and 2, sales 3 and 4, support 5 and 6; contracts
# 1 draft, 2 signed, 3 partly paid, 4 paid, 5 signed of client 3; events 1 (of support 5), 2, 3.
CLIENT = (
    "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
    " VALUES ('N', 'n@n.fr', '+33612345678', 'N', {contact})"
)
CONTRACT = (
    "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status)"
    " VALUES ({client}, {contact}, {total}, {due}, {signed})"
)
EVENT = (
    "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
    " support_contact_id, location, attendees)"
    " VALUES ('N', {contract}, {client}, 'N', '{start}', '{end}', {support}, 'N', {attendees})"
)
PAYMENT = "INSERT INTO payments (contract_id, amount, kind) VALUES ({contract}, {amount}, '{kind}')"
TAKEN_BACK = (
    "INSERT INTO payments (contract_id, amount, kind, reverses_id, reason)"
    " VALUES ({contract}, {amount}, 'REVERSAL', {reverses}, {reason})"
)
SAID = (
    "INSERT INTO log_entries (client_id, kind, text, said_on, contract_id, event_id)"
    " VALUES ({client}, '{kind}', '{text}', '{said_on}', {contract}, {event})"
)
TASK = (
    "INSERT INTO tasks (text, due_date, assignee_id, client_id, contract_id, event_id)"
    " VALUES ('{text}', '{due_date}', {assignee}, {client}, {contract}, {event})"
)
SESSIONS = (
    "INSERT INTO sessions (secret_hash, user_id, credential, attempt_id, created_at, expires_at)"
    " VALUES {rows}"
)
SESSION = "({secret}, 1, '', {attempt}, '2026-01-01', '2026-01-02')"
ENTRY = (
    "INSERT INTO audit_entries (transaction_id, table_name, record_id, action, changes)"
    " VALUES ({transaction}, 'users', 1, '{action}', '{{}}')"
)
WRITTEN_AGAIN = (
    "INSERT INTO audit_transactions (xid, at, database_role)"
    " SELECT xid, at, database_role FROM audit_transactions LIMIT 1"
)
UNDONE_TWICE = (
    "INSERT INTO audit_transactions (xid, at, database_role, undoes)"
    " SELECT '1', at + n * interval '1 day', database_role, id"
    " FROM (SELECT * FROM audit_transactions LIMIT 1) done, generate_series(1, 2) n"
)
UNDOES_NOTHING = (
    "UPDATE audit_transactions SET undoes = -1 WHERE id = (SELECT min(id) FROM audit_transactions)"
)
SIGN = "UPDATE contracts SET signed_status = {signed} WHERE id = {contract}"

LOSE = "UPDATE contracts SET closed_reason = 'price' WHERE id = 1"
CANCEL = (
    "UPDATE contracts SET closed_reason = 'cancelled', closed_note = 'off', kept_amount = 0"
    " WHERE id = {}"
)
CANCEL_EVENTS = "UPDATE events SET cancelled_reason = 'rain'"
REVIVE = "UPDATE events SET cancelled_reason = NULL"
REOPEN = "UPDATE contracts SET closed_reason = NULL WHERE id = 3"
REFUND = (
    "INSERT INTO payments (contract_id, amount, kind, reason) VALUES ({}, -{}, 'REFUND', 'late')"
)
ADJUST = (
    "INSERT INTO payments (contract_id, amount, kind, reason) VALUES ({}, {}, 'ADJUSTMENT', 'x')"
)


def client(contact: int = 3) -> str:
    """Insert a client."""
    return CLIENT.format(contact=contact)


def entry_of(
    client: str = "1",
    kind: str = "CALL",
    text: str = "N",
    said_on: str = "2026-01-01",
    contract: str = "NULL",
    event: str = "NULL",
) -> str:
    """Insert a log entry."""
    return SAID.format(
        client=client, kind=kind, text=text, said_on=said_on, contract=contract, event=event
    )


def task(
    text: str = "N",
    due_date: str = "2031-01-01",
    assignee: str = "5",
    client: str = "1",
    contract: str = "NULL",
    event: str = "NULL",
) -> str:
    """Insert a task."""
    return TASK.format(
        text=text,
        due_date=due_date,
        assignee=assignee,
        client=client,
        contract=contract,
        event=event,
    )


def contract(
    client: int = 1, contact: int = 3, total: str = "10", due: str = "10", signed: bool = False
) -> str:
    """Insert a contract."""
    return CONTRACT.format(client=client, contact=contact, total=total, due=due, signed=signed)


def event(
    contract: int = 2,
    client: int = 1,
    start: str = "2031-01-01",
    end: str = "2031-01-02",
    support: str = "NULL",
    attendees: str = "1",
) -> str:
    """Insert an event."""
    return EVENT.format(
        contract=contract, client=client, start=start, end=end, support=support, attendees=attendees
    )


def payment(amount: str, contract: int = 1, kind: str = "PAYMENT") -> str:
    """Insert a payment."""
    return PAYMENT.format(contract=contract, amount=amount, kind=kind)


def reversal(amount: str, reverses: str = "1", contract: int = 3, reason: str = "'twice'") -> str:
    """Insert the reversal of a payment."""
    return TAKEN_BACK.format(contract=contract, amount=amount, reverses=reverses, reason=reason)


def sessions(*each: tuple[str, int]) -> str:
    """Insert sessions, each of a secret's hash and the attempt that opened it."""
    rows = (SESSION.format(secret=secret, attempt=attempt) for secret, attempt in each)
    return SESSIONS.format(rows=", ".join(rows))


def entry(transaction: str = "(SELECT min(id) FROM audit_transactions)", action: str = "") -> str:
    """Insert an entry of the audit."""
    return ENTRY.format(transaction=transaction, action=action or "UPDATE")


def sign(contract: int, signed: bool) -> str:
    """Sign or unsign a contract."""
    return SIGN.format(contract=contract, signed=signed)


# rule, constraint, statement
REFUSED = (
    (1, "fk_clients_sales_contact_role", client(contact=5)),
    (1, "fk_clients_sales_contact_role", client(contact=1)),
    (1, "fk_clients_sales_contact_id_users", client(contact=99)),
    (1, "fk_clients_sales_contact_role", "UPDATE clients SET sales_contact_id = 6"),
    (1, "fk_contracts_sales_contact_role", contract(contact=5)),
    (1, "fk_contracts_sales_contact_id_users", contract(contact=99)),
    (2, "fk_events_support_contact_role", event(support="3")),
    (2, "fk_events_support_contact_role", event(support="1")),
    (2, "fk_events_support_contact_id_users", event(support="99")),
    (2, "fk_events_support_contact_role", "UPDATE events SET support_contact_id = 4"),
    (3, "fk_events_signed_contract", event(contract=1)),
    (3, "fk_events_contract_id_contracts", event(contract=99)),
    (3, "fk_events_signed_contract", sign(2, False)),
    (3, "fk_events_signed_contract", "UPDATE events SET contract_id = 1 WHERE id = 1"),
    (4, "ck_events_end_date", event(end="2031-01-01")),
    (4, "ck_events_end_date", event(end="2030-12-31 23:59:59.999999")),
    (4, "ck_events_attendees", event(attendees="0")),
    (4, "ck_events_dates_range", event(end="infinity")),
    (4, "ck_events_dates_range", event(start="-infinity")),
    (4, "ck_events_dates_range", event(start="4000-01-01 BC")),
    (4, "ck_events_dates_range", event(end="3000-01-01")),
    (4, "ck_clients_erased_at", "UPDATE clients SET erased_at = 'infinity'"),
    (5, "ck_contracts_amount_due", contract(due="10.01")),
    (5, "ck_contracts_amount_due", contract(due="-0.01")),
    (5, "ck_contracts_amount_due", contract(due="'NaN'")),
    (5, "ck_contracts_total_amount", contract(total="0", due="0")),
    (5, "ck_contracts_amount_due", contract(total="-1", due="-1")),
    (5, "ck_contracts_total_amount", contract(total="'NaN'", due="0")),
    (6, "fk_events_signed_contract", event(client=2)),
    (6, "fk_events_client_id_clients", event(client=99)),
    (6, "fk_events_signed_contract", "UPDATE events SET client_id = 2 WHERE id = 1"),
    (7, "tg_contracts_amount_due_is_derived", "UPDATE contracts SET amount_due = 0 WHERE id = 2"),
    (7, "tg_contracts_amount_due_is_derived", "UPDATE contracts SET received = 0 WHERE id = 3"),
    (7, "tg_payments_are_final", "UPDATE payments SET amount = 1"),
    (7, "tg_payments_stay", "DELETE FROM payments"),
    (7, "ck_contracts_amount_due", payment("1000.01")),
    (7, "ck_payments_amount", payment("0")),
    (7, "ck_payments_amount", payment("'NaN'")),
    (7, "ck_payments_sign", payment("-1")),
    (7, "ck_payments_kind", payment("1", kind="GIFT")),
    (7, "ck_payments_reason_given", payment("1", kind="ADJUSTMENT")),
    (7, "ck_payments_reversal", reversal("-1", reverses="NULL")),
    (7, "ck_payments_reason_given", reversal("-2000", reason="NULL")),
    (7, "fk_payments_reverses", reversal("-1999")),
    (7, "fk_payments_reverses", reversal("-2000", contract=2)),
    (7, "ck_payments_sign", reversal("2000")),
    (7, "fk_payments_contract_id_contracts", payment("1", contract=99)),
    (7, "fk_payments_created_by_id_users",
     "INSERT INTO payments (contract_id, amount, created_by_id) VALUES (1, 1, 99)"),
    (7, "ck_payments_paid_on",
     "INSERT INTO payments (contract_id, amount, paid_on) VALUES (1, 1, 'infinity')"),
    (7, "ck_payments_created_at_range",
     "INSERT INTO payments (contract_id, amount, created_at) VALUES (1, 1, '3000-01-01')"),
    (7, "tg_contracts_unsign_with_payments", sign(3, False)),
    (8, "fk_clients_sales_contact_role", "UPDATE users SET role = 'SUPPORT' WHERE id = 3"),
    (8, "fk_events_support_contact_role", "UPDATE users SET role = 'MANAGEMENT' WHERE id = 5"),
    (8, "ck_users_password_cost",
     "UPDATE users SET hashed_password = replace(hashed_password, 'm=65536', 'm=19455')"),
    (8, "ck_users_password_cost",
     "UPDATE users SET hashed_password = replace(hashed_password, 't=3', 't=1')"),
    (8, "ck_users_role", "UPDATE users SET role = 'OWNER' WHERE id = 1"),
    (9, "tg_users_keep_a_manager", "UPDATE users SET is_active = false WHERE id IN (1, 2)"),
    (9, "tg_users_keep_a_manager", "UPDATE users SET role = 'SALES' WHERE id IN (1, 2)"),
    (9, "tg_users_keep_a_manager", "DELETE FROM users WHERE id IN (1, 2)"),
    (10, "fk_clients_sales_contact_id_users", "DELETE FROM users WHERE id = 3"),
    (10, "fk_events_support_contact_id_users", "DELETE FROM users WHERE id = 5"),
    (10, "fk_contracts_client_id_clients", "DELETE FROM clients WHERE id = 1"),
    (10, "fk_contracts_client_id_clients", contract(client=99)),
    (10, "fk_payments_contract_id_contracts", "DELETE FROM contracts WHERE id = 3"),
    (10, "fk_events_contract_id_contracts", "DELETE FROM contracts WHERE id = 2"),
    (11, "tg_contracts_signed_client_is_frozen", "UPDATE contracts SET client_id = 2 WHERE id = 3"),
    (11, "tg_contracts_signed_total_is_frozen",
     "UPDATE contracts SET total_amount = 9000 WHERE id = 2"),
    (11, "ck_contracts_due_date_known", "UPDATE contracts SET due_date = NULL WHERE id = 2"),
    (11, "ck_contracts_due_date", "UPDATE contracts SET due_date = 'infinity' WHERE id = 1"),
    (20, "tg_payments_paid_in_future",
     "INSERT INTO payments (contract_id, amount, paid_on) VALUES (1, 1, '2999-01-01')"),
    (11, "tg_contracts_signed_in_future",
     "UPDATE contracts SET signed_status = true, signed_at = '2999-01-01', due_date = '2031-1-1'"),
    (11, "fk_contracts_signed_by_id_users", "UPDATE contracts SET signed_by_id = 99 WHERE id = 2"),
    (12, "ex_events_support_overlap",
     event(support="5", start="2030-06-04 23:59:59.999999", end="2030-06-07")),
    (12, "ex_events_support_overlap",
     event(support="5", start="2030-06-01", end="2030-06-04 11:00:00.000001")),
    (12, "ex_events_support_overlap", event(support="5", start="2030-06-01", end="2030-07-01")),
    (12, "ex_events_support_overlap",
     event(support="5", start="2030-06-04 12:00", end="2030-06-04 12:01")),
    (10, "fk_log_entries_client_id_clients", entry_of(client="99")),
    (10, "fk_log_entries_contract_id_contracts", entry_of(contract="99")),
    (10, "fk_log_entries_event_id_events", entry_of(event="99")),
    (10, "fk_log_entries_created_by_id_users",
     "INSERT INTO log_entries (client_id, text, created_by_id) VALUES (1, 'N', 99)"),
    (16, "ck_log_entries_kind", entry_of(kind="TELEX")),
    (16, "ck_log_entries_text", entry_of(text=" ")),
    (16, "ck_log_entries_said_on", entry_of(said_on="1899-12-31")),
    (16, "ck_log_entries_created_at_range",
     "INSERT INTO log_entries (client_id, text, created_at) VALUES (1, 'N', '3000-01-01')"),
    (16, "tg_log_entries_in_future", entry_of(said_on="2999-01-01")),
    (16, "tg_log_entries_of_client", entry_of(contract="5")),
    (16, "tg_log_entries_of_client", entry_of(event="3")),
    (16, "tg_log_entries_are_final", entry_of() + "; UPDATE log_entries SET text = 'M'"),
    (16, "tg_log_entries_stay", entry_of() + "; DELETE FROM log_entries"),
    (22, "ck_clients_reachable", "UPDATE clients SET phone = '', email = '' WHERE id = 1"),
    (22, "ck_clients_email_reserved", "UPDATE clients SET email = 'a@b.invalid' WHERE id = 1"),
    (22, "ck_clients_email_reserved",
     "UPDATE clients SET email = '~2@unknown.invalid' WHERE id = 1"),
    (22, "ck_clients_email_reserved",
     "UPDATE clients SET email = 'erased-1@erased.invalid' WHERE id = 1"),
    (10, "fk_tasks_assignee_id_users", task(assignee="99")),
    (10, "fk_tasks_client_id_clients", task(client="99")),
    (10, "fk_tasks_contract_id_contracts", task(contract="99")),
    (10, "fk_tasks_event_id_events", task(event="99")),
    (10, "fk_tasks_created_by_id_users", task() + "; UPDATE tasks SET created_by_id = 99"),
    (10, "fk_tasks_done_by_id_users", task() + "; UPDATE tasks SET done_by_id = 99"),
    (10, "tg_tasks_active_contact",
     "UPDATE users SET is_active = false WHERE id = 3; " + task(assignee="3")),
    (16, "ck_tasks_text", task(text=" ")),
    (16, "ck_tasks_due_date", task(due_date="1899-12-31")),
    (16, "ck_tasks_client_known", task(client="NULL", contract="1")),
    (16, "ck_tasks_done_at", task() + "; UPDATE tasks SET done_at = '1899-12-31'"),
    (16, "ck_tasks_created_at_range", task() + "; UPDATE tasks SET created_at = '3000-01-01'"),
    (16, "tg_tasks_done_in_future", task() + "; UPDATE tasks SET done_at = '2999-01-01'"),
    (16, "tg_tasks_of_client", task(contract="5")),
    (16, "tg_tasks_of_client", task() + "; UPDATE tasks SET event_id = 3"),
    (16, "fk_audit_entries_transaction_id", entry(transaction="99999")),
    (16, "ck_audit_entries_action", entry(action="SELECT")),
    (16, "uq_audit_transactions_xid_at", WRITTEN_AGAIN),
    (16, "uq_audit_transactions_undoes", UNDONE_TWICE),
    (16, "fk_audit_transactions_undoes", UNDOES_NOTHING),
    (16, "ck_audit_transactions_undoes", "UPDATE audit_transactions SET undoes = id"),
    (17, "ck_contracts_closed", "UPDATE contracts SET closed_at = utc_now() WHERE id = 1"),
    (17, "ck_contracts_closed_reason",
     "UPDATE contracts SET closed_reason = 'rain' WHERE id = 1"),
    (17, "ck_contracts_closed_note", r"UPDATE contracts SET closed_note = E'\x07' WHERE id = 1"),
    (17, "ck_contracts_lost", f"{payment('5', contract=1)}; {LOSE}"),
    (17, "tg_contracts_closed", f"{LOSE}; UPDATE contracts SET total_amount = 5 WHERE id = 1"),
    (17, "tg_payments_closed_contract", f"{CANCEL.format(3)}; {payment('1', contract=3)}"),
    (17, "tg_events_closed_contract", f"{CANCEL.format(3)}; {event(contract=3)}"),
    (17, "tg_events_closed_contract",
     f"{CANCEL_EVENTS}; {CANCEL.format(2)}; {REVIVE}"),
    (17, "ck_events_cancelled", "UPDATE events SET cancelled_at = now() WHERE id = 1"),
    (17, "ck_events_cancelled_reason",
     r"UPDATE events SET cancelled_reason = E'\x07' WHERE id = 1"),
    (12, "ex_events_support_overlap",
     f"{CANCEL_EVENTS}; {event(support='5', start='2030-06-01', end='2030-07-01')}; {REVIVE}"),
    (17, "tg_contracts_refunded", f"{CANCEL.format(3)}; {REFUND.format(3, 5)}; {REOPEN}"),
    (18, "ck_contracts_kept_amount", CANCEL.format(3).replace("= 0", "= 2000.01")),
    (18, "ck_contracts_received", f"{ADJUST.format(1, 500)}; {REFUND.format(1, 1)}"),
    (16, "ck_sessions_secret_hash", sessions(("'too short'", -1))),
    (16, "uq_sessions_secret_hash", sessions(("sha256('a')", -1), ("sha256('a')", -2))),
    (16, "uq_sessions_attempt_id", sessions(("sha256('a')", -1), ("sha256('b')", -1))),
    (16, "fk_session_uses_session_id_sessions",
     "INSERT INTO session_uses (session_id, last_used_at) VALUES (99999, '2026-01-01')"),
    (16, "ck_security_policy_one_row",
     "INSERT INTO security_policy (is_only_row) VALUES (false)"),
)  # fmt: skip

ALLOWED = (
    (1, client(contact=4)),
    (2, event(support="6")),
    (3, event(contract=4, client=2)),
    (3, sign(1, True)),
    (4, event(end="2031-01-01 00:00:00.000001")),
    (4, event(end="2999-12-31")),
    (5, contract(due="0")),
    (5, contract(total="9999999999999.99", due="9999999999999.99")),
    (5, "UPDATE contracts SET total_amount = 1 WHERE id = 1"),
    (7, payment("1000")),
    (7, payment("1", contract=5)),
    (7, reversal("-2000")),
    (8, "UPDATE users SET role = 'SALES' WHERE id = 2"),
    (9, "UPDATE users SET is_active = false WHERE id = 2"),
    (9, "DELETE FROM users WHERE id = 1"),
    (10, "UPDATE users SET is_active = false WHERE id IN (3, 4, 5, 6)"),
    (11, "UPDATE contracts SET client_id = 2, total_amount = 1 WHERE id = 1"),
    (11, "UPDATE contracts SET due_date = '2020-01-01' WHERE id = 2"),
    (11, "UPDATE contracts SET signed_status = true, signed_at = '2020-01-01' WHERE id = 1"),
    (12, event(support="5", start="2030-06-05", end="2030-06-06")),
    (12, event(support="5", start="2030-06-04 10:59:59.999999", end="2030-06-04 11:00")),
    (12, event(support="6", start="2030-06-01", end="2030-07-01")),
    (12, event(start="2030-06-01", end="2030-07-01")),
    (22, "UPDATE clients SET email = '', company_name = ''"),
    (22, "UPDATE clients SET phone = '', company_name = ''"),
    (22, client().replace("n@n.fr", "")),
    (16, entry()),
    (16, sessions(("sha256('a')", -1), ("sha256('b')", -2))),
)

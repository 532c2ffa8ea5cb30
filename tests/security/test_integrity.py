"""Rules 1 to 12 as the database holds them, statement by statement, for whoever writes SQL.

The statements run as the owner, whom no policy binds: these rules bind everybody.
"""

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.raw import attempt, refusal
from support.statements import ALLOWED, REFUSED, client, contract, event, payment, reversal, sign


@pytest.mark.parametrize(("rule", "constraint", "statement"), REFUSED)
def test_rule_is_refused_by_its_constraint(
    sql: Cursor, rule: int, constraint: str, statement: str
) -> None:
    assert refusal(sql, statement)[1] == constraint


# Held by a second constraint as well, which then refuses it.
HELD_TWICE = {
    "fk_clients_sales_contact_id_users", "fk_contracts_sales_contact_id_users",
    "fk_events_support_contact_id_users", "fk_events_contract_id_contracts",
    "fk_events_client_id_clients",
    "tg_contracts_closed", "tg_contracts_refunded",
    "tg_contracts_unsign_with_payments", "ck_payments_kind", "ck_payments_sign",
}  # fmt: skip


@pytest.mark.parametrize("constraint", sorted({name for _rule, name, _statement in REFUSED}))
def test_without_the_constraint_nothing_refuses_it(sql: Cursor, constraint: str) -> None:
    drop(sql, constraint)
    outcomes = [attempt(sql, statement) for _rule, name, statement in REFUSED if name == constraint]
    names = {o.diag.constraint_name for o in outcomes if isinstance(o, psycopg2.Error)}
    assert constraint not in names
    assert any(isinstance(o, int) for o in outcomes) is (constraint not in HELD_TWICE)


def drop(sql: Cursor, constraint: str) -> None:
    """Drop a constraint, or the triggers that raise it."""
    trigger = {
        "tg_log_entries_in_future": "tg_log_entries_guard",
        "tg_tasks_done_in_future": "tg_tasks_guard",
    }.get(constraint, constraint)
    if constraint.startswith("tg_contracts"):
        trigger = "tg_contracts_write"
    elif constraint == "tg_payments_paid_in_future":
        trigger = "tg_payments_guard"
    elif constraint == "tg_payments_closed_contract":
        trigger = "tg_payments_move_balance"
    sql.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', conrelid::regclass, conname)"
        " FROM pg_constraint WHERE conname = %(name)s UNION ALL"
        " SELECT format('DROP TRIGGER %%I ON %%s', tgname, tgrelid::regclass)"
        " FROM pg_trigger WHERE starts_with(tgname, %(trigger)s)",
        {"name": constraint, "trigger": trigger},
    )
    for (statement,) in sql.fetchall():
        sql.execute(statement)


@pytest.mark.parametrize(("rule", "statement"), ALLOWED)
def test_what_a_rule_allows_is_accepted(sql: Cursor, rule: int, statement: str) -> None:
    outcome = attempt(sql, statement)
    assert isinstance(outcome, int), outcome
    assert outcome > 0


# What takes a reason, and what would be wrong without a first step.
STEPS = {
    "10: nothing is assigned to the inactive": (
        ["UPDATE users SET is_active = false WHERE id IN (4, 6)"],
        {
            client(contact=4): "tg_clients_active_contact",
            contract(client=3, contact=4): "tg_contracts_active_contact",
            event(support="6"): "tg_events_active_contact",
            "UPDATE clients SET sales_contact_id = 4 WHERE id = 1": "tg_clients_active_contact",
            "UPDATE contracts SET sales_contact_id = 4": "tg_contracts_active_contact",
            "UPDATE events SET support_contact_id = 6 WHERE id = 2": "tg_events_active_contact",
            "UPDATE clients SET phone = '+33612345670'": None,
            "UPDATE events SET name = 'N'": None,
        },
    ),
    "8: contracts that are settled hold the role too": (
        ["UPDATE clients SET sales_contact_id = 4"],
        {"UPDATE users SET role = 'SUPPORT' WHERE id = 3": "fk_contracts_sales_contact_role"},
    ),
    "11: a signed contract is amended with a reason": (
        ["SELECT set_config('epicevents.reason', 'more guests', true)"],
        {
            "UPDATE contracts SET total_amount = 5000 WHERE id = 2": None,
            "UPDATE contracts SET total_amount = 1 WHERE id = 3": "ck_contracts_amount_due",
            "UPDATE contracts SET client_id = 2 WHERE id = 3":
                "tg_contracts_signed_client_is_frozen",
        },
    ),
    "5: a total is not less than what is paid": (
        [payment("900")],
        {
            "UPDATE contracts SET total_amount = 899.99 WHERE id = 1": "ck_contracts_amount_due",
            "UPDATE contracts SET total_amount = 900 WHERE id = 1": None,
        },
    ),
    "5: a signature has its moment, whoever forgets to write it": (
        ["DROP TRIGGER tg_contracts_write ON contracts"],
        {
            sign(1, True): "ck_contracts_due_date_known",
            "UPDATE contracts SET signed_status = true, due_date = '2030-01-01' WHERE id = 1":
                "ck_contracts_signed_at",
        },
    ),
    "7: a payment is reversed once": (
        [reversal("-2000")],
        {reversal("-2000"): "uq_payments_reverses_id"},
    ),
    "7: a key is one payment of a contract": (
        ["INSERT INTO payments (contract_id, amount, request_key) VALUES (2, 1, 'k')"],
        {
            "INSERT INTO payments (contract_id, amount, request_key) VALUES (2, 1, 'k')":
                "uq_payments_contract_id_request_key",
            "INSERT INTO payments (contract_id, amount, request_key) VALUES (5, 1, 'k')": None,
        },
    ),
    "7: a deposit may come before the signature, which then stays": (
        [payment("10"), sign(1, True)],
        {sign(1, False): "tg_contracts_unsign_with_payments"},
    ),
    "12: an overlap may be allowed": (
        [],
        {
            event(support="5", start="2030-06-04", end="2030-06-06").replace(
                "attendees)", "attendees, overlap_allowed)").replace("1)", "1, true)"): None,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("first", "then"), STEPS.values(), ids=STEPS)
def test_rule_after_a_first_step(
    sql: Cursor, first: list[str], then: dict[str, str | None]
) -> None:
    for statement in first:
        sql.execute(statement)
    for statement, constraint in then.items():
        outcome = attempt(sql, statement)
        name = outcome.diag.constraint_name if isinstance(outcome, psycopg2.Error) else None
        assert name == constraint, statement
        assert constraint or isinstance(outcome, int), outcome

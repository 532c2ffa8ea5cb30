from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import beside_others, refused, stored, value, wait_until_somebody_waits
from support.waiting import PATIENCE

from crm.database.transaction import Transaction
from crm.domain.errors import Conflict, NotFound, PermissionDenied, RuleViolation, UsageFault
from crm.domain.permissions import Permission
from crm.services import authentication, client, contract, event, payment, privacy, undo, user

Act = Callable[[Transaction], object]

WHY = "a mistake"
SECRET = "four words nobody guesses"
CLIENT: dict[str, Any] = {
    "full_name": "Zoé Zola", "email": "zoe@zola.example", "phone": "+33612345678",
    "company_name": "[red]100% {name}[/]",
}  # fmt: skip
PERSON = {"first_name": "N", "last_name": "N", "email": "n@n.example", "role": "SALES"}
EVENT: dict[str, Any] = {"name": "N", "client_contact": "N", "location": "N", "attendees": 1}
DATES: dict[str, Any] = {
    "start_date": datetime.fromisoformat("2031-01-01"),
    "end_date": datetime.fromisoformat("2031-01-02"),
}

# What moves with every write; when a contract was signed again; an opening payment written anew.
UNTOLD = ["version", "updated_at", "last_updated", "search_words"]
ANEW = ["signed_at", "due_date"]


def contents(owner: Connection, *, but: list[str] | None = None) -> dict[str, Any]:
    """Every record, without what moves with every write."""
    cursor = owner.cursor()
    found: dict[str, Any] = {}
    for table in ("users", "clients", "contracts", "events", "payments"):
        without = (
            UNTOLD + (but or []) + (["id", "created_at"] if but and table == "payments" else [])
        )
        cursor.execute(f"SELECT to_jsonb(t) - %s::text[] FROM {table} t ORDER BY id", (without,))
        found[table] = [record for (record,) in cursor.fetchall()]
    return found


@pytest.fixture
def do(company: Company, owner: Connection) -> Callable[[int, Act], int]:
    """Do something as somebody in one transaction, and return its number."""

    def run(who: int, act: Act) -> int:
        with company.database.as_user(who) as tx:
            act(tx)
        cursor = owner.cursor()
        cursor.execute("SELECT max(id) FROM audit_transactions")
        ((number,),) = cursor.fetchall()
        return int(number)

    return run


Do = Callable[[int, Act], int]


def taking_back(number: int, reason: str | None = WHY) -> Act:
    return lambda tx: undo.undo(tx, number, reason=reason)


# What MANAGEMENT does.
COMMANDS: dict[str, Act] = {
    "client create": lambda tx: client.create(tx, sales_contact_id=3, **CLIENT),
    "client update": lambda tx: client.update(tx, 1, {"phone": "+33611111111", "full_name": "É"}),
    "client transfer": lambda tx: client.transfer(tx, 1, 4),
    "contract create": lambda tx: contract.create(tx, client_id=1, total_amount="10"),
    "contract create, signed and paid on": lambda tx: contract.create(
        tx, client_id=1, total_amount="10", amount_due="4", signed_status=True
    ),
    "contract update": lambda tx: contract.update(tx, 1, {"total_amount": "900"}),
    "contract update of its client": lambda tx: contract.update(tx, 1, {"client_id": 3}),
    "contract update that signs": lambda tx: contract.update(
        tx, 1, {"total_amount": "900", "signed_status": True}
    ),
    "contract sign": lambda tx: contract.sign(tx, 1),
    "contract amend": lambda tx: contract.amend(tx, 3, "9000000000000.01", WHY),
    "contract delete": lambda tx: contract.delete(tx, 1),
    "event create": lambda tx: event.create(tx, contract_id=2, **DATES, **EVENT),
    "event update": lambda tx: event.update(tx, 1, {"notes": "[/]\n%", "attendees": 9, **DATES}),
    "event assign": lambda tx: event.assign(tx, 2, 5),
    "event unassign": lambda tx: event.unassign(tx, 1),
    "event delete": lambda tx: event.delete(tx, 1),
    "user update": lambda tx: user.update(tx, 3, {"last_name": "N", "phone": "+33611111111"}),
    "user deactivate": lambda tx: user.deactivate(tx, 2),
    "user update of the role": lambda tx: user.update(tx, 2, {"role": "SALES"}),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_undone_redone_and_undone_again(
    company: Company, owner: Connection, do: Do, command: str
) -> None:
    before = contents(owner)
    number = do(company.manager, COMMANDS[command])
    after = contents(owner, but=ANEW)
    assert contents(owner) != before
    undone = do(company.manager, taking_back(number))
    assert contents(owner) == before
    redone = do(company.manager, taking_back(undone))
    assert contents(owner, but=ANEW) == after
    do(company.manager, taking_back(redone))
    assert contents(owner) == before


def test_an_account_is_undone_but_not_redone(company: Company, owner: Connection, do: Do) -> None:
    before = contents(owner)
    number = do(company.manager, lambda tx: user.create(tx, password=SECRET, **PERSON))
    undone = do(company.manager2, taking_back(number))
    assert contents(owner) == before
    with refused(RuleViolation, "cannot_undo"):
        do(company.manager, taking_back(undone))


def test_signing_is_unsigning_and_unsigning_signing(
    company: Company, owner: Connection, do: Do
) -> None:
    signed = do(company.sales, lambda tx: contract.sign(tx, company.draft))
    with refused(PermissionDenied, "permission_denied"):
        do(company.sales, taking_back(signed))
    with refused(UsageFault, "reason_required"):
        do(company.manager, taking_back(signed, None))
    unsigned = do(company.manager, taking_back(signed))
    do(company.manager, taking_back(unsigned, None))
    assert stored(owner, "contracts", company.draft, "signed_status") is True


# The ledger only grows


def test_a_payment_is_reversed_and_paid_again(company: Company, owner: Connection, do: Do) -> None:
    paid = do(company.sales, lambda tx: payment.pay(tx, 2, amount="400", method="card"))
    with refused(PermissionDenied, "permission_denied"):
        do(company.sales, taking_back(paid))
    with refused(UsageFault, "reason_required"):
        do(company.manager, taking_back(paid, None))
    reversed_ = do(company.manager, taking_back(paid))
    assert stored(owner, "contracts", 2, "amount_due") == Decimal("2000.00")
    assert [entry["kind"] for entry in contents(owner)["payments"]][-2:] == ["PAYMENT", "REVERSAL"]
    again = do(company.manager, taking_back(reversed_, None))
    assert stored(owner, "contracts", 2, "amount_due") == Decimal("1600.00")
    assert contents(owner)["payments"][-1]["method"] == "card"
    do(company.manager, taking_back(again))
    assert stored(owner, "contracts", 2, "amount_due") == Decimal("2000.00")


def test_later_payments_do_not_keep_an_earlier_one(
    company: Company, owner: Connection, do: Do
) -> None:
    first = do(company.sales, lambda tx: payment.pay(tx, 2, amount="400"))
    do(company.sales, lambda tx: payment.pay(tx, 2, amount="100"))
    do(company.manager, taking_back(first))
    assert stored(owner, "contracts", 2, "amount_due") == Decimal("1900.00")


def test_a_payment_that_is_reversed_already_is_not_reversed_twice(
    company: Company, owner: Connection, do: Do
) -> None:
    paid = do(company.sales, lambda tx: payment.pay(tx, 2, amount="400"))
    entry = contents(owner)["payments"][-1]["id"]
    do(company.manager, lambda tx: payment.reverse(tx, 2, entry, WHY))
    with refused(RuleViolation, "already_reversed"):
        do(company.manager, taking_back(paid))


def test_an_adjustment_is_taken_back_by_another(
    company: Company, owner: Connection, do: Do
) -> None:
    number = do(company.manager, lambda tx: contract.adjust(tx, 3, Decimal(100), WHY))
    do(company.manager, lambda tx: payment.pay(tx, 3, amount="50"))
    do(company.manager, taking_back(number))
    assert stored(owner, "contracts", 3, "amount_due") == Decimal("950.00")


def test_an_adjustment_that_was_reversed_comes_back_as_an_adjustment(
    company: Company, owner: Connection, do: Do
) -> None:
    do(company.manager, lambda tx: contract.adjust(tx, 3, Decimal(100), WHY))
    entry = contents(owner)["payments"][-1]["id"]
    reversed_ = do(company.manager, lambda tx: payment.reverse(tx, 3, entry, WHY))
    assert stored(owner, "contracts", 3, "amount_due") == Decimal("1000.00")
    do(company.manager, taking_back(reversed_, None))
    assert stored(owner, "contracts", 3, "amount_due") == Decimal("100.00")
    assert stored(owner, "contracts", 3, "received") == Decimal("2000.00")
    assert contents(owner)["payments"][-1]["kind"] == "ADJUSTMENT"


def test_a_contract_with_later_payments_is_not_undone_though_they_were_reversed(
    company: Company, do: Do
) -> None:
    number = do(company.manager, lambda tx: contract.create(tx, client_id=1, total_amount="10"))
    paid = do(company.manager, lambda tx: payment.pay(tx, 6, amount="1"))
    with refused(RuleViolation, "changed_since") as error:
        do(company.manager, taking_back(number))
    assert error.value.details == {"transactions": [paid]}
    do(company.manager, taking_back(paid))
    with refused(RuleViolation, "changed_since") as error:
        do(company.manager, taking_back(number))
    assert error.value.details == {"records": ["payment 3", "payment 4"]}


# Whose, and what stands against it


def test_each_role_undoes_its_own_where_the_opposite_is_allowed(
    company: Company, owner: Connection, do: Do
) -> None:
    before = contents(owner)
    own = {
        company.sales: lambda tx: client.update(tx, 1, {"phone": "+33611111111"}),
        company.support: lambda tx: event.update(tx, 1, {"notes": "N"}),
        company.support2: lambda tx: user.update(tx, company.support2, {"phone": "+33611111111"}),
    }
    for who, act in own.items():
        number = do(who, act)
        for other in {company.sales, company.sales2, company.support, company.support2} - {who}:
            with refused(PermissionDenied, "permission_denied"):
                do(other, taking_back(number))
        do(who, taking_back(number, None))
    assert contents(owner) == before


def test_what_is_no_longer_one_s_own_is_not_undone(company: Company, do: Do) -> None:
    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    do(company.manager, lambda tx: client.transfer(tx, 1, company.sales2))
    with refused(PermissionDenied, "permission_denied"):
        do(company.sales, taking_back(number))


def test_who_may_not_delete_does_not_undo_a_creation(company: Company, do: Do) -> None:
    number = do(company.sales, lambda tx: client.create(tx, **CLIENT))
    with refused(PermissionDenied, "permission_denied") as error:
        do(company.sales, taking_back(number))
    assert error.value.details["permission"] == "client:delete"


def test_nobody_deactivates_themselves_by_undoing(company: Company, do: Do) -> None:
    do(company.manager, lambda tx: user.deactivate(tx, company.manager2))
    number = do(company.manager, lambda tx: user.reactivate(tx, company.manager2))
    with refused(PermissionDenied, "permission_denied") as error:
        do(company.manager2, taking_back(number))
    assert error.value.details["permission"] == "user:deactivate"
    do(company.manager, taking_back(number))


def test_what_was_changed_since_is_named(company: Company, owner: Connection, do: Do) -> None:
    first = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    do(company.sales, lambda tx: client.update(tx, 1, {"company_name": "Other"}))
    later = do(company.manager, lambda tx: client.update(tx, 1, {"phone": "+33622222222"}))
    with refused(RuleViolation, "changed_since") as error:
        do(company.sales, taking_back(first))
    assert f"{later} (test, Marie Martin)" in error.value.message
    assert f"epicevents undo {later}" in str(error.value.hint)
    # Once that is taken back, nothing depends on it any more; another field never did.
    do(company.manager, taking_back(later))
    do(company.sales, taking_back(first))
    assert stored(owner, "clients", 1, "phone") == "+33612345678"
    assert stored(owner, "clients", 1, "company_name") == "Other"


def test_what_later_records_name_is_kept(company: Company, do: Do) -> None:
    number = do(company.manager, lambda tx: client.create(tx, sales_contact_id=3, **CLIENT))
    do(company.manager, lambda tx: contract.create(tx, client_id=4, total_amount="10"))
    with refused(RuleViolation, "changed_since") as error:
        do(company.manager, taking_back(number))
    assert error.value.details == {"records": ["contract 6"]}


def test_a_signature_that_an_event_needs_is_kept(company: Company, do: Do) -> None:
    number = do(company.sales, lambda tx: contract.sign(tx, company.draft))
    do(company.sales, lambda tx: event.create(tx, contract_id=company.draft, **DATES, **EVENT))
    with refused(RuleViolation, "contract_has_events"):
        do(company.manager, taking_back(number))


def test_nothing_is_undone_twice(company: Company, do: Do) -> None:
    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    undone = do(company.sales, taking_back(number))
    with refused(RuleViolation, "already_undone") as error:
        do(company.sales, taking_back(number))
    assert str(undone) in error.value.message
    redone = do(company.sales, taking_back(undone))
    with refused(RuleViolation, "already_undone") as error:
        do(company.sales, taking_back(number))
    assert f"epicevents undo {redone}" in str(error.value.hint)


def test_a_password_is_not_taken_back(company: Company, do: Do) -> None:
    number = do(
        company.manager, lambda tx: authentication.reset_password(tx, company.sales, SECRET)
    )
    with refused(RuleViolation, "cannot_undo"):
        do(company.manager, taking_back(number))
    with company.database.as_user(company.manager) as tx, refused(NotFound, "not_found"):
        undo.find_latest(tx)


def test_what_never_was_is_not_found(company: Company, do: Do) -> None:
    for number in (0, 999, 2**63 - 1):
        with refused(NotFound, "not_found"):
            do(company.manager, taking_back(number))


def test_what_a_colleague_did_is_theirs_even_if_the_opposite_is_mine(
    company: Company, do: Do
) -> None:
    number = do(company.manager, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    with refused(PermissionDenied, "permission_denied") as error:
        do(company.sales, taking_back(number))
    assert error.value.details["permission"] == Permission.UNDO


def test_an_undo_that_is_refused_takes_nobody_s_rights(
    company: Company, owner: Connection, do: Do
) -> None:
    do(company.manager, lambda tx: user.deactivate(tx, company.manager2))
    number = do(company.manager, lambda tx: user.reactivate(tx, company.manager2))
    do(company.manager, taking_back(number))
    do(company.manager, lambda tx: user.reactivate(tx, company.manager2))
    with (
        refused(RuleViolation, "already_undone"),
        undo.suspend_for_undo(lambda: company.database.as_user(company.manager), number) as tx,
    ):
        undo.undo(tx, number)
    assert value(owner, "SELECT count(*) FROM suspensions") == 0


def test_who_was_quicker_is_named(company: Company, owner: Connection, do: Do) -> None:
    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))

    def take_back() -> None:
        with beside_others(company.database, company.sales) as tx:
            undo.undo(tx, number)

    with ThreadPoolExecutor(1) as pool:
        with company.database.as_user(company.manager) as tx:
            client.update(tx, 1, {"phone": "+33622222222"})
            tx.session.flush()
            undoing = pool.submit(take_back)
            wait_until_somebody_waits(owner)
        with refused(RuleViolation, "changed_since") as error:
            undoing.result(PATIENCE)
    assert "Marie Martin" in error.value.message


def test_what_changed_behind_the_history_s_back_is_not_overwritten(
    company: Company, owner: Connection, do: Do
) -> None:
    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    owner.cursor().execute(
        "RESET ROLE; SET session_replication_role = replica;"
        "UPDATE clients SET phone = '+33622222222' WHERE id = 1"
    )
    with refused(Conflict, "changed_since"):
        do(company.sales, taking_back(number))
    assert stored(owner, "clients", 1, "phone") == "+33622222222"


# The last command


def test_the_last_command_goes_first_and_one_after_the_other(
    company: Company, owner: Connection, do: Do
) -> None:
    do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    do(company.sales, lambda tx: client.update(tx, 2, {"phone": "+33611111111"}))
    do(company.manager, lambda tx: client.update(tx, 3, {"phone": "+33611111111"}))
    for kept in (["+33611111111", "+67812345678"], ["+33612345678", "+67812345678"]):
        do(company.sales, lambda tx: undo.undo(tx, undo.find_latest(tx)))
        assert [stored(owner, "clients", id_, "phone") for id_ in (1, 2)] == kept
    with company.database.as_user(company.sales) as tx, refused(NotFound, "not_found"):
        undo.find_latest(tx)
    with company.database.as_user(company.support) as tx, refused(NotFound, "not_found"):
        undo.find_latest(tx)


# A client that goes back


def test_contracts_follow_their_client_back(company: Company, owner: Connection, do: Do) -> None:
    number = do(company.manager, lambda tx: client.transfer(tx, 1, company.sales2))
    do(company.manager, lambda tx: payment.pay(tx, company.signed, amount="2000"))
    do(company.sales2, lambda tx: contract.create(tx, client_id=1, total_amount="10"))
    undone = do(company.manager, taking_back(number))
    # The one that moved along and was settled since, and the one that is new.
    assert [stored(owner, "contracts", id_, "sales_contact_id") for id_ in (2, 6)] == [3, 3]
    do(company.manager, taking_back(undone))
    assert [stored(owner, "contracts", id_, "sales_contact_id") for id_ in (2, 6)] == [4, 4]


# Thousands


@pytest.mark.proof
def test_thousands_are_undone_in_seconds_by_one_transaction(
    company: Company, owner: Connection, do: Do
) -> None:
    from time import perf_counter

    before = contents(owner)
    insert = (
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT 'N ' || n, n || '@n.example', '+33612345678', 'N', 3"
        " FROM generate_series(1, 10000) n"
    )
    created = do(company.manager, lambda tx: tx.execute(insert))
    changed = do(
        company.manager, lambda tx: tx.execute("UPDATE clients SET phone = '+33611111111'")
    )
    started = perf_counter()
    do(company.manager, taking_back(changed))
    undone = do(company.manager, taking_back(created))
    assert contents(owner) == before
    assert perf_counter() - started < 30
    with company.database.as_user(company.manager) as tx:
        counted = "SELECT count(*) FROM audit_list WHERE transaction_id = %s AND undoes = %s"
        assert tx.value(counted, (undone, created)) == 10_000


# Two at once


def test_an_edit_that_comes_in_between_is_not_lost(
    company: Company, owner: Connection, do: Do
) -> None:
    from threading import Thread

    from support.services import beside_others, wait_until_somebody_waits

    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    raised: list[BaseException] = []

    def take_back() -> None:
        try:
            with beside_others(company.database, company.manager) as tx:
                undo.undo(tx, number)
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=take_back)
    with beside_others(company.database, company.sales) as tx:
        client.update(tx, 1, {"phone": "+33622222222"})
        thread.start()
        wait_until_somebody_waits(owner)
    thread.join(20)
    (error,) = raised
    assert isinstance(error, RuleViolation)
    assert error.code == "changed_since"
    assert stored(owner, "clients", 1, "phone") == "+33622222222"


def test_a_change_of_another_field_and_the_undoing_both_land(
    company: Company, owner: Connection, do: Do
) -> None:
    from threading import Thread

    from support.services import beside_others, wait_until_somebody_waits

    number = do(company.sales, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))

    def take_back() -> None:
        with beside_others(company.database, company.manager) as tx:
            undo.undo(tx, number)

    thread = Thread(target=take_back)
    with beside_others(company.database, company.sales) as tx:
        client.update(tx, 1, {"company_name": "Other"})
        thread.start()
        wait_until_somebody_waits(owner)
    thread.join(20)
    assert stored(owner, "clients", 1, "phone") == "+33612345678"
    assert stored(owner, "clients", 1, "company_name") == "Other"


# What was erased for good


def test_what_was_erased_does_not_come_back(company: Company, owner: Connection, do: Do) -> None:
    updated = do(company.manager, lambda tx: client.update(tx, 1, {"phone": "+33611111111"}))
    deleted = do(company.manager, lambda tx: event.delete(tx, company.event))
    moved = do(company.manager, lambda tx: client.transfer(tx, 1, company.sales2))
    erased = do(company.manager, lambda tx: privacy.erase(tx, 1, WHY))
    before = contents(owner)
    for number in (updated, deleted, erased):
        with refused(RuleViolation, "cannot_undo"):
            do(company.manager, taking_back(number))
    assert contents(owner) == before
    # What says nothing of the person still may.
    do(company.manager, taking_back(moved))
    assert stored(owner, "clients", 1, "sales_contact_id") == company.sales

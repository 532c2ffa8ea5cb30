"""The cells of :mod:`support.matrix` through the services, and what contracts' states add to them.

``ACTIONS`` holds one call for each permission that a service grants; ``ELSEWHERE`` says where the
others are decided.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm.domain.enums import LossReason
from crm.domain.errors import PermissionDenied
from crm.domain.permissions import Permission as P  # noqa: N817
from crm.services import (
    audit,
    authentication,
    client,
    contract,
    contract_ending,
    event,
    imports,
    log,
    payment,
    portfolio,
    privacy,
    task,
    undo,
    user,
)
from crm.services.client_import import PLAN

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

Records = Mapping[str, int]

REASON = "as agreed"
PASSWORD = "four words nobody guesses"
PERSON = {"first_name": "N", "last_name": "N", "email": "n@n.example", "role": "SALES"}
CLIENT = {"full_name": "N", "email": "n@n.fr", "phone": "+33612345678", "company_name": "N"}
EVENT: dict[str, Any] = {"name": "N", "client_contact": "N", "location": "N", "attendees": 1}
DUE = date.fromisoformat("2031-01-01")
DATES: dict[str, Any] = {
    "start_date": datetime.fromisoformat("2031-01-01"),
    "end_date": datetime.fromisoformat("2031-01-02"),
}

ACTIONS: dict[P, Callable[["Transaction", Records], object]] = {
    P.USER_CREATE: lambda tx, r: user.create(tx, password=PASSWORD, **PERSON),
    P.USER_UPDATE: lambda tx, r: user.update(tx, r["user"], {"last_name": "N"}),
    P.USER_DEACTIVATE: lambda tx, r: user.deactivate(tx, r["user"]),
    P.USER_REACTIVATE: lambda tx, r: user.reactivate(tx, r["user"]),
    P.USER_DELETE: lambda tx, r: user.delete(tx, r["user"]),
    P.USER_RESET_PASSWORD: lambda tx, r: authentication.reset_password(tx, r["user"], PASSWORD),
    P.USER_CHANGE_ROLE: lambda tx, r: user.update(
        tx, r["user"], {"role": "SALES" if r["user"] == 1 else "MANAGEMENT"}
    ),
    P.USER_TRANSFER: lambda tx, r: portfolio.transfer_all(tx, r["sales_contact"], 7),
    P.OWN_PHONE: lambda tx, r: user.update(tx, r["user"], {"phone": "+33600000000"}),
    P.CLIENT_CREATE: lambda tx, r: client.create(tx, sales_contact_id=r["sales_contact"], **CLIENT),
    P.CLIENT_UPDATE: lambda tx, r: client.update(tx, r["client"], {"full_name": "N"}),
    P.CLIENT_TRANSFER: lambda tx, r: client.transfer(tx, r["client"], 7),
    P.CLIENT_DELETE: lambda tx, r: client.delete(tx, r["empty_client"]),
    P.CLIENT_IMPORT: lambda tx, r: imports.begin_import(tx, PLAN, r["sales_contact"]),
    P.CLIENT_LOG: lambda tx, r: log.log(tx, r["client"], "N"),
    P.CLIENT_ERASE: lambda tx, r: privacy.erase(tx, r["client"], REASON),
    P.CONTRACT_CREATE: lambda tx, r: contract.create(
        tx, client_id=r["client"], total_amount="10", amount_due="4", signed_status=True
    ),
    P.CONTRACT_UPDATE: lambda tx, r: contract.update(tx, r["draft"], {"total_amount": "900"}),
    P.CONTRACT_SIGN: lambda tx, r: contract.sign(tx, r["draft"]),
    P.CONTRACT_PAY: lambda tx, r: payment.pay(tx, r["signed"], amount="10"),
    P.CONTRACT_UNSIGN: lambda tx, r: contract.unsign(tx, r["unused"], REASON),
    P.CONTRACT_AMEND: lambda tx, r: contract.amend(tx, r["signed"], "9000", REASON),
    P.CONTRACT_REVERSE_PAYMENT: lambda tx, r: payment.reverse(tx, r["paid"], r["payment"], REASON),
    P.CONTRACT_ADJUST: lambda tx, r: contract.adjust(tx, r["paid"], Decimal(100), REASON),
    P.CONTRACT_LOSE: lambda tx, r: contract_ending.lose(tx, r["draft"], LossReason.PRICE),
    P.CONTRACT_REOPEN: lambda tx, r: contract_ending.reopen(tx, r["draft"]),
    P.CONTRACT_CANCEL: lambda tx, r: contract_ending.cancel(tx, r["unused"], REASON, "0"),
    P.CONTRACT_REFUND: lambda tx, r: payment.refund(tx, r["paid"], REASON, amount="10"),
    P.CONTRACT_DELETE: lambda tx, r: contract.delete(tx, r["draft"]),
    P.EVENT_CREATE: lambda tx, r: event.create(tx, contract_id=r["signed"], **DATES, **EVENT),
    P.EVENT_UPDATE: lambda tx, r: event.update(tx, r["event"], {**DATES, "name": "N"}),
    P.EVENT_CANCEL: lambda tx, r: event.cancel(tx, r["event"], REASON),
    P.EVENT_ASSIGN: lambda tx, r: event.assign(tx, r["event"], r["support_contact"]),
    P.EVENT_DELETE: lambda tx, r: event.delete(tx, r["event"]),
    P.TASK_CREATE: lambda tx, r: task.create(
        tx, text="N", due_date=DUE, assignee_id=r["sales_contact"], client_id=r["client"]
    ),
    P.TASK_UPDATE: lambda tx, r: task.update(tx, r["task"], {"text": "M", "assignee_id": 6}),
    P.TASK_DELETE: lambda tx, r: task.delete(tx, r["task"]),
    P.SESSION_LIST: lambda tx, r: audit.authorize_sessions(tx, r["user"]),
    P.SESSION_REVOKE: lambda tx, r: audit.revoke_all(tx, r["user"]),
    P.HISTORY_READ: lambda tx, r: audit.find_history(tx, "client", r["client"]),
    P.DENIED_LIST: lambda tx, r: audit.authorize_denied(tx),
    P.UNDO: lambda tx, r: undo.undo(tx, r["transaction"]),
}

# Other ways to the same: what each is allowed to, they are.
ALSO: tuple[tuple[P, Callable[["Transaction", Records], object]], ...] = (
    (P.CLIENT_PRIVACY_EXPORT, lambda tx, r: privacy.find_held(tx, r["client"])),
    (P.CONTRACT_UPDATE, lambda tx, r: contract.update(tx, r["signed"], {"due_date": DUE})),
    (P.CONTRACT_PAY, lambda tx, r: payment.pay(tx, r["signed"], amount="1", request_key="K")),
    (P.EVENT_UPDATE, lambda tx, r: event.note(tx, r["event"], "N")),
    (P.TASK_UPDATE, lambda tx, r: task.complete(tx, r["task"])),
    (P.TASK_UPDATE, lambda tx, r: task.move(tx, r["task"], DUE)),
    (P.EVENT_ASSIGN, lambda tx, r: event.unassign(tx, r["event"])),
    (P.HISTORY_READ, lambda tx, r: audit.authorize_entries(tx)),
)

ELSEWHERE = {
    P.OWN_PASSWORD: "takes a login just now: test_passwords, test_authentication",
    P.CLIENT_PRIVACY_EXPORT: "reads what everybody may read, together: test_privacy",
    P.BULK_EXPORT: "everybody's who is logged in: the gated views",
}


def by_services(
    tx: "Transaction",
    permission: P,
    records: Records,
    act: Callable[["Transaction", Records], object] | None = None,
) -> bool:
    """Try a cell in somebody's transaction, by its action or another; whether it was allowed."""
    try:
        (act or ACTIONS[permission])(tx, records)
    except PermissionDenied:
        return False
    return True


# What a contract's state adds: ids by state, of one's own client and of another's.
DRAFT, SIGNED, WITH_EVENT, PARTLY_PAID, PAID = "draft", "signed", "with event", "partly", "paid"
EVERY_STATE = frozenset({DRAFT, SIGNED, WITH_EVENT, PARTLY_PAID, PAID})
STATES_SETUP = """
    INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status)
    VALUES (3, 4, 900, 0, true), (3, 4, 900, 900, true);
    INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
        location, attendees)
    VALUES ('Other', 10, 3, 'N', '2032-01-01', '2032-01-02', 'N', 1);
"""
OF_OWN = {DRAFT: 1, SIGNED: 7, WITH_EVENT: 2, PARTLY_PAID: 3, PAID: 4}
OF_OTHER = {DRAFT: 6, SIGNED: 8, WITH_EVENT: 10, PARTLY_PAID: 5, PAID: 9}

# On a draft these are no more than an ordinary update.
NOTHING_TO_DO = {(P.CONTRACT_UNSIGN, DRAFT), (P.CONTRACT_AMEND, DRAFT)}

# permission: in which states it is done, as raw SQL, and by the service; refused in all others.
STATES: dict[P, tuple[frozenset[str], str, Callable[["Transaction", int], Any]]] = {
    P.CONTRACT_UPDATE: (
        frozenset({DRAFT}),
        # As the program's command, which gives no reason.
        "UPDATE contracts SET client_id = {client} WHERE id = {id}",
        lambda tx, id_: contract.update(tx, id_, {"client_id": other_client(tx, id_)}),
    ),
    P.CONTRACT_SIGN: (
        EVERY_STATE,
        "UPDATE contracts SET signed_status = true WHERE id = {id}",
        contract.sign,
    ),
    P.CONTRACT_PAY: (
        EVERY_STATE - {PAID},
        "INSERT INTO payments (contract_id, amount) VALUES ({id}, 1)",
        lambda tx, id_: payment.pay(tx, id_, amount="1"),
    ),
    P.CONTRACT_UNSIGN: (
        frozenset({SIGNED}),
        "UPDATE contracts SET signed_status = false WHERE id = {id}",
        lambda tx, id_: contract.unsign(tx, id_, REASON),
    ),
    P.CONTRACT_AMEND: (
        EVERY_STATE,
        "UPDATE contracts SET total_amount = total_amount + 1 WHERE id = {id}",
        lambda tx, id_: contract.amend(tx, id_, plus(tx, id_, "total_amount", 1), REASON),
    ),
    P.CONTRACT_ADJUST: (
        EVERY_STATE - {DRAFT, SIGNED, WITH_EVENT},
        # One cent more is due, which only what is paid leaves room for.
        (
            "INSERT INTO payments (contract_id, amount, kind, reason)"
            " VALUES ({id}, -0.01, 'ADJUSTMENT', 'by hand')"
        ),
        lambda tx, id_: contract.adjust(
            tx, id_, plus(tx, id_, "amount_due", Decimal("0.01")), REASON
        ),
    ),
    P.CONTRACT_REFUND: (
        frozenset({PARTLY_PAID, PAID}),
        (
            "INSERT INTO payments (contract_id, amount, kind, reason)"
            " VALUES ({id}, -0.01, 'REFUND', 'late')"
        ),
        lambda tx, id_: payment.refund(tx, id_, REASON, amount="0.01"),
    ),
    P.CONTRACT_DELETE: (
        frozenset({DRAFT}),
        "SELECT 1 / delete_record('contracts', {id})::integer",
        contract.delete,
    ),
    P.EVENT_CREATE: (
        EVERY_STATE - {DRAFT},
        (
            "INSERT INTO events (name, contract_id, client_id, client_contact, start_date,"
            " end_date, location, attendees)"
            " VALUES ('N', {id}, {its_client}, 'N', '2031-01-01', '2031-01-02', 'N', 1)"
        ),
        lambda tx, id_: event.create(tx, contract_id=id_, **DATES, **EVENT),
    ),
}


def plus(tx: "Transaction", contract_id: int, column: str, more: Decimal | int) -> Decimal:
    """An amount of a contract, and ``more``."""
    amount: Decimal = tx.value(f"SELECT {column} FROM contracts WHERE id = %s", (contract_id,))
    return amount + more


def other_client(tx: "Transaction", contract_id: int) -> int:
    """A second client of the contact whose contract it is."""
    return {1: 2, 2: 1, 3: 5}[
        int(tx.value("SELECT client_id FROM contracts WHERE id = %s", (contract_id,)))
    ]

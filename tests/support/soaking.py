"""What a soak does thousands of times: somebody, on something, whether they may or not."""

# ruff: noqa: S311  dice that need no secrecy

import random
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from support.database import Database

from crm.database.transaction import Transaction, connect, transaction
from crm.domain.errors import CRMError, NotLoggedIn
from crm.services import (
    audit,
    client,
    contract,
    event,
    imports,
    payment,
    portfolio,
    privacy,
    undo,
    user,
)
from crm.services.client_import import PLAN

REASON = "as agreed"


class Somebody:
    """One worker: a connection, sessions of whoever it acts for, and dice of its own."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.dice = random.Random(seed)
        self.number = seed
        self.secrets: dict[int, str] = {}
        self.connection = connect(database.app)
        self.owner = database.owner()
        self.outcomes: Counter[str] = Counter()
        self.did: Counter[str] = Counter()
        self.surprises: list[str] = []

    def work(self) -> None:
        """Do one thing, as somebody; count what came of it."""
        name = self.dice.choice(list(OPERATIONS))
        who = self.somebody()
        secret = self.secrets.get(who) or self._log_in(who)
        try:
            with transaction(self.connection, secret, command=name) as tx:
                OPERATIONS[name](self, tx)
        except NotLoggedIn as error:
            self.secrets.pop(who, None)
            self.outcomes[error.code] += 1
        except CRMError as error:
            self.outcomes[error.code] += 1
        except Exception:  # anything else is what this looks for
            self.outcomes["SURPRISE"] += 1
            self.surprises.append(f"{name}: {traceback.format_exc(limit=-3)}")
        else:
            self.outcomes["done"] += 1
            self.did[name] += 1
        if self.connection.closed:
            self.connection = connect(self.database.app)

    def somebody(self) -> int:
        """Anybody, but mostly one who may do something: a manager, or active at least."""
        return self.person(
            self.dice.choice(("role = 'MANAGEMENT' AND is_active", "is_active", "true"))
        )

    def person(self, wanted: str) -> int:
        """One of those who are ``wanted``, where there is any."""
        with self.owner.cursor() as cursor:
            cursor.execute(f"SELECT id FROM users WHERE {wanted} ORDER BY random() LIMIT 1")
            found = cursor.fetchone()
        return found[0] if found else 1

    def one(self, table: str) -> int:
        """A record of a table, which may be gone when it is used."""
        with self.owner.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} ORDER BY random() LIMIT 1")
            found = cursor.fetchone()
        return found[0] if found else 1

    def day(self) -> datetime:
        """A moment at which there may be another event."""
        return datetime.fromisoformat("2031-01-01") + timedelta(hours=self.dice.randrange(300))

    def money(self) -> str:
        """An amount, often too much."""
        return f"{self.dice.choice((1, 10, 100, 1000, 5000))}.{self.dice.randrange(100):02}"

    def _log_in(self, who: int) -> str:
        # Sessions of tests are numbered by counting them, which several do at once here.
        while True:
            with suppress(Exception):
                self.secrets[who] = self.database.session_of(who)
                return self.secrets[who]
            time.sleep(self.dice.random() / 20)


def _new_client(me: Somebody, tx: Transaction) -> object:
    values = {"full_name": f"N {me.number}", "company_name": "N", "phone": "+33612345678"}
    email = f"n{me.dice.randrange(10**6)}@soak.example"
    contact = None if tx.actor.role == "SALES" else me.one("users")
    return client.create(tx, sales_contact_id=contact, email=email, **values)


def _new_event(me: Somebody, tx: Transaction) -> object:
    start = me.day()
    return event.create(
        tx,
        contract_id=me.one("contracts"),
        start_date=start,
        end_date=start + timedelta(hours=me.dice.randrange(1, 30)),
        name="N", client_contact="N", location="N", attendees=3,
    )  # fmt: skip


def _move_event(me: Somebody, tx: Transaction) -> object:
    start = me.day()
    dates = {"start_date": start, "end_date": start + timedelta(hours=me.dice.randrange(1, 30))}
    return event.update(tx, me.one("events"), dates)


def _assign(me: Somebody, tx: Transaction) -> object:
    override = "two teams" if me.dice.random() < 0.1 else None
    person = me.person(me.dice.choice(("role = 'SUPPORT' AND is_active", "true")))
    return event.assign(tx, me.one("events"), person, override=override)


def _reverse(me: Somebody, tx: Transaction) -> object:
    entry = me.one("payments")
    found = tx.value("SELECT contract_id FROM payments WHERE id = %s", (entry,))
    return payment.reverse(tx, found or 1, entry, REASON)


def _pay_with_key(me: Somebody, tx: Transaction) -> object:
    key = f"k{me.dice.randrange(50)}"
    return payment.pay(tx, me.one("contracts"), amount="1.00", request_key=key)


def _change_role(me: Somebody, tx: Transaction) -> object:
    role = me.dice.choice(("SALES", "SUPPORT", "MANAGEMENT"))
    return user.update(tx, me.one("users"), {"role": role})


def _transfer(me: Somebody, tx: Transaction) -> object:
    role = me.dice.choice(("SALES", "SUPPORT"))
    giver, taker = me.person(f"role = '{role}'"), me.person(f"role = '{role}' AND is_active")
    settled = me.dice.random() < 0.5
    override = "two teams" if me.dice.random() < 0.2 else None
    return portfolio.transfer_all(tx, giver, taker, include_settled=settled, override=override)


def _undo(me: Somebody, tx: Transaction) -> object:
    """Take back one's own last command, or, as often, one of the last hundred of anybody."""
    if me.dice.random() < 0.5:
        return undo.undo(tx, undo.find_latest(tx), reason=REASON)
    number = me.one("(SELECT id FROM audit_transactions ORDER BY id DESC LIMIT 100) latest")
    return undo.undo(tx, number, reason=REASON)


def _import(me: Somebody, tx: Transaction) -> object:
    contact = tx.actor.id if tx.actor.role == "SALES" else me.one("users")
    imports.begin_import(tx, PLAN, contact)
    rows = [
        (line, None, None, f"N {me.number}", f"n{me.dice.randrange(10**3)}@soak.example",
         "+33612345678", "N")
        for line in range(5)
    ]  # fmt: skip
    imports.copy_rows_in(tx, PLAN, ("full_name", "email", "phone", "company_name"), rows)
    duplicate = me.dice.choice(("fail", "skip", "update"))
    parameters = {"contact": contact, "on_duplicate": duplicate}
    return imports.finish_import(tx, PLAN, parameters, partial=me.dice.random() < 0.5)


def _erase(me: Somebody, tx: Transaction) -> object:
    """Forget somebody, as seldom as people ask for it; else tell them what is held."""
    if me.dice.random() < 0.3:
        return privacy.erase(tx, me.one("clients"), REASON)
    return privacy.find_held(tx, me.one("clients"))


# Those that people do often stand more than once, under other names.
OPERATIONS: dict[str, Callable[[Somebody, Transaction], Any]] = {
    "client create": _new_client,
    "client update": lambda me, tx: client.update(
        tx, me.one("clients"), {"full_name": f"N {me.dice.randrange(9)}"}
    ),
    "client transfer": lambda me, tx: client.transfer(tx, me.one("clients"), me.one("users")),
    "client delete": lambda me, tx: client.delete(tx, me.one("clients")),
    "contract create": lambda me, tx: contract.create(
        tx, client_id=me.one("clients"), total_amount="5000", amount_due=me.money()
    ),
    "contract create, signed": lambda me, tx: contract.create(
        tx, client_id=me.one("clients"), total_amount="9000", signed_status=True
    ),
    "contract update": lambda me, tx: contract.update(
        tx, me.one("contracts"), {"total_amount": me.money()}
    ),
    "contract move": lambda me, tx: contract.update(
        tx, me.one("contracts"), {"client_id": me.one("clients")}
    ),
    "contract sign": lambda me, tx: contract.sign(tx, me.one("contracts")),
    "contract unsign": lambda me, tx: contract.unsign(tx, me.one("contracts"), REASON),
    "contract amend": lambda me, tx: contract.amend(tx, me.one("contracts"), me.money(), REASON),
    "contract adjust": lambda me, tx: contract.adjust(
        tx, me.one("contracts"), Decimal(me.money()), REASON
    ),
    "contract pay": lambda me, tx: payment.pay(tx, me.one("contracts"), amount=me.money()),
    "contract pay one of few": lambda me, tx: payment.pay(
        tx, me.dice.randrange(1, 6), amount=me.money()
    ),
    "contract pay with a key": _pay_with_key,
    "contract reverse": _reverse,
    "contract delete": lambda me, tx: contract.delete(tx, me.one("contracts")),
    "event create": _new_event,
    "event create again": _new_event,
    "event move": _move_event,
    "event assign": _assign,
    "event assign again": _assign,
    "event unassign": lambda me, tx: event.unassign(tx, me.one("events")),
    "event delete": lambda me, tx: event.delete(tx, me.one("events")),
    "user phone": lambda me, tx: user.update(
        tx, tx.actor.id, {"phone": f"+3361234{me.dice.randrange(10**4):04}"}
    ),
    "user role": _change_role,
    "user deactivate": lambda me, tx: user.deactivate(tx, me.one("users")),
    "user reactivate": lambda me, tx: user.reactivate(tx, me.one("users")),
    "user reactivate again": lambda me, tx: user.reactivate(tx, me.one("users")),
    "user delete": lambda me, tx: user.delete(tx, me.one("users")),
    "user transfer": _transfer,
    "client import": _import,
    "client erase": _erase,
    "contract due": lambda me, tx: contract.update(
        tx, me.one("contracts"), {"due_date": me.day().date()}
    ),
    "event note": lambda me, tx: event.note(tx, me.one("events"), f"N {me.number}"),
    "undo": _undo,
    "undo again": _undo,
    "session revoke": lambda me, tx: audit.revoke_all(tx, me.one("users")),
}

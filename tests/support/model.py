"""The rules of contracts, payments, events and people, in plain Python: what a random walk expects.

Each command of :class:`Model` returns the codes of all rules that forbid it, any of which the
program may name; with none it is carried out. Nothing here looks at how the program does it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

SALES, SUPPORT, MANAGEMENT = "SALES", "SUPPORT", "MANAGEMENT"

MISSING = {"not_found"}
DENIED = {"permission_denied"}


@dataclass
class Person:
    """An employee."""

    role: str
    active: bool = True


@dataclass
class Entry:
    """A row of the ledger."""

    amount: Decimal
    key: str | None = None
    reverses: int | None = None


@dataclass
class Contract:
    """A contract with its ledger, which explains what is due."""

    client: int
    seller: int
    total: Decimal
    signed: bool
    ledger: dict[int, Entry] = field(default_factory=dict)

    @property
    def paid(self) -> Decimal:
        """What the ledger adds up to."""
        return sum((entry.amount for entry in self.ledger.values()), Decimal(0))

    @property
    def due(self) -> Decimal:
        """What is left to pay."""
        return self.total - self.paid

    @property
    def settled(self) -> bool:
        """Whether it is signed and nothing is due."""
        return self.signed and not self.due


@dataclass
class Event:
    """An event of a contract's client."""

    contract: int
    start: datetime
    end: datetime
    support: int | None = None


@dataclass
class Model:
    """A company, and what may be done in it by whom."""

    people: dict[int, Person]
    clients: dict[int, int]  # whose they are
    contracts: dict[int, Contract] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)

    def who(self, actor: int) -> set[str]:
        """Whether somebody may do anything at all."""
        return set() if self.people[actor].active else {"account_inactive"}

    def _manages(self, actor: int) -> bool:
        return self.people[actor].role == MANAGEMENT

    def _sells_to(self, actor: int, client: int) -> bool:
        role = self.people[actor].role
        return role == MANAGEMENT or (role == SALES and self.clients[client] == actor)

    def _on(self, actor: int, number: int, *, managing: bool = False) -> set[str]:
        """Whether a contract is there, and the actor may change it."""
        if number not in self.contracts:
            return MISSING
        may = self._manages(actor)
        if not managing:
            may = self._sells_to(actor, self.contracts[number].client)
        return set() if may else DENIED

    def _used(self, number: int) -> set[str]:
        used = {"contract_has_payments"} if self.contracts[number].ledger else set()
        if any(event.contract == number for event in self.events.values()):
            used.add("contract_has_events")
        return used

    def _contact(self, person: int, role: str) -> set[str]:
        if person not in self.people:
            return MISSING
        if self.people[person].role != role:
            return {f"{role.lower()}_contact_role"}
        return set() if self.people[person].active else {"inactive_contact"}

    # Contracts

    def create(self, actor: int, client: int, total: Decimal, due: Decimal) -> set[str]:
        """Whether a contract may be created."""
        if client not in self.clients:
            return MISSING
        if not self._sells_to(actor, client):
            return DENIED
        broken = self._contact(self.clients[client], SALES)
        if total <= 0:
            broken = broken | {"invalid_total_amount"}
        if due > total:
            broken = broken | {"amount_due_out_of_range"}
        return broken

    def set_total(self, actor: int, number: int, total: Decimal, *, amend: bool) -> set[str]:
        """Set a contract's total, or amend that of a signed one."""
        if broken := self._on(actor, number, managing=amend):
            return broken
        contract = self.contracts[number]
        if contract.signed and not amend and total != contract.total:
            broken = {"contract_signed"}
        if total <= 0:
            broken = broken | {"invalid_total_amount"}
        if total < contract.paid:
            broken = broken | {"total_below_paid"}
        if not broken:
            contract.total = total
        return broken

    def move(self, actor: int, number: int, client: int) -> set[str]:
        """Move a contract to another client."""
        if broken := self._on(actor, number):
            return broken
        contract = self.contracts[number]
        if client == contract.client:
            return set()
        broken = {"contract_signed"} if contract.signed else set()
        if client not in self.clients:
            return broken | MISSING
        if not self._sells_to(actor, client):
            return broken | DENIED
        seller = self.clients[client]
        if seller != contract.seller:
            broken = broken | self._contact(seller, SALES)
        if not broken:
            contract.client, contract.seller = client, seller
        return broken

    def sign(self, actor: int, number: int) -> set[str]:
        """Sign a contract; one that is signed stays so."""
        broken = self._on(actor, number)
        if not broken:
            self.contracts[number].signed = True
        return broken

    def unsign(self, actor: int, number: int) -> set[str]:
        """Take a signature back."""
        if broken := self._on(actor, number, managing=True):
            return broken
        contract = self.contracts[number]
        broken = self._used(number) if contract.signed else set()
        if not broken:
            contract.signed = False
        return broken

    def delete(self, actor: int, number: int) -> set[str]:
        """Delete a contract."""
        if broken := self._on(actor, number, managing=True):
            return broken
        broken = self._used(number)
        if self.contracts[number].signed:
            broken = broken | {"contract_signed"}
        if not broken:
            del self.contracts[number]
        return broken

    # The ledger; entries get their numbers where they are written

    def pay(self, actor: int, number: int, amount: Decimal, key: str) -> set[str]:
        """Whether a payment may be recorded; see :meth:`sent_before`."""
        if broken := self._on(actor, number):
            return broken
        if (before := self.sent_before(number, key)) is not None:
            return set() if before == amount else {"key_reused"}
        broken = {"invalid_amount"} if amount <= 0 else set()
        return broken | ({"overpayment"} if amount > self.contracts[number].due else set())

    def sent_before(self, number: int, key: str) -> Decimal | None:
        """The amount of the payment that has this key."""
        if number not in self.contracts:
            return None
        entries = self.contracts[number].ledger.values()
        return next((entry.amount for entry in entries if entry.key == key), None)

    def reverse(self, actor: int, number: int, entry: int) -> set[str]:
        """Whether an entry may be reversed."""
        if broken := self._on(actor, number, managing=True):
            return broken
        contract = self.contracts[number]
        if entry not in contract.ledger:
            return MISSING
        amount = contract.ledger[entry].amount
        broken = {"invalid_reversal"} if amount < 0 else set()
        if any(other.reverses == entry for other in contract.ledger.values()):
            broken = broken | {"already_reversed"}
        if contract.due + amount > contract.total:
            broken = broken | {"amount_due_out_of_range"}
        return broken

    def adjust(self, actor: int, number: int, due: Decimal) -> set[str]:
        """Whether what is due may be set by hand."""
        if broken := self._on(actor, number, managing=True):
            return broken
        return {"amount_due_out_of_range"} if due > self.contracts[number].total else set()

    # Events

    def plan(self, actor: int, number: int, start: datetime, end: datetime) -> set[str]:
        """Whether an event may be created on a contract."""
        if broken := self._on(actor, number):
            return broken
        broken = set() if self.contracts[number].signed else {"contract_not_signed"}
        return broken | ({"end_before_start"} if end <= start else set())

    def reschedule(self, actor: int, number: int, start: datetime, end: datetime) -> set[str]:
        """Move an event to another time."""
        if number not in self.events:
            return MISSING
        event = self.events[number]
        runs = self.people[actor].role == SUPPORT and event.support == actor
        if not (runs or self._manages(actor)):
            return DENIED
        broken = {"end_before_start"} if end <= start else set()
        if (start, end) != (event.start, event.end):
            broken = broken | self._clash(number, event.support, start, end)
        if not broken:
            event.start, event.end = start, end
        return broken

    def assign(self, actor: int, number: int, person: int | None) -> set[str]:
        """Give an event to somebody, or take it away."""
        if number not in self.events:
            return MISSING
        if not self._manages(actor):
            return DENIED
        event = self.events[number]
        if person is not None:
            if broken := self._contact(person, SUPPORT):
                return broken
            if broken := self._clash(number, person, event.start, event.end):
                return broken
        event.support = person
        return set()

    def cancel(self, actor: int, number: int) -> set[str]:
        """Delete an event."""
        if number not in self.events:
            return MISSING
        if not self._manages(actor):
            return DENIED
        del self.events[number]
        return set()

    def _clash(self, number: int, person: int | None, start: datetime, end: datetime) -> set[str]:
        others = (
            event
            for other, event in self.events.items()
            if other != number and person is not None and event.support == person
        )
        clash = any(event.start < end and start < event.end for event in others)
        return {"support_overlap"} if clash else set()

    # People

    def transfer(self, actor: int, client: int, person: int) -> set[str]:
        """Hand a client over; its unsettled contracts follow."""
        if client not in self.clients:
            return MISSING
        if not self._manages(actor):
            return DENIED
        if broken := self._contact(person, SALES):
            return broken
        if self.clients[client] != person:
            self.clients[client] = person
            for contract in self.contracts.values():
                if contract.client == client and not contract.settled:
                    contract.seller = person
        return set()

    def set_active(self, actor: int, person: int, *, active: bool) -> set[str]:
        """Deactivate or reactivate somebody else."""
        if not self._manages(actor):
            return DENIED
        self.people[person].active = active
        return set()

    def set_role(self, actor: int, person: int, role: str) -> set[str]:
        """Change somebody else's role."""
        if not self._manages(actor):
            return DENIED
        if self.people[person].role != role and any(self._owned(person)):
            return {"role_in_use"}
        self.people[person].role = role
        return set()

    def _owned(self, person: int) -> Iterator[bool]:
        yield from (owner == person for owner in self.clients.values())
        yield from (contract.seller == person for contract in self.contracts.values())
        yield from (event.support == person for event in self.events.values())

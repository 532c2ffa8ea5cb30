"""What a person can go on with: records beside the one shown, commands that come next."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.domain.fields import Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Actor, Permission, Scope, scope_of

if TYPE_CHECKING:
    from crm.cli.output.detail import NextCommand, RelatedRecords
    from crm.queries.batch import Section


class Offer(NamedTuple):
    """A command that may come next: what it takes, how it is typed and what it does."""

    permission: Permission
    line: str
    purpose: str


def select_allowed(
    actor: Actor, owner_id: int | None, offers: Iterable[Offer]
) -> "list[NextCommand]":
    """Return the commands that ``actor`` may run on a record that belongs to ``owner_id``."""
    from crm.cli.output.detail import NextCommand

    commands = []
    for permission, line, purpose in offers:
        scope = scope_of(actor.role, permission)
        if scope is Scope.ANY or (scope is Scope.OWN and owner_id == actor.id):
            commands.append(NextCommand(line, purpose))
    return commands


def client_offers(record: Mapping[str, Any]) -> list[Offer]:
    """Return what comes next for a client, as its listing has it: the likeliest first."""
    number = record["id"]
    if record["erased_at"] is not None:  # nothing more is sold or changed
        return []
    return [
        Offer(
            Permission.CONTRACT_CREATE,
            f"epicevents contract create --client {number}",
            _("create a contract"),
        ),
        Offer(Permission.CLIENT_UPDATE, f"epicevents client update {number}", _("change it")),
    ]


def contract_offers(record: Mapping[str, Any]) -> list[Offer]:
    """Return what comes next for a contract, as its listing has it: the likeliest first."""
    run = "epicevents contract"
    plan = Offer(
        Permission.EVENT_CREATE,
        f"epicevents event create --contract {record['id']}",
        _("plan an event"),
    )
    pay = Offer(
        Permission.CONTRACT_PAY,
        f"{run} pay {record['id']} {record['amount_due']}",
        _("record the payment of the amount due"),
    )
    sign = Offer(Permission.CONTRACT_SIGN, f"{run} sign {record['id']}", _("sign it"))
    change = Offer(Permission.CONTRACT_UPDATE, f"{run} update {record['id']}", _("change it"))
    reopen = Offer(Permission.CONTRACT_REOPEN, f"{run} reopen {record['id']}", _("reopen it"))
    refund = Offer(
        Permission.CONTRACT_REFUND,
        f"{run} refund {record['id']} {record['to_refund']}",
        _("record the refund"),
    )
    by_status = {
        "DRAFT": [sign, change],
        "SIGNED": [pay, plan] if record["days_overdue"] else [plan, pay],
        "PARTLY_PAID": [pay, plan],
        "PAID": [plan],
        "LOST": [reopen],
        "CANCELLED": [refund] if record["to_refund"] else [],
    }
    return by_status[record["status"]]


def suggest_for_contract(record: Mapping[str, Any]) -> str:
    """Return the likeliest next command for a contract."""
    offers = contract_offers(record)
    return offers[0].line if offers else f"epicevents contract show {record['id']}"


def event_offers(record: Mapping[str, Any]) -> list[Offer]:
    """Return what comes next for an event, as its listing has it: the likeliest first."""
    if record["cancelled_at"]:
        return []
    run = "epicevents event"
    assign = Offer(
        Permission.EVENT_ASSIGN,
        f"{run} assign {record['id']} USER",
        _("assign a support person"),
    )
    change = Offer(Permission.EVENT_UPDATE, f"{run} update {record['id']}", _("change it"))
    return [change] if record["support_contact_id"] else [assign, change]


def payment_offers(record: Mapping[str, Any]) -> list[Offer]:
    """Return what comes next for an entry of the ledger: what was reversed stays so."""
    if record["kind"] not in {"OPENING", "PAYMENT"} or record["reversed_by_id"] is not None:
        return []
    reverse = f"epicevents contract reverse-payment {record['contract_id']} {record['id']}"
    return [Offer(Permission.CONTRACT_REVERSE_PAYMENT, reverse, _("reverse it, if it is wrong"))]


def history_command(kind: str, number: int) -> "NextCommand":
    """Return the command that everybody may run on every record."""
    from crm.cli.output.detail import NextCommand

    return NextCommand(f"epicevents history {kind} {number}", _("see its history"))


def build_sections(
    found: "Mapping[str, Section]", titles: Mapping[str, str], headless: Collection[str] = ()
) -> "list[RelatedRecords]":
    """Return the sections that hold something, with what a table shows unasked and emails.

    Where records are left out, the title says so. The columns of ``headless`` ones speak for
    themselves.
    """
    from crm.cli.output.detail import RelatedRecords
    from crm.queries.batch import COUNTED

    sections = []
    for name, section in found.items():
        title = titles[name]
        if section.total > len(section.rows):
            title = _("{title}: {shown} of {total}").format(
                title=title,
                shown=len(section.rows),
                total=section.total if section.total <= COUNTED else f"{COUNTED}+",
            )
        # Whose client they are is said above already.
        shown = [
            index
            for index, field in enumerate(section.fields)
            if (field.shown or field.kind is Kind.EMAIL) and field.name != "client"
        ]
        fields = [section.fields[index] for index in shown]
        rows = [[row[index] for index in shown] for row in section.rows]
        if rows:
            sections.append(RelatedRecords(title, fields, rows, name not in headless))
    return sections

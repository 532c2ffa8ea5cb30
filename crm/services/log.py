"""The log: everybody notes what was said to a client; nobody edits it."""

from datetime import date
from typing import TYPE_CHECKING

from crm import models
from crm.domain import inputs
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.domain.rules import CONSTRAINTS
from crm.services.editing import Change, find_record
from crm.services.privacy import refuse_erased

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


def log(
    tx: "Transaction",
    client_id: int,
    text: str,
    *,
    kind: str = "NOTE",
    said_on: date | None = None,
    contract_id: int | None = None,
    event_id: int | None = None,
) -> Change:
    """Note what was said to a client, in one's own name: everybody, on every client.

    ``said_on`` is today unless it is given.

    Raises NotFound, InvalidValue, RuleViolation ``client_erased``, ``other_client`` for a contract
    or an event of another client, ``said_in_future``.
    """
    client = find_record(tx, models.Client, client_id)
    authorize(tx.actor, Permission.CLIENT_LOG, kind="client", record_id=client.id)
    refuse_erased(client)
    values = inputs.clean_values(inputs.LOG, {"text": text, "kind": kind})
    if said_on is None:
        said_on = tx.value("SELECT company_today()")
    elif said_on > tx.value("SELECT company_today()"):
        raise CONSTRAINTS["tg_log_entries_in_future"].error()
    require_of_client(tx, client.id, contract_id=contract_id, event_id=event_id)
    values |= {"said_on": said_on, "contract_id": contract_id, "event_id": event_id}
    entry = models.LogEntry(client_id=client.id, **values)
    tx.session.add(entry)
    tx.session.flush()
    return Change(entry, {}, {"client_id": client.id} | values)


def require_of_client(
    tx: "Transaction", client_id: int, *, contract_id: int | None, event_id: int | None
) -> None:
    """Refuse a contract or an event of another client: NotFound, RuleViolation ``other_client``."""
    if contract_id is not None:
        contract = find_record(tx, models.Contract, contract_id)
        if contract.client_id != client_id:
            message = _("Contract {id} belongs to client {other}, not to client {client}.")
            raise _other_client_error(message, contract.id, contract.client_id, client_id)
    if event_id is not None:
        event = find_record(tx, models.Event, event_id)
        if event.client_id != client_id:
            message = _("Event {id} belongs to client {other}, not to client {client}.")
            raise _other_client_error(message, event.id, event.client_id, client_id)


def _other_client_error(
    message: str, record_id: int, other_id: int, client_id: int
) -> RuleViolation:
    return RuleViolation(
        message.format(id=record_id, other=other_id, client=client_id),
        hint=_("See the client's records: epicevents client show {id}").format(id=client_id),
        code="other_client",
    )

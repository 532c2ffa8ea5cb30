"""What the law gives a person: to know what is held on them, and to be forgotten."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crm import models
from crm.domain import inputs
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.queries import privacy
from crm.services import contacts
from crm.services.editing import missing_record_error

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.client import Client


class Erased(NamedTuple):
    """How many records an erasure went through, where the person may have been named."""

    events: int
    payments: int
    entries: int
    denied: int
    logged: int
    planned: int


def find_held(tx: "Transaction", client_id: int) -> "dict[str, privacy.HeldRecords]":
    """Return all that is held on a client: SALES of their own, MANAGEMENT of any, also deleted.

    Raises NotFound, PermissionDenied.
    """
    client = tx.session.get(models.Client, client_id)
    owner_id = client.sales_contact_id if client else None
    authorize(
        tx.actor,
        Permission.CLIENT_PRIVACY_EXPORT,
        owner_id=owner_id,
        kind="client",
        record_id=client_id,
        instead=partial(contacts.suggest_contact, tx, owner_id),
    )
    held = privacy.read_held(tx, client_id)
    if client is None and not held["history"].rows:
        raise missing_record_error("clients", client_id)
    return held


def erase(
    tx: "Transaction", client_id: int, reason: str, *, mentions: Sequence[str] = ()
) -> Erased:
    """Forget a client for good: MANAGEMENT, with a reason. Amounts, dates and history remain.

    Also one that is deleted, whom the history still names. Other records are touched only where
    ``mentions`` names them, see :func:`crm.queries.privacy.read_mentions`; an email or a phone of
    the client is erased there, never a name.

    Raises NotFound, PermissionDenied, RuleViolation ``client_erased``.
    """
    authorize(tx.actor, Permission.CLIENT_ERASE, kind="client", record_id=client_id)
    client = tx.session.get(models.Client, client_id)
    if client is not None:
        refuse_erased(client)
    tx.give_reason(inputs.REASON.clean(reason))
    # What was read of them is not to be written back.
    tx.session.expunge_all()
    # Each name that the client ever had is looked for in the whole history.
    tx.execute("SET LOCAL statement_timeout = 0")
    found: tuple[Any, ...] | None = tx.row(
        "SELECT * FROM erase_client(%s, %s)", (client_id, list(mentions))
    )
    if found is None:
        raise missing_record_error("clients", client_id)
    return Erased(*found)


def refuse_erased(client: "Client") -> None:
    """Refuse to go on with somebody who is forgotten: RuleViolation ``client_erased``."""
    if client.erased_at is not None:
        raise RuleViolation(
            _("Client {id} has been erased for good.").format(id=client.id),
            hint=_("To work with this person again, create a new client: epicevents client create"),
            code="client_erased",
        )

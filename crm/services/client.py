"""Clients: who may create, change, hand over and delete them."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from crm import models
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.permissions import Permission, authorize
from crm.domain.rules import CONSTRAINTS
from crm.services import contacts, privacy
from crm.services.editing import Change, delete_record, find_record, write_values

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


def create(tx: "Transaction", *, sales_contact_id: int | None = None, **values: object) -> Change:
    """Create a client. A SALES person becomes its sales contact, MANAGEMENT names one.

    ``values`` are those of :data:`crm.domain.inputs.CLIENT`. Raises PermissionDenied, InvalidValue,
    also ``client_unreachable``, and RuleViolation ``duplicate_email`` or when the contact is not an
    active SALES person.
    """
    contact_id = sales_contact_id
    # Whose client it will be decides whether one may create it.
    if contact_id is None and tx.actor.role == Role.SALES:
        contact_id = tx.actor.id
    authorize(
        tx.actor,
        Permission.CLIENT_CREATE,
        owner_id=contact_id,
        kind="client",
        instead=_("A client that you create becomes yours; MANAGEMENT may transfer it.")
        if tx.actor.role == Role.SALES
        else None,
    )
    if contact_id is None:
        raise contacts.missing_contact_error("--sales-contact")
    contacts.require_contact(tx, contact_id, Role.SALES)
    cleaned = inputs.clean_values(inputs.CLIENT, values)
    cleaned = {"email": "", "phone": "", "company_name": ""} | cleaned
    require_reachable(cleaned["email"], cleaned["phone"])
    refuse_duplicate(tx, cleaned["email"])
    client = models.Client(sales_contact_id=contact_id, **cleaned)
    tx.session.add(client)
    tx.session.flush()
    return Change(client, {}, {**cleaned, "sales_contact_id": contact_id})


def update(
    tx: "Transaction",
    client_id: int,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Change a client: SALES their own, MANAGEMENT any; its sales contact only by transfer.

    Raises NotFound, PermissionDenied, InvalidValue, Conflict, RuleViolation ``duplicate_email``,
    ``client_erased``.
    """
    client = find_record(tx, models.Client, client_id)
    authorize(
        tx.actor,
        Permission.CLIENT_UPDATE,
        owner_id=client.sales_contact_id,
        kind="client",
        record_id=client.id,
        instead=partial(contacts.suggest_contact, tx, client.sales_contact_id),
    )
    privacy.refuse_erased(client)
    cleaned = inputs.clean_values(inputs.CLIENT, values)
    require_reachable(cleaned.get("email", client.email), cleaned.get("phone", client.phone))
    if cleaned.get("email", client.email) != client.email:
        refuse_duplicate(tx, cleaned["email"])
    return write_values(tx, client, cleaned, version=version, seen=seen)


def transfer(
    tx: "Transaction", client_id: int, sales_contact_id: int, *, version: int | None = None
) -> Change:
    """Hand a client to another SALES person; its unsettled contracts follow.

    Settled contracts (signed and nothing due) keep who sold them.

    Raises NotFound, PermissionDenied, RuleViolation when the contact is not an active SALES person.
    """
    from sqlalchemy import update

    client = find_record(tx, models.Client, client_id)
    authorize(tx.actor, Permission.CLIENT_TRANSFER, kind="client", record_id=client.id)
    contacts.require_contact(tx, sales_contact_id, Role.SALES)
    change = write_values(tx, client, {"sales_contact_id": sales_contact_id}, version=version)
    if change:
        contract = models.Contract
        tx.session.execute(
            update(contract)
            .where(contract.client_id == client.id)
            .where(contract.sales_contact_id != sales_contact_id)
            .where(contract.is_unsettled())
            .values(sales_contact_id=sales_contact_id)
        )
    return change


def delete(tx: "Transaction", client_id: int) -> Any:
    """Delete a client that has no contracts. Returns the record as it was.

    Raises NotFound, PermissionDenied, RuleViolation ``client_has_contracts``.
    """
    client = find_record(tx, models.Client, client_id)
    authorize(tx.actor, Permission.CLIENT_DELETE, kind="client", record_id=client.id)
    contracts = tx.value("SELECT count(*) FROM contracts WHERE client_id = %s", (client.id,))
    if contracts:
        raise RuleViolation(
            ngettext(
                "{client} has {n} contract and cannot be deleted.",
                "{client} has {n} contracts and cannot be deleted.",
                contracts,
            ).format(client=client.full_name, n=contracts),
            hint=_("See them: epicevents contract list --client {id}").format(id=client.id),
            code="client_has_contracts",
        )
    delete_record(tx, client)
    return client


def require_reachable(email: str, phone: str) -> None:
    """Refuse a client who has neither email nor phone: InvalidValue ``client_unreachable``."""
    if not email and not phone:
        raise CONSTRAINTS["ck_clients_reachable"].error()


def refuse_duplicate(tx: "Transaction", email: str) -> None:
    """Refuse an email that is in use already: RuleViolation ``duplicate_email``."""
    if not email:  # an unknown one is nobody's double
        return
    found = tx.row("SELECT id, full_name FROM clients WHERE email = %s", (email,))
    if found:
        raise RuleViolation(
            _("{email} already belongs to client {id}, {name}.").format(
                email=email, id=found.id, name=found.full_name
            ),
            hint=_("See it: epicevents client show {id}").format(id=found.id),
            code="duplicate_email",
            details={"id": found.id},
        )

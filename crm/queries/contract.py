"""Reading contracts."""

from typing import TYPE_CHECKING

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.queries.listing import Filter, Listing

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# What somebody still has to do something about: a draft, something due, or to be refunded.
UNSETTLED = (
    "(closed_at IS NULL AND (NOT signed_status OR amount_due > 0) OR received > kept_amount)"
)
SEARCH = "search_words @@ {find}({value})"  # of the client
# Not one condition with OR: no index serves one on two tables.
KNOWN_OTHERWISE = (
    "id = ANY (ARRAY(SELECT contract_id FROM payment_list"
    " WHERE reference_folded ^@ search_reference({value}) UNION ALL SELECT search_id({value})))"
)

LISTING = Listing(
    noun="contract",
    view="contract_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("client_id", Kind.ID, shown=False),
        Field("client", sort="client_folded"),
        Field("company_name", shown=False),
        Field("sales_contact_id", Kind.ID, shown=False),
        Field("sales_contact", sort="sales_contact_folded"),
        Field("total_amount", Kind.MONEY, sort="total_amount"),
        Field("amount_due", Kind.MONEY, sort="amount_due"),
        Field("received", Kind.MONEY, shown=False),
        Field("due_date", Kind.DATE, sort="due_date"),
        Field("days_overdue", Kind.INTEGER),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
        Field("signed_status", Kind.BOOLEAN, sort="signed_status", shown=False),
        Field("status", Kind.CODE, sort="status"),
        Field("signed_at", Kind.TIMESTAMP, sort="signed_at", shown=False),
        Field("signed_by_id", Kind.ID, shown=False),
        Field("signed_by", shown=False),
        Field("closed_at", Kind.TIMESTAMP, shown=False),
        Field("closed_reason", shown=False),
        Field("closed_note", Kind.LONG_TEXT, shown=False),
        Field("kept_amount", Kind.MONEY, shown=False),
        Field("to_refund", Kind.MONEY, shown=False),
        Field("version", Kind.INTEGER, shown=False),
    ),
    filters={
        "id": Filter("id = {value}"),
        "client": Filter("client_id = {value}"),
        "sales": Filter("sales_contact_id = {value}"),
        # To the letter what the partial indexes say.
        "signed": Filter("signed_status", "NOT signed_status"),
        "open": Filter("closed_at IS NULL", "closed_at IS NOT NULL"),
        "lost": Filter("closed_at IS NOT NULL AND NOT signed_status"),
        "cancelled": Filter("closed_at IS NOT NULL AND signed_status"),
        "to_refund": Filter("closed_at IS NOT NULL AND received > kept_amount"),
        "status": Filter("status = {value}"),
        "paid": Filter("amount_due = 0", "amount_due > 0"),
        "overdue": Filter("signed_status AND amount_due > 0 AND due_date < {value}"),
        # What is due but not late yet.
        "open_on": Filter("signed_status AND amount_due > 0 AND due_date >= {value}"),
        "due_from": Filter("due_date >= {value}"),
        "due_to": Filter("due_date <= {value}"),
        "total_min": Filter("total_amount >= {value}"),
        "total_max": Filter("total_amount <= {value}"),
        "created_from": Filter("created_at >= {value}"),
        "created_to": Filter("created_at < {value}"),
        "without_event": Filter(
            "NOT EXISTS (SELECT FROM events e WHERE e.contract_id = contract_list.id"
            " AND e.cancelled_at IS NULL)"
        ),
        "event": Filter("id = (SELECT e.contract_id FROM events e WHERE e.id = {value})"),
    },
    search=(SEARCH, KNOWN_OTHERWISE),
    mine={
        Role.SALES: "client_sales_contact_id = {value}",
        Role.SUPPORT: "id IN (SELECT e.contract_id FROM events e"
        " WHERE e.support_contact_id = {value})",
    },
    nullable=frozenset({"signed_at", "due_date"}),
    joined=frozenset({"client", "sales_contact"}),
    indexed=frozenset({"id", "total_amount", "amount_due", "created_at"}),
    words=frozenset({SEARCH}),
    found_by={
        SEARCH: "client_id = ANY (ARRAY("
        "SELECT each.id FROM client_list each WHERE each.search_words @@ {find}({value})))"
    },
    near=2_000,  # and the client of each
)


def owner_id(tx: "Transaction", contract_id: int) -> int | None:
    """Return who may change the contract: its client's sales contact, not who sold it."""
    row = tx.row("SELECT client_sales_contact_id FROM contract_list WHERE id = %s", (contract_id,))
    return row.client_sales_contact_id if row else None

"""Reading clients."""

from typing import TYPE_CHECKING

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.rows import Row, build_named_row
from crm.queries.listing import SEARCH, Filter, Listing

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

COMPANY = "company_words @@ prefix_query({value})"

LISTING = Listing(
    noun="client",
    view="client_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("full_name", sort="full_name_folded"),
        Field("email", Kind.EMAIL, sort="email_key", shown=False),
        Field("phone", Kind.PHONE, sort="phone"),
        Field("company_name", sort="company_name_folded"),
        Field("address", shown=False),
        Field("siret", shown=False),
        Field("vat_number", shown=False),
        Field("sales_contact_id", Kind.ID, shown=False),
        Field("sales_contact", sort="sales_contact_folded"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
        Field("last_updated", Kind.TIMESTAMP, sort="last_updated", shown=False),
        Field("version", Kind.INTEGER, shown=False),
        Field("erased_at", Kind.TIMESTAMP, shown=False),
    ),
    filters={
        "sales": Filter("sales_contact_id = {value}"),
        "company": Filter(COMPANY),
        "created_from": Filter("created_at >= {value}"),
        "created_to": Filter("created_at < {value}"),
        "without_contract": Filter(
            "NOT EXISTS (SELECT FROM contracts k WHERE k.client_id = client_list.id)"
        ),
        # Takes a day: nothing was said since, and the client is known for that long.
        "quiet_since": Filter(
            "created_at < {value} AND erased_at IS NULL AND NOT EXISTS (SELECT FROM log_entries l"
            " WHERE l.client_id = client_list.id AND l.said_on >= {value})"
        ),
        "incomplete": Filter("incomplete"),
        "erased": Filter("erased_at IS NOT NULL", "erased_at IS NULL"),
        "event": Filter("id = (SELECT e.client_id FROM events e WHERE e.id = {value})"),
    },
    search=(SEARCH,),
    mine={
        Role.SALES: "sales_contact_id = {value}",
        Role.SUPPORT: "id IN (SELECT e.client_id FROM events e"
        " WHERE e.support_contact_id = {value})",
    },
    joined=frozenset({"sales_contact"}),
    indexed=frozenset({"id", "full_name", "email", "company_name", "created_at"}),
    words=frozenset({SEARCH, COMPANY}),
    near=10_000,  # the words stand in the client's own row
)

# What a client owes on signed contracts, and since when some of it is late.
DEBT = (Field("owed", Kind.MONEY), Field("late_since", Kind.DATE))


def read_debt(tx: "Transaction", client_id: int) -> Row:
    """Return what a client owes: the fields of :data:`DEBT`, both None where nothing is due."""
    (found,) = tx.rows(
        "SELECT sum(amount_due) AS owed, min(due_date) FILTER (WHERE days_overdue > 0)"
        " AS late_since FROM contract_list"
        " WHERE client_id = %s AND signed_status AND amount_due > 0",
        (client_id,),
    )
    return build_named_row((field.name for field in DEBT), (found.owed, found.late_since))

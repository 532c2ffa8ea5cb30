"""Reading clients."""

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.queries.listing import SEARCH, Filter, Listing

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

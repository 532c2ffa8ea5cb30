"""Reading the ledger of payments."""

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.queries.listing import SEARCH, Filter, Listing

_WORDS = "search_words @@ prefix_query({value})"
# The words of all three texts are indexed; that they are the reference's is looked at afterwards.
REFERENCE = f"({_WORDS} AND array_to_tsvector(words(reference)) @@ prefix_query({{value}}))"

LISTING = Listing(
    noun="payment",
    view="payment_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("contract_id", Kind.ID, sort="contract_id"),
        Field("client_id", Kind.ID, shown=False),
        Field("client", sort="client_folded"),
        Field("sales_contact_id", Kind.ID, shown=False),
        Field("sales_contact", sort="sales_contact_folded", shown=False),
        Field("amount", Kind.MONEY, sort="amount"),
        Field("kind", Kind.CODE, sort="kind"),
        Field("paid_on", Kind.DATE, sort="paid_on"),
        Field("method"),
        Field("reference"),
        Field("reason", Kind.LONG_TEXT),
        Field("request_key", shown=False),
        Field("reverses_id", Kind.ID, shown=False),
        Field("reversed_kind", Kind.CODE, shown=False),
        Field("reversed_by_id", Kind.ID, shown=False),
        Field("created_by_id", Kind.ID, shown=False),
        Field("created_by"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
    ),
    filters={
        "contract": Filter("contract_id = {value}"),
        "client": Filter("client_id = {value}"),
        "sales": Filter("sales_contact_id = {value}"),
        "method": Filter("fold(method) = fold({value})"),
        "kind": Filter("kind = {value}"),
        "paid_from": Filter("paid_on >= {value}"),
        "paid_to": Filter("paid_on <= {value}"),
        "reference": Filter(REFERENCE),
    },
    search=(SEARCH,),
    mine={
        Role.SALES: "client_sales_contact_id = {value}",
        Role.SUPPORT: "contract_id IN (SELECT e.contract_id FROM events e"
        " WHERE e.support_contact_id = {value})",
    },
    joined=frozenset({"client", "sales_contact"}),
    indexed=frozenset({"id", "paid_on"}),
    words=frozenset({SEARCH, REFERENCE}),
)

# Of one contract: which and whose it is has been said.
OF_CONTRACT = LISTING._replace(
    fields=tuple(
        field._replace(shown=field.shown and field.name not in {"contract_id", "client"})
        for field in LISTING.fields
    )
)

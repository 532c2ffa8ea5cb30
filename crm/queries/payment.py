"""Reading the ledger of payments."""

from crm.domain.fields import Field, Kind
from crm.queries.listing import Filter, Listing

LISTING = Listing(
    noun="payment",
    view="payment_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("contract_id", Kind.ID, sort="contract_id", shown=False),
        Field("amount", Kind.MONEY, sort="amount"),
        Field("kind", Kind.CODE, sort="kind"),
        Field("paid_on", Kind.DATE, sort="paid_on"),
        Field("method"),
        Field("reference"),
        Field("reason", Kind.LONG_TEXT),
        Field("request_key", shown=False),
        Field("reverses_id", Kind.ID, shown=False),
        Field("reversed_kind", Kind.CODE, shown=False),
        Field("created_by_id", Kind.ID, shown=False),
        Field("created_by"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
    ),
    filters={"contract": Filter("contract_id = {value}")},
    # A contract has few; nothing is indexed for it.
    search="array_to_tsvector(words(concat_ws(' ', method, reference, reason, created_by)))"
    " @@ prefix_query({value})",
)

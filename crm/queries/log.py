"""Reading the log: what was said to clients."""

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.queries.listing import SEARCH, Filter, Listing

LISTING = Listing(
    noun="log",
    view="log_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("client_id", Kind.ID, shown=False),
        Field("client", sort="client_folded"),
        Field("said_on", Kind.DATE, sort="said_on"),
        Field("kind", Kind.CODE, sort="kind"),
        Field("text", Kind.LONG_TEXT),
        Field("contract_id", Kind.ID, shown=False),
        Field("event_id", Kind.ID, shown=False),
        Field("created_by_id", Kind.ID, shown=False),
        Field("created_by", sort="created_by_folded"),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
    ),
    filters={
        "client": Filter("client_id = {value}"),
        "contract": Filter("contract_id = {value}"),
        "event": Filter("event_id = {value}"),
        "by": Filter("created_by_id = {value}"),
        "kind": Filter("kind = {value}"),
        "said_from": Filter("said_on >= {value}"),
        "said_to": Filter("said_on <= {value}"),
    },
    search=(SEARCH,),
    default_sort=(("said_on", True),),
    mine={
        Role.SALES: "client_sales_contact_id = {value}",
        Role.SUPPORT: "created_by_id = {value}",
        Role.MANAGEMENT: "created_by_id = {value}",
    },
    joined=frozenset({"client", "created_by"}),
    indexed=frozenset({"id", "said_on"}),
    words=frozenset({SEARCH}),
)

# Of one client, who has been named.
OF_CLIENT = LISTING._replace(
    fields=tuple(
        field._replace(shown=field.shown and field.name != "client") for field in LISTING.fields
    )
)

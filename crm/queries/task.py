"""Reading tasks."""

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.queries.listing import SEARCH, Filter, Listing

LISTING = Listing(
    noun="task",
    view="task_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("text", Kind.LONG_TEXT),
        Field("due_date", Kind.DATE, sort="due_date"),
        Field("days_overdue", Kind.INTEGER),
        Field("assignee_id", Kind.ID, shown=False),
        Field("assignee", sort="assignee_folded"),
        Field("client_id", Kind.ID, shown=False),
        Field("client", sort="client_folded"),
        Field("contract_id", Kind.ID, shown=False),
        Field("event_id", Kind.ID, shown=False),
        Field("done_at", Kind.TIMESTAMP, sort="done_at", shown=False),
        Field("done_by_id", Kind.ID, shown=False),
        Field("done_by", shown=False),
        Field("created_by_id", Kind.ID, shown=False),
        Field("created_by", shown=False),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
        Field("updated_at", Kind.TIMESTAMP, sort="updated_at", shown=False),
        Field("version", Kind.INTEGER, shown=False),
    ),
    filters={
        "open": Filter("done_at IS NULL", "done_at IS NOT NULL"),
        "assignee": Filter("assignee_id = {value}"),
        "client": Filter("client_id = {value}"),
        "contract": Filter("contract_id = {value}"),
        "event": Filter("event_id = {value}"),
        # Takes the day that it is in the company.
        "overdue": Filter("done_at IS NULL AND due_date < {value}"),
        "due_to": Filter("due_date <= {value}"),
    },
    search=(SEARCH,),
    default_sort=(("due_date", False),),
    mine=dict.fromkeys(Role, "assignee_id = {value}"),
    nullable=frozenset({"client", "done_at"}),
    joined=frozenset({"client", "assignee"}),
    indexed=frozenset({"id", "due_date"}),
    words=frozenset({SEARCH}),
)


def build_listing_without(name: str) -> Listing:
    """Return the listing without a field that says nothing, unless it is asked for."""
    return LISTING._replace(
        fields=tuple(
            field._replace(shown=field.shown and field.name != name) for field in LISTING.fields
        )
    )


# What one is to do oneself.
MINE = build_listing_without("assignee")

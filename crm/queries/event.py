"""Reading events."""

from datetime import datetime
from typing import TYPE_CHECKING

from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.rows import Row, build_named_row
from crm.queries.listing import SEARCH, Filter, Listing

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

LOCATION = "location_words @@ prefix_query({value})"

LISTING = Listing(
    noun="event",
    view="event_list",
    fields=(
        Field("id", Kind.ID, sort="id"),
        Field("name", sort="name_folded"),
        Field("contract_id", Kind.ID, shown=False),
        Field("client_id", Kind.ID, shown=False),
        Field("client", sort="client_folded"),
        Field("client_contact", Kind.LONG_TEXT, shown=False),
        Field("start_date", Kind.TIMESTAMP, sort="start_date"),
        Field("end_date", Kind.TIMESTAMP, sort="end_date", shown=False),
        Field("support_contact_id", Kind.ID, shown=False),
        Field("support_contact", sort="support_contact_folded"),
        Field("location", Kind.LONG_TEXT, sort="location_folded", shown=False),
        Field("attendees", Kind.INTEGER, sort="attendees"),
        Field("notes", Kind.LONG_TEXT, shown=False),
        Field("created_at", Kind.TIMESTAMP, sort="created_at", shown=False),
        Field("updated_at", Kind.TIMESTAMP, sort="updated_at", shown=False),
        Field("cancelled_at", Kind.TIMESTAMP, shown=False),
        Field("cancelled_reason", Kind.LONG_TEXT, shown=False),
        Field("version", Kind.INTEGER, shown=False),
    ),
    filters={
        "client": Filter("client_id = {value}"),
        "contract": Filter("contract_id = {value}"),
        "support": Filter("support_contact_id = {value}"),
        "no_support": Filter("support_contact_id IS NULL"),
        "start_from": Filter("start_date >= {value}"),
        "start_to": Filter("start_date < {value}"),
        # Both take the moment that is now; what goes on at that moment has not ended.
        "upcoming": Filter("end_date > {value}"),
        "past": Filter("end_date <= {value}"),
        # Takes what `during` returns; what begins before or ends after those moments counts too.
        "during": Filter("tsrange(start_date, end_date) && {value}::tsrange"),
        "location": Filter(LOCATION),
        "cancelled": Filter("cancelled_at IS NOT NULL", "cancelled_at IS NULL"),
    },
    search=(SEARCH,),
    default_sort=(("start_date", False),),
    mine={
        Role.SALES: "client_sales_contact_id = {value}",
        Role.SUPPORT: "support_contact_id = {value}",
    },
    nullable=frozenset({"support_contact"}),
    joined=frozenset({"client", "support_contact"}),
    indexed=frozenset({"id", "name", "start_date", "end_date"}),
    words=frozenset({SEARCH, LOCATION}),
)


# An event with how to reach everybody whom its day takes; the sales contact is the client's.
SHEET = (
    *map(
        LISTING.find_field,
        ("id", "name", "start_date", "end_date", "location", "attendees", "client_contact"),
    ),
    *map(LISTING.find_field, ("client_id", "client")),
    Field("company_name"),
    Field("client_phone", Kind.PHONE),
    Field("client_email", Kind.EMAIL),
    Field("sales_contact_id", Kind.ID),
    Field("sales_contact"),
    Field("sales_phone", Kind.PHONE),
    Field("sales_email", Kind.EMAIL),
    *map(LISTING.find_field, ("support_contact_id", "support_contact")),
    Field("support_phone", Kind.PHONE),
    Field("support_email", Kind.EMAIL),
    *map(LISTING.find_field, ("notes", "contract_id", "created_at", "updated_at")),
    *map(LISTING.find_field, ("cancelled_at", "cancelled_reason", "version")),
)


def format_during(start: datetime, end: datetime) -> str:
    """Return the value of the filter ``during``: from ``start`` until before ``end``, naive UTC."""
    return f"[{start},{end})"


def read_sheet(tx: "Transaction", event_id: int) -> Row:
    """Return an event that exists with whom to call: the fields of :data:`SHEET`."""
    (row,) = tx.rows(
        """
        SELECT e.id, e.name, e.start_date, e.end_date, e.location, e.attendees, e.client_contact,
            e.client_id, c.full_name AS client, c.company_name,
            c.phone AS client_phone, c.email AS client_email,
            sales.id AS sales_contact_id, sales.full_name AS sales_contact,
            sales.phone AS sales_phone, sales.email AS sales_email,
            support.id AS support_contact_id, support.full_name AS support_contact,
            support.phone AS support_phone, support.email AS support_email,
            e.notes, e.contract_id, e.created_at, e.updated_at,
            e.cancelled_at, e.cancelled_reason, e.version
        FROM event_list e
        JOIN client_list c ON c.id = e.client_id
        JOIN user_list sales ON sales.id = c.sales_contact_id
        LEFT JOIN user_list support ON support.id = e.support_contact_id
        WHERE e.id = %s
        """,
        (event_id,),
    )
    names = [field.name for field in SHEET]
    return build_named_row(names, (getattr(row, name) for name in names))


def read_installation(tx: "Transaction") -> str:
    """Return what tells this company's events from those of any other, in a calendar."""
    return str(tx.value("SELECT installation_id()"))

"""What a listing must hold, worked out in Python from all records, and how it is read."""

from collections.abc import Callable, Mapping
from functools import cmp_to_key
from typing import Any

from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.sql import SQL

from crm.database.transaction import Transaction
from crm.domain.enums import Role
from crm.queries import client, contract, event, payment, user
from crm.queries.listing import Listing, Request, Sort
from crm.queries.pages import read_page
from crm.queries.statement import Parameters, build_select

Record = Mapping[str, Any]
Records = Mapping[str, list[Record]]
Test = Callable[[Record, Any, Records], bool]

LISTINGS = {
    listing.noun: listing
    for listing in (client.LISTING, contract.LISTING, event.LISTING, payment.LISTING, user.LISTING)
}


def _equal(column: str) -> Test:
    return lambda record, value, _all: record[column] == value


def _since(column: str) -> Test:
    return lambda record, value, _all: record[column] >= value


def _until(column: str) -> Test:
    return lambda record, value, _all: record[column] < value


def _words(column: str) -> Test:
    return lambda record, value, _all: begins(str(record[column]), value)


def begins(text: str, words: str) -> bool:
    """Whether every word of ``words`` begins some word of ``text``, which the database folded."""
    have = text.split()
    return bool(words.split()) and all(
        any(one.startswith(word) for one in have) for word in words.split()
    )


def _to_be_paid(record: Record) -> bool:
    return bool(record["signed_status"] and record["amount_due"] > 0)


FILTERS: dict[str, dict[str, Test]] = {
    "client": {
        "sales": _equal("sales_contact_id"),
        "company": _words("company_words"),
        "created_from": _since("created_at"),
        "created_to": _until("created_at"),
        "without_contract": lambda record, value, records: (
            not value or record["id"] not in {each["client_id"] for each in records["contract"]}
        ),
        # Nothing is logged in the crowd.
        "quiet_since": lambda record, value, _all: (
            record["created_at"].date() < value and record["erased_at"] is None
        ),
        "incomplete": lambda record, value, _all: not value or record["incomplete"],
        "erased": lambda record, value, _all: (record["erased_at"] is not None) == value,
        "event": lambda record, value, records: any(
            each["id"] == value and each["client_id"] == record["id"] for each in records["event"]
        ),
    },
    "contract": {
        "id": _equal("id"),
        "client": _equal("client_id"),
        "sales": _equal("sales_contact_id"),
        "signed": _equal("signed_status"),
        "open": lambda record, value, _all: (record["closed_at"] is None) == value,
        "lost": lambda record, value, _all: not value or record["status"] == "LOST",
        "cancelled": lambda record, value, _all: not value or record["status"] == "CANCELLED",
        "to_refund": lambda record, value, _all: not value or (record["to_refund"] or 0) > 0,
        "status": _equal("status"),
        "paid": lambda record, value, _all: (record["amount_due"] == 0) == value,
        "overdue": lambda record, value, _all: _to_be_paid(record) and record["due_date"] < value,
        "open_on": lambda record, value, _all: _to_be_paid(record) and record["due_date"] >= value,
        "due_from": lambda record, value, _all: (
            record["due_date"] is not None and record["due_date"] >= value
        ),
        "due_to": lambda record, value, _all: (
            record["due_date"] is not None and record["due_date"] <= value
        ),
        "total_min": _since("total_amount"),
        "total_max": lambda record, value, _all: record["total_amount"] <= value,
        "created_from": _since("created_at"),
        "created_to": _until("created_at"),
        "without_event": lambda record, value, records: (
            not value
            or record["id"]
            not in {each["contract_id"] for each in records["event"] if not each["cancelled_at"]}
        ),
        "event": lambda record, value, records: any(
            each["id"] == value and each["contract_id"] == record["id"] for each in records["event"]
        ),
    },
    "event": {
        "client": _equal("client_id"),
        "contract": _equal("contract_id"),
        "support": _equal("support_contact_id"),
        "no_support": lambda record, value, _all: not value or record["support_contact_id"] is None,
        "start_from": _since("start_date"),
        "start_to": _until("start_date"),
        "upcoming": lambda record, value, _all: record["end_date"] > value,
        "past": lambda record, value, _all: record["end_date"] <= value,
        "during": lambda record, value, _all: (
            str(record["start_date"]) < value.strip("[)").split(",")[1]
            and str(record["end_date"]) > value.strip("[)").split(",")[0]
        ),
        "location": _words("location_words"),
        "cancelled": lambda record, value, _all: bool(record["cancelled_at"]) == value,
    },
    "payment": {
        "contract": _equal("contract_id"),
        "client": _equal("client_id"),
        "sales": _equal("sales_contact_id"),
        "method": lambda record, value, _all: (record["method"] or "").lower() == value.lower(),
        "kind": _equal("kind"),
        "paid_from": _since("paid_on"),
        "paid_to": lambda record, value, _all: record["paid_on"] <= value,
        "reference": lambda record, value, _all: begins(
            (record["reference"] or "").lower().replace("-", " "), value
        ),
    },
    "user": {
        "role": _equal("role"),
        "active": _equal("is_active"),
        "to_hand_over": lambda record, value, records: (
            any(each["sales_contact_id"] == record["id"] for each in records["client"])
            or any(
                each["sales_contact_id"] == record["id"]
                and (not each["signed_status"] or each["amount_due"] > 0)
                for each in records["contract"]
            )
            or any(
                each["support_contact_id"] == record["id"]
                and each["end_date"] > value
                and not each["cancelled_at"]
                for each in records["event"]
            )
        ),
    },
}

MINE: dict[tuple[str, Role], Test] = {
    ("client", Role.SALES): _equal("sales_contact_id"),
    ("contract", Role.SALES): _equal("client_sales_contact_id"),
    ("event", Role.SALES): _equal("client_sales_contact_id"),
    ("client", Role.SUPPORT): lambda record, me, records: any(
        each["support_contact_id"] == me and each["client_id"] == record["id"]
        for each in records["event"]
    ),
    ("contract", Role.SUPPORT): lambda record, me, records: any(
        each["support_contact_id"] == me and each["contract_id"] == record["id"]
        for each in records["event"]
    ),
    ("event", Role.SUPPORT): _equal("support_contact_id"),
    ("payment", Role.SALES): _equal("client_sales_contact_id"),
    ("payment", Role.SUPPORT): lambda record, me, records: any(
        each["support_contact_id"] == me and each["contract_id"] == record["contract_id"]
        for each in records["event"]
    ),
}


def read_all(owner: Connection, secret: str) -> dict[str, list[Record]]:
    """Return every record of every view with all columns, hidden ones too, words as text."""
    cursor = owner.cursor()
    cursor.execute("SELECT set_config('epicevents.session', %s, false)", (secret,))
    records: dict[str, list[Any]] = {}
    for noun, listing in LISTINGS.items():
        cursor.execute(f"SELECT * FROM {listing.view}")
        names = [column.name for column in cursor.description or ()]
        records[noun] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for record in records[noun]:
            for name in names:
                if name.endswith("_words"):
                    cursor.execute(
                        "SELECT array_to_string(tsvector_to_array(%s::tsvector), ' ')",
                        (record[name],),
                    )
                    record[name] = (cursor.fetchone() or ("",))[0]
    words = {record["id"]: record["search_words"] for record in records["client"]}
    for record in records["contract"]:
        record["search_words"] = words[record["client_id"]]
    return records


def expected_ids(
    records: Records,
    listing: Listing,
    request: Request,
    actor: tuple[int, Role] = (0, Role.MANAGEMENT),
) -> list[int]:
    """Return the ids that ``request`` asks for, in their order, whatever its page."""
    tests = FILTERS[listing.noun]
    found = [
        record
        for record in records[listing.noun]
        if all(
            tests[name](record, value, records)
            for name, value in request.filters.items()
            if value is not None
        )
        and (
            request.search is None
            or begins(record["search_words"], request.search)
            or str(record["id"]) == request.search
        )
        and (not request.mine or MINE[listing.noun, actor[1]](record, actor[0], records))
    ]
    order = request.sort or listing.default_sort
    return [each["id"] for each in sorted(found, key=cmp_to_key(_comparison(listing, order)))]


def _comparison(listing: Listing, order: Sort) -> Callable[[Record, Record], int]:
    keys = [(listing.find_field(name).sort or name, down) for name, down in order]
    keys.append(("id", order[0][1]))

    def compare(one: Record, other: Record) -> int:
        for column, descending in keys:
            first, second = one[column], other[column]
            if first == second:
                continue
            if first is None or second is None:
                return 1 if first is None else -1
            return (1 if first > second else -1) * (-1 if descending else 1)
        return 0

    return compare


def walk(tx: Transaction, listing: Listing, request: Request, size: int) -> list[int]:
    """Return the ids of all pages of that size, one after the other, as a script reads them."""
    ids: list[int] = []
    more, after = True, None
    while more:
        _fields, rows, more = read_page(
            tx, listing, request._replace(fields=("id",), limit=size, after=after)
        )
        assert len(rows) == size or not more
        assert not {row[0] for row in rows} & set(ids)
        ids += [row[0] for row in rows]
        after = ids[-1] if ids else None
    return ids


def plan(tx: Transaction, listing: Listing, request: Request) -> str:
    """Return how the server would read a page of five."""
    parameters = Parameters()
    statement = build_select(tx, listing, request, parameters, limit=6)
    rows = tx.rows(SQL("EXPLAIN (COSTS off) {}").format(statement), parameters)
    return "\n".join(row[0] for row in rows)


def sortable(listing: Listing) -> list[str]:
    """Return the names of the fields that a listing can be sorted by."""
    return [field.name for field in listing.fields if field.sort]


def sorts(listing: Listing, least: int = 0) -> st.SearchStrategy[Sort]:
    """Any order by ``least`` to three fields of a listing."""
    return st.lists(
        st.tuples(st.sampled_from(sortable(listing)), st.booleans()),
        min_size=least,
        max_size=3,
        unique_by=lambda key: key[0],
    ).map(tuple)

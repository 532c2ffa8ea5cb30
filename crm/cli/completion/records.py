"""Records as candidates, read in a transaction that is soon over and leaves nothing behind."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.domain.amounts import LARGEST_WHOLE_NUMBER
from crm.domain.enums import Role
from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.listing import Listing, Request

MOST = 30
PATIENCE = {"connect_timeout": "1"}  # seconds; an older libpq makes them two
STATEMENT_TIMEOUT = 500  # milliseconds
# How rare a word is, the planner cannot know, and for a rare one it may read all of a table; the
# words' index finds each at once.
SEARCH_BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
# Of a beginning that thousands share, a sample is enough; of two, it might miss what has both.
SAMPLE = "SET LOCAL gin_fuzzy_search_limit = 1000"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a word may become, what it means, and other words that mean the same."""

    value: str
    description: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Which records are offered, by which field and with which words.

    ``named`` fields are put together to other names of the record; ``described`` is a text in which
    ``{field}`` stands for a value. A question offers ``picked``, which means ``meaning``.
    """

    noun: str
    key: str
    described: str
    meaning: str
    picked: str
    named: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that are read."""
        told = " ".join((self.described, *self.named))
        return tuple(dict.fromkeys(["id", self.key, *re.findall("{([a-z_]+)}", told)]))

    @property
    def listing(self) -> "Listing":
        """The listing that they are read from."""
        found: Listing = import_module(f"crm.queries.{self.noun}").LISTING
        return found


_USER = Source(
    "user",
    "email",
    "{first_name} {last_name}, {role}",
    "{role}",
    "{id} {first_name} {last_name}",
    ("{first_name} {last_name}",),
)
SOURCES = {
    "client": Source(
        "client",
        "email",
        "{full_name}, {company_name}",
        "{company_name}",
        "{id} {full_name}",
        ("{full_name}", "{full_name} {company_name}"),
        {"erased": False},  # nothing more is done with who is forgotten
    ),
    "contract": Source(
        "contract",
        "id",
        "{client}, {total_amount}, {status}",
        "{total_amount}, {status}",
        "{id} {client}",
    ),
    "event": Source(
        "event",
        "id",
        "{name}, {start_date}, {client}",
        "{start_date}, {client}",
        "{id} {name}",
    ),
    "log": Source(
        "log",
        "id",
        "{client}, {said_on}, {text}",
        "{said_on}, {client}",
        "{id} {client}",
    ),
    "task": Source(
        "task",
        "id",
        "{text}, {due_date}",
        "{due_date}, {assignee}",
        "{id} {text}",
        filters={"open": True},
    ),
    "user": _USER,
    "sales_user": replace(_USER, filters={"role": Role.SALES, "active": True}),
    "management_user": replace(_USER, filters={"role": Role.MANAGEMENT, "active": True}),
    "support_user": replace(_USER, filters={"role": Role.SUPPORT, "active": True}),
}


def find_suggestions(app: App, source: Source, typed: str) -> Iterator[Suggestion]:
    """Yield the records whose words, or whose id, begin as typed; one's own if nothing is.

    Raises CRMError where nobody is logged in or the database does not answer at once.
    """
    with hasty_transaction(app) as tx:
        found = list(read_rows(tx, source, typed))
    for row in found:
        words = format_row(app, source, row)
        by_id = typed.isdecimal() and words["id"].startswith(typed)
        yield Suggestion(
            words["id"] if by_id else str(row[source.key] or row["id"]),
            source.described.format(**words),
            tuple(
                each.format(**words)
                for each in source.named
                if all(row[name] for name in re.findall("{([a-z_]+)}", each))
            ),
        )


def find_own_transactions(app: App, typed: str) -> Iterator[Suggestion]:
    """Yield one's own last commands that can be taken back, the newest first.

    Raises CRMError where nobody is logged in or the database does not answer at once.
    """
    from crm.domain.times import format_wall_clock
    from crm.queries import undo

    with hasty_transaction(app) as tx:
        found = undo.read_latest(tx, most=MOST)
    for done in found:
        if str(done.number).startswith(typed):
            when = format_wall_clock(done.at, app.settings.timezone)
            yield Suggestion(str(done.number), f"{done.command or '-'}, {when}")


def read_rows(
    tx: "Transaction", source: Source, typed: str, most: int = MOST, *, own: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield at most ``most`` records, by field; ``own`` ones only, for those who have some."""
    from crm.queries.listing import Request

    listing = source.listing
    asked = Request(source.fields, source.filters, limit=most)
    if own or not typed:
        asked = asked._replace(mine=tx.actor.role in listing.mine)
    requests = [(listing, asked._replace(search=typed) if typed else asked)]
    if typed.isdecimal() and typed.isascii():
        requests.insert(0, _build_id_range(listing, asked, typed))
    seen: set[int] = set()
    for row in _pages(tx, requests):
        if row["id"] not in seen and len(seen) < most:
            seen.add(row["id"])
            yield row


def read_by_id(tx: "Transaction", source: Source, record_id: int) -> dict[str, Any] | None:
    """Return the record with that id, by field."""
    from crm.queries.pages import read_record

    found = read_record(tx, source.listing, record_id)
    names = (field.name for field in source.listing.fields)
    return None if found is None else dict(zip(names, found, strict=True))


def _pages(
    tx: "Transaction", requests: "Iterable[tuple[Listing, Request]]"
) -> Iterator[dict[str, Any]]:
    from crm.queries.pages import read_page

    for listing, request in requests:
        if request.search:
            tx.execute(SEARCH_BY_INDEX)
            if len(re.findall(r"[^\W_]+", request.search)) == 1:
                tx.execute(SAMPLE)
        found = read_page(tx, listing, request)
        names = [each.name for each in found.fields]
        for row in found.rows:
            yield dict(zip(names, row, strict=True))


def _build_id_range(listing: "Listing", asked: "Request", digits: str) -> "tuple[Listing, Request]":
    """Ask for the records whose id begins with ``digits``, as ranges that the index knows."""
    from crm.queries.listing import Filter

    ranges = []
    first, size = int(digits[:10]), 1
    while 0 < first <= LARGEST_WHOLE_NUMBER:
        ranges.append(f"id BETWEEN {first} AND {min(first + size - 1, LARGEST_WHOLE_NUMBER)}")
        first, size = first * 10, size * 10
    begins = Filter(" OR ".join(ranges) or "false")
    return (
        listing._replace(filters={**listing.filters, "begins": begins}),
        asked._replace(filters={**asked.filters, "begins": True}, sort=(("id", False),)),
    )


def format_row(app: App, source: Source, row: Mapping[str, Any]) -> dict[str, str]:
    """Return a record's values as people read them, by field."""
    from crm.cli.output.columns import build_presenter

    return {
        name: build_presenter(source.listing.find_field(name), app.console, app.console.err)(value)
        for name, value in row.items()
    }


@contextmanager
def hasty_transaction(app: App, *, alone: bool = False) -> "Iterator[Transaction]":
    """Run a transaction that gives up within a second and keeps nothing.

    It uses the connection of a shell, or one of its own, always with ``alone``: a thread must not
    come between the statements of a command. An embedded server that is stopped stays so. Raises
    NotLoggedIn, DatabaseUnavailable.
    """
    from crm.database.actor import require_installation
    from crm.database.transaction import connect, identify_company, transaction

    session = app.session()
    lasting = app.is_connected and not alone
    connection = app.connection if lasting else connect(_parameters(app))
    try:
        require_installation(session.installation, identify_company(connection))
        with transaction(connection, session.secret, dry_run=True) as tx:
            # At a Tab late is worse than nothing.
            tx.execute("SET LOCAL statement_timeout = %s", (STATEMENT_TIMEOUT,))
            yield tx
    finally:
        if not lasting:
            connection.close()


def _parameters(app: App) -> dict[str, str]:
    from crm.database import location

    if location.is_embedded(app.settings):
        from crm.embedded import Cluster

        if not Cluster(app.settings.home).is_running():
            raise DatabaseUnavailable(_("The database is stopped."))
    return location.read_parameters(app.settings) | PATIENCE

"""What a transaction is about to change, or has changed, shortened to what a person reads."""

from typing import TYPE_CHECKING, NamedTuple

from crm.cli.app import App
from crm.cli.reading.listing import format_count
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.undoable import Actions

SHOWN = 10  # records; of more only their number is said
_WIDEST = 100  # cells of a line on a terminal


class Difference(NamedTuple):
    """What was written as lines to be shown, and the same counted in a few words."""

    lines: list[str]
    summary: str


def read_difference(app: App, tx: "Transaction", number: int, counts: "Actions") -> Difference:
    """Return what transaction ``number`` wrote, record by record, the first ten of them."""
    from crm.cli.output.cells import cut
    from crm.cli.output.timeline import format_change
    from crm.cli.reading.changes import describe_action, drop_empty, read_changes
    from crm.queries.audit import ENTRIES, take_entry
    from crm.queries.listing import Request
    from crm.queries.pages import read_page

    request = Request(filters={"transaction": number}, sort=(("id", False),), limit=SHOWN)
    entries = [take_entry(row) for row in read_page(tx, ENTRIES, request).rows]
    terminal = app.console.err
    lines = []
    for entry, changes in zip(entries, read_changes(tx, (e.changes for e in entries)), strict=True):
        told = [
            format_change(*each, entry.action, app.console, terminal)
            for each in drop_empty(changes, entry.action)
        ]
        if entry.action == "UPDATE":
            lines += [f"  {describe_action(entry)}", *(f"    {line}" for line in told)]
        else:
            lines.append(f"  {describe_action(entry)}: {'; '.join(told)}")
    if terminal.interactive:
        widest = min(terminal.width, _WIDEST)
        lines = [cut(line, widest, terminal.ellipsis) for line in lines]
    more = sum(counts.values()) - SHOWN
    if more > 0:
        lines.append("  " + _("… and {n} more").format(n=format_count(more)))
    return Difference(lines, summarize_counts(counts))


def summarize_counts(counts: "Actions") -> str:
    """Return how many records were written: ``2 clients updated, 1 event deleted``."""
    nouns = {
        "users": lambda n: ngettext("{n} colleague", "{n} colleagues", n),
        "clients": lambda n: ngettext("{n} client", "{n} clients", n),
        "contracts": lambda n: ngettext("{n} contract", "{n} contracts", n),
        "events": lambda n: ngettext("{n} event", "{n} events", n),
        "payments": lambda n: ngettext("{n} payment", "{n} payments", n),
        "tasks": lambda n: ngettext("{n} task", "{n} tasks", n),
        "log_entries": lambda n: ngettext("{n} log entry", "{n} log entries", n),
    }
    sentences = {
        "INSERT": _("{records} created"),
        "UPDATE": _("{records} updated"),
        "DELETE": _("{records} deleted"),
    }
    return ", ".join(
        sentences[action].format(records=nouns[table](count).format(n=format_count(count)))
        for (table, action), count in sorted(counts.items())
    )

"""What audit entries changed, as people read it and as machines do."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.reading.asked import Looks
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.output import timeline
    from crm.database.transaction import Transaction
    from crm.queries.audit import Change, Entry
    from crm.queries.listing import Row
    from crm.queries.pages import Page


def looks(app: App, tx: "Transaction", own: tuple[str, int] | None = None) -> Looks:
    """Return how audit entries are printed; the history of one record, ``own``, as a timeline."""

    def rows(*asked: Any) -> "Iterable[Row]":
        return _rows(app, tx, *asked)

    def page(found: "Page") -> None:
        if own is None:
            _table(app, tx, found)
        else:
            _timeline(app, tx, found, own)

    return Looks(rows, page, _("Nothing has been changed yet."))


def _rows(
    app: App, tx: "Transaction", fields: Sequence[Field], rows: "Iterable[Row]", output: str
) -> "Iterable[Row]":
    """Return the rows with their changes as text, in JSON as an object."""
    names = [field.name for field in fields]
    if "changes" not in names:
        return rows
    at = names.index("changes")
    if output == "table":
        return _in_words(app, tx, list(rows), at, names)
    say = _value(app)
    as_json = output.startswith("json")
    return (_replaced(row, at, _plain(row[at], say, as_json=as_json)) for row in rows)


def _replaced(row: "Row", at: int, value: object) -> "Row":
    return (*row[:at], value, *row[at + 1 :])


# For machines


def _plain(changes: Any, say: Any, *, as_json: bool) -> object:
    from crm.queries.audit import typed

    plain = {each.field.name: [say(each.old), say(each.new)] for each in typed(changes)}
    return plain if as_json else json.dumps(plain, ensure_ascii=False)


def _value(app: App) -> Any:
    from crm.domain.times import iso

    zone = app.settings.timezone

    def say(value: object) -> object:
        match value:
            case datetime():
                return iso(value, zone)
            case date():
                return value.isoformat()
            case Decimal():
                return f"{value:.2f}"
            case _:
                return value

    return say


# For people


_TABLE = (
    Field("transaction_id", Kind.ID),
    Field("at", Kind.TIMESTAMP),
    Field("employee"),
    Field("record_id", Kind.CODE),  # a few words that are never cut
    Field("changes", Kind.LONG_TEXT),
    Field("command"),
    Field("reason", Kind.LONG_TEXT),
)


def _table(app: App, tx: "Transaction", found: "Page") -> None:
    from crm.cli.output import table
    from crm.queries.audit import Entry

    entries = [Entry(*row) for row in found.rows]
    changes = named(tx, (entry.changes for entry in entries))
    rows = [
        (
            entry.transaction_id,
            entry.at,
            who(entry),
            done(entry),
            _in_one_line(app, said, entry.action),
            entry.command,
            entry.reason,
        )
        for entry, said in zip(entries, changes, strict=True)
    ]
    table.render(_TABLE, rows, app.console)


_DENIED = (
    Field("id", Kind.ID),
    Field("at", Kind.TIMESTAMP),
    Field("employee"),
    Field("record_id", Kind.CODE),
    Field("message", Kind.LONG_TEXT),  # which says the permission too
)


def denied(app: App) -> Looks:
    """Return how denied attempts are printed: of what record first, then why."""

    def page(found: "Page") -> None:
        from crm.cli.output import table
        from crm.cli.reading.records import by_field
        from crm.queries.audit import TABLES

        rows = []
        for each in found.rows:
            row = by_field(found.fields, each)
            if row["record_id"] is not None and row["kind"] in TABLES:
                row["record_id"] = record(TABLES[row["kind"]], row["record_id"])
            rows.append([row[field.name] for field in _DENIED])
        table.render(_DENIED, rows, app.console)

    return Looks(page=page, empty=_("Nothing has been denied."))


def _in_one_line(app: App, changes: "Iterable[Change]", action: str) -> str:
    from crm.cli.output.timeline import change

    return "; ".join(change(*each, action, app.console) for each in telling(changes, action))


def _in_words(
    app: App, tx: "Transaction", rows: "list[Row]", at: int, names: list[str]
) -> "list[Row]":
    changes = named(tx, [row[at] for row in rows])
    actions = [row[names.index("action")] if "action" in names else "UPDATE" for row in rows]
    return [
        _replaced(row, at, _in_one_line(app, said, action))
        for row, said, action in zip(rows, changes, actions, strict=True)
    ]


def named(tx: "Transaction", entries: Iterable[Any]) -> "list[list[Change]]":
    """Return what each entry's ``changes`` say, with names beside ids."""
    from crm.queries import audit

    changes = [audit.typed(entry) for entry in entries]
    known = audit.names(tx, (each for entry in changes for each in entry))
    return [audit.named(entry, known) for entry in changes]


def telling(changes: "Iterable[Change]", action: str) -> "list[Change]":
    """Return the changes that say something: of a record's creation not what it left empty."""
    if action == "UPDATE":
        return list(changes)
    return [each for each in changes if (each.old, each.new) != (None, None)]


def _timeline(app: App, tx: "Transaction", page: "Page", own: tuple[str, int]) -> None:
    from itertools import groupby

    from crm.cli.output.timeline import Moment, show
    from crm.queries.audit import Entry

    entries = [Entry(*row) for row in page.rows]
    changes = named(tx, (entry.changes for entry in entries))
    moments = []
    together = zip(entries, changes, strict=True)
    for _number, group in groupby(together, key=lambda pair: pair[0].transaction_id):
        written = list(group)[::-1]  # what was written first, first
        entry = written[0][0]
        moments.append(
            Moment(
                entry.at,
                who(entry),
                entry.command or "",
                entry.transaction_id,
                _undoing(entry),
                list(_entries(written, own)),
            )
        )
    show(moments, app.console)


def _entries(
    written: "Sequence[tuple[Entry, list[Change]]]", own: tuple[str, int]
) -> "Iterator[timeline.Entry]":
    from crm.cli.output import timeline

    alone = len(written) == 1
    for entry, changes in written:
        # That a record was updated goes without saying in its own history.
        plain = alone and entry.action == "UPDATE" and own == (entry.table_name, entry.record_id)
        yield timeline.Entry(
            _record(entry),
            "" if plain else done(entry),
            entry.action,
            entry.reason,
            telling(changes, entry.action),
        )


def _undoing(entry: "Entry") -> str:
    """Return what a transaction took back, or by which it was taken back itself."""
    said = []
    if entry.undoes is not None:
        said.append(_("undo of {number}").format(number=entry.undoes))
    if entry.undone_by is not None:
        said.append(_("taken back by {number}").format(number=entry.undone_by))
    return ", ".join(said)


def who(entry: "Entry") -> str:
    """Return who wrote it: the colleague, or the login that was nobody's."""
    if entry.employee:
        return entry.employee
    if entry.employee_id is not None:
        return _("colleague {id} (deleted)").format(id=entry.employee_id)
    return _("{role} (database login)").format(role=entry.database_role)


def _record(entry: "Entry") -> str:
    return record(entry.table_name, entry.record_id)


def record(table: str, record_id: int) -> str:
    """Return what a record is called: ``Client 12``."""
    records = {
        "users": _("Colleague {id}"),
        "clients": _("Client {id}"),
        "contracts": _("Contract {id}"),
        "events": _("Event {id}"),
        "payments": _("Payment {id}"),
    }
    return records[table].format(id=record_id)


def done(entry: "Entry") -> str:
    """Return what happened to a record: ``Client 12 updated``."""
    sentences = {
        "INSERT": _("{record} created"),
        "UPDATE": _("{record} updated"),
        "DELETE": _("{record} deleted"),
    }
    return sentences[entry.action].format(record=_record(entry))

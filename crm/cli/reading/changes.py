"""What audit entries changed, as people read it and as machines do."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.reading.request import Presentation
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.output import timeline
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row
    from crm.queries.audit import AuditEntry, FieldChange
    from crm.queries.pages import Page


def audit_presentation(
    app: App, tx: "Transaction", own: tuple[str, int] | None = None
) -> Presentation:
    """Return how audit entries are printed; the history of one record, ``own``, as a timeline."""

    def rows(*asked: Any) -> "Iterable[Row]":
        return _convert_rows(app, tx, *asked)

    def page(found: "Page") -> None:
        if own is None:
            _show_table(app, tx, found)
        else:
            _show_timeline(app, tx, found, own)

    return Presentation(rows, page, _("Nothing has been changed yet."))


def _convert_rows(
    app: App, tx: "Transaction", fields: Sequence[Field], rows: "Iterable[Row]", output: str
) -> "Iterable[Row]":
    """Return the rows with their changes as text, in JSON as an object."""
    if "changes" not in {field.name for field in fields}:
        return rows
    if output == "table":
        return _format_rows(app, tx, list(rows))
    say = _build_formatter(app)
    as_json = output.startswith("json")
    return (row.replace(changes=_format_plain(row.changes, say, as_json=as_json)) for row in rows)


# For machines


def _format_plain(changes: Any, say: Any, *, as_json: bool) -> object:
    from crm.queries.audit import parse_changes

    plain = {each.field.name: [say(each.old), say(each.new)] for each in parse_changes(changes)}
    return plain if as_json else json.dumps(plain, ensure_ascii=False)


def _build_formatter(app: App) -> Any:
    from crm.domain.times import format_iso

    zone = app.settings.timezone

    def say(value: object) -> object:
        match value:
            case datetime():
                return format_iso(value, zone)
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


def _show_table(app: App, tx: "Transaction", found: "Page") -> None:
    from crm.cli.output import table
    from crm.queries.audit import take_entry

    entries = [take_entry(row) for row in found.rows]
    changes = read_changes(tx, (entry.changes for entry in entries))
    rows = [
        (
            entry.transaction_id,
            entry.at,
            describe_author(entry),
            describe_action(entry),
            _format_one_line(app, said, entry.action),
            entry.command,
            entry.reason,
        )
        for entry, said in zip(entries, changes, strict=True)
    ]
    table.show_listing(_TABLE, rows, app.console)


_DENIED = (
    Field("id", Kind.ID),
    Field("at", Kind.TIMESTAMP),
    Field("employee"),
    Field("record_id", Kind.CODE),
    Field("message", Kind.LONG_TEXT),  # which says the permission too
)


def denied_presentation(app: App) -> Presentation:
    """Return how denied attempts are printed: of what record first, then why."""

    def page(found: "Page") -> None:
        from crm.cli.output import table
        from crm.cli.reading.records import map_fields

        rows = []
        for each in found.rows:
            row = map_fields(found.fields, each)
            row["record_id"] = _describe_denied(row["kind"], row["record_id"])
            rows.append([row[field.name] for field in _DENIED])
        table.show_listing(_DENIED, rows, app.console)

    return Presentation(page=page, empty=_("Nothing has been denied yet."))


def _describe_denied(kind: str | None, record_id: int | None) -> str | None:
    """Return what was denied: any kind is shown, since whoever is denied something writes it."""
    from crm.queries.audit import TABLES

    if record_id is None:
        return None
    if kind in TABLES:
        return describe_record(TABLES[kind], record_id)
    return f"{kind} {record_id}" if kind else str(record_id)


def _format_one_line(app: App, changes: "Iterable[FieldChange]", action: str) -> str:
    from crm.cli.output.timeline import format_change

    return "; ".join(
        format_change(*each, action, app.console) for each in drop_empty(changes, action)
    )


def _format_rows(app: App, tx: "Transaction", rows: "list[Row]") -> "list[Row]":
    changes = read_changes(tx, [row.changes for row in rows])
    actions = [row.action if "action" in row.names else "UPDATE" for row in rows]
    return [
        row.replace(changes=_format_one_line(app, said, action))
        for row, said, action in zip(rows, changes, actions, strict=True)
    ]


def read_changes(tx: "Transaction", entries: Iterable[Any]) -> "list[list[FieldChange]]":
    """Return what each entry's ``changes`` say, with names beside ids."""
    from crm.queries import audit

    changes = [audit.parse_changes(entry) for entry in entries]
    known = audit.read_names(tx, (each for entry in changes for each in entry))
    return [audit.add_names(entry, known) for entry in changes]


def drop_empty(changes: "Iterable[FieldChange]", action: str) -> "list[FieldChange]":
    """Return the changes that say something: of a record's creation not what it left empty."""
    if action == "UPDATE":
        return list(changes)
    return [each for each in changes if (each.old, each.new) != (None, None)]


def _show_timeline(app: App, tx: "Transaction", page: "Page", own: tuple[str, int]) -> None:
    from itertools import groupby

    from crm.cli.output.timeline import Moment, show_timeline
    from crm.queries.audit import take_entry

    entries = [take_entry(row) for row in page.rows]
    changes = read_changes(tx, (entry.changes for entry in entries))
    moments = []
    together = zip(entries, changes, strict=True)
    for _number, group in groupby(together, key=lambda pair: pair[0].transaction_id):
        written = list(group)[::-1]  # what was written first, first
        entry = written[0][0]
        moments.append(
            Moment(
                entry.at,
                describe_author(entry),
                entry.command or "",
                entry.transaction_id,
                _describe_undo(entry),
                list(_build_entries(written, own)),
            )
        )
    show_timeline(moments, app.console)


def _build_entries(
    written: "Sequence[tuple[AuditEntry, list[FieldChange]]]", own: tuple[str, int]
) -> "Iterator[timeline.WrittenRecord]":
    from crm.cli.output import timeline

    alone = len(written) == 1
    for entry, changes in written:
        # That a record was updated goes without saying in its own history.
        plain = alone and entry.action == "UPDATE" and own == (entry.table_name, entry.record_id)
        yield timeline.WrittenRecord(
            _describe_record_of(entry),
            "" if plain else describe_action(entry),
            entry.action,
            entry.reason,
            drop_empty(changes, entry.action),
        )


def _describe_undo(entry: "AuditEntry") -> str:
    """Return what a transaction took back, or by which it was taken back itself."""
    said = []
    if entry.undoes is not None:
        said.append(_("undo of {number}").format(number=entry.undoes))
    if entry.undone_by is not None:
        said.append(_("undone by {number}").format(number=entry.undone_by))
    return ", ".join(said)


def describe_author(entry: "AuditEntry") -> str:
    """Return who wrote it: the colleague, or the login that was nobody's."""
    if entry.employee:
        return entry.employee
    if entry.employee_id is not None:
        return _("colleague {id} (deleted)").format(id=entry.employee_id)
    return _("{role} (database login)").format(role=entry.database_role)


def _describe_record_of(entry: "AuditEntry") -> str:
    return describe_record(entry.table_name, entry.record_id)


def describe_record(table: str, record_id: int) -> str:
    """Return what a record is called: ``Client 12``."""
    records = {
        "users": _("Colleague {id}"),
        "clients": _("Client {id}"),
        "contracts": _("Contract {id}"),
        "events": _("Event {id}"),
        "payments": _("Payment {id}"),
        "log_entries": _("Log entry {id}"),
        "tasks": _("Task {id}"),
    }
    return records[table].format(id=record_id)


def describe_action(entry: "AuditEntry") -> str:
    """Return what happened to a record: ``Client 12 updated``."""
    sentences = {
        "INSERT": _("{record} created"),
        "UPDATE": _("{record} updated"),
        "DELETE": _("{record} deleted"),
    }
    return sentences[entry.action].format(record=_describe_record_of(entry))

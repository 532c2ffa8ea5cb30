"""epicevents event sheet."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import json_option, output_option
from crm.cli.reading import moments, records
from crm.cli.types import EVENT
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.output.day_sheet import Sheet, SheetLine


@click.command(cls=Command)
@click.argument("event", type=EVENT)
@output_option("text", "markdown", "json")
@json_option
@click.pass_obj
def sheet(app: App, /, event: str, output: str) -> None:
    """Print the page to take along on the day of an event (everybody).

    It shows the client, place, time, number of guests, contacts and notes, and the revision of this
    information.

    \b
    Examples:
      epicevents event sheet 7
      epicevents event sheet 7 -o markdown > gala.md
    """
    from crm.queries import event as query

    with app.transaction() as tx:
        event_id = records.find_row(tx, query.LISTING, event).id
        row = query.read_sheet(tx, event_id)
    if output == "json":
        records.print_json(app, query.SHEET, row)
        return
    from crm.cli.output import day_sheet

    page = _build_sheet(app, records.map_fields(query.SHEET, row))
    if output == "markdown":
        day_sheet.show_markdown(page, app.console)
    else:
        day_sheet.show_text(page, app.console)


def _build_sheet(app: App, record: dict[str, Any]) -> "Sheet":
    from crm.cli.output.day_sheet import Sheet, SheetLine
    from crm.domain.times import format_wall_clock

    zone = app.settings.timezone
    whose = (record["client"], record["company_name"])
    return Sheet(
        record["name"],
        [
            SheetLine(_("When"), _format_when(app, record)),
            SheetLine(_("Where"), record["location"]),
            SheetLine(_("Guests"), str(record["attendees"])),
            SheetLine(_("Client"), ", ".join(filter(None, whose))),
            SheetLine(_("On site"), record["client_contact"]),
            SheetLine(_("Support"), record["support_contact"] or _("nobody")),
        ],
        [
            _build_contact(
                _("Client"), record["client"], record["client_phone"], record["client_email"]
            ),
            _build_contact(
                _("Sales"), record["sales_contact"], record["sales_phone"], record["sales_email"]
            ),
            _build_contact(
                _("Support"),
                record["support_contact"],
                record["support_phone"],
                record["support_email"],
            ),
        ],
        record["notes"] or "",
        _("Event {id}, revision {version}, last changed {changed}. Printed {now}.").format(
            id=record["id"],
            version=record["version"],
            changed=format_wall_clock(record["updated_at"], zone),
            now=format_wall_clock(app.now, zone),
        ),
    )


def _build_contact(
    label: str, name: str | None, phone: str | None, email: str | None
) -> "SheetLine":
    from crm.cli.output.day_sheet import SheetLine
    from crm.domain.contact import format_phone

    if name is None:
        return SheetLine(label, _("nobody"))
    number = format_phone(phone) if phone else _("no phone")
    return SheetLine(label, ", ".join(filter(None, [name, number, email])))


def _format_when(app: App, record: dict[str, Any]) -> str:
    """Return from when to when, each day with its name."""
    from crm.domain.times import format_span, to_local

    zone = app.settings.timezone
    said = format_span(record["start_date"], record["end_date"], zone)
    days = [to_local(record[name], zone).date() for name in ("start_date", "end_date")]
    for day in dict.fromkeys(days):
        said = said.replace(day.isoformat(), f"{moments.format_weekday(day)} {day.isoformat()}")
    return said

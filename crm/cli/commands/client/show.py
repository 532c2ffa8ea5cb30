"""epicevents client show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from crm.cli import reading
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import as_of, records
from crm.cli.types import CLIENT
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@as_of.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, client: str, moment: datetime | None, output: str) -> None:
    """Show what to know before calling a client (everybody).

    Who it is and whom to ask, what is owed and since when, open tasks, the last log entries, coming
    events and contracts.

    Wherever a command takes a CLIENT, an id, an email, a phone or words that only one has will do.

    \b
    Examples:
      epicevents client show 12
      epicevents client show kevin.besnard@terremer.example -o json
      epicevents client show 12 --as-of today
    """
    from crm.queries import reference
    from crm.queries.client import DEBT, LISTING, read_debt
    from crm.queries.pages import read_record
    from crm.queries.related import read_related

    title = _("Client {id}: {full_name}")
    if moment:
        as_of.show_as_of(app, output, LISTING, client, moment, title)
        return
    with app.transaction() as tx:
        client_id = reference.find_client_id(tx, client)
        row: Any = read_record(tx, LISTING, client_id)
        found = read_related(tx, "client", client_id, app.now) if output == "table" else {}
        debt = read_debt(tx, client_id) if output == "table" else ()
    fields: Sequence[Field] = LISTING.fields
    record = records.map_fields(fields, row)
    if output != "table":
        records.show_record(app, output, "", fields, row)
        return
    log = reading.offers.Offer(
        Permission.CLIENT_LOG,
        f"epicevents client log {client_id} TEXT",
        _("log what was said"),
    )
    commands = [
        *reading.offers.select_allowed(
            tx.actor,
            record["sales_contact_id"],
            [log, *reading.offers.client_offers(record)] if record["erased_at"] is None else [],
        ),
        reading.offers.history_command("client", record["id"]),
    ]
    hidden = ["erased_at"] if record["erased_at"] is None else []
    if app.console.out.interactive:
        hidden += ["id", "full_name", "company_name", "last_updated", "version"]
        if record["company_name"]:
            title = _("Client {id}: {full_name}, {company_name}")
    fields, row = records.hide_fields(fields, row, *hidden)
    for field, value in zip(DEBT, debt, strict=True):
        fields, row = [*fields, field], row.add(field.name, value)
    records.show_record(
        app,
        output,
        title.format(**record),
        fields,
        row,
        related=reading.offers.build_sections(
            found,
            {
                "tasks": _("Tasks"),
                "log": _("Log"),
                "events": _("Coming events"),
                "contracts": _("Contracts"),
            },
            headless=("tasks", "log", "events"),
        ),
        commands=commands,
        brief=True,
    )

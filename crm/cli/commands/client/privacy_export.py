"""epicevents client privacy-export."""

from typing import TYPE_CHECKING, Any, TextIO

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.reading import records
from crm.cli.types import CLIENT, FILE
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from crm.database.transaction import Transaction
    from crm.queries.privacy import HeldRecords


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@click.option(
    "--output-file",
    type=FILE,
    metavar="FILE",
    help=_("Write to FILE, completely or not at all."),
)
@click.pass_obj
def privacy_export(app: App, /, client: str, output_file: "Path | None") -> None:
    """Print all data held on a client, as JSON (SALES: own clients; MANAGEMENT: any).

    It contains the record, contracts, payments, events, log, tasks and history: who changed
    which value, and when. MANAGEMENT can also export the history of a deleted client, by its id.

    \b
    Examples:
      epicevents client privacy-export 12
      epicevents client privacy-export kevin.besnard@terremer.example --output-file kevin.json
    """
    from crm import services
    from crm.cli.output.files import open_text, refuse_other_name, replace_file
    from crm.queries import lookup

    if output_file is not None:
        refuse_other_name(output_file, "json")
    with app.transaction() as tx:
        client_id = lookup.find_lasting_id(tx, "client", client)
        held = services.privacy.find_held(tx, client_id)
        if output_file is None:
            _write(app, tx, held, app.console.stream)
        else:
            with replace_file(output_file) as file, open_text(file) as stream:
                _write(app, tx, held, stream)
    if output_file is not None:
        said = _("Written to {file}: {client}, {what}. This is personal data; store it safely.")
        counts = {kind: len(held[kind].rows) for kind in ("contracts", "events", "payments")}
        found = held["client"].rows
        app.console.success(
            said.format(
                file=output_file,
                client=_convert_value(found[0], "full_name") if found else client_id,
                what=services.user.format_counts(counts),
            )
        )


def _write(app: App, tx: "Transaction", held: "dict[str, HeldRecords]", stream: TextIO) -> None:
    """Write one JSON object: the client, then an array for each kind of record."""
    import json

    from crm.cli.output import export
    from crm.cli.reading import changes
    from crm.domain.times import format_iso

    zone = app.console.zone
    stream.write(f'{{"exported_at": {json.dumps(format_iso(app.now, zone))}')
    for kind, (fields, rows) in held.items():
        stream.write(f",\n{json.dumps(kind)}: ")
        if kind == "client":
            if rows:
                export.write_record(fields, rows[0], stream, zone)
            else:
                stream.write("null")
            continue
        if kind == "history":
            rows = list(changes.audit_presentation(app, tx).rows(fields, rows, "json"))
        export.write_listing("json", fields, rows, stream, zone)
    stream.write("}\n")


def _convert_value(client: Any, name: str) -> Any:
    from crm.queries.client import LISTING

    return records.map_fields(LISTING.fields, client)[name]

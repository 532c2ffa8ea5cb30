"""epicevents history."""

from typing import Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import listing_options
from crm.cli.reading.listing import run_listing
from crm.cli.reading.request import ListingOptions
from crm.cli.types import RECORD

KINDS = ("user", "client", "contract", "event", "log", "task")


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(KINDS, case_sensitive=False))
@click.argument("record", metavar="ID", type=RECORD)
@listing_options
@click.pass_obj
def history(app: App, /, kind: str, record: str, **given: Any) -> None:
    """Show who changed a record, when and how, field by field (everybody).

    A record may also be given by words: see contract show. The history of a contract includes its
    payments. A deleted record keeps its history, under its id.

    \b
    Examples:
      epicevents history contract 12
      epicevents history client kevin.besnard@terremer.example --all
      epicevents history user 3 -o json
    """
    from crm.cli.reading.changes import audit_presentation
    from crm.queries import audit, lookup
    from crm.services import audit as service

    options = ListingOptions.take_from(given)
    with app.transaction() as tx:
        record_id = lookup.find_lasting_id(tx, kind, record)
        filters = service.find_history(tx, kind, record_id)
        run_listing(
            app,
            tx,
            audit.ENTRIES,
            options,
            filters,
            audit_presentation(app, tx, (audit.TABLES[kind], record_id)),
        )

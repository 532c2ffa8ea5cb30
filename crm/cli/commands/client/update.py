"""epicevents client update."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, version_option, write_options
from crm.cli.reading import records
from crm.cli.types import CLIENT
from crm.domain import inputs
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@input_options(*inputs.CLIENT)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, client: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change a client: SALES their own, MANAGEMENT any.

    At a terminal and without options it asks for each field; Enter keeps what is there.

    \b
    Examples:
      epicevents client update 12
      epicevents client update 12 --phone "06 12 34 56 78"
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.client import LISTING
    from crm.queries.pages import read_record

    fields = LISTING.fields

    def write(tx: "Transaction", client_id: int, values: "Values", seen: "Values | None") -> Any:
        change = services.client.update(tx, client_id, values, version=version, seen=seen)
        return change, fields, read_record(tx, LISTING, client_id)

    def look(tx: "Transaction", client_id: int) -> dict[str, Any]:
        row: Any = read_record(tx, LISTING, client_id)
        return records.map_fields(fields, row)

    subject = writing.updating.Update(
        fields,
        lambda tx: reference.find_client_id(tx, client),
        look,
        lambda _seen: [*map(asking.questions.input_question, inputs.CLIENT)],
    )
    change, fields, row = writing.updating.run_update(app, subject, given, write, dry_run=dry_run)
    done = _("Client {id} updated: {name}.").format(id=row[0], name=row[1])
    then = f"epicevents client show {row[0]}"
    writing.outcome.report_change(
        app, output, change, done, fields, row, dry_run=dry_run, then=then
    )

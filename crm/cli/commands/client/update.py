"""epicevents client update."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, version_option, write_options
from crm.cli.types import CLIENT
from crm.domain import inputs
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@input_options(*inputs.CLIENT)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, client: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change a client (SALES: own clients; MANAGEMENT: any).

    Without options, in a terminal, it asks for each field; Enter keeps the current value.

    \b
    Examples:
      epicevents client update 12
      epicevents client update 12 --phone "06 12 34 56 78"
    """
    from crm import services
    from crm.queries.client import LISTING

    def act(tx: "Transaction", number: int, values: "Values", seen: "Values | None") -> "Change":
        return services.client.update(tx, number, values, version=version, seen=seen)

    subject = writing.updating.Update(
        LISTING,
        client,
        act,
        lambda _seen: asking.questions.input_questions(inputs.CLIENT),
    )
    edited = writing.updating.run_update(app, subject, given, dry_run=dry_run)
    said = writing.edits.Wording(
        _("Client {id} updated: {full_name}."),
        _("Nothing to change."),
        "epicevents client show {id}".format_map,
    )
    writing.edits.report_edit(app, output, edited, said, dry_run=dry_run)

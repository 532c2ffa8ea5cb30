"""epicevents client transfer."""

from typing import TYPE_CHECKING

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import several_records, version_option, write_options
from crm.cli.types import CLIENTS_FOR_USER, SALES_USER
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("clients", CLIENTS_FOR_USER)
@click.argument("user", type=SALES_USER)
@version_option
@write_options
@click.pass_obj
def transfer(
    app: App,
    /,
    clients: tuple[str, ...],
    user: str,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Transfer clients and their unsettled contracts to another SALES person (MANAGEMENT only).

    \b
    Examples:
      epicevents client transfer 12 sales2@epicevents.example
      epicevents client transfer 12 15 16 sales2@epicevents.example
    """
    from crm import services
    from crm.queries.client import LISTING

    writing.edits.refuse_version_of_several(clients, version)
    contact = writing.people.find_person(app, user)

    def act(tx: "Transaction", client_id: int) -> "Change":
        return services.client.transfer(tx, client_id, contact, version=version)

    said = writing.edits.Wording(
        _("Client {id} transferred: {full_name}."),
        _("Already their client; nothing to change."),
        "epicevents client show {id}".format_map,
    )
    writing.edits.change_records(app, output, LISTING, clients, act, said, dry_run=dry_run)

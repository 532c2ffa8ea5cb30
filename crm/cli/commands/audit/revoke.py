"""epicevents audit revoke."""

from typing import TYPE_CHECKING

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.cli.reading import records
from crm.cli.types import USER
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row


@click.command(cls=Command)
@click.argument("session", metavar="[SESSION_ID]", required=False)
@click.option("--user", type=USER, help=_("End all sessions of USER."))
@write_options
@click.pass_obj
def revoke(app: App, /, session: str | None, user: str | None, output: str, dry_run: bool) -> None:
    """End a session at its next command (everybody: their own; MANAGEMENT: any).

    \b
    Examples:
      epicevents audit revoke 2
      epicevents audit revoke --user sales3@epicevents.example
    """
    from crm.queries import audit as query

    if (session is None) == (user is None):
        raise UsageFault(
            _("Give a session's number, or --user to end all of somebody's sessions."),
            hint=_("See the open sessions: epicevents audit sessions"),
            code="missing_option" if session is None else "too_many_options",
        )
    fields = query.SESSIONS.fields
    with app.transaction(dry_run=dry_run) as tx:
        if session is not None:
            ended, done = _revoke_one(tx, session)
        else:
            ended, done = _revoke_all(tx, user or "")
    if output == "json" and session is None:
        records.print_json_list(app, fields, ended)
    if not ended:
        app.console.note(_("Nothing to change: no open sessions."))
        return
    row = ended[0] if session is not None else None
    writing.outcome.report_write(app, output, done, fields, row, dry_run=dry_run)
    if any(each.mine for each in ended) and not dry_run:
        app.console.note(_("Your own session was one of them. Log in again: epicevents login"))


def _revoke_one(tx: "Transaction", session: str) -> "tuple[list[Row], str]":
    """End a session by its number; return it, and what is said of it."""
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.services import audit as service

    number = reference.parse_record_id(session, "audit", query.LARGEST_ID, listed="sessions")
    ended = service.revoke(tx, number)
    employee = records.map_fields(query.SESSIONS.fields, ended)["employee"]
    return [ended], _("Session {id} of {name} has ended.").format(id=number, name=employee)


def _revoke_all(tx: "Transaction", user: str) -> "tuple[list[Row], str]":
    """End all sessions of somebody; return them, and what is said of them."""
    from crm.queries.user import LISTING
    from crm.services import audit as service

    person = records.map_fields(LISTING.fields, records.find_row(tx, LISTING, user))
    ended = service.revoke_all(tx, person["id"])
    done = ngettext(
        "{count} session of {name} has ended.", "{count} sessions of {name} have ended.", len(ended)
    )
    name = "{first_name} {last_name}".format(**person)
    return ended, done.format(count=len(ended), name=name)

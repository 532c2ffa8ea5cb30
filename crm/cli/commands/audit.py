"""epicevents audit …"""

from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Group
from crm.cli.options import PERIOD, TRANSACTION, USER, listing_options, write_options
from crm.cli.reading import records
from crm.cli.reading.asked import Looks, Options
from crm.cli.reading.bounds import bounds
from crm.cli.reading.listing import run
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

KINDS = ("user", "client", "contract", "event", "payment")
ACTIONS = ("INSERT", "UPDATE", "DELETE")


@click.group(cls=Group)
def audit() -> None:
    """What was changed and what was denied, and who is logged in."""


from_option = click.option("--from", "first", type=PERIOD, help=_("On or after DATE."))
to_option = click.option("--to", "last", type=PERIOD, help=_("On or before DATE."))


@audit.command("list")
@listing_options
@click.option("--user", type=USER, help=_("What USER wrote."))
@click.option("--transaction", type=TRANSACTION, help=_("What the command with this number wrote."))
@click.option(
    "--kind", type=click.Choice(KINDS, case_sensitive=False), help=_("Of records of this kind.")
)
@from_option
@to_option
@click.option(
    "--action",
    type=click.Choice(ACTIONS, case_sensitive=False),
    help=_("Records created, updated or deleted."),
)
@click.option("--command", metavar="TEXT", help=_("Written by a command with these words."))
@click.pass_obj
def list_(
    app: App,
    /,
    user: str | None,
    transaction: str | None,
    kind: str | None,
    first: Any,
    last: Any,
    **given: Any,
) -> None:
    """List what was changed, a record a line, the newest first. Everybody may.

    No. is the number of the command that wrote it, which undo and --transaction take.

    \b
    Examples:
      epicevents audit list --user sales3@epicevents.example --from today
      epicevents audit list --kind contract --action delete
      epicevents audit list --command "contract amend" -o jsonl --all
      epicevents audit list --transaction 1
    """
    from crm.cli.reading.changes import looks
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.services import audit as service

    options = Options.taken_from(given)
    with app.transaction() as tx:
        service.entries(tx)
        filters = given | bounds(app, "at", first, last)
        filters["user"] = reference.user_id(tx, user) if user else None
        filters["table"] = query.TABLES[kind] if kind else None
        if transaction:
            filters["transaction"] = reference.record_id(transaction, "audit", query.LARGEST_ID)
        run(app, tx, query.ENTRIES, options, filters, looks(app, tx))


@audit.command("denied")
@listing_options
@click.option("--logins", is_flag=True, help=_("Failed logins instead."))
@click.option("--user", type=USER, help=_("What was denied to USER; any email with --logins."))
@from_option
@to_option
@click.pass_obj
def denied(
    app: App, /, logins: bool, user: str | None, first: Any, last: Any, **given: Any
) -> None:
    """List what the program denied, or failed logins, the newest first. MANAGEMENT may.

    What raw SQL was denied stands in the server's log only.

    \b
    Examples:
      epicevents audit denied --from -7d
      epicevents audit denied --logins --user sales3@epicevents.example
    """
    from crm.cli.reading import changes
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.queries.user import LISTING
    from crm.services import audit as service

    options = Options.taken_from(given)
    listing = query.FAILED_LOGINS if logins else query.DENIED
    looks = Looks(empty=_("No login has failed.")) if logins else changes.denied(app)
    with app.transaction() as tx:
        service.denied(tx)
        filters = bounds(app, "at", first, last)
        if user and logins:
            # Whoever guesses may do so in the name of somebody who is not here.
            filters["email"] = user.strip().lower()
            if "@" not in user:
                found = records.by_field(LISTING.fields, records.find(tx, LISTING, user))
                filters["email"] = found["email"]
        elif user:
            filters["user"] = reference.user_id(tx, user)
        run(app, tx, listing, options, filters, looks)


@audit.command("sessions")
@listing_options
@click.option("--user", type=USER, help=_("Of USER."))
@click.pass_obj
def sessions(app: App, /, user: str | None, **given: Any) -> None:
    """List who is logged in: everybody may see their own sessions, MANAGEMENT all.

    \b
    Examples:
      epicevents audit sessions
      epicevents audit sessions --user sales3@epicevents.example -o ids
    """
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.services import audit as service

    options = Options.taken_from(given)
    with app.transaction() as tx:
        user_id = reference.user_id(tx, user) if user else None
        service.sessions(tx, user_id)
        run(app, tx, query.SESSIONS, options, {"user": user_id})


@audit.command("revoke")
@click.argument("session", metavar="[SESSION_ID]", required=False)
@click.option("--user", type=USER, help=_("Every session of USER."))
@write_options
@click.pass_obj
def revoke(app: App, /, session: str | None, user: str | None, output: str, dry_run: bool) -> None:
    """End a session at its next command: everybody may end their own, MANAGEMENT any.

    \b
    Examples:
      epicevents audit revoke 2
      epicevents audit revoke --user sales3@epicevents.example
    """
    from crm.queries import audit as query
    from crm.queries import reference
    from crm.queries.user import LISTING
    from crm.services import audit as service

    if (session is None) == (user is None):
        raise UsageFault(
            _("Name a session, or with --user whose sessions."),
            hint=_("See which there are: epicevents audit sessions"),
            code="missing_option" if session is None else "too_many_options",
        )
    fields = query.SESSIONS.fields
    with app.transaction(dry_run=dry_run) as tx:
        if session is not None:
            session_id = reference.record_id(session, "audit", query.LARGEST_ID, listed="sessions")
            ended = [service.revoke(tx, session_id)]
            done = _("Session {id} of {name} has ended.").format(
                id=session_id, name=records.by_field(fields, ended[0])["employee"]
            )
        else:
            person = records.by_field(LISTING.fields, records.find(tx, LISTING, user or ""))
            ended = service.revoke_all(tx, person["id"])
            done = ngettext(
                "{count} session of {name} has ended.",
                "{count} sessions of {name} have ended.",
                len(ended),
            ).format(count=len(ended), name="{first_name} {last_name}".format(**person))
    if output == "json" and session is None:
        records.list_as_json(app, fields, ended)
    if not ended:
        app.console.note(_("Nothing to change: nobody is logged in there."))
        return
    row = ended[0] if session is not None else None
    writing.outcome.written(app, output, done, fields, row, dry_run=dry_run)
    if any(each[-1] for each in ended) and not dry_run:
        app.console.note(_("This session was among them. Log in again: epicevents login"))

"""epicevents client erase."""

from typing import Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import prompted_reason_option, write_options, yes_option
from crm.cli.reading import records
from crm.cli.types import CLIENT
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command(cls=Command)
@click.argument("client", type=CLIENT)
@prompted_reason_option
@yes_option
@write_options
@click.pass_obj
def erase(
    app: App, /, client: str, reason: str | None, yes: bool, output: str, dry_run: bool
) -> None:
    """Erase a client's personal data for good (MANAGEMENT only, with a reason).

    Placeholders replace the name, email, phone and company; "(erased)" replaces the person in
    events, payments, log, tasks and history. Amounts, dates and the record of who did what
    remain. In the history of other records only the client's emails and phones are erased; each of
    these texts is listed before you confirm, also with --yes and --dry-run. A deleted client that
    the history still names can be erased by its id.

    \b
    Examples:
      epicevents client erase 12 --reason "asked to be forgotten"
      epicevents client erase kevin.besnard@terremer.example --reason "asked for it" --dry-run
    """
    from crm import services
    from crm.queries import lookup, privacy
    from crm.queries.client import LISTING
    from crm.queries.pages import read_record

    why = writing.edits.ask_for_reason(app, Permission.CLIENT_ERASE, reason)
    fields = LISTING.fields
    # Tried first, so that nobody is asked to confirm what is refused.
    with app.transaction(dry_run=True) as tx:
        client_id = lookup.find_lasting_id(tx, "client", client)
        before: Any = read_record(tx, LISTING, client_id)
        email = before.email if before else privacy.read_last_email(tx, client_id)
        email = email or (before.full_name if before else None)
        found = privacy.read_mentions(tx, client_id)
        mentions = [mention for mention, _content in found]
        services.privacy.erase(tx, client_id, why, mentions=mentions)
        after: Any = read_record(tx, LISTING, client_id)
    _show_mentions(app, found)
    if not dry_run:
        _confirm(app, before, email or str(client_id), yes=yes)
        with app.transaction() as tx:
            now = read_record(tx, LISTING, client_id)
            if before and now:
                writing.deleting.require_as_shown(before, now)
            services.privacy.erase(tx, client_id, why, mentions=mentions)
            after = read_record(tx, LISTING, client_id)
    done = _("Client {id} erased; this cannot be undone.").format(id=client_id)
    # Of one that is deleted there is nothing left but the number.
    gone: dict[str, Any] = {field.name: None for field in fields} | {"id": client_id}
    row = after or tuple(gone.values())
    writing.outcome.report_write(app, output, done, fields, row, dry_run=dry_run)
    app.console.note(_describe_out_of_reach(), loud=True)


def _show_mentions(app: App, mentions: list[tuple[str, str]]) -> None:
    """List the texts of other records in which the client's email or phone is erased."""
    if not mentions:
        return
    said = _("The client's email or phone is also erased in these texts of other records:")
    app.console.note(said, loud=True)
    for mention, content in mentions:
        app.console.note(f"  {mention}: {content}", loud=True)


def _confirm(app: App, row: Any, typed: str, *, yes: bool) -> None:
    from crm.cli.output import detail
    from crm.queries.client import LISTING

    if row and not yes and asking.prompts.may_ask(app):
        # Without when it was erased, which is what is being asked.
        fields, shown = records.hide_fields(LISTING.fields, row, "erased_at")
        detail.show_sheet(row.full_name, fields, shown, app.console, err=True)
    question = _("This cannot be undone. Type {email} to erase the client").format(email=typed)
    asking.prompts.confirm(app, question, yes=yes, typed=typed)


def _describe_out_of_reach() -> str:
    return _(
        "Not erased: backups, exported files, server logs, and notes elsewhere; see: epicevents "
        "help privacy"
    )

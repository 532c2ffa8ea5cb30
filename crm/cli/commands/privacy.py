"""epicevents client privacy-export, erase."""

from typing import TYPE_CHECKING, Any, TextIO

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import CLIENT, FILE, asked_reason_option, write_options, yes_option
from crm.cli.reading import records
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from pathlib import Path

    from crm.database.transaction import Transaction
    from crm.queries.privacy import Held


@click.command("privacy-export", cls=Command, context_settings=SETTINGS)
@click.argument("client", type=CLIENT)
@click.option(
    "--output-file",
    type=FILE,
    metavar="FILE",
    help=_("Write it to FILE, whole or not at all."),
)
@click.pass_obj
def privacy_export(app: App, /, client: str, output_file: "Path | None") -> None:
    """Print all that is held on a client, as JSON. SALES may for their own, MANAGEMENT for any.

    The record, contracts, payments, events, and the history: who changed which value, and when. By
    its id also of a client that is deleted: the history, to MANAGEMENT.

    \b
    Examples:
      epicevents client privacy-export 12
      epicevents client privacy-export kevin.besnard@terremer.example --output-file kevin.json
    """
    from crm import services
    from crm.cli.output.files import as_text, refuse_other_name, replaced
    from crm.queries import reference

    if output_file is not None:
        refuse_other_name(output_file, "json")
    with app.transaction() as tx:
        client_id = reference.lasting_id(tx, "client", client)
        held = services.privacy.held_on(tx, client_id)
        if output_file is None:
            _write(app, tx, held, app.console.stream)
        else:
            with replaced(output_file) as file, as_text(file) as stream:
                _write(app, tx, held, stream)
    if output_file is not None:
        said = _("Written to {file}: {client}, {what}. It is personal; keep it accordingly.")
        counts = {kind: len(held[kind].rows) for kind in ("contracts", "events", "payments")}
        found = held["client"].rows
        app.console.success(
            said.format(
                file=output_file,
                client=_value(found[0], "full_name") if found else client_id,
                what=services.user.listed(counts),
            )
        )


def _write(app: App, tx: "Transaction", held: "dict[str, Held]", stream: TextIO) -> None:
    """Write one JSON object: the client, then an array for each kind of record."""
    import json

    from crm.cli.output import export
    from crm.cli.reading import changes
    from crm.domain.times import iso

    zone = app.console.zone
    stream.write(f'{{"exported_at": {json.dumps(iso(app.now, zone))}')
    for kind, (fields, rows) in held.items():
        stream.write(f",\n{json.dumps(kind)}: ")
        if kind == "client":
            if rows:
                export.write_record(fields, rows[0], stream, zone)
            else:
                stream.write("null")
            continue
        if kind == "history":
            rows = list(changes.looks(app, tx).rows(fields, rows, "json"))
        export.write("json", fields, rows, stream, zone)
    stream.write("}\n")


@click.command("erase", cls=Command, context_settings=SETTINGS)
@click.argument("client", type=CLIENT)
@asked_reason_option
@yes_option
@write_options
@click.pass_obj
def erase(
    app: App, /, client: str, reason: str | None, yes: bool, output: str, dry_run: bool
) -> None:
    """Forget a client for good. MANAGEMENT may, with a reason.

    Placeholders take the place of name, email, phone and company, and "(erased)" of what names the
    person in events, payments and the history. Amounts and dates stay, and who did what when. A
    client that is deleted, whom the history still names, is erased by its id.

    \b
    Examples:
      epicevents client erase 12 --reason "asked to be forgotten"
      epicevents client erase kevin.besnard@terremer.example --reason "asked for it" --dry-run
    """
    from crm import services
    from crm.queries import client as query
    from crm.queries import privacy, reference

    why = writing.edits.reason_for(app, Permission.CLIENT_ERASE, reason)
    fields = query.LISTING.fields
    # Tried first, so that nobody is asked to confirm what is refused.
    with app.transaction(dry_run=True) as tx:
        client_id = reference.lasting_id(tx, "client", client)
        before: Any = query.show(tx, client_id)
        email = _value(before, "email") if before else privacy.last_email(tx, client_id)
        services.privacy.erase(tx, client_id, why)
        after: Any = query.show(tx, client_id)
    if not dry_run:
        _confirm(app, before, email or str(client_id), yes=yes)
        with app.transaction() as tx:
            now = query.show(tx, client_id)
            if before and now:
                writing.deleting.expect_as_shown(fields, before, now)
            services.privacy.erase(tx, client_id, why)
            after = query.show(tx, client_id)
    done = _("Client {id} erased; this cannot be undone.").format(id=client_id)
    # Of one that is deleted there is nothing left but the number.
    row = after or (client_id, *[None] * (len(fields) - 1))
    writing.outcome.written(app, output, done, fields, row, dry_run=dry_run)
    app.console.note(_out_of_reach(), loud=True)


def _confirm(app: App, row: Any, typed: str, *, yes: bool) -> None:
    from crm.cli.output import detail
    from crm.queries.client import LISTING

    if row and not yes and asking.prompts.may_ask(app):
        # Without when it was erased, which is what is being asked.
        detail.sheet(_value(row, "full_name"), LISTING.fields[:-1], row[:-1], app.console, err=True)
    question = _("This cannot be undone. Type {email} to erase the client").format(email=typed)
    asking.prompts.confirm(app, question, yes=yes, typed=typed)


def _value(client: Any, name: str) -> Any:
    from crm.queries.client import LISTING

    return records.by_field(LISTING.fields, client)[name]


def _out_of_reach() -> str:
    return _(
        "Not reached: backups, exported files, logs of the server, what others wrote elsewhere;"
        " see: epicevents help privacy"
    )

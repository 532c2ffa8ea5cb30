"""Records are shown before they are deleted, once, and deleted as they were shown or not at all."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.asking import prompts
from crm.cli.reading import records
from crm.cli.writing import edits, outcome
from crm.domain.errors import Conflict
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row
    from crm.queries.listing import Listing


def delete_records(
    app: App,
    output: str,
    listing: "Listing",
    named: str | Sequence[str],
    act: "Callable[[Transaction, int], object]",
    title: str,
    done: str,
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show the records that are named, ask once, delete them by a service and say so.

    ``title`` and ``done`` are sentences as in :class:`crm.cli.writing.edits.Wording`. All records
    are deleted, or none. Raises NotFound, and what the service raises: it is tried first, so that
    nobody confirms a deletion that is then refused.
    """
    with app.transaction(dry_run=True) as tx:
        rows = edits.run_all_or_none(tx, listing, named, partial(_delete, tx, act))
    if not dry_run:
        titles = [title.format(**edits.format_fields(app, listing.fields, row)) for row in rows]
        confirm_deletion(app, titles, listing.fields, rows, yes=yes)
        shown = {row.id: row for row in rows}
        with app.transaction() as tx:
            edits.run_all_or_none(
                tx, listing, [str(each) for each in shown], partial(_delete, tx, act, shown=shown)
            )
    for row in rows:
        said = done.format(**edits.format_fields(app, listing.fields, row))
        kept = row if output == "json" and len(rows) == 1 else None
        outcome.report_write(app, output, said, listing.fields, kept, dry_run=dry_run)
    if output == "json" and len(rows) > 1:
        records.print_json(app, listing.fields, *rows)
    if output != "json" and not dry_run:
        app.console.note(_("To restore: {command}").format(command="epicevents undo"))


def _delete(
    tx: "Transaction",
    act: "Callable[[Transaction, int], object]",
    row: "Row",
    shown: "Mapping[int, Row] | None" = None,
) -> "Row":
    """Delete a record, if it is still what was ``shown``, and return it as it was."""
    if shown is not None:
        require_as_shown(shown[row.id], row)
    act(tx, row.id)
    return row


def confirm_deletion(
    app: App,
    titles: Sequence[str],
    fields: Sequence[Field],
    rows: Sequence[Sequence[Any]],
    *,
    yes: bool,
    typed: str | None = None,
) -> None:
    """Show what would be deleted and ask once, unless ``--yes`` was given.

    With ``typed``, the person confirms by typing just that.
    """
    from crm.cli.output import detail

    if len(rows) > 1:
        question = _("Delete these {number}?").format(number=len(rows))
    elif typed:
        question = _("Type {text} to confirm").format(text=typed)
    else:
        question = _("Delete it?")
    if not yes and app.console.stdin.isatty():
        if len(rows) == 1:
            detail.show_sheet(titles[0], fields, rows[0], app.console, err=True)
        for title in titles if len(rows) > 1 else ():
            app.console.note(f"  {title}")
    refusal = _("Not deleted: there is no terminal to confirm.")
    prompts.confirm(app, question, yes=yes, typed=typed, refusal=refusal)


def require_as_shown(shown: "Row", row: "Row") -> None:
    """Refuse to go on with a record that has changed since the person was asked: Conflict."""
    if shown.version != row.version:
        raise Conflict(
            _("Somebody else has changed the record since you saw it."),
            hint=_("Look at it again, then repeat the command."),
            details={"version": row.version},
        )

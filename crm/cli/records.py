"""How one record is shown, and what a write says: what changed, and what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.domain.errors import Conflict, UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.output.detail import Command, Related
    from crm.database import Transaction
    from crm.queries.listing import Listing, Row
    from crm.services.editing import Change


def find(tx: "Transaction", listing: "Listing", text: str) -> "Row":
    """Return the record that ``text`` means: by its id, people also by email or name.

    Raises UsageFault ``invalid_id`` or ``ambiguous_reference``, NotFound.
    """
    from crm.queries import reference
    from crm.queries.listing import not_found, record

    if listing.noun == "client":
        record_id = reference.client_id(tx, text)
    elif listing.noun == "user":
        record_id = reference.user_id(tx, text)
    else:
        record_id = reference.record_id(text, listing.noun)
    row = record(tx, listing, record_id)
    if row is None:
        raise not_found(listing.noun, record_id)
    return row


def by_field(fields: Sequence[Field], row: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a row by the names of their fields."""
    return dict(zip((field.name for field in fields), row, strict=True))


def show(
    app: App,
    output: str,
    title: str,
    fields: Sequence[Field],
    row: Sequence[Any],
    *,
    related: "Sequence[Related]" = (),
    commands: "Sequence[Command]" = (),
) -> None:
    """Print one record: a sheet for people, or one JSON object."""
    if output == "json":
        as_json(app, fields, row)
        return
    from crm.cli.output import detail

    detail.sheet(title, fields, row, app.console, related=related, commands=commands)


def as_json(app: App, fields: Sequence[Field], *rows: Sequence[Any]) -> None:
    """Print one record as one JSON object, several as a list of them."""
    from crm.cli.output import export

    if len(rows) == 1:
        export.write_record(fields, rows[0], app.console.stream, app.console.zone)
    else:
        list_as_json(app, fields, rows)


def list_as_json(app: App, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> None:
    """Print records as one JSON array, however many they are."""
    from crm.cli.output import export

    export.write("json", fields, rows, app.console.stream, app.console.zone)


def written(
    app: App,
    output: str,
    done: str,
    fields: Sequence[Field],
    row: Sequence[Any] | None,
    *,
    old: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    then: str | None = None,
) -> None:
    """Say what a write has done.

    ``done`` is the sentence; ``old`` the fields of an edited record before, ``row`` the record now
    (None when it is gone); ``then`` the next command. A dry run says that nothing was kept.
    """
    from crm.cli.output import detail

    if output == "json" and row is not None:
        as_json(app, fields, row)
    if dry_run:
        tried(app, done)
    else:
        app.console.success(done)
    if output != "json" and row is not None and old:
        now = by_field(fields, row)
        changed = {name: now[name] for name in old if name in now}
        for line in detail.changes(old, changed, fields, app.console):
            app.console.note(f"  {line}")
    if then and not dry_run and output != "json":
        suggest(app, then)


def tried(app: App, done: str) -> None:
    """Say what a dry run has done, and taken back."""
    app.console.note(_("Dry run, nothing was kept: {done}").format(done=done), loud=True)


def suggest(app: App, command: str) -> None:
    """Name the command that comes next."""
    app.console.note(_("Next: {command}").format(command=command))


def unchanged(
    app: App, output: str, said: str, fields: Sequence[Field], row: Sequence[Any]
) -> None:
    """Say that there was nothing to change, which is no error."""
    if output == "json":
        as_json(app, fields, row)
    app.console.note(said)


def edited(
    app: App,
    output: str,
    change: "Change",
    done: str,
    fields: Sequence[Field],
    row: Sequence[Any],
    *,
    nothing: str | None = None,
    dry_run: bool = False,
    then: str | None = None,
) -> None:
    """Say what an edit has changed, or ``nothing`` where the record already was that way."""
    if change:
        written(app, output, done, fields, row, old=change.old, dry_run=dry_run, then=then)
    else:
        unchanged(app, output, nothing or _("Nothing to change."), fields, row)


def before_deletion(
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
    from crm.cli import prompts
    from crm.cli.output import detail

    if len(rows) > 1:
        question = _("Delete these {number}?").format(number=len(rows))
    elif typed:
        question = _("Type {text} to delete it").format(text=typed)
    else:
        question = _("Delete it?")
    if not yes and app.console.stdin.isatty():
        if len(rows) == 1:
            detail.sheet(titles[0], fields, rows[0], app.console, err=True)
        for title in titles if len(rows) > 1 else ():
            app.console.note(f"  {title}")
    prompts.confirm(app, question, yes=yes, typed=typed)


def expect_as_shown(fields: Sequence[Field], shown: Sequence[Any], row: Sequence[Any]) -> None:
    """Refuse to go on with a record that has changed since the person was asked: Conflict."""
    version = [field.name for field in fields].index("version")
    if shown[version] != row[version]:
        raise Conflict(
            _("Somebody else has changed the record since it was shown."),
            hint=_("Look at it again, and repeat what you still want."),
            details={"version": row[version]},
        )


def nothing_given() -> UsageFault:
    """Return the error that an update names nothing to change."""
    return UsageFault(
        _("Nothing to change was given."), hint=_("Give an option; see --help."), code="no_change"
    )

"""What a write says: what was done, what changed, and what comes next."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.cli.app import App
from crm.cli.reading import records
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _


def report_write(
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
        records.print_json(app, fields, row)
    if dry_run:
        report_dry_run(app, done)
    else:
        app.console.success(done)
    if output != "json" and row is not None and old:
        now = records.map_fields(fields, row)
        changed = {name: now[name] for name in old if name in now}
        for line in detail.format_changes(old, changed, fields, app.console):
            app.console.note(f"  {line}")
    if then and not dry_run and output != "json":
        suggest_command(app, then)


def report_dry_run(app: App, done: str) -> None:
    """Say what a dry run has done, and taken back."""
    app.console.note(_("Dry run, nothing saved: {done}").format(done=done), loud=True)


def suggest_command(app: App, command: str) -> None:
    """Name the command that comes next."""
    app.console.note(_("Next: {command}").format(command=command))


def report_unchanged(
    app: App, output: str, said: str, fields: Sequence[Field], row: Sequence[Any]
) -> None:
    """Say that there was nothing to change, which is no error."""
    if output == "json":
        records.print_json(app, fields, row)
    app.console.note(said)


def nothing_given_error() -> UsageFault:
    """Return the error that an update names nothing to change."""
    return UsageFault(
        _("Nothing to change: no option was given."),
        hint=_("Give at least one option; see --help."),
        code="no_change",
    )

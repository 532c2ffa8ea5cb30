"""Passwords that somebody sets for a colleague, who must choose another at the first login."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.cli.app import App
from crm.cli.asking import answers
from crm.cli.reading import records
from crm.cli.writing import outcome
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

FIELD = Field("one_time_password")


def read_or_make_password(app: App, *, from_stdin: bool) -> tuple[str, str | None]:
    """Return the password to set, and the same again where it was made here, to be handed out."""
    from crm.security.passwords import make_one_time_password

    if from_stdin:
        return answers.read_stdin_line(app), None
    made = make_one_time_password()
    return made, made


def report_password(
    app: App,
    output: str,
    done: str,
    fields: Sequence[Field],
    row: Sequence[Any],
    made: str | None,
    *,
    old: Mapping[str, Any] | None = None,
    dry_run: bool,
) -> None:
    """Say what was done to the account in ``row``, and print its one-time password once.

    The password stands alone on stdout, or in the JSON; a dry run, which keeps none, shows none.
    ``old`` holds what else the account was before.
    """
    made = None if dry_run else made
    outcome.report_write(
        app, output, done, (*fields, FIELD), (*row, made), old=old, dry_run=dry_run
    )
    if dry_run or output == "json":
        return
    if made:
        app.console.note(_("The one-time password (shown only once):"))
        app.console.data(made)
    email = records.map_fields(fields, row)["email"]
    app.console.note(
        _("They must choose their own password at the next login: epicevents login {email}").format(
            email=email
        )
    )

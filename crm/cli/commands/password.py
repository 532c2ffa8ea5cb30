"""epicevents password."""

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.cli.reading import actors
from crm.domain.errors import CRMError, NotLoggedIn
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.services.authentication import Login


@click.command(cls=Command)
@click.option(
    "--password-stdin",
    is_flag=True,
    help=_("Read two lines from standard input: the current password and the new one."),
)
@write_options
@click.pass_obj
def password(app: App, /, password_stdin: bool, output: str, dry_run: bool) -> None:
    """Change your own password; your other sessions end (anybody).

    A dry run checks both passwords; a wrong current password still counts as a failed login.

    \b
    Examples:
      epicevents password
      epicevents password --password-stdin < both-passwords.txt
    """
    with app.transaction(allow_pending=True) as tx:
        actor = tx.actor
    current = asking.prompts.ask_for_password(app, _("Current password"), from_stdin=password_stdin)
    opened = _verify_password(app, actor.email, current)
    kept = False
    try:
        writing.sessions.choose_password(
            app, opened, actor, current, from_stdin=password_stdin, dry_run=dry_run
        )
        kept = not dry_run
    finally:
        if not kept:
            _end_session(app, opened)
    if kept:
        app.remember(opened)
    if output == "json":
        with app.transaction(allow_pending=dry_run) as tx:
            actors.print_actor(app, tx.actor)
    elif kept:
        writing.outcome.suggest_command(app, "epicevents dashboard")


def _verify_password(app: App, email: str, current: str) -> "Login":
    """Log in with the current password, which shows that it is known."""
    from crm.services import authentication

    try:
        return authentication.login(app.anonymous, email, current)
    except NotLoggedIn as error:
        # There is no doubt about the email here, so the sentence for a login would mislead.
        if error.code != "wrong_credentials":
            raise
        wrong = _("The current password is wrong.")
        raise NotLoggedIn(wrong, hint=error.hint, code=error.code) from None


def _end_session(app: App, opened: "Login") -> None:
    from crm.services import authentication

    # It was opened to prove the password and is known to nobody else; it expires by itself.
    with suppress(CRMError), app.transaction(allow_pending=True, secret=opened.secret) as tx:
        authentication.logout(tx)

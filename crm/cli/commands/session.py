"""login, logout, whoami, password."""

from typing import TYPE_CHECKING, Any

import click

from crm.cli import prompts
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import record_options
from crm.domain.errors import NotLoggedIn, UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.services.authentication import Login

stdin_option = click.option(
    "--password-stdin", is_flag=True, help=_("Read the password from standard input, one line.")
)


@click.command(cls=Command, context_settings=SETTINGS)
@click.argument("email", required=False)
@stdin_option
@click.pass_obj
def login(app: App, /, email: str | None, password_stdin: bool) -> None:
    """Log in on this workstation. Anybody with an account may.

    \b
    Examples:
      epicevents login sophie@epicevents.example
      epicevents login sophie@epicevents.example --password-stdin < password.txt
    """
    asked = prompts.Question("email", _("Email"), str.strip, "EMAIL")
    email = prompts.complete(app, {"email": email}, [asked])["email"]
    typed = prompts.line_from_stdin(app) if password_stdin else prompts.password(app, _("Password"))
    log_in(app, email, typed)


def log_in(app: App, /, email: str, typed: str) -> "Login":
    """Open a session and keep its token; the session before it, if there was one, ends."""
    from crm.services import authentication

    opened = authentication.login(app.anonymous, email, typed)
    _end_session_before(app)
    app.remember(opened)
    with app.transaction(allow_pending=True) as tx:
        if opened.outdated:
            authentication.renew_hash(tx, opened, typed)
        actor = tx.actor
    app.console.success(
        _("Logged in as {name} ({role}) until {until}.").format(
            name=actor.name,
            role=actor.role,
            until=opened.expires_at.astimezone(app.settings.timezone).strftime("%H:%M"),
        )
    )
    if actor.must_change_password:
        app.console.note(_("Choose a password of your own first: epicevents password"), loud=True)
    else:
        app.console.note(_("See what waits for you: epicevents dashboard"))
    return opened


def _end_session_before(app: App) -> None:
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
    except NotLoggedIn:
        return


@click.command(cls=Command, context_settings=SETTINGS)
@click.pass_obj
def logout(app: App) -> None:
    """Log out: the session ends here and in the database.

    \b
    Examples:
      epicevents logout
    """
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
    except NotLoggedIn:
        app.forget()
        app.console.note(_("Nobody was logged in."))
        return
    app.forget()
    app.console.success(_("Logged out."))


FIELDS = (
    Field("id", Kind.ID),
    Field("first_name"),
    Field("last_name"),
    Field("email", Kind.EMAIL),
    Field("role", Kind.CODE),
    Field("session_expires_at", Kind.TIMESTAMP),
)


@click.command(cls=Command, context_settings=SETTINGS)
@click.option("--can", is_flag=True, help=_("What you may do."))
@record_options
@click.pass_obj
def whoami(app: App, /, can: bool, output: str) -> None:
    """Show who is logged in, as the database sees them. Anybody may.

    \b
    Examples:
      epicevents whoami
      epicevents whoami --can
    """
    from crm.cli import records

    with app.transaction(allow_pending=True) as tx:
        actor = tx.actor
    row: list[Any] = [
        actor.id, actor.first_name, actor.last_name, actor.email, actor.role, actor.expires_at
    ]  # fmt: skip
    if can:
        from crm.cli.commands.permissions import grants_of

        grants_of(app, actor.role, output)
        return
    records.show(app, output, actor.name, FIELDS, row)


@click.command(cls=Command, context_settings=SETTINGS)
@click.option(
    "--password-stdin",
    is_flag=True,
    help=_("Read two lines from standard input: the current password and the new one."),
)
@click.pass_obj
def password(app: App, /, password_stdin: bool) -> None:
    """Change your own password; every other session of yours ends. Anybody may.

    \b
    Examples:
      epicevents password
      epicevents password --password-stdin < both-passwords.txt
    """
    from crm.services import authentication

    with app.transaction(allow_pending=True) as tx:
        email = tx.actor.email
    if password_stdin:
        current, new = prompts.line_from_stdin(app), prompts.line_from_stdin(app)
    else:
        current = prompts.password(app, _("Current password"))
        new = prompts.password(app, _("New password"), twice=True)
    if not current:
        raise UsageFault(_("The current password is needed."), code="missing_option")
    opened = authentication.login(app.anonymous, email, current)
    with app.transaction(allow_pending=True, secret=opened.secret) as tx:
        authentication.change_password(tx, opened, new, current=current)
    app.remember(opened)
    app.console.success(_("Your password is changed; your other sessions have ended."))

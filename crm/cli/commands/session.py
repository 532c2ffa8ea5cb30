"""login, logout, whoami, password."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import password_option, record_options, write_options
from crm.cli.reading import records, when
from crm.domain import inputs
from crm.domain.errors import CRMError, NotLoggedIn
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.domain.permissions import Actor
    from crm.services.authentication import Login


@click.command(cls=Command, context_settings=SETTINGS)
@click.argument("email", required=False)
@password_option
@record_options
@click.pass_obj
def login(app: App, /, email: str | None, password_stdin: bool, output: str) -> None:
    """Log in on this workstation. Anybody with an account may.

    \b
    Examples:
      epicevents login sales3@epicevents.example
      epicevents login sales3@epicevents.example --password-stdin < password.txt
    """
    email = asking.prompts.complete(app, {"email": email}, [_email()])["email"]
    typed = (
        asking.answers.line_from_stdin(app)
        if password_stdin
        else asking.prompts.password(app, _("Password"))
    )
    log_in(app, email, typed)
    if output == "json":
        with app.transaction(allow_pending=True) as tx:
            _as_json(app, tx.actor)


def _as_json(app: App, actor: "Actor") -> None:
    records.as_json(app, FIELDS, _row(actor))


def _row(actor: "Actor") -> list[Any]:
    return [
        actor.id, actor.first_name, actor.last_name, actor.email, actor.role, actor.expires_at
    ]  # fmt: skip


def _email() -> "asking.questions.Question":
    label = _("Email")
    return asking.questions.Question(
        "email", label, lambda text: inputs.text(100)(text, label), "EMAIL"
    )


def log_in(app: App, /, email: str, typed: str) -> "Login":
    """Open a session and keep its token; the session before it, if there was one, ends.

    Whoever logs in with a password that somebody else set is asked for another at once, on a
    terminal.
    """
    from crm.services import authentication

    opened = authentication.login(app.anonymous, email, typed)
    before = _end_session_before(app)
    app.remember(opened)
    with app.transaction(allow_pending=True) as tx:
        if opened.outdated:
            authentication.renew_hash(tx, opened, typed)
        actor = tx.actor
    if before is not None and before.id != actor.id:
        app.console.note(_("{name} was logged out.").format(name=before.name))
    app.console.success(
        _("Logged in as {name} ({role}) until {until}.").format(
            name=actor.name, role=actor.role, until=when.said(app, actor.expires_at)
        )
    )
    if actor.must_change_password:
        if not asking.prompts.may_ask(app):
            app.console.note(
                _("First choose a password of your own: epicevents password"), loud=True
            )
            return opened
        app.console.note(_("That password was for one time. Choose one of your own."), loud=True)
        app.console.flush()
        _choose(app, opened, actor, typed)
    app.console.note(_("See what waits for you: epicevents dashboard"))
    return opened


def _end_session_before(app: App) -> "Actor | None":
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
            return tx.actor
    except NotLoggedIn:
        return None


def _choose(
    app: App, opened: "Login", actor: "Actor", current: str, *, dry_run: bool = False
) -> None:
    """Ask for a new password and set it in the session that ``current`` has just opened."""
    from crm.services import authentication

    new = asking.prompts.password(
        app,
        _("New password, 15 characters or more"),
        twice=True,
        check=lambda typed: authentication.check(
            typed, actor.first_name, actor.last_name, actor.email, current=current
        ),
    )
    begin = partial(app.transaction, allow_pending=True, secret=opened.secret, dry_run=dry_run)
    authentication.change_password(begin, opened, new, current=current)
    done = _("Your password is changed; your other sessions have ended.")
    writing.outcome.written(app, "", done, (), None, dry_run=dry_run)


@click.command(cls=Command, context_settings=SETTINGS)
@record_options
@click.pass_obj
def logout(app: App, output: str) -> None:
    """Log out: the session ends here and in the database.

    In JSON it says whose session that was; null where nobody was logged in.

    \b
    Examples:
      epicevents logout
    """
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
            actor = tx.actor
    except NotLoggedIn:
        app.forget()
        if output == "json":
            app.console.data("null")
        app.console.note(_("Nobody was logged in."))
        return
    app.forget()
    if output == "json":
        _as_json(app, actor)
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
    with app.transaction(allow_pending=True) as tx:
        actor = tx.actor
    if can:
        from crm.cli.commands.permissions import grants_of

        grants_of(app, actor.role, output)
    else:
        records.show(app, output, actor.name, FIELDS, _row(actor))
    if actor.must_change_password:
        app.console.note(_("First choose a password of your own: epicevents password"), loud=True)


@click.command(cls=Command, context_settings=SETTINGS)
@click.option(
    "--password-stdin",
    is_flag=True,
    help=_("Read two lines from standard input: the current password and the new one."),
)
@write_options
@click.pass_obj
def password(app: App, /, password_stdin: bool, output: str, dry_run: bool) -> None:
    """Change your own password; every other session of yours ends. Anybody may.

    A dry run tries both passwords; a wrong current one counts as a failed login all the same.

    \b
    Examples:
      epicevents password
      epicevents password --password-stdin < both-passwords.txt
    """
    with app.transaction(allow_pending=True) as tx:
        actor = tx.actor
    label = _("Current password")
    current = (
        asking.answers.line_from_stdin(app)
        if password_stdin
        else asking.prompts.password(app, label)
    )
    opened = _prove(app, actor.email, current)
    kept = False
    try:
        _choose(app, opened, actor, current, dry_run=dry_run)
        kept = not dry_run
    finally:
        if not kept:
            _end(app, opened)
    if kept:
        app.remember(opened)
    if output == "json":
        with app.transaction(allow_pending=dry_run) as tx:
            _as_json(app, tx.actor)
    elif kept:
        writing.outcome.suggest(app, "epicevents dashboard")


def _prove(app: App, email: str, current: str) -> "Login":
    """Log in with the current password, which shows that it is known."""
    from crm.services import authentication

    try:
        return authentication.login(app.anonymous, email, current)
    except NotLoggedIn as error:
        if error.code != "wrong_credentials":
            raise
        wrong = _("The current password is wrong.")
        raise NotLoggedIn(wrong, hint=error.hint, code=error.code) from None


def _end(app: App, opened: "Login") -> None:
    from crm.services import authentication

    with suppress(CRMError), app.transaction(allow_pending=True, secret=opened.secret) as tx:
        authentication.logout(tx)

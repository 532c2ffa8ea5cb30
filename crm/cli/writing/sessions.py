"""Opening a session, and choosing a password in it."""

from functools import partial
from typing import TYPE_CHECKING

from crm.cli.app import App
from crm.cli.asking import prompts
from crm.cli.reading import moments
from crm.cli.writing import outcome
from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.domain.permissions import Actor
    from crm.services.authentication import Login


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
        app.console.note(_("{name} has been logged out.").format(name=before.name))
    app.console.success(
        _("Logged in as {name} ({role}) until {until}.").format(
            name=actor.name, role=actor.role, until=moments.format_moment(app, actor.expires_at)
        )
    )
    if actor.must_change_password:
        if not prompts.may_ask(app):
            app.console.note(_("First choose your own password: epicevents password"), loud=True)
            return opened
        app.console.note(_("That was a one-time password. Choose your own."), loud=True)
        app.console.flush()
        choose_password(app, opened, actor, typed)
    app.console.note(_("See what waits for you: epicevents dashboard"))
    return opened


def _end_session_before(app: App) -> "Actor | None":
    from crm.services import authentication

    try:
        with app.transaction(allow_pending=True) as tx:
            authentication.logout(tx)
            return tx.actor
    except NotLoggedIn as error:
        # There is no session here to end, which is as good as ended.
        if error.code == "session_elsewhere":
            app.console.note(_("Your session at the other database goes on until it expires."))
        return None


def choose_password(
    app: App,
    opened: "Login",
    actor: "Actor",
    current: str,
    *,
    from_stdin: bool = False,
    dry_run: bool = False,
) -> None:
    """Ask for a new password and set it in the session that ``current`` has just opened."""
    from crm.services import authentication

    new = prompts.ask_for_password(
        app,
        _("New password (15 characters or more)"),
        twice=True,
        check=lambda typed: authentication.check_new_password(
            typed, actor.first_name, actor.last_name, actor.email, current=current
        ),
        from_stdin=from_stdin,
    )
    begin = partial(app.transaction, allow_pending=True, secret=opened.secret, dry_run=dry_run)
    authentication.change_password(begin, opened, new, current=current)
    done = _("Your password has been changed and your other sessions have ended.")
    outcome.report_write(app, "", done, (), None, dry_run=dry_run)

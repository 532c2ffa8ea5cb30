"""Who acts in a transaction: what `begin_session` answers, and why it may find nobody."""

from typing import Any

from crm.database.revision import require_revision
from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Actor


def read_actor(row: tuple[Any, ...] | None) -> Actor:
    """Return the employee that ``begin_session`` found.

    Raises NotLoggedIn when the session has ended or the account is inactive, DatabaseUnavailable
    when the schema is not the one that this program was written for.
    """
    if row is None:
        raise not_logged_in_error()
    state, user_id, email, first_name, last_name, role, must_change, expires_at, revision = row
    require_revision(revision)
    if state == "inactive":
        raise account_inactive_error(email)
    if state != "live":
        raise NotLoggedIn(
            _("The session has ended."), hint=_("Run: epicevents login"), code="session_expired"
        )
    return Actor(
        id=user_id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        role=role,
        must_change_password=must_change,
        expires_at=expires_at,
    )


def not_logged_in_error() -> NotLoggedIn:
    """Return the error for a command that needs somebody to be logged in."""
    return NotLoggedIn(_("You are not logged in."), hint=_("Run: epicevents login"))


def account_inactive_error(email: str) -> NotLoggedIn:
    """Return the error for somebody whose account is closed."""
    return NotLoggedIn(
        _("The account {email} is deactivated.").format(email=email),
        hint=_("A colleague in MANAGEMENT can reactivate it."),
        code="account_inactive",
    )

"""Who acts in a transaction: what `begin_session` answers, and where it must not be asked."""

from collections.abc import Mapping
from typing import Any

from crm.database.revision import require_revision
from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Actor


def read_actor(row: Mapping[str, Any] | None) -> Actor:
    """Return the employee that ``begin_session`` found, by the names of its columns.

    By name, because a newer schema may answer more.

    Raises NotLoggedIn when the session has ended or the account is inactive, DatabaseUnavailable
    when this program may not work with the schema.
    """
    if row is None:
        raise not_logged_in_error()
    require_revision(row["schema_revision"], row.get("oldest_program"))
    if row["state"] == "inactive":
        raise account_inactive_error(row["email"])
    if row["state"] != "live":
        raise NotLoggedIn(
            _("The session has ended."), hint=_("Run: epicevents login"), code="session_expired"
        )
    return Actor(
        id=row["user_id"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        role=row["role"],
        must_change_password=row["must_change_password"],
        expires_at=row["expires_at"],
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


def require_place(known: str, here: str) -> None:
    """Refuse to use a session anywhere but at the database that it was opened at.

    Raises NotLoggedIn ``session_elsewhere``.
    """
    if known != here:
        raise NotLoggedIn(
            _("You are logged in at {known}, not at {here}; nothing was sent.").format(
                known=known, here=here
            ),
            hint=_log_in_here(),
            code="session_elsewhere",
        )


def require_installation(known: str, found: str) -> None:
    """Refuse to show a session to a company that it is not for.

    Raises NotLoggedIn ``another_company``.
    """
    if known != found:
        raise NotLoggedIn(
            _("You are logged in at another company than this one; your session was not sent."),
            hint=_log_in_here(),
            code="another_company",
        )


def _log_in_here() -> str:
    return _("Log in here: epicevents login. See which database it is: epicevents config")

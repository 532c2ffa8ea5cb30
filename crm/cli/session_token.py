"""The token of this workstation's session: where the settings keep it, and for which database."""

from typing import TYPE_CHECKING

from crm.database import location
from crm.database.actor import not_logged_in_error, require_place
from crm.security import session_file, tokens

if TYPE_CHECKING:
    from crm.security.tokens import Session
    from crm.services.authentication import Login
    from crm.settings import Settings


def load_session(settings: "Settings") -> "Session":
    """Return the session of the token file.

    Raises NotLoggedIn where there is none or it cannot be used, DatabaseUnavailable where there is
    no database to log in to yet.
    """
    token = session_file.read_token(settings.token_file)
    if token is None:
        location.require_database(settings)
        raise not_logged_in_error()
    return tokens.decode_token(token, _load_key(settings))


def require_same_database(settings: "Settings", session: "Session") -> None:
    """Refuse a session of another database than the settings mean, before anything connects.

    Raises NotLoggedIn ``session_elsewhere``.
    """
    require_place(session.database, location.name_place(settings))


def save_session(settings: "Settings", opened: "Login") -> None:
    """Write the token of a session that was just opened. Raises NotLoggedIn."""
    place = location.name_place(settings)
    session = tokens.Session(
        opened.secret, opened.user_id, opened.expires_at, opened.installation, place
    )
    session_file.write_token(settings.token_file, tokens.issue_token(session, _load_key(settings)))


def _load_key(settings: "Settings") -> str:
    return tokens.load_signing_key(settings.home, settings.secret_key)

"""The token file: who is logged in on this workstation."""

from pathlib import Path

from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _
from crm.security import secret_file, tokens


def write_token(path: Path, token: str) -> None:
    """Keep ``token`` for the next commands, in place of an earlier one.

    Raises NotLoggedIn: ``unwritable_token_file``, and as ``require_token_file``.
    """
    require_token_file(path)
    secret_file.replace_secret(path, token)


def read_token(path: Path) -> str | None:
    """Return the token, None when nobody is logged in.

    Raises NotLoggedIn: ``unsafe_token_file`` for a file that others may read or that is not one
    of one's own, ``unreadable_token_file`` when the system refuses it.
    """
    return secret_file.read_secret(path) or None


def remove_token(path: Path) -> None:
    """Forget the token; nothing to forget is fine.

    Raises NotLoggedIn: ``unwritable_token_file``, and as ``require_token_file``.
    """
    require_token_file(path)
    secret_file.remove_secret(path)


def require_token_file(path: Path) -> None:
    """Refuse to replace or remove anything but a token of this program, or an empty file.

    Whoever sets EPICEVENTS_TOKEN_FILE by mistake loses nothing by it.

    Raises NotLoggedIn: ``unsafe_token_file``, ``unwritable_token_file``.
    """
    try:
        found = secret_file.read_secret(path, private=False)
    except NotLoggedIn as error:
        # The caller is about to write. That the file cannot be read only means that it cannot be
        # replaced.
        if error.code == "unreadable_token_file":
            error.code = "unwritable_token_file"
        raise
    if found and not tokens.is_ours(found):
        raise NotLoggedIn(
            _("{path} is left as it is: it is not a session of this program.").format(path=path),
            hint=_("Name another file in EPICEVENTS_TOKEN_FILE, or remove this one yourself."),
            code="unsafe_token_file",
        )

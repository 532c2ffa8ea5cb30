"""The token file: who is logged in on this workstation."""

from pathlib import Path

from crm.security import secret_file


def write_token(path: Path, token: str) -> None:
    """Keep ``token`` for the next commands, in place of an earlier one.

    Raises NotLoggedIn, ``unwritable_token_file``.
    """
    secret_file.replace_secret(path, token)


def read_token(path: Path) -> str | None:
    """Return the token, None when nobody is logged in.

    Raises NotLoggedIn: ``unsafe_token_file`` for a file that others may read or that is not one
    of one's own, ``unreadable_token_file`` when the system refuses it.
    """
    return secret_file.read_secret(path) or None


def remove_token(path: Path) -> None:
    """Forget the token; nothing to forget is fine.

    Raises NotLoggedIn, ``unwritable_token_file``.
    """
    secret_file.remove_secret(path)

"""Small files that only their owner may read: a session's token and the key that signs it.

Their directory is made 0700, they are 0600. They are written beside their place and moved into
it, so that a reader sees the old text or the new, never half of one, and no link that somebody
laid there is followed.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.domain.errors import NotLoggedIn
from crm.domain.i18n import gettext as _
from crm.files import NO_FOLLOW, NO_WAIT, open_beside

LARGEST = 8192  # bytes

NOT_A_FILE = (errno.ELOOP, errno.EMLINK, errno.ENXIO)


def read_secret(path: Path, *, private: bool = True) -> str | None:
    """Return the text at ``path`` without surrounding white space, None if there is no file.

    What is not UTF-8 becomes U+FFFD. Unless ``private``, others may be able to read it.

    Raises NotLoggedIn: ``unsafe_token_file`` for anything but a small regular file of one's own
    that nobody else may read, ``unreadable_token_file`` when the system refuses it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_FOLLOW | NO_WAIT)
    except FileNotFoundError:
        # Nobody is logged in, or no key was made yet: no failure.
        return None
    except (OSError, ValueError) as error:
        # ValueError: the path, which an environment variable can name, holds a NUL.
        if getattr(error, "errno", None) in NOT_A_FILE:
            raise _not_a_file_error(path) from None
        raise _file_error(path, error, "unreadable_token_file") from None
    try:
        _check(path, os.fstat(descriptor), private=private)
        content = os.read(descriptor, LARGEST + 1)
    except OSError as error:
        # Opened but not readable: a disk or network drive that fails, not a file that is missing.
        raise _file_error(path, error, "unreadable_token_file") from None
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise _not_a_file_error(path)
    return content.decode("utf-8", "replace").strip()


def replace_secret(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, in place of what is there.

    Raises NotLoggedIn, ``unwritable_token_file``.
    """
    with _write_beside(path, text) as temporary:
        temporary.replace(path)


def create_secret(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` unless something is there already: the first of two wins.

    Raises NotLoggedIn, ``unwritable_token_file``.
    """
    with _write_beside(path, text) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            # Another process was first. Its key stands, since it may have signed a token with it
            # already; the caller reads the file again.
            return


def remove_secret(path: Path) -> None:
    """Remove the file at ``path``, or the link and not what it names; nothing there is fine.

    Raises NotLoggedIn, ``unwritable_token_file``.
    """
    try:
        path.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        # As in ``read_secret``, a path can be refused before the system is asked.
        raise _file_error(path, error, "unwritable_token_file") from None


@contextmanager
def _write_beside(path: Path, text: str) -> Iterator[Path]:
    """Hold ``text`` in a temporary file of the same directory."""
    try:
        for directory in (*reversed(path.parent.parents), path.parent):
            directory.mkdir(0o700, exist_ok=True)
        with open_beside(path, text.encode()) as temporary:
            yield temporary
    except (OSError, ValueError) as error:
        # Also what fails in the caller's block: the link or the rename of what was written.
        raise _file_error(path, error, "unwritable_token_file") from None


def _check(path: Path, found: os.stat_result, *, private: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _not_a_file_error(path)
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid():
        raise NotLoggedIn(
            _("{path} was not used: it belongs to somebody else.").format(path=path),
            hint=_("Set EPICEVENTS_TOKEN_FILE or EPICEVENTS_HOME to a place of your own."),
            code="unsafe_token_file",
        )
    if private and found.st_mode & 0o077:
        import shlex

        raise NotLoggedIn(
            _("{path} was not used: other people on this machine can read it.").format(path=path),
            hint=_("Protect it, then log in again: chmod 600 {path}").format(
                path=shlex.quote(str(path))
            ),
            code="unsafe_token_file",
        )


def _not_a_file_error(path: Path) -> NotLoggedIn:
    return NotLoggedIn(
        _("{path} was not used: it is not a small regular file.").format(path=path),
        hint=_("Look at it, remove it and log in again: epicevents login"),
        code="unsafe_token_file",
    )


def _file_error(path: Path, error: OSError | ValueError, code: str) -> NotLoggedIn:
    reason = getattr(error, "strerror", None) or _("the path is not valid")
    return NotLoggedIn(
        _("{path} cannot be used: {reason}.").format(path=path, reason=reason),
        hint=_("Check the directory's permissions, or set EPICEVENTS_TOKEN_FILE."),
        code=code,
    )

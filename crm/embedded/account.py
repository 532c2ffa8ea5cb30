"""Whom the embedded PostgreSQL runs as, and what that system user may reach.

PostgreSQL refuses to run as root, so for root it runs as a user of its own.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

NAME = "pgserver"

_LOCK = Path("/run/epicevents-account.lock")  # only root writes there

_ENTER = stat.S_IXOTH
_READ_AND_ENTER = stat.S_IROTH | stat.S_IXOTH


class Account(NamedTuple):
    """A system user and its group."""

    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """Return whom to run as: nobody else, unless we are root.

    For root that is the owner of ``data``, and ``pgserver`` where there are none yet, which is
    added to the system if need be.

    Raises DatabaseUnavailable ``no_server_account`` where the system does not add it.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (status := data.stat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid)

    try:
        return _find_account()
    except KeyError:
        _add_account()
        return _find_account()


def _find_account() -> Account:
    import pwd

    entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _add_account() -> None:
    """Add the system user, unless another process has added it meanwhile.

    Processes take turns: of two ``useradd`` at once both succeed, and the second gives the user
    another number, so that what the first process made and runs belongs to nobody.
    """
    import subprocess

    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    try:
        with _take_turns():
            try:
                _find_account()
            except KeyError:
                subprocess.run([*command, NAME], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise DatabaseUnavailable(
            _("PostgreSQL does not run as root, and the user {name} cannot be added.").format(
                name=NAME
            ),
            hint=_("Add that user, run epicevents as another, or set EPICEVENTS_DATABASE_URL."),
            code="no_server_account",
        ) from None


@contextmanager
def _take_turns() -> Iterator[None]:
    import fcntl

    lock = os.open(_LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def let_enter(path: Path, account: Account | None) -> None:
    """Let the server's user pass through the directories above ``path``, without reading them."""
    if account:
        for directory in path.parents:
            status = directory.stat()
            owned = status.st_uid == account.uid and status.st_mode & stat.S_IXUSR
            if not owned and not status.st_mode & _ENTER:
                directory.chmod(stat.S_IMODE(status.st_mode) | _ENTER)


def let_read(directory: Path, account: Account | None) -> None:
    """Let the server's user read a directory of programs and all that lies in it."""
    if account and directory.stat().st_mode & _READ_AND_ENTER != _READ_AND_ENTER:
        for path in (directory, *directory.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (_READ_AND_ENTER if mode & stat.S_IXUSR else stat.S_IROTH))


def make_private(directory: Path, account: Account | None) -> None:
    """Make a directory that only the server's user can enter, or see that it is one.

    Raises DatabaseUnavailable ``unsafe_directory`` for a link or a directory of somebody else.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    refuse_foreign(directory, account)
    if account:
        os.chown(directory, *account, follow_symlinks=False)
    directory.chmod(0o700)


def refuse_foreign(directory: Path, account: Account | None) -> None:
    """Raise DatabaseUnavailable ``unsafe_directory`` where somebody else could be listening."""
    status = directory.lstat()
    ours = (os.geteuid(), *(account or ())[:1])
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in ours:
        raise DatabaseUnavailable(
            _("{path} is not a directory of ours.").format(path=directory),
            hint=_("Remove it, or name a shorter directory in EPICEVENTS_HOME."),
            code="unsafe_directory",
        )

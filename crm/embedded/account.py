"""Whom the embedded PostgreSQL runs as, and what that system user may reach.

PostgreSQL refuses to run as root, so for root it runs as a user of its own.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

NAME = "pgserver"

_LOCK = Path("/run/epicevents-account.lock")  # only root writes there


class Account(NamedTuple):
    """A system user and its group."""

    uid: int
    gid: int


def choose_account(home: Path, data: Path) -> Account | None:
    """Return whom to run as: nobody else, unless we are root.

    For root that is the owner of ``data``, and ``pgserver`` where there are none yet, which is
    added to the system if need be.

    Raises DatabaseUnavailable: ``unsafe_directory`` for data of somebody else, and
    ``no_server_account`` where the system does not add the user.
    """
    if os.path.lexists(data):
        refuse_foreign_directory(data, home)
    if os.geteuid() != 0:
        return None
    if os.path.lexists(data) and (status := data.lstat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid)

    try:
        return _find_account()
    except KeyError:
        # A machine that has never run it as root.
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
                # Under the lock: another process may have added it since it was looked for.
                subprocess.run([*command, NAME], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        # No useradd (Alpine, macOS), a read-only system, or a policy against it.
        raise DatabaseUnavailable(
            _(
                "PostgreSQL does not run as root, and the system user {name} cannot be created."
            ).format(name=NAME),
            hint=_(
                "Create that user, run epicevents as another user, or set EPICEVENTS_DATABASE_URL."
            ),
            code="no_server_account",
        ) from None


@contextmanager
def _take_turns() -> Iterator[None]:
    import fcntl

    # In a directory of root's own, so that nobody else can hold the lock. It goes with its
    # descriptor, also where the process is killed.
    lock = os.open(_LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def make_private(directory: Path, account: Account | None) -> None:
    """Make a directory that only the server's user can enter, or see that it is one.

    Raises DatabaseUnavailable ``unsafe_directory`` for a link or a directory of somebody else.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    try:
        # By its descriptor, so that nobody can lay a link in its place meanwhile.
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # A link, a file, or a directory that is closed to us: none is one that we have made.
        raise _foreign_error(directory) from None
    try:
        if os.fstat(descriptor).st_uid not in {os.geteuid(), *(account or ())[:1]}:
            raise _foreign_error(directory)
        if account:
            os.fchown(descriptor, *account)
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def refuse_foreign_directory(directory: Path, home: Path) -> None:
    """Refuse what is no directory of ours, so that we neither start nor ask somebody else's server.

    Ours are, for root, also those of ``pgserver`` and of the owner of ``home``.

    Raises DatabaseUnavailable ``unsafe_directory``.
    """
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in _owners(home):
        raise _foreign_error(directory)


def _owners(home: Path) -> set[int]:
    owners = {os.geteuid()}
    if owners == {0}:
        # The home is made later, and then by us.
        with suppress(FileNotFoundError):
            owners.add(home.stat().st_uid)
        # The server's account is added at its first start only.
        with suppress(KeyError):
            owners.add(_find_account().uid)
    return owners


def _foreign_error(directory: Path) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        _("{path} is not a directory of yours.").format(path=directory),
        hint=_("Remove it, or set EPICEVENTS_HOME to another, shorter directory."),
        code="unsafe_directory",
    )

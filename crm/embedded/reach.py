"""What the user that root's server runs as can reach.

Root's directories are closed to that user, and stay so: their modes are not ours to change. Where
it could not pass, the data, the socket and a copy of the programs lie under ``/var/lib/epicevents``
instead, in directories that root made.
"""

import os
import stat
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded.account import Account

APART = Path("/var/lib/epicevents")

_READ_AND_ENTER = stat.S_IROTH | stat.S_IXOTH


def find_root(home: Path) -> Path:
    """Return the directory of root's data: ``home``, or one apart where others cannot get there."""
    if os.path.lexists(home / "postgres") or _all_may_pass(home):
        return home
    return find_place_apart(home)


def find_place_apart(home: Path) -> Path:
    """Return the directory under ``/var/lib/epicevents`` that belongs to a home."""
    return APART / _digest(os.fsencode(home))


def open_way(directories: Iterable[Path], account: Account | None) -> None:
    """Make our own directories passable for the server's user; those above stay as they are.

    Raises DatabaseUnavailable ``no_way_in`` where that user cannot pass those.
    """
    if account is None:
        return
    for directory in directories:
        if directory.parent == APART:
            _make_open(APART)
            directory.mkdir(mode=0o711, exist_ok=True)  # to be passed through, not listed
        status = directory.stat()
        if status.st_uid == os.geteuid():
            directory.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
        for path in (directory, *directory.parents):
            if not _may_pass(path, account):
                raise _no_way_in_error(path)


def provide_programs(account: Account | None, binaries: Path) -> Path:
    """Return the programs, or a copy that the server's user can read. Raises OSError."""
    from crm.embedded import packages

    needed = packages.list_directories(binaries)
    if account is None or all(map(_all_may_read, needed)):
        return binaries
    base = Path(os.path.commonpath(needed)) if len(needed) > 1 else binaries.parent.parent
    made = (binaries / "postgres").stat()
    key = b"%b %d %d" % (os.fsencode(binaries), made.st_mtime_ns, made.st_size)
    copy = APART / f"programs-{_digest(key)}"
    if not copy.exists():
        _copy(needed, base, copy)
    return copy / binaries.relative_to(base)


def _copy(directories: list[Path], base: Path, copy: Path) -> None:
    import shutil
    import tempfile

    _make_open(APART)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=APART))
    try:
        for directory in directories:
            ignored = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(directory, new / directory.relative_to(base), ignore=ignored)
        for path in (new, *new.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (_READ_AND_ENTER if mode & stat.S_IXUSR else stat.S_IROTH))
        try:
            new.rename(copy)
        except OSError:
            if not copy.exists():  # another process was first
                raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _no_way_in_error(directory: Path) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        _("PostgreSQL does not run as root, and its own user cannot enter {path}.").format(
            path=directory
        ),
        hint=_("Let others pass through it (chmod o+x), or set EPICEVENTS_HOME."),
        code="no_way_in",
    )


def _make_open(directory: Path) -> None:
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    directory.chmod(0o755)  # whatever the umask is


def _may_pass(directory: Path, account: Account) -> bool:
    status = directory.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _all_may_pass(path: Path) -> bool:
    """Whether others can pass the directories above a path, as far as they exist."""
    above = [directory for directory in path.parents if directory.exists()]
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in above)


def _all_may_read(directory: Path) -> bool:
    """Whether others can read a directory of programs; one umask made all that lies in it."""
    inside = [directory, *directory.iterdir(), *(directory / "bin").glob("*")]
    readable = all(path.stat().st_mode & stat.S_IROTH for path in inside)
    return readable and _all_may_pass(directory / "bin")


def _digest(name: bytes) -> str:
    return sha256(name).hexdigest()[:16]

"""Files that nobody but their owner can read, written whole or not at all; and others' files."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# Windows has neither links to fall for nor FIFOs to hang on by default.
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# Names and links on the way to a file; Linux follows 40 links.
_LONGEST_WAY = 4096
NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def read_regular(path: Path, largest: int, start: int = 0) -> bytes:
    """Return at most ``largest`` bytes of a file in a directory that somebody else may write in.

    Raises OSError, also for a link, a second name of another file, and what is no file: following
    one would show its owner what only we may read, and a FIFO would never end.
    """
    descriptor = os.open(path, os.O_RDONLY | NO_FOLLOW | NO_WAIT)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        os.lseek(descriptor, start, os.SEEK_SET)
        return os.read(descriptor, largest)
    finally:
        os.close(descriptor)


def find_foreign_link(path: Path) -> Path | None:
    """Return the first link on the way to ``path`` that is neither ours nor root's, else ``None``.

    Each link is looked at by itself, also those that other links lead to, and those of the
    directories. What is missing ends the way. Raises OSError for a ring of links.
    """
    if os.name != "posix":
        return None
    left = list(reversed(path.absolute().parts))
    reached = Path(left.pop())
    for _step in range(_LONGEST_WAY):
        if not left:
            return None
        reached = reached / left.pop()
        try:
            status = reached.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISLNK(status.st_mode):
            # Links before it are followed by now, so ".." goes up where the kernel does.
            reached = reached.parent.parent if reached.name == ".." else reached
            continue
        if status.st_uid not in {0, os.geteuid()}:
            return reached
        target = reached.readlink()
        reached = Path(target.anchor) if target.is_absolute() else reached.parent
        left.extend(reversed(target.parts[1:] if target.is_absolute() else target.parts))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def write_private(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> None:
    """Write a file with mode 0600; ``owner`` is a user and group, else we.

    A link of that name is replaced, not followed. Raises OSError.
    """
    with open_beside(path, content, owner) as temporary:
        temporary.replace(path)


@contextmanager
def open_beside(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> Iterator[Path]:
    """Hold ``content`` in a temporary file of mode 0600 in the directory of ``path``.

    Whoever moves it into its place lets readers see the old content or the new, never half of one;
    what is still there at the end is removed. Raises OSError.
    """
    descriptor, name = _temporary(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            if owner:
                os.fchown(descriptor, *owner)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def replace_whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` at the end, and is gone if anything fails.

    It is written beside it with mode 0600. Raises OSError.
    """
    descriptor, name = _temporary(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _temporary(path: Path) -> tuple[int, str]:
    """Open a new file beside ``path``. Raises OSError, which names what the person named."""
    import tempfile

    try:
        # mkstemp refuses what exists, follows no link and always makes the file 0600.
        return tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except FileNotFoundError as error:
        # The directory is missing; the error would name a temporary file that nobody knows.
        error.filename = str(path.parent)
        raise
    except OSError as error:
        # The same for every other reason.
        error.filename = str(path)
        raise

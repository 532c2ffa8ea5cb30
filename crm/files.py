"""Files that nobody but their owner can read, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


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
        error.filename = str(path.parent)
        raise
    except OSError as error:
        error.filename = str(path)
        raise

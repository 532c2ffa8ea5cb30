"""A file that somebody brings: regular, not too long, and the same each time it is read."""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from crm.domain.errors import FileTooLarge, InvalidValue, UsageFault
from crm.domain.i18n import gettext as _
from crm.importing.bounds import Bounds

# A FIFO does not wait for its other end, and a terminal does not become ours.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BUFFER = 1 << 16


class SourceFile:
    """A file that is read several times: for its headings, its rows, and those that are refused.

    A link is followed. What is no regular file (a pipe, a device, a directory) is refused, and so
    is a file that is longer than ``bounds`` allow (``None`` is any length) or that changes between
    or during two readings: rows would be half ones, or others than those that were checked.
    """

    def __init__(self, path: Path, bounds: Bounds | None) -> None:
        """Look at the file. Raises OSError, UsageFault, InvalidValue."""
        self.path = path
        self.bounds = bounds
        try:
            found = path.stat()
        except FileNotFoundError:
            # Other OSErrors name their file and are told by the main module.
            raise UsageFault(
                _("The file {path} does not exist.").format(path=path),
                hint=_("Check the path."),
                code="file_not_found",
            ) from None
        if not stat.S_ISREG(found.st_mode):
            raise UsageFault(
                _("{path} is not a regular file.").format(path=path),
                hint=_("Save what it gives as a file, and name that."),
                code="not_a_file",
            )
        if bounds and found.st_size > bounds.length:
            raise FileTooLarge(
                _("The file has {size} MB; at most {most} MB are read.").format(
                    size=-(-found.st_size >> 20), most=bounds.length >> 20
                )
            )
        self._was = _identity(found)
        self.size = found.st_size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Yield the file without a buffer. Raises InvalidValue ``file_changed``."""
        with os.fdopen(os.open(self.path, _FLAGS), "rb", buffering=0) as file:
            self._require_unchanged(file)
            yield file
            self._require_unchanged(file)

    @contextmanager
    def open_text(self, encoding: str, newline: str) -> Iterator[TextIO]:
        """Yield the file as text; of one that grows, no more than it had at first."""
        with self.open() as file:
            part: Any = _UpTo(file, self.size)
            with io.TextIOWrapper(
                io.BufferedReader(part, _BUFFER), encoding=encoding, newline=newline
            ) as text:
                yield text

    def start(self, length: int) -> bytes:
        """Return the first bytes."""
        with self.open() as file:
            return file.read(length)

    def _require_unchanged(self, file: BinaryIO) -> None:
        if _identity(os.fstat(file.fileno())) != self._was:
            raise InvalidValue(
                _("{path} changed while it was read.").format(path=self.path),
                hint=_("Wait until it is complete, and import it again."),
                code="file_changed",
            )


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class _UpTo(io.RawIOBase):
    """The first bytes of a file, at most ``most``."""

    def __init__(self, file: Any, most: int) -> None:
        self._file = file
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer)[: self._left]
        found = self._file.readinto(wanted) if wanted else 0
        self._left -= found or 0
        return found or 0

"""One output stream: whether people read it directly, how wide it is and what it can show."""

import errno
import io
import os
from collections.abc import Mapping
from typing import Literal, TextIO

from crm.cli.output import cells
from crm.cli.output.prose import wrap_sentence

Color = Literal["auto", "always", "never"]


class ClosedStream(io.StringIO):
    """Stands for a stream that the process was started without: what is written is an error."""

    def write(self, _text: str) -> int:
        """Refuse, as a stream on a full disk does."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


class Terminal:
    """A stream, and what it can show.

    ``interactive`` (it is a terminal) decides the layout: fitting, cutting and wrapping happen only
    there. ``color`` is decided apart from it: by the argument, then ``NO_COLOR``, ``FORCE_COLOR``,
    ``TERM=dumb`` and only then by the terminal.
    """

    def __init__(self, stream: TextIO | None, environ: Mapping[str, str], color: Color) -> None:
        # A process may be started without stderr, and then nobody is there to be told.
        self.stream: TextIO = stream or io.StringIO()
        self.encoding = self.stream.encoding or "utf-8"
        self.interactive = self.stream.isatty()
        self._environ = environ
        self.set_color(color)
        if isinstance(self.stream, io.TextIOWrapper):
            self.stream.reconfigure(errors="backslashreplace")

    def use_utf8(self) -> None:
        """Write UTF-8 from now on, whatever the locale says, unless a terminal shows it.

        What is meant for a program is the same bytes on every machine.
        """
        if not self.interactive:
            if isinstance(self.stream, io.TextIOWrapper):
                self.stream.reconfigure(encoding="utf-8")
            self.encoding = "utf-8"

    def set_color(self, color: Color) -> None:
        """Decide anew whether there is colour."""
        self.color = _in_color(color, self._environ, self.interactive)

    @property
    def moves(self) -> bool:
        """Whether its cursor can go back over what is written."""
        return self.interactive and self._environ.get("TERM", "dumb") not in {"dumb", "unknown"}

    @property
    def width(self) -> int:
        """How many cells a line has."""
        return self._size("COLUMNS", 0, 80)

    @property
    def height(self) -> int:
        """How many lines the screen has."""
        return self._size("LINES", 1, 24)

    @property
    def placeholder(self) -> str:
        """What stands where a record has no value."""
        return self.fit("—") if self.interactive else "-"

    @property
    def ellipsis(self) -> str:
        """What stands where a text is cut."""
        return self.fit("…")

    def fit(self, text: str) -> str:
        """Return ``text`` in characters that the stream's encoding has."""
        return cells.encodable(text, self.encoding)

    def text(self, value: str, *, lines: bool = False) -> str:
        """Return an outside value so that it is shown and never interpreted, in one line."""
        return self.fit(cells.visible(value, lines=lines))

    def sentence(self, value: str, *, before: int = 0) -> str:
        """Return an outside value in lines that fit, after ``before`` cells of the first."""
        shown = self.text(value, lines=True)
        return wrap_sentence(shown, self.width, before) if self.interactive else shown

    def paint(self, text: str, style: str | None) -> str:
        """Return ``text`` in a named style where the stream has colour."""
        return cells.paint(text, style) if self.color else text

    def write(self, text: str) -> None:
        """Write laid-out text at once, as it is."""
        self.stream.write(text)
        self.stream.flush()

    def _size(self, variable: str, axis: int, default: int) -> int:
        named = self._environ.get(variable, "")
        if named.isdecimal() and len(named) < 5 and int(named) > 0:
            return int(named)
        try:
            return os.get_terminal_size(self.stream.fileno())[axis] or default
        except OSError:  # also io.UnsupportedOperation: not a terminal
            return default


def _in_color(color: Color, environ: Mapping[str, str], interactive: bool) -> bool:
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return interactive and environ.get("TERM") != "dumb"

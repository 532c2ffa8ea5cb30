"""What a command reads from and says to: three streams that tests can replace.

Nothing is shown before the transaction is committed: what a command says is held, in its order,
until ``flush``; ``discard`` forgets it, so that on a failure stdout is empty and no success is
reported. Warnings and errors are written at once.
"""

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, TextIO

from crm.cli.output.terminal import Color, Terminal
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crm.settings import Settings


class Console:
    """The streams of one command, and the reader's zone, language and currency.

    ``settings`` may be set later; until then, and for errors in the settings themselves, the
    defaults hold. Every value given to ``data``, ``note``, ``success``, ``warning`` and ``error``
    may be hostile: control characters are written out (``\\x1b``), and nothing in it is markup.
    Data goes to stdout, everything else to stderr.
    """

    def __init__(
        self,
        *,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
        color: Color = "auto",
        settings: "Settings | None" = None,
    ) -> None:
        self.environ = os.environ if environ is None else environ
        self.stdin = stdin or sys.stdin
        self.out = Terminal(stdout or sys.stdout, self.environ, color)
        self.err = Terminal(stderr or sys.stderr, self.environ, color)
        self.settings = settings
        self.quiet = False  # whether remarks are left out
        self._held: list[tuple[Terminal, str, bool]] = []

    def set_color(self, color: Color) -> None:
        """Colour both streams, or neither, or decide for each."""
        self.out.set_color(color)
        self.err.set_color(color)

    @property
    def zone(self) -> "ZoneInfo":
        """The company's zone, in which people read and type times."""
        from zoneinfo import ZoneInfo

        return self.settings.timezone if self.settings else ZoneInfo("Europe/Paris")

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount."""
        return self.settings.currency if self.settings else "EUR"

    @property
    def language(self) -> str:
        """``fr`` or ``en``: how amounts are written."""
        return self.settings.language if self.settings else "en"

    @cached_property
    def stream(self) -> TextIO:
        """A stream to stdout that is held like everything else, for a record in a machine format.

        A listing, which may be endless, is written to ``direct_stream``.
        """
        self.out.use_utf8()
        return _Held(self)

    @property
    def direct_stream(self) -> TextIO:
        """Stdout itself, for records in a machine format that are written as they are read."""
        self.out.use_utf8()
        return self.out.stream

    def data(self, text: str) -> None:
        """Hold one line, or several, for stdout."""
        self.show(self.out.text(text, lines=True) + "\n")

    def note(self, text: str, *, loud: bool = False) -> None:
        """Hold a remark for stderr, such as what comes next; ``loud`` where it must be noticed.

        A quiet console leaves out all but the loud ones.
        """
        if self.quiet and not loud:
            return
        shown = self.err.sentence(text)
        self.show(self.err.paint(shown, "warning" if loud else "quiet") + "\n", self.err)

    def success(self, text: str) -> None:
        """Hold for stderr what has been done."""
        mark = self.err.fit("✓")
        shown = self.err.sentence(text, before=len(mark) + 1)
        self.show(f"{self.err.paint(mark, 'success')} {shown}\n", self.err)

    def warn(self, text: str) -> None:
        """Write to stderr, at once, what the person should know before going on."""
        self._say(_("Warning:"), "warning", text)

    def error(self, message: str, hint: str | None = None) -> None:
        """Write to stderr, at once, what went wrong and why, and below it what to do next."""
        self._say(_("Error:"), "error", message)
        if hint:
            self._say(_("Hint:"), "label", hint)

    def show(self, laid_out: str, terminal: Terminal | None = None, *, paged: bool = False) -> None:
        """Hold text of this package's making, escape codes included, for stdout or ``terminal``.

        ``paged`` text goes through the pager if it is longer than the screen.
        """
        if laid_out:
            self._held.append((terminal or self.out, laid_out, paged))

    def show_paged(self, text: str) -> None:
        """Hold lines for stdout, to be read in the pager if they are longer than the screen."""
        self.show(self.out.text(text, lines=True) + "\n", paged=True)

    def flush(self) -> None:
        """Write what was held, in its order: after the commit, and before anything is asked."""
        held, self._held = self._held, []
        for (terminal, paged), pieces in groupby(held, key=itemgetter(0, 2)):
            text = "".join(piece[1] for piece in pieces)
            if not (paged and self._page(terminal, text)):
                terminal.write(text)

    def discard(self) -> None:
        """Forget what was held: the transaction has failed."""
        self._held.clear()

    def _say(self, word: str, style: str, text: str) -> None:
        word = self.err.fit(word)
        shown = self.err.sentence(text, before=len(word) + 1)
        self.err.write(f"{self.err.paint(word, style)} {shown}\n")

    def _page(self, terminal: Terminal, text: str) -> bool:
        pager = self.settings and self.settings.pager
        if not (pager and terminal.interactive and text.count("\n") >= terminal.height):
            return False
        from crm.cli.output.pager import show_in_pager

        return show_in_pager(
            pager, text.encode(terminal.encoding, "backslashreplace"), self.environ
        )


class _Held(io.StringIO):
    """A writable stream in front of a console's stdout."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read only, as of any file
        return self._console.out.encoding

    def isatty(self) -> bool:
        return self._console.out.interactive

    def write(self, text: str) -> int:
        self._console.show(text)
        return len(text)


@contextmanager
def ignore_broken_pipe() -> Iterator[None]:
    """Say nothing when the reader of stdout or stderr has gone, as after ``| head``.

    What is still buffered is written inside; a stream that refuses it is pointed at nothing, so
    that the interpreter's own last flush is quiet too. Any other failure, such as a full disk, is
    raised.
    """
    try:
        yield
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
    except OSError as error:
        # Which of the two streams it was, the error does not say.
        for stream in (sys.stdout, sys.stderr):
            _abandon_if_broken(stream)
        if not isinstance(error, BrokenPipeError):
            raise


def _abandon_if_broken(stream: TextIO | None) -> None:
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        # Nobody reads it, or the disk is full: Python would try again at its end, and say so in its
        # own way.
        # Nothing is left to say it on.
        with suppress(OSError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, stream.fileno())
            os.close(nothing)

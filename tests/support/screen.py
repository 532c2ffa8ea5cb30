"""A real terminal to write to, and what was written to it."""

import fcntl
import os
import struct
import termios
from collections.abc import Mapping
from threading import Thread
from typing import Self, TextIO

from crm.cli.output.console import Console
from crm.cli.output.terminal import Color
from crm.settings import Settings


class Screen:
    """A pseudo-terminal of a given size; ``text`` is what it was sent, once it is closed."""

    def __init__(self, width: int = 80, height: int = 24, encoding: str = "utf-8") -> None:
        self._controller, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.stream: TextIO = os.fdopen(terminal, "w", encoding=encoding)
        self._received = bytearray()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                received = os.read(self._controller, 65536)
            except OSError:  # EIO: the last writer has closed the terminal
                return
            self._received += received

    @property
    def text(self) -> str:
        """Everything that was sent; closes the terminal."""
        if not self.stream.closed:
            self.stream.close()
            self._reader.join()
            os.close(self._controller)
        return self._received.decode(self.stream.encoding).replace("\r\n", "\n")

    def console(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        color: Color = "never",
        settings: Settings | None = None,
    ) -> Console:
        """Return a console whose stdout and stderr are this screen."""
        return Console(
            stdout=self.stream,
            stderr=self.stream,
            environ={"TERM": "xterm"} if environ is None else environ,
            color=color,
            settings=settings,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        _ = self.text

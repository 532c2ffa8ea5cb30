"""A program in a terminal with a person in front of it, who types and sees a screen."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pexpect
import pyte
from support import terminal
from support.waiting import PATIENCE

PRESSED_AGAIN = 5.0  # seconds until somebody presses a key once more
CALM = 0.4  # seconds without output after which nothing more is expected


class _Screen(pyte.Screen):
    """A screen that answers where its cursor is, which line editors ask."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], object]) -> None:
        super().__init__(columns, lines)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data)


class Keyboard:
    """A running program, what is typed into it and the screen that it draws."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        directory: Path,
        width: int = 80,
        height: int = 24,
    ) -> None:
        self.child = terminal.spawn(command, environ, directory, width, height)
        self._screen = _Screen(width, height, self.child.send)
        self._stream = pyte.Stream(self._screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the terminal, and with it what still runs."""
        terminal.close(self.child)

    def type(self, text: str) -> Self:
        """Type ``text``; ``\\r`` is Enter, ``\\t`` the tabulator, ``\\x03`` Ctrl-C."""
        self.child.send(text)
        return self

    def press(self, key: str, text: str) -> str:
        """Press ``key`` until ``text`` is on the screen, as a person does; return the screen.

        Completion gives up on a database that has not answered in half a second.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            pressed = time.monotonic()
            self.type(key)._draw()
            while time.monotonic() < pressed + PRESSED_AGAIN:
                if text in self.screen:
                    return self.screen
                self._draw()
        return self.sees(text)

    def sees(self, text: str) -> str:
        """Wait until ``text`` is on the screen; return the screen."""
        return self._until(lambda: text in self.screen, f"{text!r} on the screen")

    def at(self, line: str) -> None:
        """Wait until the cursor is in a line that says just this."""
        self._until(lambda: self.line == line, f"{line!r} at the cursor")

    def becomes(self, screen: str) -> str:
        """Return the screen once it is ``screen``, or as it is when patience ends."""
        end = time.monotonic() + PATIENCE
        while self.screen != screen and time.monotonic() < end:
            self._draw()
        return self.screen

    def calm(self, seconds: float = CALM) -> str:
        """Wait until nothing more is drawn for that long; return the screen."""
        last = time.monotonic()
        while time.monotonic() - last < seconds:
            if self._draw():
                last = time.monotonic()
        return self.screen

    def ends(self) -> int:
        """Wait until the program ends; return its exit status."""
        self._until(lambda: not self.child.isalive(), "the end of the program")
        self._draw()
        self.close()
        status: Any = self.child.exitstatus
        return status if status is not None else -(self.child.signalstatus or 0)

    @property
    def screen(self) -> str:
        """What the screen shows, without the spaces and lines that nothing follows."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    @property
    def line(self) -> str:
        """The line of the screen that the cursor is in."""
        return self._screen.display[self._screen.cursor.y].rstrip()

    def _until(self, done: Callable[[], bool], wanted: str) -> str:
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"no {wanted}:\n{self.screen}")
            self._draw()
        return self.screen

    def _draw(self) -> bool:
        try:
            self._stream.feed(self.child.read_nonblocking(65536, 0.05))
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            time.sleep(0.05)
            return False
        return True

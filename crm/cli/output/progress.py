"""Work that takes longer than a second says so, on a terminal only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING

from crm.cli.output.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds


@contextmanager
def show_progress(
    message: str, console: Console, total: int | None = None
) -> Iterator[Callable[[int], None]]:
    """Show ``message`` on stderr while the work inside lasts, and nothing when it is over.

    Yields the function to call with how much is done; of an unknown ``total`` it need not be
    called. Nothing else may be written to the terminal meanwhile.
    """
    if not console.err.interactive:
        yield _say_nothing
        return
    bar = _Bar(message, console, total)
    timer = Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.move
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def _say_nothing(_done: int) -> None:
    pass


class _Bar:
    def __init__(self, message: str, console: Console, total: int | None) -> None:
        self._message = console.err.text(message)
        self._console = console
        self._total = total
        self._done = 0
        self._lock = Lock()
        self._shown: Progress | None = None

    def start(self) -> None:
        if not self._console.err.moves:
            self._console.err.write(f"{self._message}{self._console.err.ellipsis}\n")
            return
        shown = _rich_progress(self._console, counted=self._total is not None)
        with self._lock:
            shown.add_task(self._message, total=self._total, completed=self._done)
            self._shown = shown
        shown.start()

    def move(self, done: int) -> None:
        with self._lock:
            self._done = done
            if self._shown:
                self._shown.update(self._shown.task_ids[0], completed=done)

    def stop(self) -> None:
        if self._shown:
            self._shown.stop()


def _rich_progress(console: Console, *, counted: bool) -> "Progress":
    from rich.console import Console as Rich
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    terminal = console.err
    columns = [SpinnerColumn("line"), TextColumn("{task.description}", markup=False)]
    if counted:
        columns += [BarColumn(), MofNCompleteColumn()]
    return Progress(
        *columns,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        console=Rich(
            file=terminal.stream,
            force_terminal=True,
            color_system="standard" if terminal.color else None,
            width=terminal.width,
            legacy_windows=False,
        ),
    )

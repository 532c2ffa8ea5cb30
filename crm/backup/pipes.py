"""Programs that stream into one another; a failure or Ctrl-C leaves none of them behind."""

import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, BinaryIO

CHUNK = 1 << 20  # bytes


class Program:
    """A running program. What it complains of goes to a file, so that no pipe can fill up."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        stdin: IO[bytes] | int,
        pass_fds: Sequence[int] = (),
        stdout: int = subprocess.PIPE,
    ) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  closed with the program
        # Apart from our terminal, whose Ctrl-C is ours to answer.
        self.process = subprocess.Popen(
            command,
            env=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=self._complaints,
            pass_fds=pass_fds,
            start_new_session=True,
        )

    @property
    def stdin(self) -> IO[bytes]:
        """What it reads."""
        assert self.process.stdin is not None  # noqa: S101  who asks has opened it
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """What it writes."""
        assert self.process.stdout is not None  # noqa: S101  the same
        return self.process.stdout

    def wait(self) -> int:
        """Return its exit status, once it has ended."""
        return self.process.wait()

    def stderr_text(self) -> str:
        """Return what it has said on stderr."""
        self._complaints.seek(0)
        return self._complaints.read(1 << 16).decode(errors="replace")

    def end(self) -> None:
        """End it, if it still runs, and close what is ours of its streams."""
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    # Closing writes what is buffered, to a program that was just killed.
                    continue
        self.process.wait()
        self._complaints.close()


@contextmanager
def start_program(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
    stdout: int = subprocess.PIPE,
) -> Iterator[Program]:
    """Run a program while the block lasts. Raises OSError where it cannot be started."""
    program = Program(command, environ, stdin, pass_fds, stdout)
    try:
        yield program
    finally:
        program.end()


def read_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what a stream holds, a piece at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


def count_bytes(pieces: Iterable[bytes], moved: Callable[[int], object]) -> Iterator[bytes]:
    """Yield pieces, and tell ``moved`` how many bytes have passed."""
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece)
        moved(size)


def pour(pieces: Iterable[bytes], into: IO[bytes] | BinaryIO) -> bool:
    """Write pieces into a program's stdin and close it; return whether it took them all."""
    try:
        for piece in pieces:
            into.write(piece)
        into.close()
    except BrokenPipeError:
        # The program has ended early. Why, its exit status and its stderr say better.
        return False
    return True


@contextmanager
def feed(pieces: Iterable[bytes], into: IO[bytes]) -> Iterator[None]:
    """Write pieces into a program's stdin while the block reads what comes out of it.

    What goes wrong in making them is raised at the end.
    """
    failures: list[BaseException] = []

    def write() -> None:
        try:
            pour(pieces, into)
        except BaseException as failure:
            # A thread has nobody to raise to: kept, and raised at the end of the block.
            failures.append(failure)
            # So that the program sees the end of its input and ends too; it may have gone already.
            with suppress(OSError):
                into.close()

    writer = threading.Thread(target=write, name="feed", daemon=True)
    writer.start()
    yield
    writer.join()
    if failures:
        raise failures[0]

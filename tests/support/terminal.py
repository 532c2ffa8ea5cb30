"""Programs in a real terminal, which lose no time at its opening and closing."""

import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect
from support import warm
from support.waiting import PATIENCE

HANGING_UP = 5.0  # seconds until who ignores it is killed


def spawn(
    command: Sequence[str], environ: Mapping[str, str], directory: Path, width: int, height: int
) -> "pexpect.spawn[str]":
    """Start a program in a terminal of its own."""
    kind = warm.Spawn if warm.can_run(command, environ) else pexpect.spawn
    child: pexpect.spawn[str] = kind(
        command[0],
        list(command[1:]),
        env=dict(environ),
        cwd=str(directory),
        dimensions=(height, width),
        encoding="utf-8",
        timeout=PATIENCE,
    )
    # For programs that ask before they turn the echo off, it would wait before each line.
    child.delaybeforesend = None
    return child


def close(child: "pexpect.spawn[str]") -> None:
    """Close the terminal as one closes its window: whoever still runs in it ends."""
    terminal: Any = child.ptyproc  # type: ignore[attr-defined]  # its stubs do not know it
    terminal.fileobj.close()
    end = time.monotonic() + HANGING_UP
    while child.isalive() and time.monotonic() < end:
        time.sleep(0.005)
    if child.isalive():
        child.kill(signal.SIGKILL)
        child.wait()
    terminal.delayafterclose = 0
    child.close()

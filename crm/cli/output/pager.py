"""Long output, one screen at a time."""

import shlex
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, cast

# less: quit if it fits one screen, show colours, leave the text on the screen.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}


def show_in_pager(command: str, text: bytes, environ: Mapping[str, str]) -> bool:
    """Show ``text`` in the pager ``command`` and wait until it is left.

    Returns False where it cannot be started, or fails before it has read anything: then the text is
    still to be shown.
    """
    try:
        # No shell: the variable names a program and its options, nothing more.
        process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, env=_DEFAULTS | dict(environ)
        )
    except (OSError, ValueError, IndexError):
        # The variable names no program (ValueError, IndexError) or none that starts: the text is
        # shown as it is.
        return False
    # Left before the end of the text: it has shown enough.
    with suppress(BrokenPipeError, KeyboardInterrupt), cast("IO[bytes]", process.stdin) as pipe:
        pipe.write(text)
    while process.poll() is None:
        # Ctrl-C belongs to the pager; only its own end counts.
        with suppress(KeyboardInterrupt):
            process.wait()
    # Ended by a signal, it was left by somebody; with a status of its own, it has shown nothing.
    return process.returncode <= 0

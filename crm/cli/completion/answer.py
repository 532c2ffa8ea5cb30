"""A shell asks what a word may become: answered within a second, and without a word on stderr."""

import os
from threading import Timer

import click
from click.shell_completion import shell_complete

from crm.cli.app import App
from crm.cli.completion import PROGRAM, VARIABLE
from crm.cli.completion import shells as shells  # Click finds them when they are loaded

PATIENCE = 0.7  # seconds, beside those that Python takes to start


def answer_shell(root: click.Group, app: App) -> int:
    """Print the candidates for the line that the shell's script has put into the environment."""
    # A database that does not answer may hold up a call that nothing else interrupts.
    timer = Timer(PATIENCE, os._exit, (0,))
    timer.daemon = True
    timer.start()
    app.set_flag("no_input", True)
    try:
        shell_complete(root, {"obj": app}, PROGRAM, VARIABLE, app.environ[VARIABLE])
    except (Exception, KeyboardInterrupt):
        # At a Tab there is nowhere to say what is wrong; anything printed would become part of the
        # line.
        return 0
    finally:
        timer.cancel()
    return 0

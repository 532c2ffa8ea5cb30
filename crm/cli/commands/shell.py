"""epicevents shell: the same commands, one after the other, over one connection."""

import shlex
from collections.abc import Iterator

import click

from crm.cli import asking
from crm.cli.app import App
from crm.cli.groups import Command
from crm.domain.errors import CRMError, NotLoggedIn, UsageFault
from crm.domain.i18n import gettext as _

LEAVE = ("exit", "quit")
# Why a command was refused that runs again once the person has logged in.
ENDED = {"not_logged_in", "session_expired", "foreign_token", "damaged_token"}


@click.command(cls=Command)
@click.option(
    "--keep-going", is_flag=True, help=_("With lines from a pipe, continue after a failed one.")
)
@click.pass_obj
def shell(app: App, /, keep_going: bool) -> int:
    """Run commands one after the other, without typing "epicevents" (anybody).

    Tab completes commands, options and records; the history is saved, and Ctrl-R searches it.
    Commands can also come from a pipe: they run until one fails, without questions; empty lines and
    lines that begin with # are skipped.

    \b
    Examples:
      epicevents shell
      epicevents shell < morning.txt
      epicevents shell --keep-going < morning.txt
    """
    if app.in_shell:
        raise UsageFault(
            _("You are already in the shell."),
            hint=_("Leave it: exit"),
            code="nested_shell",
        )
    if app.console.stdin.isatty():
        return _converse(app)
    app.set_flag("no_input", True)
    return _run_script(app, keep_going=keep_going)


def _run_script(app: App, *, keep_going: bool) -> int:
    from crm.cli.main import run_shell_line

    first_failure = 0
    for number, line in _read_script(app):
        if line.strip() in LEAVE:
            break
        status = run_shell_line(line, app)
        if status and not keep_going:
            app.console.note(
                _("Line {number} failed; the remaining lines were not run.").format(number=number)
            )
            return status
        if status:
            app.console.note(_("Line {number} failed.").format(number=number))
            app.console.flush()
            first_failure = first_failure or status
    return first_failure


def _read_script(app: App) -> Iterator[tuple[int, str]]:
    """Yield the lines of standard input with their numbers; a backslash continues one."""
    number = 0
    while True:
        line, more = "", "\\"
        while more.endswith("\\"):
            try:
                more = asking.answers.read_stdin_line(app)
            except UsageFault as error:
                # The end of a script is no error, also where its last line has no line end.
                if error.code != "input_ended":
                    raise
                if is_command(line):
                    yield number, line
                return
            number += 1
            line += more.removesuffix("\\")
        if is_command(line):
            yield number, line


def is_command(line: str) -> bool:
    """Whether a line is a command, and neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _converse(app: App) -> int:
    from crm.cli.line_editor import LineEditor

    _greet(app)
    app.console.note(_("Tab completes, help explains, exit leaves the shell."))
    app.console.flush()
    editor = LineEditor(app, LEAVE)
    while True:
        try:
            for line in editor.read().replace("\\\n", " ").splitlines():
                if line.strip() in LEAVE:
                    return 0
                if is_command(line):
                    with editor.undisturbed:
                        _run(app, line)
        except KeyboardInterrupt:
            # Ctrl-C drops the line, as in other shells; in a command it was answered there.
            continue
        except EOFError:
            # Ctrl-D.
            return 0


def _greet(app: App) -> None:
    """Find out who is logged in, or let them log in; what else is wrong is said."""
    try:
        with app.transaction(allow_pending=True):
            return
    except NotLoggedIn:
        # Settled first, or the first command would stop for it.
        _log_in(app, "")
    except CRMError as error:
        # Most of the shell works without a database: help, config, doctor.
        app.console.error(error.message, error.hint)


def _run(app: App, line: str) -> None:
    """Run a line; one that found the session ended runs again after another login."""
    from crm.cli.main import INTERRUPTED, run_shell_line

    before = app.actor
    if run_shell_line(line, app) == INTERRUPTED:
        app.console.err.write("\n")
    if app.failure and app.failure.code in ENDED:
        # A line in which some transaction succeeded may have written already.
        again = app.actor is before
        app.actor = None
        if _log_in(app, before.email if before else "") and again:
            run_shell_line(line, app)


def _log_in(app: App, email: str) -> bool:
    from crm.cli.main import run_shell_line

    return run_shell_line(f"login {shlex.quote(email)}" if email else "login", app) == 0

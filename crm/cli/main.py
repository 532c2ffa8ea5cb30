"""The root group with its table of commands, and where errors turn into exit codes."""

import sys
from typing import TYPE_CHECKING, Any

import click

from crm import __version__
from crm.cli import commands, completion
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Root, common_flags
from crm.cli.output.console import ignore_broken_pipe
from crm.cli.output.terminal import ClosedStream
from crm.domain.errors import CRMError, NotConfirmed, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import gettext_noop

if TYPE_CHECKING:
    from crm.settings.directory import LocalDatabase

INTERRUPTED = 130


@click.group(
    cls=Root,
    package=commands.__name__,
    sections=commands.SECTIONS,
    context_settings=SETTINGS,
    params=common_flags(hidden=False),
    epilog=gettext_noop(
        "Try it: epicevents demo. Help of a command: epicevents client list --help"
    ),
)
@click.version_option(__version__, "-V", "--version", prog_name="epicevents")
@click.pass_context
def root(ctx: click.Context) -> None:
    """Epic Events CRM: clients, contracts, events and the people who run them."""


def run_command(args: list[str], app: App | None = None) -> int:
    """Run one command line and return its exit status; errors are explained on stderr.

    What was held for stdout is written only when the command, and with it its transaction, is
    done.
    """
    if sys.stdout is None:  # as after >&-
        sys.stdout = ClosedStream()
    app = app or App()
    app.ask_for_directory = _ask_for_directory
    app.choose_language()
    if completion.VARIABLE in app.environ:
        from crm.cli.completion.answer import answer_shell

        return answer_shell(root, app)
    app.json_errors = wants_json(args)
    status = 0  # also where the reader has gone: it has seen enough
    try:
        with ignore_broken_pipe():
            status = _run(args, app)
    except OSError as error:
        # Writing what was held has failed, after the command itself had ended well. Its own
        # failure, if there is one, was told and counts.
        status = status or _explain(app, _system_error(error))
    finally:
        app.close()
    return status


def _ask_for_directory(app: App, found: "LocalDatabase") -> None:
    from crm.cli.asking import directories

    directories.ask_about_directory(app, found)


def run_shell_line(line: str, app: App) -> int:
    """Run one line of a shell, with ``epicevents`` before it or without; return its exit status."""
    current = app.for_line()
    try:
        args = _words(line)
        current.json_errors = wants_json(args)
        return _run(args, current)
    except CRMError as error:
        # The line itself, which ``_run`` never saw.
        return _explain(current, error)
    finally:
        app.after_line(current)


def _words(line: str) -> list[str]:
    from crm.cli.asking.arguments import split_shell_words

    words = split_shell_words(line)
    return words[1:] if words[:1] == [completion.PROGRAM] else words


def _run(args: list[str], app: App) -> int:
    streams = sys.stdout, sys.stderr
    try:
        _refuse_unreadable(args)
        result = root.main(
            args,
            prog_name="epicevents",
            standalone_mode=False,
            obj=app,
            terminal_width=_help_width(app),
        )
        app.console.flush()
    except BrokenPipeError:
        # An OSError too, but no failure: whoever read the output has seen enough.
        raise
    except SystemExit:
        # Click ends a process whose reader has gone, with its streams wrapped.
        if sys.stdout is streams[0]:
            raise
        sys.stdout, sys.stderr = streams
        raise BrokenPipeError from None
    except (click.Abort, KeyboardInterrupt, EOFError) as stopped:
        # Three ways to stop, which Click and Python raise for the same keys.
        return _report_stop(app, stopped)
    except click.UsageError as error:
        # Click's English sentence names parameters as it knows them; ours says what to type.
        from crm.cli.help.usage import translate_usage_error

        return _explain(app, translate_usage_error(error), error)
    except CRMError as error:
        # Made to be read by people: nothing to add.
        return _explain(app, error)
    except OSError as error:
        # No file's error is worth a traceback: the system says which file and why.
        return _explain(app, _system_error(error), error)
    except Exception as error:
        # A fault of ours. Its message may hold rows or a password, so only its kind is told;
        # ``--debug`` says where.
        return _explain(app, _unexpected_error(error), error)
    return result if isinstance(result, int) else 0


def _help_width(app: App) -> int:
    """Return what Click finds out by itself, with modules that nothing else of help needs."""
    return max(min(app.console.out.width, int(SETTINGS["max_content_width"])) - 2, 50)


def wants_json(args: list[str]) -> bool:
    """Whether the command line asks for JSON, so that errors are JSON too."""
    text = " ".join(args)
    return "--json" in args or any(
        f"{option}json" in text for option in ("-o ", "-o", "--output ", "--output=")
    )


def _refuse_unreadable(args: list[str]) -> None:
    """Refuse what no terminal types and no driver takes: NUL, and bytes that are no text."""
    for arg in args:
        if "\0" in arg or any("\ud800" <= letter <= "\udfff" for letter in arg):
            raise UsageFault(
                _("An argument is not UTF-8 text."),
                hint=_("Type it again."),
                code="invalid_text",
            )


def _unexpected_error(error: Exception) -> CRMError:
    return CRMError(
        _("Something unexpected happened ({kind}).").format(kind=type(error).__name__),
        hint=_("Run the command again with --debug and report the output."),
    )


def _system_error(error: OSError) -> CRMError:
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        return CRMError(
            _("The output could not be written: {reason}.").format(reason=reason),
            hint=_("Write it elsewhere. Before you repeat a change, check whether it was made."),
            code="output_failed",
        )
    if isinstance(error, FileNotFoundError):
        return UsageFault(
            _("{path} does not exist.").format(path=error.filename),
            hint=_("Check the path."),
            code="file_not_found",
        )
    return CRMError(
        _("{path} cannot be used: {reason}.").format(path=error.filename, reason=reason),
        code="file_unusable",
    )


def _report_stop(app: App, stopped: BaseException) -> int:
    """Tell Ctrl-C (130) from the end of the input (2), which Click calls by one name."""
    from crm.database.interruption import Cancelled

    app.console.discard()
    cause = stopped.__cause__ or stopped.__context__ or stopped
    if isinstance(cause, EOFError):
        return _explain(
            app,
            UsageFault(
                _("The input ended too early."),
                hint=_("Give the missing values as options; see --help."),
                code="input_ended",
            ),
        )
    if isinstance(cause, Cancelled):
        app.console.warn(_("The query was cancelled; nothing was changed."))
    return INTERRUPTED


def _explain(app: App, error: CRMError, cause: BaseException | None = None) -> int:
    app.console.discard()
    app.failure = error
    if app.debug:
        app.console.err.write(format_trace(cause or error))
    if app.json_errors:
        from crm.cli.output.export import write_value

        told: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
        told |= {key: value for key, value in error.details.items() if value is not None}
        app.console.err.use_utf8()
        write_value({"error": told}, app.console.err.stream)
        app.console.err.stream.flush()
    elif isinstance(error, NotConfirmed):
        app.console.note(error.message)
        app.console.flush()
    else:
        app.console.error(error.message, error.hint)
    return error.exit_code


def format_trace(error: BaseException) -> str:
    """Return where an error came from: files, lines and types, but no values or messages.

    A driver's message can hold whole rows and the connection string.
    """
    import traceback

    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines += traceback.format_tb(seen.__traceback__)
        detail = f": {seen}" if isinstance(seen, (CRMError, click.UsageError)) else ""
        state = getattr(seen, "pgcode", None)
        lines.append(f"{type(seen).__qualname__}{detail}{f' [{state}]' if state else ''}\n")
        seen = seen.__cause__ or seen.__context__
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(run_command(sys.argv[1:]))

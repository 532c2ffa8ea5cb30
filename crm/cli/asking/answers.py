"""How one answer is read: edited at a terminal with the choices below it, or a plain line."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import click

from crm.cli.app import App
from crm.cli.asking import picks
from crm.cli.asking.questions import Question
from crm.domain.errors import (
    CRMError,
    DatabaseUnavailable,
    NotConfirmed,
    NotLoggedIn,
    UsageFault,
)
from crm.domain.i18n import gettext as _
from crm.domain.text import quote

HINTED = 5  # choices that a question names where none can be shown below it


def ask(app: App, question: Question) -> Any:
    """Ask until the answer can be read; a wrong one from a pipe is an error at once.

    At a terminal what was typed is there to be mended; of an answer with several readings, these
    are the choices. At the end of the input exit 2, at Ctrl-C 130.
    """
    label, offer, typed = _build_label(app, question), question.offer, ""
    while True:
        answer = _complete_answer(question, _read_answer(app, label, question, offer, typed))
        try:
            value = question.read(answer)
        except (NotLoggedIn, DatabaseUnavailable):
            # No other answer can mend these: asking again would go round for ever.
            raise
        except CRMError as error:
            # All others are about what was typed. A pipe cannot correct itself, and its next line
            # answers the next question.
            if not app.console.stdin.isatty():
                raise
            app.console.error(error.message, error.hint)
            readings = _find_readings(question, error)
            typed = "" if len(readings) > 1 else (*readings, answer)[0]
            offer = picks.offer_words(*readings) if readings else question.offer
        else:
            _repeat_understood(app, question, answer, value)
            return value


def can_edit(app: App) -> bool:
    """Whether an answer can be edited, with the choices below it."""
    console = app.console
    return console.stdin is sys.stdin and console.stdin.isatty() and console.err.moves


def read_plain_answer(app: App, label: str, option: str = "") -> str:
    """Return a line: what is typed at a terminal, or the next one of a pipe."""
    if not app.console.stdin.isatty():
        return read_stdin_line(app, option)
    prompt = _prompt(app, label)
    if app.console.stdin is sys.stdin and app.console.out.interactive:
        with suppress(ImportError):
            import readline  # noqa: F401  input() then edits the line as a shell does

        if len(prompt) > app.console.err.width:
            # Some terminals scroll a line that is edited sideways, and its beginning away.
            app.console.err.write(f"{prompt}\n")
            prompt = "> "
        return input(prompt)
    app.console.err.write(prompt)
    return read_stdin_line(app, option)


def read_stdin_line(app: App, wanted: str = "") -> str:
    """Return the next line of standard input, without its end; ``wanted`` is what it answers.

    Raises UsageFault: ``input_ended``, or ``invalid_text`` for bytes that are no text.
    """
    line = _read_unless_interrupted(app.console.stdin.readline)
    if not line:
        raise input_ended_error(wanted)
    return line.rstrip("\r\n")


def read_stdin_text(app: App) -> str:
    """Return all that standard input holds. Raises UsageFault ``invalid_text``."""
    return _read_unless_interrupted(app.console.stdin.read)


def edit_text(app: App) -> str:
    """Return what a person writes in their editor, VISUAL or EDITOR.

    Raises UsageFault where no editor can be shown, NotConfirmed where nothing was saved.
    """
    if app.settings.no_input or not app.console.stdin.isatty():
        raise UsageFault(
            _("An editor needs a terminal."),
            hint=_("Give TEXT, or - to read it from standard input."),
            code="no_terminal",
        )
    app.console.flush()
    try:
        written = click.edit("")
    except click.ClickException as error:
        # Not there, or ended with a status of its own: Click says which, and in English.
        raise UsageFault(
            _("The editor failed: {reason}").format(reason=quote(error.message)),
            hint=_("Set EDITOR to the editor's command."),
            code="editor_failed",
        ) from None
    if written is None or not written.strip():
        raise NotConfirmed(_("Cancelled; nothing changed."))
    return written.strip("\n")


def _read_unless_interrupted(read: Callable[[], str]) -> str:
    try:
        return read()
    except UnicodeDecodeError:
        # Met while reading, before there is an answer to ask about again.
        raise UsageFault(
            _("Standard input is not UTF-8 text."),
            hint=_("Send it as UTF-8."),
            code="invalid_text",
        ) from None


def input_ended_error(wanted: str = "") -> UsageFault:
    """Return the error that standard input ended before ``wanted``, an option or argument."""
    if not wanted:
        message, hint = _("The input ended too early."), _("Send one line for each value.")
    else:
        message = _("Missing {option}.").format(option=wanted)
        hint = _help_of(wanted)
    return UsageFault(message, hint=hint, code="input_ended")


def _help_of(wanted: str) -> str:
    context = click.get_current_context()
    if wanted.startswith("-"):
        return _("See: {command} --help").format(command=context.command_path)
    pieces = context.command.collect_usage_pieces(context)
    usage = " ".join([context.command_path, *(each for each in pieces if each[0] != "[")])
    return _("Usage: {usage}").format(usage=usage)


def _read_answer(
    app: App, label: str, question: Question, offer: picks.Offer | None, typed: str
) -> str:
    if not can_edit(app):
        return read_plain_answer(app, label, question.option)
    from crm.cli.asking.editor import edit_answer

    app.console.flush()
    return edit_answer(
        app.console, _prompt(app, label), offer=offer, typed=typed, lines=question.lines
    )


def _build_label(app: App, question: Question) -> str:
    remarks = [_("optional")] if question.optional else []
    editing = can_edit(app)
    if question.offer and not question.choices and not editing and app.console.stdin.isatty():
        remarks += _list_first_choices(question.offer)
    remarks += [question.hint] if question.hint else []
    remarks += [_("Alt+Enter starts a new line")] if question.lines and editing else []
    return f"{question.label} ({', '.join(remarks)})" if remarks else question.label


def _list_first_choices(offer: picks.Offer) -> list[str]:
    """Return the first choices, to be named in the question."""
    try:
        found = list(islice(offer(""), HINTED + 1))
    except (NotLoggedIn, DatabaseUnavailable):
        # The choices are a help. The question can be answered without, and what is wrong is said
        # when the answer is looked up.
        return []
    names = [each.text for each in found[:HINTED]]
    return [", ".join(names + ["…"] * (len(found) > HINTED))] if names else []


def _prompt(app: App, label: str) -> str:
    return app.console.err.text(label) + (" " if label.endswith("?") else ": ")


def _complete_answer(question: Question, answer: str) -> str:
    """Return the choice that alone begins as the answer does."""
    begun = list(picks.offer_words(*question.choices)(answer)) if answer.strip() else []
    return begun[0].text if len(begun) == 1 else answer


def _find_readings(question: Question, error: CRMError) -> list[str]:
    """Return what an ambiguous answer may mean, as far as the question takes it."""
    readings = []
    told: Any = error.details.get("readings") or error.details.get("neighbours") or ()
    for each in told:
        # A reading that the question would refuse is none to offer.
        with suppress(CRMError):
            question.read(each)
            readings.append(each)
    return readings


def _repeat_understood(app: App, question: Question, answer: str, value: object) -> None:
    """Say what an answer at a terminal was understood as, where that is not what was typed."""
    if value is None or not app.console.stdin.isatty():
        return
    if question.called:
        understood = question.called(value)
    else:
        understood = _format_value(app, value) if answer.strip() else ""
    if understood and not f"{understood},".startswith(f"{answer},"):
        err = app.console.err
        err.write(err.paint(f"  {err.fit('→')} {err.text(understood)}", "quiet") + "\n")


def _format_value(app: App, value: object) -> str:
    match value:
        case Decimal():
            from crm.domain.amounts import format_money

            return format_money(value, app.console.currency, app.console.language)
        case datetime():
            from crm.cli.reading.moments import format_weekday
            from crm.domain.times import format_wall_clock

            shown = format_wall_clock(value, app.settings.timezone)
            return f"{format_weekday(date.fromisoformat(shown[:10]))} {shown}"
        case date():
            from crm.cli.reading.moments import format_weekday

            return f"{format_weekday(value)} {value.isoformat()}"
        case _:
            return ""

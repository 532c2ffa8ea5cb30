"""What is missing is asked for: on stderr, before any transaction, and again when it is wrong."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from crm.cli.app import App
from crm.domain.errors import CRMError, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.inputs import Input


@dataclass(frozen=True, slots=True)
class Question:
    """A value that may have to be asked for: its option, its words and how an answer is read.

    ``read`` raises an error that is shown, and the question is asked again.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    option: str
    hint: str = ""


def of_input(source: Input) -> Question:
    """Return the question for an input."""
    return Question(
        source.name,
        source.label(),
        source.clean,
        "--" + source.name.replace("_", "-"),
        source.example,
    )


def complete(app: App, given: Mapping[str, Any], questions: Iterable[Question]) -> dict[str, Any]:
    """Return ``given`` with an answer to each question whose value is missing.

    Raises UsageFault, which names every missing option at once, where nothing may be asked.
    """
    values = {name: value for name, value in given.items() if value is not None}
    missing = [question for question in questions if question.name not in values]
    if missing and app.settings.no_input:
        options = ", ".join(question.option for question in missing)
        raise UsageFault(
            _("Missing: {options}.").format(options=options),
            hint=_("Give them, or leave --no-input away to be asked."),
            code="missing_option",
            details={"options": [question.option for question in missing]},
        )
    for question in missing:
        values[question.name] = ask(app, question)
    return values


def ask(app: App, question: Question) -> Any:
    """Ask until the answer can be read. At the end of the input, exit 2; at Ctrl-C, 130."""
    label = f"{question.label} [{question.hint}]" if question.hint else question.label
    while True:
        answer = click.prompt(
            app.console.err.fit(label), type=str, err=True, default="", show_default=False
        )
        try:
            return question.read(answer)
        except CRMError as error:
            app.console.error(error.message, error.hint)


def confirm(app: App, text: str, *, yes: bool) -> None:
    """Go on only if the person says so; default no.

    Raises UsageFault without a terminal and without ``--yes``, Abort when the answer is no.
    """
    if yes:
        return
    if app.settings.no_input or not app.console.stdin.isatty():
        raise UsageFault(
            _("This asks before it goes on, and there is nobody to ask."),
            hint=_("Add --yes."),
            code="confirmation_required",
        )
    app.console.flush()
    if not click.confirm(app.console.err.fit(text), default=False, err=True):
        raise UsageFault(_("Nothing was changed."), code="not_confirmed")


def password(app: App, label: str, *, twice: bool = False) -> str:
    """Ask for a password without showing it; from a pipe, take one line.

    Raises UsageFault where nothing may be asked.
    """
    if app.settings.no_input:
        raise UsageFault(
            _("A password is needed, and nothing may be asked."),
            hint=_("Add --password-stdin and send it on standard input."),
            code="missing_option",
        )
    if not app.console.stdin.isatty():
        return line_from_stdin(app)
    answer: str = click.prompt(
        app.console.err.fit(label),
        hide_input=True,
        err=True,
        confirmation_prompt=_("The same again") if twice else False,
    )
    return answer


def line_from_stdin(app: App) -> str:
    """Return the next line of standard input. Raises UsageFault at its end."""
    line = app.console.stdin.readline()
    if not line:
        raise UsageFault(
            _("The input ended before everything was answered."),
            hint=_("Send the password as one line."),
            code="input_ended",
        )
    return line.rstrip("\r\n")

"""What is missing is asked for: on stderr, before any transaction, and again when it is wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crm.cli.app import App
from crm.cli.asking import answers
from crm.cli.asking.questions import Question
from crm.domain.errors import CRMError, NotConfirmed, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize


def ask_for_options(
    app: App,
    given: Mapping[str, Any],
    questions: Iterable[Question],
    *,
    permission: Permission | None = None,
) -> dict[str, Any]:
    """Return ``given`` with an answer to each question whose value is missing.

    Who lacks ``permission`` is told before being asked anything. Raises UsageFault, which names
    every missing option at once, where nothing may be asked.
    """
    values = {name: value for name, value in given.items() if value is not None}
    missing = [question for question in questions if question.name not in values]
    needed = [question.option for question in missing if not question.optional]
    if not needed:
        return values
    if app.settings.no_input:
        raise UsageFault(
            _("Missing: {options}.").format(options=", ".join(needed)),
            hint=_("Give them, or leave out --no-input to be asked."),
            code="missing_option",
            details={"options": needed},
        )
    if permission is not None:
        with app.transaction() as tx:
            authorize(tx.actor, permission, owner_id=tx.actor.id)
    for question in missing:
        values[question.name] = answers.ask(app, question)
    return values


def may_ask(app: App) -> bool:
    """Whether somebody is there to be asked what a command could do without."""
    return app.console.stdin.isatty() and not app.settings.no_input


def confirm(
    app: App, text: str, *, yes: bool, typed: str | None = None, refusal: str | None = None
) -> None:
    """Ask a yes-or-no question and continue only after a yes; the default is no.

    With ``typed`` a yes consists of typing exactly that, such as the email of what is deleted.
    ``refusal`` says what has not been done where there is no terminal to ask at.

    Raises UsageFault without a terminal and without ``--yes``, NotConfirmed after a no.
    """
    if yes:
        return
    if not may_ask(app):
        raise UsageFault(
            refusal or _("Nothing changed: there is no terminal to confirm."),
            hint=_("Add --yes."),
            code="confirmation_required",
        )
    app.console.flush()
    answer = answers.read_plain_answer(
        app, text if typed else f"{text} [{_('y')}/{_('N')}]"
    ).strip()
    agreed = answer == typed if typed else answer.lower() in {"y", "yes", _("y"), _("yes")}
    if not agreed:
        raise NotConfirmed(_("Cancelled; nothing changed."))


def ask_for_password(
    app: App,
    label: str,
    *,
    twice: bool = False,
    check: Callable[[str], object] | None = None,
    from_stdin: bool = False,
) -> str:
    """Ask for a password without showing it; from a pipe, or ``from_stdin``, take one line.

    One that ``check`` refuses is asked for again on a terminal. Raises UsageFault where nothing may
    be asked.
    """
    if from_stdin:
        return answers.read_stdin_line(app)
    if app.settings.no_input:
        raise UsageFault(
            _("A password is needed, and --no-input forbids asking for it."),
            hint=_("Add --password-stdin and send the password on standard input."),
            code="missing_option",
        )
    if not app.console.stdin.isatty():
        return answers.read_stdin_line(app)
    while True:
        answer = _read_hidden(app, label)
        try:
            if check:
                check(answer)
            if not twice or _read_hidden(app, _("Repeat it")) == answer:
                return answer
            app.console.error(_("The two entries differ."))
        except CRMError as error:
            # At a terminal a weak password is not the end: its reason is said, and it is asked for
            # again.
            app.console.error(error.message, error.hint)


def _read_hidden(app: App, label: str) -> str:
    from getpass import getpass

    return getpass(app.console.err.text(label) + ": ")

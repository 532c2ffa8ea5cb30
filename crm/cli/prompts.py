"""What is missing is asked for: on stderr, before any transaction, and again when it is wrong."""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from crm.cli.app import App
from crm.domain.enums import Role
from crm.domain.errors import CRMError, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.inputs import Input
from crm.domain.permissions import Permission, authorize

CHOICES = 6  # names that a question offers


class Question(NamedTuple):
    """A value that may have to be asked for: its option, its words and how an answer is read.

    ``read`` raises an error that is shown, and the question is asked again. ``hint`` is an example
    or the choices. An ``optional`` one is asked only where something else is missing too.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    option: str
    hint: str = ""
    optional: bool = False


def of_input(source: Input) -> Question:
    """Return the question for an input."""
    return Question(
        source.name,
        source.label(),
        source.clean,
        "--" + source.name.replace("_", "-"),
        _hint(source),
        source.optional,
    )


def of_colleague(
    app: App, name: str, label: str, option: str, role: Role, *, besides: int | None = None
) -> Question:
    """Return the question for an active colleague of ``role``; the answer is the id, as text.

    Among the choices the colleague ``besides`` is left out.
    """
    from crm.queries import reference, user
    from crm.queries.listing import Request, page

    request = Request(
        ("id", "first_name", "last_name"),
        {"role": role, "active": True},
        sort=(("last_name", False),),
        limit=CHOICES,
    )
    with app.transaction() as tx:
        active = page(tx, user.LISTING, request)

    def read(typed: str) -> str:
        with app.transaction() as tx:
            return str(reference.user_id(tx, typed))

    choices = [f"{first} {last}" for id_, first, last in active.rows if id_ != besides]
    return Question(name, label, read, option, ", ".join(choices + ["…"] * active.more))


def complete(
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
            hint=_("Give them, or leave --no-input away to be asked."),
            code="missing_option",
            details={"options": needed},
        )
    if permission is not None:
        with app.transaction() as tx:
            authorize(tx.actor, permission, owner_id=tx.actor.id)
    for question in missing:
        values[question.name] = ask(app, question)
    return values


def ask(app: App, question: Question) -> Any:
    """Ask until the answer can be read; a wrong one from a pipe is an error at once.

    At the end of the input exit 2, at Ctrl-C 130.
    """
    remarks = [_("optional")] if question.optional else []
    remarks += [question.hint] if question.hint else []
    label = f"{question.label} ({', '.join(remarks)})" if remarks else question.label
    while True:
        answer = _answer(app, label, question.option)
        try:
            return question.read(answer)
        except CRMError as error:
            if not app.console.stdin.isatty():
                raise
            app.console.error(error.message, error.hint)


def may_ask(app: App) -> bool:
    """Whether somebody is there to be asked what a command could do without."""
    return app.console.stdin.isatty() and not app.settings.no_input


def confirm(app: App, text: str, *, yes: bool, typed: str | None = None) -> None:
    """Go on only if the person says so; default no.

    With ``typed``, saying so means to type just that, such as the email of what is deleted.

    Raises UsageFault without a terminal and without ``--yes``, and when the answer is another.
    """
    if yes:
        return
    if not may_ask(app):
        raise UsageFault(
            _("This asks before it goes on, and there is nobody to ask."),
            hint=_("Add --yes."),
            code="confirmation_required",
        )
    app.console.flush()
    answer = _answer(app, text if typed else f"{text} [{_('y')}/{_('N')}]").strip()
    agreed = answer == typed if typed else answer.lower() in {"y", "yes", _("y"), _("yes")}
    if not agreed:
        raise UsageFault(_("Nothing was changed."), code="not_confirmed")


def password(
    app: App, label: str, *, twice: bool = False, check: Callable[[str], object] | None = None
) -> str:
    """Ask for a password without showing it; from a pipe, take one line.

    One that ``check`` refuses is asked for again on a terminal. Raises UsageFault where nothing may
    be asked.
    """
    if app.settings.no_input:
        raise UsageFault(
            _("A password is needed, and nothing may be asked."),
            hint=_("Add --password-stdin and send it on standard input."),
            code="missing_option",
        )
    if not app.console.stdin.isatty():
        return line_from_stdin(app)
    while True:
        answer = _hidden(app, label)
        try:
            if check:
                check(answer)
            if not twice or _hidden(app, _("The same again")) == answer:
                return answer
            app.console.error(_("The two are not the same."))
        except CRMError as error:
            app.console.error(error.message, error.hint)


def _hidden(app: App, label: str) -> str:
    from getpass import getpass

    return getpass(app.console.err.text(label) + ": ")


def line_from_stdin(app: App, wanted: str = "") -> str:
    """Return the next line of standard input, without its end; ``wanted`` is what it answers.

    Raises UsageFault: ``input_ended``, or ``invalid_text`` for bytes that are no text.
    """
    line = _read(app.console.stdin.readline)
    if not line:
        raise input_ended(wanted)
    return line.rstrip("\r\n")


def text_from_stdin(app: App) -> str:
    """Return all that standard input holds. Raises UsageFault ``invalid_text``."""
    return _read(app.console.stdin.read)


def _read(read: Callable[[], str]) -> str:
    try:
        return read()
    except UnicodeDecodeError:
        raise UsageFault(
            _("Standard input holds bytes that are not UTF-8 text."),
            hint=_("Send it as UTF-8."),
            code="invalid_text",
        ) from None


def input_ended(wanted: str = "") -> UsageFault:
    """Return the error that there is no answer and will be none."""
    return UsageFault(
        _("The input ended before everything was answered."),
        hint=_("Give what is missing as options, from {option} on; see --help.").format(
            option=wanted
        )
        if wanted
        else _("Send one line for each value that is asked for."),
        code="input_ended",
    )


def _answer(app: App, label: str, option: str = "") -> str:
    if not app.console.stdin.isatty():
        return line_from_stdin(app, option)
    prompt = app.console.err.text(label) + ": "
    if app.console.stdin is sys.stdin and app.console.out.interactive:
        with suppress(ImportError):
            import readline  # noqa: F401  input() then edits the line as a shell does

        return input(prompt)
    app.console.err.write(prompt)
    return line_from_stdin(app, option)


def _hint(source: Input) -> str:
    if source.name == "role":
        return ", ".join(Role)
    return _("such as {example}").format(example=source.example) if source.example else ""

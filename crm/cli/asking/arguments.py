"""Arguments that are missing are asked for like options, with the records at hand."""

from collections.abc import Iterable
from typing import Any

import click

from crm.cli.app import App
from crm.cli.asking import parameters
from crm.cli.asking.parameters import AskedLater
from crm.cli.types import VIEW, TextType
from crm.domain.errors import InvalidValue, UsageFault
from crm.domain.i18n import gettext as _

# The commands that need nobody to be logged in.
FOR_ANYBODY = frozenset({"completion", "db", "view"})


def ask_for_missing(ctx: click.Context, params: Iterable[click.Argument]) -> None:
    """Put answers where arguments are missing.

    Raises UsageFault, which names all of them and what the command would ask afterwards, where
    nothing may be asked, and NotLoggedIn before anything is.
    """
    app: App = ctx.find_root().obj
    missing = [each for each in params if ctx.params.get(each.name or "") in (None, ())]
    if not missing:
        return
    if app.settings.no_input:
        names = [parameters.name_argument(each) for each in missing]
        later = [
            each.option_label
            for each in ctx.command.params
            if isinstance(each, AskedLater) and each.is_missing(ctx)
        ]
        raise UsageFault(
            _("Missing: {options}.").format(options=", ".join(names + later)),
            hint=_("See: {command} --help").format(command=ctx.command_path),
            code="missing_argument",
            details={"arguments": names} | ({"options": later} if later else {}),
        )
    if app.command.partition(" ")[0] not in FOR_ANYBODY:
        with app.transaction():
            pass  # whoever is not logged in is asked nothing
    for each in missing:
        ctx.params[each.name or ""] = _ask(app, ctx, each)


def _ask(app: App, ctx: click.Context, argument: click.Argument) -> Any:
    from crm.cli.asking import answers, picks, questions
    from crm.cli.completion.records import SOURCES

    name = argument.type.completed_by if isinstance(argument.type, TextType) else None
    source = (name or "").partition("_then_")[0][:-1]
    if name == "records_of_kind":
        source = str(ctx.params["kind"])
    shown = parameters.name_argument(argument)
    if source in SOURCES:
        pick = picks.Pick(app, source)
        question = questions.record_question(
            shown, _label_of_noun(SOURCES[source].noun), shown, pick
        )
        answer = answers.ask(app, question)
        return (answer,) if argument.nargs != 1 else answer
    choices = _choices(app, argument)
    question = questions.Question(
        shown,
        _argument_labels().get(argument.name or "", shown.capitalize()),
        lambda typed: _read(typed, argument, ctx),
        shown,
        ", ".join(choices),
        offer=picks.offer_words(*choices) if choices else None,
        choices=choices,
    )
    return answers.ask(app, question)


def _choices(app: App, argument: click.Argument) -> tuple[str, ...]:
    if isinstance(argument.type, click.Choice):
        return tuple(map(str, argument.type.choices))
    if argument.type is VIEW:
        from crm.cli.reading import views

        return tuple(views.read_views(app.settings.home))
    return ()


def _read(typed: str, argument: click.Argument, ctx: click.Context) -> Any:
    """Return what an answer means, read as on the command line. Raises what is said of it there."""
    if not typed.strip():
        raise InvalidValue(_("An answer is needed (Ctrl-C to leave)."), code="blank")
    try:
        if argument.nargs != 1:
            return tuple(split_shell_words(typed))
        return argument.type.convert(typed, argument, ctx)
    except click.UsageError as error:
        # Click's sentence, as it would be said of the command line, in our words.
        from crm.cli.help.usage import translate_usage_error

        raise translate_usage_error(error) from None


def split_shell_words(line: str) -> list[str]:
    """Return the words of a line as a shell reads them. Raises UsageFault ``unclosed_quote``."""
    import shlex

    try:
        return shlex.split(line)
    except ValueError:
        # shlex says which of the two in English.
        raise UsageFault(
            _("A quotation mark is not closed, or the line ends with a backslash."),
            hint=_("Close it, or put a backslash before the mark: O\\'Brien."),
            code="unclosed_quote",
        ) from None


def _argument_labels() -> dict[str, str]:
    return {
        "amount": _("Amount"),
        "payment": _("Payment"),
        "kind": _("Kind"),
        "file": _("File"),
        "path": _("File"),
        "text": _("Text"),
        "shell": _("Shell"),
        "name": _("Name of the view"),
        "words": _("Listing"),
    }


def _label_of_noun(noun: str) -> str:
    return {
        "client": _("Which client?"),
        "contract": _("Which contract?"),
        "event": _("Which event?"),
        "user": _("Which colleague?"),
    }[noun]

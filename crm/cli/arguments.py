"""Arguments that are missing are asked for like options, with the records at hand."""

from collections.abc import Iterable
from typing import Any

import click

from crm.cli.app import App
from crm.cli.asked import AskedLater
from crm.cli.options import Typed
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

# The types of those that are asked for: records, and what is done to them.
ASKED = frozenset({"CLIENT", "CONTRACT", "EVENT", "USER", "RECORD", "AMOUNT", "PAYMENT"})


def make_askable(params: Iterable[click.Parameter]) -> list[click.Argument]:
    """Return the required arguments that are asked for when they are missing; Click lets them be.

    They are shown as required all the same.
    """
    askable = [
        each
        for each in params
        if isinstance(each, click.Argument) and each.required and each.type.name in ASKED
    ]
    for each in askable:
        each.required = False
        each.metavar = each.metavar or (each.name or "").upper() + "..." * (each.nargs != 1)
    return askable


def move_to_first(ctx: click.Context, params: Iterable[click.Parameter]) -> None:
    """Give a single word to the records that come first: ``assign 7`` names an event, no colleague.

    Click fills from the end what follows an argument that takes several.
    """
    names = [each.name or "" for each in params if isinstance(each, click.Argument)]
    given = [name for name in names if ctx.params.get(name)]
    if given and ctx.params.get(names[0]) == ():
        ctx.params[names[0]] = (ctx.params[given[0]],)
        ctx.params[given[0]] = None


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
        names = [str(each.metavar) for each in missing]
        later = [
            each.asked_as
            for each in ctx.command.params
            if isinstance(each, AskedLater) and each.is_missing(ctx)
        ]
        raise UsageFault(
            _("Missing: {options}.").format(options=", ".join(names + later)),
            hint=_("See: {command} --help").format(command=ctx.command_path),
            code="missing_argument",
            details={"arguments": names} | ({"options": later} if later else {}),
        )
    with app.transaction():
        pass  # whoever is not logged in is asked nothing
    for each in missing:
        answer = _ask(app, ctx, each)
        ctx.params[each.name or ""] = (answer,) if each.nargs != 1 else answer


def _ask(app: App, ctx: click.Context, argument: click.Argument) -> Any:
    from crm.cli import answers, picks, prompts
    from crm.cli.completion.records import SOURCES

    name = argument.type.completed_by if isinstance(argument.type, Typed) else None
    source = (name or "").partition("_then_")[0][:-1]
    if name == "records_of_kind":
        source = str(ctx.params["kind"])
    shown = str(argument.metavar)
    if source in SOURCES:
        pick = picks.Pick(app, source)
        question = prompts.of_record(shown, _which(SOURCES[source].noun), shown, pick)
    else:
        question = prompts.Question(
            shown,
            shown.capitalize(),
            lambda typed: argument.type.convert(typed, argument, ctx),
            shown,
        )
    return answers.ask(app, question)


def _which(noun: str) -> str:
    return {
        "client": _("Which client?"),
        "contract": _("Which contract?"),
        "event": _("Which event?"),
        "user": _("Which colleague?"),
    }[noun]

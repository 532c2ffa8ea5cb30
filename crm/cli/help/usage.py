"""What the parser does not understand, said as everything else is: what, why, and what was meant.

Click's own sentences name Python's types and are in Click's language; only where it has one that is
not foreseen here is it passed on.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

import click
from click import exceptions

from crm.cli.asking.parameters import name_argument
from crm.cli.completion import PROGRAM
from crm.cli.tree import ALIASES, every_path
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext
from crm.domain.text import quote

MOST = 5  # names that are suggested


def translate_usage_error(error: click.UsageError) -> UsageFault:
    """Return the error that says what the parser found wrong, and what was likely meant."""
    path = error.ctx.command_path if error.ctx else PROGRAM
    see = _("See: {command} --help").format(command=path)
    code, message, meant = _describe(error, path)
    named = ", ".join(list(meant)[:MOST])
    hint = f"{_('Did you mean {names}?').format(names=named)} {see}" if named else see
    return UsageFault(message, hint=hint, code=code)


def _describe(error: click.UsageError, path: str) -> tuple[str, str, Iterable[str]]:
    """Return a stable code, the sentence, and what may have been meant."""
    match error:
        case exceptions.NoSuchCommand():
            group = path.removeprefix(PROGRAM).strip()
            name = quote(f"{group} {error.command_name}".strip())
            return (
                "unknown_command",
                _("Unknown command “{name}”.").format(name=name),
                _find_meant(error, path),
            )
        case exceptions.NoSuchOption():
            return (
                "unknown_option",
                _("{command} has no option {name}.").format(
                    command=path, name=quote(error.option_name)
                ),
                error.possibilities or _find_named(error, error.option_name.lstrip("-")),
            )
        case exceptions.MissingParameter(param=click.Parameter() as param):
            name = param.make_metavar(error.ctx) if error.ctx else param.human_readable_name
            return "missing_argument", _("{name} is missing.").format(name=name.strip("[]")), ()
        case exceptions.BadOptionUsage() if "requires an argument" in error.message:
            return (
                "missing_value",
                _("{option} needs a value.").format(option=quote(error.option_name)),
                (),
            )
        case exceptions.BadOptionUsage() if "does not take a value" in error.message:
            said = _("{option} does not take a value.").format(option=quote(error.option_name))
            return "unexpected_value", said, ()
        case exceptions.BadParameter(param=click.Parameter() as param):
            return _bad_value(error, param)
    # Click has no class for these.
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message, re.DOTALL)
    if extra:
        return _describe_extra(error, extra[1])
    return "usage", error.format_message(), ()


def _describe_extra(error: click.UsageError, extra: str) -> tuple[str, str, Iterable[str]]:
    words = extra.split()
    said = ngettext("Unexpected argument “{words}”.", "Unexpected arguments “{words}”.", len(words))
    # 0.8: only what is nearly the option's own name was meant as one.
    near = get_close_matches(f"--{words[0]}", _list_options(error.ctx), 1, 0.8)
    return "too_many_arguments", said.format(words=quote(extra)), near


def _bad_value(error: click.BadParameter, param: click.Parameter) -> tuple[str, str, Iterable[str]]:
    where = name_argument(param) if isinstance(param, click.Argument) else param.opts[-1]
    kind = param.type
    # Click says what was typed first, in quotation marks where it is no number.
    typed = re.sub("^'(.*)'$", r"\1", error.message.partition(" is not ")[0])
    if isinstance(kind, click.Choice):
        known = {str(choice).casefold(): str(choice) for choice in kind.choices}
        said = _("{where} does not accept “{typed}”; choose from {choices}.").format(
            typed=quote(typed), where=where, choices=", ".join(known.values())
        )
        near = get_close_matches(typed.casefold(), known, 1)
        return "invalid_choice", said, [known[name] for name in near]
    if isinstance(kind, click.IntRange):
        if kind.max is None:
            said = _("{where} does not accept “{typed}”; give a whole number of at least {least}.")
        else:
            said = _(
                "{where} does not accept “{typed}”; give a whole number from {least} to {most}."
            )
        return (
            "invalid_number",
            said.format(typed=quote(typed), where=where, least=kind.min, most=kind.max),
            (),
        )
    return "usage", error.format_message(), ()


def _list_options(context: click.Context | None) -> list[str]:
    params = context.command.params if context else []
    return [name for param in params for name in (*param.opts, *param.secondary_opts)]


def _find_meant(error: exceptions.NoSuchCommand, path: str) -> list[str]:
    """Return what was likely meant by words that name no command, the likeliest first."""
    word, rest = error.command_name, getattr(error, "rest", [])
    near = [f"{path} {name}" for name in error.possibilities or ()]
    if error.ctx is None or not isinstance(error.ctx.command, click.Group):
        return near
    if f"--{word}" in {opt for param in error.ctx.command.params for opt in param.opts}:
        return [f"{path} --{word}"]
    if path != PROGRAM:
        number = word.removeprefix("#")
        shown = number.isdecimal() and "show" in error.ctx.command.commands
        return [f"{path} show {number}"] if shown else near + _find_named(error, word)
    nouns = error.ctx.command.commands
    if (noun := _find_noun(word, nouns)) and rest:  # contracts list
        return [f"{PROGRAM} {noun} {rest[0]}"]
    if rest and (noun := _find_noun(rest[0], nouns)):  # list contracts
        return [f"{PROGRAM} {noun} {word}"]
    # A command of that very name, under its noun, before words that only resemble it.
    return _find_named(error, word) or near


def _find_noun(word: str, nouns: Iterable[str]) -> str | None:
    """Return the noun that a word is, or is the plural of."""
    return next((noun for noun in nouns if word in {noun, f"{noun}s"}), None)


def _find_named(error: exceptions.UsageError, word: str) -> list[str]:
    return list(_find_elsewhere(error.ctx.find_root().command, word)) if error.ctx else []


def _find_elsewhere(root: click.Command, word: str) -> Iterable[str]:
    """Yield the commands of other nouns that are called so: ``contract pay`` for ``pay``."""
    if isinstance(root, click.Group):
        for path in every_path(root):
            if len(path) > 1 and path[-1] == ALIASES.get(word, word):
                yield f"{PROGRAM} {' '.join(path)}"

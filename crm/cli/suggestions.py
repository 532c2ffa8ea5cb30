"""What somebody may have meant who typed a command or a choice that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

import click

from crm.cli.groups import ALIASES
from crm.cli.tree import every_command
from crm.domain.i18n import gettext as _

MOST = 5


def meant_by(error: click.UsageError) -> str:
    """Return a sentence that names what is likely meant; Click itself names commands alike."""
    if isinstance(error, click.exceptions.NoSuchCommand) and error.ctx:
        return _did_you_mean(_elsewhere(error.ctx.find_root().command, error.command_name))
    if isinstance(error, click.BadParameter) and error.param:
        return _did_you_mean(_nearest_choice(error, error.param.type))
    return ""


def _elsewhere(root: click.Command, word: str) -> Iterable[str]:
    """Yield the commands of other nouns that are called so: ``contract pay`` for ``pay``."""
    if isinstance(root, click.Group):
        for path, _command in every_command(root):
            if len(path) > 1 and path[-1] == ALIASES.get(word, word):
                yield f"epicevents {' '.join(path)}"


def _nearest_choice(error: click.BadParameter, kind: "click.ParamType[object]") -> Iterable[str]:
    if not isinstance(kind, click.Choice):
        return []
    # Click quotes what was typed, before the choices.
    _before, _quote, typed = error.message.partition("'")
    typed = typed.partition("'")[0]
    choices = {str(choice).casefold(): str(choice) for choice in kind.choices}
    return [choices[name] for name in get_close_matches(typed.casefold(), choices, 1)]


def _did_you_mean(names: Iterable[str]) -> str:
    shown = ", ".join(list(names)[:MOST])
    return _("Did you mean {names}?").format(names=shown) if shown else ""

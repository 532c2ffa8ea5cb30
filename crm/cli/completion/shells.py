"""What each shell sends and expects.

A script hands over the line up to the cursor and reads lines of three parts, with tabs between
them: the kind of a candidate, its value and what it means.
"""

import os
import re
import shlex
from typing import ClassVar

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    _resolve_context,
    add_completion_class,
    split_arg_string,
)

from crm.cli.completion import PROGRAM
from crm.domain.text import fold

_SAFE = re.compile(r"[\w@%+=:,./−-]*")  # what a shell takes as it is
_UNSAFE_LETTER = re.compile(r"([^\w@%+=:,./−-])")


class Completion(ShellComplete):
    """Completion of a line of words, whoever asks for it."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return what ``incomplete`` may become after ``args``; nothing where that fails."""
        try:
            found = self._of_option(args, incomplete)
            return super().get_completions(args, incomplete) if found is None else found
        except Exception:
            # As at a Tab in ``answer.py``; here in the middle of a shell of ours.
            return []

    def _of_option(self, args: list[str], incomplete: str) -> list[CompletionItem[str]] | None:
        """Complete ``--name=value``, and a value that begins with a minus sign; else return None.

        Click would take the first for a whole value and the second for an option.
        """
        if not incomplete.startswith("-") or "--" in args:
            return None
        name, equals, typed = incomplete.partition("=")
        before = name + equals
        if not equals:
            args, name, before, typed = args[:-1], args[-1] if args else "", "", incomplete
        context = _resolve_context(self.cli, dict(self.ctx_args), self.prog_name, args)
        for param in context.command.get_params(context):
            if isinstance(param, click.Option) and name in param.opts and not param.is_flag:
                return [_add_prefix(before, item) for item in param.shell_complete(context, typed)]
        return None


def _add_prefix(before: str, item: CompletionItem[str]) -> CompletionItem[str]:
    synonyms = tuple(before + each for each in item.synonyms or ())
    return CompletionItem(before + item.value, item.type, item.help, synonyms=synonyms)


def split_before_cursor(line: str) -> list[str]:
    """Return the words of ``line``, which ends at the cursor; the last may be empty or unclosed."""
    words = split_arg_string(line + "x")
    return [*words[:-1], words[-1][:-1]]


def build_script(shell: str) -> str:
    """Return what ``bash``, ``zsh`` or ``fish`` loads to complete the program's lines."""
    from pathlib import Path

    return Path(__file__).with_name(f"{PROGRAM}.{shell}").read_text("utf-8")


class _Shell(Completion):
    name: ClassVar[str]

    def source(self) -> str:
        """Return the script, for those who ask for it as other programs of Click are asked."""
        return build_script(self.name)

    def get_completion_args(self) -> tuple[list[str], str]:
        _program, *words, incomplete = split_before_cursor(os.environ["COMP_WORDS"])
        return words, incomplete

    def complete(self) -> str:
        args, incomplete = self.get_completion_args()
        items = self.get_completions(args, incomplete)
        written = ((item, self.format_value(item, incomplete)) for item in items)
        return "\n".join(
            "\t".join((item.type, value, strip_separators(item.help or "")))
            for item, value in written
            if value
        )

    def format_value(self, item: CompletionItem[str], _incomplete: str) -> str:
        """Return the value as the shell's script takes it, nothing where it cannot."""
        return item.value


def strip_separators(text: str) -> str:
    """Return a description without what would end it."""
    return " ".join(text.split())


@add_completion_class
class Bash(_Shell):
    """Bash: it completes what follows the last ``=``, ``:`` or ``@``, and inserts it as it is."""

    name = "bash"

    def format_value(self, item: CompletionItem[str], incomplete: str) -> str:
        """Return what readline puts in place of the end of the word, escaped."""
        last = os.environ.get("COMP_CWORD", "").lstrip("'\"")
        kept = incomplete.removesuffix(last) if incomplete.endswith(last) else ""
        if not item.value.startswith(kept):
            return ""
        value = item.value[len(kept) :]
        if _is_in_quotes(os.environ["COMP_WORDS"]):
            return value if _SAFE.fullmatch(value) else ""
        return _UNSAFE_LETTER.sub(r"\\\1", value)


@add_completion_class
class Zsh(_Shell):
    """Zsh: it is told what begins otherwise too, and quotes what it inserts."""

    name = "zsh"


@add_completion_class
class Fish(_Shell):
    """Fish: it drops what does not have the letters that were typed, and quotes what it inserts."""

    name = "fish"

    def format_value(self, item: CompletionItem[str], incomplete: str) -> str:
        """Return the first of the record's names that fish would keep."""
        names = (item.value, *(item.synonyms or ()))
        folded = (fold(each) for each in names)
        return next(
            (each for each in (*names, *folded) if _contains_letters(each, incomplete)), item.value
        )


def _is_in_quotes(line: str) -> bool:
    """Whether the line ends inside quotes."""
    try:
        shlex.split(line + "x")
    except ValueError:
        # The one letter closes a backslash at the end, so that only quotes can be open.
        return True
    return False


def _contains_letters(value: str, typed: str) -> bool:
    letters = iter(value.casefold())
    return all(letter in letters for letter in typed.casefold())

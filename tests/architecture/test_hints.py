"""A command that the program names, in a hint or anywhere else, is one that there is."""

import ast
import re
from collections.abc import Iterator

import click
import pytest
from support.cli import REPOSITORY

from crm.cli.main import root
from crm.cli.tree import ALIASES, Stub

NAMED = re.compile(r"\bepicevents((?: +(?:--?)?[\w{}]\S*)+)")
# What follows the program's name in a sentence.
PROSE = {"that", "as"}


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every text of a module; what is filled in reads ``{}``."""
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
             for part in node.values}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in inner:
            yield node.lineno, node.value if isinstance(node.value, str) else ""


def mistakes(text: str) -> Iterator[str]:
    """Yield each command in ``text`` that there is not, or that has no such option."""
    for line in NAMED.findall(text.replace("\\\n", " ")):
        command: click.Command = root
        for word in line.split():
            plain = word.rstrip(".,;:)”…")
            if isinstance(command, click.Group):
                found = command.commands.get(ALIASES.get(plain, plain))
                if found is None:
                    if "{" not in plain and plain.islower() and plain not in PROSE:
                        yield f"epicevents{line}"
                    break
                command = found.load() if isinstance(found, Stub) else found
            elif plain.startswith("--") and "{" not in plain:
                options = {name for param in command.params for name in param.opts}
                options |= {n for param in command.params for n in param.secondary_opts}
                if plain.partition("=")[0] not in options | {"--help", "--"}:
                    yield f"epicevents{line}: {plain}"
            if plain != word or command.context_settings.get("ignore_unknown_options"):
                break  # the end of a sentence, or another command's options


def test_every_command_that_is_named_there_is() -> None:
    wrong = []
    seen = 0
    for path in sorted((REPOSITORY / "crm").rglob("*.py")):
        for line, text in texts(ast.parse(path.read_text("utf-8"))):
            seen += len(NAMED.findall(text))
            wrong += [f"{path.relative_to(REPOSITORY)}:{line}: {each}" for each in mistakes(text)]
    assert seen > 150
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "Run: epicevents clint list",
        "See which there are: epicevents client lits",
        "Run: epicevents client list --nobody",
    ],
)
def test_one_that_there_is_not_would_be_found(text: str) -> None:
    assert len(list(mistakes(text))) == 1

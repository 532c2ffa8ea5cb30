"""Every command says what it does, who may, and shows an example that parses."""

import inspect
import re
from pathlib import Path

import click
import pytest
from support.cli import REPOSITORY
from support.commands import command_lines, every_command, parse

from crm.cli.commands import SECTIONS
from crm.cli.main import root
from crm.cli.tree import every_path, find_commands
from crm.domain.rules import CONSTRAINTS

# They are about this workstation, or end what one has oneself begun.
OF_THE_WORKSTATION = {"demo", "init", "join", "config", "db start", "db stop", "logout"}
WHO_MAY = ("everybody", "Everybody", "anybody", "You may", "SALES", "SUPPORT", "MANAGEMENT",
           "Needs the administrator's URL", "Needs no ")  # fmt: skip


COMMANDS = REPOSITORY / "crm" / "cli" / "commands"


def test_a_command_lies_at_the_path_of_its_words() -> None:
    files = {
        path.relative_to(COMMANDS).with_suffix("").as_posix()
        for path in COMMANDS.rglob("*.py")
        if path.name != "__init__.py"
    }
    commands = dict(every_command())
    assert len(commands) > 70
    # import_.py, because Python has a word of its own that is `import`
    words = {file.rstrip("_").replace("_", "-").replace("/", " ") for file in files}
    assert words == set(commands)
    assert [path for path, command in commands.items() if command.name != path.split()[-1]] == []
    assert [" ".join(words) for words in every_path(root)] == list(commands)


def test_the_help_of_all_names_what_lies_in_the_folder() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(find_commands("crm.cli.commands"))
    assert list(root.commands) == listed


def test_only_modules_and_packages_are_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_commands"
    for name in ("__init__.py", "pay.py", "import_.py", "log/__init__.py", "gone/old.pyc",
                 "__pycache__/pay.pyc", "_shared.py", ".#pay.py", "notes.txt"):  # fmt: skip
        (package / name).parent.mkdir(exist_ok=True, parents=True)
        (package / name).touch()
    monkeypatch.syspath_prepend(tmp_path)
    found = find_commands("some_commands")
    assert {name: (stub.module, stub.is_group) for name, stub in found.items()} == {
        "import": ("some_commands.import_", False),
        "log": ("some_commands.log", True),
        "pay": ("some_commands.pay", False),
    }


def prose(command: click.Command) -> str:
    """What help says before its examples."""
    return inspect.cleandoc(command.help or "").partition("\b")[0].strip()


def test_a_command_says_in_one_sentence_what_it_does() -> None:
    firsts = {path: prose(command).split("\n\n")[0] for path, command in every_command()}
    assert len(firsts) > 25
    assert [
        p for p, first in firsts.items() if not (first[:1].isupper() and first[-1] == ".")
    ] == []


def test_a_command_says_who_may() -> None:
    silent = {
        path
        for path, command in every_command()
        if not any(words in prose(command) for words in WHO_MAY)
    }
    assert silent - OF_THE_WORKSTATION == set()


def test_every_command_has_an_example_of_itself_that_parses(tmp_path: Path) -> None:
    for path, command in every_command():
        examples = command_lines(inspect.cleandoc(command.help or ""))
        assert examples, f"{path} has no example"
        assert {parse(example, tmp_path) for example in examples} == {path}


def test_every_option_says_what_it_is_for() -> None:
    silent = [
        f"{path} {option.opts[-1]}"
        for path, command in every_command()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_a_mistake_in_an_example_would_be_found(tmp_path: Path) -> None:
    for wrong in ("epicevents client list --nobody", "epicevents client lost", "epicevents pay 1"):
        with pytest.raises(click.UsageError):
            parse(wrong, tmp_path)


def test_what_a_rule_advises_is_a_command(tmp_path: Path) -> None:
    advised = [
        line
        for rule in CONSTRAINTS.values()
        if rule.hint
        for line in re.findall(r"epicevents [^,;:]+", rule.hint())
    ]
    assert len(advised) > 8
    known = {path for path, _command in every_command()}
    assert [
        line for line in advised if not any(line.startswith(f"epicevents {path}") for path in known)
    ] == []

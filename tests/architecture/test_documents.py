"""What the documents say is so: commands, tables, links."""

import re
from pathlib import Path

import pytest
from support.cli import REPOSITORY
from support.commands import command_lines, parse

from crm.domain import errors
from crm.settings import SETTINGS
from tools import permission_matrix

README = (REPOSITORY / "README.md").read_text("utf-8")
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading of the README."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_permission_matrix_is_that_of_the_program() -> None:
    assert permission_matrix.rewritten(README) == README, "run: make readme"


def test_the_exit_codes_are_those_of_the_program() -> None:
    told = {int(code) for code, _meaning in rows("Exit codes")}
    codes = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert told == codes | {0, 130}


def test_the_settings_are_those_of_the_program() -> None:
    told = {variable: default for variable, default, _meaning in rows("Configuration")}
    assert list(told) == [setting.variable for setting in SETTINGS]
    for setting in SETTINGS:
        if setting.default is not None:
            assert told[setting.variable] == setting.default


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_package_is_named(document: str) -> None:
    text = (REPOSITORY / document).read_text("utf-8")
    packages = {f"crm/{path.parent.name}" for path in (REPOSITORY / "crm").glob("*/__init__.py")}
    assert len(packages) > 8
    assert {package for package in packages if f"`{package}`" not in text} == set()


def test_every_helper_of_the_tests_is_described() -> None:
    folder = REPOSITORY / "tests" / "support"
    told = {
        name
        for line in (folder / "README.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert {path.stem for path in folder.glob("*.py")} == told


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_command_in_a_document_parses(document: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
    for line in (line for block in blocks for line in command_lines(block)):
        parse(line, tmp_path)


def test_the_readme_shows_commands() -> None:
    assert len(command_lines(README)) > 15


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_walk_names_files_and_functions_that_are_there() -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
    walk = " ".join(page.split("\n## A walk")[1].split("\n## What rebuilding")[0].split())
    named = re.findall(r"\[`[^`]+`\]\(\.\./([^)]+\.py)\),? `(\w+)`", walk)
    assert len(named) > 15
    for file, function in named:
        text = (REPOSITORY / file).read_text("utf-8")
        assert re.search(rf"^ *(?:def|class) {function}\b", text, re.MULTILINE), (file, function)
    for constraint in re.findall(r"`((?:ck|uq|fk)_\w+)`", walk):
        tables = (REPOSITORY / "migrations" / "tables").glob("*.sql")
        assert any(constraint in path.read_text("utf-8") for path in tables), constraint

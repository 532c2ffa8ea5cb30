"""One name has one meaning, and a function says what it does: a verb and its object."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest
from support.cli import REPOSITORY

PACKAGE = REPOSITORY / "crm"
# A command bears the name that is typed, and is found by its folder: `client update` and
# `contract update` are no more in each other's way than on the command line.
COMMANDS = "cli/commands/"

# Names that several modules share, because they do the same there.
SHARED = {
    "create": "the same verb, one service a noun",
    "update": "the same verb, one service a noun",
    "delete": "the same verb, one service a noun",
    "cancel": "the same verb, one service a noun",
    "refuse_duplicate": "the same rule on emails, for clients and for colleagues",
    "candidates": "one protocol: each kind of file yields the ways in which it can be read",
}

# Irregular participles; those that are spelt like their verb (read, set, cut) cannot be told.
IRREGULAR = {
    "been", "begun", "bound", "brought", "built", "caught", "chosen", "done", "drawn", "driven",
    "fallen", "felt", "found", "given", "gone", "grown", "heard", "held", "hidden", "kept",
    "known", "laid", "left", "lent", "lost", "made", "meant", "met", "paid", "said", "seen",
    "sent", "shown", "sold", "spoken", "spent", "stood", "stuck", "taken", "taught", "thought",
    "thrown", "told", "won", "worn", "written",
}  # fmt: skip
# What ends in -ed or -ing and is an ordinary noun, adjective or verb.
NO_PARTICIPLES = frozenset({"listing", "setting", "embedded", "encoding", "feed", "need", "string"})
# Behind one of these a participle is an adjective: `missing_record_error`, `listing_options`.
NOUNS = frozenset({"error", "flags", "option", "options", "question", "presentation"})


def definitions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions and classes of a module or a class."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.ClassDef() if not node.name.startswith("_"):
                yield node


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(COMMANDS):
            yield name, ast.parse(path.read_text("utf-8"))


def is_participle(name: str) -> bool:
    """Whether a name says in which state something is, instead of what is done with it."""
    words = name.split("_")
    first, last = words[0], words[-1]
    if first in NO_PARTICIPLES or (len(words) > 1 and last in NOUNS):
        return False
    return first in IRREGULAR or (len(first) > 4 and first.endswith(("ed", "ing")))


def test_no_two_public_names_are_the_same() -> None:
    places = defaultdict(list)
    for module, tree in modules():
        for node in definitions(tree.body):
            places[node.name].append(module)
    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in shared.items() if name not in SHARED} == {}
    assert SHARED.keys() == shared.keys()


def test_no_public_function_is_named_by_a_participle() -> None:
    found = []
    for module, tree in modules():
        for node in definitions(tree.body):
            inner = definitions(node.body) if isinstance(node, ast.ClassDef) else ()
            found += [
                f"{module}: {each.name}"
                for each in (node, *inner)
                if isinstance(each, ast.FunctionDef) and is_participle(each.name)
            ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["said", "opened", "told_apart", "shutting_out", "encrypted", "listed", "held_on"]
)
def test_a_participle_would_be_found(name: str) -> None:
    assert is_participle(name)


@pytest.mark.parametrize(
    "name", ["read_page", "as_user", "missing_record_error", "listing_options", "embedded_url"]
)
def test_a_verb_and_an_adjective_are_none(name: str) -> None:
    assert not is_participle(name)

"""Every sentence that a person reads goes through gettext, whole."""

import ast
from collections.abc import Callable, Iterator

import pytest
from support.cli import REPOSITORY

from crm.domain import errors

MODULES = sorted((REPOSITORY / "crm").rglob("*.py"))

ERRORS = {name for name, found in vars(errors).items() if isinstance(found, type)}
SAYINGS = {"note", "success", "warn", "error"}  # methods of the console
TOLD = {"help", "hint", "short_help", "epilog", "prompt"}  # keywords of anything
TRANSLATED = {"_", "gettext", "ngettext"}
BUILT = ast.JoinedStr, ast.BinOp, ast.Call  # a name is one of a list of words, translated there


def is_text(node: ast.expr) -> bool:
    """Whether it is a sentence in the program text itself: letters, not only braces and marks."""
    match node:
        case ast.Constant(value=str(text)):
            return any(map(str.isalpha, text))
        case ast.JoinedStr(values=parts):
            return any(map(is_text, parts))
        case ast.BinOp(left=left, right=right):
            return is_text(left) or is_text(right)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return is_text(value)
        case ast.IfExp(body=body, orelse=orelse):
            return is_text(body) or is_text(orelse)
    return False


def called(call: ast.Call) -> str:
    """Return the last name of what is called: ``error`` of ``app.console.error``."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def untranslated(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of sentences that are shown as they stand in the program text."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            shown = [keyword.value for keyword in call.keywords if keyword.arg in TOLD]
            if called(call) in ERRORS | SAYINGS:
                shown += call.args[:1]
            yield from (value.lineno for value in shown if is_text(value))


def unreadable(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where a translation is looked up that no catalogue can hold."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and called(call) in TRANSLATED:
            sentences = call.args[: 2 if called(call) == "ngettext" else 1]
            yield from (each.lineno for each in sentences if isinstance(each, BUILT))


def uncounted(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where a plural is not written where it is looked up: nobody extracts it."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            forms = call.args[:2] if called(call) == "ngettext" else []
            yield from (each.lineno for each in forms if not isinstance(each, ast.Constant))


def places(find: Callable[[ast.AST], Iterator[int]]) -> list[str]:
    return [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for path in MODULES
        for line in find(ast.parse(path.read_text("utf-8")))
    ]


def test_no_sentence_is_shown_untranslated() -> None:
    assert places(untranslated) == []


def test_what_is_translated_is_a_whole_sentence_of_the_program_text() -> None:
    assert places(unreadable) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "raise NotFound('No client.')",
        "raise errors.NotFound(f'No client {id}.')",
        "raise NotFound('No client {id}.'.format(id=id))",
        "raise NotFound(_('No client.'), hint='Try another.')",
        "raise NotFound('No client' + name)",
        "app.console.note('Done.')",
        "app.console.success('Done.' if done else _('Nothing.'))",
        "click.option('--all', help='All of them.')",
    ],
)
def test_an_untranslated_sentence_would_be_found(wrong: str) -> None:
    assert list(untranslated(ast.parse(wrong))) == [1]


@pytest.mark.parametrize("wrong", ["_(f'No {noun}.')", "_('No ' + noun)", "_('No %s' % noun)"])
def test_a_sentence_that_no_catalogue_holds_would_be_found(wrong: str) -> None:
    assert list(unreadable(ast.parse(wrong))) == [1]


def test_plurals_are_written_where_they_are_looked_up() -> None:
    assert places(uncounted) == []
    wrong = ast.parse("ngettext(one, many, n)\nngettext('{n} a', many, n)")
    assert list(uncounted(wrong)) == [1, 1, 2]

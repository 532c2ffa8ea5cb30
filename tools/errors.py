"""Writes the page of error codes from the places of the program that raise them.

Run it as ``python -m tools.errors`` after a change; a test says when it was forgotten.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from crm.domain import errors
from crm.domain.errors import CRMError
from crm.domain.rules import CONSTRAINTS
from crm.services.refusals import SENTENCES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, CRMError)
}
KINDS["kind"] = errors.RuleViolation  # of the import: or PermissionDenied, if all rows are so
SHOWN = 3  # sentences of one code

HEAD = """\
<!-- Written by tools/errors.py: change the errors, not this page. -->
# Error codes

With `-o json` or `--json` an error is one line on stderr, and stdout is empty:

```json
{"error": {"code": "not_found", "message": "Client 999 does not exist.", "hint": "See which …"}}
```

`code` is for scripts and never changes its meaning; `message` says what and why, `hint` what to do
next, both in the reader's language; further keys, such as `nearest` or `permission`, come with some
errors and are only ever added. The exit status is the heading's. Below are the codes, and what is
said with each; in braces stands what depends on the case.
"""

IMPORTED = """\
## Why a row of an import is refused

Beside the codes above, of values and rules, a row may have one of these.
"""

HEADINGS = {
    1: "Unexpected",
    2: "The command line, a value or a file cannot be understood",
    3: "No such record",
    4: "Not logged in",
    5: "The role forbids it",
    6: "A rule refuses it",
    7: "The database cannot be reached or used",
}

Found = tuple[type[CRMError], str, str]  # what is raised, its code and its sentence


def page() -> str:
    """Return the page in Markdown, a table for each exit status."""
    by_status: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind, code, said in every_error():
        sentences = by_status[kind.exit_code][code]
        if said and said not in sentences:
            sentences.append(said)
    parts = [HEAD]
    for status, codes in sorted(by_status.items()):
        parts += [f"## {status}: {HEADINGS[status]}\n", "| code | says |", "| --- | --- |"]
        for code, sentences in sorted(codes.items()):
            said = "<br>".join(sentences[:SHOWN]).replace("|", "\\|").replace("\n", " ")
            parts.append(f"| `{code}` | {said} |")
        parts.append("")
    parts += [IMPORTED, "| code | says |", "| --- | --- |"]
    parts += [f"| `{code}` | {said()} |" for code, said in sorted(SENTENCES.items())]
    return "\n".join([*parts, ""])


def every_error() -> Iterator[Found]:
    """Yield the errors that the program raises, in the order of its files."""
    for path in sorted((ROOT / "crm").rglob("*.py")):
        yield from _in_module(ast.parse(path.read_text("utf-8")))
    for rule in CONSTRAINTS.values():
        yield rule.kind, rule.code, rule.message()


def _in_module(tree: ast.Module) -> Iterator[Found]:
    variable = [*_passed_as_code(tree)]
    named = _named_sentences(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            # Of the parser: a code, a sentence, and what may have been meant.
            match node.value.elts:
                case [ast.Constant(value=word), sentence, _meant]:
                    yield errors.UsageFault, str(word), _sentence(sentence, named)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        kind = KINDS.get(node.func.id)
        if kind is None or not node.args:
            continue
        code = next((each.value for each in node.keywords if each.arg == "code"), None)
        codes = [kind.code] if code is None else [*_texts(code)]
        if isinstance(code, ast.Name):
            codes = variable
        for said in _arms(node.args[0]):
            for each in codes:
                yield kind, each, _sentence(said, named)


def _passed_as_code(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that a module gives to variables and parameters called ``code``."""
    takers = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [arg.arg for arg in node.args.args]
            if "code" in names:
                takers[node.name] = names.index("code")
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _assigned(target, node.value)
        if isinstance(node, ast.For):
            yield from _looped(node, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            at = takers.get(node.func.id)
            if at is not None and at < len(node.args):
                yield from _texts(node.args[at])


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name) and target.id == "code":
        yield from _texts(value)
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, given in zip(target.elts, value.elts, strict=False):
            yield from _assigned(part, given)


def _looped(loop: ast.For, tree: ast.Module) -> Iterator[str]:
    """Yield the codes of the rows that a function of the module returns to a loop over them."""
    match loop:
        case ast.For(target=ast.Tuple(elts=names), iter=ast.Call(func=ast.Name(id=function))):
            columns = [name.id for name in names if isinstance(name, ast.Name)]
            if "code" not in columns:
                return
            at = columns.index("code")
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name == function:
                    for row in ast.walk(node):
                        if isinstance(row, ast.Tuple) and len(row.elts) == len(names):
                            yield from _texts(row.elts[at])


def _arms(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression may be: of ``a if x else b`` both."""
    if isinstance(value, ast.IfExp):
        yield from _arms(value.body)
        yield from _arms(value.orelse)
    else:
        yield value


def _texts(value: ast.expr) -> Iterator[str]:
    for arm in _arms(value):
        if isinstance(arm, ast.Constant) and isinstance(arm.value, str):
            yield arm.value


def _named_sentences(tree: ast.Module) -> list[tuple[int, str, str]]:
    """Return the sentences that variables are given: line, name and text."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            said = _sentence(node.value, [])
            if said:
                found.append((node.lineno, node.targets[0].id, said))
    return found


def _sentence(value: ast.expr, named: list[tuple[int, str, str]]) -> str:
    """Return the first sentence of an argument as the program text has it, not yet filled."""
    for node in ast.walk(value):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in {"_", "ngettext"}
            and isinstance(node.args[0], ast.Constant)
        ):
            return str(node.args[0].value)
        if isinstance(node, ast.Name):
            before = [said for line, name, said in named if name == node.id and line < node.lineno]
            if before:
                return before[-1]
    return ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

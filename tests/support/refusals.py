"""Where the services refuse: each ``raise`` and each call that only refuses, found and silenced.

``tests/security/mutation_services.py`` replaces one after the other by ``pass`` and looks whether a
test of the services turns red. A refusal that nobody calls, or that no test asks for, survives.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PLACES = ("crm/services/**/*.py", "crm/domain/rules.py")
# Calls whose value nobody takes and whose name says that they refuse; what they do is raise.
REFUSING = ("authorize", "check", "expect", "refuse", "require")
NAMED = 60  # characters of a statement in its name

# What no test can miss, and why: the same is refused again, in the same words, or never was.
_EVERYBODY = "every role may: it is asked so that a narrower table would bind here too"
_AGAIN = "asked once more where the database refuses the write, in the same words"
UNMISSED = {
    "services.audit.authorize_entries: authorize(tx.actor, Permission.HISTORY_READ)": _EVERYBODY,
    "services.audit.find_history: authorize(tx.actor, Permission.HISTORY_READ, kind=kind, reco":
        _EVERYBODY,
    "services.audit.find_as_of: authorize(tx.actor, Permission.HISTORY_READ, kind=noun, reco":
        _EVERYBODY,
    "services.user.update: authorize(tx.actor, Permission.OWN_PHONE, owner_id=person.id":
        _EVERYBODY,
    "services.authentication.login: passwords.require_safe_parameters(parameters)":
        "deriving the key asks the same before it begins",
    "services.contract_checks.check_total: check_amounts(total, Decimal(0))":
        "the constraint says the same sentence",
    "services.event.update: clashes.refuse_clash(tx, slot, hint=hint, zone=zone)": _AGAIN,
    "services.payment.pay: _refuse_overpayment(contract, cleaned['amount'])": _AGAIN,
    "services.undo.undo: raise _changed_error":
        "only if the audit itself changed meanwhile, which nobody may do",
}  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """A statement that refuses: where it stands, and the function that it stands in."""

    path: Path  # below the repository
    name: str
    key: str  # the function's source, by which a kept outcome is known to hold still
    lines: tuple[int, int]
    column: int


def refusals(repository: Path) -> Iterator[Refusal]:
    """Find every refusal, file by file."""
    for place in PLACES:
        for file in sorted(repository.glob(place)):
            yield from _of_file(file.relative_to(repository), file.read_text("utf-8"))


def silence(source: str, refusal: Refusal) -> str:
    """Return a file's source in which a refusal does nothing."""
    lines = source.splitlines(keepends=True)
    first, last = refusal.lines
    lines[first - 1 : last] = [" " * refusal.column + "pass\n"]
    return "".join(lines)


def note(source: str, numbered: dict[int, Refusal]) -> str:
    """Return a file's source in which each refusal first says by its number that it is reached."""
    lines = source.splitlines(keepends=True)
    for number, refusal in sorted(numbered.items(), key=lambda each: -each[1].lines[0]):
        telling = f"__import__('support.reached', fromlist=['reached']).reached({number})\n"
        lines.insert(refusal.lines[0] - 1, " " * refusal.column + telling)
    return "".join(lines)


def _of_file(path: Path, source: str) -> Iterator[Refusal]:
    module = ".".join(path.with_suffix("").parts[1:])
    met: Counter[str] = Counter()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in _statements(function):
            if not _refuses(node):
                continue
            name = f"{module}.{function.name}: {_words(node)}"
            met[name] += 1
            if met[name] > 1:
                name = f"{name} ({met[name]})"
            text = ast.get_source_segment(source, function) or ""
            assert node.end_lineno is not None
            yield Refusal(path, name, text, (node.lineno, node.end_lineno), node.col_offset)


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Every statement of a function but those of functions inside it, which are met themselves."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.stmt):
            yield node
        waiting[:0] = ast.iter_child_nodes(node)


def _words(node: ast.stmt) -> str:
    """Return a statement in short: of an error its kind and code, which wording leaves alone."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        codes = [each.value for each in node.exc.keywords if each.arg == "code"]
        return " ".join(["raise", *map(ast.unparse, (node.exc.func, *codes))])
    return ast.unparse(node).splitlines()[0][:NAMED]


def _refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    called = node.value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.lstrip("_").startswith(REFUSING)

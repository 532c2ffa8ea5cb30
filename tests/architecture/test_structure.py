"""What lies where, and how large it may become."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from support.cli import REPOSITORY

PACKAGE = REPOSITORY / "crm"
MODULES = sorted(PACKAGE.rglob("*.py"))
SQL = sorted([*PACKAGE.rglob("*.sql"), *(REPOSITORY / "migrations").rglob("*.sql")])

NOUNS = ("user", "client", "contract", "event", "log", "task")
LAYERS = ("models", "queries", "services", "cli/commands")
LARGEST = 400  # lines; what lies where is decided by what it is about
# Where rows are those of a file or a program that is not ours, whose columns are at positions.
FILES_OF_OTHERS = ("crm/cli/output/raw.py", "crm/embedded/fence.py", "crm/security/strength.py")


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def test_no_module_is_large() -> None:
    assert len(MODULES) > 50
    lines = {name(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count >= LARGEST} == {}


def test_a_noun_has_the_same_file_in_every_layer() -> None:
    missing = [
        f"crm/{layer}/{noun}"
        for layer in LAYERS
        for noun in NOUNS
        if not (PACKAGE / layer / f"{noun}.py").is_file()
        and not (PACKAGE / layer / noun / "__init__.py").is_file()
    ]
    assert missing == []


def test_a_noun_has_its_tests_in_every_layer_too() -> None:
    missing = [
        f"tests/{layer}/test_{noun}.py"
        for layer in ("queries", "services", "cli")
        for noun in NOUNS
        if not (REPOSITORY / "tests" / layer / f"test_{noun}.py").is_file()
    ]
    assert missing == []


def test_every_module_says_what_it_is_for() -> None:
    assert [
        name(p) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ] == []


def test_no_row_is_read_by_position() -> None:
    """What stands at a position is another value as soon as somebody adds a column."""
    rows = r"(\w*_)?(row|record|fields)|find_row|read_record|read_person"
    found = []
    for path in MODULES:
        for node in nodes(path):
            if not isinstance(node, ast.Subscript):
                continue
            read, at = node.value, node.slice
            if isinstance(read, ast.Call):
                read = read.func
            what = read.attr if isinstance(read, ast.Attribute) else getattr(read, "id", "")
            bounds = [at.lower, at.upper] if isinstance(at, ast.Slice) else [at]
            if re.fullmatch(rows, what, re.IGNORECASE) and any(map(is_number, bounds)):
                found.append(f"{name(path)}:{node.lineno}: {ast.unparse(node)}")
    assert [each for each in found if not each.startswith(FILES_OF_OTHERS)] == []


def test_no_loop_takes_rows_apart_by_a_star() -> None:
    """``for key, *rest in rows``: what is in the rest moves with the columns."""
    found = [
        f"{name(path)}:{node.target.lineno}: {ast.unparse(node.target)}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.For | ast.comprehension)
        and any(isinstance(each, ast.Starred) for each in ast.walk(node.target))
    ]
    assert found == []


def is_number(node: ast.AST | None) -> bool:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    return negative or (isinstance(node, ast.Constant) and isinstance(node.value, int))


def ends_a_transaction(node: ast.AST) -> bool:
    """Whether it is SQL that commits, a call of ``commit``, or a switch to committing at once."""
    match node:
        case ast.Constant(value=str(text)):
            return re.search(r"(^|;)\s*(COMMIT|END|PREPARE TRANSACTION)\b", text) is not None
        case ast.Call(func=ast.Attribute(attr="commit")):
            return True
        case ast.Attribute(attr="autocommit", ctx=ast.Store()):
            return True
    return False


def test_only_the_database_module_commits() -> None:
    # Databases and roles are made outside of any transaction, by the administrator.
    found = {name(p) for p in MODULES if any(map(ends_a_transaction, nodes(p)))}
    assert found == {
        f"crm/database/{module}.py" for module in ("administrator", "provisioning", "transaction")
    }
    statements = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"COMMIT", node.value)
    }
    assert statements == {"crm/database/transaction.py"}


def test_no_script_commits() -> None:
    assert len(SQL) > 10
    bare = {name(p): re.sub(r"--.*", "", p.read_text("utf-8")) for p in SQL}
    assert [p for p, text in bare.items() if re.search(r"\bCOMMIT\s*;", text, re.IGNORECASE)] == []


def test_a_commit_elsewhere_would_be_found() -> None:
    for wrong in (
        "tx.session.commit()",
        "cursor.execute('COMMIT')",
        "cursor.execute('UPDATE users SET id = 1; COMMIT')",
        "connection.autocommit = True",
    ):
        assert any(map(ends_a_transaction, ast.walk(ast.parse(wrong)))), wrong

"""Writes the permission matrix of the README from the program's own table.

Run it as ``python -m tools.permission_matrix`` after a change; a test says when it was forgotten.
"""

from pathlib import Path

from crm.domain.enums import Role
from crm.domain.permissions import NEEDS_REASON, NEVER_ONESELF, Permission, scope_of

README = Path(__file__).parents[1] / "README.md"
BEGIN = "<!-- permissions: written by tools/permission_matrix.py -->"
END = "<!-- /permissions -->"


def matrix() -> str:
    """Return the table in Markdown: what a noun's permissions have in common is one row."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for permission in Permission:
        noun, _colon, verb = permission.rpartition(":")
        cells = (cell(role, permission) for role in Role)
        rows.setdefault((noun, *cells), []).append(f"`{verb}`")
    lines = [
        ["", *Role],
        ["---"] * (1 + len(Role)),
        *([f"{noun} {', '.join(verbs)}".strip(), *cells] for (noun, *cells), verbs in rows.items()),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(role: Role, permission: Permission) -> str:
    """Return on which records ``role`` has ``permission``, and under which condition."""
    scope = scope_of(role, permission)
    if scope is None:
        return "–"
    if permission in NEEDS_REASON:
        return f"{scope}, with a reason"
    if permission in NEVER_ONESELF:
        return f"{scope}, except oneself"
    return str(scope)


def rewritten(text: str) -> str:
    """Return ``text`` with the table between its two markers as it should be."""
    before, begin, rest = text.partition(BEGIN)
    _table, end, after = rest.partition(END)
    if not end:
        raise ValueError("the markers are missing")
    return f"{before}{begin}\n\n{matrix()}\n\n{end}{after}"


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")

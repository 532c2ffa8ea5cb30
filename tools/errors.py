"""Writes the page of error codes: what the tests have seen raised, and the rules of the database.

The page is its own record. A run of the tests with EPICEVENTS_TEST_WRITE_ERRORS=1 adds to it what
they raise; ``python -m tools.errors`` leaves out sentences that the program no longer has, and
takes those of constraints from their table. Tests say when either was forgotten.
"""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from crm.domain.rules import CONSTRAINTS
from crm.services.refusals import SENTENCES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"

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


class Row(NamedTuple):
    """What can be raised: the exit status, the code, and the sentence with its fields unfilled."""

    status: int
    code: str
    says: str


def format_page(rows: set[Row]) -> str:
    """Return the page in Markdown, a table for each exit status."""
    by_status: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows):
        by_status[row.status][row.code].append(row.says.replace("|", "\\|"))
    parts = [HEAD]
    for status, codes in by_status.items():
        parts += [f"## {status}: {HEADINGS[status]}\n", "| code | says |", "| --- | --- |"]
        parts += [f"| `{code}` | {'<br>'.join(says)} |" for code, says in codes.items()]
        parts.append("")
    parts += [IMPORTED, "| code | says |", "| --- | --- |"]
    parts += [f"| `{code}` | {says()} |" for code, says in sorted(SENTENCES.items())]
    return "\n".join([*parts, ""])


def read_page() -> set[Row]:
    """Return what stands on the page, of errors."""
    rows = set()
    for section in PAGE.read_text("utf-8").split(IMPORTED)[0].split("\n## ")[1:]:
        for code, says in re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE):
            for each in says.replace("\\|", "|").split("<br>"):
                rows.add(Row(int(section[0]), code, each))
    return rows


def find_current(rows: set[Row]) -> set[Row]:
    """Return the rows whose sentence the program still has, and those of all constraints."""
    sentences = set(read_sentences())
    rules = {
        Row(rule.kind.exit_code, rule.code, _flatten(rule.message()))
        for rule in CONSTRAINTS.values()
    }
    return {row for row in rows if row.says in sentences} | rules


@cache
def read_sentences() -> list[str]:
    """Return every sentence of the program that goes through gettext, in both numbers.

    Those of refused rows are told in tables and files, and stand below.
    """
    found = {
        argument.value
        for path in (ROOT / "crm").rglob("*.py")
        if path.parts[-2:] != ("services", "refusals.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    return sorted(map(_flatten, found))


def find_sentence(message: str) -> str | None:
    """Return the sentence that a message was made from: of several, the one with most of it.

    A list may follow it in lines of its own.
    """
    for text in (_flatten(message), message.partition("\n")[0]):
        fitting = [says for says, form in _read_forms() if form.fullmatch(text)]
        if fitting:
            return max(fitting, key=lambda says: len(re.sub(_FIELD, "", says)))
    return None


_FIELD = r"\{[^{}]*\}"


@cache
def _read_forms() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (says, re.compile(".*".join(map(re.escape, re.split(_FIELD, says)))))
        for says in read_sentences()
        if re.sub(_FIELD, "", says).strip()
    ]


def _flatten(text: str) -> str:
    return text.replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(format_page(find_current(read_page())), "utf-8")

"""Text that a spreadsheet would calculate: guarded on the way out, given back on the way in."""

import re

# Apostrophes before such a character count too: without them, what somebody typed as '=1 could not
# be told from what was guarded.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?|\+[0-9][0-9 ]*")


def guard(value: str) -> str:
    """Return ``value`` so that a spreadsheet shows it instead of calculating it.

    A cell that begins with ``= + - @``, a tab or a line end gets an apostrophe in front, numbers
    and phone numbers excepted. So does one that has such an apostrophe already, and therefore
    ``unguard`` gives back every value exactly.
    """
    if _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def is_guarded(value: str) -> bool:
    """Whether ``unguard`` would take an apostrophe away."""
    return _GUARDED.match(value) is not None


def unguard(cell: str) -> str:
    """Return the value that ``guard`` made this cell of."""
    return cell[1:] if cell.startswith("'") and is_guarded(cell) else cell

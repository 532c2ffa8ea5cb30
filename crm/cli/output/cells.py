"""Text as a terminal may show it: harmless, measured in cells, cut and coloured."""

import re
import unicodedata

# Controls, lone surrogates, and what reorders or hides the text around it. Compiled when a text is
# not printable as it is: most commands never meet one.
CONTROLS = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_CONTROLS_BUT_LINE_ENDS = f"(?!\n){CONTROLS}"

# What is written where an encoding has no such character; accents are simply dropped.
_FALLBACKS = {
    "—": "-", "–": "-", "─": "-", "→": "->", "…": "...", "✓": "OK", "’": "'", "‘": "'",
    "“": '"', "”": '"', "«": '"', "»": '"', "€": "EUR", "£": "GBP",
}  # fmt: skip

# Every named style, as the parameters of "select graphic rendition"; the sixteen colours that each
# terminal's own theme keeps readable.
STYLES = {
    "title": "1",
    "heading": "1",
    "rule": "2",
    "label": "2",
    "missing": "2",
    "quiet": "2",
    "command": "36",
    "success": "32",
    "warning": "1;33",
    "error": "1;31",
    "draft": "2",
    "signed": "36",
    "partly_paid": "33",
    "paid": "32",
    "due": "1;33",
    "late": "1;31",
    "inactive": "2",
}


def visible(text: str, *, lines: bool = False) -> str:
    r"""Return ``text`` with control characters written out, such as ``\x1b``, never sent.

    Bidirectional controls, invisible characters and lone surrogates too. ``lines`` keeps line ends.
    """
    if text.isprintable():  # none of them is
        return text
    controls = _CONTROLS_BUT_LINE_ENDS if lines else CONTROLS
    return re.sub(controls, lambda found: ascii(found[0])[1:-1], text)


def encodable(text: str, encoding: str) -> str:
    """Return ``text`` in characters that ``encoding`` has, so that what is measured is written.

    ``é`` becomes ``e``, ``→`` becomes ``->``, what has no likeness an escape such as ``\\u6771``.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        # Letters that this terminal or file has not, so the cell is spelt with those that it has.
        return "".join(_likeness(letter, encoding) for letter in text)
    return text


def _likeness(letter: str, encoding: str) -> str:
    if unicodedata.combining(letter):
        return ""
    bare = "".join(x for x in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(x))
    for candidate in (letter, _FALLBACKS.get(letter, ""), bare):
        if candidate and candidate.encode(encoding, "ignore").decode(encoding) == candidate:
            return candidate
    return ascii(letter)[1:-1]


def width(text: str) -> int:
    """Return how many cells ``text`` takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, limit: int, ellipsis: str) -> str:
    """Return ``text`` in at most ``limit`` cells, with ``ellipsis`` where something is missing."""
    # Ten thousand characters need not be measured to show thirty of them.
    head = text[: limit * 8 + 8]
    if head == text and width(text) <= limit:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(head, max(limit - len(ellipsis), 0)).rstrip() + ellipsis[:limit]


def wrap(text: str, room: int) -> list[str]:
    """Return ``text`` in lines of at most ``room`` cells, broken at spaces where there are any."""
    if width(text) <= room:
        return [text]
    from rich.console import Console as Rich
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Rich(width=room), room)]


def pad(text: str, size: int, *, right: bool = False, painted: str | None = None) -> str:
    """Return ``text`` filled with spaces to ``size`` cells, at its left if ``right``.

    ``painted`` is the same text in colour, which takes no more room.
    """
    space = " " * (size - width(text))
    shown = text if painted is None else painted
    return space + shown if right else shown + space


def paint(text: str, style: str | None) -> str:
    """Return ``text`` in a named style, as escape codes."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if style and text else text

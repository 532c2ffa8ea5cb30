"""The sheet that somebody takes along on the day of an event: a page of text, or Markdown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crm.cli.output import markdown
from crm.cli.output.cells import pad, width, wrap
from crm.cli.output.console import Console
from crm.cli.output.table import GAP
from crm.cli.output.terminal import Terminal
from crm.domain.i18n import gettext as _

_WIDEST = 80  # cells, also into a pipe: it is a page to print


class SheetLine(NamedTuple):
    """A label and what it says, which may be several lines."""

    label: str
    text: str


class Sheet(NamedTuple):
    """What is on it; ``notes`` may be empty, ``foot`` says which revision it is."""

    title: str
    about: Sequence[SheetLine]
    calls: Sequence[SheetLine]
    notes: str
    foot: str


def show_text(sheet: Sheet, console: Console) -> None:
    """Hold the sheet for stdout as a page of text."""
    out = console.out
    size = max(width(out.text(line.label)) for line in (*sheet.about, *sheet.calls))
    lines = [out.paint(line, "title") for line in _wrap_text(sheet.title, out, "")]
    lines += ["", *_lines(sheet.about, size, out)]
    lines += ["", out.paint(out.text(_("Contacts")), "title"), *_lines(sheet.calls, size, out)]
    if sheet.notes:
        lines += ["", out.paint(out.text(_("Notes")), "title"), *_wrap_text(sheet.notes, out, GAP)]
    lines += ["", *(out.paint(line, "quiet") for line in _wrap_text(sheet.foot, out, ""))]
    console.show("\n".join(lines) + "\n", paged=True)


def show_markdown(sheet: Sheet, console: Console) -> None:
    """Hold the sheet for stdout as Markdown, in which outside text is only text."""
    parts = [
        f"# {markdown.escape_line(sheet.title)}",
        "\n".join(map(_item, sheet.about)),
        f"## {markdown.escape_line(_('Contacts'))}",
        "\n".join(map(_item, sheet.calls)),
    ]
    if sheet.notes:
        parts += [f"## {markdown.escape_line(_('Notes'))}", markdown.escape_paragraphs(sheet.notes)]
    parts += ["---", markdown.escape_line(sheet.foot)]
    console.data("\n\n".join(parts))


def _item(line: SheetLine) -> str:
    said = markdown.escape_paragraphs("\n".join(filter(str.strip, line.text.split("\n"))), GAP)
    return f"- **{markdown.escape_line(line.label)}:** {said}"


def _lines(lines: Sequence[SheetLine], size: int, out: Terminal) -> Iterator[str]:
    for label, text in lines:
        said = out.text(label)
        margin = GAP + pad(said, size, painted=out.paint(said, "label")) + GAP
        for line in _wrap_text(text, out, " " * (size + 2 * len(GAP))):
            yield margin + line.lstrip()
            margin = " " * (size + 2 * len(GAP))


def _wrap_text(text: str, out: Terminal, indent: str) -> list[str]:
    # As on a timeline: 20 columns at the least, and the terminal breaks the rest.
    room = max(min(out.width, _WIDEST) - len(indent), 20)
    return [
        (indent + line).rstrip()
        for paragraph in text.split("\n")
        for line in wrap(out.text(paragraph), room)
    ]

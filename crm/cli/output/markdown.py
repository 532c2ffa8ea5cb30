"""Outside text in a Markdown document: what it says stays, what it could mean there does not."""

import re

from crm.cli.output.cells import visible

# What CommonMark and GitHub's dialect give a meaning anywhere, and at the beginning of a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>&#|~$]")
_AT_THE_BEGINNING = re.compile(r"[-+=]|[0-9]{1,9}(?=[.)])")


def escape_line(text: str) -> str:
    """Return one line of outside text that reads as it is, wherever it stands."""
    text = visible(text.replace("\t", " ")).strip()
    begin = _AT_THE_BEGINNING.match(text)
    said = _ANYWHERE.sub(r"\\\g<0>", text)
    if not begin:
        return said
    # A number is no ordered list once its dot is escaped.
    at = begin.end() if begin[0].isdigit() else 0
    return f"{said[:at]}\\{said[at:]}"


def escape_paragraphs(text: str, indent: str = "") -> str:
    """Return outside text with its line breaks; blank lines part paragraphs."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return f"\n\n{indent}".join(
        f"\\\n{indent}".join(escape_line(line) for line in block.split("\n") if line.strip())
        for block in blocks
    )

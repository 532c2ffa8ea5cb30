"""Listings and other rows into a file: whole or not at all, in the format of its name."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO

from crm.cli.output import export
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _
from crm.files import find_foreign_link, replace_whole

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Format = export.Format | Literal["xlsx"]

_ENDINGS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}  # fmt: skip


def parse_format(path: Path) -> Format:
    """Return the format that a file's name asks for. Raises UsageFault ``unknown_format``."""
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        raise UsageFault(
            _("The name {name} does not tell the format of the file.").format(name=path.name),
            hint=_("Use one of the endings {endings}, or add --output FORMAT.").format(
                endings=" ".join(_ENDINGS)
            ),
            code="unknown_format",
        )
    return found


def refuse_other_name(path: Path, output: str) -> None:
    """Refuse a file whose name promises another format than ``output``: ``contradictory_format``.

    What a name without a known ending holds is for the person to know.
    """
    promised = {**_ENDINGS, ".ics": "ics"}.get(path.suffix.lower(), output)
    if promised != output:
        raise UsageFault(
            _("The name {name} means {promised}, but --output asks for {output}.").format(
                name=path.name, promised=promised, output=output
            ),
            hint=_("Change one of them, or leave out --output."),
            code="contradictory_format",
        )


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` if nothing fails; a link of ours stays one.

    Another name of the same file keeps what it holds. Raises OSError, UsageFault where something
    else than a file has that name, or somebody else's link leads there (``foreign_link``).
    """
    if link := find_foreign_link(path):
        raise UsageFault(
            _("{link} is a link that belongs to somebody else.").format(link=link),
            hint=_("Give a file that no link of other people leads to."),
            code="foreign_link",
        )
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise UsageFault(
            _("{path} is not a file.").format(path=path), hint=_("Give a file to write to.")
        )
    with replace_whole(path) as file:
        yield file


def write_file(
    path: Path, fields: Sequence[Field], rows: Iterable[Sequence[Any]], zone: "ZoneInfo"
) -> None:
    """Write rows to a file in the format of its name."""
    with replace_file(path) as file:
        write_rows(parse_format(path), fields, rows, file, zone)


def write_rows(
    format: Format,  # noqa: A002  (its name to people)
    fields: Sequence[Field],
    rows: Iterable[Sequence[Any]],
    file: BinaryIO,
    zone: "ZoneInfo",
) -> None:
    """Write rows to an open file, texts in UTF-8."""
    if format == "xlsx":
        from crm.cli.output import workbook

        workbook.write_workbook(fields, rows, file, zone)
        return
    with open_text(file) as stream:
        export.write_listing(format, fields, rows, stream, zone)


@contextmanager
def open_text(file: BinaryIO) -> Iterator[TextIO]:
    """Yield a stream of text in UTF-8 into an open file, which stays open."""
    stream = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
    try:
        yield stream
    finally:
        stream.flush()
        stream.detach()

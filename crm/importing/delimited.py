r"""Texts in columns: comma, semicolon or tab, as spreadsheets save them.

A file named ``….tsv`` is read as this program writes one: a record a line, with ``\t``, ``\n``,
``\r`` and ``\\`` inside a value. All others are CSV with quotes, whatever separates their cells.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from crm.domain.errors import InvalidValue, UsageFault
from crm.domain.formulas import unguard
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.importing.bounds import LONGEST_ROW
from crm.importing.source import SourceFile
from crm.importing.table import Candidate, Row

DELIMITERS = (",", ";", "\t")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def candidates(source: SourceFile, encoding: str | None) -> Iterator[Candidate]:
    """Yield the ways in which a file can be divided into cells.

    Without ``encoding`` it is UTF-8, with or without a byte order mark, or UTF-16 with one.
    """
    encoding = _require_encoding(encoding) if encoding else _detect_encoding(source)
    if source.path.suffix.lower() == ".tsv":
        yield Candidate("", partial(_read_tsv, source, encoding))
        return
    for delimiter in DELIMITERS:
        yield Candidate("", partial(_read_csv, source, encoding, delimiter))


def _read_csv(source: SourceFile, encoding: str, delimiter: str) -> Iterator[Row]:
    number = 0
    with _translate_errors(encoding), source.open_text(encoding, "") as file:
        lines = _Lines(file)
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
                lines.begin_row()
                yield number, [unguard(cell) for cell in cells]
        except csv.Error:
            # A file of another kind, or a quotation mark that swallows the rest of it.
            raise InvalidValue(
                _("The file cannot be divided into cells after row {number}.").format(
                    number=number
                ),
                hint=_("Look there for a quotation mark that is never closed."),
                code="invalid_file",
            ) from None


def _read_tsv(source: SourceFile, encoding: str) -> Iterator[Row]:
    def unescape(cell: str) -> str:
        if "\\" not in cell:
            return cell
        return re.sub(r"\\([tnr\\])", lambda found: _ESCAPES[found[1]], cell)

    with _translate_errors(encoding), source.open_text(encoding, "\n") as file:
        lines = _Lines(file)
        for number, line in enumerate(lines, 1):
            lines.begin_row()
            yield number, [unguard(unescape(cell)) for cell in line.rstrip("\r\n").split("\t")]


class _Lines:
    """Lines of a text, of which a row may take so many characters and no more."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._left = LONGEST_ROW

    def begin_row(self) -> None:
        self._number += 1
        self._left = LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise InvalidValue(
                _("Row {number} is longer than {most} characters.").format(
                    number=self._number + 1, most=LONGEST_ROW
                ),
                hint=_("Look for a quotation mark that is never closed, or for line ends."),
                code="invalid_file",
            )
        return line


def _detect_encoding(source: SourceFile) -> str:
    return _MARKS.get(source.start(2), "utf-8-sig")


def _require_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        # LookupError: no codec of that name. ValueError: the name holds a NUL. Asked before the
        # file is opened, so that it is not blamed for it.
        raise UsageFault(
            _("Unknown encoding “{name}”.").format(name=quote(encoding)),
            hint=_("Write utf-8, windows-1252 or utf-16."),
            code="unknown_encoding",
        ) from None
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


@contextmanager
def _translate_errors(encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        # Raised where the first such byte is read, which may be in the middle of the rows.
        raise InvalidValue(
            _("The file is not {encoding} text.").format(encoding=encoding.removesuffix("-sig")),
            hint=_("Spreadsheets on Windows often use windows-1252: add --encoding windows-1252."),
            code="invalid_encoding",
        ) from None

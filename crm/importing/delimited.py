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
from pathlib import Path

from crm.domain.errors import InvalidValue, UsageFault
from crm.domain.formulas import unguard
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.importing.table import Candidate, Row

DELIMITERS = (",", ";", "\t")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def candidates(path: Path, encoding: str | None) -> Iterator[Candidate]:
    """Yield the ways in which a file can be divided into cells.

    Without ``encoding`` it is UTF-8, with or without a byte order mark, or UTF-16 with one.
    """
    encoding = _known(encoding) if encoding else _encoding(path)
    if path.suffix.lower() == ".tsv":
        yield Candidate("", partial(_lines, path, encoding))
        return
    for delimiter in DELIMITERS:
        yield Candidate("", partial(_cells, path, encoding, delimiter))


def _cells(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    number = 0
    with _readable(encoding), path.open(encoding=encoding, newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter), 1):
                yield number, [unguard(cell) for cell in cells]
        except csv.Error:
            raise InvalidValue(
                _("The file cannot be divided into cells after row {number}.").format(
                    number=number
                ),
                hint=_("Look for a quotation mark that is opened there and never closed."),
                code="invalid_file",
            ) from None


def _lines(path: Path, encoding: str) -> Iterator[Row]:
    def unescaped(cell: str) -> str:
        if "\\" not in cell:
            return cell
        return re.sub(r"\\([tnr\\])", lambda found: _ESCAPES[found[1]], cell)

    with _readable(encoding), path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            yield number, [unescaped(cell) for cell in line.rstrip("\r\n").split("\t")]


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return _MARKS.get(file.read(2), "utf-8-sig")


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise UsageFault(
            _("There is no encoding “{name}”.").format(name=quote(encoding)),
            hint=_("Write utf-8, windows-1252 or utf-16."),
            code="unknown_encoding",
        ) from None
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


@contextmanager
def _readable(encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        raise InvalidValue(
            _("The file is not text in {encoding}.").format(encoding=encoding.removesuffix("-sig")),
            hint=_("Spreadsheets on Windows often save windows-1252: add --encoding windows-1252."),
            code="invalid_encoding",
        ) from None

"""JSON: one array of objects, or an object a line."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, TextIO

from crm.domain.errors import FileTooLarge, InvalidValue
from crm.domain.i18n import gettext as _
from crm.importing.bounds import LONGEST_ROW
from crm.importing.source import SourceFile
from crm.importing.table import Candidate, Row

_CHUNK = 1 << 16
# Numbers stay as they are written: 10.005 is not to become another amount.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_BETWEEN = re.compile(r"[\s,]*")


def candidates(source: SourceFile) -> Iterator[Candidate]:
    """Yield the one way in which a JSON file is a table: all keys of all objects as headings."""
    headings: dict[str, None] = {}
    number = 0
    bounds = source.bounds
    for number, record in enumerate(_records(source), 1):
        headings.update(dict.fromkeys(record))
        if bounds and len(headings) > bounds.columns:
            raise FileTooLarge(
                _("The records up to number {number} have more than {most} keys.").format(
                    number=number, most=bounds.columns
                )
            )
        if bounds and number > bounds.rows:
            raise FileTooLarge(_("The file has more than {most} rows.").format(most=bounds.rows))
    yield Candidate("", partial(_rows, source, list(headings)), number)


def _rows(source: SourceFile, headings: list[str]) -> Iterator[Row]:
    yield 0, headings
    for number, record in enumerate(_records(source), 1):
        try:
            cells = [_text(record.get(name)) for name in headings]
        except RecursionError:
            # Deep enough to be written back as text only with more stack than there is.
            raise _invalid_record_error(number) from None
        yield number, cells


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _records(source: SourceFile) -> Iterator[dict[str, Any]]:
    number = 0
    with source.open_text("utf-8-sig", "") as file:
        try:
            for number, record in enumerate(_values(file), 1):
                if not isinstance(record, dict):
                    raise _invalid_record_error(number)
                yield record
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            # It is raised by the record after the last that was read whole.
            raise _invalid_record_error(number + 1) from None


def _values(file: TextIO) -> Iterator[Any]:
    """Yield the elements of an array, or the values that follow each other, one in memory."""
    text = file.read(_CHUNK).lstrip()
    in_array = text.startswith("[")
    at = 1 if in_array else 0
    while True:
        at = _end_of_space(text, at)
        if in_array and text.startswith("]", at):
            if text[at + 1 :].strip() or file.read().strip():
                raise json.JSONDecodeError("more than one array", text, at)
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            # Twice as much each time, so that one long value is not read over and over.
            more = file.read(max(_CHUNK, len(text)))
            if not more or len(text) - at > LONGEST_ROW:
                if not in_array and not text[at:].strip():
                    return
                raise
            text, at = text[at:] + more, 0
            continue
        yield value
        at = end


def _end_of_space(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _invalid_record_error(number: int) -> InvalidValue:
    return InvalidValue(
        _("Record {number} of the file is not a JSON object.").format(number=number),
        hint=_("Write one array of objects, or one object a line."),
        code="invalid_file",
    )

"""Workbooks of which we find out only whether a formula failed, not in which cell.

The kind and the error of each cell stand in their records; where the cells are, calamine alone
knows. Such a workbook is refused rather than read with holes in it.
"""

import re
import struct
from collections.abc import Iterator
from itertools import islice, starmap
from typing import Any, BinaryIO

from crm.importing.workbook.details import Details, read_pieces
from crm.importing.workbook.protocol import Failed, Failure

# As LibreOffice shows them in its own language; where a value is not available there is none.
_ODS_ERROR = re.compile(rb"<text:p[^>]*>(?:#[^<#]{1,15}[!?]|Err\s?:[0-9]{3})</text:p>")
_NOT_AVAILABLE = 0x2A  # the error #N/A: not a failure but a gap that somebody meant
_PASSWORD = 0x2F  # the record that says how an old workbook is encrypted


class _ErrorsSomewhere(Details):
    """A workbook of which we find out only whether a formula failed, not in which cell."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def refuse_unlocated_errors(self) -> None:
        if self._has_errors():
            raise Failed(Failure.ERRORS)

    def _has_errors(self) -> bool:
        raise NotImplementedError


class OpenDocument(_ErrorsSomewhere):
    """A workbook of LibreOffice (.ods)."""

    def _has_errors(self) -> bool:
        if "content.xml" not in self._source.namelist():
            return False
        return any(map(_ODS_ERROR.search, read_pieces(self._source, "content.xml")))


class BinaryExcel(_ErrorsSomewhere):
    """A workbook of Excel in binary parts (.xlsb): records with their kind and their length."""

    def _has_errors(self) -> bool:
        parts = [name for name in self._source.namelist() if name.startswith("xl/worksheets/")]
        return any(
            # A cell (3) or a formula (11) that is an error: position and look take eight bytes
            # before it.
            kind in {3, 11} and value[8:9] not in {b"", bytes([_NOT_AVAILABLE])}
            for part in parts
            if part.endswith(".bin")
            for kind, value in _binary_records(self._source.read(part))
        )


class OldExcel(_ErrorsSomewhere):
    """A workbook of Excel before 2007 (.xls): records in a stream of a compound file."""

    def __init__(self, file: BinaryIO) -> None:
        import olefile

        file.seek(0)
        with olefile.OleFileIO(file) as container:
            if container.exists("EncryptedPackage"):  # a newer workbook, wrapped
                raise Failed(Failure.LOCKED)
            name = next(filter(container.exists, ("Workbook", "Book")), None)
            super().__init__(container.openstream(name).read() if name else b"")
        if any(kind == _PASSWORD for kind, _value in islice(_old_records(self._source), 10)):
            raise Failed(Failure.LOCKED)

    def _has_errors(self) -> bool:
        return any(starmap(_is_failed, _old_records(self._source)))


def _is_failed(kind: int, value: bytes) -> bool:
    if kind == 0x0205:  # a truth or an error: position, look, value, which of the two
        return value[7:8] == b"\x01" and value[6:7] != bytes([_NOT_AVAILABLE])
    # A formula: position, look, and eight bytes of result, of which the last two and the first say
    # that it is an error and the third says which.
    return (
        kind in {0x0006, 0x0206, 0x0406}
        and value[12:14] == b"\xff\xff"
        and value[6:7] == b"\x02"
        and value[8:9] != bytes([_NOT_AVAILABLE])
    )


def _old_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of .xls: kind and length of two bytes each, then the value."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4
        yield kind, stream[at : at + length]
        at += length


def _binary_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of .xlsb: kind and length of seven bits a byte, then the value."""
    at = 0
    while at < len(part):
        kind, at = _seven_bits(part, at, 2)
        length, at = _seven_bits(part, at, 4)
        yield kind, part[at : at + length]
        at += length


def _seven_bits(part: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of at most ``most`` bytes, of which all but the last have the high bit."""
    number = 0
    for position, byte in enumerate(part[at : at + most]):
        number |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return number, at + position + 1
    return number, at + most

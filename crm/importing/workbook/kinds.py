"""Which kind of workbook it is, and whether it says of itself that it is too large."""

from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, is_zipfile

from crm.importing.workbook import excel, failed_formulas
from crm.importing.workbook.details import Details
from crm.importing.workbook.protocol import Failed, Failure

_RATIO = 200  # to which sheets are hardly ever packed; only what is larger than this is judged:
_SMALL = 16 << 20


def open_details(file: BinaryIO, most: int | None) -> Details:
    """Return the details of a workbook, of which ``most`` bytes may be unpacked. Raises Failed."""
    if not is_zipfile(file):
        return failed_formulas.OldExcel(file)
    try:
        archive = ZipFile(file)
    except BadZipFile:
        # It ends like a zip archive and is none.
        raise Failed(Failure.DAMAGED) from None
    _refuse_bomb(archive, most)
    names = set(archive.namelist())
    if "content.xml" in names:
        return failed_formulas.OpenDocument(archive)
    if "xl/workbook.bin" in names:
        return failed_formulas.BinaryExcel(archive)
    return excel.Excel(archive)


def _refuse_bomb(archive: ZipFile, most: int | None) -> None:
    """Refuse what says of itself that it is too large; what lies meets the ceiling of memory."""
    if most is None:
        return
    unpacked = sum(each.file_size for each in archive.infolist())
    packed = sum(each.compress_size for each in archive.infolist())
    if unpacked > most or unpacked > max(_SMALL, _RATIO * packed):
        raise Failed(Failure.TOO_LARGE)

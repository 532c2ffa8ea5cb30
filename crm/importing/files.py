"""Which kind of file it is, by its first bytes rather than its name."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.importing.table import Candidate, Names, Table, find_table

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def open_table(
    path: Path,
    names: Names,
    mapping: Mapping[str, str],
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Return the table in a file of CSV, JSON, JSON lines or XLSX.

    ``names`` is what each column may be called, ``mapping`` which headings mean which column.
    ``encoding`` is that of CSV, ``sheet`` the one of a workbook.

    Raises OSError, UsageFault, InvalidValue.
    """
    return find_table(_candidates(path, encoding, sheet), names, mapping)


def _candidates(path: Path, encoding: str | None, sheet: str | None) -> Iterable[Candidate]:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_OLD_EXCEL):
        raise InvalidValue(
            _("This is a workbook of an old version of Excel."),
            hint=_("Save it as .xlsx, or as CSV in UTF-8."),
            code="invalid_file",
        )
    if start.startswith(_ZIP):
        from crm.importing import workbook

        return workbook.candidates(path, sheet)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"[", b"{"}:
        from crm.importing import objects

        return objects.candidates(path)
    from crm.importing import delimited

    return delimited.candidates(path, encoding)

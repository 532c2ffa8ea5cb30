"""Workbooks byte by byte, in the formats of Excel and LibreOffice, honest ones and others."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

Value = str | float | None
Rows = Sequence[Sequence[Value]]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

ERROR = "#REF!"  # as a value: a formula that failed


def packed(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write an archive of these parts."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def xlsx(path: Path, sheet: str, strings: str = "", **more: str) -> Path:
    """Write a workbook of one sheet, whose XML is ``sheet``, and its shared strings."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    return packed(path, parts | more)


def sheet_xml(rows: str, before: str = "") -> str:
    """Return the XML of a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def ods(path: Path, rows: str) -> Path:
    """Write a workbook of LibreOffice with one table, whose rows are XML."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0"'
        f' xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="A">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>'
    parts = {"mimetype": mime, "META-INF/manifest.xml": manifest, "content.xml": content}
    return packed(path, parts)


def ods_rows(rows: Rows) -> str:
    """Return rows as LibreOffice writes them."""

    def cell(value: Value) -> str:
        if value is None:
            return "<table:table-cell/>"
        kind = 'office:value-type="string"'
        if value == ERROR:
            kind += ' office:string-value="" calcext:value-type="error"'
        elif not isinstance(value, str):
            kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"

    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)


def xlsb(path: Path, rows: Rows) -> Path:
    """Write a workbook of Excel in binary parts, with one sheet."""
    relations = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    book = _binary(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("A")) + _binary(144)
    book += _binary(157, b"\0" * 26) + _binary(132)
    width = max(map(len, rows))
    sheet = bytearray(_binary(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)))
    sheet += _binary(145)
    for number, row in enumerate(rows):
        sheet += _binary(0, struct.pack("<I", number) + b"\0" * 13)
        for column, value in enumerate(row):
            at = struct.pack("<II", column, 0)
            if value == ERROR:
                sheet += _binary(3, at + b"\x17")
            elif isinstance(value, str):
                sheet += _binary(6, at + _wide(value))
            elif value is not None:
                sheet += _binary(5, at + struct.pack("<d", value))
    return packed(
        path,
        {
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations,
            "xl/worksheets/sheet1.bin": bytes(sheet + _binary(146)),
        },
    )


def xls(path: Path, rows: Rows) -> Path:
    """Write a workbook of Excel before 2007, with one sheet."""
    start = _old(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    name = b"\x01\x00A"
    before = len(start) + 4 + 6 + len(name) + 4
    book = start + _old(0x85, struct.pack("<IBB", before, 0, 0) + name) + _old(0x0A)
    sheet = bytearray(_old(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 0)))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            at = struct.pack("<HHH", number, column, 0)
            if value == ERROR:
                sheet += _old(0x0205, at + b"\x17\x01")
            elif isinstance(value, str):
                text = value.encode("utf-16-le")
                sheet += _old(0x0204, at + struct.pack("<HB", len(value), 1) + text)
            elif value is not None:
                sheet += _old(0x0203, at + struct.pack("<d", value))
    path.write_bytes(compound(book + sheet + _old(0x0A)))
    return path


def compound(
    stream: bytes, tables: int | None = None, extra_tables: int = 0, name: str = "Workbook"
) -> bytes:
    """Return a compound file (OLE2) with one stream.

    The numbers of sectors with tables are what the header says, true or not.
    """
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    needed = -(-(count + 1) // 127)  # each sector of the table has 128 numbers, its own too
    header += struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables or needed, needed)
    header += struct.pack("<IIIIII", 0, 4096, end, 0, end, extra_tables)
    header += struct.pack("<109I", *range(needed), *[free] * (109 - needed))
    last = needed + 1 + count
    chain = [*[table] * needed, end, *range(needed + 2, last), end]
    sectors = struct.pack(f"<{len(chain)}I", *chain).ljust(512 * needed, b"\xff")

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return text.ljust(64, b"\0") + struct.pack(
            "<HBBIII36xIII", len(text), kind, 1, free, free, child, first, size, 0
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, needed + 1, len(stream))
    return header + sectors + folder.ljust(512, b"\0") + stream


def _old(kind: int, value: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(value)) + value


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _binary(kind: int, value: bytes = b"") -> bytes:
    def sevens(number: int) -> bytes:
        low, high = number & 0x7F, number >> 7
        return bytes([low | 0x80]) + sevens(high) if high else bytes([low])

    return sevens(kind) + sevens(len(value)) + value

"""A listing for machines: to standard output or into a file, a page or all of it."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from crm.cli.app import App
from crm.cli.reading.request import ListingQuery, Presentation
from crm.domain.errors import UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.domain.rows import Row


def export_listing(
    app: App, asked: ListingQuery, looks: Presentation, output: Any, path: Path | None
) -> tuple[int, bool]:
    """Write what is ``asked`` for; return how many records, and whether more follow.

    A file is whole or not there. All records go to standard output as they are read, a page when
    the transaction is done.
    """
    source = _Source(asked, looks, output)
    if path is not None:
        from crm.cli.output.files import open_text, replace_file

        with replace_file(path) as file:
            if output == "xlsx":
                source.write_workbook(file, app)
            else:
                with open_text(file) as stream:
                    source.write(stream, app)
    elif output == "xlsx":
        _send_workbook(app, source)
    else:
        direct = asked.request.limit is None
        source.write(app.console.direct_stream if direct else app.console.stream, app)
    return source.count, source.more


class _Source:
    """The records of a listing, counted while they are written."""

    def __init__(self, asked: ListingQuery, looks: Presentation, output: Any) -> None:
        self.count = 0
        self.more = False
        self._asked, self._looks, self._output = asked, looks, output

    def write(self, stream: TextIO, app: App) -> None:
        """Write them as text."""
        if self._output == "csv" and self._is_plain and not stream.isatty():
            self._copy(stream, app)
            return
        from crm.cli.output import export

        if self._output == "ics":
            self._write_calendar(stream)
            return
        fields, rows = self._read()
        export.write_listing(self._output, fields, rows, stream, app.console.zone)

    def _write_calendar(self, stream: TextIO) -> None:
        from crm.cli.output import calendar
        from crm.queries.event import read_installation

        whose = read_installation(self._asked.tx)
        fields, rows = self._read()
        calendar.write_calendar(fields, rows, stream, whose)

    def write_workbook(self, file: Any, app: App) -> None:
        """Write them as a workbook."""
        from crm.cli.output import workbook

        fields, rows = self._read()
        workbook.write_workbook(
            fields, rows, file, app.console.zone, tidy=not self._asked.request.fields
        )

    @property
    def _is_plain(self) -> bool:
        """Whether all records are printed as they are read."""
        return self._asked.request.limit is None and not self._looks.is_custom

    def _copy(self, stream: TextIO, app: App) -> None:
        from crm.cli.output.raw import RawCsv
        from crm.queries.listing import select_fields
        from crm.queries.pages import copy_records

        fields = select_fields(self._asked.listing, self._asked.request)
        csv = RawCsv(fields, stream, app.console.zone)
        copy_records(*self._asked, csv.take)
        self.count = csv.count

    def _read(self) -> tuple[Sequence[Field], "Iterable[Row]"]:
        from crm.queries.listing import select_fields
        from crm.queries.pages import read_page, stream_records

        if self._asked.request.limit is None:
            # Perhaps a million: read as they are written, never all in memory.
            fields = select_fields(self._asked.listing, self._asked.request)
            rows: Iterable[Row] = stream_records(*self._asked)
        else:
            found = read_page(*self._asked)
            fields, rows, self.more = found.fields, found.rows, found.more
        return fields, self._count(self._looks.rows(fields, rows, self._output))

    def _count(self, rows: "Iterable[Row]") -> "Iterator[Row]":
        for row in rows:
            self.count += 1
            yield row


def _send_workbook(app: App, source: _Source) -> None:
    stream = getattr(app.console.out.stream, "buffer", None)
    if app.console.out.interactive or stream is None:
        raise UsageFault(
            _("An .xlsx workbook cannot be shown in a terminal."),
            hint=_("Add --output-file FILE.xlsx."),
            code="binary_output",
        )
    # A workbook is a zip archive, in which its writer goes back and forth: a pipe cannot.
    with tempfile.TemporaryFile() as file:
        source.write_workbook(file, app)
        file.seek(0)
        shutil.copyfileobj(file, stream)
        stream.flush()

"""What calamine does not say of a cell: that its formula failed, or that it shows a midnight.

An error such as ``#REF!`` is empty to it, and so would an amount be that nobody can know. A moment
at midnight is a day to it, whatever the cell's look.
"""

from collections.abc import Iterator
from zipfile import ZipFile

from crm.importing.workbook.protocol import Special

_CHUNK = 1 << 20
# More than the longest thing that is looked for, which may lie across two pieces.
_OVERLAP = 4096


class Details:
    """A workbook whose cells say all that there is to know."""

    def cells(self, sheet: str, *, days: bool) -> Special:  # noqa: ARG002  others need it
        """Return by row the columns and texts of errors, and with None those that show hours.

        The latter are looked for where a sheet has ``days``. Raises Failed.
        """
        return {}

    def refuse_unlocated_errors(self) -> None:
        """Refuse a workbook that has errors where it is not known in which cells: Failed."""


def read_pieces(archive: ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in pieces that overlap: what is searched for is whole in one of them."""
    with archive.open(part) as file:
        before = b""
        while piece := file.read(_CHUNK):
            yield before + piece
            before = piece[-_OVERLAP:]

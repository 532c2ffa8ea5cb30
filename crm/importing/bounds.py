"""How large a file may be, so that a hostile one costs neither the memory nor the day."""

from typing import NamedTuple

# Of a line or a record, in characters. It holds in any case: what is longer has lost its line ends.
LONGEST_ROW = 1 << 20


class Bounds(NamedTuple):
    """How large a file may be: its bytes, and the rows and columns of its table.

    ``memory`` in bytes, ``seconds`` and the bytes ``unpacked`` are what reading a workbook may
    take; ``sheets`` are all that it has.
    """

    length: int
    rows: int
    columns: int
    memory: int
    seconds: int
    unpacked: int
    sheets: int


# Rows: as many as a sheet of Excel has.
USUAL = Bounds(
    length=128 << 20, rows=1_048_576, columns=1024, memory=256 << 20, seconds=8,
    unpacked=256 << 20, sheets=256,
)  # fmt: skip

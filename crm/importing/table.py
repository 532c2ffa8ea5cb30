"""A table in a file: where its headings are, which columns they mean, and its rows."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from crm.domain.errors import InvalidValue, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import fold, quote

Row = tuple[int, list[str]]  # its number in the file, and its cells
Names = Mapping[str, Sequence[str]]  # what each column may be called

HEADINGS_WITHIN = 20  # rows from the top
# What the file of refused rows adds, and its next reading leaves out.
REASON = "reason"


class Candidate(NamedTuple):
    """One way to read a file: a sheet or a delimiter, its rows, and about how many there are."""

    name: str
    rows: Callable[[], Iterator[Row]]
    about: int | None = None


@dataclass(frozen=True)
class Table:
    """A file that is understood.

    ``columns`` says at which position of a row each column stands; ``unknown`` are the headings
    that mean none; ``above`` is the number of the row that the headings stand in.
    """

    name: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    above: int
    about: int | None
    read: Callable[[], Iterator[Row]]

    @property
    def unknown(self) -> list[str]:
        """The headings of columns that are not read."""
        taken = set(self.columns.values())
        return [
            heading
            for position, heading in enumerate(self.headings)
            if position not in taken and heading and heading != REASON
        ]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings, without blank ones and repeated headings."""
        headings = list(self.headings)
        for number, cells in self.read():
            if number > self.above and cells != headings and any(map(str.strip, cells)):
                yield number, cells


def find_table(candidates: Iterable[Candidate], names: Names, mapping: Mapping[str, str]) -> Table:
    """Return the candidate whose headings mean the most columns.

    ``mapping`` says of headings which columns they mean, and goes before ``names``.

    Raises UsageFault: ``headings_not_found``, ``unknown_heading`` or ``unknown_field``, and
    InvalidValue where a candidate cannot be read.
    """
    wrong = [column for column in mapping.values() if column not in names]
    if wrong:
        raise UsageFault(
            _("“{name}” is not a field.").format(name=quote(wrong[0])),
            hint=_("The fields are: {names}.").format(names=", ".join(names)),
            code="unknown_field",
        )
    plain = {_plain(heading): column for heading, column in mapping.items()}
    best, failure = None, None
    for each in candidates:
        try:
            found = max(_tables(each, names, plain), key=_count_columns, default=None)
        except InvalidValue as error:
            # Another sheet may be readable, or another dialect: commas in texts are no columns.
            failure = failure if failure and failure.code == "file_too_large" else error
            continue
        best = max(filter(None, (best, found)), key=_count_columns, default=None)
    if failure and not (best and best.columns):
        raise failure
    if best is None or not best.columns:
        raise UsageFault(
            _("No row of the file looks like column headings."),
            hint=_(
                'The fields are: {names}. Assign other columns like this: --map "Nom '
                'complet=full_name"'
            ).format(names=", ".join(names)),
            code="headings_not_found",
        )
    _refuse_unused(mapping, best)
    return best


def _count_columns(table: Table) -> int:
    return len(table.columns)


def _tables(candidate: Candidate, names: Names, mapping: Mapping[str, str]) -> Iterator[Table]:
    above: list[str] = []
    for number, cells in islice(candidate.rows(), HEADINGS_WITHIN):
        row = [cell.strip() for cell in cells]
        # A sheet leaves away the empty cells at the end of a row.
        row += [""] * (len(above) - len(row))
        above += [""] * (len(row) - len(above))
        for headings in (_merge(above, row), _group(above, row)):
            columns = _columns(headings, names, mapping)
            yield Table(
                candidate.name,
                tuple(headings),
                columns,
                number,
                candidate.about,
                candidate.rows,
            )
        above = row


def _merge(above: Sequence[str], row: Sequence[str]) -> list[str]:
    """Return the headings in a row; one that is merged with the cell above it stands there."""
    return [cell or upper for upper, cell in zip(above, row, strict=True)]


def _group(above: Sequence[str], row: Sequence[str]) -> list[str]:
    """Return the same, with what is called alike told apart by the cells that are merged above it.

    Below "Début", merged over two columns, and "Fin" there are "Date" and "Heure" twice.
    """
    headings, group, times = [], "", Counter(row)
    for upper, heading in zip(above, _merge(above, row), strict=True):
        group = upper or group
        headings.append(f"{group} {heading}" if times[heading] > 1 and heading else heading)
    return headings


def _columns(headings: Sequence[str], names: Names, mapping: Mapping[str, str]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for at, heading in enumerate(headings):
        positions.setdefault(_plain(heading), at)
    found = {column: positions[name] for name, column in mapping.items() if name in positions}
    taken = set(found.values())
    for column, known in names.items():
        for name in known:
            if column not in found and positions.get(name) not in {None, *taken}:
                found[column] = positions[name]
                taken.add(positions[name])
    return found


def _refuse_unused(mapping: Mapping[str, str], table: Table) -> None:
    known = {_plain(heading) for heading in table.headings}
    for heading in mapping:
        if _plain(heading) not in known:
            raise UsageFault(
                _("The file has no column “{name}”.").format(name=quote(heading)),
                hint=_("It has: {names}.").format(
                    names=", ".join(quote(each) for each in table.headings if each)
                ),
                code="unknown_heading",
            )


@lru_cache(maxsize=4096)
def _plain(heading: str) -> str:
    return re.sub("[^a-z0-9]+", " ", fold(heading[:200])).strip()

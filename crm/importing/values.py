"""What a cell of somebody's spreadsheet means, where it is not read as a typed value is."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from crm.domain.dates import parse_date
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import clean_text, fold, quote
from crm.domain.times import parse_datetime

# Cells that say that there is nothing, and the errors of formulas, French and English.
_NOTHING = {"#n/a", "#n/d", "n/a", "-", "–", "—"}
_BROKEN = re.compile(r"#[A-ZÉ/0-9_]+\s?[!?]|Err\s?:[0-9]{3}")
_YES = {"yes", "y", "oui", "o", "true", "vrai", "1", "x", "signed", "signe", "signee", "✓"}
_NO = {"no", "n", "non", "false", "faux", "0", "unsigned", "non signe", "draft", "brouillon"}
_LONGEST_ANSWER = 40  # characters

_MIDNIGHT = re.compile(r"[T ]00:00(:00)?$")
_DAY_FIRST = re.compile(r"\s*([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})\b")


def is_nothing(cell: str) -> bool:
    """Whether a cell without spaces around it has no value."""
    return not cell or (len(cell) <= 4 and cell.lower() in _NOTHING)  # the longest of them


def refuse_broken(cell: str, label: str) -> None:
    """Refuse the error of a formula, such as ``#REF!``: InvalidValue ``broken_cell``."""
    if cell.startswith(("#", "Err")) and _BROKEN.fullmatch(cell):
        raise InvalidValue(
            _("{field}: the cell holds a formula error, {value}.").format(
                field=label, value=quote(cell)
            ),
            code="broken_cell",
        )


def yes_or_no(cell: str, label: str) -> bool:
    """Return whether a cell says yes, in English or French. Raises InvalidValue."""
    said = fold(cell) if len(cell) <= _LONGEST_ANSWER else ""
    if said in _YES or said in _NO:
        return said in _YES
    raise InvalidValue(
        _("{field}: “{value}” is not yes or no.").format(field=label, value=quote(cell)),
        hint=_("Write yes, no, oui, non, true, false, 1 or 0."),
        code="invalid_boolean",
    )


def email_or_name(cell: str, label: str) -> str:
    """Return an email as it is stored, or a name. Raises InvalidValue."""
    from crm.domain.contact import parse_email

    return parse_email(cell) if "@" in cell else clean_text(cell, field=label, limit=300)


class Moments:
    """Days and moments in the company's zone, and what the whole file says of their order.

    Without ``month_first`` or ``day_first`` the day comes first, as in France. Then ``doubtful``
    are the lines whose date could be read both ways, and ``contradicting`` is whether another
    line's date can only be read with the month first.
    """

    def __init__(self, zone: ZoneInfo, now: datetime, order: str | None) -> None:
        self._zone = zone
        self._now = now
        self._order = order
        self.line = 0
        self.doubtful: set[int] = set()
        self.contradicting = False

    def read(self, cell: str, _label: str) -> datetime:
        """Return the moment as naive UTC. Raises InvalidValue."""
        return parse_datetime(self._in_order(cell), zone=self._zone, now=self._now)

    def day(self, cell: str, _label: str) -> date:
        """Return the day. Raises InvalidValue."""
        today = self._now.replace(tzinfo=UTC).astimezone(self._zone).date()
        # A spreadsheet that knows no dates without a time writes midnight behind them.
        return parse_date(_MIDNIGHT.sub("", self._in_order(cell)), today=today)

    def _in_order(self, cell: str) -> str:
        found = _DAY_FIRST.match(cell)
        if not found:
            return cell
        first, _mark, second, year = found.groups()
        # Above 12 it can only be a day; the same twice is the same date both ways.
        if self._order is None and int(first) <= 12 and first != second:
            if int(second) <= 12:
                self.doubtful.add(self.line)
            else:
                self.contradicting = True
        if self._order == "month":
            first, second = second, first
        return f"{first}/{second}/{year}{cell[found.end() :]}"

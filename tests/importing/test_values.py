"""What a cell of somebody's spreadsheet means."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crm.domain.errors import InvalidValue
from crm.importing import values

NOW = datetime.fromisoformat("2026-01-01")


def moments(order: str | None = None) -> values.Moments:
    return values.Moments(ZoneInfo("Europe/Paris"), NOW, order)


@pytest.mark.parametrize("cell", ["", "#N/A", "#n/a", "N/A", "-", "–", "—"])
def test_some_cells_say_that_there_is_nothing(cell: str) -> None:
    assert values.is_nothing(cell)


@pytest.mark.parametrize("cell", ["0", "Na", "Null", "None", "--x", "#N/A!"])
def test_others_do_not(cell: str) -> None:
    assert not values.is_nothing(cell)


@pytest.mark.parametrize("cell", ["#REF!", "#VALEUR!", "#NOM?", "#DIV/0!", "#NAME?", "#NUL!"])
def test_errors_of_formulas_are_refused(cell: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        values.refuse_broken(cell, "Phone")
    assert refused.value.code == "broken_cell"
    for text in ("#1 in events!", "# REF!", "C#", "#fête!"):
        values.refuse_broken(text, "Name")


@pytest.mark.parametrize("cell", ["Oui", "YES", "vrai", "TRUE", "1", "x", "Signé", "signée"])
def test_yes(cell: str) -> None:
    assert values.yes_or_no(cell, "Signed") is True


@pytest.mark.parametrize("cell", ["non", "No", "FAUX", "false", "0", "Non signé", "Brouillon"])
def test_no(cell: str) -> None:
    assert values.yes_or_no(cell, "Signed") is False


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        values.yes_or_no("peut-être", "Signed")
    assert refused.value.code == "invalid_boolean"


@pytest.mark.parametrize(
    ("cell", "order", "wall"),
    [
        ("04/06/2026 13:00", None, "2026-06-04 11:00"),
        ("4.6.2026 13h", None, "2026-06-04 11:00"),
        ("04-06-2026 13h30", None, "2026-06-04 11:30"),
        ("06/04/2026 13:00", "month", "2026-06-04 11:00"),
        ("06/13/2026 13:00", "month", "2026-06-13 11:00"),
        ("2026-06-04 13:00:00", "month", "2026-06-04 11:00"),
        ("2026-06-04T13:00:00+02:00", None, "2026-06-04 11:00"),
    ],
)
def test_dates_are_read_day_first_unless_told(cell: str, order: str | None, wall: str) -> None:
    assert moments(order).read(cell, "") == datetime.fromisoformat(wall)


def test_a_file_that_contradicts_itself_is_noticed() -> None:
    found = moments()
    for found.line, cell in enumerate(
        ["04/06/2026 13:00", "05/05/2026 13:00", "25/06/2026 13:00", "2026-06-04 13:00"], 1
    ):
        found.read(cell, "")
    assert (found.doubtful, found.contradicting) == ({1}, False)
    with pytest.raises(InvalidValue):
        found.read("06/25/2026 13:00", "")
    assert found.contradicting


def test_nothing_is_doubtful_once_the_order_is_told() -> None:
    for order in ("day", "month"):
        found = moments(order)
        found.read("04/06/2026 13:00", "")
        assert (found.doubtful, found.contradicting) == (set(), False)

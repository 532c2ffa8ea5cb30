from datetime import datetime, timedelta
from typing import Any

import pytest
from support.crowd import LEFT, LEFT_UNSIGNED, MANAGER, NOW, SALES, SUPPORT
from support.database import Database
from support.oracle import LISTINGS, Records, expected_ids

from crm.database.transaction import connect, transaction
from crm.domain.enums import Role
from crm.domain.errors import NotLoggedIn
from crm.queries import batch
from crm.queries.batch import Section
from crm.queries.dashboard import ROWS, read_dashboard
from crm.queries.listing import Request

MIDNIGHT = NOW.replace(hour=0)
DAY = NOW.date()
TODAY = (MIDNIGHT, MIDNIGHT + timedelta(days=1))
WEEK = (MIDNIGHT - timedelta(days=1), MIDNIGHT + timedelta(days=6))
OLDEST = (("id", False),)
DUE = (("due_date", False),)


def of(crowd: Database, user_id: int, **changed: Any) -> dict[str, Section]:
    with crowd.as_user(user_id) as tx:
        return read_dashboard(
            tx, **{"now": NOW, "day": DAY, "today": TODAY, "week": WEEK, **changed}
        )


def check(
    records: Records, found: Section, noun: str, request: Request, actor: tuple[int, Role]
) -> None:
    ids = expected_ids(records, LISTINGS[noun], request, actor)
    assert found.noun == noun
    assert [row[0] for row in found.rows] == ids[:ROWS]
    assert found.total == len(ids) > 0


def test_sales_see_what_their_clients_need(crowd: Database, records: Records) -> None:
    found = of(crowd, SALES)
    assert next(iter(found)) == "tasks"  # of which nobody has any here
    assert found.pop("tasks").rows == []
    mine = Request(mine=True)
    contracts = mine._replace(sort=OLDEST)
    expected = {
        "overdue": ("contract", mine._replace(filters={"overdue": DAY}, sort=DUE)),
        "unsigned": ("contract", contracts._replace(filters={"signed": False, "open": True})),
        "due": ("contract", mine._replace(filters={"open_on": DAY}, sort=DUE)),
        "without_event": (
            "contract",
            contracts._replace(filters={"signed": True, "open": True, "without_event": True}),
        ),
        "without_support": (
            "event",
            mine._replace(filters={"no_support": True, "upcoming": NOW, "cancelled": False}),
        ),
    }  # fmt: skip
    assert list(found) == list(expected)
    for key, (noun, request) in expected.items():
        check(records, found[key], noun, request, (SALES, Role.SALES))


def test_the_first_of_more_than_are_counted_are_the_first_of_all(
    crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {key: section.rows for key, section in of(crowd, SALES).items()}
    monkeypatch.setattr(batch, "COUNTED", 0)
    assert {key: section.rows for key, section in of(crowd, SALES).items()} == rows


def test_support_see_their_day_their_week_and_what_comes_then(
    crowd: Database, records: Records
) -> None:
    found = of(crowd, SUPPORT)
    assert list(found) == ["tasks", "today", "week", "later"]
    starts = {record["id"]: record["start_date"] for record in records["event"]}
    mine = expected_ids(
        records, LISTINGS["event"],
        Request(filters={"upcoming": TODAY[0], "cancelled": False}, mine=True),
        (SUPPORT, Role.SUPPORT),
    )  # fmt: skip
    today = [id_ for id_ in mine if starts[id_] < TODAY[1]]
    week = [id_ for id_ in mine if TODAY[1] <= starts[id_] < WEEK[1]]
    later = [id_ for id_ in mine if starts[id_] >= WEEK[1]]
    for key, ids in (("today", today), ("week", week), ("later", later)):
        assert [row[0] for row in found[key].rows] == ids[:ROWS]
        assert found[key].total == len(ids)
    assert today
    assert week
    # The company's own event, which began before noon and goes on.
    assert 1 in [row[0] for row in of(crowd, SUPPORT, today=(NOW, TODAY[1]))["today"].rows]


def test_on_the_last_day_of_the_week_no_event_is_shown_twice(crowd: Database) -> None:
    tomorrow = (TODAY[1], TODAY[1] + timedelta(days=1))
    for week in ((WEEK[0], tomorrow[1]), (WEEK[0], tomorrow[0])):
        found = of(crowd, SUPPORT, now=tomorrow[0], today=tomorrow, week=week)
        shown = [row[0] for section in found.values() for row in section.rows]
        assert found["today"].rows
        assert found["week"].rows == []
        assert found["later"].rows
        assert len(shown) == len(set(shown))


def test_managers_see_what_somebody_must_take_care_of(crowd: Database, records: Records) -> None:
    found = of(crowd, MANAGER)
    assert next(iter(found)) == "tasks"  # of which nobody has any here
    assert found.pop("tasks").rows == []
    expected = {
        "overdue": ("contract", Request(filters={"overdue": DAY}, sort=DUE)),
        "without_support": (
            "event",
            Request(filters={"no_support": True, "upcoming": NOW, "cancelled": False}),
        ),
        "unsigned": ("contract", Request(filters={"signed": False, "open": True}, sort=OLDEST)),
        "due": ("contract", Request(filters={"open_on": DAY}, sort=DUE)),
        "to_refund": ("contract", Request(filters={"to_refund": True}, sort=OLDEST)),
        "inactive": ("user", Request(filters={"active": False, "to_hand_over": NOW}, sort=OLDEST)),
    }
    assert list(found) == list(expected)
    for key, (noun, request) in expected.items():
        check(records, found[key], noun, request, (MANAGER, Role.MANAGEMENT))
    # Somebody inactive whom no record needs is not in the way.
    assert [row[0] for row in found["inactive"].rows] == [LEFT, LEFT_UNSIGNED]


@pytest.mark.parametrize("actor", [MANAGER, SALES, SUPPORT])
def test_each_row_begins_with_the_id_that_the_next_command_takes(
    crowd: Database, actor: int
) -> None:
    for section in of(crowd, actor).values():
        assert section.fields[0].name == "id"


def test_values_are_those_of_the_listing(crowd: Database) -> None:
    section = of(crowd, SUPPORT, today=(NOW, TODAY[1]))["today"]
    rows = [
        dict(zip([field.name for field in section.fields], row, strict=True))
        for row in section.rows
    ]
    mine = next(row for row in rows if row["id"] == 1)
    assert mine["start_date"] == datetime.fromisoformat("2030-06-04 11:00")
    assert mine["name"] == "Mariage d'Éléonore"


def test_nobody_has_a_dashboard_without_logging_in(crowd: Database) -> None:
    connection = connect(crowd.app)
    with transaction(connection, None) as tx, pytest.raises(NotLoggedIn):
        read_dashboard(tx, now=NOW, day=DAY, today=TODAY, week=WEEK)
    connection.close()

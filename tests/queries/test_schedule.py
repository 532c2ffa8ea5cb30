from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from support.crowd import NOW, SUPPORT, SUPPORT2
from support.database import Database, copied
from support.oracle import Records, expected_ids

from crm.database.transaction import Transaction
from crm.queries import event, schedule
from crm.queries.listing import Request
from crm.queries.pages import read_page

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW + DAY),
        (NOW + HOUR, NOW + HOUR * 2),
        (NOW - HOUR, NOW),
        (NOW - WEEK, NOW + WEEK),
        (NOW + HOUR * 12, NOW + HOUR * 12 + timedelta(minutes=1)),
        (NOW + WEEK * 9, NOW + WEEK * 10),
    ],
)
def test_what_goes_on_meanwhile_is_found(
    tx: Transaction, records: Records, start: datetime, end: datetime
) -> None:
    request = Request(("id",), {"during": event.format_during(start, end)})
    ids = [id_ for (id_,) in read_page(tx, event.LISTING, request).rows]
    assert ids == expected_ids(records, event.LISTING, request)


def busy(records: Records, person: int, start: datetime, end: datetime) -> list[int]:
    """Return what somebody runs then that is not cancelled, worked out from all records."""
    return [
        each["id"]
        for each in sorted(records["event"], key=lambda each: (each["start_date"], each["id"]))
        if each["support_contact_id"] == person
        and each["start_date"] < end
        and each["end_date"] > start
        and not each["cancelled_at"]
    ]


@pytest.mark.parametrize("hours", range(-60, 60, 7))
def test_who_is_free_is_whoever_runs_nothing_then(
    tx: Transaction, records: Records, hours: int
) -> None:
    start = NOW + hours * HOUR
    end = start + 4 * HOUR
    expected = []
    for person in records["user"]:
        if person["role"] == "SUPPORT" and person["is_active"]:
            first = busy(records, person["id"], start, end)
            found = schedule.find_clash(tx, person["id"], start, end, apart_from=0)
            assert (found.id if found else None) == (first[0] if first else None)
            around = busy(records, person["id"], start - 2 * WEEK, end + 2 * WEEK)
            key = (len(around), person["name_folded"], person["id"])
            expected += [] if first else [(*key, person["full_name"])]
    assert schedule.find_free(tx, start, end) == [
        (id_, name, load) for load, _folded, id_, name in sorted(expected)
    ]


def test_an_event_is_not_in_its_own_way(tx: Transaction) -> None:
    found = schedule.find_clash(tx, SUPPORT, NOW, NOW + HOUR, apart_from=0)
    assert found
    assert found != schedule.find_clash(tx, SUPPORT, NOW, NOW + HOUR, apart_from=found.id)


def test_events_at_once_are_told(tx: Transaction, records: Records) -> None:
    everything = records["event"]
    expected = {
        one["id"]: others
        for one in everything
        if one["support_contact_id"]
        and not one["cancelled_at"]
        and (
            others := sorted(
                set(busy(records, one["support_contact_id"], one["start_date"], one["end_date"]))
                - {one["id"]}
            )
        )
    }
    assert expected
    assert schedule.find_clashes(tx, [each["id"] for each in everything]) == expected
    assert schedule.find_clashes(tx, []) == {}


QUESTIONS: dict[str, Callable[[Transaction], object]] = {
    "clash": lambda tx: schedule.find_clash(tx, SUPPORT2, NOW, NOW + WEEK * 3, 1),
    "free": lambda tx: schedule.find_free(tx, NOW, NOW + DAY, 1),
    "clashes": lambda tx: schedule.find_clashes(tx, [9000, 9001, 9002]),
    "agenda": lambda tx: read_page(
        tx, event.LISTING, Request(filters={"during": event.format_during(NOW, NOW + WEEK)})
    ),
}


@pytest.fixture(scope="module")
def century(template: dict[str, str]) -> Iterator[Database]:
    """Twenty thousand events, from 1975 on, on six people."""
    with copied(template, CENTURY) as database:
        yield database


@pytest.mark.proof
@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_grows_with_what_was_before_and_comes_after(
    century: Database, question: str
) -> None:
    read = (
        "SELECT seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
        " FROM pg_stat_xact_user_tables WHERE relname = 'events'"
    )
    with century.as_user(2) as tx:
        before = tx.row(read) or (0, 0)
        QUESTIONS[question](tx)
        after = tx.row(read) or (0, 0)
    assert after[0] == before[0], "it read the whole table"
    assert 0 < after[1] - before[1] < 100


CENTURY = """
INSERT INTO users (first_name, last_name, email, hashed_password, role)
SELECT 'N' || i, 'N', 'n' || i || '@epicevents.example',
    '$argon2id$v=19$m=65536,t=3,p=4$' || repeat('A', 22) || '$' || repeat('A', 43),
    (ARRAY['SALES', 'MANAGEMENT', 'SUPPORT'])[least(i, 3)]
FROM generate_series(1, 8) i;
INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)
VALUES ('N', 'n@n.example', '+33612345678', 'N', 1);
INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status)
VALUES (1, 1, 1, 1, true);
ALTER TABLE events DISABLE TRIGGER USER;
INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
    support_contact_id, location, attendees)
SELECT 'N', 1, 1, 'N', at, at + interval '3 hours', 3 + i % 6, 'N', 1
FROM generate_series(1, 20000) i,
    LATERAL (SELECT timestamp '1975-01-01' + i * interval '42 hours' AS at) moment;
ALTER TABLE events ENABLE TRIGGER USER;
ANALYZE events, clients, users;
"""

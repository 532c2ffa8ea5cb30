"""A calendar is read back by the icalendar library as Google, Outlook and Apple would read it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation

AS_CALENDAR = ("event", "list", "--all", "-o", "ics")
HOSTILE = [
    "semi;colon, comma\\ backslash\\n \"quoted\" 'single'",
    r"on C:\New\Nancy; \, \\",
    "BEGIN:VEVENT",
    "END:VCALENDAR",
    "X-EVIL:1;VALUE=URI:http://evil.example",
    "é" * 200 + " 李小龍 🎉" * 30,
    "= %s %(x)s {y} [red]",
    "  two  spaces  ",
]
HOSTILE_LINES = [
    "one\nEND:VEVENT\nBEGIN:VEVENT\n\n two",
    "tab\there\u2028 and \u202e back",
    "x" * 10_000,
]


def read(text: str) -> dict[str, Any]:
    """Return the events of a calendar by their UID."""
    calendar: Any = Calendar.from_ical(text)
    assert not calendar.errors
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"].startswith("-//Epic Events//")
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    for event in events.values():
        assert not event.errors
        # What RFC 5545 requires, and what importers go by.
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED"):
            assert name in event
    return events


def test_a_calendar_has_every_event_in_utc(manager: Workstation, owner: Connection) -> None:
    moment = datetime.fromisoformat("2030-05-01 08:00:00.9")
    owner.cursor().execute("ALTER TABLE events DISABLE TRIGGER USER")
    owner.cursor().execute(
        "UPDATE events SET created_at = %s, updated_at = %s, version = 7 WHERE id = 1",
        (moment, moment),
    )
    printed = manager.run(*AS_CALENDAR).done().out
    first, second, third = read(printed).values()
    assert [str(event["SUMMARY"]) for event in (first, second, third)] == [
        "Gala", "Mariage d'Éléonore", "General Assembly",
    ]  # fmt: skip
    assert second["DTSTART"].dt == datetime(2030, 6, 4, 11, tzinfo=UTC)
    assert second["DTEND"].dt == datetime(2030, 6, 5, 0, tzinfo=UTC)
    assert second["DTSTAMP"].dt == second["LAST-MODIFIED"].dt == second["CREATED"].dt
    assert second["CREATED"].dt == datetime(2030, 5, 1, 8, tzinfo=UTC)
    assert second["SEQUENCE"] == 6
    assert second["LOCATION"] == "Château de Candé"
    assert second["DESCRIPTION"] == (
        "Client: Éléonore Lefèvre\nOn site: Éléonore\nGuests: 75\nSupport: Paul Petit\n\nChampagne"
    )
    assert third["DESCRIPTION"].endswith("Guests: 200\nSupport: nobody")
    assert re.findall(r"^DTSTART.*$", printed, re.MULTILINE)[1].rstrip() == (
        "DTSTART:20300604T110000Z"
    )


def test_lines_are_folded_and_end_as_the_standard_says(
    manager: Workstation, owner: Connection, tmp_path: Path
) -> None:
    owner.cursor().execute("UPDATE events SET notes = %s", ("é🎉" * 300,))
    file = tmp_path / "all.ics"
    manager.run(*AS_CALENDAR[:3], "--output-file", str(file)).done()
    content = file.read_bytes()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    for line in content.split(b"\r\n"):
        line.decode()  # no character is torn apart
    assert content.decode() == manager.run(*AS_CALENDAR).out


@pytest.mark.parametrize("text", [*HOSTILE, *HOSTILE_LINES])
def test_hostile_text_comes_back_as_it_was(
    manager: Workstation, owner: Connection, text: str
) -> None:
    stored = text.strip()
    if text in HOSTILE:
        owner.cursor().execute("UPDATE events SET name = left(%s, 100)", (stored,))
    owner.cursor().execute("UPDATE events SET location = %s, notes = %s", (stored, stored))
    events = read(manager.run(*AS_CALENDAR).done().out)
    assert len(events) == 3
    for event in events.values():
        assert event["LOCATION"] == stored
        assert event["DESCRIPTION"].endswith("\n\n" + stored)
        assert "X-EVIL" not in event
        if text in HOSTILE:
            assert event["SUMMARY"] == stored[:100].rstrip() or event["SUMMARY"] == stored[:100]


def test_an_event_keeps_its_uid_and_its_sequence_rises(
    manager: Workstation, support: Workstation, company: object
) -> None:
    manager.be(1)
    before = read(manager.run(*AS_CALENDAR).out)
    manager.run("event", "update", "1", "--name", "Autre", "--location", "Blois").done()
    manager.run("event", "delete", "3", "--yes").done()
    support.be(5)
    after = read(support.run(*AS_CALENDAR).out)
    (renamed,) = [uid for uid, event in after.items() if event["SUMMARY"] == "Autre"]
    assert renamed.startswith("event-1@")
    assert before[renamed]["SUMMARY"] == "Mariage d'Éléonore"
    assert after[renamed]["SEQUENCE"] > before[renamed]["SEQUENCE"]
    assert after[renamed]["LAST-MODIFIED"].dt > before[renamed]["LAST-MODIFIED"].dt
    assert set(before) - set(after) == {uid for uid in before if uid.startswith("event-3@")}


def test_what_was_deleted_and_brought_back_goes_on(manager: Workstation) -> None:
    manager.run("event", "note", "3", "x").done()
    before = read(manager.run(*AS_CALENDAR).out)
    manager.run("event", "delete", "3", "--yes").done()
    manager.run("undo", "--yes").done()
    after = read(manager.run(*AS_CALENDAR).out)
    assert set(after) == set(before)
    (uid,) = [uid for uid in after if uid.startswith("event-3@")]
    assert after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"]


def test_another_company_has_other_uids(manager: Workstation, owner: Connection) -> None:
    before = read(manager.run(*AS_CALENDAR).out)
    owner.cursor().execute("UPDATE security_policy SET installation_id = gen_random_uuid()")
    manager.be(1)
    assert not set(before) & set(read(manager.run(*AS_CALENDAR).out))


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("--mine", {1}),
        ("--no-support", {2}),
        ("--upcoming -S assembly", {2}),
        ("--from 2030-06 --to 2030-06", {1}),
        ("-L 1", {3}),
        ("--period today", set()),
    ],
)
def test_every_filter_narrows_a_calendar(support: Workstation, filters: str, ids: set[int]) -> None:
    printed = support.run("event", "list", "-o", "ics", *filters.split()).done().out
    assert {int(re.findall(r"event-(\d+)@", uid)[0]) for uid in read(printed)} == ids


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("client", "list", "--output-file", "x.ics"), "epicevents event list --output-file FILE.ics"),
    (("contract", "list", "-o", "ics"), "--output does not accept “ics”"),
    (("event", "list", "-o", "ics", "--fields", "id,name"), "Leave out --fields."),
]


@pytest.mark.parametrize(("command", "said"), REFUSED)
def test_only_events_make_a_calendar(
    sales: Workstation, command: tuple[str, ...], said: str
) -> None:
    refused = sales.run(*command)
    assert (refused.status, refused.out, said in refused.err) == (2, "", True)
    assert not Path("x.ics").exists()


def test_a_terminal_is_sent_no_control(manager: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE events SET notes = 'a' || chr(8238) || 'b'")
    look: Callable[..., str] = manager.look
    assert "a\\u202eb" in look(*AS_CALENDAR)

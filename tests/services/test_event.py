import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import services
from support.company import Company
from support.services import (
    beside_others,
    last_reason,
    read_first,
    refused,
    wait_until_somebody_waits,
)
from support.waiting import PATIENCE

from crm import models
from crm.domain.errors import (
    Conflict,
    InvalidValue,
    NotFound,
    PermissionDenied,
    RuleViolation,
)
from crm.services import event

PARIS = ZoneInfo("Europe/Paris")
START = datetime.fromisoformat("2031-05-01 09:00")
GALA: dict[str, Any] = {
    "name": "Gala",
    "client_contact": "Jean, 06 98 76 54 32",
    "location": "Paris\nGrand Palais",
    "attendees": "250",
    "start_date": START,
    "end_date": START + timedelta(hours=8),
}


def stored(owner: Connection, event_id: int, column: str) -> Any:
    return services.stored(owner, "events", event_id, column)


# Creating


def test_sales_create_events_on_their_own_signed_contracts(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.sales) as tx:
        change = event.create(tx, contract_id=company.signed, **GALA, notes="")
    assert stored(owner, change.record.id, "client_id") == company.client
    assert stored(owner, change.record.id, "attendees") == 250
    assert stored(owner, change.record.id, "location") == "Paris\nGrand Palais"
    assert stored(owner, change.record.id, "notes") is None
    assert stored(owner, change.record.id, "support_contact_id") is None


def test_an_event_takes_a_signed_contract(company: Company) -> None:
    with (
        company.database.as_user(company.sales) as tx,
        refused(RuleViolation, "contract_not_signed") as refusal,
    ):
        event.create(tx, contract_id=company.draft, **GALA)
    assert refusal.value.hint == f"Sign it first: epicevents contract sign {company.draft}"


def test_others_do_not_create_it_and_hear_whom_to_ask(company: Company) -> None:
    for outsider in (company.sales2, company.support):
        with (
            company.database.as_user(outsider) as tx,
            refused(PermissionDenied, "permission_denied") as denied,
        ):
            event.create(tx, contract_id=company.signed, **GALA)
        assert denied.value.hint == "Ask Sophie Simon, or a colleague in MANAGEMENT."


@pytest.mark.parametrize("attendees", ["0", "-1", "1.5", "many", str(2**31)])
def test_attendees_are_whole_people(company: Company, attendees: str) -> None:
    with company.database.as_user(company.sales) as tx, pytest.raises(InvalidValue):
        event.create(tx, contract_id=company.signed, **GALA | {"attendees": attendees})


@pytest.mark.parametrize("hours", [0, -1])
def test_an_event_ends_after_it_starts(company: Company, hours: int) -> None:
    values = GALA | {"end_date": START + timedelta(hours=hours)}
    with company.database.as_user(company.sales) as tx, refused(RuleViolation, "end_before_start"):
        event.create(tx, contract_id=company.signed, **values)


def test_an_event_of_the_past_is_recorded_only_on_purpose(company: Company) -> None:
    past = GALA | {"start_date": datetime(2020, 1, 1), "end_date": datetime(2020, 1, 2)}  # noqa: DTZ001
    with company.database.as_user(company.sales) as tx:
        with refused(RuleViolation, "event_in_the_past"):
            event.create(tx, contract_id=company.signed, **past)
        assert event.create(tx, contract_id=company.signed, **past, allow_past=True)


def test_an_event_that_goes_on_now_is_not_past(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        now = tx.value("SELECT utc_now()")
        hour = timedelta(hours=1)
        values = GALA | {"start_date": now - hour, "end_date": now + hour}
        assert event.create(tx, contract_id=company.signed, **values)


# Changing


def test_support_change_the_events_assigned_to_them(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.support) as tx:
        change = event.update(tx, company.event, {"location": "Blois", "attendees": "80"})
    assert change.old == {"location": "Château de Candé", "attendees": 75}
    assert (
        stored(owner, company.event, "location"),
        stored(owner, company.event, "attendees"),
    ) == (
        "Blois",
        80,
    )


def test_others_hear_which_support_person_to_ask(company: Company) -> None:
    for outsider in (company.sales, company.support2):
        with (
            company.database.as_user(outsider) as tx,
            refused(PermissionDenied, "permission_denied") as denied,
        ):
            event.update(tx, company.event, {"notes": "x"})
        assert denied.value.hint == "Ask Paul Petit, or a colleague in MANAGEMENT."


def test_of_an_unassigned_event_management_is_asked(company: Company) -> None:
    with (
        company.database.as_user(company.support) as tx,
        refused(PermissionDenied, "permission_denied") as denied,
    ):
        event.update(tx, company.event_unassigned, {"notes": "x"})
    assert denied.value.hint == "Ask a colleague in MANAGEMENT."


def test_one_date_is_held_against_the_other(company: Company) -> None:
    with company.database.as_user(company.support) as tx:
        for values in (
            {"start_date": datetime.fromisoformat("2030-06-05 00:00")},
            {"end_date": datetime.fromisoformat("2030-06-04 11:00")},
        ):
            with refused(RuleViolation, "end_before_start"):
                event.update(tx, company.event, values)


def test_nothing_to_change_changes_nothing(company: Company) -> None:
    with company.database.as_user(company.support) as tx:
        assert not event.update(tx, company.event, {"attendees": 75, "notes": "Champagne"})


def test_notes_are_emptied_by_an_empty_text(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.support) as tx:
        event.update(tx, company.event, {"notes": ""})
    assert stored(owner, company.event, "notes") is None


def test_management_moves_an_event_to_another_signed_contract(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        event.update(tx, company.event, {"contract_id": company.signed_of_sales2})
    assert stored(owner, company.event, "contract_id") == company.signed_of_sales2
    assert stored(owner, company.event, "client_id") == company.client_of_sales2


def test_an_event_does_not_move_to_an_unsigned_contract(company: Company) -> None:
    with (
        company.database.as_user(company.manager) as tx,
        refused(RuleViolation, "contract_not_signed"),
    ):
        event.update(tx, company.event, {"contract_id": company.draft})


def test_support_do_not_move_even_their_own_event(company: Company) -> None:
    with (
        company.database.as_user(company.support) as tx,
        refused(PermissionDenied, "permission_denied") as denied,
    ):
        event.update(tx, company.event, {"contract_id": company.partly_paid})
    assert denied.value.hint == "Only MANAGEMENT may move an event to another contract."


def test_two_people_edit_different_fields_of_one_event(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.support) as mine:
        read_first(mine, models.Event, company.event)
        with company.database.as_user(company.manager) as theirs:
            event.update(theirs, company.event, {"location": "Blois"})
        event.update(mine, company.event, {"attendees": "90"})
    assert stored(owner, company.event, "location") == "Blois"
    assert stored(owner, company.event, "attendees") == 90


def test_two_people_edit_the_same_field_of_one_event(company: Company) -> None:
    with company.database.as_user(company.support) as mine:
        read_first(mine, models.Event, company.event)
        with company.database.as_user(company.manager) as theirs:
            event.update(theirs, company.event, {"location": "Blois"})
        with refused(Conflict, "conflict") as conflict:
            event.update(mine, company.event, {"location": "Tours", "attendees": "90"})
    assert conflict.value.details["fields"] == {
        "location": {"base": "Château de Candé", "theirs": "Blois", "mine": "Tours"}
    }


def test_an_event_taken_away_meanwhile_is_denied(company: Company) -> None:
    with company.database.as_user(company.support) as mine:
        read_first(mine, models.Event, company.event)
        with company.database.as_user(company.manager) as theirs:
            event.assign(theirs, company.event, company.support2)
        with refused(PermissionDenied, "permission_denied"):
            event.update(mine, company.event, {"attendees": "90"})


# Noting


def test_a_note_is_dated_signed_and_added(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.support) as tx:
        now = tx.value("SELECT utc_now()")
        event.note(tx, company.event, " Le traiteur vient à 16:00\r\npar la cour ")
    with company.database.as_user(company.manager) as tx:
        event.note(tx, company.event, "Merci", zone=PARIS)
    first, second, *others = stored(owner, company.event, "notes").split("\n")
    assert first == "Champagne"
    assert second == f"{now:%Y-%m-%d %H:%M} Paul Petit: Le traiteur vient à 16:00"
    there = now.replace(tzinfo=UTC).astimezone(PARIS)
    assert others == ["par la cour", f"{there:%Y-%m-%d %H:%M} Marie Martin: Merci"]


def test_the_first_note_stands_alone(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        event.note(tx, company.event_unassigned, "Salle B")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d Marie Martin: Salle B",
        stored(owner, company.event_unassigned, "notes"),
    )


def test_others_note_nothing(company: Company) -> None:
    for outsider in (company.sales, company.support2):
        with (
            company.database.as_user(outsider) as tx,
            refused(PermissionDenied, "permission_denied") as denied,
        ):
            event.note(tx, company.event, "x")
        assert denied.value.hint == "Ask Paul Petit, or a colleague in MANAGEMENT."


@pytest.mark.parametrize(
    ("text", "code"), [(" ", "blank"), ("\x1b[2J", "control_character"), ("x" * 9990, "too_long")]
)
def test_a_note_is_refused_whole(company: Company, owner: Connection, text: str, code: str) -> None:
    with company.database.as_user(company.support) as tx, refused(InvalidValue, code):
        event.note(tx, company.event, text)
    assert stored(owner, company.event, "notes") == "Champagne"


def test_two_notes_at_once_both_land(company: Company, owner: Connection) -> None:
    def note() -> None:
        with beside_others(company.database, company.manager) as tx:
            event.note(tx, company.event, "second")

    with ThreadPoolExecutor(1) as pool:
        with beside_others(company.database, company.support) as tx:
            event.note(tx, company.event, "first")
            other = pool.submit(note)
            wait_until_somebody_waits(owner)
        other.result(timeout=PATIENCE)
    notes = stored(owner, company.event, "notes").split("\n")
    assert [line.rpartition(": ")[2] for line in notes] == ["Champagne", "first", "second"]


# Assigning


def test_management_assigns_an_event(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        change = event.assign(tx, company.event_unassigned, company.support)
    assert change
    assert stored(owner, company.event_unassigned, "support_contact_id") == company.support


def test_an_event_is_assigned_to_active_support_only(company: Company, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = %s", (company.support2,))
    with company.database.as_user(company.manager) as tx:
        with refused(RuleViolation, "support_contact_role"):
            event.assign(tx, company.event_unassigned, company.sales)
        with refused(RuleViolation, "inactive_contact"):
            event.assign(tx, company.event_unassigned, company.support2)
        with refused(NotFound, "not_found"):
            event.assign(tx, company.event_unassigned, 999)


def test_only_management_assigns(company: Company) -> None:
    for other in (company.sales, company.support):
        with company.database.as_user(other) as tx:
            with refused(PermissionDenied, "permission_denied"):
                event.assign(tx, company.event_unassigned, company.support)
            with refused(PermissionDenied, "permission_denied"):
                event.unassign(tx, company.event)


def test_nobody_runs_two_events_at_once(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta(hours=-1))
        with refused(RuleViolation, "support_overlap") as refusal:
            event.assign(tx, other, company.support)
    assert "Paul Petit already runs event 1, Mariage d'Éléonore" in refusal.value.message


def test_one_event_may_begin_when_the_other_ends(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        assert event.assign(tx, overlapping(tx, company, timedelta()), company.support)


def test_management_overrides_with_a_reason(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta(hours=-1))
        event.assign(tx, other, company.support, override="next door")
    assert stored(owner, other, "overlap_allowed") is True
    assert last_reason(owner) == "next door"
    # Said once more, it is the same assignment, and asks for no reason.
    with company.database.as_user(company.manager) as tx:
        assert not event.assign(tx, other, company.support)


def test_one_override_does_not_allow_a_third_event(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        second = overlapping(tx, company, timedelta(hours=-1))
        event.assign(tx, second, company.support, override="next door")
        third = overlapping(tx, company, timedelta(hours=1))
        with refused(RuleViolation, "support_overlap") as refusal:
            event.assign(tx, third, company.support)
    assert refusal.value.details["event_id"] == second


def test_an_override_holds_for_one_time_only(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta(hours=-1))
        event.assign(tx, other, company.support, override="next door")
    with company.database.as_user(company.support) as tx:
        assert event.update(tx, other, {"notes": "in the garden"})
        with refused(RuleViolation, "support_overlap"):
            event.update(tx, other, {"end_date": START})
        assert event.update(tx, other, {"start_date": datetime.fromisoformat("2030-06-05 00:00")})


def test_notes_change_without_regard_to_time(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta(hours=-1))
        event.assign(tx, other, company.support, override="next door")
    with company.database.as_user(company.support) as tx:
        same = {"start_date": datetime.fromisoformat("2030-06-04 11:00"), "notes": "x"}
        assert event.update(tx, company.event, same)


def test_an_override_that_nothing_needs_allows_no_overlap_later(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        event.assign(tx, company.event_unassigned, company.support, override="just in case")
    assert stored(owner, company.event_unassigned, "overlap_allowed") is False


def test_a_new_support_person_starts_without_the_override(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta(hours=-1))
        event.assign(tx, other, company.support, override="next door")
        event.assign(tx, other, company.support2)
    assert stored(owner, other, "overlap_allowed") is False


def test_moving_an_event_into_another_is_refused(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        other = overlapping(tx, company, timedelta())
        event.assign(tx, other, company.support)
    with company.database.as_user(company.support) as tx, refused(RuleViolation, "support_overlap"):
        event.update(tx, other, {"start_date": datetime.fromisoformat("2030-06-04 23:59")})


def test_an_event_loses_its_support_person(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        assert event.unassign(tx, company.event)
        assert not event.unassign(tx, company.event)
    assert stored(owner, company.event, "support_contact_id") is None


def overlapping(tx: Any, company: Company, shift: timedelta) -> int:
    """Create an event that starts when :attr:`Company.event` ends, moved by ``shift``."""
    start = datetime.fromisoformat("2030-06-05 00:00") + shift
    values = GALA | {"start_date": start, "end_date": start + timedelta(hours=3)}
    created: int = event.create(tx, contract_id=company.signed, **values).record.id
    return created


# Deleting


def test_management_deletes_an_event(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        event.delete(tx, company.event)
    assert stored(owner, company.event, "id") is None


def test_nobody_else_deletes_events(company: Company) -> None:
    for other in (company.sales, company.support):
        with (
            company.database.as_user(other) as tx,
            refused(PermissionDenied, "permission_denied"),
        ):
            event.delete(tx, company.event)


def test_another_version_than_the_one_that_was_read_is_not_assigned(company: Company) -> None:
    with refused(Conflict, "conflict"), company.database.as_user(company.manager) as tx:
        event.assign(tx, company.event, company.support2, version=99)


def test_a_signature_that_is_taken_back_meanwhile_is_no_clash(
    company: Company, owner: Connection
) -> None:
    with (
        refused(RuleViolation, "contract_not_signed"),
        company.database.as_user(company.manager) as tx,
    ):
        read_first(tx, models.Contract, 5)
        owner.cursor().execute("UPDATE contracts SET signed_status = false WHERE id = 5")
        event.update(
            tx,
            company.event,
            {"contract_id": 5, "start_date": START, "end_date": START + timedelta(hours=1)},
        )

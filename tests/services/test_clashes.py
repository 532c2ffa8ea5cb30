from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import UNUSABLE, Company
from support.services import beside_others, refused, stored, wait_until_somebody_waits
from support.waiting import PATIENCE

from crm.database.transaction import Transaction
from crm.domain.errors import PermissionDenied, RuleViolation
from crm.services import event

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime.fromisoformat("2030-06-04 21:00")  # during the company's first event
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(tx: Transaction, company: Company, start: datetime, hours: int = 1, **values: Any) -> int:
    """Create an event on the company's signed contract."""
    created = event.create(
        tx, contract_id=company.signed, name="Gala", client_contact="Jean", location="Paris",
        attendees=1, start_date=start, end_date=start + hours * HOUR, **values,
    )  # fmt: skip
    return int(created.record.id)


def test_a_refusal_names_the_event_its_hours_and_who_is_free(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        other = plan(tx, company, NIGHT)
        with refused(RuleViolation, "support_overlap") as refusal:
            event.assign(tx, other, company.support, zone=PARIS)
    assert refusal.value.message == (
        "Paul Petit already runs event 1, Mariage d'Éléonore, at that time: 2030-06-04 13:00 – "
        "2030-06-05 02:00."
    )
    assert refusal.value.hint == (
        "Free at that time: Pauline Perrin. Choose somebody else, or add --override REASON."
    )
    assert refusal.value.details == {
        "event_id": 1,
        "event": "Mariage d'Éléonore",
        "start_date": "2030-06-04T13:00:00+02:00",
        "end_date": "2030-06-05T02:00:00+02:00",
        "support_contact": "Paul Petit",
        "free": [{"id": 6, "support_contact": "Pauline Perrin", "events_around": 0}],
    }


def test_where_nobody_is_free_it_says_so(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        event.assign(tx, plan(tx, company, NIGHT), company.support2)
        with refused(RuleViolation, "support_overlap") as refusal:
            event.assign(tx, plan(tx, company, NIGHT - HOUR, 3), company.support2)
    assert (refusal.value.hint or "").startswith("Nobody in SUPPORT is free at that time.")


def test_an_event_that_is_moved_is_checked_again(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        other = plan(tx, company, NIGHT + DAY)
        event.assign(tx, other, company.support)
    with company.database.as_user(company.support) as tx:
        for values in ({"start_date": NIGHT + DAY / 10}, {"start_date": NIGHT}):
            with refused(RuleViolation, "support_overlap") as refusal:
                event.update(tx, other, values, zone=PARIS)
            assert "event 1, Mariage d'Éléonore" in refusal.value.message
            assert refusal.value.hint == (
                "Free at that time: Pauline Perrin. Choose another time, or ask MANAGEMENT to "
                "assign somebody else."
            )
        # Not its own obstacle.
        assert event.update(tx, other, {"end_date": NIGHT + DAY + 3 * HOUR})
    assert stored(owner, "events", other, "end_date") == NIGHT + DAY + 3 * HOUR


def test_two_assignments_at_once_are_one_and_a_refusal_that_names_it(
    company: Company, owner: Connection
) -> None:
    with company.database.as_user(company.manager) as tx:
        first, second = plan(tx, company, NIGHT + DAY), plan(tx, company, NIGHT + DAY)

    def assign() -> None:
        with beside_others(company.database, company.manager2) as tx:
            event.assign(tx, second, company.support)

    with ThreadPoolExecutor(1) as pool:
        with beside_others(company.database, company.manager) as tx:
            event.assign(tx, first, company.support)
            other = pool.submit(assign)
            wait_until_somebody_waits(owner)
        with refused(RuleViolation, "support_overlap") as refusal:
            other.result(timeout=PATIENCE)
    assert f"already runs event {first}, Gala" in refusal.value.message
    assert stored(owner, "events", second, "support_contact_id") is None


def test_candidates_are_free_and_the_least_busy_first(company: Company, owner: Connection) -> None:
    owner.cursor().execute(
        "INSERT INTO users (first_name, last_name, email, hashed_password, role, is_active)"
        " VALUES ('Zoé', 'Petit', 'zoe@epicevents.example', %(hash)s, 'SUPPORT', true),"
        " ('Anaïs', 'Pétit', 'anais@epicevents.example', %(hash)s, 'SUPPORT', true),"
        " ('Gone', 'Gone', 'gone@epicevents.example', %(hash)s, 'SUPPORT', false)",
        {"hash": UNUSABLE},
    )
    anais, zoe = 8, 7
    with company.database.as_user(company.manager) as tx:
        wanted = plan(tx, company, NIGHT)
        # As far as two weeks count, not a minute more, and back to back is free.
        for start, hours in ((NIGHT - timedelta(weeks=2, hours=1), 2), (NIGHT + HOUR, 1)):
            event.assign(tx, plan(tx, company, start, hours), company.support2)
        event.assign(tx, plan(tx, company, NIGHT - timedelta(weeks=2, hours=1)), zoe)
        event.assign(tx, plan(tx, company, NIGHT + timedelta(weeks=2, hours=1)), zoe)
        found = event.find_free_support(tx, wanted)
        assert found == [
            (anais, "Anaïs Pétit", 0),
            (zoe, "Zoé Petit", 0),
            (company.support2, "Pauline Perrin", 2),
        ]
        # Whoever runs it is as free for it as anybody.
        event.assign(tx, wanted, anais)
        assert event.find_free_support(tx, wanted) == found


def test_only_management_is_proposed_candidates(company: Company) -> None:
    for other in (company.sales, company.support):
        with (
            company.database.as_user(other) as tx,
            refused(PermissionDenied, "permission_denied"),
        ):
            event.find_free_support(tx, company.event_unassigned)

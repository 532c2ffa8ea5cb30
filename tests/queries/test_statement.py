from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.crowd import MANAGER, NOW, SALES, SUPPORT
from support.database import Database
from support.oracle import FILTERS, LISTINGS, Records, expected_ids, plan, sorts, walk

from crm.database.transaction import Transaction, connect, transaction
from crm.domain.enums import ContractStatus, Role
from crm.domain.errors import NotLoggedIn, UsageFault
from crm.queries import client, contract, event, payment, user
from crm.queries.listing import Listing, Request
from crm.queries.pages import count_records, read_page, read_record, stream_records

NOUNS = sorted(LISTINGS)
ACTORS = ((MANAGER, Role.MANAGEMENT), (SALES, Role.SALES), (SUPPORT, Role.SUPPORT))

at = datetime.fromisoformat

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "sales": st.sampled_from([3, 4, 7, 9, 999]),
    "support": st.sampled_from([5, 6, 10, 999]),
    "client": st.integers(1, 40),
    "contract": st.integers(1, 55),
    "event": st.integers(1, 35),
    "id": st.integers(1, 55),
    "company": st.sampled_from(["ete", "z", "et", "soc cha", "%", ""]),
    "location": st.sampled_from(["chateau", "ch", "paris", "100", "if", "arenes", "_"]),
    "created_from": st.sampled_from([*map(at, ("2029-12-31 22:00", "2029-12-31 23:00")), NOW]),
    "created_to": st.sampled_from([*map(at, ("2029-12-31 23:00", "2030-01-01 05:00")), NOW]),
    "start_from": st.sampled_from([NOW.replace(hour=h) for h in (0, 6, 12, 18)]),
    "start_to": st.sampled_from([NOW.replace(hour=h) for h in (0, 6, 12, 18)]),
    "upcoming": st.sampled_from([NOW, NOW.replace(hour=15)]),  # when one of them just ended
    "past": st.sampled_from([NOW, NOW.replace(hour=15)]),
    "during": st.sampled_from(
        [
            event.format_during(NOW.replace(hour=a), NOW.replace(hour=b))
            for a, b in ((0, 1), (12, 18))
        ]
    ),
    "to_hand_over": st.just(NOW),
    "method": st.sampled_from(["transfer", "Transfer", "cash"]),
    "kind": st.sampled_from(["OPENING", "PAYMENT"]),
    "reference": st.sampled_from(["inv", "2026", "%", ""]),
    "status": st.sampled_from(list(ContractStatus)),
    "total_min": st.sampled_from([Decimal("99.99"), Decimal(200), Decimal("400.00")]),
    "total_max": st.sampled_from([Decimal("99.99"), Decimal(200), Decimal("400.00")]),
    "role": st.sampled_from([role.value for role in Role]),
    **dict.fromkeys(
        ("overdue", "open_on", "due_from", "due_to", "quiet_since", "paid_from", "paid_to"),
        st.integers(-9, 9).map(lambda days: NOW.date() + timedelta(days=days)),
    ),
    **dict.fromkeys(
        (
            "open",
            "lost",
            "cancelled",
            "to_refund",
            "signed",
            "paid",
            "active",
            "erased",
            "incomplete",
            "without_contract",
            "without_event",
            "no_support",
        ),
        st.booleans(),
    ),
}
SEARCHES = st.sampled_from(
    ["zoe", "em", "a d", "100", "dupont", "%", "_", "zzz", "o neil", "7", ""]
)
HOSTILE = [
    "\0", "a\0b", "\ud800", "a\udfffb", "%s", "%(value1)s", "{value}", "{}", "'", '"', "\\", "\\'",
    "' OR true --", "$$", "\x1b[2J", "[/]", "\u202e", "&|!():*<->", "x" * 10_000, "a " * 5_000, " ",
]  # fmt: skip
FILTERED = [
    (contract.LISTING, Request(filters={"paid": False}), "ix_contracts_unpaid"),
    (contract.LISTING, Request(filters={"signed": False}), "ix_contracts_unsigned"),
    (contract.LISTING, Request(filters={"overdue": NOW.date()}), "ix_contracts_to_be_paid"),
    (contract.LISTING, Request(filters={"open_on": NOW.date()}), "ix_contracts_to_be_paid"),
    (contract.LISTING, Request(filters={"due_from": NOW.date()}), "ix_contracts_due_date"),
    (contract.LISTING, Request(filters={"client": 5}), "idx_contract_client"),
    (contract.LISTING, Request(search="lefe"), "ix_clients_search_words"),
    (client.LISTING, Request(search="lefe"), "ix_clients_search_words"),
    (client.LISTING, Request(filters={"company": "lefe"}), "ix_clients_company_words"),
    (client.LISTING, Request(filters={"incomplete": True}), "ix_clients_incomplete"),
    (client.LISTING, Request(filters={"sales": 3}), "idx_client_sales_contact"),
    (contract.LISTING, Request(search="INV-2026-014"), "ix_payments_reference_folded"),
    (client.LISTING, Request(search="71"), "pk_clients"),
    (event.LISTING, Request(search="gala"), "ix_events_search_words"),
    (event.LISTING, Request(filters={"location": "paris"}), "ix_events_location_words"),
    (event.LISTING, Request(filters={"contract": 5}), "idx_event_contract"),
    (event.LISTING, Request(filters={"during": event.format_during(NOW, NOW)}), "ix_events_during"),
    (payment.LISTING, Request(filters={"contract": 5}), "uq_payments_contract_id_request_key"),
]  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> tuple[Listing, Request]:
    # Of those who have a word, some are near and some are only found by its index.
    listing = LISTINGS[draw(st.sampled_from(NOUNS))]._replace(near=draw(st.integers(0, 20)))
    names = draw(st.lists(st.sampled_from(sorted(listing.filters)), max_size=3, unique=True))
    searched = listing.noun != "payment" and draw(st.booleans())
    return listing, Request(
        filters={name: draw(VALUES[name]) for name in names},
        sort=draw(sorts(listing)),
        search=draw(SEARCHES) if searched else None,
        mine=bool(listing.mine) and draw(st.booleans()),
    )


@pytest.mark.proof
@pytest.mark.parametrize("actor", ACTORS)
def test_pages_hold_exactly_what_was_asked_for_in_order(
    crowd: Database, records: Records, actor: tuple[int, Role]
) -> None:
    with crowd.as_user(actor[0]) as tx:

        @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(requests(), st.integers(1, 9))
        def check(asked: tuple[Listing, Request], size: int) -> None:
            listing, request = asked
            if request.mine and actor[1] == Role.MANAGEMENT:
                with pytest.raises(UsageFault) as raised:
                    read_page(tx, listing, request)
                assert raised.value.code == "mine_without_role"
                return
            ids = expected_ids(records, listing, request, actor)
            assert walk(tx, listing, request, size) == ids
            assert count_records(tx, listing, request) == len(ids)
            assert [row[0] for row in stream_records(tx, listing, request)] == ids

        check()


@pytest.mark.parametrize(("noun", "name"), [(n, f) for n in NOUNS for f in LISTINGS[n].filters])
def test_every_filter_alone(tx: Transaction, records: Records, noun: str, name: str) -> None:
    listing = LISTINGS[noun]
    sizes = set()

    @settings(max_examples=25, deadline=None)
    @given(VALUES[name])
    def check(value: Any) -> None:
        request = Request(("id",), {name: value})
        ids = expected_ids(records, listing, request)
        assert [row[0] for row in read_page(tx, listing, request).rows] == ids
        sizes.add(len(ids))

    check()
    # The crowd is such that each filter lets some records through and keeps others back.
    assert any(0 < size < len(records[noun]) for size in sizes)


def test_every_filter_has_its_expectation() -> None:
    assert {noun: set(LISTINGS[noun].filters) for noun in NOUNS} == {
        noun: set(tests) for noun, tests in FILTERS.items()
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("lefe", "Éléonore Lefèvre"),
        ("LEFÈVRE ÉLÉO", "Éléonore Lefèvre"),
        ("le\u0301fe\u0300vre", None),  # an accent too many is still a letter: léfèvre
        ("lefe\u0300vre", "Éléonore Lefèvre"),
        ("o'bri", "Jean O'Brien"),
        ("obrien", "Jean O'Brien"),
        ("groß", "Straße Groß"),
        ("strasse", "Straße Groß"),
        ("aeroskobing", "Ærøskøbing Sø"),
        ("李小", "李小龍"),
        ("kevin casey startup", "Kevin Casey"),
        ("kevin\0casey", None),
        ("evin", None),
        ("%", None),
        ("_", None),
        ("k%n", None),
        ("'; DROP TABLE users; --", None),
        ("", None),
    ],
)
def test_search_finds_words_by_their_beginning(
    tx: Transaction, search: str, found: str | None
) -> None:
    names = {
        row[0] for row in read_page(tx, client.LISTING, Request(("full_name",), search=search)).rows
    }
    if search == "le\u0301fe\u0300vre":
        assert names == {"Éléonore Lefèvre"}
    elif search == "obrien":
        assert names == {"Jean O'Brien"}
    else:
        assert names == ({found} if found else set())


def test_a_contract_is_found_by_its_client(tx: Transaction) -> None:
    found = read_page(tx, contract.LISTING, Request(("id", "client"), search="eleonore lef"))
    assert [row[0] for row in found.rows] == [3, 2, 1]
    assert {row[1] for row in found.rows} == {"Éléonore Lefèvre"}


def test_signs_of_like_are_words_like_any_other(tx: Transaction) -> None:
    names = {
        row[0] for row in read_page(tx, client.LISTING, Request(("full_name",), search="100%")).rows
    }
    assert names == {"100% Bio", "1000 Bio", "Jean O'Brien"}  # his company is "100% Fête"
    names = {
        row[0]
        for row in read_page(tx, client.LISTING, Request(("full_name",), search="under_s")).rows
    }
    assert names == {"under_score Ana"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(tx: Transaction, text: str) -> None:
    asked: list[tuple[Listing, dict[str, str]]] = [
        (client.LISTING, {"company": text}),
        (event.LISTING, {"location": text}),
        (user.LISTING, {"role": text}),
        *((listing, {}) for listing in LISTINGS.values()),
    ]
    for listing, filters in asked:
        request = Request(("id",), filters, search=None if filters else text)
        found = read_page(tx, listing, request)
        assert count_records(tx, listing, request) == len(found.rows) < 40
    assert read_page(tx, client.LISTING, Request(limit=1)).rows


def test_mine_follows_the_role(crowd: Database) -> None:
    with crowd.as_user(SALES) as tx:
        mine = read_page(
            tx, contract.LISTING, Request(("client_id", "sales_contact_id"), mine=True)
        ).rows
        clients = {
            row[0] for row in read_page(tx, client.LISTING, Request(("id",), mine=True)).rows
        }
    assert {row[0] for row in mine} <= clients
    assert {row[1] for row in mine} > {SALES}  # a client's contract that somebody else sold
    with crowd.as_user(SUPPORT) as tx:
        contacts = read_page(tx, event.LISTING, Request(("support_contact_id",), mine=True)).rows
    assert set(contacts) == {(SUPPORT,)}


@pytest.mark.parametrize(
    ("actor", "noun"),
    [(MANAGER, "client"), (MANAGER, "event"), (SALES, "user"), (SUPPORT, "user")],
)
def test_where_nothing_belongs_to_a_role_mine_is_refused(
    crowd: Database, actor: int, noun: str
) -> None:
    with crowd.as_user(actor) as tx:
        for read in (read_page, count_records, lambda *asked: list(stream_records(*asked))):
            with pytest.raises(UsageFault) as raised:
                read(tx, LISTINGS[noun], Request(mine=True))
            assert raised.value.code == "mine_without_role"
            assert tx.actor.role in raised.value.message


def test_nobody_reads_anything_without_logging_in(crowd: Database) -> None:
    connection = connect(crowd.app)
    with transaction(connection, None) as tx:
        for listing in LISTINGS.values():
            assert read_page(tx, listing, Request()).rows == []
            assert count_records(tx, listing, Request()) == 0
            assert list(stream_records(tx, listing, Request())) == []
            assert read_record(tx, listing, 1) is None
        with pytest.raises(NotLoggedIn):
            read_page(tx, client.LISTING, Request(mine=True))
    connection.close()


@pytest.mark.parametrize(("listing", "request_", "index"), FILTERED)
def test_a_filter_is_read_from_its_index(
    tx: Transaction, listing: Listing, request_: Request, index: str
) -> None:
    # The crowd is small; what is asked is whether the filter's index could serve at all, rather
    # than one that orders.
    for way in ("seqscan", "indexscan", "indexonlyscan"):
        tx.execute(f"SET LOCAL enable_{way} = off")
    assert index in plan(tx, listing, request_)

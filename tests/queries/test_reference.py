from collections.abc import Callable

import pytest
from support.crowd import MANAGER, SALES, SUPPORT
from support.database import Database

from crm.database.transaction import Transaction, connect, transaction
from crm.domain.errors import NotFound, NotLoggedIn, UsageFault
from crm.domain.rows import Row
from crm.queries.reference import find_client_id, find_user_id, parse_record_id

Resolve = Callable[[Transaction, str], int]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", 3),
        (" 003 ", 3),
        ("sophie@epicevents.example", SALES),
        (" Sophie@EpicEvents.example ", SALES),
        ("Sophie Simon", SALES),
        ("simon sophie", SALES),
        ("SÖPHIE", SALES),
        ("soph sim", SALES),
        ("Marie Martin", MANAGER),  # a whole name goes before "Marie Martinet"
        ("martin marie", MANAGER),
        ("martinet", 11),
        ("oedipe orsted", 12),
        ("etienne", 8),  # inactive people can be meant too
    ],
)
def test_a_colleague_is_meant_by_id_email_or_name(tx: Transaction, text: str, found: int) -> None:
    assert find_user_id(tx, text) == found


@pytest.mark.parametrize("actor", [MANAGER, SUPPORT])
def test_me_is_the_person_logged_in(crowd: Database, actor: int) -> None:
    with crowd.as_user(actor) as tx:
        assert find_user_id(tx, "me") == find_user_id(tx, " ME ") == actor


def test_me_is_nobody_without_logging_in(crowd: Database) -> None:
    connection = connect(crowd.app)
    with transaction(connection, None) as tx:
        with pytest.raises(NotLoggedIn):
            find_user_id(tx, "me")
        for text in ("1", "Kevin Casey", "kevin@startup.example"):
            with pytest.raises(NotFound):
                find_client_id(tx, text)
    connection.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2", 2),
        ("kevin@startup.example", 2),
        ("kevin casey", 2),
        ("Cool Startup", 2),
        ("startup", 2),
        ("lefe", 1),
        ("O'BRIEN", 3),
    ],
)
def test_a_client_is_meant_by_id_email_name_or_company(
    tx: Transaction, text: str, found: int
) -> None:
    assert find_client_id(tx, text) == found


@pytest.mark.parametrize(
    ("resolve", "text", "ids"),
    [
        (find_user_id, "jean", [10, 9]),
        (find_user_id, "Jean Dupont", [10, 9]),
        (find_user_id, "mari mart", [11, 1]),
        (find_client_id, "anna dup", [26, 25, 8, 7]),
        (find_client_id, "zoe", None),  # six
    ],
)
def test_several_matches_are_listed_and_none_is_chosen(
    tx: Transaction, resolve: Resolve, text: str, ids: list[int] | None
) -> None:
    with pytest.raises(UsageFault) as raised:
        resolve(tx, text)
    error = raised.value
    assert (error.code, error.exit_code) == ("ambiguous_reference", 2)
    matches = error.details["matches"]
    assert isinstance(matches, list)
    assert 2 <= len(matches) <= 5
    assert all(
        f"{each['id']} {each['name']} <{each['email']}>" in error.message for each in matches
    )
    if ids:
        assert [each["id"] for each in matches] == ids
        assert "…" not in error.message
    else:
        assert len(matches) == 5
        assert error.message.endswith(", ….")


@pytest.mark.parametrize(
    ("resolve", "text", "nearest"),
    [
        (find_user_id, "Sofie Simon", SALES),
        (find_user_id, "samual sanches", 4),
        (find_user_id, "Moro", 2),
        (find_user_id, "paulline@epicevents.example", 6),
        (find_client_id, "Kevim Casy", 2),
        (find_client_id, "Élénore Lefevvre", 1),
        (find_client_id, "kevin@startup.exemple", 2),
    ],
)
def test_without_a_match_the_nearest_names_are_told(
    tx: Transaction, resolve: Resolve, text: str, nearest: int
) -> None:
    with pytest.raises(NotFound) as raised:
        resolve(tx, text)
    error = raised.value
    assert (error.code, error.exit_code) == ("not_found", 3)
    assert text in error.message
    suggested = error.details["nearest"]
    assert isinstance(suggested, list)
    assert 1 <= len(suggested) <= 3
    assert suggested[0]["id"] == nearest
    assert suggested[0]["name"] in (error.hint or "")


@pytest.mark.parametrize("resolve", [find_user_id, find_client_id])
@pytest.mark.parametrize("text", ["0", "999999", "2147483647", "2147483648", "9" * 5000, "zzqx"])
def test_nothing_like_it_is_not_found(tx: Transaction, resolve: Resolve, text: str) -> None:
    with pytest.raises(NotFound) as raised:
        resolve(tx, text)
    assert text[:39] in raised.value.message
    assert len(raised.value.message) < 100
    assert "list" in (raised.value.hint or "")


@pytest.mark.parametrize("resolve", [find_user_id, find_client_id])
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\0", "kevin\0casey", "\ud800", "x\udfff", "%", "_", "%zz", "%(name)s", "{key}",
        "'", "' OR '1'='1", "\x1b[2J", "[/]", "\u202e", "&|!:*", "x" * 10_000, "ab " * 4_000,
        "٣", "³", "1.5", "-3", "+3", "1e3", "0x3", "@", "k@", "@s", "kevin@startup.ex", "33 6",
        "10%", "me\0",
    ],
)  # fmt: skip
def test_hostile_text_means_nobody(tx: Transaction, resolve: Resolve, text: str) -> None:
    with pytest.raises(NotFound) as raised:
        resolve(tx, text)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 100
    assert find_client_id(tx, "2") == 2  # the transaction goes on


@pytest.mark.parametrize(
    ("text", "found"), [("1", 1), ("007", 7), (" 12 ", 12), ("2147483647", 2_147_483_647)]
)
def test_an_id_is_a_whole_number(text: str, found: int) -> None:
    assert parse_record_id(text, "contract") == found


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "+1", "1.0", "1e3", "0x1", "1_000", "٣", "１", "²", "2147483648", "9" * 10_000,
     "12a", "Gala", "\0", "\ud800", "%", "1\n2"],
)  # fmt: skip
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(UsageFault) as raised:
        parse_record_id(text, "event")
    assert raised.value.code == "invalid_id"
    assert raised.value.message.isprintable()
    assert "event list" in (raised.value.hint or "")


def test_of_many_records_only_a_few_hundred_are_read(database: Database) -> None:
    connection = database.owner()
    connection.cursor().execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT 'Camille Roy ' || n, n || '@roy.example', '+33612345678', 'Royal', 3"
        " FROM generate_series(1, 1000) n"
    )
    connection.close()
    read: list[int] = []

    class Counting(Transaction):
        def rows(self, query: object, parameters: object = ()) -> list[Row]:
            found = super().rows(query, parameters)  # type: ignore[arg-type]
            read.append(len(found))
            return found

    with database.as_user(SALES) as tx, pytest.raises(NotFound, match="Camile") as raised:
        find_client_id(Counting(tx.connection, tx.actor), "Camile Roi 500")
    assert "Camille Roy" in (raised.value.hint or "")
    assert len(read) == 3
    assert 100 < read[-1] <= 400

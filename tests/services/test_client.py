from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import beside_others, refused, stored

from crm import models
from crm.domain.errors import (
    CRMError,
    InvalidValue,
    NotFound,
    PermissionDenied,
    RuleViolation,
    UsageFault,
)
from crm.services import client
from crm.services.editing import delete_record, find_record

BOB: dict[str, Any] = {
    "full_name": " Bob  Marsh ",
    "email": "Bob@Marsh.example",
    "phone": "+678 123 456 78",
    "company_name": "Marsh & Co",
}


# Creating


def test_a_sales_person_becomes_the_contact(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        change = client.create(tx, **BOB)
    new = change.record.id
    assert stored(owner, "clients", new, "sales_contact_id") == company.sales
    assert stored(owner, "clients", new, "email") == "bob@marsh.example"
    assert stored(owner, "clients", new, "phone") == "+67812345678"


def test_a_sales_person_creates_none_for_a_colleague(company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied") as raised,
        company.database.as_user(company.sales) as tx,
    ):
        client.create(tx, sales_contact_id=company.sales2, **BOB)
    assert "transfer" in (raised.value.hint or "")


def test_management_names_the_contact(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        change = client.create(tx, sales_contact_id=company.sales2, **BOB)
    assert stored(owner, "clients", change.record.id, "sales_contact_id") == company.sales2
    with refused(UsageFault, "missing_option"), company.database.as_user(company.manager) as tx:
        client.create(tx, **BOB)


@pytest.mark.parametrize(
    ("contact", "kind", "code"),
    [
        (5, RuleViolation, "sales_contact_role"),
        (1, RuleViolation, "sales_contact_role"),
        (99, NotFound, "not_found"),
    ],
)
def test_the_contact_is_of_sales(
    company: Company, contact: int, kind: type[CRMError], code: str
) -> None:
    with refused(kind, code), company.database.as_user(company.manager) as tx:
        client.create(tx, sales_contact_id=contact, **BOB)


def test_the_contact_is_active(company: Company, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 4")
    with (
        refused(RuleViolation, "inactive_contact"),
        company.database.as_user(company.manager) as tx,
    ):
        client.create(tx, sales_contact_id=company.sales2, **BOB)


def test_support_creates_no_clients(company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(company.support) as tx,
    ):
        client.create(tx, **BOB)


@pytest.mark.parametrize(
    ("values", "kind", "code"),
    [
        ({"email": "KEVIN@startup.example"}, RuleViolation, "duplicate_email"),
        ({"email": "bob"}, InvalidValue, "invalid_email"),
        ({"phone": "12"}, InvalidValue, "invalid_phone"),
        ({"full_name": "\u3164"}, InvalidValue, "blank"),
        ({"company_name": "x" * 101}, InvalidValue, "too_long"),
    ],
)
def test_a_wrong_value_is_refused(
    company: Company, values: dict[str, Any], kind: type[CRMError], code: str
) -> None:
    with refused(kind, code), company.database.as_user(company.sales) as tx:
        client.create(tx, **(BOB | values))


def test_whose_email_it_is_already_is_said(company: Company) -> None:
    with (
        refused(RuleViolation, "duplicate_email") as raised,
        company.database.as_user(company.sales) as tx,
    ):
        client.create(tx, **(BOB | {"email": "kevin@startup.example"}))
    assert raised.value.details == {"id": 2}


def test_a_race_for_an_email_has_one_winner(company: Company) -> None:
    ready = Barrier(2)

    def create(person: int) -> str:
        try:
            with beside_others(company.database, person) as tx:
                ready.wait(20)
                client.create(tx, **BOB)
        except RuleViolation as error:
            return error.code
        return "created"

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(create, (company.sales, company.sales2)))
    assert sorted(done) == ["created", "duplicate_email"]


# Changing


@pytest.mark.parametrize("person", [3, 1])
def test_the_contact_and_management_change_a_client(
    company: Company, owner: Connection, person: int
) -> None:
    with company.database.as_user(person) as tx:
        change = client.update(tx, company.client, {"company_name": "Lefèvre"})
    assert change.new == {"company_name": "Lefèvre"}
    assert stored(owner, "clients", company.client, "company_name") == "Lefèvre"


@pytest.mark.parametrize("person", [4, 5])
def test_a_colleagues_client_is_theirs(company: Company, person: int) -> None:
    with (
        refused(PermissionDenied, "permission_denied") as raised,
        company.database.as_user(person) as tx,
    ):
        client.update(tx, company.client, {"company_name": "Mine"})
    assert "Sophie Simon" in (raised.value.hint or "")
    assert raised.value.details == {
        "permission": "client:update", "kind": "client", "record_id": company.client
    }  # fmt: skip


def test_a_client_keeps_its_own_email(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        assert not client.update(tx, company.client, {"email": "Eleonore@LEFEVRE.example"})
        with refused(RuleViolation, "duplicate_email"):
            client.update(tx, company.client, {"email": "kevin@startup.example"})


def test_a_client_that_is_not_there_is_not_found(company: Company) -> None:
    acts: list[Any] = [
        lambda tx: client.update(tx, 99, {}),
        lambda tx: client.transfer(tx, 99, company.sales),
        lambda tx: client.delete(tx, 99),
    ]
    for act in acts:
        with refused(NotFound, "not_found"), company.database.as_user(company.manager) as tx:
            act(tx)


# Handing over


def test_a_transfer_takes_what_is_not_settled(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        client.transfer(tx, 1, company.sales2)
        client.transfer(tx, 2, company.sales2)
    contacts = {
        number: stored(owner, "contracts", number, "sales_contact_id") for number in (1, 2, 3, 4)
    }
    # Draft, signed and partly paid follow; what is paid keeps who sold it.
    assert contacts == {1: 4, 2: 4, 3: 4, 4: 3}
    assert stored(owner, "clients", 1, "sales_contact_id") == company.sales2


def test_a_transfer_to_the_same_changes_nothing(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        assert not client.transfer(tx, company.client, company.sales)


def test_a_transfer_goes_to_an_active_sales_person(company: Company, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 4")
    for person, code, named in (
        (5, "sales_contact_role", "Paul Petit is SUPPORT"),
        (4, "inactive_contact", "The account of Samuel Sanchez is deactivated"),
    ):
        with (
            refused(RuleViolation, code) as raised,
            company.database.as_user(company.manager) as tx,
        ):
            client.transfer(tx, company.client, person)
        assert raised.value.message.startswith(named)


@pytest.mark.parametrize("person", [3, 5])
def test_only_management_transfers_and_deletes(company: Company, person: int) -> None:
    for act in (lambda tx: client.transfer(tx, 1, 4), lambda tx: client.delete(tx, 1)):
        with refused(PermissionDenied, "permission_denied"), company.database.as_user(person) as tx:
            act(tx)


# Deleting


def test_a_client_with_contracts_stays(company: Company) -> None:
    with (
        refused(RuleViolation, "client_has_contracts") as raised,
        company.database.as_user(company.manager) as tx,
    ):
        client.delete(tx, 2)
    assert raised.value.message == "Kevin Casey has 1 contract and cannot be deleted."


def test_a_client_without_contracts_is_deleted(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        new = client.create(tx, **BOB).record.id
    with company.database.as_user(company.manager) as tx:
        assert client.delete(tx, new).email == "bob@marsh.example"
    assert stored(owner, "clients", new, "id") is None


def test_a_contract_made_meanwhile_keeps_its_client(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        new = client.create(tx, **BOB).record.id
    with (
        refused(RuleViolation, "client_has_contracts"),
        company.database.as_user(company.manager) as tx,
    ):
        record = find_record(tx, models.Client, new)
        owner.cursor().execute(
            "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
            " VALUES (%s, 3, 1, 1)",
            (new,),
        )
        delete_record(tx, record)

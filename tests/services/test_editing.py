from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from sqlalchemy.event import listens_for
from support.company import Company
from support.services import read_first, refused, stored

from crm import models
from crm.domain.errors import Conflict, NotFound, PermissionDenied, RuleViolation
from crm.services import contract
from crm.services.editing import SameField, delete_record, find_record, write_values


def test_an_edit_tells_old_and_new(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        change = write_values(
            tx,
            find_record(tx, models.Client, 1),
            {"company_name": "New & Co", "full_name": "Éléonore Lefèvre"},
        )
    assert change.old == {"company_name": "Lefèvre & Fils"}
    assert change.new == {"company_name": "New & Co"}
    assert stored(owner, "clients", 1, "company_name") == "New & Co"


def test_nothing_new_writes_nothing(company: Company, owner: Connection) -> None:
    before = stored(owner, "clients", 1, "version")
    with company.database.as_user(company.sales) as tx:
        change = write_values(
            tx, find_record(tx, models.Client, 1), {"company_name": "Lefèvre & Fils"}
        )
    assert not change
    assert stored(owner, "clients", 1, "version") == before


def test_a_record_that_is_not_there_is_not_found(company: Company) -> None:
    with refused(NotFound, "not_found") as raised, company.database.as_user(company.sales) as tx:
        find_record(tx, models.Client, 99)
    assert raised.value.message == "Client 99 does not exist."


def test_edits_of_other_fields_both_land(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as mine:
        record = find_record(mine, models.Client, 1)
        with company.database.as_user(company.manager) as theirs:
            write_values(theirs, find_record(theirs, models.Client, 1), {"phone": "+33600000000"})
        write_values(mine, record, {"company_name": "New & Co"})
    assert stored(owner, "clients", 1, "phone") == "+33600000000"
    assert stored(owner, "clients", 1, "company_name") == "New & Co"


def test_edits_of_the_same_field_are_told_apart(company: Company, owner: Connection) -> None:
    with (
        refused(Conflict, "conflict") as raised,
        company.database.as_user(company.sales) as mine,
    ):
        record = find_record(mine, models.Client, 1)
        with company.database.as_user(company.manager) as theirs:
            write_values(theirs, find_record(theirs, models.Client, 1), {"company_name": "Theirs"})
        write_values(mine, record, {"company_name": "Mine", "phone": "+33600000000"})
    assert raised.value.details["fields"] == {
        "company_name": {"base": "Lefèvre & Fils", "theirs": "Theirs", "mine": "Mine"}
    }
    assert stored(owner, "clients", 1, "company_name") == "Theirs"
    assert stored(owner, "clients", 1, "phone") == "+33612345678"


def test_the_same_change_twice_lands_once(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as mine:
        record = find_record(mine, models.Client, 1)
        with company.database.as_user(company.manager) as theirs:
            write_values(theirs, find_record(theirs, models.Client, 1), {"phone": "+33600000000"})
        write_values(mine, record, {"full_name": "Éléonore"})
    assert stored(owner, "clients", 1, "full_name") == "Éléonore"


def test_a_version_that_has_passed_is_refused(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        record = find_record(tx, models.Client, 1)
        with refused(Conflict, "conflict") as raised:
            write_values(tx, record, {"phone": "+33600000000"}, version=record.version + 1)
        assert raised.value.details == {"version": record.version}
        assert write_values(tx, record, {"phone": "+33600000000"}, version=record.version)


def test_a_record_that_is_gone_meanwhile_is_not_found(company: Company, owner: Connection) -> None:
    owner.cursor().execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('Bob', 'bob@marsh.example', '+33612345678', 'Marsh', 3)"
    )
    with refused(NotFound, "not_found"), company.database.as_user(company.sales) as tx:
        record = find_record(tx, models.Client, 4)
        owner.cursor().execute("DELETE FROM clients WHERE id = 4")
        write_values(tx, record, {"phone": "+33600000000"})


def test_what_the_database_denies_is_a_denial(company: Company) -> None:
    # No service asked the permission table here; the policy answers instead.
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(company.sales2) as tx,
    ):
        write_values(tx, find_record(tx, models.Client, 1), {"phone": "+33600000000"})


def test_who_is_overtaken_time_and_again_gives_up(company: Company, owner: Connection) -> None:
    with (
        refused(Conflict, "conflict") as raised,
        company.database.as_user(company.sales) as tx,
    ):
        record = find_record(tx, models.Client, 1)

        @listens_for(tx.session, "before_flush")
        def overtake(*_flush: object) -> None:
            owner.cursor().execute(
                "UPDATE clients SET company_name = company_name || '!', version = version + 1"
                " WHERE id = 1"
            )

        write_values(tx, record, {"phone": "+33600000000"})
    assert raised.value.message == "Somebody else keeps changing this record."


def test_an_edit_after_another_in_one_transaction(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as tx:
        record = find_record(tx, models.Client, 1)
        for number in range(3):
            write_values(tx, record, {"phone": f"+3360000000{number}"})
    assert stored(owner, "clients", 1, "phone") == "+33600000002"


# Deleting


def test_a_deletion_leaves_nobody_without_what_names_them(
    company: Company, owner: Connection
) -> None:
    # The event is assigned after whoever deletes the person has looked.
    with (
        refused(RuleViolation, "user_in_use"),
        company.database.as_user(company.manager) as tx,
    ):
        delete_record(tx, find_record(tx, models.User, company.support))
    assert stored(owner, "events", company.event, "support_contact_id") == company.support


def test_what_is_gone_is_not_deleted_again(company: Company, owner: Connection) -> None:
    with refused(NotFound, "not_found"), company.database.as_user(company.manager) as tx:
        record = find_record(tx, models.Event, company.event)
        owner.cursor().execute("DELETE FROM events WHERE id = %s", (company.event,))
        delete_record(tx, record)


def test_what_the_database_does_not_let_go_is_a_denial(company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(company.sales) as tx,
    ):
        delete_record(tx, find_record(tx, models.Event, company.event))


def test_a_contract_that_was_signed_meanwhile_is_not_deleted(
    company: Company, owner: Connection
) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        company.database.as_user(company.manager) as mine,
    ):
        record = find_record(mine, models.Contract, company.draft)
        with company.database.as_user(company.sales) as theirs:
            contract.sign(theirs, company.draft)
        delete_record(mine, record)
    assert stored(owner, "contracts", company.draft, "signed_status") is True


@pytest.mark.parametrize("noun", ["User", "Client", "Contract", "Event"])
def test_every_versioned_model_is_edited_so(company: Company, noun: str) -> None:
    with company.database.as_user(company.manager) as tx:
        read_first(tx, getattr(models, noun), 1)
        assert find_record(tx, getattr(models, noun), 1).version >= 1


# What somebody has seen, a while ago


def test_what_was_seen_and_is_no_longer_so_is_a_conflict(
    company: Company, owner: Connection
) -> None:
    seen = {"phone": "+33600000001", "company_name": "Lefèvre & Fils"}
    with company.database.as_user(company.sales) as tx:
        record = find_record(tx, models.Client, 1)
        with refused(Conflict, "conflict") as raised:
            write_values(tx, record, {"phone": "+33600000002"}, seen=seen)
        assert isinstance(raised.value, SameField)
        assert raised.value.fields == {"phone": ("+33600000001", "+33612345678", "+33600000002")}
        # Another field lands beside it, and so does what they have written already.
        write_values(tx, record, {"company_name": "New & Co"}, seen=seen)
        assert not write_values(tx, record, {"phone": "+33612345678"}, seen=seen)
    assert stored(owner, "clients", 1, "company_name") == "New & Co"


def test_the_same_value_from_two_people_is_no_conflict(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.sales) as mine:
        record = find_record(mine, models.Client, 1)
        with company.database.as_user(company.manager) as theirs:
            write_values(theirs, find_record(theirs, models.Client, 1), {"phone": "+33600000000"})
        write_values(mine, record, {"phone": "+33600000000", "full_name": "Éléonore"})
    assert stored(owner, "clients", 1, "full_name") == "Éléonore"


@pytest.mark.parametrize("field", ["total_amount", "amount_due", "signed_status"])
def test_a_contract_is_compared_with_what_was_seen_in_every_field(
    company: Company, field: str
) -> None:
    new = {"total_amount": "900", "amount_due": "800", "signed_status": True}
    seen = {"total_amount": Decimal(1), "amount_due": Decimal(1), "signed_status": None}
    with company.database.as_user(company.manager) as tx, refused(Conflict, "conflict"):
        contract.update(tx, company.draft, {field: new[field]}, reason="so", seen=seen)

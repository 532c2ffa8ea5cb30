from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.sql import SQL
from support.company import Company

from crm.database.transaction import Transaction
from crm.domain.fields import Field, Kind
from crm.queries import audit
from crm.queries.listing import Request
from crm.queries.pages import read_page
from crm.queries.statement import Parameters, build_select

AUDITED = ("users", "clients", "contracts", "events", "payments", "log_entries", "tasks")


def entries(tx: Transaction, **filters: Any) -> list[audit.AuditEntry]:
    return [
        audit.AuditEntry(*row)
        for row in read_page(tx, audit.ENTRIES, Request(filters=filters)).rows
    ]


def test_an_entry_is_a_row_of_the_listing() -> None:
    assert audit.AuditEntry._fields == tuple(field.name for field in audit.ENTRIES.fields)


def test_every_audited_column_is_of_a_known_kind(owner: Connection) -> None:
    cursor = owner.cursor()
    cursor.execute("SELECT DISTINCT jsonb_object_keys(changes) FROM audit_entries")
    written = {row[0] for row in cursor.fetchall()}
    assert {"hashed_password", "amount_due", "overlap_allowed", "paid_on"} < written
    known = {
        name for name in written if audit.parse_changes({name: [None, None]})[0].field.name == name
    }
    assert known == written
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = ANY (%s) AND column_name = ANY (%s)",
        (list(AUDITED), list(written)),
    )
    kinds = {
        "numeric": {Kind.MONEY},
        "timestamp without time zone": {Kind.TIMESTAMP},
        "date": {Kind.DATE},
        "boolean": {Kind.BOOLEAN},
        "integer": {Kind.ID, Kind.INTEGER},
        "character varying": {Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.CODE},
        "text": {Kind.TEXT, Kind.LONG_TEXT},
    }
    for name, data_type in cursor.fetchall():
        assert audit.parse_changes({name: [None, None]})[0].field.kind in kinds[data_type], name


@pytest.mark.parametrize("amount", ["9999999999999.99", "9999999999999.98", "0.01", "1000.10"])
def test_amounts_are_read_to_the_cent(company: Company, amount: str) -> None:
    with company.database.as_user(company.manager) as tx:
        (changes,) = tx.rows(
            "SELECT jsonb_build_object('total_amount', jsonb_build_array(%s::numeric(15, 2), 1))",
            (amount,),
        )
    (change,) = audit.parse_changes(changes[0])
    assert str(change.old) == amount
    assert change.new == Decimal("1.00")


def test_values_are_those_of_their_columns() -> None:
    changes: dict[str, list[Any]] = {
        "start_date": ["2030-06-04T11:00:00", "2030-06-04T11:30:00.5"],
        "paid_on": [None, "2026-06-04"],
        "signed_status": [False, True],
        "attendees": [75, 80],
        "role": ["SALES", "SUPPORT"],
    }
    assert {each.field.name: (each.old, each.new) for each in audit.parse_changes(changes)} == {
        "start_date": (datetime(2030, 6, 4, 11), datetime(2030, 6, 4, 11, 30, 0, 500000)),  # noqa: DTZ001
        "paid_on": (None, date(2026, 6, 4)),
        "signed_status": (False, True),
        "attendees": (75, 80),
        "role": ("SALES", "SUPPORT"),
    }


@pytest.mark.parametrize("name", ["start_date", "paid_on", "total_amount", "is_active", "nothing"])
def test_what_was_blanked_or_is_unknown_is_text(name: str) -> None:
    assert audit.parse_changes({name: [{"erased": True}, None]}) == [
        (Field(name), "(erased)", None)
    ]


def test_fields_come_in_the_order_of_the_columns() -> None:
    written = ("created_at", "email", "phone", "full_name", "zzz")
    changes = {name: [None, None] for name in written}
    names = [each.field.name for each in audit.parse_changes(changes)]
    assert names == ["full_name", "email", "phone", "created_at", "zzz"]


def test_ids_get_the_names_of_those_who_are_still_there(company: Company) -> None:
    changes = audit.parse_changes(
        {"sales_contact_id": [3, 99], "client_id": [None, 2], "contract_id": [1, 2]}
    )
    with company.database.as_user(company.support) as tx:
        known = audit.read_names(tx, changes)
    assert {each.field.name: each[1:] for each in audit.add_names(changes, known)} == {
        "sales_contact": ("Sophie Simon (3)", "99"),
        "client": (None, "Kevin Casey (2)"),
        "contract_id": (1, 2),
    }


def test_a_contract_has_the_history_of_its_payments(company: Company) -> None:
    with company.database.as_user(company.manager) as tx:
        tx.execute("INSERT INTO payments (contract_id, amount) VALUES (2, 400), (3, 1)")
        found = entries(tx, contract=company.signed)
    assert [(each.table_name, each.action) for each in found] == [
        ("contracts", "UPDATE"), ("payments", "INSERT"), ("contracts", "INSERT")
    ]  # fmt: skip
    assert found[0].changes == {"amount_due": [2000.0, 1600.0]}
    assert (found[0].employee, found[0].command) == ("Marie Martin", "test")
    assert found[0].transaction_id == found[1].transaction_id != found[2].transaction_id


def test_filters_narrow_the_entries(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        tx.execute("UPDATE clients SET phone = '+33611111111' WHERE id = 1")
    with company.database.as_user(company.manager) as tx:
        tx.execute("UPDATE clients SET phone = '+33611111112' WHERE id = 1")
        tx.execute("UPDATE contracts SET total_amount = 1001 WHERE id = 1")
        (at,) = tx.rows("SELECT max(at) FROM audit_list")[0]
        mine = entries(tx, user=company.manager)
        assert [each.table_name for each in mine] == ["contracts", "clients"]
        assert len(entries(tx, table="clients", record=1)) == 3
        assert len(entries(tx, table="clients", record=1, user=company.sales)) == 1
        assert entries(tx, action="DELETE") == []
        assert len(entries(tx, action="UPDATE")) == 3
        assert len(entries(tx, command="TES")) == 3
        assert entries(tx, command="%") == []
        assert len(entries(tx, at_from=at)) == 2
        assert at not in {each.at for each in entries(tx, at_to=at)}


@pytest.mark.parametrize("filters", [{"table": "clients", "record": 7}, {"contract": 2}])
def test_a_record_s_history_is_found_by_an_index(
    filters: dict[str, Any], company: Company, owner: Connection
) -> None:
    owner.cursor().execute(
        """
        INSERT INTO audit_transactions (xid, at, database_role)
        SELECT pg_current_xact_id(), timezone('utc', clock_timestamp()) + g * interval '1 s', 'x'
        FROM generate_series(1, 20000) g;
        INSERT INTO audit_entries (transaction_id, table_name, record_id, action, changes)
        SELECT id, (ARRAY['clients', 'contracts', 'events'])[1 + id % 3], id, 'UPDATE', '{}'
        FROM audit_transactions WHERE database_role = 'x';
        ANALYZE audit_transactions, audit_entries
        """
    )
    with company.database.as_user(company.sales) as tx:
        parameters = Parameters()
        statement = build_select(tx, audit.ENTRIES, Request(filters=filters), parameters, limit=31)
        plan = "\n".join(row[0] for row in tx.rows(SQL("EXPLAIN ") + statement, parameters))
    assert "ix_audit_entries_record" in plan
    assert "table_name" in plan.partition("Index Cond:")[2].partition("\n")[0]
    assert "Seq Scan on audit_entries" not in plan

"""The table that a file is copied to: who gets it, for how long, and what it does not allow."""

import pytest
from psycopg2 import errors
from support.company import Company
from support.database import Database
from support.services import refused

from crm.database.copying import copy_in
from crm.database.transaction import connect
from crm.domain.errors import CRMError, DatabaseUnavailable, PermissionDenied

TABLES = ("client_import", "contract_import", "event_import")
COPY = "COPY client_import (line, full_name, email, phone, company_name) FROM STDIN"


@pytest.mark.parametrize("table", TABLES)
def test_it_is_there_until_the_transaction_ends(
    database: Database, company: Company, table: str
) -> None:
    with database.as_user(company.sales) as tx:
        tx.execute("SELECT begin_import(%s)", (table.removesuffix("_import"),))
        assert tx.value(f"SELECT count(*) FROM {table}") == 0
        tx.execute("COMMIT; BEGIN")
        with pytest.raises(errors.UndefinedTable):
            tx.execute(f"SELECT FROM {table}")
        tx.execute("ROLLBACK")


def test_support_and_nobody_get_none(database: Database, company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        database.as_user(company.support) as tx,
    ):
        tx.execute("SELECT begin_import('client')")
    connection = connect(database.app)
    with pytest.raises(errors.InsufficientPrivilege):
        connection.cursor().execute("SELECT begin_import('client')")
    connection.close()


def test_it_is_the_only_table_that_can_be_made(database: Database, company: Company) -> None:
    with (
        refused(PermissionDenied, "permission_denied"),
        database.as_user(company.manager) as tx,
    ):
        tx.execute("CREATE TEMPORARY TABLE mine (a integer)")
    with pytest.raises(CRMError), database.as_user(company.manager) as tx:
        tx.execute("SELECT begin_import('users')")


def test_it_is_filled_and_read_but_belongs_to_the_owner(
    database: Database, company: Company
) -> None:
    for forbidden in (
        "DELETE FROM client_import",
        "TRUNCATE client_import",
        "ALTER TABLE client_import ADD COLUMN x integer",
        "CREATE INDEX ON client_import (line)",
        "CREATE TRIGGER x BEFORE INSERT ON client_import EXECUTE FUNCTION clients_touch()",
        "DROP TABLE client_import",
    ):
        with (
            refused(PermissionDenied, "permission_denied"),
            database.as_user(company.manager) as tx,
        ):
            tx.execute("SELECT begin_import('client')")
            tx.execute(forbidden)


def test_nobody_else_sees_it(database: Database, company: Company) -> None:
    with (
        database.as_user(company.sales) as tx,
        refused(DatabaseUnavailable, "schema_missing"),
        database.as_user(company.manager) as other,
    ):
        tx.execute("SELECT begin_import('client')")
        other.execute("SELECT FROM client_import")


def test_what_is_copied_is_bound_by_the_policies_all_the_same(
    database: Database, company: Company
) -> None:
    insert = (
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT full_name, email, phone, company_name, %s FROM client_import"
    )
    row = (1, "A", "a@x.example", "+33612345678", "X")
    with database.as_user(company.sales) as tx:
        tx.execute("SELECT begin_import('client')")
        copy_in(tx.connection, COPY, [row])
        tx.execute(insert, (company.sales,))
    with (
        refused(PermissionDenied, "permission_denied"),
        database.as_user(company.sales) as tx,
    ):
        tx.execute("SELECT begin_import('client')")
        copy_in(tx.connection, COPY, [row])
        tx.execute(insert, (company.sales2,))


def test_the_application_copies_to_no_other_table(database: Database, company: Company) -> None:
    copy = "COPY clients (full_name, email, phone, company_name, sales_contact_id) FROM STDIN"
    with pytest.raises(CRMError), database.as_user(company.manager) as tx:
        copy_in(tx.connection, copy, [("A", "a@x.example", "+33612345678", "X", 3)])

"""Each check is shown what it must report: the database or a file is damaged, and nothing else."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database
from support.migrations import NEXT, pretend_newer
from support.mutations import grants
from support.tls import HOST

from crm import settings
from crm.database.provisioning import LOGIN_SETTINGS
from crm.database.revision import BASELINE
from crm.database.transaction import connect, transaction
from crm.domain.errors import DatabaseUnavailable, UsageFault
from crm.domain.rules import CONSTRAINTS
from crm.queries import doctor as queries
from crm.queries.doctor_data import DATA
from crm.queries.doctor_needs import read_granted
from crm.services import doctor

# In one database, and gone with it.
DAMAGES = {
    "ownership": "ALTER FUNCTION fold(text) OWNER TO postgres",
    "no_ddl": "GRANT TEMPORARY ON DATABASE {database} TO epicevents_app",
    "no_ddl: schema": "GRANT CREATE ON SCHEMA public TO epicevents_app",
    "table_rights": "GRANT TRUNCATE ON clients TO epicevents_app",
    "table_rights: rows": "GRANT DELETE ON clients TO epicevents_cli",
    "application_rights": "REVOKE SELECT ON event_list FROM epicevents_app",
    "application_rights: columns": "REVOKE INSERT (full_name, email, phone, company_name,"
    " address, siret, vat_number, sales_contact_id) ON clients FROM epicevents_app",
    "application_rights: one column": "REVOKE UPDATE (phone) ON clients FROM epicevents_app",
    "table_rights: function": "GRANT EXECUTE ON FUNCTION undone_transaction() TO epicevents_cli",
    "table_rights: view": "GRANT DELETE ON client_list TO epicevents_app",
    "application_rights: function": "REVOKE EXECUTE ON FUNCTION login_result FROM epicevents_app",
    "table_rights: login": "GRANT TRIGGER ON events TO epicevents_cli",
    "table_rights: passwords": "GRANT SELECT (hashed_password) ON users TO epicevents_app",
    "table_rights: sessions": "GRANT SELECT ON sessions TO epicevents_app",
    "table_rights: one column": "GRANT UPDATE (changes) ON audit_entries TO epicevents_cli",
    "table_rights: denials": "GRANT DELETE ON denied_attempts TO epicevents_app",
    "table_rights: derived": "GRANT UPDATE (amount_due) ON contracts TO epicevents_app",
    "table_rights: payments": "GRANT DELETE ON payments TO epicevents_app",
    "table_rights: new password": "GRANT UPDATE (hashed_password) ON users TO epicevents_app",
    "public_rights": "GRANT EXECUTE ON FUNCTION fold(text) TO PUBLIC",
    "public_rights: database": "GRANT CONNECT ON DATABASE {database} TO PUBLIC",
    "public_rights: schema": "GRANT USAGE ON SCHEMA public TO PUBLIC",
    "languages": "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC",
    "server_functions": "GRANT EXECUTE ON FUNCTION pg_cancel_backend(integer) TO epicevents_app",
    "server_functions: public": "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC",
    "login_defaults": "ALTER ROLE epicevents_cli IN DATABASE {database}"
    " SET default_transaction_isolation = 'serializable'",
    "login_defaults: path": "ALTER ROLE epicevents_cli IN DATABASE {database}"
    " SET search_path = elsewhere",
    "statement_timeout: too short": "ALTER ROLE epicevents_cli IN DATABASE {database}"
    " SET statement_timeout = '999ms'",
    "row_security": "ALTER TABLE clients DISABLE ROW LEVEL SECURITY",
    "objects": "DROP POLICY clients_update ON clients",
    "policies": "CREATE POLICY mine ON events TO epicevents_app USING (employee_id() = 1)",
    "objects: asks nobody": "ALTER POLICY clients_update ON clients USING (true)",
    "objects: everybody's": "ALTER POLICY clients_update ON clients TO PUBLIC",
    "objects: another verb": "DROP POLICY clients_insert ON clients;"
    "CREATE POLICY clients_insert ON clients TO epicevents_app"
    " USING ((SELECT employee_role()) = 'SALES')",
    "table_rights: open view": "CREATE VIEW open_clients AS SELECT * FROM clients;"
    "ALTER VIEW open_clients OWNER TO epicevents_owner;"
    "GRANT SELECT ON open_clients TO epicevents_app",
    "objects: trigger": "DROP TRIGGER tg_contracts_guard ON contracts",
    "objects: disabled": "ALTER TABLE payments DISABLE TRIGGER tg_payments_audit_insert",
    "constraints": "ALTER TABLE contracts DROP CONSTRAINT ck_contracts_amount_due",
    "constraints: not validated": "ALTER TABLE contracts DROP CONSTRAINT ck_contracts_amount_due,"
    " ADD CONSTRAINT ck_contracts_amount_due CHECK (amount_due >= 0) NOT VALID",
    "functions": "CREATE FUNCTION mine() RETURNS integer SECURITY DEFINER RETURN 1;"
    "REVOKE ALL ON FUNCTION mine() FROM PUBLIC; ALTER FUNCTION mine() OWNER TO epicevents_owner",
    "objects: function": "ALTER FUNCTION employee_role() COST 7",
    "objects: body": "CREATE OR REPLACE FUNCTION is_phone(value text) RETURNS boolean LANGUAGE sql"
    " IMMUTABLE PARALLEL SAFE RETURN true",
    "objects: view": "ALTER VIEW client_list SET (security_barrier)",
    "objects: unknown": "COMMENT ON TABLE alembic_version IS NULL",
    "ledger": "UPDATE contracts SET amount_due = 1999 WHERE id = 2",
    "sales_contacts": "UPDATE clients SET sales_contact_id = 5 WHERE id = 1",
    "sales_contacts: contract": "UPDATE contracts SET sales_contact_id = 1 WHERE id = 1",
    "support_contacts": "UPDATE events SET support_contact_id = 3 WHERE id = 1",
    "received": "UPDATE contracts SET received = 1 WHERE id = 2",
    "overlaps": "UPDATE pg_index SET indisready = false"
    " WHERE indexrelid = 'ex_events_support_overlap'::regclass;"
    "UPDATE events SET start_date = '2030-06-04 23:59', end_date = '2030-06-05 01:00',"
    " support_contact_id = 5 WHERE id = 3",
    "event_contracts": "UPDATE contracts SET signed_status = false, signed_at = NULL WHERE id = 2",
    "event_contracts: client": "UPDATE events SET client_id = 2 WHERE id = 1",
    "undone": "ALTER TABLE audit_transactions DISABLE TRIGGER USER;"
    "UPDATE audit_transactions SET undoes = 1 WHERE id = 2;"
    "ALTER TABLE audit_transactions ENABLE TRIGGER USER",
    "active_manager": "UPDATE users SET is_active = false WHERE role = 'MANAGEMENT'",
    **{
        name: f"ALTER ROLE epicevents_cli IN DATABASE {{database}} SET {name} = '{value}'"
        for name, value in {
            "track_activities": "on",
            "log_min_error_statement": "error",
            "timezone": "Europe/Paris",
            "statement_timeout": "0",
            "lock_timeout": "0",
            "idle_in_transaction_session_timeout": "0",
        }.items()
    },
}
# Of the whole server, and mended afterwards.
ROLES = {
    "login_attributes": (
        "ALTER ROLE epicevents_cli CREATEDB",
        "ALTER ROLE epicevents_cli NOCREATEDB",
    ),
    "login_attributes: group": (
        "ALTER ROLE epicevents_app BYPASSRLS",
        "ALTER ROLE epicevents_app NOBYPASSRLS",
    ),
    "login_memberships": (
        "GRANT pg_read_all_settings TO epicevents_cli",
        "REVOKE pg_read_all_settings FROM epicevents_cli",
    ),
    "roles_without_login": (
        "ALTER ROLE epicevents_owner LOGIN",
        "ALTER ROLE epicevents_owner NOLOGIN",
    ),
}


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def examined(database: Database, off: timedelta = timedelta()) -> list[doctor.Result]:
    """What is found of a database, by its program's login and by its owner."""
    connection = connect(database.app)
    with transaction(connection, None) as tx:
        results = doctor.examine_server(tx, lambda: now() + off)
    connection.close()
    connection = connect(database.admin)
    with transaction(connection, None) as tx:
        tx.execute("SET LOCAL ROLE epicevents_owner")
        results += doctor.examine_data(tx)
    connection.close()
    return results


def faults(results: list[doctor.Result]) -> list[str]:
    """The names of the checks that found one; all were made."""
    assert [result.check.name for result in results if result.ok is None] == []
    return [result.check.name for result in results if result.ok is False]


@contextmanager
def superuser(database: Database) -> Iterator[Connection]:
    connection = connect(database.admin)
    connection.autocommit = True
    # Past every trigger and foreign key, as a restore or a wrong repair would be.
    connection.cursor().execute("SET session_replication_role = replica")
    try:
        yield connection
    finally:
        connection.close()


def test_a_sound_database_has_no_fault(company: Company) -> None:
    results = examined(company.database)
    assert faults(results) == []
    assert len(results) == len({result.check.name for result in results}) > 30


def test_an_empty_database_lacks_only_a_manager(empty_database: Database) -> None:
    assert faults(examined(empty_database)) == ["active_manager"]


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_found_by_its_check_alone(name: str, company: Company) -> None:
    database = company.database
    with superuser(database) as connection:
        connection.cursor().execute(DAMAGES[name].format(database=f'"{database.name}"'))
    assert faults(examined(database)) == [name.partition(":")[0]]


@pytest.mark.parametrize("name", ROLES)
def test_each_damaged_role_is_found_by_its_check_alone(name: str, company: Company) -> None:
    damage, repair = ROLES[name]
    with superuser(company.database) as connection:
        try:
            connection.cursor().execute(damage)
            found = faults(examined(company.database))
        finally:
            connection.cursor().execute(repair)
    assert found == [name.partition(":")[0]]
    assert faults(examined(company.database)) == []


def test_every_check_of_the_database_has_a_damage_that_it_finds() -> None:
    damaged = {name.partition(":")[0] for name in (*DAMAGES, *ROLES)}
    checks = {check.name for check in (*doctor.CATALOGUE, *DATA)}
    assert damaged == checks
    assert set(LOGIN_SETTINGS) < checks


def test_lists_of_the_program_are_those_of_the_migrations(owner: Connection) -> None:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
        " WHERE contype IN ('c', 'f', 'u', 'x') AND relname = ANY (%s)",
        (["users", "clients", "contracts", "events", "payments"],),
    )
    assert {row[0] for row in cursor.fetchall()} - set(CONSTRAINTS) == {
        # What only other constraints refer to.
        "uq_users_id_role",
        "uq_contracts_id_client_id_signed_status",
        "uq_payments_id_contract_id_amount_kind",
    }


def test_the_rights_that_are_looked_for_are_those_of_the_migrations(owner: Connection) -> None:
    found = {
        (*privilege.removesuffix(")").partition(" (")[::2], on.split()[1].partition("(")[0])
        for privilege, on in grants(owner.cursor())
        if not on.startswith("SCHEMA")
    }
    assert found == {(verb, column, name) for verb, name, column in read_granted()}


# What a fault says


def test_a_fault_says_what_why_and_what_next_with_the_sql(company: Company) -> None:
    with superuser(company.database) as connection:
        connection.cursor().execute(DAMAGES["ledger"])
    fault = next(each for each in examined(company.database) if each.ok is False)
    assert fault.what == (
        "A contract's amount due does not match its payments: 2 (1999.00 ≠ 2000.00)."
    )
    assert fault.why == "Its balance or its ledger was changed without the database's rules."
    assert fault.then is not None
    assert "epicevents history contract ID" in fault.then
    assert fault.sql is not None
    assert fault.sql_as == "epicevents_owner"
    with superuser(company.database) as connection:
        cursor = connection.cursor()
        cursor.execute(fault.sql)
        assert cursor.fetchall() == [("2 (1999.00 ≠ 2000.00)",)]


def test_what_to_do_names_the_login_and_the_setting(company: Company) -> None:
    database = company.database
    with superuser(database) as connection:
        damage = DAMAGES["statement_timeout"].format(database=f'"{database.name}"')
        connection.cursor().execute(damage)
    fault = next(each for each in examined(database) if each.ok is False)
    assert fault.what == "The login's statement_timeout is 0."
    assert fault.then == (
        "Run: epicevents db upgrade; or as a superuser:"
        " ALTER ROLE epicevents_cli SET statement_timeout = '60s'"
    )


def test_it_says_where_a_setting_of_the_login_is(company: Company) -> None:
    database = company.database
    connection = connect(database.app)  # a role may always do that to itself
    connection.autocommit = True
    connection.cursor().execute(
        f'ALTER ROLE epicevents_cli IN DATABASE "{database.name}" SET enable_sort = off'
    )
    connection.close()
    fault = next(each for each in examined(database) if each.ok is False)
    assert fault.found[0].replace('"', "") == f"enable_sort=off (IN DATABASE {database.name})"


def test_of_many_faults_the_first_are_named(company: Company) -> None:
    with superuser(company.database) as connection:
        connection.cursor().execute(
            "UPDATE contracts SET amount_due = total_amount - 1 WHERE id <= 4;"
            "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due)"
            " SELECT 1, 3, 10, 5 FROM generate_series(1, 200)"
        )
    fault = next(each for each in examined(company.database) if each.ok is False)
    assert len(fault.found) == queries.MOST
    assert fault.what.count("≠") == doctor.NAMED
    assert fault.what.endswith(", ….")


def test_every_sentence_of_every_check_can_be_said() -> None:
    checks = (doctor.REACH, doctor.REVISION, *doctor.CONNECTION, *doctor.WORKSTATION)
    for check in (*checks, *queries.SERVER, *doctor.CATALOGUE, *DATA):
        good, bad = doctor.Result(check, True), doctor.Result(check, False, ["X"], "L")
        assert (good.why, good.then) == (None, None)
        for sentence in (good.what, bad.what, bad.why, bad.then):
            assert sentence
            assert not set("{}") & set(sentence), sentence


# The server itself


def test_an_older_server_is_told(company: Company) -> None:
    # No server that old is at hand: asked for one that is still to come, it tells this one's age.
    check = queries.VERSION
    newer = type(check)(
        check.name, check.holds, check.fault, check.why, check.then,
        check.sql.replace("150000", "990000"),
    )  # fmt: skip
    with company.database.as_user(company.sales) as tx:
        (version,) = queries.find_faults(tx, newer)
        assert version == tx.value("SELECT current_setting('server_version')")
        assert queries.find_faults(tx, check) == []


def test_prepared_transactions_are_told(company: Company) -> None:
    check = queries.PREPARED
    # The tests' server allows none; of one that does not allow this, the check tells how many.
    others = type(check)(
        check.name, check.holds, check.fault, check.why, check.then,
        check.sql.replace("<> '0'", "<> '1'"),
    )  # fmt: skip
    with company.database.as_user(company.sales) as tx:
        assert (queries.find_faults(tx, others), queries.find_faults(tx, check)) == (["0"], [])


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(seconds=-75)])
def test_a_clock_that_is_off_is_told(company: Company, off: timedelta) -> None:
    results = examined(company.database, off)
    assert faults(results) == ["clock"]
    said = next(result.what for result in results if result.ok is False)
    assert f"{off.total_seconds():+.0f} s" in said


def test_clocks_may_differ_a_little(company: Company) -> None:
    assert faults(examined(company.database, timedelta(seconds=50))) == []
    assert faults(examined(company.database, timedelta(seconds=-50))) == []


def test_a_slow_answer_is_no_wrong_clock(company: Company) -> None:
    told = iter([now() - timedelta(minutes=5), now() + timedelta(minutes=5)])
    connection = connect(company.database.app)
    with transaction(connection, None) as tx:
        assert faults(doctor.examine_server(tx, lambda: next(told))) == []
    connection.close()


@pytest.mark.parametrize("revision", ["0001", NEXT])
def test_another_revision_is_told_and_nothing_claimed_of_it(
    company: Company, owner: Connection, revision: str
) -> None:
    pretend_newer(owner.cursor())
    owner.cursor().execute("UPDATE alembic_version SET version_num = %s", (revision,))
    owner.cursor().execute("DROP POLICY clients_update ON clients")
    results = examined(company.database)
    assert [each.check.name for each in results if each.ok is False] == ["schema_revision"]
    assert {"policies", "ledger"} - {each.check.name for each in results if each.ok is None} == {
        "ledger"
    }


def test_a_newer_schema_with_which_it_may_work_is_no_fault(
    company: Company, owner: Connection
) -> None:
    pretend_newer(owner.cursor(), BASELINE)
    results = examined(company.database)
    assert [each.check.name for each in results if each.ok is False] == []
    assert "policies" in {each.check.name for each in results if each.ok is None}


def test_a_check_that_the_server_refuses_is_not_made_and_the_others_are(company: Company) -> None:
    with superuser(company.database) as connection:
        connection.cursor().execute("REVOKE SELECT ON events FROM epicevents_app")
    with company.database.as_user(company.sales) as tx:
        results = {result.check.name: result for result in doctor.examine_data(tx)}
    assert {name for name, result in results.items() if result.ok is None} == {
        "support_contacts", "overlaps", "event_contracts"
    }  # fmt: skip
    assert results["overlaps"].why == "The database does not allow your role to do that."
    assert results["active_manager"].ok


def test_whoever_is_logged_in_proves_the_data(company: Company) -> None:
    for user_id in (company.manager, company.sales, company.support):
        with company.database.as_user(user_id) as tx:
            assert faults(doctor.examine_data(tx)) == []


def test_whose_session_ends_meanwhile_proves_nothing(company: Company) -> None:
    with company.database.as_user(company.sales) as tx:
        tx.execute("SELECT end_session()")
        assert {result.ok for result in doctor.examine_data(tx)} == {None}


@contextmanager
def on_the_network(database: Database) -> Iterator[dict[str, str]]:
    """Carry TCP on this machine to the server's socket: the same server, without encryption."""
    address = f"{database.app['host']}/.s.PGSQL.{database.app['port']}"
    listener = socket.create_server(("", 0))

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while sent := source.recv(65536):
                target.sendall(sent)
        except OSError:
            return
        finally:
            target.close()

    def accept() -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(address)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=carry, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        port = str(listener.getsockname()[1])
        yield {**database.app, "host": HOST, "port": port, "sslmode": "disable"}
    finally:
        listener.close()


def test_a_network_without_encryption_is_told(company: Company) -> None:
    with on_the_network(company.database) as parameters:
        connection = connect(parameters)
        with transaction(connection, None) as tx:
            results = doctor.examine_server(tx, now)
        connection.close()
    assert faults(results) == ["tls", "tls_verified"]
    said = [result.what for result in results if result.ok is False]
    assert said == [
        f"The connection to {HOST} is not encrypted.",
        f"The server at {HOST} is not verified.",
    ]


def test_the_loopback_is_no_network(company: Company) -> None:
    with on_the_network(company.database) as parameters:
        connection = connect({**parameters, "host": "127.0.0.1"})
        with transaction(connection, None) as tx:
            results = doctor.examine_server(tx, now)
        connection.close()
    assert faults(results) == []


def test_of_a_server_that_is_away_nothing_is_claimed() -> None:
    results = doctor.report_unreachable(DatabaseUnavailable("It is away.", hint="Wait."))
    first = results[0]
    assert (first.check.name, first.ok, first.what, first.then) == (
        "reach", False, "It is away.", "Wait."
    )  # fmt: skip
    assert {result.ok for result in results[1:]} == {None}
    assert {check.name for check in doctor.CATALOGUE} < {each.check.name for each in results}


# The workstation


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "session").mkdir(parents=True)
    for directory in (home, home / "session"):
        directory.chmod(0o700)
    for name in ("session/token", "session/key", "config.env"):
        (home / name).touch()
        (home / name).chmod(0o600)
    return home


def found_at(home: Path, **environ: str) -> list[str]:
    found = settings.load_settings({}, {"EPICEVENTS_HOME": str(home), **environ}, home)
    return faults(doctor.examine_workstation(found))


def test_a_closed_workstation_has_no_fault(home: Path) -> None:
    assert found_at(home) == []


def test_nothing_there_is_no_fault(tmp_path: Path) -> None:
    assert found_at(tmp_path / "nothing") == []


@pytest.mark.parametrize(
    ("path", "mode", "check"),
    [
        (".", 0o750, "home_private"),
        (".", 0o702, "home_private"),
        ("session/token", 0o640, "token_private"),
        ("session/token", 0o601, "token_private"),
        ("session", 0o711, "token_private"),
        ("session/key", 0o604, "key_private"),
        ("config.env", 0o660, "config_private"),
    ],
)
def test_what_others_can_reach_is_told(home: Path, path: str, mode: int, check: str) -> None:
    if mode & 0o002:
        (home / "config.env").unlink()  # which no command would take from there
    (home / path).chmod(mode)
    assert found_at(home) == [check]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_told(home: Path) -> None:
    os.chown(home / "session" / "key", 12345, -1)
    assert found_at(home) == ["key_private"]
    os.chown(home / "config.env", 12345, -1)
    with pytest.raises(UsageFault, match="it belongs to somebody else"):
        found_at(home)


def test_passing_through_the_home_directory_is_no_reading(home: Path) -> None:
    home.chmod(0o711)
    assert found_at(home) == []


def test_the_token_is_looked_for_where_it_is(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "token"
    elsewhere.touch()
    elsewhere.chmod(0o644)
    assert found_at(home, EPICEVENTS_TOKEN_FILE=str(elsewhere)) == ["token_private"]
    elsewhere.chmod(0o600)
    tmp_path.chmod(0o755)
    assert found_at(home, EPICEVENTS_TOKEN_FILE=str(elsewhere)) == []

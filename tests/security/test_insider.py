"""What somebody with psql and the app's login tries beside the permission table."""

import psycopg2
import pytest
from support.database import Database
from support.login import RIGHT, SOPHIE, set_password
from support.matrix import DENIED
from support.raw import acting, attempt, refusal

SALES, MANAGER = 3, 1

# Denied; no COPY under row security; views that join are not updatable.
OUT_OF_REACH = {DENIED, "0A000", "55000"}


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE epicevents_owner",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION epicevents_owner",
        "SET session_replication_role = replica",
        "SET track_activities = on",
        "CREATE TABLE t ()",
        "CREATE TEMPORARY TABLE t ()",
        "CREATE SCHEMA s",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DO 'BEGIN END'",
        "ALTER TABLE clients DISABLE TRIGGER ALL",
        "ALTER TABLE clients DISABLE ROW LEVEL SECURITY",
        "DROP POLICY clients_update ON clients",
        "TRUNCATE events",
        "DELETE FROM events",
        "DELETE FROM client_list",
        "UPDATE client_list SET full_name = 'N'",
        "COPY clients (full_name) FROM STDIN",
        "COPY clients TO PROGRAM 'true'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT setval('clients_id_seq', 1)",
        "SELECT nextval('clients_id_seq')",
        "SELECT nextval('payments_id_seq')",
        "INSERT INTO clients (id) VALUES (1)",
        "SELECT pg_terminate_backend(pid) FROM generate_series(1, 2) pid",
        "SELECT pg_terminate_backend(1, 1000)",
        "SELECT pg_cancel_backend(1)",
        "SELECT FROM pg_stat_activity",
        "SELECT FROM pg_locks",
        "SELECT pg_stat_get_backend_client_addr(1)",
        "SELECT pg_advisory_lock(7301943201)",
        "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
        "SELECT lo_create(0)",
        "SELECT pg_logical_emit_message(false, 'crm', 'forged')",
        "SELECT pg_export_snapshot()",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_export(1, '/tmp/x')",
        "ALTER ROLE epicevents_cli SUPERUSER",
        "ALTER ROLE epicevents_cli CONNECTION LIMIT 0",
        "ALTER ROLE epicevents_owner LOGIN",
        "ALTER ROLE epicevents_owner PASSWORD 'x'",
        "ALTER ROLE epicevents_cli SET track_activities = on",
        "ALTER DATABASE template1 SET timezone = 'UTC'",
        "GRANT epicevents_owner TO epicevents_cli",
        "CREATE ROLE r",
        "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION deny()",
        "CREATE RULE r AS ON UPDATE TO clients DO INSTEAD NOTHING",
        "CREATE TRIGGER t BEFORE UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION clients_touch()",
        "ALTER VIEW client_list RESET (security_barrier)",
        "CREATE FUNCTION pg_temp.employee_id() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "SELECT FROM pg_authid",
        "UPDATE audit_entries SET changes = '{}'",
        "DELETE FROM audit_entries",
        "INSERT INTO audit_entries DEFAULT VALUES",
        "DELETE FROM audit_transactions",
        "DELETE FROM denied_attempts",
        "DELETE FROM login_attempts",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
@pytest.mark.parametrize("who", [None, MANAGER])
def test_database_itself_is_out_of_reach(database: Database, statement: str, who: int) -> None:
    with acting(database, who) as cursor:
        assert refusal(cursor, statement)[0] in OUT_OF_REACH


@pytest.mark.parametrize(
    "setting",
    [
        "search_path = pg_temp", "search_path = ''", "row_security = off",
        "standard_conforming_strings = off", "transform_null_equals = on", "array_nulls = off",
        "default_transaction_isolation = 'serializable'", "timezone = 'Pacific/Kiritimati'",
        "datestyle = 'German'", "client_encoding = 'SQL_ASCII'", "bytea_output = 'escape'",
        "enable_indexscan = off", "quote_all_identifiers = on", "check_function_bodies = off",
        "epicevents.reason = 'x'", "epicevents.command = 'x'", "role = 'epicevents_app'",
    ],
)  # fmt: skip
def test_no_setting_widens_rights(database: Database, setting: str) -> None:
    with acting(database, SALES) as cursor:
        cursor.execute(f"SET {setting}")
        for statement in (
            "UPDATE public.clients SET full_name = 'N' WHERE id = 3",
            "UPDATE public.contracts SET signed_status = false WHERE id = 2",
            "UPDATE public.users SET role = 'MANAGEMENT' WHERE id = 3",
            "INSERT INTO public.payments (contract_id, amount) VALUES (5, 1)",
        ):
            outcome = attempt(cursor, statement)
            assert outcome == 0 or getattr(outcome, "pgcode", None) == DENIED


# Each would be widened by hand; a setting that ends the connection proves nothing.
FORBIDDEN = (
    "UPDATE public.clients SET full_name = 'N' WHERE id = 3",
    "UPDATE public.users SET role = 'MANAGEMENT' WHERE id = 3",
    "SELECT public.delete_record('events', 1)",
    "SELECT hashed_password FROM public.users",
)


def test_no_value_of_any_setting_widens_rights(database: Database) -> None:
    with acting(database, SALES) as cursor:
        cursor.execute(
            "SELECT name, value FROM pg_settings, unnest(CASE vartype WHEN 'bool' THEN '{on,off}'"
            " WHEN 'enum' THEN enumvals ELSE ARRAY[min_val, max_val] END) value"
            " WHERE value <> setting AND name <> 'exit_on_error'"
            # What is refused or stopped at once is no proof either.
            " AND name !~ '_timeout$|^log_|^geqo|^max_stack_depth|cost|memory'"
        )
        settings, given = cursor.fetchall(), 0
        for name, value in settings:
            cursor.execute("SAVEPOINT untouched")
            if attempt(cursor, f"SET {name} = %s", (value,)) == -1:
                given += 1
                for statement in FORBIDDEN:
                    outcome = attempt(cursor, statement)
                    assert outcome == 0 or isinstance(outcome, psycopg2.Error), (name, value)
            cursor.execute("ROLLBACK TO untouched")
        assert given > 100


@pytest.mark.parametrize("setting", ["standard_conforming_strings = off", "search_path = ''"])
def test_no_setting_confuses_the_login(database: Database, setting: str) -> None:
    set_password(database, RIGHT)
    with acting(database, None) as cursor:
        cursor.execute(f"SET {setting}; SELECT salt FROM public.login_challenge(%s)", (SOPHIE,))
        ((salt,),) = cursor.fetchall()
        assert bytes(salt) == bytes(16)


@pytest.mark.parametrize("email", ["eleonore@lefevre.example", "new@lefevre.example"])
@pytest.mark.parametrize("action", ["NOTHING", "(email) DO UPDATE SET full_name = 'N'"])
def test_conflict_does_not_tell_which_emails_exist(
    database: Database, email: str, action: str
) -> None:
    conflict = action.replace("NOTHING", "DO NOTHING")
    with acting(database, None) as cursor:
        assert refusal(
            cursor,
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
            f" VALUES ('N', %s, '+33612345678', 'N', 3) ON CONFLICT {conflict} RETURNING id",
            (email,),
        ) == (DENIED, "")


def test_error_does_not_repeat_a_row(database: Database) -> None:
    with acting(database, SALES) as cursor:
        for statement in (
            "UPDATE users SET phone = '12' WHERE id = 3",
            "UPDATE clients SET email = 'A' WHERE id = 1",
        ):
            error = attempt(cursor, statement)
            assert isinstance(error, psycopg2.errors.CheckViolation)
            assert error.diag.message_detail is None


def test_cursor_from_before_the_end_of_a_session_writes_nothing(database: Database) -> None:
    with acting(database, SALES) as cursor:
        cursor.execute("DECLARE mine CURSOR FOR SELECT id FROM clients WHERE id = 1 FOR UPDATE")
        cursor.execute("DECLARE later CURSOR FOR SELECT reset_password(id, '') FROM users")
        cursor.execute("FETCH mine; SELECT current_setting('epicevents.session')")
        database.owner().cursor().execute(
            "INSERT INTO session_revocations (user_id, revoked_at) VALUES (3, utc_now())"
        )
        assert attempt(cursor, "UPDATE clients SET full_name = 'N' WHERE CURRENT OF mine") == 0
        assert refusal(cursor, "FETCH later")[0] == DENIED


def test_cursor_from_before_the_end_of_a_session_shows_nothing_newer(database: Database) -> None:
    sql = database.owner().cursor()
    with acting(database, SALES) as cursor:
        cursor.execute("DECLARE mine CURSOR FOR SELECT full_name FROM client_list WHERE id = 1")
        sql.execute("INSERT INTO session_revocations (user_id, revoked_at) VALUES (3, utc_now())")
        sql.execute("UPDATE clients SET full_name = 'Newer' WHERE id = 1")
        cursor.execute("FETCH mine")
        assert cursor.fetchall() == [("Éléonore Lefèvre",)]
        cursor.execute("SELECT full_name FROM client_list")
        assert cursor.fetchall() == []


def test_deleting_is_a_function_of_management(database: Database) -> None:
    with acting(database, MANAGER) as cursor:
        assert refusal(cursor, "SELECT delete_record('audit_entries', 1)")[0] == "20000"
        own = attempt(cursor, "SELECT delete_record('users', 1)")
        assert isinstance(own, psycopg2.errors.InsufficientPrivilege)
        assert own.diag.message_primary == "permission denied: nobody deletes their own account"
        assert refusal(cursor, "SELECT delete_record('clients', 1)")[0] == "23503"
        cursor.execute("SELECT delete_record('events', 1), delete_record('events', 1)")
        assert cursor.fetchone() == (True, False)
        cursor.execute("SELECT delete_record('contracts', 2), delete_record('contracts', 1)")
        assert cursor.fetchone() == (False, True)

"""What init and upgrades take from the program's login, and say where they may not."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database

from crm.database import provisioning
from crm.database.transaction import connect

ADMINISTRATOR = "administrator_of_little"


def withheld(cursor: Cursor) -> set[str]:
    """The functions that the program's login may not call."""
    cursor.execute(
        "SELECT DISTINCT proname::text FROM pg_proc"
        " WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ %s"
        " AND NOT has_function_privilege('epicevents_cli', oid, 'EXECUTE')",
        (provisioning.WITHHELD,),
    )
    return {name for (name,) in cursor.fetchall()}


def test_upgrades_take_back_what_was_left_to_the_login(empty_database: Database) -> None:
    connection = connect(empty_database.admin)
    connection.autocommit = True
    cursor = connection.cursor()
    before = withheld(cursor)
    assert {"pg_terminate_backend", "pg_cancel_backend", "pg_advisory_lock", "lo_create"} < before
    cursor.execute(
        "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint),"
        " pg_advisory_xact_lock(bigint) TO PUBLIC; GRANT USAGE ON LANGUAGE sql TO PUBLIC"
    )
    assert withheld(cursor) < before
    for _again in range(2):
        assert provisioning.restrict_database(empty_database.admin, provisioning.LOGIN) == []
        assert withheld(cursor) == before
    cursor.execute("SELECT has_language_privilege('epicevents_cli', 'sql', 'USAGE')")
    assert cursor.fetchone() == (False,)
    connection.close()


def test_operators_and_the_owner_keep_it_and_are_given_no_more(empty_database: Database) -> None:
    connection = connect(empty_database.admin)
    cursor = connection.cursor()
    for role in ("epicevents_owner", "pg_monitor", "pg_signal_backend"):
        cursor.execute(
            "SELECT has_function_privilege(%(role)s, 'pg_terminate_backend(integer, bigint)',"
            " 'EXECUTE'), has_function_privilege(%(role)s, 'lo_import(text)', 'EXECUTE')",
            {"role": role},
        )
        assert cursor.fetchone() == (True, False)
    connection.close()


def test_what_an_administrator_may_not_do_is_said(empty_database: Database) -> None:
    connection = connect(empty_database.admin)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(
        f"GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO PUBLIC;"
        f"GRANT EXECUTE ON FUNCTION pg_export_snapshot(), pg_advisory_lock(bigint) TO PUBLIC;"
        f"GRANT USAGE ON LANGUAGE plpgsql, sql TO PUBLIC;"
        f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE;"
        f"GRANT epicevents_owner, epicevents_cli TO {ADMINISTRATOR} WITH ADMIN OPTION;"
        f'GRANT CONNECT ON DATABASE "{empty_database.name}" TO {ADMINISTRATOR}'
    )
    try:
        parameters = {**empty_database.admin, "user": ADMINISTRATOR}
        assert provisioning.restrict_database(parameters, provisioning.LOGIN) == [
            "track_activities", "log_min_error_statement", "pg_advisory_lock",
            "pg_export_snapshot", "pg_terminate_backend", "plpgsql", "sql",
        ]  # fmt: skip
    finally:
        cursor.execute(f"DROP OWNED BY {ADMINISTRATOR}; DROP ROLE {ADMINISTRATOR}")
        connection.close()

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, url

NO_POLICY = "DROP POLICY clients_update ON clients"


def test_when_all_is_well_it_is_quiet(sales: Workstation) -> None:
    ran = sales.run("doctor").done()
    assert (ran.out, ran.err) == ("", "✓ All is well: 41 checks.\n")


def test_verbose_lists_every_check(sales: Workstation) -> None:
    lines = sales.run("doctor", "--verbose").done().out.splitlines()
    assert lines[0].split() == ["Check", "OK", "What"]
    assert len(lines) == 1 + 41
    assert "ledger" in [line.split()[0] for line in lines]
    assert {line.split()[1] for line in lines[1:]} == {"yes"}
    for width in (80, 140):
        shown = sales.look("doctor", "-v", width=width)
        assert max(map(len, shown.splitlines())) <= width


def test_json_lists_every_check(sales: Workstation, owner: Connection) -> None:
    checks = sales.run("doctor", "-o", "json").done().json()
    assert {tuple(check) for check in checks} == {
        ("check", "ok", "what", "why", "next", "sql", "sql_as")
    }
    assert {check["ok"] for check in checks} == {True}
    owner.cursor().execute(NO_POLICY)
    ran = sales.run("doctor", "--json")
    assert (ran.status, ran.err) == (6, "")
    (fault,) = [check for check in ran.json() if not check["ok"]]
    assert fault["check"] == "objects"
    assert fault["what"] == (
        "Not as the last upgrade laid it: POLICY clients_update ON clients (missing)."
    )
    assert fault["why"].startswith("The database may allow")
    assert "epicevents db upgrade" in fault["next"]
    assert fault["sql_as"] == "epicevents_cli"
    cursor = owner.cursor()
    cursor.execute(fault["sql"])
    assert cursor.fetchall() == [("POLICY clients_update ON clients (missing)",)]


def test_a_fault_is_two_lines_and_its_sql(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("ALTER TABLE clients DISABLE ROW LEVEL SECURITY")
    ran = sales.run("doctor")
    assert ran.status == 6
    assert ran.out == (
        "Fault: Row-level security is off for clients. Anybody with the login's password can "
        "read rows without any permission.\n  Next: As the owner: ALTER TABLE … ENABLE ROW LEVEL "
        "SECURITY\n  SQL, as epicevents_cli:\n    SELECT relname FROM pg_class\n    WHERE "
        "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')\n      AND NOT "
        "relrowsecurity AND relname <> 'alembic_version'\n"
    )
    assert ran.err == "1 fault in 41 checks.\n"


@pytest.mark.parametrize("width", [80, 140])
def test_a_terminal_s_lines_are_broken_at_words(
    sales: Workstation, owner: Connection, width: int
) -> None:
    owner.cursor().execute(NO_POLICY)
    shown = sales.look("doctor", width=width)
    said = [line for line in shown.splitlines() if not line.startswith("    ")]
    assert max(map(len, said)) <= width
    assert said[0].startswith("Fault: Not as the last upgrade laid it")
    assert sales.look("doctor", width=width, color=True).startswith(
        "\x1b[1;31mFault:\x1b[0m Not as"
    )


def test_names_in_the_database_are_shown_and_not_interpreted(
    sales: Workstation, owner: Connection
) -> None:
    owner.cursor().execute(
        'CREATE POLICY "[red]{found}\x1b[2J%s" ON clients TO epicevents_app USING (true)'
    )
    for shown in (sales.run("doctor").out, sales.look("doctor")):
        assert r"[red]{found}\x1b[2J%s" in shown.replace("\n  ", " ")
        assert "\x1b" not in shown


def test_what_the_server_refuses_to_show_is_not_well(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("REVOKE SELECT ON events FROM epicevents_app")
    checks = {check["check"]: check for check in sales.run("doctor", "--json").json()}
    assert checks["application_rights"]["ok"] is False
    assert checks["overlaps"]["ok"] is None
    owner.cursor().execute("GRANT SELECT ON events TO epicevents_app")
    # As whoever has the login's password can set it, to the dismay of all.
    login = f'ALTER ROLE epicevents_cli IN DATABASE "{sales.database.name}"'
    owner.cursor().execute(f"RESET ROLE; {login} SET row_security = off")
    refused = sales.run("doctor")
    assert refused.status == 6
    assert "row_security=off" in refused.out
    assert "All is well" not in refused.err


def test_the_sql_is_told_with_whoever_sees_by_it(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("RESET ROLE; SET session_replication_role = replica")
    owner.cursor().execute("UPDATE contracts SET amount_due = 1999 WHERE id = 2")
    ran = sales.run("doctor")
    assert "\n  SQL, as epicevents_owner:\n    SELECT c.id" in ran.out


def test_a_file_that_others_can_read_is_told(sales: Workstation) -> None:
    sales.home.chmod(0o755)
    ran = sales.run("doctor")
    assert ran.status == 6
    assert f"Other users of this machine can access {sales.home} (drwxr-xr-x)." in ran.out
    sales.home.chmod(0o700)
    sales.token_file.chmod(0o644)
    ran = sales.run("doctor", "--json")
    assert ran.status == 6
    checks = ran.json()
    assert [check["check"] for check in checks if check["ok"] is False] == ["token_private"]
    assert "ledger" in [check["check"] for check in checks if check["ok"] is None]


# What it takes


def test_without_anybody_logged_in_the_data_is_not_proved(workstation: Workstation) -> None:
    ran = workstation.run("doctor").done()
    assert ran.out == ""
    assert ran.err == (
        "✓ All is well: 33 checks.\nNot checked: ledger, received, sales_contacts, "
        "support_contacts, overlaps, event_contracts, undone, active_manager. You are not logged "
        "in.\nLog in (epicevents login) or set EPICEVENTS_ADMIN_DATABASE_URL.\n"
    )
    unproved = [check for check in workstation.run("doctor", "--json").json() if not check["ok"]]
    assert {(check["ok"], check["why"]) for check in unproved} == {(None, "You are not logged in.")}


def test_the_administrator_s_url_proves_it_too(workstation: Workstation, owner: Connection) -> None:
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(workstation.database.admin)
    assert workstation.run("doctor").done().err == "✓ All is well: 41 checks.\n"
    owner.cursor().execute("RESET ROLE; SET session_replication_role = replica")
    owner.cursor().execute("UPDATE contracts SET amount_due = 1999 WHERE id = 2")
    ran = workstation.run("doctor")
    assert ran.status == 6
    assert "2 (1999.00 ≠ 2000.00)" in ran.out


def test_a_server_that_is_away_is_7_and_the_workstation_is_checked(sales: Workstation) -> None:
    sales.environ["EPICEVENTS_DATABASE_URL"] = "postgresql://epicevents_cli@127.0.0.1:1/epicevents"
    ran = sales.run("doctor")
    assert ran.status == 7
    assert ran.out == (
        "Fault: The database cannot be reached: nothing answers at that address. Nothing else on "
        "the server was checked.\n  Next: Check the address: epicevents config\n"
    )
    assert ran.err == "1 fault in 41 checks.\n"
    sales.home.chmod(0o755)
    ran = sales.run("doctor", "--json")
    assert ran.status == 7
    faults = [check["check"] for check in ran.json() if check["ok"] is False]
    assert faults == ["home_private", "reach"]


def test_a_wrong_login_is_told(sales: Workstation) -> None:
    parameters = {**sales.database.app, "user": "nobody"}
    sales.environ["EPICEVENTS_DATABASE_URL"] = url(parameters)
    ran = sales.run("doctor")
    assert ran.status == 7
    assert "the server has no such database or login" in ran.out


def test_another_revision_is_a_fault(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE alembic_version SET version_num = '0001'")
    ran = sales.run("doctor")
    assert ran.status == 6
    assert "The schema has revision 0001, but this program needs " in ran.out
    assert "epicevents db upgrade" in ran.out
    assert "policies" in ran.err
    assert "The schema has another revision." in ran.err


def test_nothing_is_changed(sales: Workstation, owner: Connection) -> None:
    def state() -> object:
        cursor = owner.cursor()
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_entries), (SELECT count(*) FROM denied_attempts),"
            " (SELECT max(version) FROM contracts)"
        )
        return cursor.fetchone(), sorted(path.name for path in sales.home.rglob("*"))

    before = state()
    sales.run("doctor", "-v").done()
    assert state() == before


def test_on_a_new_workstation_it_makes_no_key(workstation: Workstation) -> None:
    workstation.run("doctor").done()
    assert list(workstation.home.iterdir()) == []


def test_in_a_process_of_its_own_it_exits_with_its_status(
    sales: Workstation, owner: Connection
) -> None:
    assert sales.process("doctor").status == 0
    owner.cursor().execute(NO_POLICY)
    ran = sales.process("doctor")
    assert ran.status == 6
    assert "clients_update ON clients (missing)" in ran.out

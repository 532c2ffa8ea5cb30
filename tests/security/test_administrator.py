"""With a superuser's URL: nothing that the database holds runs with a superuser's power."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.backups import execute, query
from support.cli import Workstation, url
from support.clusters import ask, passable_directory, stopped
from support.company import Company
from support.database import Database
from support.migrations import Migrations
from support.places import in_memory

from crm.database import provisioning, upgrades
from crm.database.administrator import ADMIN, connect_owner
from crm.database.transaction import connect
from crm.domain.errors import DatabaseUnavailable
from crm.embedded import Cluster
from crm.settings.url import parse_database_url

# Whoever this runs for says who they are, once they have given up their role.
TRAP = """
    CREATE TABLE sprung (who text, superuser text);
    ALTER TABLE sprung ENABLE ROW LEVEL SECURITY;
    GRANT ALL ON sprung TO PUBLIC;
    CREATE POLICY everybody ON sprung USING (true);
    CREATE FUNCTION spring() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        RESET ROLE;
        INSERT INTO public.sprung SELECT session_user, current_setting('is_superuser');
        SET ROLE epicevents_owner;
    END $$;
    CREATE OR REPLACE FUNCTION {} RETURNS {} AS $$
    BEGIN
        PERFORM public.spring();
        RETURN {};
    END $$;
"""
CHECK = ("trap(value text)", "boolean LANGUAGE plpgsql", "true")
GATE = ("employee_id()", "integer LANGUAGE plpgsql STABLE", "NULL")


def lay(database: Database, trap: tuple[str, str, str]) -> None:
    execute({**database.admin, "options": "-c role=epicevents_owner"}, TRAP.format(*trap))
    if trap == CHECK:
        execute(database.admin, "ALTER TABLE clients ADD CHECK (trap(full_name))")
    execute(database.admin, "DELETE FROM sprung")


def sprung(database: Database) -> set[tuple[str, str]]:
    return set(query(database.admin, "SELECT who, superuser FROM sprung"))


@pytest.fixture
def admin(database: Database, tmp_path: Path) -> Workstation:
    workstation = Workstation(database, tmp_path)
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(database.admin)
    return workstation


COMMANDS = {
    "doctor": ("doctor",),
    "policy": ("db", "policy", "--session-idle", "30m"),
    "reset": ("db", "reset-password", "marie@epicevents.example"),
    "backup": ("db", "backup", "{path}"),
    "upgrade": ("db", "upgrade"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_of_an_administrator_is_a_superusers(
    admin: Workstation, database: Database, tmp_path: Path, command: str
) -> None:
    lay(database, GATE)
    admin.run(*(word.format(path=tmp_path / "new.backup") for word in COMMANDS[command]))
    assert sprung(database) <= {(ADMIN, "off")}


def test_an_upgrade_and_its_analysis_are_not(database: Database, migrations: Migrations) -> None:
    migrations.add_revision("UPDATE clients SET full_name = full_name")
    lay(database, CHECK)
    upgrades.upgrade_schema(database.admin)
    assert sprung(database) == {(ADMIN, "off")}


def test_the_trap_would_be_sprung(database: Database) -> None:
    lay(database, CHECK)
    execute(database.admin, "SET ROLE epicevents_owner", "UPDATE clients SET full_name = full_name")
    assert sprung(database) == {("postgres", "on")}


def test_an_object_of_the_database_does_not_stand_in_for_postgresqls(
    database: Database, company: Company
) -> None:
    del company
    execute(
        database.admin,
        "SET ROLE epicevents_owner",
        f"ALTER DATABASE {database.name} SET search_path = public, pg_catalog",
        "CREATE VIEW pg_roles AS SELECT NULL::name AS rolname, false AS rolsuper",
        "CREATE FUNCTION has_language_privilege(text, oid, text) RETURNS boolean"
        " LANGUAGE sql RETURN NULL::boolean",
    )
    assert provisioning.restrict_database(database.admin, "epicevents_cli") == []
    with closing(connect_owner(database.admin)) as connection:
        assert connection.info.user == ADMIN


# A server that asks for passwords


@pytest.fixture(scope="module")
def asking() -> Iterator[dict[str, str]]:
    """A server with a superuser's password, and the URL of its administrator."""
    with passable_directory(in_memory()) as place:
        cluster = Cluster(place / "home", fast=True)
        with stopped(cluster):
            cluster.start()
            ask(cluster, "ALTER ROLE postgres PASSWORD 'a superuser''s'")
            admit(cluster, "local all all scram-sha-256")
            parameters = parse_database_url(cluster.url("postgres", "postgres"))
            yield {**parameters, "password": "a superuser's"}


def admit(cluster: Cluster, *lines: str) -> None:
    (cluster.data / "pg_hba.conf").write_text("".join(f"{line}\n" for line in lines))
    os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), 1)


def test_where_a_password_is_asked_for_it_gets_one_for_a_moment(asking: dict[str, str]) -> None:
    with closing(connect_owner(asking)) as connection:
        assert connection.info.user == ADMIN
        with closing(connect(asking)) as superuser, superuser.cursor() as cursor:
            cursor.execute(
                "SELECT rolpassword, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls"
                " FROM pg_authid WHERE rolname = %s",
                (ADMIN,),
            )
            assert cursor.fetchone() == (None, False, False, False, False)


def test_commands_at_once_do_not_shut_each_other_out(asking: dict[str, str]) -> None:
    found: list[object] = []

    def log_in() -> None:
        try:
            with closing(connect_owner(asking)) as connection:
                found.append(connection.info.user)
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=log_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ADMIN] * 6


def test_a_server_that_does_not_admit_it_says_what_to_add(
    asking: dict[str, str],
) -> None:
    data = Path(asking["host"]).parent / "postgres"
    hba = data / "pg_hba.conf"
    before = hba.read_text()
    pid = int((data / "postmaster.pid").read_text().split()[0])
    try:
        hba.write_text(f"local all {ADMIN} reject\n{before}")
        os.kill(pid, 1)
        with pytest.raises(DatabaseUnavailable) as caught:
            until_refused(lambda: connect_owner(asking).close())
        assert caught.value.code == "admin_not_admitted"
        assert "pg_hba.conf" in str(caught.value.hint)
    finally:
        hba.write_text(before)
        os.kill(pid, 1)


def until_refused(call: Callable[[], None]) -> None:
    """Call until the server has read its configuration again."""
    for _ in range(1000):
        call()

"""Views, functions, triggers and policies have one definition, which every upgrade lays anew."""

import re
from pathlib import Path

import pytest
from support.catalogue import catalogue, differences
from support.database import Database
from support.migrations import Migrations

from crm.database import laying, upgrades
from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import connect
from crm.domain.errors import RuleViolation

SCRIPTS = upgrades.find_migrations()
RELEASED = sorted((upgrades.find_migrations() / laying.RELEASED).glob("*.sql"))


def test_a_file_of_objects_makes_what_it_is_called() -> None:
    made = laying.read_files(SCRIPTS / "objects")
    assert len(made) > 100
    for file in made:
        assert {name for _kind, name in file.made} == {file.path.stem}, file.path
        assert {kind for kind, _name in file.made} <= {"VIEW", "FUNCTION", "TRIGGER", "POLICY"}


def test_nothing_is_defined_twice() -> None:
    made = laying.read_files(SCRIPTS / "tables") + laying.read_files(SCRIPTS / "objects")
    names = [name for file in made for name in set(file.made)]
    assert sorted(names) == sorted(set(names))


def test_the_folder_says_all_that_is_in_the_database(empty_database: Database) -> None:
    sql = empty_database.owner().cursor()
    made = laying.read_files(SCRIPTS / "tables") + laying.read_files(SCRIPTS / "objects")
    said = {f"{kind.lower()} {name}" for file in made for kind, name in file.made}
    found = {
        re.sub(r"\(.*| on .*", "", name)
        for name in catalogue(sql)
        if name.startswith(("function", "trigger", "policy"))
    }
    sql.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'")
    found |= {f"view {name}" for (name,) in sql.fetchall()}
    sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found |= {f"table {name}" for (name,) in sql.fetchall()} - {"table alembic_version"}
    assert found == said


def test_files_wait_for_those_that_they_mention(tmp_path: Path) -> None:
    for name, sql in {
        "a": "CREATE VIEW a AS SELECT b(), c.d FROM c;",
        "b": "CREATE FUNCTION b() RETURNS integer RETURN 1; -- a comment on a",
        "c": "CREATE VIEW c AS SELECT e, 'a' AS d FROM f();",  # a column e, a text 'a'
        "e": "CREATE FUNCTION e() RETURNS integer RETURN (SELECT count(*) FROM a);",
        "f": "CREATE FUNCTION f() RETURNS integer RETURN b();",
    }.items():
        (tmp_path / f"{name}.sql").write_text(sql + "\n")
    assert [file.path.stem for file in laying.read_files(tmp_path)] == ["b", "f", "c", "a", "e"]


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_what_was_released_is_carried_to_the_tables_of_today(
    bare: dict[str, str], released: Path, empty_database: Database
) -> None:
    old = connect(bare)
    old.autocommit = True
    cursor = old.cursor()
    cursor.execute(
        "SET ROLE epicevents_owner;"
        "CREATE TABLE alembic_version ("
        " version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY)"
    )
    cursor.execute("INSERT INTO alembic_version VALUES (%s)", (released.stem,))
    cursor.execute(released.read_text("utf-8"))
    upgrades.upgrade_schema(bare)
    today = empty_database.owner().cursor()
    laying.drop_objects(today)
    laying.drop_objects(cursor)
    assert differences(cursor, today) == {}
    old.close()


def test_an_upgrade_and_a_new_database_are_alike_only_if_both_were_changed(
    database: Database, migrations: Migrations, bare: dict[str, str]
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT")
    upgrades.upgrade_schema(database.admin)
    upgrades.upgrade_schema(bare)
    carried, laid = database.owner().cursor(), connect(bare).cursor()
    assert list(differences(carried, laid)) == ["column clients.website"]


def test_an_upgrade_lays_what_the_folder_says_and_drops_what_it_no_longer_says(
    database: Database, migrations: Migrations
) -> None:
    owner = database.owner()
    before = catalogue(owner.cursor())
    migrations.add_revision("ALTER TABLE events ADD COLUMN website TEXT")
    migrations.change("objects/event/event_list.sql", "e.notes,", "e.notes, e.website,")
    (migrations.root / "objects/denial/denied_list.sql").unlink()
    (migrations.root / "objects/client/clients_list_short.sql").write_text(
        "CREATE VIEW clients_list_short AS SELECT id FROM client_list;\n"
    )
    upgrades.upgrade_schema(database.admin)
    after = catalogue(owner.cursor())
    assert {name for name in before.keys() - after.keys() if name.startswith("rel")} == {
        "relation denied_list"
    }
    assert {name for name in after.keys() - before.keys() if name.startswith("rel")} == {
        "relation clients_list_short"
    }
    assert "e.website" in after["relation event_list"]
    same = before.keys() & after.keys() - {"relation event_list"}
    changed = {name for name in same if before[name] != after[name]}
    assert {name for name in changed if not name.startswith("column event_list.")} == set()


def test_records_live_through_it(database: Database, migrations: Migrations) -> None:
    cursor = database.owner().cursor()
    records = "SELECT array_agg(t::text ORDER BY id) FROM {} t"
    tables = ("users", "clients", "contracts", "events", "payments", "audit_entries")
    before = []
    for table in tables:
        cursor.execute(records.format(table))
        before += cursor.fetchall()
    migrations.add_revision("UPDATE clients SET last_updated = last_updated")
    upgrades.upgrade_schema(database.admin)
    # Not an edit of anybody's: neither versions nor the audit move.
    for table in tables:
        cursor.execute(records.format(table))
        assert cursor.fetchall() == [before.pop(0)], table


FOREIGN = {
    "view boss.reports": "CREATE VIEW boss.reports AS SELECT * FROM client_list",
    "view of_the_owner": "SET ROLE epicevents_owner;"
    " CREATE VIEW of_the_owner AS SELECT fold(full_name) FROM public.client_list",
    "policy boss_reads on table clients": "SET ROLE epicevents_owner;"
    " CREATE POLICY boss_reads ON public.clients USING (public.employee_id() = 1)",
    "function boss.mine()": "CREATE FUNCTION boss.mine() RETURNS integer"
    " RETURN (SELECT count(*) FROM public.client_list)",
    "trigger boss_looks on table clients": "SET ROLE epicevents_owner;"
    " CREATE TRIGGER boss_looks BEFORE DELETE ON public.clients"
    " FOR EACH ROW EXECUTE FUNCTION public.clients_touch()",
    "column one of table boss.copy": "CREATE TABLE boss.copy (one public.client_list)",
}


@pytest.mark.parametrize(("name", "statement"), FOREIGN.items(), ids=FOREIGN)
def test_what_an_administrator_built_on_ours_is_named_and_stops_it(
    database: Database, migrations: Migrations, name: str, statement: str
) -> None:
    boss = connect(database.admin)
    boss.autocommit = True
    boss.cursor().execute(f"CREATE SCHEMA boss; {statement}; RESET ROLE")
    before = catalogue(boss.cursor())
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT")
    with pytest.raises(RuleViolation) as refused:
        upgrades.upgrade_schema(database.admin)
    assert refused.value.code == "foreign_objects"
    assert refused.value.details == {"objects": [name]}
    assert name in refused.value.message
    assert catalogue(boss.cursor()) == before


def test_what_an_administrator_built_beside_ours_stays(
    database: Database, migrations: Migrations
) -> None:
    owner = database.owner()
    owner.cursor().execute(
        "CREATE VIEW public.of_tables AS SELECT id FROM clients;"
        "CREATE FUNCTION public.of_nothing() RETURNS integer RETURN 1"
    )
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT")
    upgrades.upgrade_schema(database.admin)
    after = catalogue(owner.cursor())
    assert {"relation of_tables", "function of_nothing()"} <= after.keys()


def test_a_note_of_somebody_elses_hand_drops_nothing_but_objects(
    database: Database, migrations: Migrations
) -> None:
    owner = database.owner()
    owner.cursor().execute(
        "COMMENT ON TABLE alembic_version IS E'VIEW client_list; DROP TABLE payments\\nTABLE users'"
    )
    with pytest.raises(Exception, match="already exists"):
        laying.lay_objects(owner.cursor(), SCRIPTS)
    laying.drop_objects(owner.cursor())
    assert {"relation users", "relation payments", "relation client_list"} <= catalogue(
        owner.cursor()
    ).keys()


REVISION = f"{SCHEMA_REVISION}_objects"


def test_a_definition_that_changes_reaches_a_database_of_the_same_revision(
    database: Database, migrations: Migrations
) -> None:
    assert upgrades.upgrade_schema(database.admin) == []
    comment = "COMMENT ON VIEW user_list IS\n    '"
    migrations.change("objects/user/user_list.sql", comment, f"{comment}Anew. ")
    sql = database.owner().cursor()
    assert upgrades.upgrade_schema(database.admin) == [REVISION]
    assert upgrades.upgrade_schema(database.admin) == []
    sql.execute("SELECT obj_description('user_list'::regclass)")
    assert sql.fetchall()[0][0].startswith("Anew. ")


@pytest.mark.parametrize(
    "tampered",
    [
        "DROP POLICY clients_update ON clients",
        "ALTER POLICY clients_update ON clients USING (true)",
        "ALTER TABLE payments DISABLE TRIGGER tg_payments_stay",
        "DROP TRIGGER tg_payments_stay ON payments",
        (
            "CREATE OR REPLACE FUNCTION is_phone(value text) RETURNS boolean LANGUAGE sql"
            " IMMUTABLE PARALLEL SAFE RETURN true"
        ),
        "ALTER VIEW client_list SET (security_barrier)",
    ],
)
def test_an_upgrade_puts_right_what_somebody_changed(database: Database, tampered: str) -> None:
    sql = database.owner().cursor()
    before = catalogue(sql)
    sql.execute(tampered)
    assert upgrades.upgrade_schema(database.admin) == [REVISION]
    assert catalogue(sql) == before
    assert upgrades.upgrade_schema(database.admin) == []

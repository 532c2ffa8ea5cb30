"""What functions of ours have computed and is stored is what they compute today."""

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from support.database import Database
from support.migrations import Migrations

from crm.database import upgrades


def outdated(cursor: Cursor) -> list[str]:
    """Return the generated columns and checks whose rows are not what their expressions give."""
    cursor.execute(
        """
        SELECT attrelid::regclass || '.' || attname, attrelid::regclass::text,
            format('%I IS DISTINCT FROM (%s)', attname, pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
        JOIN pg_class c ON c.oid = attrelid AND relnamespace = 'public'::regnamespace
        WHERE attgenerated = 's'
        UNION ALL
        SELECT conname, conrelid::regclass::text, format('NOT (%s)', pg_get_expr(conbin, conrelid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'c'
        ORDER BY 1
        """
    )
    found = cursor.fetchall()
    assert len(found) > 40
    wrong = []
    for name, table, condition in found:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}")
        if cursor.fetchone() != (0,):
            wrong.append(name)
    return wrong


def test_stored_is_computed(database: Database) -> None:
    assert outdated(database.owner().cursor()) == []


def test_no_index_rests_on_a_function_of_ours(database: Database) -> None:
    # What it would hold could only be seen by building it anew.
    cursor = database.owner().cursor()
    cursor.execute(
        "SELECT d.objid::regclass FROM pg_depend d JOIN pg_class i ON i.oid = d.objid"
        " JOIN pg_proc p ON p.oid = d.refobjid AND pronamespace = 'public'::regnamespace"
        " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_proc'::regclass"
        " AND relkind = 'i'"
    )
    assert cursor.fetchall() == []


@pytest.mark.parametrize("recomputed", [False, True])
def test_a_function_that_changes_is_noticed_unless_a_revision_recomputes(
    database: Database, migrations: Migrations, recomputed: bool
) -> None:
    migrations.change("tables/text.sql", "'œ', 'oe'", "'œ', 'o'")
    migrations.change("tables/text.sql", "[1-9][0-9]{5,14}", "[1-5][0-9]{5,14}")
    migrations.add_revision(*(["UPDATE clients SET full_name = full_name"] if recomputed else []))
    owner = database.owner()
    owner.cursor().execute(
        "UPDATE clients SET full_name = 'Sœur', phone = '+33612345678' WHERE id = 1;"
        "UPDATE clients SET phone = '+33612345678'"
    )
    upgrades.upgrade_schema(database.admin)
    stale = [] if recomputed else ["clients.full_name_folded", "clients.search_words"]
    assert outdated(owner.cursor()) == stale

"""How Alembic reaches the database: as the owner, one upgrade at a time, all or nothing."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from alembic.util import CommandError
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from sqlalchemy import Connection

from crm import settings
from crm.database import laying, location, revision, upgrades
from crm.models import Base

SCRIPTS = Path(__file__).parent

# Any number will do, as long as every upgrade of this program asks for the same one.
UPGRADE_LOCK = 7_301_943_201


class Tried(Exception):
    """Ends a dry run, which keeps nothing."""


def run(connection: Connection) -> None:
    """Apply the asked migrations in one transaction, as ``epicevents_owner``."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=False,
        include_name=is_mapped,
        include_object=is_declared,
        on_version_apply=note,
    )
    # Nothing may be executed before this line: Alembic would take the open transaction for
    # somebody else's and apply nothing.
    with suppress(Tried), context.begin_transaction():
        # What waits for a lock on a table holds up all who come after it.
        patience = context.config.attributes.get("lock_timeout", "60s")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        connection.exec_driver_sql("SET LOCAL ROLE epicevents_owner")
        cursor: Any = connection.connection.cursor()
        destination = context.get_context().opts.get("destination_rev")
        if destination is None:  # only looked at, as by "alembic check"
            context.run_migrations()
        elif destination == "base":
            # The only way down there is, records included: revisions have none of their own.
            laying.drop_everything(cursor, SCRIPTS)
            context.get_context().stamp(context.script, "base")
        else:
            upgrade(cursor)
        if context.config.attributes.get("dry_run"):
            raise Tried


def upgrade(cursor: Cursor) -> None:
    """Lay a new database, or carry an old one up and lay its objects anew."""
    newest = context.script.get_current_head()
    found = context.get_context().get_current_revision()
    if newest is None or (found == newest and laying.is_current(cursor, SCRIPTS)):
        return
    if found is None:
        context.get_context().stamp(context.script, newest)
        laying.lay_tables(cursor, SCRIPTS)
        applied().append(Path(context.script.get_revision(newest).path).stem)
    else:
        revision.refuse_newer(found, newest)
        revision.refuse_too_old(found)
        laying.drop_objects(cursor)
        laying.replace_functions(cursor, SCRIPTS)
        if found == newest:  # a definition has changed: in the files, or in the database
            applied().append(f"{newest}_objects")
        else:
            context.run_migrations()
    if not context.config.attributes.get("bare"):
        laying.lay_objects(cursor, SCRIPTS)


def applied() -> list[str]:
    """Return the list in which who asked for an upgrade wants to find what was applied."""
    asked: list[str] = context.config.attributes.setdefault("applied", [])
    return asked


def note(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """Name what is applied, such as ``0012_rights``, to whoever asked for it."""
    del ctx, heads, run_args
    applied().extend(Path(each.path).stem for each in step.up_revisions if isinstance(each, Script))


# What only SQL declares, because only reading uses it: sort keys, search words, what is incomplete.
DERIVED = ("_folded", "_words", "incomplete")


def is_mapped(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the tables that no model maps: those of identity and audit."""
    return kind != "table" or name in Base.metadata.tables


def is_declared(
    _object: object, name: str | None, kind: str, reflected: bool, compare_to: object
) -> bool:
    """Leave out the columns and indexes that only reading uses.

    A test of the catalogue holds those against the migrations.
    """
    if not reflected or compare_to is not None:
        return True
    return kind != "index" and not (name or "").endswith(DERIVED)


if context.is_offline_mode():
    raise CommandError("The SQL of a new database is in migrations/tables and migrations/objects.")
if (engine := context.config.attributes.get("engine")) is None:
    # Alembic's own command line: the program's settings say which database.
    engine = upgrades.build_engine(location.read_admin_parameters(settings.load_settings()))
with engine.connect() as connection:
    run(connection)

"""How Alembic reaches the database: as the owner, one upgrade at a time, all or nothing."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection

from crm.models import Base

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
        context.run_migrations()
        if context.config.attributes.get("dry_run"):
            raise Tried


def note(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """Name what is applied, such as ``0012_rights``, to whoever asked for it."""
    del ctx, heads, run_args
    applied = context.config.attributes.get("applied", [])
    applied += [Path(each.path).stem for each in step.up_revisions if isinstance(each, Script)]


# What only SQL declares, because only reading uses it: sort keys and search words.
DERIVED = ("_folded", "_words")


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
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    if (engine := context.config.attributes.get("engine")) is None:
        # Alembic's own command line: the program's settings say which database.
        from crm import settings
        from crm.database import location, provisioning

        engine = provisioning.build_engine(location.read_admin_parameters(settings.load_settings()))
    with engine.connect() as connection:
        run(connection)

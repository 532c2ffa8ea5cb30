"""Which schema a database has, making one, and bringing it to the newest revision, by Alembic."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crm.database import laying
from crm.database.administrator import OWNER, connect_administrator, connect_owner
from crm.database.errors import not_set_up_error, translate_errors
from crm.database.provisioning import LOGIN, admin_transaction, create_database, make_roles
from crm.database.revision import (
    SCHEMA_REVISION,
    refuse_newer,
    refuse_too_old,
    require_revision,
)
from crm.database.transaction import Transaction

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine


def find_migrations() -> Path:
    """Return the directory of the migrations: inside the wheel, or beside the package."""
    package = Path(__file__).parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def build_alembic_config(engine: "Engine | None" = None) -> "Config":
    """Return Alembic's configuration without a file, so that it works from a wheel too."""
    from alembic.config import Config

    config = Config()
    # Alembic's configuration takes a % for the beginning of a reference.
    config.set_main_option("script_location", str(find_migrations()).replace("%", "%%"))
    # Said, because it warns where it has to guess.
    config.set_main_option("path_separator", "os")
    if engine is not None:
        config.attributes["engine"] = engine
    return config


def build_engine(parameters: Mapping[str, str]) -> "Engine":
    """Return a SQLAlchemy engine that connects as a member of the owner, without a pool."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(
        "postgresql+psycopg2://",
        creator=lambda: connect_owner(parameters),
        poolclass=NullPool,
        # An error would quote them: rows, and what somebody typed.
        hide_parameters=True,
    )


def make_database(
    parameters: Mapping[str, str], login: str = LOGIN, password: str | None = None
) -> list[str]:
    """Make the database, its roles and its schema, where they do not exist yet.

    Returns what this server did not allow to be set for the login. A schema that exists is not
    upgraded: DatabaseUnavailable says what to do about one that this program does not work with.
    """
    create_database(parameters)
    with closing(connect_administrator(parameters)) as connection:
        refused = make_roles(connection, login, password)
    if read_current_revision(parameters) is None:
        upgrade_schema(parameters)
    else:
        with admin_transaction(parameters) as tx:
            require_schema(tx)
    return refused


def upgrade_schema(parameters: Mapping[str, str], *, dry_run: bool = False) -> list[str]:
    """Make the schema, or bring it to the newest revision, all or nothing; upgrades at once queue.

    Returns what was applied, such as ``0020_deposits``. A dry run applies it and rolls back.

    Raises DatabaseUnavailable for a schema that this program does not know, RuleViolation
    ``foreign_objects`` where something of somebody else's depends on what is laid anew.
    """
    from alembic import command

    config = build_alembic_config(build_engine(parameters))
    applied: list[str] = config.attributes.setdefault("applied", [])
    config.attributes["dry_run"] = dry_run
    with translate_errors():
        command.upgrade(config, "head")
    return applied


def lay_revision(parameters: Mapping[str, str], revision: str) -> None:
    """Make the tables of an empty database as a known revision has them, without objects.

    An older revision begins with the tables of the last release before it and is carried up.
    """
    from alembic import command

    scripts = find_migrations()
    with admin_transaction(parameters) as tx:
        tx.execute(f"SET LOCAL ROLE {OWNER}")
        start = laying.lay_released(tx.connection.cursor(), scripts, revision, SCHEMA_REVISION)
    if start != revision:
        config = build_alembic_config(build_engine(parameters))
        config.attributes["bare"] = True
        with translate_errors():
            command.upgrade(config, revision)


class Revision(NamedTuple):
    """A revision that a database does not have yet."""

    name: str  # such as 0020_deposits
    changes_data: bool  # whether records could be lost by it


def find_pending(current: str | None) -> list[Revision]:
    """Return what :func:`upgrade_schema` would apply to a schema of that revision, in order.

    Raises DatabaseUnavailable for a schema that this program does not know.
    """
    from alembic.script import ScriptDirectory

    if current is None:
        return []
    refuse_newer(current)
    refuse_too_old(current)
    scripts = ScriptDirectory.from_config(build_alembic_config())
    # One that does not say what it does is taken for one that needs a backup before it.
    pending = [
        Revision(Path(each.path).stem, getattr(each.module, "changes_data", True))
        for each in scripts.iterate_revisions("head", current)
    ]
    # Alembic goes from the newest down.
    return pending[::-1]


def read_oldest_program(parameters: Mapping[str, str]) -> str:
    """Return the revision of the oldest program that may work with a database."""
    with admin_transaction(parameters) as tx:
        return str(tx.value("SELECT oldest_program()"))


def read_current_revision(parameters: Mapping[str, str]) -> str | None:
    """Return the revision of the database's schema, ``None`` where there is none."""
    with admin_transaction(parameters) as tx:
        return read_schema_revision(tx)


def read_schema_revision(tx: Transaction) -> str | None:
    """Return the revision of the schema that a transaction sees, ``None`` where there is none."""
    if tx.value("SELECT to_regclass('public.alembic_version')") is None:
        return None
    revision: str | None = tx.value("SELECT version_num FROM alembic_version")
    return revision


def require_schema(tx: Transaction) -> None:
    """Refuse a schema that this program may not work with: DatabaseUnavailable."""
    revision = read_schema_revision(tx)
    if revision is None:
        raise not_set_up_error()
    newer = revision > SCHEMA_REVISION
    require_revision(revision, tx.value("SELECT oldest_program()") if newer else None)

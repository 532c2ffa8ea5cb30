"""What a database holds, by counts and sums that any server computes alike."""

from typing import TYPE_CHECKING

from psycopg2.sql import SQL, Identifier, Literal

from crm.backup.manifest import Contents, TableSum
from crm.backup.rights import read_rights
from crm.database.administrator import OWNER
from crm.database.provisioning import GROUP, LOGIN
from crm.database.revision import SCHEMA_REVISION

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# Of which a backup holds the definition and no rows: who was logged in then is not logged in now.
# Attempts go with them, or each success would come back as a failure; suspensions stay, since they
# keep people out.
LEFT_OUT = ("sessions", "session_uses", "session_revocations", "login_attempts")

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
# How values are written out, which the sums depend on.
_PLAIN = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}


def measure_contents(
    tx: "Transaction", login: str = LOGIN, faults: list[str] | None = None
) -> Contents:
    """Return what the transaction's database holds; in one snapshot, if the transaction has one."""
    for name, value in _PLAIN.items():
        tx.execute("SELECT set_config(%s, %s, true)", (name, value))
    return Contents(
        schema_revision=tx.value("SELECT version_num FROM alembic_version"),
        server_major=read_server_major(tx),
        tables=_measure_tables(tx),
        sequences=dict(
            tx.rows(
                "SELECT schemaname || '.' || sequencename, coalesce(last_value, 0)"
                " FROM pg_sequences WHERE schemaname = 'public' AND sequenceowner = %s ORDER BY 1",
                (OWNER,),
            )
        ),
        settings=_read_settings(tx),
        grants=_read_grants(tx),
        rights=read_rights(tx, login),
        roles=_read_roles(tx),
        faults=faults,
    )


def read_server_major(tx: "Transaction") -> int:
    """Return the server's major version, such as 18."""
    return int(tx.value("SELECT current_setting('server_version_num')::integer / 10000"))


def has_tables(tx: "Transaction") -> bool:
    """Whether the database holds a table, a view or a sequence of anybody's."""
    return bool(
        tx.value(
            f"""
            SELECT EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}
            )
            """  # noqa: S608  no value in it
        )
    )


def is_company(tx: "Transaction") -> bool:
    """Whether the database holds the program's tables."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_roles r ON r.oid = relowner"
            " WHERE c.oid = to_regclass('public.alembic_version') AND rolname = %s)",
            (OWNER,),
        )
    )


def run_checks(tx: "Transaction") -> list[str] | None:
    """Return which of doctor's checks of data fail; None for a schema that it does not know."""
    from crm.services import doctor

    if tx.value("SELECT version_num FROM alembic_version") != SCHEMA_REVISION:
        return None
    return [result.check.name for result in doctor.examine_data(tx) if result.ok is False]


def _measure_tables(tx: "Transaction") -> dict[str, TableSum]:
    found = tx.rows(
        """
        SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attname)
            FILTER (WHERE a.attgenerated = '')
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname = 'public'
          AND pg_get_userbyid(c.relowner) = %s AND c.relname <> ALL (%s)
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        (OWNER, list(LEFT_OUT)),
    )
    return {
        f"{schema}.{name}": _measure_table(tx, schema, name, columns)
        for schema, name, columns in found
    }


def _measure_table(tx: "Transaction", schema: str, name: str, columns: list[str]) -> TableSum:
    """Return a table's count and sum, whatever the order of its rows.

    Columns that the database derives are derived again by the server that restores them, and their
    order is another in a database that was upgraded.
    """
    row = tx.row(
        SQL(
            "SELECT count(*), coalesce(sum(('x' || left(md5(ROW({columns})::text), 16))"
            "::bit(64)::bigint::numeric), 0)::text FROM {table}"
        ).format(columns=SQL(", ").join(map(Identifier, columns)), table=Identifier(schema, name))
    )
    assert row is not None  # noqa: S101  an aggregate has one row
    return TableSum(*row)


def _read_settings(tx: "Transaction") -> list[list[str]]:
    return [
        list(row)
        for row in tx.rows(
            """
            SELECT coalesce(r.rolname, ''), split_part(entry, '=', 1),
                substr(entry, strpos(entry, '=') + 1)
            FROM pg_db_role_setting s
            JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
            LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) entry
            ORDER BY 1, 2
            """
        )
    ]


def _read_grants(tx: "Transaction") -> list[list[object]]:
    return [
        list(row)
        for row in tx.rows(
            """
            SELECT coalesce(r.rolname, 'public'), a.privilege_type, bool_or(a.is_grantable)
            FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE d.datname = current_database() AND a.grantee <> d.datdba
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        )
    ]


def _read_roles(tx: "Transaction") -> dict[str, bool]:
    """Return whom the database's rights name, the group's members, and who is one."""
    return dict(
        tx.rows(
            SQL(
                """
                SELECT r.rolname::text, EXISTS (
                    SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                    WHERE g.rolname = {group} AND m.member = r.oid)
                FROM pg_roles r
                WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND (r.oid IN (
                    SELECT m.member FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                    WHERE g.rolname = {group}
                ) OR r.oid IN (
                    SELECT s.refobjid FROM pg_shdepend s
                    WHERE s.refclassid = 'pg_authid'::regclass AND s.dbid IN (0, (
                        SELECT oid FROM pg_database WHERE datname = current_database()))
                      AND (s.dbid <> 0 OR s.classid = 'pg_database'::regclass AND s.objid = (
                        SELECT oid FROM pg_database WHERE datname = current_database()))
                ))
                ORDER BY 1
                """
            ).format(group=Literal(GROUP))
        )
    )

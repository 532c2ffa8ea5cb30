"""What roles beside the program's own may do in a database: noted in a backup, given back after it.

A file is not believed: only plain rights on objects that exist are given, to roles that are not the
program's, and the person is told which.
"""

from typing import TYPE_CHECKING

from psycopg2.sql import SQL, Composable, Identifier

from crm.backup.manifest import Right
from crm.database.administrator import ADMIN, OWNER
from crm.database.provisioning import GROUP

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# Others let a role run something in somebody else's name, or keep others from a table.
PRIVILEGES = {"SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "USAGE"}

_OBJECTS = """
    SELECT 'SCHEMA', nspname::text, '', nspacl FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname, '', relacl
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
    UNION ALL
    SELECT 'TABLE', relname, attname, attacl
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'FUNCTION', proname || '(' || pg_get_function_identity_arguments(oid) || ')', '', proacl
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def read_rights(tx: "Transaction", login: str) -> list[Right]:
    """Return the rights of roles that are not the program's."""
    return [
        Right(*row)
        for row in tx.rows(
            f"""
            SELECT r.rolname::text, a.privilege_type, o.kind, o.name, o.col
            FROM ({_OBJECTS}) o (kind, name, col, acl), aclexplode(o.acl) a
            JOIN pg_roles r ON r.oid = a.grantee
            WHERE NOT r.rolsuper AND r.rolname <> ALL (%s) ORDER BY 1, 3, 4, 5, 2
            """,  # noqa: S608  no value in it
            (_list_ours(login),),
        )
    ]


def give_rights(
    tx: "Transaction", wanted: list[Right], login: str
) -> tuple[list[Right], list[Right]]:
    """Give rights back, as the owner; return which were given, and which were not."""
    query = f"SELECT kind, name, col FROM ({_OBJECTS}) o (kind, name, col, acl)"  # noqa: S608  ours
    there = set(tx.rows(query))
    roles = {role for (role,) in tx.rows("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'")}
    possible = roles - set(_list_ours(login))
    given = [
        right
        for right in wanted
        if right.role in possible
        and right.privilege in PRIVILEGES
        and (right.kind, right.name, right.column) in there
    ]
    for right in given:
        tx.execute(_grant(right))
    return given, [right for right in wanted if right not in given]


def _list_ours(login: str) -> list[str]:
    return [OWNER, ADMIN, GROUP, login]


def _grant(right: Right) -> Composable:
    column = SQL(" ({})").format(Identifier(right.column)) if right.column else SQL("")
    # A function's name has its arguments, and is one that exists.
    name = SQL(right.name) if right.kind == "FUNCTION" else Identifier(right.name)
    return SQL("GRANT {}{} ON {} {} TO {}").format(
        SQL(right.privilege), column, SQL(right.kind), name, Identifier(right.role)
    )

"""All that a database's catalogue says of the schema, as texts that can be compared."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

# Each row: what it is, and all that is said of it. Whatever PostgreSQL numbers is left out.
EVERYTHING = """
WITH relations AS (
    SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace
)
SELECT 'column ' || a.attrelid::regclass || '.' || a.attname, concat_ws(' | ',
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum),
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
    a.attcollation::regcollation, a.attstattarget, a.attacl, pg_get_expr(d.adbin, d.adrelid),
    col_description(a.attrelid, a.attnum))
FROM pg_attribute a JOIN relations c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')
UNION ALL
SELECT 'relation ' || oid::regclass, concat_ws(' | ', relkind, relowner::regrole, relacl,
    reloptions, relrowsecurity, relforcerowsecurity, relpersistence,
    CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) WHEN 'i' THEN pg_get_indexdef(oid) END,
    CASE WHEN relname <> 'alembic_version' THEN obj_description(oid, 'pg_class') END)
FROM relations
UNION ALL
SELECT 'sequence ' || seqrelid::regclass, concat_ws(' | ', seqtypid::regtype, seqstart,
    seqincrement, seqmax, seqmin, seqcache, seqcycle)
FROM pg_sequence JOIN relations c ON c.oid = seqrelid
UNION ALL
SELECT 'constraint ' || conname || ' on ' || conrelid::regclass,
    concat_ws(' | ', pg_get_constraintdef(oid), convalidated, obj_description(oid, 'pg_constraint'))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'function ' || oid::regprocedure, concat_ws(' | ', pg_get_functiondef(oid),
    proowner::regrole, proacl, obj_description(oid, 'pg_proc'))
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass,
    concat_ws(' | ', pg_get_triggerdef(t.oid), tgenabled, obj_description(t.oid, 'pg_trigger'))
FROM pg_trigger t JOIN relations c ON c.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT 'policy ' || polname || ' on ' || polrelid::regclass, concat_ws(' | ', polcmd,
    polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
    pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
FROM pg_policy p JOIN relations c ON c.oid = polrelid
UNION ALL
SELECT 'defaults ' || defaclrole::regrole || ' ' || defaclobjtype::text, defaclacl::text
FROM pg_default_acl
UNION ALL
SELECT 'schema ' || nspname, concat_ws(' | ', nspowner::regrole, nspacl)
FROM pg_namespace WHERE nspname = 'public'
"""


def catalogue(cursor: Cursor) -> dict[str, str]:
    """Return what there is, and what the catalogue says of each."""
    cursor.execute(EVERYTHING)
    return dict(cursor.fetchall())


def differences(cursor: Cursor, other: Cursor) -> dict[str, tuple[str | None, str | None]]:
    """Return what two databases do not have alike, as (of the one, of the other)."""
    one, two = catalogue(cursor), catalogue(other)
    return {
        name: (one.get(name), two.get(name))
        for name in sorted(one.keys() | two.keys())
        if one.get(name) != two.get(name)
    }

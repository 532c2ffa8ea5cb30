"""What ``make mutation`` breaks, one thing at a time, and which tests must notice.

The mutations are read from the catalogue of a migrated database, so nothing is forgotten that a
migration adds; :data:`NOTICED_BY` names the tests. Where several are named, the first tries what
an employee could then do; ``DECLARED`` comes last and only compares grants with their list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor  # noqa: N812

APP = "epicevents_app"
SECURITY = "tests/security/test_"
ROWS, MATRIX = f"{SECURITY}row_security.py", f"{SECURITY}matrix.py"
RULES, VALUES, LEDGER = (
    f"{SECURITY}{name}.py" for name in ("integrity", "integrity_values", "ledger")
)
AUDIT, GATES, INSIDER = (f"{SECURITY}{name}.py" for name in ("audit", "gates", "insider"))
PRIVACY = f"{SECURITY}privacy.py"
PROOF = f"{SECURITY}proof.py"
LOGIN, IDENTITY, LOCKS = (f"{SECURITY}{name}.py" for name in ("login", "identity", "held_locks"))
CATALOGUE = "tests/migrations/test_catalogue.py"
SCHEMA = "tests/migrations/test_schema.py"
DECLARED = f"{SECURITY}grants.py"
UNDO = f"{SECURITY}undo.py"


@dataclass(frozen=True)
class Mutation:
    """Something that is broken in a copy of the database, by name, and the SQL that does it."""

    name: str
    sql: str

    @property
    def key(self) -> str:
        """The SQL, by which a kept outcome is known to hold still."""
        return self.sql


def mutations(sql: Cursor) -> Iterator[Mutation]:
    """Everything that the migrated catalogue holds, broken in turn."""
    yield from _policies(sql)
    yield from _constraints(sql)
    yield from _triggers(sql)
    yield from _checks(sql)
    yield from _gates(sql)
    yield from _revoked(sql)
    yield from _granted(sql)


def _policies(sql: Cursor) -> Iterator[Mutation]:
    sql.execute(
        "SELECT policyname, tablename, qual IS NOT NULL, with_check IS NOT NULL FROM pg_policies"
        " WHERE schemaname = 'public' ORDER BY tablename, policyname"
    )
    for name, table, using, check in sql.fetchall():
        yield Mutation(f"policy {name} dropped", f"DROP POLICY {name} ON {table}")
        clauses = ["USING (true)"] * using + ["WITH CHECK (true)"] * check
        yield Mutation(
            f"policy {name} opened", f"ALTER POLICY {name} ON {table} {' '.join(clauses)}"
        )
    sql.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relrowsecurity ORDER BY relname"
    )
    for (table,) in sql.fetchall():
        yield Mutation(
            f"row security of {table} off", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        )


def _constraints(sql: Cursor) -> Iterator[Mutation]:
    """Primary keys stay: foreign keys would go with them."""
    sql.execute(
        "SELECT conname, conrelid::regclass FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'x')"
        " ORDER BY conname"
    )
    for name, table in sql.fetchall():
        yield Mutation(
            f"constraint {name} dropped", f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"
        )


def _triggers(sql: Cursor) -> Iterator[Mutation]:
    sql.execute(
        "SELECT tgname, tgrelid::regclass FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
        " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace ORDER BY tgname"
    )
    for name, table in sql.fetchall():
        yield Mutation(f"trigger {name} dropped", f"DROP TRIGGER {name} ON {table}")


REFUSAL = re.compile(
    r"PERFORM deny\((?:'(?:[^']|'')*'|[^;'])*;|RAISE EXCEPTION (?:'(?:[^']|'')*'|[^;'])*;"
)


def _checks(sql: Cursor) -> Iterator[Mutation]:
    """Each refusal in a function's body, made silent."""
    sql.execute(
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prolang <> 14 AND proname <> 'deny'"
        " ORDER BY proname"
    )
    for name, definition in sql.fetchall():
        for number, found in enumerate(REFUSAL.finditer(definition), 1):
            silent = f"{definition[: found.start()]}NULL;{definition[found.end() :]}"
            yield Mutation(f"check {number} of {name} silent", silent)


FENCE = re.compile(r"\( SELECT\s+OFFSET 0\) fence,\s*")


def _gates(sql: Cursor) -> Iterator[Mutation]:
    sql.execute(
        "SELECT relname, pg_get_viewdef(oid), array_to_string(reloptions, ', ') FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
        " AND relname <> 'open_sessions' ORDER BY relname"
    )
    gate = re.compile(
        r"\( SELECT employee_(?:id|role)\(\) AS employee_(?:id|role)\)"
        r" (?:IS NOT NULL|= 'MANAGEMENT'::text)"
    )
    for name, definition, options in sql.fetchall():
        with_ = f" WITH ({options})" if options else ""
        opened, gates = gate.subn("true", definition)
        assert gates == 1, name
        yield Mutation(
            f"gate of {name} opened", f"CREATE OR REPLACE VIEW {name}{with_} AS {opened}"
        )
        if options:
            yield Mutation(f"barrier of {name} gone", f"ALTER VIEW {name} RESET (security_barrier)")
        alone, fences = FENCE.subn("", definition)
        if fences:
            yield Mutation(f"fence of {name} gone", f"CREATE OR REPLACE VIEW {name} AS {alone}")


def grants(sql: Cursor) -> list[tuple[str, str]]:
    """Whatever the app's role was given: privilege (with its column), and on what."""
    sql.execute(
        """
        SELECT privilege_type, kind || ' ' || name FROM (
            SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname::text, relacl
            FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT 'FUNCTION', format('%%s(%%s)', proname, pg_get_function_identity_arguments(oid)),
                proacl
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'SCHEMA', nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
        ) granted (kind, name, acl), aclexplode(acl)
        WHERE grantee = %(app)s::regrole
        UNION ALL
        SELECT format('%%s (%%s)', privilege_type, attname), 'TABLE ' || relname
        FROM pg_attribute
        JOIN pg_class c ON c.oid = attrelid AND relnamespace = 'public'::regnamespace,
            aclexplode(attacl)
        WHERE grantee = %(app)s::regrole
        ORDER BY 2, 1
        """,
        {"app": APP},
    )
    return sql.fetchall()


def _revoked(sql: Cursor) -> Iterator[Mutation]:
    for privilege, on in grants(sql):
        yield Mutation(f"{privilege} on {on} revoked", f"REVOKE {privilege} ON {on} FROM {APP}")


def _granted(sql: Cursor) -> Iterator[Mutation]:
    """What the app's role must never be given."""
    held = set(grants(sql))
    sql.execute(
        """
        SELECT verb, 'TABLE ' || relname FROM pg_class,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) verb
        WHERE relnamespace = 'public'::regnamespace
          AND (relkind = 'r' OR relkind = 'v' AND verb NOT IN ('TRUNCATE'))
        UNION ALL
        SELECT verb, 'SEQUENCE ' || relname FROM pg_class, unnest(ARRAY['USAGE', 'UPDATE']) verb
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
        UNION ALL
        SELECT 'EXECUTE',
            format('FUNCTION %s(%s)', proname, pg_get_function_identity_arguments(oid))
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
        UNION ALL SELECT 'CREATE', 'SCHEMA public'
        ORDER BY 2, 1
        """
    )
    for privilege, on in sql.fetchall():
        if (privilege, on) not in held:
            yield Mutation(f"{privilege} on {on} granted", f"GRANT {privilege} ON {on} TO {APP}")


Tests = tuple[str, ...]

# What names have in common.
NOUN = "(user|client|contract|event|payment|log_entrie|task)"
PLAIN_VALUES = (
    r"ck_(?:(?:users|clients)_(?:email|phone|\w+_name)"
    r"|events_(?:name|client_contact|location|notes|cancelled_reason)"
    r"|payments_(?:method|reference|request_key|reason)|log_entries_text|tasks_text)"
)
RULE_FUNCTIONS = (
    r"(?:contracts_write|keep_a_manager|payments_are_final|refuse_inactive"
    r"|log_entries_(?:guard|of_client|are_final)|task_of_client)"
)
OF_LOGIN = r"(?:login_\w+|begin_session|change_password|end_\w+|revoke_\w+|record_denial)"
FORBIDDEN = f"{INSIDER} -k out_of_reach"
UNREACHABLE = (f"{FORBIDDEN} and {{0}}", f"{LOGIN} -k unreadable and {{0}}")
# Fifty connections at once are more than a server gives that several mutations share.
ONE_LOGIN = f"{LOGIN} -k not hundred"

# No statement can break these, since the id in them is unique by itself. They are what a foreign
# key points at, which goes with them; its tests notice.
IMPLIED = {
    "uq_users_id_role", "uq_contracts_id_client_id_signed_status",
    "uq_payments_id_contract_id_amount_kind",
}  # fmt: skip

# The first pattern that fits the whole name says which tests must turn red; {0}, {1} … are what its
# groups found. A file alone, or with the words that -k selects by.
NOTICED_BY: tuple[tuple[str, Tests], ...] = (
    # Policies
    (rf"policy {NOUN}s_select opened", (f"{ROWS} -k tables", GATES)),
    (r"policy payments_\w+ \w+", (f"{ROWS} -k contract", LEDGER)),
    (rf"policy {NOUN}s_\w+ \w+", (f"{ROWS} -k {{0}}", f"{MATRIX} -k {{0}}")),
    (rf"row security of {NOUN}s off", (ROWS,)),
    (r"row security of \w+ off", (f"{CATALOGUE} -k row_security",)),
    # Rules
    (rf"constraint {PLAIN_VALUES} dropped", (f"{VALUES} -k every_such_column",)),
    (r"constraint ck_users_hashed_password dropped", (f"{IDENTITY} -k layout",)),
    (r"constraint ck_\w+_(dates|created_at)_range dropped", (f"{VALUES} -k moments", RULES)),
    (r"constraint ck_events_attendees dropped", (f"{VALUES} -k attendee",)),
    (r"constraint ck_security_policy_(?:lifetime|idle_limit) dropped", (f"{IDENTITY} -k policy",)),
    (r"constraint uq_(?:users|clients)_email dropped", (f"{VALUES} -k same_email",)),
    (r"constraint uq_login_attempts_challenge dropped", (f"{PROOF} -k again",)),
    (r"constraint uq_users_id_role dropped", (f"{RULES} -k contact_role",)),
    (r"constraint uq_contracts_id_client_id_\w+ dropped", (f"{RULES} -k fk_events_signed",)),
    (r"constraint uq_payments_id_contract_id_\w+ dropped", (f"{RULES} -k fk_payments_reverses",)),
    (r"constraint (\w+) dropped", (f"{RULES} -k {{0}}", RULES, VALUES)),
    (r"trigger tg_(\w+?)_audit_\w+ dropped", (AUDIT,)),
    (r"trigger tg_(\w+)_touch dropped", (f"{LEDGER} -k version",)),
    (r"trigger tg_\w+_active_contact_\w+ dropped", (f"{RULES} -k inactive", RULES)),
    (r"trigger tg_payments_guard dropped", (f"{LEDGER} -k who_made",)),
    (r"trigger tg_\w+_guard dropped", (ROWS,)),
    (r"trigger (tg_contracts_open_ledger|tg_payments_move_balance) dropped", (LEDGER,)),
    (r"trigger tg_(?:clients_stay_erased|contracts_erased_client\w*) dropped", (PRIVACY,)),
    (r"trigger tg_\w+ dropped", (RULES, LEDGER)),
    # Refusals inside functions
    (rf"check \d of {RULE_FUNCTIONS} silent", (RULES,)),
    (r"check \d of (\w+_guard) silent", (ROWS,)),
    (r"check \d of (?:erase_client|client_mentions|\w+_erased) silent", (PRIVACY,)),
    (r"check \d of audit_transaction silent", (AUDIT,)),
    (r"check \d of delete_record silent", (f"{ROWS} -k delete", f"{INSIDER} -k deleting")),
    (r"check \d of (?:begin_undo|undo_\w+|payments_stay|log_entries_stay) silent", (UNDO,)),
    (r"check \d of begin_import silent", (f"{ROWS} -k no_row_grants",)),
    (r"check 1 of login_attempt silent", (f"{LOGIN} -k length",)),
    (r"check 2 of login_attempt silent", (PROOF,)),
    (r"check \d of (change_password|login_\w+) silent", (IDENTITY, ONE_LOGIN)),
    (r"check \d of \w+ silent", (ROWS, IDENTITY, LOCKS, AUDIT)),
    # Reading
    (r"(?:gate|barrier|fence) of (\w+) (?:opened|gone)", (f"{GATES} -k {{0}}",)),
    # Grants
    (rf"\w+(?: \(\w+\))? on TABLE {NOUN}s revoked", (f"{MATRIX} -k {{0}}", DECLARED)),
    (r"SELECT on TABLE (\w+_list) revoked", (f"{GATES} -k {{0}}", DECLARED)),
    (rf"EXECUTE on FUNCTION {OF_LOGIN}\(.*\) revoked", (IDENTITY, ONE_LOGIN, DECLARED)),
    (r"EXECUTE on FUNCTION installation_id\(\) revoked", (f"{SECURITY}elsewhere.py -k connects",)),
    (r".* revoked", (f"{ROWS} -k database_allows", DECLARED)),
    (r"EXECUTE on FUNCTION .* granted", (f"{LOGIN} -k unreadable", f"{MATRIX} -k functions")),
    (r"\w+ on TABLE (\w+) granted", (f"{ROWS} -k no_row_grants", *UNREACHABLE, DECLARED)),
    (r".* granted", (f"{ROWS} -k no_row_grants", FORBIDDEN, f"{LOGIN} -k unreadable", DECLARED)),
)  # fmt: skip


def noticed_by(mutation: Mutation) -> Tests:
    """The tests that must notice, each as pytest's arguments; none where nobody named any."""
    for pattern, tests in NOTICED_BY:
        if found := re.fullmatch(pattern, mutation.name):
            return tuple(test.format(*found.groups()) for test in tests)
    return ()

"""What roles may be and do; which rights the login has on our objects: ``doctor_needs``."""

from crm.database.provisioning import LOGIN_SETTINGS, WITHHELD
from crm.domain.i18n import gettext as _
from crm.queries.doctor import Check

_OWN_SETTINGS = ", ".join(f"'{name}'" for name in LOGIN_SETTINGS)

RIGHTS = (
    Check(
        "login_attributes",
        lambda: _("The login has no attribute that overrides its rights"),
        lambda: _("A role has an attribute that overrides its rights: {found}."),
        lambda: _("No policy and no grant limits anybody with its password."),
        lambda: _("As a superuser: ALTER ROLE … NOSUPERUSER NOCREATEROLE NOCREATEDB …"),
        """
        SELECT concat_ws(' ', rolname,
            CASE WHEN rolsuper THEN 'SUPERUSER' END,
            CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
            CASE WHEN rolcreatedb THEN 'CREATEDB' END,
            CASE WHEN rolreplication THEN 'REPLICATION' END,
            CASE WHEN rolbypassrls THEN 'BYPASSRLS' END)
        FROM pg_roles
        WHERE rolname IN (session_user, 'epicevents_app', 'epicevents_owner', 'epicevents_admin')
          AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
        """,
    ),
    Check(
        "login_memberships",
        lambda: _("The login belongs only to the application's group"),
        lambda: _("The login is also a member of {found}."),
        lambda: _("It has that role's rights in addition to the application's."),
        lambda: _("As an administrator: REVOKE … FROM {login}"),
        """
        SELECT r.rolname
        FROM pg_roles r
        JOIN pg_roles login ON login.rolname = session_user AND NOT login.rolsuper
        WHERE r.rolname NOT IN (session_user, 'epicevents_app')
          AND pg_has_role(login.oid, r.oid, 'MEMBER')
        """,
    ),
    Check(
        "roles_without_login",
        lambda: _("Nobody can log in as the owner or the group"),
        lambda: _("It is possible to log in as {found}."),
        lambda: _("No policy applies to the owner; only migrations may act as it."),
        lambda: _("As an administrator: ALTER ROLE … NOLOGIN"),
        """
        SELECT rolname FROM pg_roles
        WHERE rolname IN ('epicevents_owner', 'epicevents_app') AND rolcanlogin
        """,
    ),
    Check(
        "ownership",
        lambda: _("Everything belongs to the owner"),
        lambda: _("An object does not belong to epicevents_owner: {found}."),
        lambda: _("The rules of a table or function do not apply to its owner."),
        lambda: _("As an administrator: ALTER … OWNER TO epicevents_owner"),
        """
        SELECT owned.name
        FROM (
            SELECT 'TABLE ' || relname, relowner FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL SELECT 'FUNCTION ' || proname, proowner FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'SCHEMA public', nspowner FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT 'DATABASE ' || datname, datdba FROM pg_database
            WHERE datname = current_database()
        ) owned (name, owner)
        JOIN pg_roles r ON r.oid = owned.owner
        WHERE r.rolname <> 'epicevents_owner'
        """,
    ),
    Check(
        "no_ddl",
        lambda: _("The login cannot create anything, not even temporary tables"),
        lambda: _("The login may create things: {found}."),
        lambda: _("Such an object could replace one that the program calls."),
        lambda: _("As the owner: REVOKE … FROM {login}, epicevents_app, PUBLIC"),
        """
        SELECT kind || ' ON DATABASE ' || current_database()
        FROM unnest(ARRAY['CREATE', 'TEMPORARY']) kind
        WHERE has_database_privilege(session_user, current_database(), kind)
        UNION ALL
        SELECT 'CREATE ON SCHEMA ' || nspname FROM pg_namespace
        WHERE has_schema_privilege(session_user, oid, 'CREATE')
        """,
    ),
    Check(
        "public_rights",
        lambda: _("PUBLIC has no rights"),
        lambda: _("Every login of this server has this right: {found}."),
        lambda: _("PUBLIC means all roles of the server, including those of other applications."),
        lambda: _("As the owner: REVOKE ALL ON … FROM PUBLIC"),
        """
        SELECT a.privilege_type || ' ON ' || granted.name
        FROM (
            SELECT datname, coalesce(datacl, acldefault('d', datdba)) FROM pg_database
            WHERE datname = current_database()
            UNION ALL SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT relname, relacl FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT c.relname || '.' || t.attname, t.attacl
            FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL SELECT proname, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        ) granted (name, acl), aclexplode(granted.acl) a
        WHERE a.grantee = 0
        """,
    ),
    Check(
        "languages",
        lambda: _("The login cannot write functions in any language"),
        lambda: _("The login may write functions and DO blocks in {found}."),
        lambda: _(
            "A loop on the server can guess passwords and lock rows faster than any program."
        ),
        lambda: _("As a superuser: REVOKE USAGE ON LANGUAGE … FROM PUBLIC"),
        """
        SELECT lanname FROM pg_language
        WHERE lanpltrusted AND has_language_privilege(session_user, oid, 'USAGE')
        """,
    ),
    Check(
        "server_functions",
        lambda: _("The login can neither end nor watch other connections"),
        lambda: _("The login may call functions meant for the server's operators: {found}."),
        lambda: _("Colleagues who share the login could end or block each other's work."),
        lambda: _("As a superuser, on this database: REVOKE EXECUTE ON FUNCTION … FROM PUBLIC"),
        f"""
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '{WITHHELD}'
          AND has_function_privilege(session_user, oid, 'EXECUTE')
        """,  # noqa: S608  no value from outside
    ),
    # A role may always change its own password and defaults: nothing in PostgreSQL forbids it.
    Check(
        "login_defaults",
        lambda: _("The login has only this program's settings"),
        lambda: _("The login has other settings: {found}."),
        lambda: _("Anybody with its password can change them for everybody and lock them all out."),
        lambda: _(
            "As an administrator, unless they are yours: ALTER ROLE {login} RESET …,"
            " with IN DATABASE before RESET where it says so"
        ),
        f"""
        SELECT setting || CASE WHEN setdatabase <> 0
            THEN ' (IN DATABASE ' || quote_ident(current_database()) || ')' ELSE '' END
        FROM pg_db_role_setting
        JOIN pg_roles login ON login.oid = setrole AND login.rolname = session_user,
            unnest(setconfig) setting
        WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND lower(split_part(setting, '=', 1)) NOT IN ({_OWN_SETTINGS})
        """,  # noqa: S608  no value from outside
    ),
)

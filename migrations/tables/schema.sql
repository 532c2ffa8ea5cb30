-- Before any table: what holds for whatever is made later.

-- A function is PostgreSQL's only object that everybody may use unless told otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO epicevents_app;
GRANT SELECT ON alembic_version TO epicevents_app;

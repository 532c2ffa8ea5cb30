-- Every column that holds text, and what it says of a client. Erasing and exporting read it here, and a
-- test finds the columns that it lacks.
--
-- identity: who the client is; an erasure puts the placeholder in its stead, and looks elsewhere for
--   every value that it ever had
-- person: somebody of the client's, in a record of theirs; replaced whole
-- text: written freely, so that it may name the client; what names them is taken out of it
-- key: unique, so that one which names the client is replaced whole, by its record's own
-- colleague: of those who work here, whose names stay with what they did
-- none: words of the program's
CREATE FUNCTION text_columns()
    RETURNS TABLE (table_name text, column_name text, personal text, placeholder text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    VALUES
        ('clients', 'full_name', 'identity', 'Erased client %s'),
        ('clients', 'email', 'identity', 'erased-%s@erased.invalid'),
        ('clients', 'phone', 'identity', '+999000000'),
        ('clients', 'company_name', 'identity', 'Erased client %s'),
        ('clients', 'address', 'identity', NULL),
        ('clients', 'siret', 'identity', NULL),
        ('clients', 'vat_number', 'identity', NULL),
        ('events', 'client_contact', 'person', 'Erased client %s'),
        ('events', 'name', 'text', NULL),
        ('events', 'location', 'text', NULL),
        ('events', 'notes', 'text', NULL),
        ('events', 'cancelled_reason', 'text', NULL),
        ('contracts', 'closed_reason', 'none', NULL),
        ('contracts', 'closed_note', 'text', NULL),
        ('payments', 'reference', 'text', NULL),
        ('payments', 'reason', 'text', NULL),
        ('payments', 'request_key', 'key', 'erased-%s'),
        ('payments', 'method', 'none', NULL),
        ('payments', 'kind', 'none', NULL),
        ('payments', 'reversed_kind', 'none', NULL),
        ('tasks', 'text', 'text', NULL),
        ('log_entries', 'text', 'text', NULL),
        ('log_entries', 'kind', 'none', NULL),
        ('audit_entries', 'changes', 'text', NULL),
        ('audit_entries', 'reason', 'text', NULL),
        ('audit_entries', 'table_name', 'none', NULL),
        ('audit_entries', 'action', 'none', NULL),
        ('audit_transactions', 'command', 'text', NULL),
        ('denied_attempts', 'message', 'text', NULL),
        ('denied_attempts', 'permission', 'none', NULL),
        ('denied_attempts', 'kind', 'none', NULL),
        ('users', 'first_name', 'colleague', NULL),
        ('users', 'last_name', 'colleague', NULL),
        ('users', 'email', 'colleague', NULL),
        ('users', 'phone', 'colleague', NULL),
        ('users', 'hashed_password', 'colleague', NULL),
        ('users', 'role', 'none', NULL),
        ('login_attempts', 'email', 'colleague', NULL),
        ('alembic_version', 'version_num', 'none', NULL);
END;
COMMENT ON FUNCTION text_columns() IS
    'Every column that holds text, by table: how it may name a client, and what an erasure leaves in its stead.';
GRANT EXECUTE ON FUNCTION text_columns() TO epicevents_app;

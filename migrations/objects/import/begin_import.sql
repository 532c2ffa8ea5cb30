-- COPY FROM is refused under row-level security, and the application may not make temporary tables.
-- So a file is copied to a table made here, which lives as long as the transaction; from there the
-- application checks and inserts with its own rights, under the policies that bind it everywhere.
CREATE FUNCTION begin_import(noun text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF coalesce(employee_role(), '') NOT IN ('SALES', 'MANAGEMENT') THEN
        PERFORM deny('only SALES and MANAGEMENT import');
    END IF;
    -- line: of the file; refused: the code of why it is, about what, and which record or line;
    -- skipped: left out on request; the ids are found when the rows have arrived.
    CASE noun
        WHEN 'client' THEN
            CREATE TEMPORARY TABLE pg_temp.client_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                full_name TEXT, email TEXT, phone TEXT, company_name TEXT,
                address TEXT, siret TEXT, vat_number TEXT, sales_contact TEXT,
                id INTEGER, sales_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.client_import TO epicevents_app;
        WHEN 'contract' THEN
            CREATE TEMPORARY TABLE pg_temp.contract_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                client TEXT, total_amount NUMERIC(15, 2), amount_due NUMERIC(15, 2),
                signed_status BOOLEAN, due_date DATE,
                id INTEGER, client_id INTEGER, sales_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.contract_import TO epicevents_app;
        WHEN 'event' THEN
            CREATE TEMPORARY TABLE pg_temp.event_import (
                line INTEGER NOT NULL, refused TEXT, about TEXT, about_id INTEGER,
                skipped BOOLEAN NOT NULL DEFAULT false,
                name TEXT, client TEXT, contract INTEGER, total_amount NUMERIC(15, 2),
                client_contact TEXT, start_date TIMESTAMP, end_date TIMESTAMP,
                support_contact TEXT, location TEXT, attendees INTEGER, notes TEXT,
                id INTEGER, client_id INTEGER, contract_id INTEGER, support_contact_id INTEGER
            ) ON COMMIT DROP;
            GRANT SELECT, INSERT, UPDATE ON pg_temp.event_import TO epicevents_app;
    END CASE;
END;
$$;
COMMENT ON FUNCTION begin_import(text) IS
    'Makes the temporary table client_import, contract_import or event_import and hands it to the application until the transaction ends.';
GRANT EXECUTE ON FUNCTION begin_import(text) TO epicevents_app;

-- What is erased stays erased; that it is so is forgotten.
DROP FUNCTION erase_client(integer);
DROP INDEX ix_audit_entries_reason, ix_audit_entries_event_client;
DROP FUNCTION without_person(jsonb, text[], text), without_person(text, text),
    personal_pattern(jsonb[], boolean), phone_pattern(text), text_pattern(text);
CREATE OR REPLACE FUNCTION payments_are_final() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a payment is never edited or deleted; reverse it by an opposite entry'
        USING ERRCODE = 'check_violation', TABLE = 'payments',
        CONSTRAINT = 'tg_payments_are_final';
END;
$$;
DROP TRIGGER tg_contracts_erased_client_update ON contracts;
DROP TRIGGER tg_contracts_erased_client ON contracts;
DROP TRIGGER tg_clients_stay_erased ON clients;
DROP FUNCTION contract_of_nobody_erased(), contracts_of_nobody_erased(), clients_stay_erased();

DROP VIEW client_list;
CREATE VIEW client_list AS
    SELECT c.id, c.full_name, c.email, c.phone, c.company_name,
        c.sales_contact_id, s.first_name || ' ' || s.last_name AS sales_contact,
        c.created_at, c.last_updated, c.version,
        c.full_name_folded, c.company_name_folded, s.name_folded AS sales_contact_folded,
        c.search_words, c.company_words
    FROM clients c, users s
    WHERE s.id = c.sales_contact_id AND (SELECT employee_id()) IS NOT NULL;
GRANT SELECT ON client_list TO epicevents_app;
ALTER TABLE clients DROP COLUMN erased_at;

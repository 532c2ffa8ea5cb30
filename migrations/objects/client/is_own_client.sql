CREATE FUNCTION is_own_client(client integer) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM clients WHERE id = client AND sales_contact_id = employee_id()
    ) AND employee_role() = 'SALES';
END;
COMMENT ON FUNCTION is_own_client(integer) IS
    'Whether the employee of this transaction is SALES and the client''s sales contact.';
GRANT EXECUTE ON FUNCTION is_own_client(integer) TO epicevents_app;

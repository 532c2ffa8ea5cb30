-- Six queries, since tables name the contact differently, and an INSERT has no old rows to ask; one built
-- by EXECUTE would be planned anew for each statement.
-- Without nested loops and compiling: migrations/README.md.
CREATE FUNCTION contact_is_active() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off SET jit = off
AS $$
DECLARE
    people integer[];
BEGIN
    IF TG_TABLE_NAME = 'events' AND TG_OP = 'INSERT' THEN
        people := (SELECT array_agg(DISTINCT support_contact_id) FROM new_rows);
    ELSIF TG_TABLE_NAME = 'events' THEN
        people := (SELECT array_agg(DISTINCT n.support_contact_id)
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE n.support_contact_id IS DISTINCT FROM o.support_contact_id);
    ELSIF TG_TABLE_NAME = 'tasks' AND TG_OP = 'INSERT' THEN
        people := (SELECT array_agg(DISTINCT assignee_id) FROM new_rows);
    ELSIF TG_TABLE_NAME = 'tasks' THEN
        people := (SELECT array_agg(DISTINCT n.assignee_id)
            FROM new_rows n JOIN old_rows o USING (id) WHERE n.assignee_id <> o.assignee_id);
    ELSIF TG_OP = 'INSERT' THEN
        people := (SELECT array_agg(DISTINCT sales_contact_id) FROM new_rows);
    ELSE
        people := (SELECT array_agg(DISTINCT n.sales_contact_id)
            FROM new_rows n JOIN old_rows o USING (id)
            WHERE n.sales_contact_id IS DISTINCT FROM o.sales_contact_id);
    END IF;
    PERFORM refuse_inactive(people, TG_TABLE_NAME);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION contact_is_active() IS
    'Refuses an inactive sales or support contact, and a task for somebody inactive (rule 10).';

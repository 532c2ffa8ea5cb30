CREATE FUNCTION audit_values(record jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- What is derived from other columns says nothing of its own, nor does the address that stands for an
    -- unknown one.
    RETURN CASE WHEN record ->> 'email' LIKE '~%@unknown.invalid'
        THEN record || '{"email": ""}' ELSE record END - ARRAY['id', 'version', 'updated_at', 'last_updated', 'name_folded',
        'full_name_folded', 'company_name_folded', 'location_folded', 'search_words',
        'company_words', 'location_words', 'sales_contact_role', 'support_contact_role',
        'contract_signed_status', 'reversed_amount',
        'reversed_kind', 'received', 'reference_folded',
        'incomplete'];
COMMENT ON FUNCTION audit_values(jsonb) IS
    'The values of a record that the audit keeps: those that are not derived from others.';

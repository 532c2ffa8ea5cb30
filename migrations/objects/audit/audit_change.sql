CREATE FUNCTION audit_change(key text, old_value jsonb, new_value jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN key = 'hashed_password' THEN '["(hidden)", "(hidden)"]'::jsonb
        ELSE jsonb_build_array(old_value, new_value) END;
COMMENT ON FUNCTION audit_change(text, jsonb, jsonb) IS
    'What an audit entry holds of one field: its old and new value, a password''s hidden.';

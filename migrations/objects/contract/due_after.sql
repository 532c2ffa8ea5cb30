CREATE FUNCTION due_after(signed_at timestamp) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN timezone(company_zone(), timezone('utc', signed_at))::date + 30;
COMMENT ON FUNCTION due_after(timestamp) IS
    'When a contract that was signed then is to be paid, unless another day is agreed.';

CREATE FUNCTION is_suspended(employee integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    -- Almost nobody is, and this runs with every statement.
    IF NOT EXISTS (SELECT FROM suspensions WHERE user_id = employee AND ended_at IS NULL) THEN
        RETURN false;
    END IF;
    -- Two managers who suspend each other at once must not both succeed: among managers it counts
    -- while its author is one in force, whom no earlier suspension names.
    RETURN EXISTS (
        SELECT FROM suspensions s
        JOIN users u ON u.id = s.user_id
        LEFT JOIN users author ON author.id = s.suspended_by_id
        WHERE s.user_id = employee AND s.ended_at IS NULL
          AND (u.role <> 'MANAGEMENT' OR (
              author.role = 'MANAGEMENT' AND author.is_active AND NOT EXISTS (
                  SELECT FROM suspensions earlier
                  WHERE earlier.user_id = s.suspended_by_id AND earlier.id < s.id
                    AND earlier.ended_at IS NULL
              )
          ))
    );
END;
$$;
COMMENT ON FUNCTION is_suspended(integer) IS
    'Whether an employee has no rights until somebody restores their access.';

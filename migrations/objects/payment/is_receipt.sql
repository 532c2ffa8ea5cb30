-- A reversal counts as what it reverses did; what is written off, adjusted or amended never came in.
CREATE FUNCTION is_receipt(kind text, reversed_kind text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(reversed_kind, kind) IN ('OPENING', 'PAYMENT', 'REFUND');
COMMENT ON FUNCTION is_receipt(text, text) IS
    'Whether an entry of the ledger says that money came in, or went back (rule 18).';
GRANT EXECUTE ON FUNCTION is_receipt(text, text) TO epicevents_app;

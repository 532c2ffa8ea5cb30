-- Until PostgreSQL 17 a setting against nested loops prices a plan that needs one at ten thousand
-- million, and what costs so much is compiled before it is run: half a second for each row that was
-- written, on a server that compiles, as Debian's do.
ALTER FUNCTION audit_update() SET jit = off;
ALTER FUNCTION contact_is_active() SET jit = off;
ALTER FUNCTION contracts_of_nobody_erased() SET jit = off;
ALTER FUNCTION payments_move_balance() SET jit = off;

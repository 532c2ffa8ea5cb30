ALTER FUNCTION payments_move_balance() RESET jit;
ALTER FUNCTION contracts_of_nobody_erased() RESET jit;
ALTER FUNCTION contact_is_active() RESET jit;
ALTER FUNCTION audit_update() RESET jit;

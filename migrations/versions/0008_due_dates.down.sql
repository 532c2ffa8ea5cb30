-- When a contract is to be paid.
SELECT;

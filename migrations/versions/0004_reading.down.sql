DROP VIEW payment_list, event_list, contract_list, client_list, user_list;
ALTER TABLE events
    DROP COLUMN location_words, DROP COLUMN search_words, DROP COLUMN location_folded,
    DROP COLUMN name_folded;
ALTER TABLE clients
    DROP COLUMN company_words, DROP COLUMN search_words, DROP COLUMN company_name_folded,
    DROP COLUMN full_name_folded;
ALTER TABLE users DROP COLUMN search_words, DROP COLUMN name_folded;
DROP INDEX ix_clients_created_at, ix_contracts_created_at, ix_contracts_total_amount,
    ix_contracts_amount_due, ix_contracts_unpaid, ix_contracts_unsigned, ix_events_start_date,
    ix_events_end_date, ix_events_unassigned;
DROP FUNCTION prefix_query(text), words(text), fold(text);

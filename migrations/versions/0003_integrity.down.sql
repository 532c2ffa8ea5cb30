DROP TABLE payments;
DROP TRIGGER tg_events_touch ON events;
DROP TRIGGER tg_clients_touch ON clients;
DROP TRIGGER tg_users_touch ON users;
DROP TRIGGER tg_clients_active_contact_insert ON clients;
DROP TRIGGER tg_clients_active_contact_update ON clients;
DROP TRIGGER tg_contracts_active_contact_insert ON contracts;
DROP TRIGGER tg_contracts_active_contact_update ON contracts;
DROP TRIGGER tg_events_active_contact_insert ON events;
DROP TRIGGER tg_events_active_contact_update ON events;
DROP TRIGGER tg_users_keep_a_manager_update ON users;
DROP TRIGGER tg_users_keep_a_manager_delete ON users;
DROP TRIGGER tg_contracts_write ON contracts;
DROP TRIGGER tg_contracts_open_ledger ON contracts;
DROP FUNCTION events_touch(), clients_touch(), users_touch(), contact_is_active(),
    refuse_inactive(integer[], text), keep_a_manager(), payments_are_final(),
    payments_move_balance(), contracts_open_ledger(), contracts_write();
ALTER TABLE events
    DROP CONSTRAINT ex_events_support_overlap,
    DROP CONSTRAINT fk_events_signed_contract,
    DROP CONSTRAINT fk_events_support_contact_role,
    DROP CONSTRAINT ck_events_name,
    DROP CONSTRAINT ck_events_client_contact,
    DROP CONSTRAINT ck_events_location,
    DROP CONSTRAINT ck_events_notes,
    DROP CONSTRAINT ck_events_attendees,
    DROP CONSTRAINT ck_events_end_date,
    DROP CONSTRAINT ck_events_dates_range,
    DROP CONSTRAINT ck_events_created_at_range,
    DROP COLUMN contract_signed_status,
    DROP COLUMN support_contact_role,
    DROP COLUMN overlap_allowed,
    DROP COLUMN version;
ALTER TABLE contracts
    DROP CONSTRAINT fk_contracts_sales_contact_role,
    DROP CONSTRAINT uq_contracts_id_client_id_signed_status,
    DROP CONSTRAINT ck_contracts_total_amount,
    DROP CONSTRAINT ck_contracts_amount_due,
    DROP CONSTRAINT ck_contracts_signed_at,
    DROP CONSTRAINT ck_contracts_dates_range,
    DROP COLUMN sales_contact_role,
    DROP COLUMN signed_at,
    DROP COLUMN version;
ALTER TABLE clients
    DROP CONSTRAINT fk_clients_sales_contact_role,
    DROP CONSTRAINT ck_clients_full_name,
    DROP CONSTRAINT ck_clients_company_name,
    DROP CONSTRAINT ck_clients_email,
    DROP CONSTRAINT ck_clients_phone,
    DROP CONSTRAINT ck_clients_dates_range,
    DROP COLUMN sales_contact_role,
    DROP COLUMN version;
ALTER TABLE users
    DROP CONSTRAINT uq_users_id_role,
    DROP CONSTRAINT ck_users_first_name,
    DROP CONSTRAINT ck_users_last_name,
    DROP CONSTRAINT ck_users_email,
    DROP CONSTRAINT ck_users_phone,
    DROP CONSTRAINT ck_users_dates_range,
    DROP COLUMN version;
DROP INDEX ix_contracts_sales_contact_id, ix_events_client_id;
DROP FUNCTION has_reason(), is_phone(text), is_email(text), is_plain_text(text, boolean);

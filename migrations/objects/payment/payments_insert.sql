CREATE POLICY payments_insert ON payments FOR INSERT TO epicevents_app
    WITH CHECK (
        ((SELECT employee_role()) = 'MANAGEMENT' AND kind IN
            ('PAYMENT', 'REFUND', 'REVERSAL', 'ADJUSTMENT'))
        OR (kind = 'PAYMENT' AND is_own_client(
            (SELECT c.client_id FROM contracts c WHERE c.id = contract_id))));

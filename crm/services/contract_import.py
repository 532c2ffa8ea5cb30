"""Contracts from a file: of which client, and which of them exist already.

The statements speak of ``contract_import`` (``begin_import``), where the rows of the file wait.
Nothing but its client and its total tells a contract from another. So the n-th contract of a client
over an amount in the file is the n-th that exists: two in one file are two, and the same file again
holds none that is new.
"""

from crm.domain.permissions import Permission
from crm.services import import_names
from crm.services.imports import Plan

_TABLE = "contract_import"

CHECK = f"""
{import_names.match_clients(_TABLE)}
UPDATE contract_import i SET client_id = c.id, sales_contact_id = c.sales_contact_id,
    about = CASE WHEN alone.number > 1 THEN i.client ELSE c.sales_contact END,
    refused = CASE WHEN alone.number > 1 THEN 'ambiguous_client'
        WHEN %(is_sales)s AND c.sales_contact_id <> %(me)s THEN 'not_own_client' END
FROM alone JOIN client_list c ON c.id = alone.id
WHERE alone.client = i.client AND i.refused IS NULL;

UPDATE contract_import SET refused = 'missing', about = concat_ws(', ',
    CASE WHEN client IS NULL THEN 'client' END,
    CASE WHEN total_amount IS NULL THEN 'total_amount' END)
WHERE refused IS NULL AND (client IS NULL OR total_amount IS NULL);

UPDATE contract_import SET about = client, refused = 'unknown_client'
WHERE refused IS NULL AND client_id IS NULL;

UPDATE contract_import SET refused = CASE
    WHEN total_amount <= 0 THEN 'ck_contracts_total_amount' ELSE 'ck_contracts_amount_due' END
WHERE refused IS NULL AND (total_amount <= 0 OR amount_due > total_amount);

UPDATE contract_import i SET id = known.id, about_id = known.id,
    skipped = %(on_duplicate)s = 'skip',
    refused = CASE WHEN %(on_duplicate)s = 'fail' THEN 'duplicate_contract' END
FROM (
    SELECT line, client_id, total_amount,
        row_number() OVER (PARTITION BY client_id, total_amount ORDER BY line) AS number
    FROM contract_import WHERE refused IS NULL
) given
JOIN (
    SELECT id, client_id, total_amount,
        row_number() OVER (PARTITION BY client_id, total_amount ORDER BY id) AS number
    FROM contracts WHERE client_id IN (SELECT client_id FROM contract_import)
) known USING (client_id, total_amount, number)
WHERE given.line = i.line AND %(on_duplicate)s <> 'create';

{import_names.refuse_inactive(_TABLE, "sales_contact_id", "tg_contracts_active_contact")}
"""  # noqa: S608  names of ours

INSERT = """
INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due, signed_status,
    due_date)
SELECT client_id, sales_contact_id, total_amount, coalesce(amount_due, total_amount),
    coalesce(signed_status, false), due_date
FROM contract_import WHERE refused IS NULL AND NOT skipped ORDER BY line
"""

PLAN = Plan("contract", Permission.CONTRACT_CREATE, CHECK, INSERT)

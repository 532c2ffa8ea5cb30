"""Events from a file: on which contract, who runs them, and which of them exist already.

The statements speak of ``event_import`` (``begin_import``), where the rows of the file wait. A
contract is named by its id; else it is the only signed one of the client that a row names, or the
only one over the amount that it names as well. An event is known by contract, name and start.
"""

from crm.domain.permissions import Permission
from crm.services import import_names
from crm.services.imports import Plan

_TABLE = "event_import"

CHECK = f"""
UPDATE event_import SET refused = 'missing', about = concat_ws(', ',
    CASE WHEN name IS NULL THEN 'name' END,
    CASE WHEN client IS NULL AND contract IS NULL THEN 'client' END,
    CASE WHEN client_contact IS NULL THEN 'client_contact' END,
    CASE WHEN start_date IS NULL THEN 'start_date' END,
    CASE WHEN end_date IS NULL THEN 'end_date' END,
    CASE WHEN location IS NULL THEN 'location' END,
    CASE WHEN attendees IS NULL THEN 'attendees' END)
WHERE refused IS NULL AND (name IS NULL OR coalesce(client, contract::text) IS NULL
    OR client_contact IS NULL OR start_date IS NULL OR end_date IS NULL OR location IS NULL
    OR attendees IS NULL);

-- The contract, by its id or as one of its client's.
{import_names.match_clients(_TABLE)}
UPDATE event_import i SET client_id = CASE WHEN alone.number = 1 THEN alone.id END,
    about = i.client,
    refused = CASE WHEN alone.number > 1 AND i.contract IS NULL THEN 'ambiguous_client' END
FROM alone WHERE alone.client = i.client AND i.refused IS NULL;

UPDATE event_import SET about = client, refused = 'unknown_client'
WHERE refused IS NULL AND contract IS NULL AND client_id IS NULL;

UPDATE event_import i SET contract_id = k.id, about_id = k.id,
    refused = CASE WHEN i.client_id <> k.client_id THEN 'other_client'
        WHEN k.closed_at IS NOT NULL THEN 'tg_events_closed_contract'
        WHEN NOT k.signed_status THEN 'fk_events_signed_contract' END
FROM contracts k WHERE k.id = i.contract AND i.refused IS NULL;

WITH signed AS (
    SELECT i.line, count(k.id) AS number, min(k.id) AS id,
        string_agg(k.id::text, ', ' ORDER BY k.id) AS ids
    FROM event_import i LEFT JOIN contracts k ON k.client_id = i.client_id AND k.signed_status
        AND k.closed_at IS NULL AND k.total_amount = coalesce(i.total_amount, k.total_amount)
    WHERE i.refused IS NULL AND i.contract IS NULL GROUP BY i.line
)
UPDATE event_import i SET contract_id = signed.id, about = coalesce(signed.ids, i.client),
    refused = CASE WHEN signed.number = 0 THEN 'no_signed_contract'
        WHEN signed.number > 1 THEN 'several_contracts' END
FROM signed WHERE signed.line = i.line;

UPDATE event_import SET refused = 'unknown_contract', about_id = contract
WHERE refused IS NULL AND contract_id IS NULL;

UPDATE event_import i SET client_id = k.client_id, about = c.sales_contact,
    refused = CASE WHEN %(is_sales)s AND c.sales_contact_id <> %(me)s THEN 'not_own_client' END
FROM contracts k JOIN client_list c ON c.id = k.client_id
WHERE k.id = i.contract_id AND i.refused IS NULL;

-- Which exist already.
UPDATE event_import i SET id = e.id, about_id = e.id, skipped = %(on_duplicate)s = 'skip',
    refused = CASE WHEN %(on_duplicate)s = 'fail' THEN 'duplicate_event' END
FROM events e
WHERE e.contract_id = i.contract_id AND e.name = i.name AND e.start_date = i.start_date
  AND i.refused IS NULL;

UPDATE event_import SET refused = CASE
    WHEN end_date <= start_date THEN 'ck_events_end_date' ELSE 'event_in_the_past' END
WHERE refused IS NULL
  AND (end_date <= start_date
    OR (id IS NULL AND NOT %(allow_past)s AND end_date <= utc_now()));

-- Who runs it, by email or by name.
UPDATE event_import SET refused = 'not_assigned'
WHERE refused IS NULL AND id IS NULL AND support_contact IS NOT NULL AND %(is_sales)s;

{
    import_names.match_colleagues(
        _TABLE, "support_contact", "SUPPORT", "fk_events_support_contact_role"
    )
}
{import_names.refuse_inactive(_TABLE, "support_contact_id", "tg_events_active_contact")}
-- The same event twice: the first row counts.
UPDATE event_import i SET about_id = same.kept, skipped = %(on_duplicate)s = 'skip',
    refused = CASE WHEN %(on_duplicate)s = 'fail' THEN 'event_twice_in_file' END
FROM (
    SELECT line, first_value(line) OVER (
        PARTITION BY contract_id, name, start_date ORDER BY line) AS kept
    FROM event_import WHERE refused IS NULL AND NOT skipped
) same
WHERE same.line = i.line AND same.kept <> i.line;

-- Two at once for one person: with one that begins earlier, or with one that is there already.
WITH busy AS (
    SELECT NULL::integer AS line, id, support_contact_id, start_date, end_date
    FROM events WHERE support_contact_id IS NOT NULL AND NOT overlap_allowed
      AND cancelled_at IS NULL
      AND support_contact_id IN (SELECT support_contact_id FROM event_import)
    UNION ALL
    SELECT line, NULL, support_contact_id, start_date, end_date
    FROM event_import
    WHERE refused IS NULL AND NOT skipped AND support_contact_id IS NOT NULL
), clash AS (
    SELECT line, start_date, end_date,
        max(end_date) OVER (before ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until,
        min(start_date) FILTER (WHERE line IS NULL)
            OVER (before ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_start
    FROM busy WINDOW before AS (PARTITION BY support_contact_id ORDER BY start_date, line)
)
UPDATE event_import i SET refused = 'ex_events_support_overlap'
FROM clash
WHERE clash.line = i.line AND (busy_until > clash.start_date OR next_start < clash.end_date);
"""  # noqa: S608  names of ours

INSERT = """
INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
    support_contact_id, location, attendees, notes)
SELECT name, contract_id, client_id, client_contact, start_date, end_date,
    support_contact_id, location, attendees, notes
FROM event_import WHERE refused IS NULL AND NOT skipped ORDER BY line
"""

PLAN = Plan("event", Permission.EVENT_CREATE, CHECK, INSERT)

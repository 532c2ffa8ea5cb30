"""Clients from a file: whose they become, which exist already, and what that means.

The statements speak of ``client_import`` (``begin_import``), where the rows of the file wait. Their
parameters are those of :func:`crm.services.imports.finish_import`; ``contact`` is the sales contact
of a client whose row names none.
"""

from crm.domain import inputs
from crm.domain.permissions import Permission
from crm.services import import_names
from crm.services.imports import Plan

_TABLE = "client_import"

_ALL = [each.name for each in inputs.CLIENT]
_REQUIRED = [each.name for each in inputs.CLIENT if not each.optional]
_KNOWN = [
    f"coalesce({each.name}, '')" if each.empty is not None else each.name for each in inputs.CLIENT
]
# The email says which client a row is about, and so it never changes one.
_CHANGED = [name for name in _ALL if name != "email"]


def _list(template: str, names: list[str]) -> str:
    """Return the template filled with each column's name, as a list in SQL."""
    return ", ".join(map(template.format, names))


def _match(refusal: str, condition: str) -> str:
    """Return the statement that finds which client each row means, by a condition on both."""
    return f"""
UPDATE client_import i SET id = c.id, about_id = c.id, skipped = %(on_duplicate)s = 'skip',
    about = CASE WHEN %(on_duplicate)s = 'fail' THEN c.full_name ELSE c.sales_contact END,
    refused = CASE WHEN %(on_duplicate)s = 'fail' THEN '{refusal}'
        WHEN %(on_duplicate)s <> 'update' THEN NULL
        WHEN %(is_sales)s AND c.sales_contact_id <> %(me)s THEN 'not_own_client'
        WHEN i.sales_contact_id <> c.sales_contact_id THEN 'not_transferred' END
FROM client_list c
WHERE {condition} AND i.refused IS NULL;
"""  # noqa: S608  names of ours


CHECK = f"""
{import_names.match_colleagues(_TABLE, "sales_contact", "SALES", "fk_clients_sales_contact_role")}

-- Which exist already: by email, or by name and phone where the row has no email.
{_match("duplicate_email", "c.email_key = i.email")}
{
    _match(
        "duplicate_client",
        "i.email IS NULL AND i.id IS NULL AND c.phone = i.phone"
        " AND c.full_name_folded = left(fold(i.full_name), 200)",
    )
}

{import_names.refuse_inactive(_TABLE, "sales_contact_id", "tg_clients_active_contact")}
-- What a new one lacks. (One that exists keeps what the file leaves empty.)
UPDATE client_import SET refused = 'missing', about = concat_ws(', ',
    {_list("CASE WHEN {0} IS NULL THEN '{0}' END", _REQUIRED)},
    CASE WHEN sales_contact_id IS NULL AND %(contact)s IS NULL THEN 'sales_contact' END)
WHERE refused IS NULL AND id IS NULL
  AND (num_nulls({_list("{0}", _REQUIRED)}) > 0 OR coalesce(sales_contact_id, %(contact)s) IS NULL);

UPDATE client_import SET refused = 'ck_clients_reachable'
WHERE refused IS NULL AND id IS NULL AND email IS NULL AND phone IS NULL;

UPDATE client_import SET refused = 'not_own_import', about = sales_contact
WHERE refused IS NULL AND id IS NULL AND %(is_sales)s AND sales_contact_id <> %(me)s;

-- The same client twice: the first row counts, or the last where rows replace each other.
UPDATE client_import i SET about_id = same.kept, skipped = %(on_duplicate)s <> 'fail',
    refused = CASE WHEN %(on_duplicate)s <> 'fail' THEN NULL
        WHEN i.email IS NULL THEN 'client_twice_in_file' ELSE 'duplicate_in_file' END
FROM (
    SELECT line, first_value(line) OVER (
        PARTITION BY coalesce(email, phone || ' ' || fold(full_name)) COLLATE "C"
        ORDER BY CASE WHEN %(on_duplicate)s = 'update' THEN -line ELSE line END
    ) AS kept
    FROM client_import WHERE refused IS NULL AND NOT skipped
) same
WHERE same.line = i.line AND same.kept <> i.line;
"""  # noqa: S608  names of ours

INSERT = f"""
INSERT INTO clients ({_list("{0}", _ALL)}, sales_contact_id)
SELECT {_list("{0}", _KNOWN)}, coalesce(sales_contact_id, %(contact)s)
FROM client_import WHERE refused IS NULL AND NOT skipped AND id IS NULL ORDER BY line
"""  # noqa: S608  names of ours

UPDATE = f"""
UPDATE clients c SET {_list("{0} = coalesce(i.{0}, c.{0})", _CHANGED)}
FROM client_import i
WHERE c.id = i.id AND i.refused IS NULL AND NOT i.skipped
  AND ({_list("coalesce(i.{0}, c.{0})", _CHANGED)}) IS DISTINCT FROM ({_list("c.{0}", _CHANGED)})
"""  # noqa: S608  names of ours

PLAN = Plan("client", Permission.CLIENT_IMPORT, CHECK, INSERT, UPDATE)

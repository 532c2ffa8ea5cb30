"""Whom a row of a file means: colleagues and clients by email or name, as SQL for a noun's check.

The statements speak of the temporary table in which the rows of the file wait.
"""


def match_colleagues(table: str, column: str, role: str, constraint: str) -> str:
    """Return the statement that looks up the colleagues whom ``column`` names.

    A name is first and last name in either order, without accents or case. The id goes to
    ``<column>_id``. A row is refused where nobody or more than one is called so, and, as
    ``constraint`` does, where their role is not ``role``.
    """
    # Each different name is looked up once, however many rows have it; the planner would otherwise
    # do so for each row, as it cannot know how few there are.
    return f"""
WITH named AS MATERIALIZED (
    SELECT {column}, CASE WHEN strpos({column}, '@') > 0
        THEN {column} ELSE fold({column}) END AS key
    FROM (SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL) i
), keys AS MATERIALIZED (
    SELECT email::text AS key, id FROM user_list
    UNION SELECT fold(full_name), id FROM user_list
    UNION SELECT fold(last_name || ' ' || first_name), id FROM user_list
), meant AS (
    SELECT named.{column}, count(DISTINCT keys.id) AS number, min(keys.id) AS id
    FROM named LEFT JOIN keys USING (key) GROUP BY named.{column}
)
UPDATE {table} i SET {column}_id = u.id, about = i.{column},
    refused = CASE WHEN meant.number = 0 THEN 'unknown_colleague'
        WHEN meant.number > 1 THEN 'ambiguous_colleague'
        WHEN u.role <> '{role}' THEN '{constraint}' END
FROM meant LEFT JOIN user_list u ON u.id = meant.id
WHERE meant.{column} = i.{column} AND i.refused IS NULL;
"""  # noqa: S608  names of ours


def refuse_inactive(table: str, column: str, constraint: str) -> str:
    """Return the statement that refuses, as ``constraint`` does, whose colleague is inactive.

    Only what is new is assigned to somebody; what exists stays with whom it is.
    """
    return f"""
UPDATE {table} i SET refused = '{constraint}'
FROM user_list u
WHERE u.id = i.{column} AND NOT u.is_active AND i.id IS NULL AND i.refused IS NULL;
"""  # noqa: S608  names of ours


def match_clients(table: str) -> str:
    """Return the WITH clause in which ``alone`` has each client that a row names.

    Beside the name it has how many are called so, and the id of the first of them.
    """
    return f"""
WITH named AS MATERIALIZED (
    SELECT client, CASE WHEN strpos(client, '@') = 0 THEN left(fold(client), 200) END AS name
    FROM (SELECT DISTINCT client FROM {table} WHERE client IS NOT NULL) i
), meant AS (
    SELECT named.client, c.id FROM named JOIN clients c ON c.email = named.client
    UNION ALL
    SELECT named.client, c.id FROM named JOIN clients c ON c.full_name_folded = named.name
), alone AS (
    SELECT client, count(*) AS number, min(id) AS id FROM meant GROUP BY client
)
"""  # noqa: S608  names of ours

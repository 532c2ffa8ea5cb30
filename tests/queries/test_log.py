from datetime import date

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database

from crm.queries import log
from crm.queries.listing import Request
from crm.queries.pages import read_page, read_record
from crm.queries.privacy import read_held

ENTRIES = """
    INSERT INTO log_entries (client_id, kind, text, said_on, contract_id, created_by_id) VALUES
        (1, 'CALL', 'Préfère le menu végétarien', '2026-03-02', 2, 5),
        (3, 'EMAIL', 'Sent the menu', '2026-03-03', NULL, 3),
        (1, 'NOTE', 'Calls back', '2026-03-01', NULL, 3)
"""


def test_the_log_is_read_latest_first_and_narrowed(
    database: Database, company: Company, owner: Connection
) -> None:
    owner.cursor().execute(ENTRIES)

    def listed(user: int, request: Request) -> list[int]:
        with database.as_user(user) as tx:
            return [row.id for row in read_page(tx, log.LISTING, request).rows]

    manager, sales, support = company.manager, company.sales, company.support
    assert listed(manager, Request()) == [2, 1, 3]
    assert listed(manager, Request(filters={"client": 1})) == [1, 3]
    assert listed(manager, Request(filters={"contract": 2})) == [1]
    assert listed(manager, Request(filters={"by": 3})) == [2, 3]
    assert listed(manager, Request(filters={"kind": "CALL"})) == [1]
    day = date.fromisoformat("2026-03-02")
    assert listed(manager, Request(filters={"said_from": day})) == [2, 1]
    assert listed(manager, Request(filters={"said_to": day})) == [1, 3]
    assert listed(manager, Request(search="menu prefere")) == [1]
    assert listed(sales, Request(mine=True)) == [1, 3]  # of one's clients, whoever wrote it
    assert listed(support, Request(mine=True)) == [1]
    with database.as_user(manager) as tx:
        row = read_record(tx, log.LISTING, 1)
        assert row is not None
        assert (row.client, row.created_by) == ("Éléonore Lefèvre", "Paul Petit")
        assert [entry.id for entry in read_held(tx, company.client)["log"].rows] == [1, 3]

from datetime import date

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.database import Database

from crm.queries import task, user
from crm.queries.listing import Request
from crm.queries.pages import read_page, read_record
from crm.queries.privacy import read_held

TASKS = """
    INSERT INTO tasks (text, due_date, assignee_id, client_id, contract_id, done_at, done_by_id)
    VALUES
        ('Send the offer', '2026-03-02', 3, 1, 2, NULL, NULL),
        ('Vérifier les lumières', '2999-03-01', 5, NULL, NULL, NULL, NULL),
        ('Call', '2026-03-01', 3, 3, NULL, '2026-03-01 09:00', 3)
"""


def test_tasks_are_read_by_their_day_and_narrowed(
    database: Database, company: Company, owner: Connection
) -> None:
    owner.cursor().execute(TASKS)
    day = date.fromisoformat("2026-03-03")
    with database.as_user(company.sales) as tx:
        for asked, ids in (
            (Request(), [3, 1, 2]),
            (Request(filters={"open": True}), [1, 2]),
            (Request(filters={"open": False}), [3]),
            (Request(filters={"assignee": 5}), [2]),
            (Request(filters={"client": 1, "contract": 2}), [1]),
            (Request(filters={"overdue": day}), [1]),
            (Request(filters={"due_to": day}), [3, 1]),
            (Request(search="lumieres"), [2]),
            (Request(mine=True), [3, 1]),
        ):
            assert [row.id for row in read_page(tx, task.LISTING, asked).rows] == ids, asked
        rows = [read_record(tx, task.LISTING, number) for number in (1, 2, 3)]
        late, planned, done = (row.days_overdue if row else None for row in rows)
        assert late is not None
        assert late > 0
        assert (planned, done) == (None, None)
        assert (
            user.count_references(tx, company.sales, tx.value("SELECT utc_now()"))["open_tasks"]
            == 1
        )
        assert [row.id for row in read_held(tx, company.client)["tasks"].rows] == [1]

"""Whatever the migrated catalogue holds has tests that must notice its loss (make mutation)."""

import re
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.database import Database
from support.mutations import IMPLIED, Mutation, mutations, noticed_by
from support.refusals import UNMISSED, refusals

from crm.database.transaction import connect

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def every(template: dict[str, str]) -> list[Mutation]:
    """All mutations."""
    connection = connect(template)
    try:
        return list(mutations(connection.cursor()))
    finally:
        connection.close()


def test_every_mutation_has_tests_that_must_notice_it(every: list[Mutation]) -> None:
    assert [each.name for each in every if not noticed_by(each)] == []
    files = {test.split()[0] for each in every for test in noticed_by(each)}
    assert [name for name in sorted(files) if not (REPOSITORY / name).is_file()] == []


def test_every_constraint_has_a_test_of_its_own(every: list[Mutation]) -> None:
    """Which breaks it by name: that the catalogue has it is no proof that it refuses anything."""
    nameless = []
    for each in every:
        name = each.name.removeprefix("constraint ").removesuffix(" dropped")
        if f"constraint {name} dropped" != each.name or name in IMPLIED:
            continue
        files = {test.split()[0] for test in noticed_by(each)} | {"tests/support/statements.py"}
        texts = ((REPOSITORY / file).read_text("utf-8") for file in files)
        if not any(re.search(rf"\b{name}\b", text) for text in texts):
            nameless.append(name)
    assert nameless == []


def test_every_kind_of_thing_is_broken(every: list[Mutation], owner: Connection) -> None:
    sql = owner.cursor()
    names = " ".join(each.name for each in every)
    sql.execute(
        "SELECT policyname FROM pg_policies UNION ALL"
        " SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
        " SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewname <> 'open_sessions'"
    )
    assert [name for (name,) in sql.fetchall() if f" {name} " not in names] == []
    assert len({each.name for each in every}) == len(every)


def test_every_mutation_can_be_done(every: list[Mutation], empty_database: Database) -> None:
    cursor = empty_database.owner().cursor()
    cursor.execute("SET check_function_bodies = on")
    for each in every:
        cursor.execute("BEGIN")
        cursor.execute(each.sql)
        cursor.execute("ROLLBACK")


def test_what_no_test_can_miss_is_a_refusal_that_there_is() -> None:
    assert set(UNMISSED) - {each.name for each in refusals(REPOSITORY)} == set()

"""A column that is added cannot be forgotten: for each, what the program still lacks.

CONTRIBUTING says under "Add a column" where each of these is written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import click
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812

from crm import models
from crm.cli.main import root
from crm.cli.tree import every_command
from crm.domain import inputs
from crm.importing import nouns
from crm.importing.values import Moments
from crm.queries import client, contract, event, log, payment, task, user

INPUTS: Mapping[str, tuple[inputs.Input, ...]] = {
    "user": inputs.USER, "client": inputs.CLIENT, "contract": inputs.CONTRACT,
    "event": inputs.EVENT, "payment": inputs.PAYMENT, "log": inputs.LOG,
    "task": inputs.TASK,
}  # fmt: skip
MODELS = {
    "user": models.User, "client": models.Client, "contract": models.Contract,
    "event": models.Event, "payment": models.Payment, "log": models.LogEntry,
    "task": models.Task,
}  # fmt: skip
LISTINGS = {
    "user": user.LISTING, "client": client.LISTING, "contract": contract.LISTING,
    "event": event.LISTING, "payment": payment.LISTING, "log": log.LISTING,
    "task": task.LISTING,
}  # fmt: skip

# Columns that no listing has: constants of the foreign keys, and what only the database reads.
NOT_LISTED = {
    "user": {"hashed_password", "must_change_password"},
    "client": {"sales_contact_role"},
    "contract": {"sales_contact_role"},
    "event": {"support_contact_role", "contract_signed_status", "overlap_allowed"},
    "payment": {"reversed_amount"},
    "log": set(),
    "task": set(),
}
# Commands that write a noun's inputs, where they are not create and update.
WRITERS = {"payment": ("pay",), "log": ("log",)}
GROUPS = {"payment": "contract", "log": "client"}  # of those commands, where it is not the noun
# Inputs that a command takes as an argument, or not at all.
WITHOUT_OPTION = {
    ("pay", "amount"),
    ("pay", "request_key"),
    ("log", "text"),
    ("create", "text"),
    ("update", "role"),
}
# What is derived from the payments, and written by them alone.
DERIVED = {("contract", "amount_due")}

every_input = pytest.mark.parametrize(
    ("noun", "name"), [(noun, each.name) for noun, them in INPUTS.items() for each in them]
)


@every_input
def test_what_people_write_is_a_column_with_an_option(noun: str, name: str) -> None:
    assert name in MODELS[noun].__table__.columns, "crm/models lacks it"
    group = GROUPS.get(noun, noun)
    for words, command in every_command(root):
        if words in {(group, verb) for verb in WRITERS.get(noun, ("create", "update"))}:
            options = {each.name for each in command.params if isinstance(each, click.Option)}
            assert name in options or (words[1], name) in WITHOUT_OPTION, (
                f"epicevents {' '.join(words)} has no option for it"
            )


@pytest.mark.parametrize("noun", MODELS)
def test_every_column_is_a_field_of_its_listing(noun: str) -> None:
    columns = set(MODELS[noun].__table__.columns.keys())
    fields = {field.name for field in LISTINGS[noun].fields}
    assert columns - fields == NOT_LISTED[noun], f"LISTING in crm/queries/{noun}.py lacks it"


@every_input
def test_what_people_write_the_application_may_write(
    noun: str, name: str, owner: Connection
) -> None:
    table = MODELS[noun].__tablename__
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('epicevents_app', %(table)s, %(name)s, 'INSERT'),"
            " has_column_privilege('epicevents_app', %(table)s, %(name)s, 'UPDATE')",
            {"table": table, "name": name},
        )
        assert cursor.fetchone() == (
            True,
            noun not in WRITERS and (noun, name) not in DERIVED,
        ), f"migrations/tables/{noun}.sql lacks the grant"


@pytest.mark.parametrize("noun", ["client", "contract", "event"])
def test_what_people_write_can_be_imported(noun: str) -> None:
    moments = Moments(ZoneInfo("Europe/Paris"), datetime(2026, 6, 4), None)  # noqa: DTZ001
    readers: Mapping[str, Callable[[], Sequence[nouns.ImportColumn]]] = {
        "client": nouns.client_columns,
        "contract": lambda: nouns.contract_columns(moments),
        "event": lambda: nouns.event_columns(moments),
    }
    columns = {column.name for column in readers[noun]()}
    for each in INPUTS[noun]:
        assert each.name in columns, "crm/importing/nouns.py lacks it"
        assert nouns.NAMES[noun].get(each.name), "crm/importing/synonyms.py lacks its headings"


def test_every_text_says_whether_it_is_personal(owner: Connection) -> None:
    with owner.cursor() as cursor:
        cursor.execute("""
            SELECT c.relname, a.attname
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
              AND NOT a.attisdropped AND a.attgenerated = ''
              AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype,
                  'json'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar[]'::regtype)
        """)
        texts = set(cursor.fetchall())
        cursor.execute("SELECT table_name, column_name FROM text_columns()")
        declared = cursor.fetchall()
    assert len(set(declared)) == len(declared)
    assert texts - set(declared) == set(), "text_columns() lacks it"
    assert set(declared) - texts == set(), "text_columns() has what is no column"


def test_who_a_client_is_is_exported_on_request(owner: Connection) -> None:
    with owner.cursor() as cursor:
        cursor.execute("SELECT unnest(columns_of('clients', 'identity'))")
        identity = {name for (name,) in cursor.fetchall()}
    assert identity == {each.name for each in inputs.CLIENT}
    assert identity <= {field.name for field in client.LISTING.fields}

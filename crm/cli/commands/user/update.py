"""epicevents user update."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, version_option, write_options
from crm.cli.reading import records
from crm.cli.types import USER
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction


@click.command(cls=Command)
@click.argument("user", type=USER)
@input_options(*inputs.USER)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, user: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change an account: MANAGEMENT any, but not its own role; others may their own phone.

    At a terminal and without options it asks for each field; Enter keeps what is there.

    \b
    Examples:
      epicevents user update sales3@epicevents.example
      epicevents user update me --phone "06 12 34 56 78"
      epicevents user update manager2@epicevents.example --role SALES
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.user import LISTING

    def write(tx: "Transaction", user_id: int, values: "Values", seen: "Values | None") -> Any:
        change = services.user.update(tx, user_id, values, version=version, seen=seen)
        return change, *writing.people.read_person(tx, user_id)

    def begin(values: "Values", trying: bool) -> "AbstractContextManager[Transaction]":
        return _change_account(app, user, values, dry_run=trying)

    subject = writing.updating.Update(
        LISTING.fields,
        lambda tx: reference.find_user_id(tx, user),
        lambda tx, user_id: records.map_fields(*writing.people.read_person(tx, user_id)),
        lambda seen: asking.nouns.account_questions(app, seen["id"]),
    )
    change, fields, row = writing.updating.run_update(
        app, subject, given, write, begin, dry_run=dry_run
    )
    user_id = row[0]
    done = _("Account {id} updated: {name}.").format(id=user_id, name=writing.people.full_name(row))
    then = f"epicevents user show {user_id}"
    writing.outcome.report_change(
        app, output, change, done, fields, row, dry_run=dry_run, then=then
    )


@contextmanager
def _change_account(
    app: App, user: str, values: "Values", *, dry_run: bool
) -> "Iterator[Transaction]":
    """Another role takes the old one's rights away first; anything else is an edit like others."""
    if "role" in values:
        permission = Permission.USER_CHANGE_ROLE
        with writing.people.suspend_users(app, [user], permission, dry_run=dry_run) as (tx, _ids):
            yield tx
    else:
        with app.transaction(dry_run=dry_run) as tx:
            yield tx

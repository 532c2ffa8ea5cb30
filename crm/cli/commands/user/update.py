"""epicevents user update."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, version_option, write_options
from crm.cli.types import USER
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@click.argument("user", type=USER)
@input_options(*inputs.USER)
@version_option
@write_options
@click.pass_obj
def update(
    app: App, /, user: str, version: int | None, output: str, dry_run: bool, **given: Any
) -> None:
    """Change an account (MANAGEMENT: any, but not their own role; others: their own phone).

    Without options, in a terminal, it asks for each field; Enter keeps the current value.

    \b
    Examples:
      epicevents user update sales3@epicevents.example
      epicevents user update me --phone "06 12 34 56 78"
      epicevents user update manager2@epicevents.example --role SALES
    """
    from crm import services
    from crm.queries.user import LISTING

    def act(tx: "Transaction", number: int, values: "Values", seen: "Values | None") -> "Change":
        return services.user.update(tx, number, values, version=version, seen=seen)

    def begin(values: "Values", trying: bool) -> "AbstractContextManager[Transaction]":
        return _change_account(app, user, values, dry_run=trying)

    subject = writing.updating.Update(
        LISTING, user, act, lambda seen: asking.nouns.account_questions(app, seen["id"])
    )
    edited = writing.updating.run_update(app, subject, given, begin, dry_run=dry_run)
    said = writing.edits.Wording(
        _("Account {id} updated: {first_name} {last_name}."),
        _("Nothing to change."),
        "epicevents user show {id}".format_map,
    )
    writing.edits.report_edit(app, output, edited, said, dry_run=dry_run)


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

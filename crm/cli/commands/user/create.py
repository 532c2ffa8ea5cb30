"""epicevents user create."""

from typing import Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import input_options, password_option, write_options
from crm.domain import inputs
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission


@click.command(cls=Command)
@input_options(*inputs.USER)
@password_option
@write_options
@click.pass_obj
def create(app: App, /, password_stdin: bool, output: str, dry_run: bool, **given: Any) -> None:
    """Create an account (MANAGEMENT only).

    It prints a one-time password unless you send one with --password-stdin. Either way the person
    must choose their own at the first login.

    \b
    Examples:
      epicevents user create
      epicevents user create --first-name Jo --last-name Roy --email jo@epicevents.example \\
        --role SALES
    """
    from crm import services

    asked = asking.nouns.refuse_used_email(app, inputs.USER, services.user.refuse_duplicate)
    values = asking.prompts.ask_for_options(app, given, asked, permission=Permission.USER_CREATE)
    password, one_time = writing.one_time_password.read_or_make_password(
        app, from_stdin=password_stdin
    )
    with app.transaction(dry_run=dry_run) as tx:
        change = services.user.create(tx, password=password, **values)
        fields, row = writing.people.read_person(tx, change.record.id)
    said = _("Account {id} created: {name}, {role}.").format(
        id=row.id, name=writing.people.full_name(row), role=row.role
    )
    writing.one_time_password.report_password(
        app, output, said, fields, row, one_time, dry_run=dry_run
    )

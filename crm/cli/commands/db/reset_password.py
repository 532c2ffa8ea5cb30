"""epicevents db reset-password."""

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import password_option, write_options
from crm.domain.contact import parse_email as clean_email
from crm.domain.i18n import gettext as _
from crm.queries.user import LISTING

ACCOUNT = tuple(
    map(LISTING.find_field, ("id", "first_name", "last_name", "email", "role", "is_active"))
)


@click.command(cls=Command)
@click.argument("email", required=False)
@password_option
@write_options
@click.pass_obj
def reset_password(
    app: App, /, email: str | None, password_stdin: bool, output: str, dry_run: bool
) -> None:
    """Set a new password for somebody who forgot it. Needs the administrator's URL.

    The account is reactivated if need be, and its owner must choose another password at the next
    login.

    \b
    Examples:
      epicevents db reset-password manager2@epicevents.example
    """
    from crm.services import administration

    asked = asking.questions.Question("email", _("Email"), clean_email, "EMAIL")
    address = asking.prompts.ask_for_options(app, {"email": email}, [asked])["email"]
    password, one_time = writing.one_time_password.read_or_make_password(
        app, from_stdin=password_stdin
    )
    with app.owner(dry_run=dry_run) as tx:
        administration.end_all_sessions(tx, address, password)
    with app.owner(dry_run=dry_run) as tx:
        reset = administration.reset_password_as_owner(tx, address, password)
    row = (reset.id, reset.first_name, reset.last_name, reset.email, reset.role, True)
    said = _("The password of {name} was reset and their sessions have ended.").format(
        name=reset.name
    )
    old = {} if reset.was_active else {"is_active": False}
    writing.one_time_password.report_password(
        app, output, said, ACCOUNT, row, one_time, old=old, dry_run=dry_run
    )

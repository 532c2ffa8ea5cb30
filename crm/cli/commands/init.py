"""epicevents init."""

from typing import Any

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import url_option
from crm.cli.options import input_options, password_option, yes_option
from crm.domain import inputs
from crm.domain.i18n import gettext as _

MANAGER = inputs.USER[:3]


@click.command(cls=Command)
@input_options(*MANAGER)
@password_option
@url_option(
    "database_url", _("The database's URL for workstations; without it, the embedded database.")
)
@url_option("admin_database_url", _("The administrator's URL of the same database."))
@yes_option
@click.pass_obj
def init(app: App, /, password_stdin: bool, yes: bool, **given: Any) -> None:
    """Set up your company: the database, its roles and tables, and the first MANAGEMENT account.

    \b
    Examples:
      epicevents init
      epicevents init --email marie@epic.example --first-name Marie --last-name Martin \\
        --password-stdin < password.txt
    """
    from crm.services import administration, authentication

    urls = app.settings.database_url, app.settings.admin_database_url
    asking.servers.agree_to_servers(app, *urls)
    asking.servers.agree_to_unverified_server(app, warned=True)
    writing.setup.prepare_database(app)
    with app.owner() as tx:
        held = administration.read_holdings(tx)
    administration.refuse_real_company(held)
    if held.accounts:
        asking.prompts.confirm(app, _("Replace the demo company? It will be lost."), yes=yes)
    values = asking.prompts.ask_for_options(
        app, given, map(asking.questions.input_question, MANAGER)
    )
    names = [str(values[source.name]) for source in MANAGER]
    typed = asking.prompts.ask_for_password(
        app,
        _("Password (15 characters or more)"),
        twice=True,
        check=lambda password: authentication.check_new_password(password, *names),
        from_stdin=password_stdin,
    )
    if held.accounts:
        writing.setup.replace_database(app)
    with app.owner() as tx:
        administration.create_first_manager(tx, password=typed, **values)
    writing.setup.remember_database(app)
    app.console.success(_("Your company is set up."))

    writing.sessions.log_in(app, values["email"], typed)
    app.console.note(_("Next: create an account for each colleague: epicevents user create"))

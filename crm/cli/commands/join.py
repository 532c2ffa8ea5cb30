"""epicevents join."""

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import url_option
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@url_option("database_url", _("The database's URL: postgresql://epicevents_cli@HOST/NAME"))
@click.pass_obj
def join(app: App, /) -> None:
    """Set up another workstation: it asks for the database, tests it and remembers it.

    \b
    Examples:
      epicevents join
      epicevents join --database-url postgresql://epicevents_cli@db.epic.example/epicevents
    """
    from crm.database.upgrades import require_schema
    from crm.settings.url import parse_database_url

    if app.settings.database_url is None:
        question = asking.questions.Question(
            "database_url",
            _("Database URL"),
            lambda typed: (parse_database_url(typed), typed)[1],
            "--database-url",
            "postgresql://epicevents_cli@HOST/NAME",
        )
        app.set_flag(
            "database_url", asking.prompts.ask_for_options(app, {}, [question])["database_url"]
        )
    asking.servers.agree_to_servers(app, app.settings.database_url)
    with app.anonymous() as tx:
        require_schema(tx)
    writing.setup.remember_database(app)
    app.console.success(_("This workstation is now connected to the company."))
    app.console.note(_("Log in: epicevents login EMAIL"))

"""init and join: a company's first workstation, and every other one."""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import click

from crm import settings as configuration
from crm.cli import asking
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import Decorated, input_options, password_option, yes_option
from crm.domain import inputs
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

MANAGER = inputs.USER[:3]


def url_option(name: str, help_text: str) -> Callable[[Decorated], Decorated]:
    """Return an option for a database's URL; one that holds a password is refused."""

    def take(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        from crm.settings.url import parse_database_url

        if value is None or ctx.resilient_parsing:
            return
        if "password" in parse_database_url(value):
            raise UsageFault(
                _("A password on the command line can be read by everybody on this machine."),
                hint=_(
                    "Put the URL into EPICEVENTS_{name}, or the password into a pgpass file."
                ).format(name=name.upper()),
                code="password_in_option",
            )
        ctx.ensure_object(App).set_flag(name, value)

    return click.option(
        "--" + name.replace("_", "-"),
        metavar="URL",
        expose_value=False,
        is_eager=True,
        callback=take,
        help=help_text,
    )


@click.command(cls=Command, context_settings=SETTINGS)
@input_options(*MANAGER)
@password_option
@url_option("database_url", _("The database as workstations reach it; embedded without it."))
@url_option("admin_database_url", _("The same database as its administrator."))
@yes_option
@click.pass_obj
def init(app: App, /, password_stdin: bool, yes: bool, **given: Any) -> None:
    """Set up your company: the database, its roles and tables, the first MANAGEMENT account.

    \b
    Examples:
      epicevents init
      epicevents init --email marie@epic.example --first-name Marie --last-name Martin \\
        --password-stdin < password.txt
    """
    from crm.services import administration

    prepare(app)
    with app.owner() as tx:
        held = administration.holdings(tx)
    administration.refuse_real_company(held)
    if held.accounts:
        asking.prompts.confirm(app, _("Replace the demo company? All of it is lost."), yes=yes)
    values = asking.prompts.complete(app, given, map(asking.questions.of_input, MANAGER))
    typed = (
        asking.answers.line_from_stdin(app)
        if password_stdin
        else asking.prompts.password(app, _("Password (15 characters or more)"), twice=True)
    )
    if held.accounts:
        replace(app)
    with app.owner() as tx:
        administration.create_first_manager(tx, password=typed, **values)
    remember_database(app)
    app.console.success(_("Your company is set up."))

    from crm.cli.commands.session import log_in

    log_in(app, values["email"], typed)
    app.console.note(_("Next, an account for each colleague: epicevents user create"))


@click.command(cls=Command, context_settings=SETTINGS)
@url_option("database_url", _("The database, postgresql://epicevents_cli@HOST/NAME"))
@click.pass_obj
def join(app: App, /) -> None:
    """Set up another workstation: asks for the database, tests it and remembers it.

    \b
    Examples:
      epicevents join
      epicevents join --database-url postgresql://epicevents_cli@db.epic.example/epicevents
    """
    from crm.database.provisioning import schema_revision
    from crm.database.revision import check_revision
    from crm.settings.url import parse_database_url

    if app.settings.database_url is None:
        question = asking.questions.Question(
            "database_url",
            _("Database URL"),
            lambda typed: (parse_database_url(typed), typed)[1],
            "--database-url",
            "postgresql://epicevents_cli@HOST/NAME",
        )
        app.set_flag("database_url", asking.prompts.complete(app, {}, [question])["database_url"])
        app.reload()
    with app.anonymous() as tx:
        check_revision(schema_revision(tx))
    remember_database(app)
    app.console.success(_("This workstation has joined the company."))
    app.console.note(_("Log in: epicevents login EMAIL"))


def prepare(app: App) -> None:
    """Make the database, its roles and its tables, wherever the settings say; all may exist."""
    from crm.cli.output.progress import progress
    from crm.database import location, provisioning
    from crm.database.transaction import connect

    with progress(_("Setting up the database"), app.console):
        if location.is_embedded(app.settings):
            location.start_embedded(app.settings)
        administrator = location.admin_parameters(app.settings)
        program = location.parameters(app.settings)
        provisioning.create_database(administrator)
        with closing(connect(administrator)) as connection:
            refused = provisioning.bootstrap(
                connection, program.get("user", provisioning.LOGIN), program.get("password")
            )
        provisioning.upgrade(administrator)
    warn_of(app, refused)


def warn_of(app: App, refused: Iterable[str]) -> None:
    """Say what the server did not allow to be set for the login."""
    for name in refused:
        app.console.warning(
            _(
                "This server does not allow {name} to be set for the login; see docs/security.md."
            ).format(name=name)
        )


def replace(app: App) -> None:
    """Drop the database with all that it holds, and make it anew."""
    from crm.database import location, provisioning

    app.close()
    provisioning.drop_database(location.admin_parameters(app.settings))
    prepare(app)


def remember_database(app: App) -> None:
    """Write a server's URL, if one is set, into ``config.env`` for the next commands."""
    from crm.settings.files import save

    if app.settings.database_url is not None:
        variable = next(
            each.variable for each in configuration.SETTINGS if each.name == "database_url"
        )
        save(app.settings.home, {variable: app.settings.database_url})

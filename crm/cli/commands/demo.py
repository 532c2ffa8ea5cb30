"""demo: an embedded database filled with a realistic company, ready to try."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import yes_option
from crm.cli.tree import resolve
from crm.domain.enums import Role
from crm.domain.errors import DatabaseUnavailable, RuleViolation, UsageFault
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.demo.company import Size


@click.command(cls=Command)
@click.option(
    "--clients",
    type=click.IntRange(1, 5_000_000),
    metavar="N",
    help=_("Create this many clients, contracts and events instead (for measuring speed)."),
)
@click.option("--reset", is_flag=True, help=_("Drop the demo company first and start over."))
@yes_option
@click.pass_context
def demo(ctx: click.Context, clients: int | None, reset: bool, yes: bool) -> None:
    """Fill the embedded database with a realistic company, log in and show the dashboard.

    It never touches a database with records that it did not create.

    \b
    Examples:
      epicevents demo
      epicevents demo --reset --yes
    """
    from crm.database import location
    from crm.demo import company

    app: App = ctx.obj
    if not location.is_embedded(app.settings):
        raise UsageFault(
            _("The demo uses only the embedded database."),
            hint=_("Unset EPICEVENTS_DATABASE_URL, which points to a server, and try again."),
            code="not_embedded",
        )
    if _has_demo(app, reset=reset, yes=yes):
        app.console.note(_("The demo company already exists; --reset starts over."))
    else:
        size = company.Size()
        _fill(app, company.Size(*[clients] * len(size)) if clients else size)
    writing.sessions.log_in(app, company.email_of(Role.MANAGEMENT, 1), company.PASSWORD)
    app.console.note(
        _("Everyone's password is {password}: manager@, sales@, support@ … {domain}").format(
            password=company.PASSWORD, domain=company.DOMAIN
        )
    )

    dashboard, _rest = resolve(ctx.find_root(), ["dashboard"])
    ctx.invoke(dashboard.command)


def _has_demo(app: App, *, reset: bool, yes: bool) -> bool:
    """Make the database, or with ``reset`` make it anew; return whether the demo is there already.

    Raises RuleViolation ``not_a_demo`` where it holds anything else.
    """
    from crm.services import administration

    outdated = False
    try:
        writing.setup.prepare_database(app)
    except DatabaseUnavailable as error:
        # Started over, an older schema does not matter: it is dropped below.
        if error.code not in {"schema_older", "schema_too_old"} or not reset:
            raise
        outdated = True
    with app.owner() as tx:
        held = administration.read_holdings(tx)
    if held.accounts and not held.demo:
        raise RuleViolation(
            _("This database holds a real company, not the demo."),
            hint=_("Try the demo in another directory: EPICEVENTS_HOME=~/demo epicevents demo"),
            code="not_a_demo",
        )
    if (held.accounts or outdated) and reset:
        asking.prompts.confirm(app, _("Drop the demo company and start over?"), yes=yes)
        writing.setup.replace_database(app)
    return bool(held.accounts) and not reset


def _fill(app: App, size: "Size") -> None:
    from crm.cli.output.progress import show_progress
    from crm.database import location, provisioning
    from crm.demo import company

    with show_progress(_("Filling the demo company"), app.console):
        with app.owner() as tx:
            company.fill_demo(tx, size, app.settings.timezone.key)
        provisioning.vacuum(location.read_admin_parameters(app.settings))
    app.console.success(
        _(
            "The demo company has {clients} clients, {contracts} contracts and {events} events."
        ).format(**size._asdict())
    )

"""What init, join, demo and an upgrade share: the database is made, and remembered."""

from collections.abc import Iterable

from crm import settings as configuration
from crm.cli.app import App
from crm.domain.i18n import gettext as _


def prepare_database(app: App) -> None:
    """Make the database, its roles and its tables, wherever the settings say; all may exist.

    Tables that exist are not upgraded: DatabaseUnavailable says what to do about older ones.
    """
    from crm.cli.output.progress import show_progress
    from crm.database import location, provisioning, upgrades

    with show_progress(_("Setting up the database"), app.console):
        if location.is_embedded(app.settings):
            location.start_embedded(app.settings)
        administrator = location.read_admin_parameters(app.settings)
        program = location.read_parameters(app.settings)
        refused = upgrades.make_database(
            administrator, program.get("user", provisioning.LOGIN), program.get("password")
        )
    warn_of_refused(app, refused)


def warn_of_refused(app: App, refused: Iterable[str]) -> None:
    """Say what the server did not allow to be set for the login."""
    for name in refused:
        app.console.warn(
            _(
                "This server did not allow setting {name} for the login; see docs/security.md."
            ).format(name=name)
        )


def replace_database(app: App) -> None:
    """Drop the database with all that it holds, and make it anew."""
    from crm.database import location, provisioning

    app.close()
    provisioning.drop_database(location.read_admin_parameters(app.settings))
    prepare_database(app)


def remember_database(app: App) -> None:
    """Write a server's URL, if one is set, into ``config.env`` for the next commands."""
    from crm.settings.files import save_variables

    if app.settings.database_url is not None:
        variable = next(
            each.variable for each in configuration.SETTINGS if each.name == "database_url"
        )
        save_variables(app.settings.home, {variable: app.settings.database_url})

"""epicevents config: every setting, its value and where that comes from."""

from contextlib import suppress

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.domain.errors import CRMError
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

# Codes, because a value that is cut would answer nothing; the longest come last.
VARIABLE, SOURCE, VALUE = (Field(name, Kind.CODE) for name in ("variable", "source", "value"))


@click.command(cls=Command)
@record_options
@click.pass_obj
def config(app: App, /, output: str) -> None:
    """Show every setting and where it comes from, with secrets masked. Needs no database.

    Flags override the environment, which overrides .env in the working directory, then config.env
    under EPICEVENTS_HOME, then the defaults. What .env may set: epicevents help environment

    \b
    Examples:
      epicevents config
      epicevents config -o json
    """
    entries = app.settings.entries()
    _warn_of_unverified_servers(app)
    if output == "json":
        from zoneinfo import ZoneInfo

        from crm.cli.output import export

        fields = (Field("name"), VARIABLE, VALUE, SOURCE)
        rows = [(each.name, each.variable, each.value, each.source) for each in entries]
        # The company's own zone may be what makes no sense.
        export.write_listing("json", fields, rows, app.console.stream, ZoneInfo("UTC"))
        return
    from crm.cli.output import table

    table.show_listing(
        (VARIABLE, SOURCE, VALUE),
        [(each.variable, each.source, each.value) for each in entries],
        app.console,
        exact=True,
    )
    if app.settings.ignored:
        names = ", ".join(app.settings.ignored)
        app.console.note(
            _("Not taken from the .env of a directory: {names}").format(names=names), loud=True
        )
    app.console.note(
        _("To save a setting, write NAME=value into {path}").format(
            path=app.settings.home / "config.env"
        )
    )


def _warn_of_unverified_servers(app: App) -> None:
    for name in ("database_url", "admin_database_url"):
        url = app.settings.value(name)
        if not url:
            continue
        from crm.cli.asking.servers import warn_of_weaker_mode
        from crm.settings.url import parse_database_url

        # A URL that is not valid is marked in the table already.
        with suppress(CRMError):
            warn_of_weaker_mode(app, parse_database_url(url))

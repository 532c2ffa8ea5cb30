"""epicevents db status."""

from typing import Any

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import records
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

STATUS = (
    Field("database"),
    Field("running", Kind.BOOLEAN),
    Field("server_version"),
    Field("schema_revision"),
    Field("program_revision"),
    Field("up_to_date", Kind.BOOLEAN),
)


@click.command(cls=Command)
@record_options
@click.pass_obj
def status(app: App, output: str) -> None:
    """Show which database is used, whether it answers, and its schema's revision (anybody).

    \b
    Examples:
      epicevents db status
      epicevents db status -o json
    """
    from crm.database import location
    from crm.database.revision import SCHEMA_REVISION
    from crm.database.upgrades import read_schema_revision

    where = _("embedded") if location.is_embedded(app.settings) else _("server")
    if location.is_embedded(app.settings) and not location.cluster(app.settings).is_running():
        row: list[Any] = [where, False, None, None, SCHEMA_REVISION, None]
    else:
        with app.anonymous() as tx:
            version = tx.value("SELECT current_setting('server_version')")
            found = read_schema_revision(tx)
        row = [where, True, version, found, SCHEMA_REVISION, found == SCHEMA_REVISION]
    records.show_record(app, output, _("Database"), STATUS, row)

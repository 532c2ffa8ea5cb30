"""epicevents db …: the database itself, for who administers it."""

from typing import Any

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Entry, Group
from crm.cli.options import record_options, write_options
from crm.cli.reading import records
from crm.domain.errors import UsageFault
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _


@click.group(cls=Group)
def db() -> None:
    """The database: backup, restore, upgrade, status, start, stop."""


STATUS = (
    Field("database"),
    Field("running", Kind.BOOLEAN),
    Field("server_version"),
    Field("schema_revision"),
    Field("program_revision"),
    Field("up_to_date", Kind.BOOLEAN),
)


@db.command("status")
@record_options
@click.pass_obj
def status(app: App, output: str) -> None:
    """Show which database is used, whether it answers and its schema's revision. Anybody may.

    \b
    Examples:
      epicevents db status
      epicevents db status -o json
    """
    from crm.database import location
    from crm.database.provisioning import schema_revision
    from crm.database.revision import SCHEMA_REVISION

    where = _("embedded") if location.is_embedded(app.settings) else _("server")
    if location.is_embedded(app.settings) and not _cluster(app).is_running():
        row: list[Any] = [where, False, None, None, SCHEMA_REVISION, None]
    else:
        with app.anonymous() as tx:
            version = tx.value("SELECT current_setting('server_version')")
            found = schema_revision(tx)
        row = [where, True, version, found, SCHEMA_REVISION, found == SCHEMA_REVISION]
    records.show(app, output, _("Database"), STATUS, row)


UPGRADE = (Field("schema_revision"), Field("applied"))


@db.command("upgrade")
@write_options
@click.pass_obj
def upgrade(app: App, /, output: str, dry_run: bool) -> None:
    """Bring the schema to this program's revision, all or nothing. Needs the administrator's URL.

    A dry run applies the same revisions and takes them back; it holds up colleagues as long.

    \b
    Examples:
      epicevents db upgrade --dry-run
      epicevents db upgrade
    """
    from crm.cli.commands.init import warn_of
    from crm.cli.output.progress import progress
    from crm.database import location, provisioning

    parameters = location.admin_parameters(app.settings)
    login = location.parameters(app.settings).get("user", provisioning.LOGIN)
    before = provisioning.current_revision(parameters)
    refused: list[str] = []
    with progress(_("Upgrading the database"), app.console):
        applied = provisioning.upgrade(parameters, dry_run=dry_run)
        if not dry_run:
            # An older program may have left the login more than this one does.
            refused = provisioning.restrict(parameters, login)
    warn_of(app, refused)
    after = applied[-1][:4] if applied else before
    row = [after, ", ".join(applied)]
    if applied:
        said = _("Schema upgraded by {revisions}.").format(revisions=row[1])
        old, then = {"schema_revision": before}, "epicevents doctor"
        writing.outcome.written(
            app, output, said, UPGRADE, row, old=old, dry_run=dry_run, then=then
        )
    else:
        said = _("The schema is up to date ({revision}).").format(revision=after)
        writing.outcome.unchanged(app, output, said, UPGRADE, row)


@db.command("start")
@click.pass_obj
def start(app: App) -> None:
    """Start the embedded PostgreSQL. Commands do so themselves when they need it.

    \b
    Examples:
      epicevents db start
    """
    from crm.database import location

    cluster = _cluster(app)
    if cluster.is_running():
        app.console.note(_("The database is already running."))
        return
    location.require(app.settings)
    cluster.start()
    app.console.success(_("The database is running."))


@db.command("stop")
@click.pass_obj
def stop(app: App) -> None:
    """Stop the embedded PostgreSQL; what is not committed is rolled back.

    \b
    Examples:
      epicevents db stop
    """
    cluster = _cluster(app)
    if not cluster.is_running():
        app.console.note(_("The database is already stopped."))
        return
    cluster.stop()
    app.console.success(_("The database is stopped. Start it: epicevents db start"))


def _cluster(app: App) -> Any:
    from crm.database import location
    from crm.embedded import Cluster

    if not location.is_embedded(app.settings):
        raise UsageFault(
            _("EPICEVENTS_DATABASE_URL names a server, which this program does not run."),
            hint=_("See: epicevents config"),
            code="not_embedded",
        )
    return Cluster(app.settings.home)


db.add_later(
    Entry("policy", "administration:policy"),
    Entry("reset-password", "administration:reset_password"),
    Entry("backup", "backup:backup"),
    Entry("check", "backup:check"),
    Entry("restore", "restore:restore"),
)

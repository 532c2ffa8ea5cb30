"""epicevents db upgrade."""

import click

from crm.cli import writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import write_options
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

UPGRADE = (Field("schema_revision"), Field("applied"))


@click.command(cls=Command)
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
    from crm.cli.output.progress import show_progress
    from crm.database import location, provisioning

    parameters = location.read_admin_parameters(app.settings)
    login = location.read_parameters(app.settings).get("user", provisioning.LOGIN)
    before = provisioning.read_current_revision(parameters)
    refused: list[str] = []
    with show_progress(_("Upgrading the database"), app.console):
        applied = provisioning.upgrade_schema(parameters, dry_run=dry_run)
        if not dry_run:
            # An older program may have left the login more than this one does.
            refused = provisioning.restrict_database(parameters, login)
    writing.setup.warn_of_refused(app, refused)
    after = applied[-1][:4] if applied else before
    row = [after, ", ".join(applied)]
    if applied:
        said = _("Schema upgraded by {revisions}.").format(revisions=row[1])
        old, then = {"schema_revision": before}, "epicevents doctor"
        writing.outcome.report_write(
            app, output, said, UPGRADE, row, old=old, dry_run=dry_run, then=then
        )
    else:
        said = _("The schema is up to date ({revision}).").format(revision=after)
        writing.outcome.report_unchanged(app, output, said, UPGRADE, row)

"""epicevents db …: the database itself, for who administers it."""

import re
from datetime import timedelta
from typing import Any

import click

from crm.cli import answers, records
from crm.cli.app import App
from crm.cli.commands import backup, restore
from crm.cli.groups import Group
from crm.cli.options import record_options
from crm.domain.errors import DatabaseUnavailable, InvalidValue, UsageFault
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
    from crm import server
    from crm.database import SCHEMA_REVISION

    where = _("embedded") if server.is_embedded(app.settings) else _("server")
    if server.is_embedded(app.settings) and not _cluster(app).is_running():
        row: list[Any] = [where, False, None, None, SCHEMA_REVISION, None]
    else:
        with app.anonymous() as tx:
            version = tx.value("SELECT current_setting('server_version')")
            known = tx.value("SELECT to_regclass('alembic_version')")
            found = tx.value("SELECT version_num FROM alembic_version") if known else None
        row = [where, True, version, found, SCHEMA_REVISION, found == SCHEMA_REVISION]
    records.show(app, output, _("Database"), STATUS, row)


@db.command("upgrade")
@click.pass_obj
def upgrade(app: App) -> None:
    """Bring the schema to this program's revision. Needs the administrator's URL.

    \b
    Examples:
      epicevents db upgrade
    """
    from crm import provisioning, server
    from crm.cli.commands.init import warn_of
    from crm.cli.output.progress import progress

    parameters = server.admin_parameters(app.settings)
    login = server.parameters(app.settings).get("user", provisioning.LOGIN)
    before = provisioning.current_revision(parameters)
    with progress(_("Upgrading the database"), app.console):
        provisioning.upgrade(parameters)
        # An older program may have left the login more than this one does.
        refused = provisioning.restrict(parameters, login)
    after = provisioning.current_revision(parameters)
    warn_of(app, refused)
    if before == after:
        app.console.note(_("The schema is up to date ({revision}).").format(revision=after))
    else:
        app.console.success(
            _("Schema upgraded: {before} → {after}.").format(before=before or "-", after=after)
        )


@db.command("start")
@click.pass_obj
def start(app: App) -> None:
    """Start the embedded PostgreSQL. Commands do so themselves when they need it.

    \b
    Examples:
      epicevents db start
    """
    cluster = _cluster(app)
    if cluster.is_running():
        app.console.note(_("The database is already running."))
        return
    if not cluster.is_initialised():
        raise DatabaseUnavailable(
            _("There is no database yet."),
            hint=_("Run: epicevents demo, to try it, or: epicevents init, for your company."),
            code="no_database",
        )
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


class DurationType(click.ParamType[timedelta]):
    """A length of time: ``30m``, ``24h``, ``7d``."""

    name = "DURATION"
    _UNITS = {"m": "minutes", "h": "hours", "d": "days"}  # noqa: RUF012

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the timedelta that was typed."""
        del param, ctx
        found = re.fullmatch(r"([0-9]{1,5})([mhd])", value)
        if not found:
            raise InvalidValue(
                _("{value} is not a length of time.").format(value=value),
                hint=_("Write 30m, 24h or 7d."),
                code="invalid_duration",
            )
        return timedelta(**{self._UNITS[found[2]]: int(found[1])})

    @classmethod
    def typed(cls, length: timedelta) -> str:
        """Return how a length of time is typed, in the largest unit that says it whole."""
        for unit, name in reversed(cls._UNITS.items()):
            if not length % timedelta(**{name: 1}):
                return f"{length // timedelta(**{name: 1})}{unit}"
        return str(length)


@db.command("policy")
@click.option("--session-lifetime", type=DurationType(), help=_("How long a session lasts."))
@click.option("--session-idle", type=DurationType(), help=_("How long it may rest unused."))
@record_options
@click.pass_obj
def policy(
    app: App,
    session_lifetime: timedelta | None,
    session_idle: timedelta | None,
    output: str,
) -> None:
    """Show or change how long sessions last. Needs the administrator's URL.

    \b
    Examples:
      epicevents db policy
      epicevents db policy --session-lifetime 12h --session-idle 30m
    """
    from crm.services import administration

    with app.owner() as tx:
        if session_lifetime or session_idle:
            administration.set_session_policy(tx, lifetime=session_lifetime, idle=session_idle)
        lifetime, idle = administration.session_policy(tx)
    fields = (Field("session_lifetime"), Field("session_idle_limit"))
    records.show(
        app, output, _("Sessions"), fields, [DurationType.typed(lifetime), DurationType.typed(idle)]
    )
    if session_lifetime or session_idle:
        app.console.success(_("The policy is changed."))


@db.command("reset-password")
@click.argument("email")
@click.option(
    "--password-stdin", is_flag=True, help=_("Read the password from standard input, one line.")
)
@click.pass_obj
def reset_password(app: App, email: str, password_stdin: bool) -> None:
    """Let somebody who forgot the password back in. Needs the administrator's URL.

    \b
    Examples:
      epicevents db reset-password manager2@epicevents.example
    """
    from crm.security.passwords import one_time_password
    from crm.services import administration

    typed = answers.line_from_stdin(app) if password_stdin else one_time_password()
    with app.owner() as tx:
        name = administration.reset_password(tx, email, typed)
    app.console.success(_("{name} chooses another password at the next login.").format(name=name))
    if not password_stdin:
        app.console.note(_("Their one-time password, shown only now:"))
        app.console.data(typed)


def _cluster(app: App) -> Any:
    from crm import server
    from crm.embedded import Cluster

    if not server.is_embedded(app.settings):
        raise UsageFault(
            _("EPICEVENTS_DATABASE_URL names a server, which this program does not run."),
            hint=_("See: epicevents config"),
            code="not_embedded",
        )
    return Cluster(app.settings.home)


for command in (backup.backup, backup.check, restore.restore):
    db.add_command(command)

"""What the commands on backups share: opening one, what is shown of it, and being interrupted."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from crm.cli.app import App
from crm.cli.options import Decorated
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from crm.backup.databases import Server
    from crm.backup.manifest import Manifest
    from crm.backup.restoring import OpenBackup, RestoreOutcome
    from crm.backup.server_side import LoginRole

_MEGABYTE = 1_000_000
_COUNTED = ("users", "clients", "contracts", "events", "payments", "log_entries", "tasks")

FIELDS = (
    Field("file"),
    Field("taken_at", Kind.TIMESTAMP),
    Field("database"),
    Field("encrypted", Kind.BOOLEAN),
    Field("size", Kind.INTEGER),
    Field("sha256"),
    Field("schema_revision"),
    Field("server_major", Kind.INTEGER),
    *(Field(name, Kind.INTEGER) for name in _COUNTED),
)


def build_row(path: "Path", made: "Manifest", *, encrypted: bool) -> list[Any]:
    """Return a backup as a record of :data:`FIELDS`."""
    contents = made.contents
    return [
        str(path), made.moment, made.database, encrypted, made.size, made.sha256,
        contents.schema_revision, contents.server_major, *map(contents.count, _COUNTED),
    ]  # fmt: skip


def passphrase_option(function: Decorated) -> Decorated:
    """Add ``--passphrase-stdin``: a passphrase is never the value of an option."""
    return click.option(
        "--passphrase-stdin",
        is_flag=True,
        help=_("Read the passphrase from standard input (one line)."),
    )(function)


def skip_foreign_option(function: Decorated) -> Decorated:
    """Add ``--skip-foreign``, for a database to which somebody added objects of their own."""
    return click.option(
        "--skip-foreign",
        is_flag=True,
        help=_("Leave out what this program did not make, such as your own views."),
    )(function)


@contextmanager
def open_backup(app: App, path: "Path", *, from_stdin: bool) -> "Iterator[OpenBackup]":
    """Open a backup that is what was written, with its passphrase where it takes one.

    Raises what :mod:`crm.backup.archive` does, UsageFault without a passphrase.
    """
    from crm.backup import archive
    from crm.backup.restoring import OpenBackup
    from crm.cli.asking import passphrases

    with archive.open_archive(path) as backup:
        passphrase = (
            passphrases.ask_for_passphrase(app, from_stdin=from_stdin) if backup.encrypted else None
        )
        manifest = backup.manifest(passphrase)
        backup.verify(manifest)
        yield OpenBackup(backup, manifest, passphrase)


def read_login(app: App) -> "LoginRole":
    """Return what the company's workstations connect as, by the settings."""
    from crm.backup.server_side import LoginRole
    from crm.settings.url import parse_database_url

    parameters = parse_database_url(app.settings.database_url or "postgresql:///")
    default = LoginRole()
    return LoginRole(parameters.get("user", default.name), parameters.get("password"))


@contextmanager
def show_bytes(app: App, message: str, size: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show megabytes while the work lasts; a request to end it is answered as Ctrl-C is."""
    from crm.cli.output import progress as shown
    from crm.database.interruption import interruptible

    total = (size or 0) // _MEGABYTE or None  # of less than one, nothing is counted
    with (
        _interrupt_on_terminate(),
        interruptible(),
        shown.show_progress(message, app.console, total) as moved,
    ):
        yield lambda done: moved(done // _MEGABYTE)


@contextmanager
def _interrupt_on_terminate() -> Iterator[None]:
    """What a service manager ends must clean up like what a person does."""
    # Python handles signals in the main thread alone.
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_signal: object) -> None:
        for number in _ENDINGS:  # what is asked for once is not to be cut short by asking again
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    former = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


_ENDINGS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
]


def warn_of_faults(app: App, faults: list[str]) -> None:
    """Say what was wrong with the data before they were backed up."""
    app.console.warn(
        _("The data had faults when they were backed up: {checks}. See: epicevents doctor").format(
            checks=", ".join(faults)
        )
    )


def report_details(app: App, outcome: "RestoreOutcome") -> None:
    """Say what a restore, or a trial of one, brought beside rows, and what it could not bring."""
    if outcome.faults:
        warn_of_faults(app, outcome.faults)
    told = (
        (
            outcome.made_roles,
            _("These roles were created without the right to log in: {names}.")
            if outcome.exchanged
            else _("A restore creates these roles, without the right to log in: {names}."),
        ),
        (outcome.given, _("Other roles got their rights back: {names}.")),
        (outcome.left_out, _("These were left out; create them again: {names}.")),
        (outcome.missing, _("This server refused: {names}.")),
    )
    for names, sentence in told:
        if names:
            app.console.note(sentence.format(names=", ".join(map(str, names))), loud=True)


def prepare_administrator(app: App) -> dict[str, str]:
    """Return the administrator's parameters; the embedded server is made where there is none."""
    from crm.database import location

    if location.is_embedded(app.settings) and app.settings.admin_database_url is None:
        location.start_embedded(app.settings)
    return location.read_admin_parameters(app.settings)


@contextmanager
def open_server(app: App) -> "Iterator[Server]":
    """Yield the company's server, or a passing one on a machine that has none."""
    from crm.backup import databases
    from crm.database import location
    from crm.embedded import Cluster

    settings = app.settings
    with ExitStack() as stack:
        if (
            settings.admin_database_url
            or settings.database_url
            or Cluster(settings.home).is_initialised()
        ):
            parameters = location.read_admin_parameters(settings)
        else:
            parameters = stack.enter_context(_start_temporary_server())
        yield stack.enter_context(databases.lock_server(parameters))


@contextmanager
def _start_temporary_server() -> Iterator[dict[str, str]]:
    import tempfile
    from pathlib import Path

    from crm.database import location
    from crm.embedded import Cluster
    from crm.settings.url import parse_database_url

    with tempfile.TemporaryDirectory(prefix="epicevents-") as home:
        cluster = Cluster(Path(home), fast=True)
        try:
            cluster.start()
            yield parse_database_url(cluster.url(location.ADMINISTRATOR))
        finally:
            cluster.remove()

"""The server's process: one is started at a time, it outlives us, and it can be stopped."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded import data, postmaster, programs
from crm.embedded.account import Account, account_for, let_enter, let_read, make_private
from crm.embedded.cluster import Cluster, socket_path

_PATIENCE = 120  # seconds; a recovery after a crash takes its time
_ORPHANS_LIVE = 15  # seconds that the processes of a killed server are given to end
_LARGEST_LOG = 1_000_000  # bytes


def start(cluster: Cluster) -> None:
    """Start the server unless it runs; see ``Cluster.start``."""
    cluster.binaries()
    with _locked(cluster.home):
        if not _runs(cluster):
            account = account_for(cluster.data)
            _prepare(cluster, account)
            _launch(cluster, account)


def stop(cluster: Cluster) -> None:
    """Stop the server if it runs; see ``Cluster.stop``."""
    with _locked(cluster.home):
        _stop(cluster)


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(home / "postgres.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        raise DatabaseUnavailable(
            _("The embedded PostgreSQL cannot be used: {reason}.").format(reason=error),
            hint=_("See whether {path} is yours and has room.").format(path=home),
        ) from None


def _runs(cluster: Cluster) -> bool:
    """Whether the server runs, once it is done with starting or stopping by itself.

    One whose socket is gone (temporary files were cleaned) is stopped.
    """
    deadline = time.monotonic() + _PATIENCE
    while (server := postmaster.living(cluster.data)) and not cluster.is_running():
        if time.monotonic() > deadline:
            raise _not_started(cluster, _log(cluster))
        if server.status == "ready":
            _stop(cluster)
        time.sleep(0.02)
    return server is not None


def _prepare(cluster: Cluster, account: Account | None) -> None:
    binaries, sockets = cluster.binaries(), cluster.socket_directory
    for directory in programs.installation(binaries):
        let_read(directory, account)
    for path in (binaries.parent, cluster.data, sockets):
        let_enter(path, account)
    if cluster.is_initialised():
        data.refuse_other_version(cluster.data, binaries)
        postmaster.disown(cluster.data, account)
    else:
        data.initialise(cluster.data, binaries, account, fast=cluster.fast)
    make_private(sockets, account)
    # It names the old server's process too, and a number that lives again would keep us out.
    Path(f"{socket_path(sockets)}.lock").unlink(missing_ok=True)
    data.configure(cluster.data, sockets, account, fast=cluster.fast)


def _launch(cluster: Cluster, account: Account | None) -> None:
    log = cluster.log
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    deadline = time.monotonic() + _ORPHANS_LIVE
    while True:
        known = log.stat().st_size if log.exists() else 0
        started = _pg_ctl(cluster, account, "start", f"--log={log.name}")
        if started.returncode == 0:
            return
        said = _log(cluster, known) or started.stdout
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise _not_started(cluster, said)
        time.sleep(0.2)


def _stop(cluster: Cluster) -> None:
    if postmaster.living(cluster.data):
        stopped = _pg_ctl(cluster, account_for(cluster.data), "stop", "--mode=fast")
        if stopped.returncode:
            raise DatabaseUnavailable(
                _("The embedded PostgreSQL does not stop: {reason}").format(
                    reason=programs.reason(stopped.stdout)
                ),
                hint=_("Its log is {path}.").format(path=cluster.log),
                code="embedded_not_stopped",
            )


def _pg_ctl(cluster: Cluster, account: Account | None, *arguments: str) -> CompletedProcess[str]:
    options = ("--pgdata=.", "--wait", f"--timeout={_PATIENCE}")
    program = cluster.binaries() / "pg_ctl"
    return programs.run(program, *arguments, *options, directory=cluster.data, account=account)


def _log(cluster: Cluster, start: int = 0) -> str:
    if not cluster.log.exists():
        return ""
    with cluster.log.open("rb") as log:
        log.seek(start)
        return log.read().decode(errors="replace")


def _not_started(cluster: Cluster, said: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        _("The embedded PostgreSQL does not start: {reason}").format(reason=programs.reason(said)),
        hint=_("Its log is {path}.").format(path=cluster.log),
        code="embedded_not_started",
    )

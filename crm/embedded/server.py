"""The server's process: one is started at a time, it outlives us, and it can be stopped."""

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded import data, fence, origin, postmaster, programs, reach
from crm.embedded.account import Account, choose_account, make_private
from crm.embedded.place import Place, build_socket_path
from crm.files import read_regular

_PATIENCE = 120  # seconds; a recovery after a crash takes its time
_ORPHANS_LIVE = 15  # seconds that the processes of a killed server are given to end
_LARGEST_LOG = 1_000_000  # bytes


class _Runner(NamedTuple):
    """Whom PostgreSQL's programs run as, and those that this user can reach."""

    account: Account | None
    binaries: Path

    def pg_ctl(self, place: Place, *arguments: str) -> CompletedProcess[str]:
        options = ("--pgdata=.", "--wait", f"--timeout={_PATIENCE}")
        program = self.binaries / "pg_ctl"
        return programs.run_program(
            program, *arguments, *options, directory=place.data, account=self.account
        )


def start_server(place: Place, *, adopt: bool) -> None:
    """Start the server unless it runs; see ``Cluster.start``."""
    place.binaries()
    with _lock(place.home):
        if not _runs(place):
            runner = _runner(place)
            _prepare(place, runner, adopt=adopt)
            _launch(place, runner)


def stop_server(place: Place) -> None:
    """Stop the server if it runs; see ``Cluster.stop``."""
    with _lock(place.home):
        _stop(place)


def remove_server(place: Place) -> None:
    """Delete the data and the socket's directory of a stopped server. Raises OSError."""
    for directory in (place.data, place.socket_directory):
        if directory.exists():
            shutil.rmtree(directory)
    with suppress(OSError):  # it is the home, or there was none
        reach.find_place_apart(place.home).rmdir()


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(home / "postgres.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        # Of the lock or of what is done under it: all of it is about the home directory.
        raise DatabaseUnavailable(
            _("The embedded PostgreSQL cannot be used: {reason}.").format(reason=error),
            hint=_("Check that {path} is yours and that its disk has space.").format(path=home),
        ) from None


def _runner(place: Place) -> _Runner:
    account = choose_account(place.home, place.data)
    return _Runner(account, reach.provide_programs(account, place.binaries()))


def _runs(place: Place) -> bool:
    """Whether the server runs, once it is done with starting or stopping by itself.

    One whose socket is gone (temporary files were cleaned) is stopped.
    """
    deadline = time.monotonic() + _PATIENCE
    while (server := postmaster.find_running(place.data)) and not place.is_running():
        if time.monotonic() > deadline:
            raise _not_started_error(place, _log(place))
        if server.status == "ready":
            _stop(place)
        # The file changes within milliseconds; nothing tells us when.
        time.sleep(0.02)
    return server is not None


def _prepare(place: Place, runner: _Runner, *, adopt: bool) -> None:
    account, sockets = runner.account, place.socket_directory
    reach.open_way({place.root, sockets.parent}, account)
    if place.is_initialised():
        if adopt:
            origin.mark_as_ours(place.data, account)
        origin.require_ours(place.data)
        data.refuse_other_version(place.data, runner.binaries)
        postmaster.disown_stale(place.data, account)
    else:
        data.initialise(place.data, runner.binaries, account, fast=place.fast)
    make_private(sockets, account)
    # It names the old server's process too, and a number that lives again would keep us out.
    Path(f"{build_socket_path(sockets)}.lock").unlink(missing_ok=True)
    data.configure(place.data, sockets, account, fast=place.fast)


def _launch(place: Place, runner: _Runner) -> None:
    log = place.log
    if _size(log) > _LARGEST_LOG or not _is_usable(log):
        log.replace(log.with_suffix(".log.1"))
    fenced = fence.build_options(runner.binaries, place.socket_directory)
    deadline = time.monotonic() + _ORPHANS_LIVE
    while True:
        known = _size(log)
        started = runner.pg_ctl(place, "start", f"--log={log.name}", f"--options={fenced}")
        if started.returncode == 0:
            return
        said = _log(place, known) or started.stdout
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise _not_started_error(place, said)
        time.sleep(0.2)


def _stop(place: Place) -> None:
    if postmaster.find_running(place.data):
        stopped = _runner(place).pg_ctl(place, "stop", "--mode=fast")
        if stopped.returncode:
            raise DatabaseUnavailable(
                _("The embedded PostgreSQL did not stop: {reason}").format(
                    reason=programs.extract_reason(stopped.stdout)
                ),
                hint=_("Its log is {path}.").format(path=place.log),
                code="embedded_not_stopped",
            )


def _size(log: Path) -> int:
    return log.lstat().st_size if os.path.lexists(log) else 0


def _is_usable(log: Path) -> bool:
    """Whether a log can be written: there is none yet, or it is a file and no link or FIFO."""
    return not os.path.lexists(log) or stat.S_ISREG(log.lstat().st_mode)


def _log(place: Place, start: int = 0) -> str:
    try:
        return read_regular(place.log, _LARGEST_LOG, start).decode(errors="replace")
    except OSError:
        # It only adds the reason to an error; without it the error stands.
        return ""


def _not_started_error(place: Place, said: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        _("The embedded PostgreSQL did not start: {reason}").format(
            reason=programs.extract_reason(said)
        ),
        hint=_("Its log is {path}.").format(path=place.log),
        code="embedded_not_started",
    )

"""The SQL of a dump, as pg_restore writes it out: a text to read in, never to run."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from crm.backup import encryption, pipes, tools
from crm.backup.archive import Backup
from crm.backup.refusals import not_restorable_error
from crm.domain.i18n import gettext as _


@contextmanager
def write_script(
    programs: tools.Tools,
    backup: Backup,
    passphrase: str | None,
    moved: Callable[[int], object] = lambda _size: None,
) -> Iterator[IO[bytes]]:
    """Yield a dump as SQL; ``moved`` is told how many bytes of it have passed.

    Nothing that pg_restore and GnuPG complain of is passed over: RuleViolation
    ``backup_not_restorable``, ``wrong_passphrase`` or ``backup_damaged``.
    """
    command = programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-")
    pieces = pipes.count_bytes(backup.pieces(), moved)
    with ExitStack() as stack:
        gpg = None
        if passphrase is not None:
            gpg = stack.enter_context(encryption.start_decryption(passphrase))
        stdin = gpg.stdout if gpg else subprocess.PIPE
        restore = stack.enter_context(
            pipes.start_program(command, tools.build_environment(), stdin=stdin)
        )
        if gpg:
            gpg.stdout.close()
        with pipes.feed(pieces, (gpg or restore).stdin):
            yield restore.stdout
        # First pg_restore: where it ends early, GnuPG can only complain that nobody reads.
        if restore.wait():
            reason = tools.find_reason(restore.stderr_text())
            raise not_restorable_error(_("pg_restore: {reason}").format(reason=reason))
        if gpg:
            encryption.require_gpg_success(gpg)

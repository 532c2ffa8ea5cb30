"""Encryption with a passphrase: a pipe through GnuPG, and ``gpg --decrypt`` opens it without us."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from crm.backup import pipes, tools
from crm.domain.errors import CRMError, RuleViolation
from crm.domain.i18n import gettext as _

# Nothing of the person's own GnuPG: no configuration, keys, agent or home directory.
_GPG = (
    "--batch", "--quiet", "--no-options", "--no-keyring", "--no-random-seed-file",
    "--no-autostart", "--no-symkey-cache", "--pinentry-mode", "loopback", "--status-fd", "2",
)  # fmt: skip
# Without an agent GnuPG takes 65,536 rounds of SHA-1, and a passphrase is guessed a thousand times
# as fast. The dump is compressed already.
_ENCRYPT = (
    "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712",
    "--compress-algo", "none",
    "--symmetric",
)  # fmt: skip


def require_gpg() -> str:
    """Return where GnuPG is. Raises CRMError ``gpg_missing``."""
    found = shutil.which("gpg") or shutil.which("gpg2")
    if found is None:
        raise CRMError(
            _("Encrypted backups need GnuPG, which is not installed here."),
            hint=_("Install it; on Debian: apt install gpg"),
            code="gpg_missing",
        )
    return found


@contextmanager
def start_encryption(passphrase: str, plain: IO[bytes] | int) -> Iterator[pipes.Program]:
    """Run GnuPG, whose stdout is ``plain`` encrypted."""
    with _start_gpg(passphrase, plain, *_ENCRYPT) as program:
        yield program


@contextmanager
def start_decryption(passphrase: str) -> Iterator[pipes.Program]:
    """Run GnuPG, whose stdout is what its stdin was before it was encrypted."""
    with _start_gpg(passphrase, subprocess.PIPE, "--decrypt") as program:
        yield program


def pass_through(program: pipes.Program, content: bytes, longest: int) -> bytes:
    """Return a small text, encrypted or decrypted, of at most ``longest`` bytes."""
    pipes.pour([content], program.stdin)
    found = program.stdout.read(longest)
    program.stdout.close()  # if there is more, GnuPG is not held up
    require_gpg_success(program)
    return found


def require_gpg_success(program: pipes.Program) -> None:
    """Wait for GnuPG. Raises RuleViolation ``wrong_passphrase`` or ``backup_damaged``.

    It also passes on what was never encrypted, with exit status 0, so its own word counts.
    """
    status, said = program.wait(), program.stderr_text()
    if "BAD_PASSPHRASE" in said:
        raise RuleViolation(
            _("This is not the passphrase of this backup."),
            hint=_("Try again; without the right passphrase nobody can read the backup."),
            code="wrong_passphrase",
        )
    if status or not ("[GNUPG:] DECRYPTION_OKAY" in said or "[GNUPG:] END_ENCRYPTION" in said):
        raise RuleViolation(
            _("The encrypted part of this backup is damaged, or another program made it."),
            hint=_("Use another backup."),
            code="backup_damaged",
        )


@contextmanager
def _start_gpg(passphrase: str, stdin: IO[bytes] | int, *arguments: str) -> Iterator[pipes.Program]:
    command, environ = [require_gpg(), *_GPG], tools.build_environment()
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"):
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(passphrase.encode() + b"\n")
        command += ["--passphrase-fd", str(reading), *arguments]
        # Written before the program is there to read it: a passphrase fits into what a pipe holds.
        # On the command line or in the environment others could see it.
        with pipes.start_program(command, environ, stdin=stdin, pass_fds=[reading]) as program:
            yield program

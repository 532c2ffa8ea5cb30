"""Encryption with a passphrase, by GnuPG: streamed, authenticated, and opened by hand as well.

``gpg --decrypt`` with the same passphrase is all that it takes. GnuPG runs without an agent, in a
private directory of its own, and gets the passphrase through a pipe.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from crm.backup import pipes, tools
from crm.domain.errors import CRMError, RuleViolation
from crm.domain.i18n import gettext as _

_ALWAYS = (
    "--batch", "--quiet", "--no-options", "--no-autostart", "--no-symkey-cache",
    "--pinentry-mode", "loopback", "--status-fd", "2",
)  # fmt: skip
# AES-256; a passphrase is guessed no faster than a few times a second, the slowest that GnuPG has.
_ENCRYPT = (
    "--cipher-algo", "AES256", "--s2k-mode", "3", "--s2k-digest-algo", "SHA512",
    "--s2k-count", "65011712", "--compress-algo", "none", "--symmetric",
)  # fmt: skip


def require_gpg() -> str:
    """Return where GnuPG is. Raises CRMError ``gpg_missing``."""
    found = shutil.which("gpg") or shutil.which("gpg2")
    if found is None:
        raise CRMError(
            _("Encrypted backups need GnuPG, which is not installed here."),
            hint=_("Install it, on Debian: apt install gpg"),
            code="gpg_missing",
        )
    return found


@contextmanager
def start_encryption(plain: IO[bytes] | int, passphrase: str) -> Iterator[pipes.Program]:
    """Run GnuPG, which reads ``plain`` and whose stdout is the same encrypted."""
    with _gpg(_ENCRYPT, passphrase, plain) as program:
        yield program


@contextmanager
def start_decryption(passphrase: str) -> Iterator[pipes.Program]:
    """Run GnuPG, which turns what is written to its stdin into what was encrypted."""
    with _gpg(("--decrypt",), passphrase, subprocess.PIPE) as program:
        yield program


def require_gpg_success(program: pipes.Program) -> None:
    """See that GnuPG ended well. Raises RuleViolation ``wrong_passphrase`` or ``backup_damaged``.

    It also passes on what was never encrypted, so what it says of itself is what counts.
    """
    status, said = program.wait(), program.stderr_text()
    if "BAD_PASSPHRASE" in said:
        raise RuleViolation(
            _("The passphrase is not that of this backup."),
            hint=_("Try again; without the right one nobody can read it."),
            code="wrong_passphrase",
        )
    whole = "[GNUPG:] DECRYPTION_OKAY" in said and "[GNUPG:] GOODMDC" in said
    if status or not (whole or "[GNUPG:] END_ENCRYPTION" in said):
        raise RuleViolation(
            _("What was encrypted is damaged, or was not encrypted by this program."),
            hint=_("Take another backup."),
            code="backup_damaged",
        )


def encrypt_bytes(content: bytes, passphrase: str) -> bytes:
    """Return a small text encrypted."""
    with start_encryption(subprocess.PIPE, passphrase) as program:
        pipes.pour([content], program.stdin)
        found = program.stdout.read()
        require_gpg_success(program)
    return found


def decrypt_bytes(content: Iterable[bytes], passphrase: str, most: int) -> bytes:
    """Return a small encrypted text, of at most ``most`` bytes, as it was."""
    with start_decryption(passphrase) as program:
        pipes.pour(content, program.stdin)
        found = program.stdout.read(most)
        program.stdout.close()  # whatever more it has to say, it is not held up
        require_gpg_success(program)
    return found


@contextmanager
def _gpg(
    arguments: Iterable[str], passphrase: str, stdin: IO[bytes] | int
) -> Iterator[pipes.Program]:
    program = require_gpg()
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory(prefix="epicevents-gpg-") as home:  # of mode 0700
        try:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(passphrase.encode() + b"\n")
            command = [
                program, "--homedir", home, *_ALWAYS, "--passphrase-fd", str(reading), *arguments
            ]  # fmt: skip
            with pipes.start_program(
                command, tools.build_environment(), stdin=stdin, pass_fds=[reading]
            ) as running:
                os.close(reading)
                reading = -1
                yield running
        finally:
            if reading >= 0:
                os.close(reading)

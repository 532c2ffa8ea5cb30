"""The file of a backup: a tar archive of what pg_dump wrote and a manifest, each encrypted or not.

Ordinary tools open it: ``tar``, ``sha256sum --check``, ``gpg --decrypt`` where it is encrypted, and
``pg_restore``. The manifest holds the size and the SHA-256 of the dump before it, the sums those of
both.
"""

import os
import stat
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from crm.backup import encryption, manifest
from crm.backup.manifest import Manifest
from crm.backup.pipes import CHUNK
from crm.domain.errors import RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.files import NO_WAIT

DUMP, MANIFEST, SUMS, ENCRYPTED = "database.dump", "manifest.json", "SHA256SUMS", ".gpg"
_LARGEST_MANIFEST = 60_000  # bytes; a pipe holds that much


def write_archive(
    file: BinaryIO, dump: Iterable[bytes], described: Manifest, passphrase: str | None
) -> Manifest:
    """Write a backup; ``dump`` is encrypted already where there is a passphrase.

    Returns the manifest with the size and digest of the dump. Raises OSError.
    """
    ending = ENCRYPTED if passphrase else ""
    size, digest = _add(file, DUMP + ending, dump, described)
    complete = replace(described, size=size, sha256=digest)
    content = complete.as_json()
    if passphrase:
        with encryption.start_encryption(passphrase, subprocess.PIPE) as gpg:
            content = encryption.pass_through(gpg, content, 2 * _LARGEST_MANIFEST)
    sums = f"{digest}  {DUMP + ending}\n"
    sums += f"{sha256(content).hexdigest()}  {MANIFEST + ending}\n"
    _add(file, MANIFEST + ending, [content], described)
    _add(file, SUMS, [sums.encode()], described)
    file.write(bytes(2 * tarfile.BLOCKSIZE))
    return complete


def _add(
    file: BinaryIO, name: str, content: Iterable[bytes], described: Manifest
) -> tuple[int, str]:
    """Append a member whose size is known only at its end: its header is written again then."""
    start = file.tell()
    file.write(bytes(tarfile.BLOCKSIZE))
    digest, member = sha256(), tarfile.TarInfo(name)
    for piece in content:
        digest.update(piece)
        file.write(piece)
        member.size += len(piece)
    file.write(bytes(-member.size % tarfile.BLOCKSIZE))
    end = file.tell()
    member.mode, member.mtime = 0o600, int(described.moment.replace(tzinfo=UTC).timestamp())
    file.seek(start)
    file.write(member.tobuf(tarfile.GNU_FORMAT))
    file.seek(end)
    return member.size, digest.hexdigest()


@dataclass(frozen=True)
class Backup:
    """An open backup whose parts are where they should be; nothing of it is trusted yet."""

    file: BinaryIO
    encrypted: bool
    dump: tarfile.TarInfo
    described: tarfile.TarInfo
    sums: tarfile.TarInfo

    def manifest(self, passphrase: str | None) -> Manifest:
        """Return what it says of itself.

        Raises RuleViolation ``wrong_passphrase`` or ``backup_damaged``, DatabaseUnavailable
        ``backup_newer`` or ``backup_older``.
        """
        if self.described.size > _LARGEST_MANIFEST:
            raise manifest.damaged_error()
        content = b"".join(self._read(self.described))
        if passphrase is not None:
            with encryption.start_decryption(passphrase) as gpg:
                content = encryption.pass_through(gpg, content, 10 * _LARGEST_MANIFEST)
        return manifest.parse_manifest(content)

    def verify(self, described: Manifest) -> None:
        """See that all is what was written. Raises RuleViolation ``backup_damaged``."""
        found = {part.name: self._digest(part) for part in (self.dump, self.described)}
        sums = "".join(f"{digest}  {name}\n" for name, digest in found.items())
        if (
            self.sums.size != len(sums)
            or b"".join(self._read(self.sums)) != sums.encode()
            or (self.dump.size, found[self.dump.name]) != (described.size, described.sha256)
        ):
            raise manifest.damaged_error()

    def _digest(self, part: tarfile.TarInfo) -> str:
        digest = sha256()
        for piece in self._read(part):
            digest.update(piece)
        return digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """Yield the dump, as it is in the file."""
        return self._read(self.dump)

    def _read(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        self.file.seek(member.offset_data)
        left = member.size
        while left:
            piece = self.file.read(min(left, CHUNK))
            if not piece:
                raise truncated_error()
            left -= len(piece)
            yield piece


@contextmanager
def open_archive(path: Path) -> Iterator[Backup]:
    """Open a backup.

    Raises UsageFault ``not_a_file``, RuleViolation ``not_a_backup`` or ``backup_cut_off``, OSError.
    """
    # What is no file could make us wait for ever.
    descriptor = os.open(path, os.O_RDONLY | NO_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageFault(
            _("{path} is not a file.").format(path=path),
            hint=_("Give the path of a backup file."),
            code="not_a_file",
        )
    with os.fdopen(descriptor, "rb") as file:
        yield _read_parts(path, file)


def _read_parts(path: Path, file: BinaryIO) -> Backup:
    first = file.read(tarfile.BLOCKSIZE)
    try:
        name = tarfile.TarInfo.frombuf(first, "utf-8", "strict").name
    except (tarfile.HeaderError, ValueError):
        # Not a tar header at all, which is the same answer as a header of another file.
        name = ""
    if name.removesuffix(ENCRYPTED) != DUMP:
        # An encrypted one begins no differently; zeros are what an unfinished one begins with.
        raise RuleViolation(
            _("{path} is not a backup of epicevents.").format(path=path),
            hint=_("Give a file that was made by: epicevents db backup"),
            code="not_a_backup",
        )
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            members = tar.getmembers()
    except (tarfile.TarError, ValueError, OSError):
        # It begins as ours, so it was ours: the rest is missing or was written over.
        raise truncated_error() from None
    ending = ENCRYPTED if name.endswith(ENCRYPTED) else ""
    expected = [DUMP + ending, MANIFEST + ending, SUMS]
    if [member.name for member in members if member.isreg()] != expected:
        raise truncated_error()
    return Backup(file, bool(ending), *members)


def truncated_error() -> RuleViolation:
    """Return the error that the end of a file is missing."""
    return RuleViolation(
        _("This backup is incomplete: its end is missing or damaged."),
        hint=_("Use another backup, or another copy of this one."),
        code="backup_cut_off",
    )

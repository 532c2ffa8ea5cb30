"""A file of a backup that somebody forged with sums that fit: it is refused, and costs little."""

import io
import os
import subprocess
import sys
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.backups import PASSPHRASE, databases, execute, needs_gpg
from support.cli import Workstation, url
from support.database import Database

from crm.backup import archive, encryption, loading, making
from crm.backup.manifest import Manifest
from crm.database import provisioning
from crm.domain.errors import CRMError

SQL = b"""
CREATE TABLE public.evil (id integer);
COPY public.evil (id) FROM PROGRAM 'touch {canary}';
\\! touch {canary}
"""


@pytest.fixture(scope="module")
def made(company_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "company.backup"
    making.make_backup(company_template, path)
    return path


@pytest.fixture
def admin(database: Database, tmp_path: Path) -> Workstation:
    workstation = Workstation(database, tmp_path / "home")
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(database.admin)
    return workstation


@pytest.fixture(autouse=True)
def nothing_is_left_behind(database: Database) -> Iterator[None]:
    before = databases(database.template)
    yield
    assert databases(database.template) == before


def read_dump(path: Path) -> tuple[bytes, Manifest]:
    with archive.open_archive(path) as backup:
        return b"".join(backup.pieces()), backup.manifest(None)


def forge(path: Path, dump: bytes, described: Manifest, passphrase: str | None = None) -> Path:
    """Write a dump as a backup whose sums fit."""
    if passphrase:
        dump = encrypt(dump)
    with path.open("wb") as file:
        archive.write_archive(file, [dump], described, passphrase)
    return path


def encrypt(content: bytes, *options: str) -> bytes:
    command = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    command += ["--no-symkey-cache", *options, "--symmetric"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


DUMPS: dict[str, Callable[[bytes], bytes]] = {
    "plain SQL": lambda _dump: SQL,
    "nothing": lambda _dump: b"",
    "half": lambda dump: dump[: len(dump) // 2],
    "no rows": lambda dump: dump[:2000],
    "a tar archive": lambda _dump: tar_with(b"SELECT 1;"),
    "a newer format": lambda dump: dump[:5] + b"\x63" + dump[6:],
    "a huge number": lambda dump: dump[:11] + b"\x00\xff\xff\xff\x7f" + dump[16:],
}


def tar_with(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        member = tarfile.TarInfo("restore.sql")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("passphrase", [None, pytest.param(PASSPHRASE, marks=needs_gpg)])
@pytest.mark.parametrize("dump", DUMPS)
def test_what_pg_dump_did_not_write_is_refused(
    admin: Workstation, made: Path, tmp_path: Path, dump: str, passphrase: str | None
) -> None:
    content, described = read_dump(made)
    evil = forge(tmp_path / "evil.backup", DUMPS[dump](content), described, passphrase)
    words = ["db", "check", str(evil), "-o", "json"]
    words += ["--passphrase-stdin"] if passphrase else []
    ran = admin.run(*words, stdin=f"{passphrase}\n" if passphrase else "")
    assert (ran.status, ran.out) == (6, ""), ran.err
    assert '"backup_not_restorable"' in ran.err
    # Where pg_restore takes it, what came out of it is not what was backed up.
    assert "pg_restore: " in ran.err or "differ from those" in ran.err
    assert not (tmp_path / "canary").exists()


OBJECTS = {
    "event trigger": "CREATE EVENT TRIGGER boss ON ddl_command_end EXECUTE FUNCTION boss.spring()",
    "publication": "CREATE PUBLICATION boss FOR ALL TABLES",
    "foreign data wrapper": "CREATE FOREIGN DATA WRAPPER boss",
    "server": "CREATE SERVER boss FOREIGN DATA WRAPPER boss",
    "aggregate": "CREATE AGGREGATE public.boss (int) (sfunc = int4pl, stype = int)",
    "operator": "CREATE OPERATOR public.<<< (leftarg = text, rightarg = text, function = texteq)",
    "cast": "CREATE CAST (public.boss AS text) WITH INOUT AS IMPLICIT",
    "rule": "CREATE RULE boss AS ON INSERT TO public.clients DO ALSO NOTIFY boss",
    "domain": "CREATE DOMAIN public.boss_domain AS text CHECK (boss.fold(VALUE) IS NOT NULL)",
    "materialized view": "CREATE MATERIALIZED VIEW boss.facts AS SELECT boss.fold('a')",
    "blob": "SELECT lo_from_bytea(0, 'x')",
    "view": 'CREATE VIEW boss."\x1b[2Jgone" AS SELECT 1',
}


def test_every_kind_of_object_is_named_and_none_runs(
    admin: Workstation, database: Database, tmp_path: Path
) -> None:
    """Also what only a superuser could make, and names that would clear the screen."""
    canary = tmp_path / "canary"
    execute(
        database.admin,
        "CREATE SCHEMA boss",
        "CREATE TYPE public.boss AS (a int)",
        "CREATE FUNCTION boss.fold(t text) RETURNS text IMMUTABLE LANGUAGE sql RETURN t",
        *(statement for kind, statement in OBJECTS.items() if kind != "event trigger"),
        "CREATE FUNCTION boss.spring() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" COPY (SELECT 1) TO PROGRAM 'touch {canary}'; END $$",
        OBJECTS["event trigger"],
    )
    path = tmp_path / "evil.backup"
    making.make_backup(database.admin, path)
    ran = admin.run("db", "check", str(path), "-o", "json")
    assert (ran.status, ran.out) == (6, ""), ran.err
    assert '"foreign_objects"' in ran.err
    assert "\x1b" not in ran.err
    shown = admin.run("db", "check", str(path)).err
    assert "\x1b" not in shown
    left = admin.run("db", "restore", str(path), "--dry-run", "--replace", "--skip-foreign").err
    assert [kind for kind in OBJECTS if kind not in left] == [], left
    assert "\x1b" not in left
    assert not canary.exists()


def add(tar: tarfile.TarFile, name: str, content: bytes = b"", **changes: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for attribute, value in changes.items():
        setattr(member, attribute, value)
    tar.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("linked", ["database.dump", "manifest.json", "SHA256SUMS"])
@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_a_part_that_is_no_file_is_refused(
    made: Path, tmp_path: Path, linked: str, kind: bytes
) -> None:
    evil = tmp_path / "evil.backup"
    with tarfile.open(made) as source, tarfile.open(evil, "w") as tar:
        for member in source:
            file = source.extractfile(member)
            assert file is not None
            if member.name == linked:
                add(tar, member.name, type=kind, linkname="/etc/passwd")
            else:
                add(tar, member.name, file.read())
    with pytest.raises(CRMError) as caught, archive.open_archive(evil) as backup:
        backup.verify(backup.manifest(None))
    assert caught.value.code in ("backup_cut_off", "not_a_backup")


@pytest.mark.parametrize("size", [2**33, 2**62])
def test_a_size_that_is_not_there_takes_nothing(made: Path, tmp_path: Path, size: int) -> None:
    content, described = read_dump(made)
    parts = [("manifest.json", replace(described, size=size).as_json())]
    parts += [("SHA256SUMS", b"".join(
        b"%s  %s\n" % (sha256(each).hexdigest().encode(), name)
        for name, each in ((b"database.dump", content), (b"manifest.json", parts[0][1]))
    ))]  # fmt: skip
    evil = tmp_path / "evil.backup"
    with tarfile.open(evil, "w") as tar:
        add(tar, "database.dump", content)
        for name, each in parts:
            add(tar, name, each)
    with pytest.raises(CRMError) as caught, archive.open_archive(evil) as backup:
        backup.verify(backup.manifest(None))
    assert caught.value.code == "backup_damaged"


@needs_gpg
def test_a_manifest_that_unpacks_to_more_than_one_holds_is_not_read(tmp_path: Path) -> None:
    bomb = encrypt(bytes(30_000_000), "--compress-algo", "zlib")
    assert len(bomb) < archive._LARGEST_MANIFEST
    tracemalloc.start()
    with encryption.start_decryption(PASSPHRASE) as gpg, pytest.raises(CRMError) as caught:
        encryption.pass_through(gpg, bomb, 600_000)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "backup_damaged"
    assert most < 5_000_000


class Endless(io.RawIOBase):
    """A line of many bytes, which nobody has in memory."""

    def __init__(self, start: bytes, size: int) -> None:
        self._left = [start, *[b"x" * (1 << 16)] * (size >> 16)]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self._left:
            return 0
        piece = self._left.pop(0)
        if len(piece) > len(buffer):
            self._left.insert(0, piece[len(buffer) :])
            piece = piece[: len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("start", [b"", b"-- Name: ", b"COPY public.evil (id) FROM stdin;\n"])
def test_a_line_without_end_takes_no_memory(empty_database: Database, start: bytes) -> None:
    tracemalloc.start()
    with provisioning.admin_transaction(empty_database.admin, dry_run=True) as tx:
        tx.execute("SET LOCAL ROLE epicevents_owner")
        script: Any = Endless(start, 50_000_000)
        loading.load_rows(tx, io.BufferedReader(script))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_a_check_of_a_link_or_a_fifo_does_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "fifo")
    ran = subprocess.run(
        [sys.executable, "-m", "crm", "db", "check", str(tmp_path / "link")],
        env={"PATH": os.defpath, "EPICEVENTS_HOME": str(tmp_path / "home")},
        capture_output=True,
        timeout=30,
    )
    assert ran.returncode == 2

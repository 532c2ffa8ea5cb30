"""The file: whole or absent, private, readable by ordinary tools, and any damage is noticed."""

import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from support.backups import PASSPHRASE, needs_gpg
from support.database import Database

from crm.backup import archive, encryption, making, tools
from crm.domain.errors import CRMError


def read(path: Path, passphrase: str | None = None) -> None:
    with archive.open_archive(path) as backup:
        backup.verify(backup.manifest(passphrase))


def code(path: Path, passphrase: str | None = None) -> str:
    with pytest.raises(CRMError) as caught:
        read(path, passphrase)
    return caught.value.code


@pytest.fixture(scope="module")
def made(company_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "company.backup"
    making.make_backup(company_template, path)
    return path


@pytest.fixture(scope="module")
def encrypted(company_template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encrypted") / "company.backup"
    making.make_backup(company_template, path, PASSPHRASE)
    return path


def test_it_is_private_and_a_tar_archive_that_pg_restore_reads(made: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    read(made)
    with tarfile.open(made) as tar:
        assert tar.getnames() == ["database.dump", "manifest.json", "SHA256SUMS"]
        tar.extractall(tmp_path, filter="data")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    newest = max(tools.list_tools(), key=lambda found: found.major)
    listed = subprocess.run(
        newest.command("pg_restore", "--list", str(tmp_path / "database.dump")),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "POLICY public clients clients_select" in listed
    assert "TABLE DATA public clients" in listed
    assert "TABLE DATA public sessions" not in listed


@needs_gpg
def test_an_encrypted_one_tells_nothing_and_gpg_opens_it(encrypted: Path, tmp_path: Path) -> None:
    content = encrypted.read_bytes()
    for word in (b"sessions", b"clients", b"checksum", b"PGDMP"):
        assert word not in content
    read(encrypted, PASSPHRASE)
    with tarfile.open(encrypted) as tar:
        tar.extractall(tmp_path, filter="data")
    (tmp_path / "home").mkdir(mode=0o700)
    opened = subprocess.run(
        ["gpg", "--homedir", tmp_path / "home", "--batch", "--pinentry-mode", "loopback",
         "--passphrase-fd", "0", "--decrypt", tmp_path / "database.dump.gpg"],
        input=PASSPHRASE.encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert opened.startswith(b"PGDMP")
    subprocess.run(["gpgconf", "--homedir", tmp_path / "home", "--kill", "gpg-agent"], check=False)


@needs_gpg
def test_a_passphrase_is_slow_to_guess_and_nothing_of_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with encryption.start_encryption(PASSPHRASE, subprocess.PIPE) as gpg:
        encrypted = encryption.pass_through(gpg, b"text", 1000)
    assert list(tmp_path.iterdir()) == []
    packets = subprocess.run(
        ["gpg", "--homedir", tmp_path, "--batch", "--no-autostart", "--list-packets"],
        input=encrypted, capture_output=True, check=False,
    ).stdout.decode()  # fmt: skip
    assert "cipher 9" in packets  # AES-256
    assert "s2k 3, hash 10" in packets  # SHA-512
    assert "count 65011712" in packets


@needs_gpg
def test_a_wrong_passphrase_is_told_from_damage(encrypted: Path) -> None:
    assert code(encrypted, "des bateaux sur la Marne") == "wrong_passphrase"


@pytest.mark.parametrize("kind", ["made", pytest.param("encrypted", marks=needs_gpg)])
def test_every_flipped_byte_is_noticed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    whole: Path = request.getfixturevalue(kind)
    content = whole.read_bytes()
    passphrase = PASSPHRASE if kind == "encrypted" else None
    damaged = tmp_path / "damaged"
    manifest, sums = content.index(b"manifest.json"), content.index(b"SHA256SUMS")
    for at in (0, 125, 600, 5_000, manifest, manifest + 600, manifest + 900, sums, sums + 520):
        damaged.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert code(damaged, passphrase) in {
            "backup_damaged", "backup_cut_off", "not_a_backup", "wrong_passphrase",
        }, at  # fmt: skip


def test_every_cut_is_noticed(made: Path, tmp_path: Path) -> None:
    content = made.read_bytes()
    cut = tmp_path / "cut"
    for size in (600, 5_000, content.index(b"manifest.json"), content.index(b"SHA256SUMS") + 520):
        cut.write_bytes(content[:size])
        assert code(cut) in {"backup_cut_off", "backup_damaged"}, size


@pytest.mark.parametrize("content", [b"", b"\0" * 2048, b"PGDMP\1\16", b"PK\3\4" * 300])
def test_a_file_that_is_no_backup_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert code(path) == "not_a_backup"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert code(tmp_path / "pipe") == "not_a_file"
    assert code(tmp_path) == "not_a_file"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "link")


@needs_gpg
def test_a_dump_that_was_never_encrypted_cannot_pass_for_one(
    encrypted: Path, tmp_path: Path
) -> None:
    """GnuPG decrypts what is not encrypted without a complaint; we do not."""
    plain = subprocess.run(
        ["gpg", "--homedir", tmp_path, "--batch", "--quiet", "--no-autostart", "--store"],
        input=b'{"format": 1}', capture_output=True, check=True,
    ).stdout  # fmt: skip
    with encryption.start_decryption(PASSPHRASE) as gpg, pytest.raises(CRMError) as caught:
        encryption.pass_through(gpg, plain, 1000)
    assert caught.value.code == "backup_damaged"


@needs_gpg
def test_nothing_is_left_where_a_backup_fails(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "company.backup"

    def full(_size: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        making.make_backup(database.admin, path, moved=full)
    assert list(tmp_path.iterdir()) == []
    path.write_text("the one of yesterday")
    path.chmod(0o600)
    with pytest.raises(OSError, match="No space"):
        making.make_backup(database.admin, path, PASSPHRASE, moved=full)
    assert path.read_text() == "the one of yesterday"
    assert [found.name for found in tmp_path.iterdir()] == ["company.backup"]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CRMError) as caught:
        making.make_backup(database.admin, path, PASSPHRASE)
    assert caught.value.code == "gpg_missing"

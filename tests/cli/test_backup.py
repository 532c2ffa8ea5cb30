"""epicevents db backup, db check and db restore, as an administrator runs them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backups import PASSPHRASE, databases, execute, needs_gpg, query, rows
from support.cli import PASSWORD, Workstation, finish, url
from support.company import Company
from support.database import Database
from support.waiting import until

SHORT = "too short"


@pytest.fixture
def admin(workstation: Workstation, database: Database) -> Iterator[Workstation]:
    """The workstation with the administrator's URL; nothing is left of what it restores."""
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(database.admin)
    before = databases(database.template)
    yield workstation
    workstation.run("db", "restore", "--drop-old", "--yes").done()
    assert databases(database.template) == before


@pytest.fixture
def path(admin: Workstation, tmp_path: Path) -> Path:
    """A backup of the company."""
    path = tmp_path / "company.backup"
    admin.run("db", "backup", str(path)).done()
    return path


def test_a_passphrase_is_one_line_that_can_be_seen(admin: Workstation, tmp_path: Path) -> None:
    command = ("db", "backup", str(tmp_path / "b"), "--encrypt", "--passphrase-stdin", "-o", "json")
    ran = admin.run(*command, stdin="unseen\x07but long enough\n")
    assert (ran.status, ran.error()["code"]) == (2, "invalid_passphrase")


def test_there_and_back(admin: Workstation, database: Database, path: Path) -> None:
    before = rows(database.admin)
    execute(database.admin, "UPDATE clients SET full_name = 'Somebody Else'")
    checked = admin.run("db", "check", str(path), "-o", "json").done()
    assert (checked.json()["restores"], checked.json()["clients"]) == (True, 3)
    refused = admin.run("db", "restore", str(path), "-o", "json")
    assert (refused.status, refused.error()["code"]) == (6, "database_not_empty")
    assert "6 accounts, 3 clients" in refused.error()["message"]

    done = admin.run("db", "restore", str(path), "--replace", "--yes", "-o", "json").done()

    assert rows(database.admin) == before
    assert done.json()["kept_as"].startswith(f"{database.name}_before_")
    assert "Everybody must log in again" in done.err
    dropped = admin.run("db", "restore", "--drop-old", "--yes").done()
    assert done.json()["kept_as"] in dropped.err
    assert done.json()["kept_as"] not in databases(database.template)


def test_sessions_end_with_a_restore(admin: Workstation, path: Path, company: Company) -> None:
    admin.be(company.manager)
    admin.run("whoami").done()
    admin.run("db", "restore", str(path), "--replace", "--yes", "--drop-old").done()
    assert admin.run("whoami").status == 4


def test_a_dry_run_restores_apart(admin: Workstation, database: Database, path: Path) -> None:
    execute(database.admin, "UPDATE clients SET full_name = 'Somebody Else'")
    before = rows(database.admin)
    ran = admin.run("db", "restore", str(path), "--replace", "--dry-run").done()
    assert "Dry run, nothing saved" in ran.err
    assert rows(database.admin) == before


def test_a_backup_is_a_record_for_scripts(admin: Workstation, tmp_path: Path) -> None:
    path = tmp_path / "b.backup"
    told = admin.run("db", "backup", str(path), "-o", "json").done().json()
    assert (told["file"], told["encrypted"], told["users"], told["events"]) == (
        str(path), False, 6, 3,
    )  # fmt: skip
    assert len(told["sha256"]) == 64
    assert 0 < told["size"] < path.stat().st_size


def test_another_file_is_replaced_only_when_that_is_wanted(
    admin: Workstation, path: Path, tmp_path: Path
) -> None:
    before = path.stat().st_ino
    assert admin.run("db", "backup", str(path)).status == 2
    assert path.stat().st_ino == before
    admin.run("db", "backup", str(path), "--yes").done()
    assert path.stat().st_ino != before
    link = tmp_path / "latest"
    link.symlink_to(path)
    for other in (link, tmp_path):
        assert admin.run("db", "backup", str(other), "--yes").status == 2
    assert link.is_symlink()


@needs_gpg
def test_encrypted_there_and_back(admin: Workstation, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "secret.backup"
    line = PASSPHRASE + "\n"
    short = admin.run("db", "backup", str(path), "--encrypt", "--passphrase-stdin", stdin=SHORT)
    assert (short.status, path.exists()) == (2, False)
    assert "fewer than 15 characters" in short.err
    unasked = admin.run("db", "backup", str(path), "--passphrase-stdin", stdin=line)
    assert (unasked.status, path.exists()) == (2, False)

    admin.run("db", "backup", str(path), "--encrypt", "--passphrase-stdin", stdin=line).done()

    wrong = admin.run("db", "check", str(path), "--passphrase-stdin", "-o", "json", stdin="wrong\n")
    assert (wrong.status, wrong.error()["code"]) == (6, "wrong_passphrase")
    silent = admin.run("--no-input", "db", "check", str(path))
    assert (silent.status, "--passphrase-stdin" in silent.err) == (2, True)
    admin.run(
        "db", "restore", str(path), "--replace", "-y", "--passphrase-stdin", stdin=line
    ).done()
    for ran in (short, unasked, wrong):
        assert PASSPHRASE not in ran.out + ran.err


@needs_gpg
def test_the_passphrase_may_lie_in_a_file_that_nobody_else_reads(
    admin: Workstation, tmp_path: Path
) -> None:
    path, passphrase = tmp_path / "secret.backup", tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\nand a second line\n")
    passphrase.chmod(0o644)
    admin.environ["EPICEVENTS_BACKUP_PASSPHRASE_FILE"] = str(passphrase)
    open_to_all = admin.run("db", "backup", str(path), "--encrypt")
    assert (open_to_all.status, "chmod 600" in open_to_all.err) == (2, True)
    passphrase.chmod(0o600)
    admin.run("db", "backup", str(path), "--encrypt").done()
    admin.run("db", "check", "--quick", str(path)).done()
    del admin.environ["EPICEVENTS_BACKUP_PASSPHRASE_FILE"]
    admin.run("db", "check", "--quick", str(path), "--passphrase-stdin", stdin=PASSPHRASE).done()
    passphrase.unlink()
    admin.environ["EPICEVENTS_BACKUP_PASSPHRASE_FILE"] = str(passphrase)
    assert admin.run("db", "check", "--quick", str(path)).status == 2


@needs_gpg
def test_a_person_types_the_passphrase_twice_unseen(admin: Workstation, tmp_path: Path) -> None:
    path = tmp_path / "secret.backup"
    with admin.terminal("db", "backup", str(path), "--encrypt") as child:
        for typed in (SHORT, PASSPHRASE, "another passphrase", PASSPHRASE, PASSPHRASE):
            child.expect(["Passphrase of the backup: ", "Repeat it: "])
            child.sendline(typed)
        status, said = finish(child)
    assert (status, PASSPHRASE in said) == (0, False)
    with admin.terminal("db", "restore", str(path), "--replace") as child:
        child.expect("Passphrase of the backup: ")
        child.sendline(PASSPHRASE)
        child.expect("Now: 6 accounts, 3 clients\r\nAs of today .*: 6 accounts, 3 clients\r\n")
        child.expect("Replace the company with the one in the backup. .y/N.: ")
        child.sendline("")
        status, said = finish(child)
    assert (status, "nothing changed" in said) == (2, True)


def test_damage_is_told_before_anything_is_touched(
    admin: Workstation, database: Database, path: Path, tmp_path: Path
) -> None:
    content = path.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(content[:-5000])
    flipped = tmp_path / "flipped"
    flipped.write_bytes(content[:3000] + b"~" + content[3001:])
    other = tmp_path / "other"
    other.write_text("full_name,email\n")
    for file, code in (
        (cut, "backup_cut_off"),
        (flipped, "backup_damaged"),
        (other, "not_a_backup"),
    ):
        for command in (("restore", "--replace", "--yes"), ("check",), ("check", "--quick")):
            ran = admin.run("db", command[0], str(file), *command[1:], "-o", "json")
            assert (ran.status, ran.error()["code"], ran.out) == (6, code, "")
    for missing in (tmp_path / "not there", tmp_path):
        assert admin.run("db", "check", str(missing)).status in {1, 2}


def test_a_workstation_without_the_administrators_url_is_refused(
    workstation: Workstation, tmp_path: Path
) -> None:
    for command in (("backup", "new"), ("restore", "--drop-old", "--yes")):
        ran = workstation.run("db", *command, "-o", "json")
        assert (ran.status, ran.error()["code"]) == (7, "admin_url_missing")


@pytest.mark.proof
def test_a_machine_with_no_company_checks_and_restores(
    admin: Workstation, path: Path, company: Company
) -> None:
    admin.give_password(company.manager)
    admin.run("db", "backup", str(path), "--yes").done()
    # Short enough for a socket, and where root's server gets in.
    fresh = Workstation(admin.database, Path(tempfile.mkdtemp(prefix="epicevents-test-")))
    del fresh.environ["EPICEVENTS_DATABASE_URL"]
    fresh.run("db", "check", str(path)).done()
    assert list(fresh.home.iterdir()) == []
    try:
        restored = fresh.run("db", "restore", str(path)).done()
        assert "is still there as" not in restored.err
        login = ("login", "marie@epicevents.example", "--password-stdin")
        fresh.run(*login, stdin=PASSWORD + "\n").done()
        assert fresh.run("client", "list", "--count").done().out == "3\n"
        assert fresh.run("doctor").done().status == 0
    finally:
        fresh.run("db", "stop").done()
        shutil.rmtree(fresh.home)


def test_ctrl_c_leaves_no_file(admin: Workstation, database: Database, tmp_path: Path) -> None:
    blocking = database.owner()
    blocking.cursor().execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
    waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'clients'::regclass"
    with admin.terminal("db", "backup", str(tmp_path / "new.backup"), term="xterm") as child:
        child.expect("Backing up")
        until(lambda: query(database.admin, waits))
        child.sendintr()
        status, said = finish(child)
    blocking.close()
    assert (status, "Traceback" in said) == (130, False)
    assert list(tmp_path.glob("*backup*")) + list(tmp_path.glob(".*backup*")) == []

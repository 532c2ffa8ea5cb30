"""epicevents db policy, reset-password and upgrade, as an administrator runs them."""

import re
import stat
from pathlib import Path

import pytest
from support.backups import PASSPHRASE
from support.cli import Workstation, url
from support.company import Company
from support.database import Database
from support.migrations import NEXT, OLDEST_FILE, OLDEST_PROGRAM, Migrations

from crm.backup import archive
from crm.database import upgrades
from crm.database.revision import SCHEMA_REVISION

SOPHIE = "sophie@epicevents.example"


@pytest.fixture
def admin(workstation: Workstation, database: Database) -> Workstation:
    """The workstation with the administrator's URL; nobody is logged in."""
    workstation.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(database.admin)
    return workstation


# How long sessions last


def test_a_policy_says_what_it_was_and_is(admin: Workstation) -> None:
    assert "1d" in admin.run("db", "policy").done().out
    changed = admin.run("db", "policy", "--session-lifetime", "12h").done()
    assert changed.err == (
        "✓ Policy changed.\n  Session lifetime: 1d → 12h\nNext: epicevents audit sessions\n"
    )
    assert changed.out == ""
    assert admin.run("db", "policy", "--json").done().json() == {
        "session_lifetime": "12h",
        "session_idle_limit": "2h",
    }


def test_a_policy_can_be_tried(admin: Workstation) -> None:
    tried = admin.run("db", "policy", "--session-idle", "30m", "-n", "--json").done()
    assert tried.json()["session_idle_limit"] == "30m"
    assert "Dry run, nothing saved" in tried.err
    assert "2h" in admin.run("db", "policy").done().out
    assert admin.run("db", "policy", "--session-idle", "0m", "-n").status == 6


def test_the_same_policy_is_no_change(admin: Workstation) -> None:
    same = admin.run("db", "policy", "--session-lifetime", "24h", "--json").done()
    assert same.err == "Sessions already last that long.\n"
    assert same.json()["session_lifetime"] == "1d"


# A lost password


def test_a_lost_password_is_a_record_for_scripts(admin: Workstation) -> None:
    reset = admin.run("db", "reset-password", SOPHIE, "--json").done().json()
    assert (reset["email"], reset["is_active"]) == (SOPHIE, True)
    once = reset["one_time_password"]
    admin.run("login", SOPHIE, "--password-stdin", stdin=f"{once}\n").done()
    tried = admin.run("db", "reset-password", SOPHIE, "--json", "-n").done().json()
    assert tried["one_time_password"] is None


def test_that_the_account_was_deactivated_is_said(admin: Workstation, company: Company) -> None:
    admin.be(company.manager).run("user", "deactivate", "sophie").done()
    reset = admin.run("db", "reset-password", SOPHIE).done()
    assert reset.err == (
        "✓ The password of Sophie Simon was reset and their sessions have ended.\n"
        "  Active: no → yes\n"
        "The one-time password (shown only once):\n"
        f"They must choose their own password at the next login: epicevents login {SOPHIE}\n"
    )
    assert len(reset.out.strip()) > 15


def test_whose_password_it_is_is_asked(admin: Workstation) -> None:
    refused = admin.run("db", "reset-password", "--no-input", "--json")
    assert (refused.status, refused.error()["options"]) == (2, ["EMAIL"])
    asked = admin.run("db", "reset-password", stdin=f"{SOPHIE}\n").done()
    assert "The password of Sophie Simon was reset" in asked.err


# Upgrades


def test_an_upgrade_can_be_tried(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT")
    tried = admin.run("db", "upgrade", "--dry-run").done()
    assert f"Dry run, nothing saved: Schema upgraded: {NEXT}_next" in tried.err
    assert f"Schema revision: {SCHEMA_REVISION} → {NEXT}" in tried.err
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION
    done = admin.run("db", "upgrade", "--json").done().json()
    assert done == {
        "schema_revision": NEXT,
        "applied": f"{NEXT}_next",
        "oldest_program": OLDEST_PROGRAM,
        "backup": None,
    }
    assert upgrades.read_current_revision(database.admin) == NEXT


def test_an_upgrade_that_changes_records_backs_them_up_first(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("UPDATE clients SET company_name = 'Lost'", changes_data=True)
    admin.run("db", "upgrade", "--dry-run").done()
    assert not (admin.home / "backups").exists()
    done = admin.run("db", "upgrade").done()
    (path,) = (admin.home / "backups").iterdir()
    assert re.fullmatch(rf"before-{NEXT}-\d{{8}}T\d{{6}}Z\.backup", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"{path} holds the company as it was." in done.err
    assert done.err.endswith(f"and run: epicevents db restore {path}\n")
    with archive.open_archive(path) as backup:
        assert not backup.encrypted
        contents = backup.manifest(None).contents
    assert contents.schema_revision == SCHEMA_REVISION
    assert contents.count("clients") == 3
    assert "Workstations may go on with the program that they have." in done.err


def test_a_backup_before_an_upgrade_is_encrypted_where_backups_are(
    admin: Workstation, migrations: Migrations, tmp_path: Path
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    admin.environ["EPICEVENTS_BACKUP_PASSPHRASE_FILE"] = str(passphrase)
    migrations.add_revision(changes_data=True)
    path = admin.run("db", "upgrade", "--json").done().json()["backup"]
    with archive.open_archive(Path(path)) as backup:
        assert backup.encrypted
        assert backup.manifest(PASSPHRASE).contents.schema_revision == SCHEMA_REVISION


@pytest.mark.parametrize(("changes_data", "option"), [(True, "--no-backup"), (False, None)])
def test_no_backup_is_made_where_none_is_wanted_or_needed(
    admin: Workstation, migrations: Migrations, changes_data: bool, option: str | None
) -> None:
    migrations.add_revision(changes_data=changes_data)
    done = admin.run("db", "upgrade", *filter(None, [option])).done()
    assert "db restore" not in done.err
    assert not (admin.home / "backups").exists()


def test_without_its_backup_nothing_is_upgraded(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    (admin.home / "backups").write_text("no directory")
    migrations.add_revision(changes_data=True)
    refused = admin.run("db", "upgrade", "--json")
    assert refused.status != 0
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION


def test_a_refused_upgrade_leaves_no_backup_behind(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN email TEXT", changes_data=True)
    assert admin.run("db", "upgrade").status != 0
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION
    assert list((admin.home / "backups").iterdir()) == []


def test_an_upgrade_whose_outcome_is_unknown_keeps_its_backup_and_names_it(
    admin: Workstation, migrations: Migrations
) -> None:
    lose = "SET ROLE NONE; SELECT pg_terminate_backend(pg_backend_pid())"
    migrations.add_revision(lose, changes_data=True)
    lost = admin.run("db", "upgrade", "--json")
    assert lost.status == 7
    (path,) = (admin.home / "backups").iterdir()
    assert f"{path} holds the company as it was." in lost.error()["hint"]


def test_an_upgrade_says_that_older_programs_are_refused(
    admin: Workstation, migrations: Migrations
) -> None:
    migrations.add_revision()
    migrations.change(OLDEST_FILE, OLDEST_PROGRAM, NEXT)
    done = admin.run("db", "upgrade").done()
    assert "Workstations are refused until they have this program too." in done.err


def test_an_upgrade_that_would_fail_fails_when_tried(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN email TEXT")
    assert admin.run("db", "upgrade", "--dry-run").status != 0
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION


def test_what_stands_on_ours_stops_an_upgrade_by_its_name(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    connection = database.owner()
    connection.cursor().execute("CREATE VIEW public.report AS SELECT * FROM client_list")
    connection.close()
    migrations.add_revision()
    refused = admin.run("db", "upgrade", "--json")
    assert refused.status == 6
    assert refused.error()["code"] == "foreign_objects"
    assert refused.error()["objects"] == ["view report"]
    assert "Drop them, run epicevents db upgrade" in refused.error()["hint"]
    assert upgrades.read_current_revision(database.admin) == SCHEMA_REVISION


@pytest.mark.parametrize("revision", ["0018", "9999"])
def test_a_schema_that_it_does_not_know_is_not_upgraded(
    admin: Workstation, database: Database, revision: str
) -> None:
    connection = database.owner()
    connection.cursor().execute("UPDATE alembic_version SET version_num = %s", (revision,))
    connection.close()
    refused = admin.run("db", "upgrade", "--json")
    assert refused.status == 7
    code, hint = {
        "0018": ("schema_too_old", "epicevents demo --reset"),
        "9999": ("schema_newer", "Install the newer version"),
    }[revision]
    assert refused.error()["code"] == code
    assert hint in refused.error()["hint"]
    assert revision in refused.error()["message"]


def test_a_schema_of_today_is_not_upgraded(admin: Workstation) -> None:
    said = f"The schema is up to date ({SCHEMA_REVISION}).\n"
    assert admin.run("db", "upgrade", "--dry-run").done().err == said
    same = admin.run("db", "upgrade", "--json").done()
    assert same.err == said
    assert same.json() == {
        "schema_revision": SCHEMA_REVISION,
        "applied": "",
        "oldest_program": OLDEST_PROGRAM,
        "backup": None,
    }

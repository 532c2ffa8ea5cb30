"""epicevents db policy, reset-password and upgrade, as an administrator runs them."""

import pytest
from support.cli import Workstation, url
from support.company import Company
from support.database import Database
from support.migrations import NEXT, Migrations

from crm.database import provisioning
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
        "✓ The policy is changed.\n  Session lifetime: 1d → 12h\nNext: epicevents audit sessions\n"
    )
    assert changed.out == ""
    assert admin.run("db", "policy", "--json").done().json() == {
        "session_lifetime": "12h",
        "session_idle_limit": "2h",
    }


def test_a_policy_can_be_tried(admin: Workstation) -> None:
    tried = admin.run("db", "policy", "--session-idle", "30m", "-n", "--json").done()
    assert tried.json()["session_idle_limit"] == "30m"
    assert "Dry run, nothing was kept" in tried.err
    assert "2h" in admin.run("db", "policy").done().out
    assert admin.run("db", "policy", "--session-idle", "0m", "-n").status == 6


def test_the_same_policy_is_no_change(admin: Workstation) -> None:
    same = admin.run("db", "policy", "--session-lifetime", "24h", "--json").done()
    assert same.err == "Sessions last that long already.\n"
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
        "✓ Password of Sophie Simon reset; their sessions have ended.\n"
        "  Active: no → yes\n"
        "The one-time password, shown only now:\n"
        f"They must choose another when they log in: epicevents login {SOPHIE}\n"
    )
    assert len(reset.out.strip()) > 15


def test_whose_password_it_is_is_asked(admin: Workstation) -> None:
    refused = admin.run("db", "reset-password", "--no-input", "--json")
    assert (refused.status, refused.error()["options"]) == (2, ["EMAIL"])
    asked = admin.run("db", "reset-password", stdin=f"{SOPHIE}\n").done()
    assert "Password of Sophie Simon reset" in asked.err


# Upgrades


def test_an_upgrade_can_be_tried(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN website TEXT")
    tried = admin.run("db", "upgrade", "--dry-run").done()
    assert f"Dry run, nothing was kept: Schema upgraded by {NEXT}_next" in tried.err
    assert f"Schema revision: {SCHEMA_REVISION} → {NEXT}" in tried.err
    assert provisioning.read_current_revision(database.admin) == SCHEMA_REVISION
    done = admin.run("db", "upgrade", "--json").done().json()
    assert done == {"schema_revision": NEXT, "applied": f"{NEXT}_next"}
    assert provisioning.read_current_revision(database.admin) == NEXT


def test_an_upgrade_that_would_fail_fails_when_tried(
    admin: Workstation, database: Database, migrations: Migrations
) -> None:
    migrations.add_revision("ALTER TABLE clients ADD COLUMN email TEXT")
    assert admin.run("db", "upgrade", "--dry-run").status != 0
    assert provisioning.read_current_revision(database.admin) == SCHEMA_REVISION


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
    assert provisioning.read_current_revision(database.admin) == SCHEMA_REVISION


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
        "9999": ("schema_newer", "Install the version"),
    }[revision]
    assert refused.error()["code"] == code
    assert hint in refused.error()["hint"]
    assert revision in refused.error()["message"]


def test_a_schema_of_today_is_not_upgraded(admin: Workstation) -> None:
    said = f"The schema is up to date ({SCHEMA_REVISION}).\n"
    assert admin.run("db", "upgrade", "--dry-run").done().err == said
    same = admin.run("db", "upgrade", "--json").done()
    assert same.err == said
    assert same.json() == {"schema_revision": SCHEMA_REVISION, "applied": ""}

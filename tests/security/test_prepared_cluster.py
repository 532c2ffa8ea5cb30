"""A PostgreSQL that somebody prepared or whose files were changed: nothing runs in our name."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest
from support.cli import Workstation
from support.clusters import (
    NOBODY,
    SYSTEM_15,
    as_root,
    ask,
    passable_directory,
    stopped,
)  # fmt: skip
from support.database import Database
from support.places import in_memory

from crm.domain.errors import DatabaseUnavailable
from crm.embedded import Cluster

# Which settings name a command, and the file that makes the server need it when it starts.
COMMANDS = {
    "restore_command": "recovery.signal",
    "recovery_end_command": "recovery.signal",
    "archive_cleanup_command": "standby.signal",
    "archive_command": None,
    "ssl_passphrase_command": None,
}
FILES = ("postgresql.conf", "postgresql.auto.conf", "included.conf")

# Texts that may stand in a file: they name no program, library, other directory or server.
HARMLESS = {
    "application_name", "backtrace_functions", "bonjour_name", "client_encoding", "cluster_name",
    "createrole_self_grant", "DateStyle", "debug_io_direct", "default_table_access_method",
    "default_tablespace", "default_text_search_config", "event_source", "krb_server_keyfile",
    "lc_messages", "lc_monetary", "lc_numeric", "lc_time", "log_connections", "log_directory",
    "log_filename", "log_line_prefix", "log_timezone", "primary_slot_name", "promote_trigger_file",
    "recovery_target", "recovery_target_lsn", "recovery_target_name", "recovery_target_time",
    "recovery_target_timeline", "recovery_target_xid", "restrict_nonsystem_relation_kind",
    "search_path", "ssl_ca_file", "ssl_cert_file", "ssl_ciphers", "ssl_crl_dir", "ssl_crl_file",
    "ssl_dh_params_file", "ssl_ecdh_curve", "ssl_groups", "ssl_key_file", "ssl_tls13_ciphers",
    "synchronized_standby_slots", "synchronous_standby_names", "syslog_ident", "temp_tablespaces",
    "TimeZone", "timezone_abbreviations", "unix_socket_group", "wal_consistency_checking",
}  # fmt: skip


@pytest.fixture(scope="module", params=[None, SYSTEM_15], ids=["package", "system15"])
def made(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of our own, stopped, on each set of programs."""
    binaries: Path | None = request.param
    if binaries and not binaries.exists():
        pytest.skip(f"no PostgreSQL in {binaries}")
    with (
        passable_directory(in_memory()) as place,
        stopped(Cluster(place / "home", binaries)) as own,
    ):
        canary(own).mkdir()
        canary(own).chmod(0o777)
        own.start()
        own.stop()
        yield own


@pytest.fixture
def own(made: Cluster) -> Iterator[Cluster]:
    """The same, whose files are put back after the test."""
    kept = {path: path.read_bytes() for path in made.data.glob("*.conf")}
    yield made
    made.stop()
    for path in (*canary(made).iterdir(), *made.data.glob("*.signal")):
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)


@pytest.fixture
def copied(made: Cluster) -> Iterator[Cluster]:
    """A copy of it, mark and all, in a home of its own."""
    with passable_directory(in_memory()) as place:
        copy = Cluster(place / "home", made.binaries(), fast=True)
        copy.home.mkdir(mode=0o711)
        shutil.copytree(made.data, copy.data, symlinks=True)
        give(copy, made.data.stat().st_uid)
        canary(copy).mkdir()
        canary(copy).chmod(0o777)
        with stopped(copy):
            yield copy


def canary(cluster: Cluster) -> Path:
    """The directory in which commands leave their traces."""
    return cluster.home.parent / "canary"


def give(cluster: Cluster, owner: int) -> None:
    for path in (cluster.data, *cluster.data.rglob("*")):
        os.chown(path, owner, -1, follow_symlinks=False)


def write(cluster: Cluster, name: str, text: str) -> None:
    """Append to a file of the data directory, whose owner stays the server."""
    path, owner = cluster.data / name, cluster.data.stat()
    with path.open("a") as file:
        file.write(text)
    os.chown(path, owner.st_uid, owner.st_gid)


def trap(cluster: Cluster, setting: str) -> None:
    """Have a setting in each file run a command that leaves a trace."""
    write(cluster, "postgresql.conf", "include_dir '.'\n")
    for file in FILES:
        write(cluster, file, f"{setting} = 'touch {canary(cluster)}/{setting}; false'\n")
        if setting == "archive_command":
            write(cluster, file, "archive_mode = on\n")
        if setting == "recovery_end_command":
            write(cluster, file, "restore_command = false\n")
        if setting == "ssl_passphrase_command":
            write(cluster, file, "ssl = on\n")
    if setting == "ssl_passphrase_command":
        encrypt_key(cluster)
    if signal := COMMANDS[setting]:
        write(cluster, signal, "")


def encrypt_key(cluster: Cluster) -> None:
    """Give the server a key for which it asks a passphrase."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:x", "-subj", "/"]
    command += ["-keyout", "server.key", "-out", "server.crt"]
    subprocess.run(command, cwd=cluster.data, check=True, capture_output=True)
    for name in ("server.key", "server.crt"):
        (cluster.data / name).chmod(0o600)
        write(cluster, name, "")


def run(cluster: Cluster) -> str | None:
    """Start a server, use it and stop it; return the code of the error that came of it."""
    try:
        cluster.start()
        with suppress(psycopg2.Error):  # a standby archives nothing
            ask(cluster, "SELECT pg_switch_wal()")
        cluster.stop()
    except DatabaseUnavailable as error:
        return error.code
    return None


def contents(directory: Path) -> dict[Path, tuple[int, int]]:
    """What a directory holds, and when each was last written."""
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in directory.rglob("*")}


# Files of a cluster of our own


@pytest.mark.parametrize("setting", COMMANDS)
def test_no_file_names_a_command(own: Cluster, setting: str) -> None:
    trap(own, setting)
    run(own)
    assert list(canary(own).iterdir()) == []


def test_no_file_names_a_library_opens_the_server_or_leads_elsewhere(own: Cluster) -> None:
    thesis = own.home / "thesis.txt"
    thesis.write_text("three years")
    thesis.chmod(0o666)
    settings = {
        "shared_preload_libraries": "auto_explain",
        "session_preload_libraries": "auto_explain",
        "local_preload_libraries": "evil",
        "dynamic_library_path": str(own.home),
        "archive_library": "evil",
        "jit_provider": "evil",
        "listen_addresses": "*",
        "unix_socket_directories": "/var",
        "unix_socket_permissions": "0777",
        "port": "5433",
        "hba_file": "included.conf",
        "data_directory": "elsewhere",
        "external_pid_file": str(thesis),
        "logging_collector": "on",
        "primary_conninfo": "host=evil",
    }
    for file in FILES[:2]:
        for setting, value in settings.items():
            if file == "postgresql.conf" or setting != "data_directory":
                write(own, file, f"{setting} = '{value}'\n")
    own.start()
    found = {setting: ask(own, "SELECT current_setting(%s)", setting) for setting in settings}
    assert {setting for setting in settings if found[setting] == settings[setting]} == set()
    assert found["data_directory"] == str(own.data)
    assert thesis.read_text() == "three years"
    assert [path.name for path in own.socket_directory.glob(".s.PGSQL.*[0-9]")] == [".s.PGSQL.5432"]
    loaded = "SELECT current_setting('auto_explain.log_format', true)"
    assert ask(own, loaded) is None
    assert ask(own, f"LOAD 'auto_explain'; {loaded}") == "text"  # the test can tell


def test_every_setting_that_reaches_out_is_given_on_the_command_line(own: Cluster) -> None:
    own.start()
    rows = ask(
        own,
        "SELECT json_object_agg(name, ARRAY[source, setting, boot_val]) FROM pg_settings"
        " WHERE vartype = 'string' AND context <> 'internal'",
    )
    by_file = {name for name, row in rows.items() if row[0] not in ("command line", "override")}
    assert by_file <= HARMLESS
    reaching = {
        name: row for name, row in rows.items() if name.endswith(("_command", "_libraries"))
    }
    assert len(reaching) > 7
    for source, setting, default in reaching.values():
        assert source == "command line"
        assert setting in (default, "(disabled)")


def test_an_event_trigger_runs_nothing(own: Cluster) -> None:
    own.start()
    if own.version() < "17":  # none fires when somebody logs in, and nothing switches them off
        assert ask(own, "SELECT current_setting('event_triggers', true)") is None
        return
    ask(
        own,
        f"""
        CREATE FUNCTION trap() RETURNS event_trigger LANGUAGE plpgsql AS
            $$BEGIN COPY (SELECT) TO PROGRAM 'touch {canary(own)}/login'; END$$;
        CREATE EVENT TRIGGER trap ON login EXECUTE FUNCTION trap()
        """,
    )
    assert ask(own, "SHOW event_triggers") == "off"
    assert list(canary(own).iterdir()) == []
    ask(own, "DROP EVENT TRIGGER trap; DROP FUNCTION trap")


# Clusters that we did not make


def test_a_prepared_cluster_is_not_started(copied: Cluster) -> None:
    (copied.data / "epicevents.origin").unlink()
    for setting in COMMANDS:
        trap(copied, setting)
    before = contents(copied.data)
    assert run(copied) == "foreign_cluster"
    assert list(canary(copied).iterdir()) == []
    assert contents(copied.data) == before


@pytest.mark.parametrize("made", [None], ids=["package"], indirect=True)
def test_no_command_starts_it_before_somebody_has_agreed(
    copied: Cluster, database: Database
) -> None:
    workstation = Workstation(database, copied.home)
    del workstation.environ["EPICEVENTS_DATABASE_URL"]
    login = ("login", "marie@epicevents.example", "--password-stdin", "-o", "json")
    for command in (login, ("db", "start"), ("init", "--no-input")):
        ran = workstation.run(*command, stdin="a password\n")
        assert (ran.status, "db start --adopt" in ran.err) == (7, True)
    refused = workstation.run("db", "start", "--adopt")
    assert (refused.status, "--yes" in refused.err) == (2, True)
    assert not copied.is_running()
    workstation.run("db", "start", "--adopt", "--yes").done()
    assert copied.is_running()
    workstation.run("db", "stop").done()
    workstation.run("db", "start").done()  # it is ours now


@pytest.mark.parametrize(
    "trap",
    [
        "ALTER ROLE postgres SET session_preload_libraries = auto_explain",
        "ALTER DATABASE postgres SET session_preload_libraries = auto_explain",
        "ALTER ROLE postgres SET local_preload_libraries = auto_explain",
    ],
)
def test_a_copy_of_our_own_is_not_started_for_it_may_hold_a_trap(
    made: Cluster, copied: Cluster, trap: str
) -> None:
    error = _refusal(copied)
    assert error.code == "foreign_cluster"
    assert "epicevents db start --adopt" in str(error.hint)
    copied.start(adopt=True)  # somebody lays the trap
    ask(copied, trap)
    copied.stop()
    copied.data.rename(copied.data.with_name("trapped"))
    shutil.copytree(copied.data.with_name("trapped"), copied.data)
    give(copied, made.data.stat().st_uid)
    assert _refusal(copied).code == "foreign_cluster"


def test_a_cluster_that_is_moved_stays_ours(copied: Cluster) -> None:
    copied.start(adopt=True)
    copied.stop()
    moved = copied.home.rename(copied.home.with_name("moved"))
    with stopped(Cluster(moved, copied.binaries(), fast=True)) as cluster:
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1


def test_a_forged_mark_is_none(made: Cluster, copied: Cluster, tmp_path: Path) -> None:
    mark = copied.data / "epicevents.origin"
    mark.unlink()
    mark.symlink_to(made.data / "epicevents.origin")
    assert _refusal(copied).code == "foreign_cluster"
    mark.unlink()
    os.mkfifo(mark)
    assert _refusal(copied).code == "foreign_cluster"


def test_a_link_to_a_cluster_is_refused(made: Cluster, copied: Cluster) -> None:
    shutil.rmtree(copied.data)
    copied.data.symlink_to(made.data)
    assert _refusal(copied).code == "unsafe_directory"
    copied.data.unlink()


@as_root
def test_a_cluster_of_somebody_else_is_neither_started_nor_asked(copied: Cluster) -> None:
    copied.start(adopt=True)
    assert copied.is_running()
    os.chown(copied.data, NOBODY, NOBODY)
    with pytest.raises(DatabaseUnavailable, match="not a directory of yours"):
        copied.is_running()
    os.chown(copied.data, made_by := (copied.data / "base").stat().st_uid, made_by)
    copied.stop()
    os.chown(copied.data, NOBODY, NOBODY)
    assert _refusal(copied).code == "unsafe_directory"
    os.chown(copied.data, made_by, made_by)


def _refusal(cluster: Cluster) -> DatabaseUnavailable:
    with pytest.raises(DatabaseUnavailable) as caught:
        cluster.start()
    return caught.value

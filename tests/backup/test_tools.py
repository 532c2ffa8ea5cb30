"""Which of PostgreSQL's programs are taken, and what they are told."""

from pathlib import Path

import pytest

from crm.backup import tools
from crm.domain.errors import DatabaseUnavailable
from crm.embedded import packages


def program(directory: Path, version: str) -> None:
    directory.mkdir(parents=True)
    for name in ("pg_dump", "pg_restore"):
        path = directory / name
        path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        path.chmod(0o755)


def test_the_oldest_that_understand_the_server_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "97.1 (Debian 97.1-1)")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert tools.find_tools({}, 96).directory == tmp_path / "bin"
    assert tools.find_tools({}, 15).major < 97
    assert tools.find_tools({}, 15, archive=97).major == 97


@pytest.mark.parametrize(
    "parameters",
    [
        {"host": "db.epic.example"},
        {"host": "/run/postgresql,db.epic.example"},
        {"host": "10.0.0.7", "sslmode": "allow"},
        {"host": "localhost", "sslmode": "verify-full"},
    ],
)
def test_those_that_know_no_tls_are_taken_on_this_machine_only(
    parameters: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = packages.list_packages().values()
    program(tmp_path / "bin", "97.1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    wheel = next(found for found in tools.list_tools() if found.directory in wheels)
    assert not wheel.tls
    for local in (
        {},
        {"host": "/run/postgresql"},
        {"host": "127.0.0.1", "sslmode": "prefer"},
        {"host": "db.epic.example", "sslmode": "disable"},
    ):
        assert tools.find_tools(local, wheel.major) == wheel
    assert tools.find_tools(parameters, wheel.major).directory not in wheels


def test_those_that_are_older_than_the_server_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DatabaseUnavailable, match="too old for PostgreSQL 99") as caught:
        tools.find_tools({}, 99)
    assert caught.value.code == "client_programs_too_old"
    assert "postgresql-client-99" in str(caught.value.hint)


def test_no_secret_is_on_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICEVENTS_SECRET_KEY", "s3cret")
    parameters = {"host": "h", "dbname": "d", "password": "pa ss'w", "sslpassword": "other"}
    assert "pa ss" not in tools.build_target(parameters)
    assert "other" not in tools.build_target(parameters)
    environ = tools.build_environment(parameters)
    assert environ["PGPASSWORD"] == "pa ss'w"
    assert "EPICEVENTS_SECRET_KEY" not in environ


def test_what_a_program_complains_of_is_told_without_rows() -> None:
    said = (
        "pg_restore: from TOC entry 5\n"
        'pg_restore: error: COPY failed for table "clients": ERROR:  no space left\n'
        'CONTEXT:  COPY clients, line 1: "Kevin Casey"\n'
    )
    error = tools.program_failed_error("pg_restore", said)
    assert error.message == (
        'pg_restore failed: COPY failed for table "clients": ERROR:  no space left.'
    )

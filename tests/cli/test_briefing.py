"""A client before the call: all that matters on one screen of 80 columns and 24 lines."""

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation
from support.screen import Screen

from crm.cli.app import App
from crm.cli.main import run_command

USUAL = """
    INSERT INTO log_entries (client_id, kind, text, said_on, created_by_id)
    SELECT 1, 'CALL', 'Called for the ' || n || 'th time, and said ' || repeat('a lot ', 30),
        '2026-03-01'::date + n, 3
    FROM generate_series(1, 5) n;
    INSERT INTO tasks (text, due_date, assignee_id, client_id, created_by_id, done_at) VALUES
        ('Send the offer', '2026-03-09', 3, 1, 3, NULL), ('Call', '2030-03-09', 5, 1, 3, NULL),
        ('Over', '2026-03-02', 3, 1, 3, '2026-03-02');
    UPDATE contracts SET due_date = '2026-02-01' WHERE id = 2;
"""


@pytest.fixture
def usual(sales: Workstation, owner: Connection) -> Workstation:
    """A client with a log, tasks, contracts of which one is late, and a coming event."""
    owner.cursor().execute(USUAL)
    return sales


def test_a_usual_client_fits_a_screen(usual: Workstation) -> None:
    with Screen(80, height=24) as screen:
        console = screen.console(environ=usual.environ, color="never")
        run_command(["client", "show", "1"], App(console, usual.environ, usual.directory))
        lines = screen.text.splitlines()
    assert "epicevents client log 1 TEXT" in lines[-1]
    assert len(lines) <= 23  # and the prompt
    assert max(map(len, lines)) <= 80


def test_a_briefing_says_what_matters_first(usual: Workstation) -> None:
    shown = usual.look("client", "show", "1")
    lines = shown.splitlines()
    assert "  Owes        €3,000.00" in lines
    assert "  Late since  2026-02-01" in lines
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles[1:] == ["Tasks", "Log: 3 of 5", "Coming events", "Contracts", "Next"]
    assert "Over" not in shown  # which is done
    said = lines[lines.index("Log: 3 of 5") + 1 :][:3]
    assert [line.split()[1] for line in said] == ["2026-03-06", "2026-03-05", "2026-03-04"]
    assert lines.index("Coming events") - lines.index("Log: 3 of 5") == 4  # one line each
    assert usual.run("client", "show", "1", "--json").done().json()["id"] == 1


def test_clients_to_whom_nothing_was_said_are_listed(usual: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE clients SET created_at = '2026-01-05'")
    for since, ids in (("2026-03-06", "3 2"), ("2026-03-07", "3 2 1"), ("2026-01-05", "")):
        listed = usual.run("client", "list", "--quiet-since", since, "-o", "ids").done()
        assert listed.out.split() == ids.split(), since
    for ago in ("1d", "-1d", "yesterday"):
        assert usual.run("client", "list", "--quiet-since", ago, "--count").done().out == "3\n"
    assert usual.run("client", "list", "--quiet-since", "45x").status == 2

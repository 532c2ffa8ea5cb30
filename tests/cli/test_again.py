"""A write that is sent again changes nothing, says so, and exits 0."""

import shlex

import pytest
from support.cli import Workstation, url

AGAIN = [
    "client update 1 --phone 0611111111",
    "client transfer 1 2 samuel",
    "contract update 1 --total-amount 77",
    "contract amend 2 7777 --reason more",
    "contract sign 1",
    "contract unsign 1 --reason mistake",
    "event update 1 --attendees 81",
    "event assign 2 pauline",
    "event unassign 1",
    "event assign 1 pauline",
    "user update samuel --phone 0611111111",
    "user transfer sophie samuel --yes",
    "user deactivate petit pauline",
    "user reactivate petit pauline",
    "audit revoke --user samuel",
    "db policy --session-lifetime 12h",
    "db upgrade",
    "view save late -- contract list --unpaid",
]


@pytest.mark.parametrize("line", AGAIN)
def test_what_is_done_already_is_no_error_and_no_change(manager: Workstation, line: str) -> None:
    manager.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = url(manager.database.admin)
    manager.run(*shlex.split(line)).done()
    before = manager.run("audit", "list", "--count").done().out
    again = manager.run(*shlex.split(line)).done()
    assert again.err.strip()
    assert "✓" not in again.err
    assert manager.run("audit", "list", "--count").done().out == before

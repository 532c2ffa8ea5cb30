"""PostgreSQL's own programs: how they are run, and what they complain of."""

import os
import subprocess
from pathlib import Path

from crm.domain.i18n import gettext as _
from crm.embedded.account import Account

_LONGEST_REASON = 300  # characters


def run_program(
    program: Path, *arguments: str, directory: Path, account: Account | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program, away from our terminal, and return what it said and its exit status.

    It is told of ``directory`` by its working directory, since pg_ctl hands paths to a shell.
    """
    return subprocess.run(
        [program, *arguments],
        cwd=directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},  # PGPORT and the like mislead it
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        user=account and account.uid,
        group=account and account.gid,
        extra_groups=account and [],
    )


def read_version(binaries: Path) -> str:
    """Return the version of the programs, such as ``18.1``."""
    said = run_program(binaries / "postgres", "--version", directory=Path("/")).stdout
    return next(word for word in said.split() if word[0].isdigit())


def extract_reason(output: str) -> str:
    """Return the line that says why a program failed: the last fatal one, else the last."""
    lines = output.strip().splitlines() or [_("it gave no reason")]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines)[-1][:_LONGEST_REASON]

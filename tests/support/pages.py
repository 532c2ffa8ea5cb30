"""A page of the documents, run as it stands there: its commands, and what it says they print."""

import os
import re
import subprocess
from pathlib import Path

from support import warm
from support.cli import REPOSITORY

PATIENCE = 120  # seconds for a block of commands

Step = tuple[str, list[str]]


def read(name: str) -> str:
    """Return the text of a page of ``docs``."""
    return (REPOSITORY / "docs" / name).read_text("utf-8")


def steps(page: str) -> list[Step]:
    """Return each block of commands, and the lines that the page says they print."""
    blocks = re.findall(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?", page, re.DOTALL)
    return [(commands, told.splitlines()) for commands, told in blocks]


def workstation(directory: Path) -> dict[str, str]:
    """Return the environment of a machine with the program on its path and ``docs`` at hand."""
    programs = directory / "bin"
    programs.mkdir()
    warm.install(programs)
    (directory / "docs").symlink_to(REPOSITORY / "docs")
    return {
        "PATH": f"{programs}:{os.defpath}",
        "PYTHONPATH": str(REPOSITORY),
        "LC_ALL": "C.UTF-8",
        "EPICEVENTS_LANG": "en",
    }


def follow(page: list[Step], environ: dict[str, str], directory: Path, *, typed: str) -> None:
    """Run the blocks one after the other; each succeeds and prints what the page says it does.

    ``typed`` is what each block finds on standard input. In a line of the page, … stands for
    anything.
    """
    for commands, told in page:
        done = subprocess.run(
            ["/bin/bash", "-euc", commands],
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=environ,
            cwd=directory,
            timeout=PATIENCE,
            check=False,
        )
        ran = f"{commands}\n{done.stdout}"
        assert done.returncode == 0, ran
        printed = done.stdout.splitlines()
        for line in told:
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert any(re.fullmatch(pattern, each) for each in printed), f"no “{line}” in\n{ran}"

"""Programs of other versions, built from a copy of the sources and run as their own processes."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from support.cli import REPOSITORY, Ran

PATIENCE = 120  # seconds


class Program:
    """A program unpacked from the wheel that a copy of the sources makes."""

    def __init__(self, place: Path, change: Callable[[Path], None] = lambda _tree: None) -> None:
        tree, self.place = place / "sources", place / "program"
        for name in ("crm", "migrations"):
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / name, tree / name, ignore=ignore)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(REPOSITORY / name, tree)
        change(tree)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
            cwd=tree,
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
        (wheel,) = (tree / "dist").glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(self.place)

    def run(self, environ: dict[str, str], *words: str, stdin: str = "") -> Ran:
        """Run a command line; the program finds the libraries of this interpreter, and itself."""
        paths = {"PATH": os.defpath, "PYTHONPATH": str(self.place)}
        ran = subprocess.run(
            [sys.executable, "-m", "crm", *words],
            cwd=self.place.parent,
            env={**environ, **paths},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

"""The wheel holds what belongs in it, and is the same to the byte wherever it is built."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import REPOSITORY

from tools import distribution

SOURCES = ("crm", "migrations")
FILES = ("pyproject.toml", "README.md", "LICENSE", ".gitignore")


def sources() -> Iterator[Path]:
    """Yield every file that the wheel is made of, relative to the repository."""
    for folder in SOURCES:
        for path in (REPOSITORY / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path.relative_to(REPOSITORY)


def copy(target: Path, *, mode: int, moment: int, backwards: bool) -> Path:
    """Copy the sources, each file with this mode and time, in this order of creation."""
    for path in sorted([*sources(), *map(Path, FILES)], reverse=backwards):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / path, target / path)
        (target / path).chmod(mode)
        os.utime(target / path, (moment, moment))
    return target


def build(tree: Path, umask: int, **environ: str) -> Path:
    """Build the wheel of a copy and return its path."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"],
        cwd=tree,
        env={"PATH": os.defpath, **environ},
        umask=umask,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = (tree / "dist").glob("*.whl")
    return wheel


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    tree = copy(tmp_path / "one", mode=0o644, moment=1_700_000_000, backwards=False)
    return build(tree, 0o022, TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")


@pytest.mark.proof
def test_the_wheel_is_the_same_on_another_machine(wheel: Path, tmp_path: Path) -> None:
    tree = copy(tmp_path / "two", mode=0o600, moment=1_800_000_001, backwards=True)
    compiled = tree / "crm" / "__pycache__" / "__main__.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"left by a run")
    other = build(tree, 0o077, TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    assert other.name == wheel.name
    assert other.read_bytes() == wheel.read_bytes()


@pytest.mark.proof
def test_the_wheel_holds_the_program_its_schema_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {path.as_posix() for path in sources()}
    assert held == {f"crm/{name}" if name.startswith("migrations") else name for name in expected}


def test_a_tag_that_does_not_fit_is_refused() -> None:
    assert any("The tag is v9.9.9" in reason for reason in distribution.refusals("v9.9.9"))

"""What is installed is locked by its hashes, its licences are known, known faults excluded."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from support.cli import REPOSITORY

from tools import licences

PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
FOLDER = REPOSITORY / "locks"
LOCKS = ("build", "dev", "release", "run")

PIN = re.compile(r"([a-z0-9-]+)==([^ ]+)(?: ; .+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")

# The newest release that has the fault, and the fault.
FAULTS = {
    "click": ("8.3.2", "CVE-2026-7246: pager and editor were run by a shell"),
    "dnspython": ("2.9.1", "CVE-2026-128089: unbounded memory and time for some texts"),
    "icalendar": ("7.1.2", "CVE-2026-55099: comparing components takes exponential time"),
    "idna": ("3.14", "PYSEC-2026-215: quadratic time for long domains"),
    "mako": ("1.3.11", "CVE-2026-41205, CVE-2026-44307: reads files outside of its directory"),
    "psycopg2-binary": ("2.9.11", "CVE-2025-12818: libpq writes beyond what it allocated"),
    "pygments": ("2.19.2", "CVE-2026-4539: a lexer that takes exponential time"),
    "pyjwt": ("2.12.1", "CVE-2024-53861, CVE-2026-32597, and five more until 2.13.0"),
    "python-dotenv": ("1.2.1", "CVE-2026-28684: writes through a link"),
}

# Of another licence somebody has to decide whether the program can be passed on with it.
ACCEPTED = {
    "Apache Software License", "Apache-2.0", "BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause",
    "ISC", "LGPL", "LGPL with exceptions", "MIT", "MIT License", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Unlicense",
}  # fmt: skip


def requirements(*names: str) -> list[Requirement]:
    """Return what pyproject.toml requires: the program, an extra, a group, or constraints."""
    groups = PROJECT["dependency-groups"]
    found: list[Requirement] = []
    for name in names:
        listed = {
            "program": PROJECT["project"]["dependencies"],
            "constraints": PROJECT["tool"]["uv"]["constraint-dependencies"],
            **PROJECT["project"]["optional-dependencies"],
            **groups,
        }[name]
        for each in listed:
            included = isinstance(each, dict)
            found += requirements(each["include-group"]) if included else [Requirement(each)]
    return found


def pins(lock: str) -> dict[str, Version]:
    """Return the version of each package that a lock names.

    Fails on any line that is not a pin, a hash or a comment, such as an index or an option.
    """
    found: dict[str, Version] = {}
    hashed = True
    for line in (FOLDER / f"{lock}.txt").read_text("utf-8").splitlines():
        if pin := PIN.fullmatch(line):
            assert hashed, f"{list(found)[-1]} has no hash"
            found[pin[1]] = Version(pin[2])
            hashed = False
        elif HASH.fullmatch(line):
            hashed = True
        else:
            assert re.fullmatch(r" {0,4}#.*", line), line
    assert hashed
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("lock", "lists"),
    [
        ("build", ("build",)),
        ("run", ("program", "local")),
        ("dev", ("program", "local", "dev")),
        ("release", ("release",)),
    ],
)
def test_a_lock_names_what_the_project_requires(lock: str, lists: tuple[str, ...]) -> None:
    locked = pins(lock)
    missing = [
        str(each)
        for each in requirements(*lists)
        if normal(each.name) not in locked or locked[normal(each.name)] not in each.specifier
    ]
    assert missing == [], "run: make lock"


def test_the_locks_agree() -> None:
    locks = {lock: pins(lock) for lock in LOCKS}
    for package in set().union(*locks.values()):
        versions = {locked[package] for locked in locks.values() if package in locked}
        assert len(versions) == 1, package


def test_no_lock_is_left_over() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == list(LOCKS)


@pytest.mark.parametrize("package", FAULTS)
def test_a_release_with_a_known_fault_is_never_installed(package: str) -> None:
    faulty = Version(FAULTS[package][0])
    ours = [
        each.specifier
        for each in requirements("program", "constraints")
        if normal(each.name) == package
    ]
    assert ours
    assert not any(faulty in specifier for specifier in ours)
    assert pins("run")[package] > faulty


def test_the_page_of_licences_is_that_of_the_lock() -> None:
    assert Path(licences.PAGE).read_text("utf-8") == licences.page(), "run: make readme"


def test_no_licence_is_new() -> None:
    found = {package: licences.licence(package) for package in licences.packages()}
    assert {each: licence for each, licence in found.items() if licence not in ACCEPTED} == {}

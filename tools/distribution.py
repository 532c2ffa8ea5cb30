"""Builds the wheel, the source archive, their SBOM and checksums into dist/.

Run it as ``make dist``, or for a release as ``make dist ARGS='--tag v1.2.3'``, which first checks
that the tag, the program's version, the changelog and Git agree.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from crm import __version__

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"


def build() -> None:
    """Build everything into an empty dist/."""
    shutil.rmtree(DIST, ignore_errors=True)
    _run("-m", "hatchling", "build", "--directory", str(DIST))
    (wheel,) = DIST.glob("*.whl")
    with tempfile.TemporaryDirectory() as scratch:
        _write_sbom(wheel, Path(scratch) / "environment")
    sums = [f"{_sha256(path)}  {path.name}\n" for path in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("".join(sums), "utf-8")


def refusals(tag: str) -> list[str]:
    """Return why ``tag`` may not be released: each a sentence; none if it may."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(.+)\] - (.+)$", changelog, re.MULTILINE)
    changed = _output("git", "status", "--porcelain")
    found = {
        f"The tag is {tag}, the program is {__version__}.": tag != f"v{__version__}",
        "The newest version of CHANGELOG.md is another.": not newest or newest[1] != __version__,
        "CHANGELOG.md has no date for this version.": not newest or newest[2] == "Unreleased",
        f"These files are not committed:\n{changed}": bool(changed),
    }
    return [sentence for sentence, holds in found.items() if holds]


def _write_sbom(wheel: Path, environment: Path) -> None:
    """Describe the wheel and the locked dependencies, installed in an environment of their own.

    Only an environment, unlike the lock, has the packages' licences and what depends on what.
    """
    _run("-m", "venv", "--without-pip", str(environment))
    python = str(environment / "bin" / "python")
    install = ("-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet")
    _run(*install, "--require-hashes", "--only-binary", ":all:", "-r", "locks/run.txt")
    _run(*install, "--no-deps", str(wheel))
    _run("-m", "pip", "--python", python, "check")
    # Hatch reads the version from the package; the tool looks for it here only.
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    described = environment.with_suffix(".toml")
    described.write_text(project.replace('dynamic = ["version"]', f'version = "{__version__}"'))
    _run(
        *("-m", "cyclonedx_py", "environment", python, "--pyproject", str(described)),
        *("--output-reproducible", "--output-file", str(wheel.with_suffix(".cdx.json"))),
    )


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Build, after refusing a tag that does not fit."""
    parser = argparse.ArgumentParser(prog="make dist", description=__doc__.partition("\n")[0])
    parser.add_argument("--tag", help="the tag of a release, such as v1.2.3")
    tag = parser.parse_args().tag
    if tag and (reasons := refusals(tag)):
        sys.exit("\n".join(reasons))
    build()


if __name__ == "__main__":
    main()

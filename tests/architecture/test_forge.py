"""What the forge runs is what a developer runs, on every Python that the project names."""

import re

from support.cli import REPOSITORY

WORKFLOWS = {
    path.name: path.read_text("utf-8")
    for path in sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
}
PROJECT = (REPOSITORY / "pyproject.toml").read_text("utf-8")


def test_ci_runs_the_script_on_every_python_that_is_named() -> None:
    ci = WORKFLOWS["ci.yml"]
    assert "- run: .ci/run\n" in ci
    matrix = re.search(r"python: \[(.+)\]", ci)
    assert matrix
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PROJECT)
    assert re.findall(r'"(3\.\d+)"', matrix[1]) == named


def test_what_is_too_long_for_every_change_runs_each_night_and_before_a_release() -> None:
    proof = WORKFLOWS["proof.yml"]
    assert re.search(r'schedule:\n    - cron: "\d+ \d+ \* \* \*"\n', proof)
    assert "- run: .ci/run ${{ matrix.target }}\n" in proof
    targets = re.search(r"target: \[(.+)\]", proof)
    assert targets
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    for target in targets[1].split(", "):
        assert f"\n{target}: " in makefile
    assert "proof" in targets[1].split(", ")
    assert "needs: [ci, proof]\n" in WORKFLOWS["release.yml"]


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    for name, text in WORKFLOWS.items():
        used = re.findall(r"uses: (\S+)(.*)", text)
        foreign = [action + comment for action, comment in used if not action.startswith("./")]
        wrong = [a for a in foreign if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", a)]
        assert wrong == [], name


def test_workflows_may_only_read_unless_a_job_says_more() -> None:
    for name, text in WORKFLOWS.items():
        assert "\npermissions:\n  contents: read\n" in text, name
        assert "pull_request_target" not in text, name

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.cli import REPOSITORY, Workstation

from crm.settings import SETTINGS, files, loading


@pytest.fixture
def alone(workstation: Workstation) -> Workstation:
    """A workstation whose database does not answer."""
    workstation.environ["EPICEVENTS_DATABASE_URL"] = "postgresql://jo:s3cr3t@127.0.0.1:1/nothing"
    return workstation


def told(workstation: Workstation, *flags: str) -> dict[str, Any]:
    entries = workstation.run(*flags, "config", "-o", "json").done().json()
    return {each["variable"]: each for each in entries}


def test_every_setting_is_listed(alone: Workstation) -> None:
    assert list(told(alone)) == [setting.variable for setting in SETTINGS]


def test_each_value_says_where_it_comes_from(alone: Workstation) -> None:
    (alone.home / ".env").write_text("EPICEVENTS_CURRENCY=CHF\n")
    (alone.home / "config.env").write_text("EPICEVENTS_TIMEZONE=Europe/Zurich\n")
    found = told(alone, "--no-input")
    expected = {
        "EPICEVENTS_CURRENCY": ("CHF", ".env"),
        "EPICEVENTS_TIMEZONE": ("Europe/Zurich", "config.env"),
        "EPICEVENTS_LANG": ("en", "environment"),
        "EPICEVENTS_NO_INPUT": ("1", "flag"),
        "EPICEVENTS_PAGER": (None, "default"),
        "EPICEVENTS_TOKEN_FILE": (str(alone.token_file), "default"),
    }
    assert {name: (found[name]["value"], found[name]["source"]) for name in expected} == expected


def test_secrets_are_masked(alone: Workstation) -> None:
    alone.environ["EPICEVENTS_SECRET_KEY"] = "not-to-be-shown-to-anybody-at-all"
    alone.environ["SENTRY_DSN"] = "https://not-to-be-shown@sentry.example/1"
    for ran in (alone.run("config"), alone.run("config", "--json"), alone.run("--debug", "config")):
        shown = ran.done().out + ran.err
        assert "not-to-be-shown" not in shown
        assert "s3cr3t" not in shown
        assert "postgresql://jo:***@127.0.0.1:1/nothing" in shown


def test_no_value_is_cut_on_a_narrow_terminal(alone: Workstation) -> None:
    long = "/home/" + "a" * 120
    alone.environ["EPICEVENTS_TOKEN_FILE"] = long
    assert long in alone.look("config", width=80)


def test_a_value_that_makes_no_sense_is_still_shown(alone: Workstation) -> None:
    alone.environ["EPICEVENTS_TIMEZONE"] = "Europe/\x1b[2JLutetia"
    refused = alone.run("config", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "invalid_setting")
    alone.environ["EPICEVENTS_TIMEZONE"] = "Europe/Lutetia"
    assert told(alone)["EPICEVENTS_TIMEZONE"]["value"] == "Europe/Lutetia"
    assert "Europe/Lutetia" in alone.run("config").done().out


def test_people_are_told_where_to_keep_a_value(alone: Workstation) -> None:
    assert str(alone.home / "config.env") in alone.run("config").done().err


# Says, as the last line of its stderr, how often config.env was read.
READING = """
import sys
opened = []
sys.addaudithook(
    lambda event, args: opened.append(1)
    if event == "open" and str(args[0]).endswith("config.env") else None
)
from crm.cli.main import run_command
run_command(sys.argv[1:])
print(len(opened), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["config", "help", "completion bash"])
def test_the_files_of_settings_are_read_once(command: str, tmp_path: Path) -> None:
    (tmp_path / "config.env").write_text("EPICEVENTS_CURRENCY=CHF\n")
    done = subprocess.run(
        [sys.executable, "-c", READING, *command.split()],
        env={"EPICEVENTS_HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "1"


def test_a_flag_that_is_a_setting_reads_no_file_again(
    workstation: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def count(path: str) -> dict[str, str]:
        read.append(path)
        return files.read_variables(path)

    monkeypatch.setattr(loading, "read_variables", count)
    shown = workstation.run("config", "--no-input", "--json").done().json()
    (no_input,) = (each for each in shown if each["variable"] == "EPICEVENTS_NO_INPUT")
    assert (no_input["value"], no_input["source"]) == ("1", "flag")
    assert len(read) == len(set(read)) == 2

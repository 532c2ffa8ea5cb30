"""Long output goes through the pager, on a terminal only."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.listings import Row
from support.screen import Screen

from crm import settings
from crm.cli.output.console import Console
from crm.cli.output.detail import RelatedRecords, show_sheet
from crm.cli.output.table import show_listing
from crm.domain.fields import Field, Kind

LINES = "\n".join(f"line {number}" for number in range(30))


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A pager that writes what it is given, and its LESS, beside itself."""
    program = tmp_path / "pager"
    program.write_text('#!/bin/sh\ncat > "$0.read"\necho "$LESS $*" > "$0.options"\n')
    program.chmod(0o700)
    return program


def chosen(pager: str, home: Path) -> settings.Settings:
    return settings.load_settings(
        environ={"EPICEVENTS_HOME": str(home), "EPICEVENTS_PAGER": pager}, directory=home
    )


def say(text: str, screen: Screen, settings: settings.Settings, **environ: str) -> str:
    console = screen.console(settings=settings, environ={"PATH": "/usr/bin:/bin", **environ})
    console.show_paged(text)
    console.flush()
    return screen.text


def test_what_is_longer_than_the_screen_is_paged(pager: Path, tmp_path: Path) -> None:
    with Screen(height=24) as screen:
        assert say(LINES, screen, chosen(f"{pager} -a 'b c'", tmp_path)) == ""
    assert pager.with_name("pager.read").read_text() == LINES + "\n"
    assert pager.with_name("pager.options").read_text() == "FRX -a b c\n"


def test_the_readers_own_options_of_less_are_kept(pager: Path, tmp_path: Path) -> None:
    with Screen() as screen:
        say(LINES, screen, chosen(str(pager), tmp_path), LESS="-S")
    assert pager.with_name("pager.options").read_text() == "-S \n"


def test_what_fits_the_screen_is_not_paged(pager: Path, tmp_path: Path) -> None:
    with Screen(height=40) as screen:
        assert say(LINES, screen, chosen(str(pager), tmp_path)) == LINES + "\n"
    assert not pager.with_name("pager.read").exists()


def test_a_pipe_is_not_paged(pager: Path, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stdout:
        console = Console(stdout=stdout, environ={}, settings=chosen(str(pager), tmp_path))
        console.show_paged(LINES)
        console.flush()
    assert (tmp_path / "out").read_text() == LINES + "\n"


@pytest.mark.parametrize("pager", ["/nowhere/less", "'unclosed", "   ", "/"])
def test_a_pager_that_cannot_start_is_done_without(pager: str, tmp_path: Path) -> None:
    with Screen() as screen:
        assert say(LINES, screen, chosen(pager, tmp_path)) == LINES + "\n"


@pytest.mark.parametrize("pager", ["false", "cat | head", "head --no-such-option"])
def test_a_pager_that_fails_leaves_the_text_on_the_screen(pager: str, tmp_path: Path) -> None:
    with Screen() as screen:
        assert say(LINES, screen, chosen(pager, tmp_path)).endswith(LINES + "\n")


def test_a_pager_that_is_left_early_is_no_error(tmp_path: Path) -> None:
    with Screen() as screen:
        assert say("x\n" * 1_000_000, screen, chosen("true", tmp_path)) == ""


def test_ctrl_c_belongs_to_the_pager(tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\ntrap "" INT\ncat > /dev/null\necho > "$0.on"\nsleep 0.3\n')
    pager.chmod(0o700)
    code = f"""
from crm.cli.output.pager import show_in_pager
assert show_in_pager({str(pager)!r}, b"text", {{}})
print("left in peace")
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    while not pager.with_name("pager.on").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[0] == "left in peace\n"
    assert process.returncode == 0


def test_a_listing_and_a_sheet_are_paged_with_their_colours(pager: Path, tmp_path: Path) -> None:
    fields, row = (Field("id", Kind.ID), Field("status", Kind.CODE)), (1, "PAID")
    for show in (render_many, sheet_of_many):
        with Screen(height=24) as screen:
            console = screen.console(settings=chosen(str(pager), tmp_path), color="always")
            show(fields, row, console)
            console.flush()
            assert screen.text == ""
        assert "\x1b[32mPaid\x1b[0m" in pager.with_name("pager.read").read_text()


def render_many(fields: Sequence[Field], row: Row, console: Console) -> None:
    show_listing(fields, [row] * 30, console)


def sheet_of_many(fields: Sequence[Field], row: Row, console: Console) -> None:
    show_sheet(
        "Client 1", fields, row, console, related=[RelatedRecords("Contracts", fields, [row] * 30)]
    )

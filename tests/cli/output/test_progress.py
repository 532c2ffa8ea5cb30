"""Work over a second shows itself, on a terminal only, and leaves nothing behind."""

import io
import time

import pyte
import pytest
from support.screen import Screen

from crm.cli.output import progress as module
from crm.cli.output.console import Console
from crm.cli.output.progress import show_progress


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)


def test_short_work_says_nothing() -> None:
    with Screen() as screen:
        with show_progress("Reading", screen.console()) as move:
            move(1)
        assert screen.text == ""


@pytest.mark.parametrize("total", [None, 10])
def test_long_work_shows_itself_and_leaves_nothing(total: int | None) -> None:
    with Screen() as screen:
        with show_progress("Reading [red]{x}[/] \x1b[2J", screen.console(), total) as move:
            time.sleep(0.4)
            move(4)
            time.sleep(0.2)
        sent = screen.text
    assert r"Reading [red]{x}[/] \x1b[2J" in sent
    assert "\x1b[2J" not in sent
    assert ("4/10" in sent) is (total == 10)
    glass = pyte.Screen(80, 24)
    pyte.Stream(glass).feed(sent)
    assert not "".join(glass.display).strip()


def fail_slowly() -> None:
    time.sleep(0.3)
    raise ZeroDivisionError


def test_a_failure_takes_the_bar_away() -> None:
    with Screen() as screen:
        console = screen.console()
        with pytest.raises(ZeroDivisionError), show_progress("Reading", console):
            fail_slowly()
        console.error("It broke.")
        glass = pyte.Screen(80, 24)
        pyte.Stream(glass).feed(screen.text)
    assert "".join(glass.display).strip() == "Error: It broke."


def test_a_pipe_sees_no_progress() -> None:
    err = io.StringIO()
    with show_progress("Reading", Console(stderr=err, environ={"FORCE_COLOR": "1"}), 10) as move:
        time.sleep(0.2)
        move(4)
    assert err.getvalue() == ""

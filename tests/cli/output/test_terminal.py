"""Colour and layout are decided apart, on real terminals and on streams that are none."""

import io

import pytest
from support.screen import Screen

from crm.cli.output.terminal import Color, Terminal


@pytest.mark.parametrize(
    ("color", "environ", "on_a_terminal", "elsewhere"),
    [
        ("auto", {}, True, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": "", "FORCE_COLOR": ""}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        ("never", {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colour_follows_the_argument_then_the_environment_then_the_terminal(
    color: Color, environ: dict[str, str], on_a_terminal: bool, elsewhere: bool
) -> None:
    with Screen() as screen:
        assert Terminal(screen.stream, environ, color).color is on_a_terminal
    assert Terminal(io.StringIO(), environ, color).color is elsewhere


@pytest.mark.parametrize("environ", [{}, {"FORCE_COLOR": "1"}, {"NO_COLOR": "1"}])
def test_layout_follows_the_terminal_alone(environ: dict[str, str]) -> None:
    with Screen() as screen:
        assert Terminal(screen.stream, environ, "auto").interactive
    assert not Terminal(io.StringIO(), environ, "always").interactive


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 50)])
def test_the_size_is_that_of_the_window(width: int, height: int) -> None:
    with Screen(width, height) as screen:
        terminal = Terminal(screen.stream, {}, "auto")
        assert (terminal.width, terminal.height) == (width, height)


@pytest.mark.parametrize("nonsense", ["", "0", "-5", "wide", "9" * 5000])
def test_the_size_may_be_named_but_not_nonsense(nonsense: str) -> None:
    with Screen(100, 30) as screen:
        named = Terminal(screen.stream, {"COLUMNS": "132", "LINES": "43"}, "auto")
        assert (named.width, named.height) == (132, 43)
        assert Terminal(screen.stream, {"COLUMNS": nonsense}, "auto").width == 100


def test_a_window_without_a_size_has_the_usual_one() -> None:
    with Screen(0, 0) as screen:
        terminal = Terminal(screen.stream, {}, "auto")
        assert (terminal.width, terminal.height) == (80, 24)


def test_a_stream_that_is_no_terminal_has_the_usual_size() -> None:
    assert Terminal(io.StringIO(), {}, "auto").width == 80


def test_a_process_without_the_stream_writes_nowhere() -> None:
    Terminal(None, {}, "auto").write("lost")


def test_an_ascii_stream_never_crashes() -> None:
    written = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(written, encoding="ascii"), {}, "auto")
    terminal.write(terminal.text("Éléonore → 東京") + "\n")
    terminal.write("laid out elsewhere: 東\n")  # must not happen, and still does not crash
    assert written.getvalue() == b"Eleonore -> \\u6771\\u4eac\nlaid out elsewhere: \\u6771\n"


def test_what_is_missing_is_a_dash() -> None:
    with Screen() as screen:
        assert Terminal(screen.stream, {}, "auto").placeholder == "—"
    with Screen(encoding="ascii") as screen:
        assert Terminal(screen.stream, {}, "auto").placeholder == "-"
    assert Terminal(io.StringIO(), {}, "auto").placeholder == "-"

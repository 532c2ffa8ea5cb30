"""What a command says is held until the commit, harmless, and on the right stream."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from support.screen import Screen

from crm import settings
from crm.cli.output.console import Console

HOSTILE = "[red]x[/red] [/] :smile: \x1b[2J\u202e\x9b1m"
HARMLESS = r"[red]x[/red] [/] :smile: \x1b[2J\u202e\x9b1m"


class Streams:
    """A console on two streams in memory, as a pipe has them."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.console = Console(stdout=self.out, stderr=self.err, environ={})

    @property
    def written(self) -> tuple[str, str]:
        return self.out.getvalue(), self.err.getvalue()


@pytest.fixture
def streams() -> Streams:
    return Streams()


def python(code: str, stdout: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        # Buffered, as it usually is: what is still in the buffer at exit is what matters.
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )


def test_nothing_is_shown_before_the_flush(streams: Streams) -> None:
    streams.console.data("12")
    streams.console.success("Contract 12 signed.")
    streams.console.note("Next: pay it.")
    assert streams.written == ("", "")
    streams.console.flush()
    assert streams.written == ("12\n", "✓ Contract 12 signed.\nNext: pay it.\n")
    streams.console.flush()
    assert streams.written[0] == "12\n"


def test_what_is_discarded_is_never_shown(streams: Streams) -> None:
    streams.console.data("12")
    streams.console.success("Contract 12 signed.")
    streams.console.stream.write("{}")
    streams.console.discard()
    streams.console.error("Contract 12 is gone.")
    streams.console.flush()
    assert streams.written == ("", "Error: Contract 12 is gone.\n")


def test_what_was_said_to_both_streams_keeps_its_order() -> None:
    with Screen() as screen:
        console = screen.console()
        console.note("first")
        console.data("second")
        console.success("third")
        console.flush()
        assert screen.text == "first\nsecond\n✓ third\n"


def test_warnings_and_errors_are_said_at_once(streams: Streams) -> None:
    streams.console.warn("Event 7 is tomorrow.")
    streams.console.error("Contract 12 is not signed.", "Sign it first: contract sign 12")
    assert streams.written == (
        "",
        """\
Warning: Event 7 is tomorrow.
Error: Contract 12 is not signed.
Hint: Sign it first: contract sign 12
""",
    )


def test_an_error_stands_out_in_colour() -> None:
    with Screen() as screen:
        screen.console(color="auto").error("Gone.", "Look again.")
        assert screen.text == "\x1b[1;31mError:\x1b[0m Gone.\n\x1b[2mHint:\x1b[0m Look again.\n"


def test_notes_are_quiet_or_loud_in_colour() -> None:
    with Screen() as screen:
        console = screen.console(color="auto")
        console.note("30 of 90 shown", loud=True)
        console.note("Next: …")
        console.success("Done.")
        console.flush()
        assert screen.text == (
            "\x1b[1;33m30 of 90 shown\x1b[0m\n\x1b[2mNext: …\x1b[0m\n\x1b[32m✓\x1b[0m Done.\n"
        )


def test_no_value_is_interpreted(streams: Streams) -> None:
    console = streams.console
    console.data(HOSTILE)
    console.show_paged(HOSTILE)
    console.note(HOSTILE)
    console.success(HOSTILE)
    console.flush()
    console.warn(HOSTILE)
    console.error(HOSTILE, HOSTILE)
    assert streams.written == (
        f"{HARMLESS}\n{HARMLESS}\n",
        f"{HARMLESS}\n✓ {HARMLESS}\nWarning: {HARMLESS}\nError: {HARMLESS}\nHint: {HARMLESS}\n",
    )


def test_the_held_stream_shares_the_order_of_stdout_and_is_utf8_for_programs() -> None:
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, encoding="ascii")
    console = Console(stdout=stdout, stderr=io.StringIO(), environ={})
    console.data("first")
    console.stream.write("second\n")
    assert console.stream.encoding == "utf-8"
    assert not console.stream.isatty()
    assert written.getvalue() == b""
    console.flush()
    assert written.getvalue() == b"first\nsecond\n"


def test_the_settings_decide_zone_currency_and_language(tmp_path: Path) -> None:
    console = Console(environ={})
    assert (console.zone.key, console.currency, console.language) == ("Europe/Paris", "EUR", "en")
    console.settings = settings.load_settings(
        environ={
            "EPICEVENTS_HOME": str(tmp_path),
            "EPICEVENTS_TIMEZONE": "Asia/Tokyo",
            "EPICEVENTS_CURRENCY": "JPY",
            "EPICEVENTS_LANG": "fr",
        },
        directory=tmp_path,
    )
    assert (console.zone.key, console.currency, console.language) == ("Asia/Tokyo", "JPY", "fr")


def test_colour_may_be_decided_later() -> None:
    with Screen() as screen:
        console = screen.console(color="never")
        console.set_color("always")
        console.success("Done.")
        console.set_color("auto")
        console.error("Gone.")
        console.flush()
        assert screen.text == "\x1b[1;31mError:\x1b[0m Gone.\n\x1b[32m✓\x1b[0m Done.\n"


@pytest.mark.parametrize("flush", ["console.flush()", "print(end='x' * 10, flush=False)"])
def test_a_reader_that_has_gone_is_met_with_silence(flush: str) -> None:
    process = python(
        f"""
import sys
from crm.cli.output.console import Console, ignore_broken_pipe
console = Console()
sys.stdin.read()
with ignore_broken_pipe():
    console.data("x" * 100_000)
    {flush}
"""
    )
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate("")
    assert (process.returncode, errors) == (0, "")


def test_a_full_disk_is_not_met_with_silence() -> None:
    with Path("/dev/full").open("w") as full:
        process = python(
            """
from crm.cli.output.console import Console, ignore_broken_pipe
console = Console()
try:
    with ignore_broken_pipe():
        console.data("x")
        console.flush()
except OSError as error:
    console.error(error.strerror)
    raise SystemExit(1)
""",
            stdout=full,
        )
        _, errors = process.communicate()
    assert (process.returncode, errors) == (1, "Error: No space left on device\n")


@pytest.mark.parametrize(
    "code",
    [
        "console.error('Gone.', 'Look again.'); console.success('é'); console.data('東')",
        "write_listing('json', fields, rows, console.out.stream, console.zone)",
        "write_listing('csv', fields, rows, console.out.stream, console.zone)",
    ],
)
def test_machine_formats_and_messages_never_import_rich(code: str) -> None:
    process = python(
        f"""
import sys
from crm.cli.output.console import Console
from crm.cli.output.export import write_listing
from crm.domain.fields import Field
fields, rows, console = [Field("full_name")], [["É東"]], Console(color="always")
{code}
console.flush()
assert not [name for name in sys.modules if name.startswith("rich")]
"""
    )
    process.communicate()
    assert process.returncode == 0

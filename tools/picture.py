"""Takes the picture of the README: the dashboard of the demo, as a real terminal receives it.

Run it as ``python -m tools.picture``; the demo it looks at is made for it and removed afterwards.
"""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "dashboard.svg"
COMMAND = ("dashboard",)
WIDTH = 96  # columns
PROGRAM = (sys.executable, "-m", "crm")

THEME = TerminalTheme(
    (24, 26, 31),
    (220, 223, 228),
    [
        (60, 65, 75), (240, 113, 120), (152, 195, 121), (229, 192, 123),
        (97, 175, 239), (198, 140, 230), (86, 182, 194), (220, 223, 228),
    ],
    [
        (130, 138, 151), (255, 139, 146), (181, 222, 150), (245, 213, 153),
        (131, 197, 255), (219, 168, 246), (120, 208, 219), (255, 255, 255),
    ],
)  # fmt: skip

# rich's own format names fonts of a host; a picture should need nothing from the network.
FORMAT = """\
<svg viewBox="0 0 {width} {height}" xml:space="preserve" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre;
}}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def captured(environ: dict[str, str]) -> str:
    """Return what the program sends to a terminal of ``WIDTH`` columns, escape codes included."""
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *COMMAND],
        env=environ,
        encoding="utf-8",
        dimensions=(200, WIDTH),
    )
    child.expect(pexpect.EOF)
    said = child.before or ""
    child.close()
    if child.exitstatus:
        raise SystemExit(said)
    return said


def drawn(said: str) -> str:
    """Return the picture, in SVG, of a terminal that was sent ``said``."""
    terminal = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    terminal.print(Text.from_ansi(said.replace("\r\n", "\n").rstrip()))
    title = " ".join(("epicevents", *COMMAND))
    svg = terminal.export_svg(title=title, theme=THEME, code_format=FORMAT, unique_id="epicevents")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main() -> None:
    """Make a demo, look at it, draw what is seen, and remove the demo."""
    with tempfile.TemporaryDirectory(prefix="epicevents-") as home:
        environ = {
            "PATH": os.environ["PATH"],
            "EPICEVENTS_HOME": home,
            "EPICEVENTS_LANG": "en",
            "TERM": "xterm-256color",
        }
        subprocess.run([*PROGRAM, "demo"], env=environ, check=True, stdout=subprocess.DEVNULL)
        try:
            PICTURE.write_text(drawn(captured(environ)), "utf-8")
        finally:
            subprocess.run([*PROGRAM, "db", "stop"], env=environ, check=True)


if __name__ == "__main__":
    main()

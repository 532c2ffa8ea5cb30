"""Bash, zsh and fish as people have them, with the program and its completion loaded."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import warm
from support.cli import REPOSITORY
from support.keyboard import Keyboard

from crm.cli.completion.shells import build_script

SHELLS = ("bash", "zsh", "fish")

_STARTED = {
    "bash": ("bash", "--rcfile", ".bashrc", "-i"),
    "zsh": ("zsh", "-i"),
    "fish": ("fish", "-i"),
}
_FILES = {
    "bash": {".bashrc": "PS1='$ '\n" + build_script("bash")},
    "zsh": {
        ".zshrc": "PS1='$ '\nautoload -Uz compinit; compinit -u -D\n" + build_script("zsh"),
    },
    "fish": {
        ".config/fish/config.fish": 'function fish_prompt; echo -n "\\$ "; end\n'
        "function fish_greeting; end\n",
        ".config/fish/completions/epicevents.fish": build_script("fish"),
    },
}


def open_shell(
    shell: str, home: Path, environ: Mapping[str, str], *, cold: bool = False
) -> Keyboard:
    """Start a shell that knows ``epicevents``; skip where there is none.

    Completion gives up after less than a second, which on a busy machine goes by before Python has
    imported the driver. So the program is forked (:mod:`support.warm`), unless ``cold`` is asked
    for.
    """
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    for name, text in _FILES[shell].items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    # Where it finds none, fish makes completions of all manual pages behind our back, for minutes.
    (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    if cold:
        program = programs / "epicevents"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m crm "$@"\n', "utf-8")
        program.chmod(0o755)
    else:
        warm.install(programs)
    keyboard = Keyboard(
        _STARTED[shell],
        environ={
            **environ,
            "HOME": str(home),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "LC_ALL": "C.UTF-8",
        },
        directory=home,
    )
    keyboard.sees("$")
    keyboard.calm()
    return keyboard

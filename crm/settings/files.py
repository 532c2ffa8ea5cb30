"""The files that hold settings: ``.env`` in the working directory, ``config.env`` under the home.

Both are in the format of python-dotenv, which is imported only where such a file exists.
"""

import os
from collections.abc import Mapping
from stat import S_ISREG
from typing import TYPE_CHECKING

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.ownership import find_foreign_hand

if TYPE_CHECKING:
    from pathlib import Path

    from dotenv.parser import Binding

LOCAL_FILE = ".env"
HOME_FILE = "config.env"

_PREFIX = b"EPICEVENTS_"  # of all that a directory may set


def read_variables(path: "str | os.PathLike[str]") -> dict[str, str]:
    """Return the variables of a file, nothing where it is absent; ``${…}`` stays as it is written.

    Raises UsageFault: ``invalid_configuration_file`` where it cannot be read, is not text, or has a
    line that means nothing; ``unsafe_configuration_file`` where somebody else can change it.
    A ``.env`` that sets nothing of this program's is another program's affair.
    """
    return {
        binding.key: binding.value
        for binding in _bindings(path)
        if binding.key is not None and binding.value is not None
    }


def save_variables(home: "Path", values: Mapping[str, str]) -> None:
    """Remember ``values``, by variable, in ``config.env`` under ``home``; other lines stay.

    The file is written whole or not at all, readable by its owner only. A directory that has to be
    made is closed to others; one that exists is left as it is.

    Raises UsageFault: ``invalid_configuration_file`` as for reading, ``invalid_setting`` for a
    value that no file can hold, ``configuration_not_saved`` when the system refuses.
    """
    from crm.files import write_private

    path = home / HOME_FILE
    missing = {name: f"{name}={_quote_value(name, value)}\n" for name, value in values.items()}
    content = ""
    for binding in _bindings(path):
        text = binding.original.string
        if binding.key and binding.key in values:
            blank_lines = text[: len(text) - len(text.lstrip())]
            text = blank_lines + missing.pop(binding.key, "")  # named twice, it is kept once
        content += text
    if content and not content.endswith("\n"):
        content += "\n"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, (content + "".join(missing.values())).encode())
    except OSError as error:
        # The directory or the file: the system says which and why, the person chooses another home.
        raise UsageFault(
            _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror),
            hint=_("Set EPICEVENTS_HOME to a directory of your own."),
            code="configuration_not_saved",
        ) from None


def _bindings(path: "str | os.PathLike[str]") -> "list[Binding]":
    try:
        # A directory of that name is somebody's virtual environment; a pipe would wait for ever.
        if not S_ISREG(os.stat(path).st_mode):
            return []
        with open(path, "rb") as file:
            content = file.read()
        if (reason := find_foreign_hand(path)) is None:
            text = content.decode()
        elif os.path.basename(path) == LOCAL_FILE and _PREFIX not in content:
            return []
        else:
            raise _unsafe_error(path, reason)
    except (FileNotFoundError, NotADirectoryError):
        # Every directory on the way may have such a file, and most have none.
        return []
    except OSError as error:
        # A file that is there and cannot be read may hold what the person relies on, such as the
        # server's URL: going on without it could reach another database.
        raise _unreadable_error(path, error.strerror or "") from None
    except UnicodeDecodeError:
        # As above: what it would have said is not known.
        raise _unreadable_error(path, _("it is not UTF-8 text")) from None
    if "\0" in text:
        raise _unreadable_error(path, _("it holds a NUL character"))

    from io import StringIO

    from dotenv.parser import parse_stream  # dotenv_values only logs a line that it cannot read

    bindings = list(parse_stream(StringIO(text)))
    for binding in bindings:
        if binding.error:
            text = binding.original.string
            line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            raise _unreadable_error(path, _("line {line} is not NAME=value").format(line=line))
    return bindings


def _quote_value(variable: str, value: str) -> str:
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise UsageFault(
            _("{variable} contains a character that cannot be saved.").format(variable=variable),
            hint=_("Type it again."),
            code="invalid_setting",
        )
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _unreadable_error(path: "str | os.PathLike[str]", reason: str) -> UsageFault:
    return UsageFault(
        _("{path} cannot be read: {reason}.").format(path=path, reason=reason),
        hint=_("Fix the file or move it away."),
        code="invalid_configuration_file",
    )


def _unsafe_error(path: "str | os.PathLike[str]", reason: str) -> UsageFault:
    return UsageFault(
        _("{path} was not used: {reason}.").format(path=os.path.abspath(path), reason=reason),
        hint=_(
            "If it is yours, close it and its directory to others: chmod go-w. "
            "If not, work in another directory."
        ),
        code="unsafe_configuration_file",
    )

"""Listings kept under a name, in ``views.toml`` under EPICEVENTS_HOME: a file that people may edit.

A line is the words of a command as a shell reads them, ``contract list --unpaid``.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from crm.cli.completion import PROGRAM
from crm.domain.errors import NotFound, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import quote
from crm.files import write_private
from crm.settings.ownership import find_foreign_hand

FILE = "views.toml"
LONGEST_NAME = 40

_HEADER = "# Listings kept under a name. Run one: epicevents view run NAME\n"


def read_views(home: Path) -> dict[str, str]:
    """Return the lines by name, in the order of the file; none where there is no file.

    Raises UsageFault ``invalid_views_file``.
    """
    path = home / FILE
    try:
        if reason := find_foreign_hand(path):
            raise _unreadable_error(path, reason)
        views = tomllib.loads(path.read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        # Nothing was kept yet.
        return {}
    except OSError as error:
        # Not the same as none: keeping another view would write over those that cannot be read.
        raise _unreadable_error(path, error.strerror or "") from None
    except UnicodeDecodeError:
        # Written by another program, or damaged.
        raise _unreadable_error(path, _("it is not UTF-8 text")) from None
    except tomllib.TOMLDecodeError as error:
        # Saved by an editor in another encoding.
        raise _unreadable_error(path, str(error)) from None
    except RecursionError:
        # Its own message says in which line; only that is in English.
        raise _unreadable_error(path, _("its values are nested too deeply")) from None
    for name, line in views.items():
        if not isinstance(line, str):
            raise _unreadable_error(path, _("{name} is not text").format(name=quote(name)))
    return views


def write_views(home: Path, views: Mapping[str, str]) -> None:
    """Write the file whole or not at all, readable by its owner only.

    Raises UsageFault ``views_not_saved``.
    """
    lines = [f"{name} = {_quote_toml(line)}\n" for name, line in views.items()]
    path = home / FILE
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, (_HEADER + "".join(lines)).encode())
    except OSError as error:
        # The directory or the file: the system says which and why.
        raise UsageFault(
            _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror),
            hint=_("Set EPICEVENTS_HOME to a directory of your own."),
            code="views_not_saved",
        ) from None


def _quote_toml(text: str) -> str:
    # A JSON string, but for DEL, which JSON takes as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def require_name(name: str) -> str:
    """Return a name that a file, a shell and a person take as it is. Raises UsageFault."""
    if re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", name) and len(name) <= LONGEST_NAME:
        return name
    raise UsageFault(
        _("“{name}” is not a name for a view.").format(name=quote(name)),
        hint=_("Write letters, digits, - and _, such as late-payers; {most} at most.").format(
            most=LONGEST_NAME
        ),
        code="invalid_view_name",
    )


def find_view(home: Path, name: str) -> str:
    """Return the line of a view.

    Raises NotFound, which names the nearest, and what ``read_views`` raises.
    """
    from difflib import get_close_matches

    views = read_views(home)
    if name in views:
        return views[name]
    nearest = get_close_matches(name[:LONGEST_NAME], views)
    if nearest:
        hint = _("Did you mean {names}?").format(names=", ".join(nearest))
    else:
        hint = _("See all views: epicevents view list")
    raise NotFound(
        _("No view is called “{name}”.").format(name=quote(name)),
        hint=hint,
        details={"nearest": nearest},
    )


def without_program(words: Sequence[str]) -> list[str]:
    """Return the words of a command without ``epicevents`` before them."""
    return list(words[1:] if words[0] == PROGRAM else words)


def _unreadable_error(path: Path, reason: str) -> UsageFault:
    return UsageFault(
        _("{path} cannot be read: {reason}.").format(path=path, reason=quote(reason)),
        hint=_("Fix the file or move it away."),
        code="invalid_views_file",
    )

"""What a person has agreed to on this workstation, in ``known.json`` under EPICEVENTS_HOME.

As ssh does with the keys of hosts: what was shown and confirmed once is not asked again until it
changes.
"""

import json
import os
from typing import TYPE_CHECKING

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.ownership import find_foreign_hand

if TYPE_CHECKING:
    from pathlib import Path

FILE = "known.json"
UNVERIFIED = "unverified"  # the sslmode of a host whose server may be anybody
DIRECTORIES = "directories"  # the SHA-256 of the database URL that a directory's .env may name


def find_agreement(home: "Path", kind: str, name: str) -> str | None:
    """Return what was agreed to for ``name``, ``None`` for nothing.

    Raises UsageFault ``invalid_known_file`` where the file is damaged or others can change it.
    """
    return _read(home / FILE).get(kind, {}).get(name)


def save_agreement(home: "Path", kind: str, name: str, value: str) -> None:
    """Keep what was agreed to for ``name``, in place of an earlier agreement.

    Raises UsageFault: as ``find_agreement``, or ``configuration_not_saved``.
    """
    from crm.files import write_private

    path = home / FILE
    known = _read(path)
    known.setdefault(kind, {})[name] = value
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, json.dumps(known, indent=1, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        # Forgetting the agreement silently would ask for it at every command.
        raise UsageFault(
            _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror),
            hint=_("Set EPICEVENTS_HOME to a directory of your own."),
            code="configuration_not_saved",
        ) from None


def _read(path: "Path") -> dict[str, dict[str, str]]:
    try:
        if reason := find_foreign_hand(path):
            raise _unusable_error(path, reason)
        found = json.loads(path.read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        # Nothing was agreed to yet.
        return {}
    except OSError as error:
        # Not the same as no agreement: an empty answer would be written over what is there.
        raise _unusable_error(path, error.strerror or "") from None
    except (ValueError, RecursionError):
        # The program writes this file whole, so somebody else has changed it; who is trusted is not
        # guessed. RecursionError: JSON that is nested too deeply.
        raise _unusable_error(path, _("it is damaged")) from None
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise _unusable_error(path, _("it is damaged"))
    return found


def _unusable_error(path: "str | os.PathLike[str]", reason: str) -> UsageFault:
    return UsageFault(
        _("{path} was not used: {reason}.").format(path=path, reason=reason),
        hint=_("Remove it; what it holds is asked for again."),
        code="invalid_known_file",
    )

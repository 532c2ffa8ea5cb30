"""The passphrase of a backup: typed without being seen, from standard input, or from a file."""

import os
import stat
import unicodedata
from pathlib import Path

from crm.cli.app import App
from crm.cli.asking import answers, prompts
from crm.domain.errors import CRMError, InvalidValue, UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.ownership import find_foreign_hand

_LONGEST = 1000  # characters
_VARIABLE = "EPICEVENTS_BACKUP_PASSPHRASE_FILE"


def ask_for_new_passphrase(app: App, *, from_stdin: bool) -> str:
    """Return the passphrase for a new backup, typed twice. Raises UsageFault, InvalidValue."""
    return _read(app, from_stdin=from_stdin, twice=True)


def ask_for_passphrase(app: App, *, from_stdin: bool) -> str:
    """Return the passphrase of a backup that there is. Raises UsageFault, InvalidValue."""
    return _read(app, from_stdin=from_stdin, twice=False)


def _read(app: App, *, from_stdin: bool, twice: bool) -> str:
    path = app.settings.backup_passphrase_file
    if from_stdin:
        typed = answers.read_stdin_line(app, "--passphrase-stdin")
    elif path:
        typed = _read_file(path)
    elif app.settings.no_input:
        raise UsageFault(
            _("A passphrase is needed, and --no-input forbids asking for it."),
            hint=_("Add --passphrase-stdin, or set {variable} to a file that holds it.").format(
                variable=_VARIABLE
            ),
            code="missing_option",
        )
    else:
        check = _require_length if twice else None
        typed = prompts.ask_for_password(
            app, _("Passphrase of the backup"), twice=twice, check=check
        )
    if twice:
        _require_length(typed)
    return _clean(typed)


def _clean(typed: str) -> str:
    # Typed on another system, the same letters may arrive in other bytes.
    text = unicodedata.normalize("NFC", typed)
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise InvalidValue(
            _("A passphrase is one line of visible characters."), code="invalid_passphrase"
        )
    return text


def _require_length(typed: str) -> None:
    from crm.security.passwords import SHORTEST

    if len(_clean(typed)) < SHORTEST:
        raise InvalidValue(
            _("The passphrase has fewer than {shortest} characters.").format(shortest=SHORTEST),
            hint=_("Somebody who finds the file can try guesses for ever: use several words."),
            code="short_passphrase",
        )


def _read_file(path: Path) -> str:
    from crm.files import NO_WAIT

    try:
        if reason := find_foreign_hand(path):
            raise _unusable_file_error(path, reason, "")
        descriptor = os.open(path, os.O_RDONLY | NO_WAIT)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _unusable_file_error(path, _("it is not a file"), "")
            if status.st_mode & 0o077:
                raise _unusable_file_error(
                    path, _("other users of this machine can read it"), f"chmod 600 {path}"
                )
            # At most four bytes a character, and the line end: a longer line is seen to be too
            # long.
            line = file.readline(5 * _LONGEST)
    except OSError as error:
        # Without the passphrase there is no backup to make or read, so a missing file is an error
        # here.
        raise _unusable_file_error(path, str(error.strerror), "") from None
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        # gpg would take the bytes, but another machine's keyboard could not type them.
        raise _unusable_file_error(path, _("it is not UTF-8 text"), "") from None


def _unusable_file_error(path: Path, reason: str, then: str) -> CRMError:
    return UsageFault(
        _("The passphrase file {path} was not used: {reason}.").format(path=path, reason=reason),
        hint=then or _("Check {variable}.").format(variable=_VARIABLE),
        code="unusable_passphrase_file",
    )

"""The database that the ``.env`` of a directory names: used only once a person has agreed to it."""

import os
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings import known
from crm.settings.url import format_place, parse_database_url

if TYPE_CHECKING:
    from pathlib import Path

# What a directory may say of a database. All else opens files (passfile, sslkey, service), leads
# elsewhere than it says (hostaddr), or trusts whom the person did not choose (sslrootcert).
ALLOWED = ("host", "port", "dbname", "user", "password", "connect_timeout", "application_name")


class LocalDatabase(NamedTuple):
    """A database's URL and the ``.env`` that names it."""

    path: str
    url: str

    def __repr__(self) -> str:
        return f"LocalDatabase(path={self.path!r})"

    @property
    def place(self) -> str:
        """Where the database is, and as whom one would log in there, without the password."""
        parameters = parse_database_url(self.url)
        user = parameters.get("user")
        return f"{user}@{format_place(parameters)}" if user else format_place(parameters)


def refuse_unsafe(found: LocalDatabase) -> None:
    """Refuse a URL that says more than where a database is.

    Raises UsageFault ``unsafe_directory_url``, or ``invalid_database_url``.
    """
    parameters = parse_database_url(found.url)
    unsafe = [
        name
        for name, value in parameters.items()
        if name not in ALLOWED and (name, value) != ("sslmode", "verify-full")
    ]
    if "," in parameters.get("host", ""):
        unsafe.append(_("several hosts"))
    if unsafe:
        raise UsageFault(
            _("The database URL in {path} has {names}, which a directory may not set.").format(
                path=found.path, names=", ".join(unsafe)
            ),
            hint=_("If it is yours, put it into EPICEVENTS_DATABASE_URL or config.env instead."),
            code="unsafe_directory_url",
        )


def is_confirmed(home: "Path", found: LocalDatabase) -> bool:
    """Whether the person has agreed to just this database for just this directory."""
    return known.find_agreement(home, known.DIRECTORIES, _directory(found)) == _digest(found)


def has_changed(home: "Path", found: LocalDatabase) -> bool:
    """Whether the person has agreed to another database for this directory."""
    return known.find_agreement(home, known.DIRECTORIES, _directory(found)) not in {
        None,
        _digest(found),
    }


def save_confirmation(home: "Path", found: LocalDatabase) -> None:
    """Remember that the person has agreed."""
    known.save_agreement(home, known.DIRECTORIES, _directory(found), _digest(found))


def not_confirmed_error(found: LocalDatabase) -> UsageFault:
    """Return the error for a database that nobody has agreed to."""
    return UsageFault(
        _("{path} names a database that was not confirmed: {place}.").format(
            path=found.path, place=found.place
        ),
        hint=_(
            "If it is yours, confirm it at a terminal: epicevents whoami. "
            "Or set EPICEVENTS_DATABASE_URL."
        ),
        code="directory_not_confirmed",
    )


def _directory(found: LocalDatabase) -> str:
    return os.path.realpath(os.path.dirname(found.path) or os.curdir)


def _digest(found: LocalDatabase) -> str:
    from hashlib import sha256

    return sha256(found.url.encode(errors="surrogatepass")).hexdigest()

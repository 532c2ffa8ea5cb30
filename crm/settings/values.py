"""The values in force, and what each of them means."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.files import LOCAL_FILE
from crm.settings.table import LOCALE, SETTINGS
from crm.settings.url import mask

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from crm.settings.directory import LocalDatabase

_LANGUAGES = ("en", "fr")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class SettingValue(NamedTuple):
    """The value of a setting and its source.

    The source is ``flag``, ``environment``, ``.env``, ``config.env``, ``default`` or the fallback
    variable's name.
    """

    name: str
    variable: str
    value: str | None
    source: str


class Settings:
    """The values in force; a property whose value makes no sense raises UsageFault.

    ``ignored`` are the variables that a ``.env`` sets in vain. ``ask``, where it is set, shows a
    person the database that a ``.env`` names, and raises unless they agree to it.
    """

    __slots__ = ("_agreed", "_entries", "_home", "_local_file", "ask", "ignored")

    def __init__(
        self, entries: Iterable[SettingValue], home: str, local_file: str, ignored: Iterable[str]
    ) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._home = home
        self._local_file = local_file
        self._agreed = False
        self.ignored = list(ignored)
        self.ask: Callable[[LocalDatabase], None] | None = None

    def __repr__(self) -> str:
        values = (f"{entry.name}={entry.value!r}" for entry in self.entries())
        return f"Settings({', '.join(values)})"

    def override(self, entry: SettingValue) -> None:
        """Let a value go before the one that was loaded, as a flag does."""
        self._entries[entry.name] = entry

    def value(self, name: str) -> str | None:
        """Return the value as it was written, secrets included."""
        return self._entries[name].value

    def entries(self) -> list[SettingValue]:
        """Return every setting with its value and source, fit to be shown: secrets are masked."""
        entries = self._entries | {
            "home": self._entries["home"]._replace(value=str(self.home)),
            "token_file": self._entries["token_file"]._replace(value=str(self.token_file)),
        }
        for setting in SETTINGS:
            entry = entries[setting.name]
            if setting.secret and entry.value:
                entries[setting.name] = entry._replace(value=mask(entry.value))
        return list(entries.values())

    @property
    def home(self) -> "Path":
        """The absolute path of the directory in which the program keeps its files."""
        from pathlib import Path

        return Path(self._home)

    @property
    def token_file(self) -> "Path":
        """The absolute path of the session file."""
        entry = self._entries["token_file"]
        return _path(entry) if entry.value else self.home / "session" / "token"

    @property
    def database_url(self) -> str | None:
        """The database's URL, ``None`` for the embedded PostgreSQL.

        One that a ``.env`` names is shown to a person first, once for its directory. Raises
        UsageFault: ``directory_not_confirmed``, ``unsafe_directory_url``, ``invalid_database_url``.
        """
        entry = self._entries["database_url"]
        if entry.source == LOCAL_FILE and entry.value and not self._agreed:
            self._agree(entry.value)
        return entry.value

    def _agree(self, url: str) -> None:
        from crm.settings import directory

        found = directory.LocalDatabase(os.path.abspath(self._local_file), url)
        directory.refuse_unsafe(found)
        if not directory.is_confirmed(self.home, found):
            if self.ask is None:
                raise directory.not_confirmed_error(found)
            self.ask(found)
            directory.save_confirmation(self.home, found)
        self._agreed = True

    @property
    def admin_database_url(self) -> str | None:
        """The database's URL as its owner."""
        return self.value("admin_database_url")

    @property
    def secret_key(self) -> str | None:
        """The key that signs session tokens, ``None`` where it is still to be made."""
        return self.value("secret_key")

    @property
    def sentry_dsn(self) -> str | None:
        """Where unexpected errors are reported, ``None`` for nowhere."""
        return self.value("sentry_dsn")

    @property
    def backup_passphrase_file(self) -> "Path | None":
        """The file with the passphrase of encrypted backups, ``None`` where it is asked for."""
        entry = self._entries["backup_passphrase_file"]
        return _path(entry) if entry.value else None

    @property
    def pager(self) -> str | None:
        """The command that shows long listings, ``None`` where none is wished for."""
        return self.value("pager")

    @property
    def timezone_name(self) -> str:
        """The name of the company's time zone, which is looked up unless it is the default."""
        entry = self._entries["timezone"]
        return self.timezone.key if entry.source != "default" else entry.value or ""

    @property
    def timezone(self) -> "ZoneInfo":
        """The company's time zone. Raises UsageFault ``invalid_timezone``."""
        from zoneinfo import ZoneInfo

        entry = self._entries["timezone"]
        name = entry.value or ""
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # unknown, no name at all, or a directory: Europe
            from crm.domain.times import suggest_zone

            raise _invalid_setting_error(entry, suggest_zone(name), "invalid_timezone") from None

    @property
    def language(self) -> str:
        """``fr`` or ``en``; a locale of another language means ``en``.

        Raises UsageFault ``invalid_language`` where EPICEVENTS_LANG itself names another.
        """
        entry = self._entries["language"]
        tag = (entry.value or "en").replace("-", "_").replace(".", "_")
        language = tag.partition("_")[0].lower()
        if language in _LANGUAGES:
            return language
        if entry.source in LOCALE:
            return "en"
        raise _invalid_setting_error(entry, _("Write fr or en."), "invalid_language")

    @property
    def currency(self) -> str:
        """The ISO 4217 code of every amount. Raises UsageFault ``invalid_currency``."""
        entry = self._entries["currency"]
        currency = (entry.value or "").upper()
        if len(currency) == 3 and currency.isascii() and currency.isalpha():
            return currency
        raise _invalid_setting_error(
            entry, _("Write three letters, such as EUR."), "invalid_currency"
        )

    @property
    def no_input(self) -> bool:
        """Whether nothing is ever asked. Raises UsageFault ``invalid_boolean``."""
        entry = self._entries["no_input"]
        word = (entry.value or "").lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        if entry.source == "CI":  # some services put their name there
            return True
        raise _invalid_setting_error(entry, _("Write 1 or 0."), "invalid_boolean")


def _path(entry: SettingValue) -> "Path":
    from pathlib import Path

    return Path(expand_path(entry))


def expand_path(entry: SettingValue) -> str:
    """Return the absolute path that a value means. Raises UsageFault ``invalid_path``."""
    path = os.path.expanduser(entry.value or "")
    if os.path.isabs(path):
        return path
    if not path.startswith("~"):  # else nobody has such a home directory
        with suppress(OSError):  # no working directory
            return os.path.join(os.getcwd(), path)
    raise _invalid_setting_error(entry, _("Write an absolute path."), "invalid_path")


def _invalid_setting_error(entry: SettingValue, hint: str, code: str) -> UsageFault:
    from crm.domain.text import quote

    message = _("{variable} is set to “{value}” ({source}), which is not valid.")
    return UsageFault(
        message.format(
            variable=entry.variable, value=quote(entry.value or ""), source=entry.source
        ),
        hint=hint,
        code=code,
    )

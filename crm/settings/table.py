"""What can be configured, and where each value comes from.

A value is taken from the flags, else the environment, else ``.env`` in the working directory, else
``config.env`` under ``EPICEVENTS_HOME``, else it is the default. What is set but empty means the
default, whatever stands in the places after it.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.files import HOME_FILE, LOCAL_FILE, read_variables
from crm.settings.url import mask

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_LANGUAGES = ("en", "fr")
Places = dict[str, Mapping[str, str]]  # source -> values by variable, the first wins

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Setting(NamedTuple):
    """One setting: its name in the program, its variable, its default and what it is for.

    A ``secret`` is masked wherever it is shown. ``fallbacks`` are the system's own variables, which
    give the default. One that is not ``local`` is not taken from ``.env``.
    """

    name: str
    variable: str
    default: str | None
    help: str
    secret: bool = False
    fallbacks: tuple[str, ...] = ()
    local: bool = True


# fmt: off
SETTINGS = (
    Setting("database_url", "EPICEVENTS_DATABASE_URL", None,
            "The database, postgresql://USER@HOST/NAME; unset: the embedded PostgreSQL.",
            secret=True),
    Setting("admin_database_url", "EPICEVENTS_ADMIN_DATABASE_URL", None,
            "The same database as its owner, only for init and db.", secret=True),
    Setting("home", "EPICEVENTS_HOME", "~/.epicevents",
            "The directory of the session, config.env and the embedded PostgreSQL."),
    Setting("token_file", "EPICEVENTS_TOKEN_FILE", None,
            "The file that holds the session; unset: session/token under EPICEVENTS_HOME."),
    Setting("secret_key", "EPICEVENTS_SECRET_KEY", None,
            "Signs session tokens; unset: made on first use.", secret=True),
    Setting("timezone", "EPICEVENTS_TIMEZONE", "Europe/Paris",
            "The time zone in which dates are typed and shown."),
    Setting("language", "EPICEVENTS_LANG", None,
            "The language, fr or en; unset: that of the locale.",
            fallbacks=_LOCALE),
    Setting("currency", "EPICEVENTS_CURRENCY", "EUR",
            "The currency of every amount, as in ISO 4217."),
    Setting("no_input", "EPICEVENTS_NO_INPUT", "0",
            "1: ask nothing, and name what is missing."),
    Setting("backup_passphrase_file", "EPICEVENTS_BACKUP_PASSPHRASE_FILE", None,
            "The file with the passphrase of encrypted backups; unset: it is asked for."),
    # What is run, and who is told of errors, is not for a directory to say that one steps into.
    Setting("pager", "EPICEVENTS_PAGER", None,
            "The program that shows long listings; unset: PAGER. Not read from .env.",
            fallbacks=("PAGER",), local=False),
    Setting("sentry_dsn", "SENTRY_DSN", None,
            "Where unexpected errors are reported; unset: nowhere. Not read from .env.",
            secret=True, local=False),
)
# fmt: on
_HOME = next(setting for setting in SETTINGS if setting.name == "home")


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
    """The values in force; a property whose value makes no sense raises UsageFault."""

    __slots__ = ("_entries", "_home")

    def __init__(self, entries: Iterable[SettingValue], home: str) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._home = home

    def __repr__(self) -> str:
        values = (f"{entry.name}={entry.value!r}" for entry in self.entries())
        return f"Settings({', '.join(values)})"

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
        """The database's URL, ``None`` for the embedded PostgreSQL."""
        return self.value("database_url")

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
        if entry.source in _LOCALE:
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
        raise _invalid_setting_error(entry, _("Write 1 or 0."), "invalid_boolean")


def load_settings(
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
    directory: "Path | None" = None,
) -> Settings:
    """Return the settings in force; ``flags`` are by setting name, ``.env`` lies in ``directory``.

    Raises UsageFault: ``invalid_configuration_file``, ``invalid_setting`` for a value that is not
    text, ``invalid_path`` for a home that cannot be found.
    """
    flags = flags or {}
    local = read_variables(os.path.join(directory or "", LOCAL_FILE))
    places: Places = {
        "flag": {s.variable: flags[s.name] for s in SETTINGS if s.name in flags},
        "environment": environ,
        LOCAL_FILE: {
            s.variable: local[s.variable] for s in SETTINGS if s.local and s.variable in local
        },
    }
    home = _expand_path(_entry(_HOME, places))
    remembered = read_variables(os.path.join(home, HOME_FILE))
    remembered.pop(_HOME.variable, None)  # a file cannot say where it lies
    places[HOME_FILE] = remembered
    return Settings([_entry(setting, places) for setting in SETTINGS], home)


def _entry(setting: Setting, places: Places) -> SettingValue:
    given = [(v[setting.variable], source) for source, v in places.items() if setting.variable in v]
    system = [(places["environment"].get(variable), variable) for variable in setting.fallbacks]
    usable = (pair for pair in [*given[:1], *system] if pair[0])
    value, source = next(usable, (setting.default, "default"))
    if value and source in places and not _is_text(value):
        raise UsageFault(
            _("{variable} ({source}) is not text.").format(
                variable=setting.variable, source=source
            ),
            hint=_("Set it again, in UTF-8 and without control characters."),
            code="invalid_setting",
        )
    return SettingValue(setting.name, setting.variable, value, source)


def _is_text(value: str) -> bool:
    # The bytes of an environment variable that are no UTF-8 arrive as lone surrogates.
    return not any(character < " " or "\ud800" <= character <= "\udfff" for character in value)


def _path(entry: SettingValue) -> "Path":
    from pathlib import Path

    return Path(_expand_path(entry))


def _expand_path(entry: SettingValue) -> str:
    path = os.path.expanduser(entry.value or "")
    if os.path.isabs(path):
        return path
    if not path.startswith("~"):  # else nobody has such a home directory
        with suppress(OSError):  # no working directory
            return os.path.join(os.getcwd(), path)
    raise _invalid_setting_error(entry, _("Write an absolute path."), "invalid_path")


def _invalid_setting_error(entry: SettingValue, hint: str, code: str) -> UsageFault:
    from crm.domain.text import quote

    message = _("{variable} is “{value}” ({source}), which makes no sense.")
    return UsageFault(
        message.format(
            variable=entry.variable, value=quote(entry.value or ""), source=entry.source
        ),
        hint=hint,
        code=code,
    )

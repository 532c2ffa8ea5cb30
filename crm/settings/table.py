"""What can be configured: each setting once, with its variable, its default and what it is for."""

from typing import NamedTuple

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


class Setting(NamedTuple):
    """One setting: its name in the program, its variable, its default and what it is for.

    A ``secret`` is masked wherever it is shown. ``fallbacks`` are the system's own variables, which
    give the default. Only one that is ``local`` is taken from ``.env``.
    """

    name: str
    variable: str
    default: str | None
    help: str
    secret: bool = False
    fallbacks: tuple[str, ...] = ()
    local: bool = False


# fmt: off
SETTINGS = (
    Setting("database_url", "EPICEVENTS_DATABASE_URL", None,
            "The database, postgresql://USER@HOST/NAME; unset: the embedded PostgreSQL.",
            secret=True, local=True),
    Setting("admin_database_url", "EPICEVENTS_ADMIN_DATABASE_URL", None,
            "The same database as its owner, only for init and db.", secret=True),
    Setting("home", "EPICEVENTS_HOME", "~/.epicevents",
            "The directory of the session, config.env and the embedded PostgreSQL."),
    Setting("token_file", "EPICEVENTS_TOKEN_FILE", None,
            "The file that holds the session; unset: session/token under EPICEVENTS_HOME."),
    Setting("secret_key", "EPICEVENTS_SECRET_KEY", None,
            "Signs session tokens; unset: made on first use.", secret=True),
    Setting("timezone", "EPICEVENTS_TIMEZONE", "Europe/Paris",
            "The time zone in which dates are typed and shown.", local=True),
    Setting("language", "EPICEVENTS_LANG", None,
            "The language, fr or en; unset: that of the locale.",
            fallbacks=LOCALE, local=True),
    Setting("currency", "EPICEVENTS_CURRENCY", "EUR",
            "The currency of every amount, as in ISO 4217.", local=True),
    Setting("no_input", "EPICEVENTS_NO_INPUT", "0",
            "1: ask nothing, and name what is missing; unset: 1 where CI is set.",
            fallbacks=("CI",), local=True),
    Setting("backup_passphrase_file", "EPICEVENTS_BACKUP_PASSPHRASE_FILE", None,
            "The file with the passphrase of encrypted backups; unset: it is asked for."),
    Setting("pager", "EPICEVENTS_PAGER", None,
            "The program that shows long listings; unset: PAGER.",
            fallbacks=("PAGER",)),
    Setting("sentry_dsn", "SENTRY_DSN", None,
            "Where unexpected errors are reported; unset: nowhere.",
            secret=True),
)
# fmt: on

NAMES = frozenset(setting.name for setting in SETTINGS)

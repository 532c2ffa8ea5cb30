"""Which database the settings mean: a server's, or the embedded one, started when it is needed."""

from typing import TYPE_CHECKING

from crm.database.verification import complete_parameters
from crm.domain.errors import DatabaseUnavailable, UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.url import format_place, parse_database_url

if TYPE_CHECKING:
    from crm.embedded import Cluster
    from crm.settings import Settings

ADMINISTRATOR = "postgres"
EMBEDDED = "embedded"  # the place of the embedded database, whichever home it is in


def is_embedded(settings: "Settings") -> bool:
    """Whether no URL is set, so that the embedded PostgreSQL under EPICEVENTS_HOME is meant."""
    return settings.database_url is None


def name_place(settings: "Settings") -> str:
    """Return where the database is that the settings mean, as a session's token names it."""
    url = settings.database_url
    return EMBEDDED if url is None else format_place(parse_database_url(url))


def read_parameters(settings: "Settings") -> dict[str, str]:
    """Return libpq's parameters for the program's own login.

    The embedded server is started when it is stopped; another is verified if it is reached over a
    network. Raises DatabaseUnavailable when there is none yet.
    """
    if settings.database_url is not None:
        return complete_parameters(parse_database_url(settings.database_url), settings.home)
    return _embedded(settings, None)


def read_admin_parameters(settings: "Settings") -> dict[str, str]:
    """Return libpq's parameters for the database's owner or administrator.

    Raises DatabaseUnavailable when a server's URL is set and its administrator's is not.
    """
    if settings.admin_database_url is not None:
        return complete_parameters(parse_database_url(settings.admin_database_url), settings.home)
    if settings.database_url is not None:
        raise DatabaseUnavailable(
            _("This command needs the administrator's database URL."),
            hint=_("Set EPICEVENTS_ADMIN_DATABASE_URL."),
            code="admin_url_missing",
        )
    return _embedded(settings, ADMINISTRATOR)


def start_embedded(settings: "Settings") -> None:
    """Start the embedded server, making its data first where there are none."""
    from crm.embedded import Cluster

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    Cluster(settings.home).start()


def cluster(settings: "Settings") -> "Cluster":
    """Return the embedded server, running or not. Raises UsageFault where a server's URL is set."""
    from crm.embedded import Cluster

    if not is_embedded(settings):
        raise UsageFault(
            _(
                "EPICEVENTS_DATABASE_URL points to a server; this command manages only the "
                "embedded database."
            ),
            hint=_("See: epicevents config"),
            code="not_embedded",
        )
    return Cluster(settings.home)


def require_database(settings: "Settings") -> None:
    """Refuse to go on where there is no database yet: DatabaseUnavailable ``no_database``."""
    if is_embedded(settings) and not cluster(settings).is_initialised():
        raise DatabaseUnavailable(
            _("There is no database yet."),
            hint=_(
                "To try the program, run: epicevents demo; to set up your company: epicevents init"
            ),
            code="no_database",
        )


def _embedded(settings: "Settings", user: str | None) -> dict[str, str]:
    from crm.embedded import Cluster

    found = Cluster(settings.home)
    if not found.is_running():
        require_database(settings)
        found.start()
    url = found.url(user) if user else found.url()
    return complete_parameters(parse_database_url(url), settings.home)

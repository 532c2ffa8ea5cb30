"""The URL of a database: read as libpq reads it, shown without its password."""

from collections.abc import Mapping

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

MASK = "***"

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg2")
_HOST = r"(?:\[[0-9a-zA-Z:.%]*\]|[^][:@/?,\s]*)(?::[0-9]*)?"
_URL = (
    r"(?P<scheme>postgres|postgresql(?:\+psycopg2)?)://"
    r"(?:(?P<user>[^:@/?\s]*)(?P<password>:[^@/?\s]*)?@)?"
    rf"(?P<place>{_HOST}(?:,{_HOST})*(?:/[^@?\s]*)?)"
    r"(?:\?(?P<query>[^@?\s]*))?"
)
# Parameters that are never secret. A misspelt ``password`` is not among them.
_PUBLIC = (
    "host", "hostaddr", "port", "user", "dbname", "application_name", "connect_timeout", "sslmode",
    "sslrootcert", "target_session_attrs",
)  # fmt: skip
# Whose names are shown. Any other may be the rest of a password with an & in it.
_NAMED = (*_PUBLIC, "password", "passfile", "sslcert", "sslkey", "sslpassword", "options")


def parse_database_url(url: str) -> dict[str, str]:
    """Return libpq's parameters, such as ``host``, ``port``, ``user``, ``password`` and ``dbname``.

    The scheme is ``postgresql``, ``postgres`` or SQLAlchemy's ``postgresql+psycopg2``.

    Raises UsageFault ``invalid_database_url``, which never repeats the URL: it can hold a password.
    """
    parameters = _parameters(url)
    if parameters is None or not all(map(_is_port, parameters.get("port", "").split(","))):
        raise UsageFault(
            _("The database URL is not valid."),
            hint=_(
                "Write postgresql://USER@HOST:5432/NAME; in a password, write @ : / ? # % as "
                "codes, such as %40 for @."
            ),
            code="invalid_database_url",
        )
    return parameters


def format_place(parameters: Mapping[str, str]) -> str:
    """Return where a database is, ``HOST:PORT/NAME``, as people read it and tokens name it."""
    host = parameters.get("host", "").lower()
    if address := parameters.get("hostaddr"):
        host = f"{host}[{address}]"
    elif ":" in host:
        host = f"[{host}]"
    port = parameters.get("port") or "5432"
    return f"{host}:{port}/{parameters.get('dbname') or parameters.get('user', '')}"


def _parameters(url: str) -> dict[str, str] | None:
    from psycopg2 import ProgrammingError
    from psycopg2.extensions import parse_dsn

    scheme, _separator, rest = url.partition("://")
    if scheme not in _SCHEMES or "\0" in rest:  # libpq would read up to the NUL
        return None
    try:
        return parse_dsn(f"postgresql://{rest}")
    except (ProgrammingError, UnicodeEncodeError):
        # The driver's message quotes the URL, password and all: it goes no further.
        # UnicodeEncodeError: bytes of the environment that are no text.
        return None


def _is_port(port: str) -> bool:
    # libpq looks at ports only when it connects, and several hosts may leave some of them out.
    return not port or (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536)


def mask(secret: str) -> str:
    """Return a secret as it may be shown: a database URL without its passwords, else ``***``.

    A malformed URL is not shown either, since where its password ends is a guess.
    """
    import re
    from urllib.parse import unquote

    url = re.fullmatch(_URL, secret)
    parameters = (
        [pair.split("=") for pair in (url["query"] or "").split("&") if pair] if url else []
    )
    if not url or any(len(pair) != 2 for pair in parameters):
        return MASK
    user = (
        "" if url["user"] is None else url["user"] + (f":{MASK}" if url["password"] else "") + "@"
    )
    query = "&".join(
        f"{key if unquote(key) in _NAMED else MASK}={value if unquote(key) in _PUBLIC else MASK}"
        for key, value in parameters
    )
    return f"{url['scheme']}://{user}{url['place']}{'?' if query else ''}{query}"

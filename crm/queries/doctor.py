"""What an administrator must know of the server, as SQL that shows what is wrong.

Each check is a query with one column of text, and a row for each fault. Those of the server and of
rights (:mod:`crm.queries.doctor_rights`, :mod:`crm.queries.doctor_guards`) read the catalogues,
which whoever has the program's login may; those of the data (:mod:`crm.queries.doctor_data`) take
somebody who is logged in, or the owner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.database.provisioning import LOGIN_SETTINGS
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

Sentence = Callable[[], str]

MOST = 100  # faults that a check reads


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold.

    ``holds`` says what, ``fault`` what is wrong where it does not, ``why`` what that means and
    ``then`` what to do. In them ``{found}`` stands for the faults, ``{login}`` for the program's
    login, ``{name}`` for the check's and ``{value}`` for what a setting should be. ``sql`` shows
    the faults, where a query does.
    """

    name: str
    holds: Sentence
    fault: Sentence
    why: Sentence
    then: Sentence
    sql: str = ""


def find_faults(tx: "Transaction", check: Check) -> list[str]:
    """Return what a check finds wrong, nothing where all is well."""
    from psycopg2.sql import SQL, Literal

    query = SQL("SELECT * FROM ({}) fault LIMIT {}").format(SQL(check.sql), Literal(MOST))
    return [str(next(iter(row))) for row in tx.rows(query)]


VERSION = Check(
    "server_version",
    lambda: _("The server is PostgreSQL 15 or newer"),
    lambda: _("The server is PostgreSQL {found}."),
    lambda: _("This program needs PostgreSQL 15 or newer."),
    lambda: _("Move the database to a newer server, with pg_dump and pg_restore."),
    """
    SELECT current_setting('server_version')
    WHERE current_setting('server_version_num')::integer < 150000
    """,
)

PREPARED = Check(
    "prepared_transactions",
    lambda: _("The server allows no prepared transactions"),
    lambda: _("The server allows prepared transactions (max_prepared_transactions: {found})."),
    lambda: _("A prepared transaction can be committed after its author has lost their rights."),
    lambda: _(
        "Set max_prepared_transactions = 0 and restart the server, if nothing else needs it."
    ),
    """
    SELECT current_setting('max_prepared_transactions')
    WHERE current_setting('max_prepared_transactions') <> '0'
    """,
)
SERVER = (VERSION, PREPARED)

# Why each setting of the login matters; provisioning says what it is set to.
_WHY: dict[str, Sentence] = {
    "track_activities": lambda: _("Colleagues on the same login read each other's statements."),
    "log_min_error_statement": lambda: _("The server's log keeps statements with their values."),
    "timezone": lambda: _("Times are stored in UTC, and SQL typed by hand would use another zone."),
    "statement_timeout": lambda: _(
        "Without a limit one statement could keep the server busy; below a second, ordinary "
        "statements fail."
    ),
    "lock_timeout": lambda: _(
        "Without a limit a statement could wait for ever for somebody else's lock; below a "
        "second, colleagues get in each other's way."
    ),
    "idle_in_transaction_session_timeout": lambda: _(
        "Without a limit an abandoned transaction would keep its locks; below a second, "
        "connections are lost."
    ),
}


def _check_setting(name: str) -> Check:
    # How long is the administrator's to say; for ever is not, nor so short that nothing works.
    condition = f" <> '{LOGIN_SETTINGS[name]}'"
    if name.endswith("timeout"):
        condition = "::interval < '1s'"
    return Check(
        name,
        lambda: _("The login has a safe {name}"),
        lambda: _("The login's {name} is {found}."),
        _WHY[name],
        lambda: _(
            "Run: epicevents db upgrade;"
            " or as a superuser: ALTER ROLE {login} SET {name} = '{value}'"
        ),
        f"SELECT current_setting('{name}')\nWHERE current_setting('{name}'){condition}",
    )


SETTINGS = tuple(_check_setting(name) for name in LOGIN_SETTINGS)

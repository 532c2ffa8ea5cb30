"""What PostgreSQL refused, as an error that says what, why and what next.

A constraint is known by its name (:mod:`crm.domain.rules`), everything else by its SQLSTATE. The
server's own text is never repeated: it can hold whole rows and the connection string.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2

from crm.domain.errors import (
    Collision,
    Conflict,
    CRMError,
    DatabaseUnavailable,
    OutcomeUnknown,
    PermissionDenied,
    RuleViolation,
)
from crm.domain.i18n import gettext as _


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the driver's errors, also as SQLAlchemy wraps them, into errors that say what to do."""
    try:
        yield
    except CRMError:
        # Said already, by a service or an inner block.
        raise
    except Exception as error:
        # SQLAlchemy wraps the driver's error, and is not imported here: its shape tells.
        cause = getattr(error, "orig", error)
        if isinstance(cause, psycopg2.Error):
            raise translate_error(cause) from error
        raise


def translate_error(error: psycopg2.Error) -> CRMError:
    """Return the error that tells a person what the driver's ``error`` means."""
    from crm.domain.rules import CONSTRAINTS

    state = error.pgcode
    name = error.diag.constraint_name
    if name in CONSTRAINTS:
        return CONSTRAINTS[name].error()
    if state is None or state.startswith(("08", "57P")):
        return unreachable_error(str(error))
    if state == "42501":
        return PermissionDenied(
            _("The database does not allow your role to do that."),
            hint=_("See what you may do: epicevents whoami --can"),
        )
    if state in _STATES:
        return _STATES[state]()
    if state.startswith(("22", "23")):
        return RuleViolation(
            _("The database refused a value."),
            hint=_("Run the command again with --debug and send the output to your administrator."),
            details={"sqlstate": state, "constraint": name},
        )
    return CRMError(
        _("The database reported an unexpected error ({state}).").format(state=state),
        hint=_("Run the command again with --debug and send the output to your administrator."),
    )


def outcome_unknown_error() -> OutcomeUnknown:
    """Return the error for a change of which nobody knows whether it was kept."""
    return OutcomeUnknown(
        _("The connection broke during the commit; the change may or may not have been saved."),
        hint=_("Check before you repeat it: epicevents audit list --mine -L 5"),
    )


def unreachable_error(text: str) -> DatabaseUnavailable:
    """Return the error for a server that cannot be reached, with a reason but never an address."""
    for words, code, reason, hint in _reasons():
        if words in text:
            return DatabaseUnavailable(
                _("The database cannot be reached: {reason}.").format(reason=reason),
                hint=hint,
                code=code,
            )
    return DatabaseUnavailable(
        _("The database cannot be reached."),
        hint=_("Check the address: epicevents config"),
    )


def _reasons() -> list[tuple[str, str, str, str]]:
    where = _("Check the address: epicevents config")
    certificate = _("Nothing was sent. If the server is your company's: epicevents join")
    unverified, unreached = "server_not_verified", DatabaseUnavailable.code
    return [
        (
            "does not support SSL",
            "server_not_encrypted",
            _("it does not support TLS, so anybody on the network could listen"),
            _("Nothing was sent. Enable TLS on the server, or add sslmode to its URL."),
        ),
        ("does not match host name", unverified, _("its certificate is for another name"), where),
        ("certificate verify failed", unverified, _("its certificate is not trusted"), certificate),
        (
            "root certificate file",
            unverified,
            _("the file in sslrootcert cannot be read"),
            _("Correct sslrootcert in its URL."),
        ),
        (
            "authentication method requirement",
            "unsafe_authentication",
            _("it asks for the login's password in an unsafe way"),
            _("Nothing was sent. Remove sslmode from its URL, so that the server is verified."),
        ),
        ("Connection refused", unreached, _("nothing answers at that address"), where),
        ("No such file or directory", unreached, _("it is stopped"), _("Run: epicevents db start")),
        ("could not translate host name", unreached, _("its host name is unknown"), where),
        ("timeout expired", unreached, _("it did not answer in time"), where),
        ("password authentication failed", unreached, _("it refused the password"), where),
        ("no password supplied", unreached, _("it asks for a password"), where),
        (
            "does not exist",
            unreached,
            _("the server has no such database or login"),
            _("Run: epicevents init"),
        ),
        ("starting up", unreached, _("it is starting up"), _("Try again in a moment.")),
        ("shutting down", unreached, _("it is shutting down"), _("Try again in a moment.")),
        ("too many", unreached, _("too many connections are open"), _("Try again in a moment.")),
        (
            "terminating connection",
            unreached,
            _("the server ended the connection"),
            _("Try again."),
        ),
        ("closed the connection", unreached, _("the connection was lost"), _("Try again.")),
    ]


def not_set_up_error() -> DatabaseUnavailable:
    """Return the error for a database without our tables."""
    return DatabaseUnavailable(
        _("The database is not set up for this program."),
        hint=_("Run: epicevents init"),
        code="schema_missing",
    )


_STATES: dict[str, Callable[[], CRMError]] = {
    "40001": lambda: Collision(
        _("Somebody changed the same records at the same moment."), hint=_("Try again.")
    ),
    "40P01": lambda: Collision(
        _("Two commands blocked each other, so this one was stopped."), hint=_("Try again.")
    ),
    "55P03": lambda: Conflict(
        _("Somebody else is changing this record right now."),
        hint=_("Try again in a moment."),
        code="busy",
    ),
    "57014": lambda: DatabaseUnavailable(
        _("The query took too long and was stopped."),
        hint=_("Narrow the listing with a filter, or try again."),
        code="statement_timeout",
    ),
    "25006": lambda: DatabaseUnavailable(
        _("This database server is read-only."),
        hint=_("Ask your administrator for the address of the primary server."),
        code="read_only_server",
    ),
    "42883": not_set_up_error,  # no such function
    "42P01": not_set_up_error,  # no such table
    "22001": lambda: RuleViolation(
        _("The text is longer than its field allows."), hint=_("Shorten it."), code="too_long"
    ),
    "22003": lambda: RuleViolation(
        _("The number is larger than its field allows."), code="amount_too_large"
    ),
}

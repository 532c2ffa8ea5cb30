"""What can go wrong, each with a stable code, a message, a hint and an exit code.

A message says what and why, the hint what to do next. Messages are sentences for people and go
through gettext; codes are for scripts and never change.
"""

from collections.abc import Mapping

from crm.domain.i18n import gettext as _


class CRMError(Exception):
    """The root of every error that the program explains.

    ``code`` is stable, ``message`` says what and why, ``hint`` what next, ``details`` are more keys
    of the JSON form. ``exit_code`` is the exit status of the process.
    """

    exit_code = 1
    code = "unexpected"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code
        self.details = dict(details or {})


class UsageFault(CRMError):
    """The command line cannot be understood: a wrong value, a missing option, an ambiguous name."""

    exit_code = 2
    code = "usage"


class InvalidValue(UsageFault):
    """A value that cannot be read: a date, an amount, an email, a phone."""

    code = "invalid_value"


class NotConfirmed(UsageFault):
    """The person answered no: nothing went wrong, and nothing has changed."""

    code = "not_confirmed"


class FileTooLarge(InvalidValue):
    """A file that goes beyond a bound of reading; its hint says how to lift the bound."""

    code = "file_too_large"

    def __init__(self, message: str) -> None:
        """Take what is too large and by which bound, as a whole sentence."""
        hint = _("Import it in parts, or add --force if it is meant to be that large.")
        super().__init__(message, hint=hint)


class NotFound(CRMError):
    """No record has that id, email or name."""

    exit_code = 3
    code = "not_found"


class NotLoggedIn(CRMError):
    """Nobody is logged in, the session has ended, or the password was wrong."""

    exit_code = 4
    code = "not_logged_in"


class PermissionDenied(CRMError):
    """The role, or whose record it is, forbids it. Recorded by the edge."""

    exit_code = 5
    code = "permission_denied"


class RuleViolation(CRMError):
    """A rule of the company, a duplicate or a conflict refuses it."""

    exit_code = 6
    code = "rule_violation"


class Conflict(RuleViolation):
    """Somebody else changed the same field of the same record in between."""

    code = "conflict"


class Collision(Conflict):
    """Two transactions met, and the database ended this one, which may be sent again."""


class DatabaseUnavailable(CRMError):
    """The database cannot be reached, or its schema is older or newer than the program."""

    exit_code = 7
    code = "database_unreachable"


class ConnectionLost(DatabaseUnavailable):
    """The connection broke before anything was kept."""


class OutcomeUnknown(DatabaseUnavailable):
    """The connection broke while a change was being kept: nobody knows whether it was."""

    code = "outcome_unknown"

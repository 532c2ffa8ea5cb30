"""The schema revision that this program works with, and the refusal of any other."""

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

# The schema that this program reads and writes; a test holds it against the last migration.
SCHEMA_REVISION = "0018"


def require_revision(revision: str | None) -> None:
    """Refuse a schema that is older or newer than this program: DatabaseUnavailable."""
    if revision == SCHEMA_REVISION:
        return
    if (revision or "") < SCHEMA_REVISION:
        raise DatabaseUnavailable(
            _("The database's schema ({found}) is older than this program ({expected}).").format(
                found=revision, expected=SCHEMA_REVISION
            ),
            hint=_("An administrator runs: epicevents db upgrade"),
            code="schema_older",
        )
    raise DatabaseUnavailable(
        _("The database's schema ({found}) is newer than this program ({expected}).").format(
            found=revision, expected=SCHEMA_REVISION
        ),
        hint=_("Install the version of epicevents that your colleagues use."),
        code="schema_newer",
    )

"""The schema revision that this program works with, and the refusal of any other."""

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

# The schema that this program reads and writes; a test holds it against the last migration.
SCHEMA_REVISION = "0020"

# The oldest schema that can be upgraded.
BASELINE = "0019"


def require_revision(revision: str | None) -> None:
    """Refuse a schema that is older or newer than this program: DatabaseUnavailable."""
    found = revision or ""
    refuse_newer(found)
    refuse_too_old(found)
    if found < SCHEMA_REVISION:
        raise DatabaseUnavailable(
            _("The schema ({found}) is older than this program ({expected}).").format(
                found=found, expected=SCHEMA_REVISION
            ),
            hint=_("An administrator runs: epicevents db upgrade"),
            code="schema_older",
        )


def refuse_newer(revision: str, newest: str = SCHEMA_REVISION) -> None:
    """Refuse a schema that is newer than what is known: DatabaseUnavailable ``schema_newer``."""
    if revision > newest:
        raise DatabaseUnavailable(
            _("The schema ({found}) is newer than this program ({expected}).").format(
                found=revision, expected=newest
            ),
            hint=_("Install the version of epicevents that your colleagues use."),
            code="schema_newer",
        )


def refuse_too_old(revision: str) -> None:
    """Refuse a schema that no revision leads on from: DatabaseUnavailable ``schema_too_old``."""
    if revision < BASELINE:
        raise DatabaseUnavailable(
            _("The schema ({found}) is older than any that can be upgraded ({expected}).").format(
                found=revision or _("none"), expected=BASELINE
            ),
            hint=_(
                "Start a demo over: epicevents demo --reset. Export other records with the program"
                " that wrote them, and import them with this one."
            ),
            code="schema_too_old",
        )

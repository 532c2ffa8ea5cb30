"""The schema revision that this program works with, and the refusal of any other."""

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _

# The schema that this program reads and writes; a test holds it against the last migration.
SCHEMA_REVISION = "0036"

# The oldest schema that can be upgraded.
BASELINE = "0019"


def require_revision(revision: str, oldest_program: str | None = None) -> None:
    """Refuse a schema that this program may not work with: DatabaseUnavailable.

    An older one lacks what the program uses. A newer one says by ``oldest_program`` which programs
    of before it may go on.
    """
    if oldest_program is None or oldest_program > SCHEMA_REVISION:
        refuse_newer(revision)
    refuse_too_old(revision)
    if revision < SCHEMA_REVISION:
        raise DatabaseUnavailable(
            _("The schema ({found}) is older than this program ({expected}).").format(
                found=revision, expected=SCHEMA_REVISION
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
            hint=_("Install the newer version of epicevents that your colleagues use."),
            code="schema_newer",
        )


def refuse_too_old(revision: str) -> None:
    """Refuse a schema that no revision leads on from: DatabaseUnavailable ``schema_too_old``."""
    if revision < BASELINE:
        raise DatabaseUnavailable(
            _("The schema ({found}) is older than any that can be upgraded ({expected}).").format(
                found=revision, expected=BASELINE
            ),
            hint=_(
                "Start a demo over: epicevents demo --reset. Export other records with the program"
                " that wrote them, and import them with this one."
            ),
            code="schema_too_old",
        )

"""Why a backup that is what was written is not restored all the same."""

from collections.abc import Sequence

from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _

_NAMED = 5  # objects that a refusal names


def foreign_objects_error(names: Sequence[str]) -> RuleViolation:
    """Return the error that a backup holds objects that the program did not make."""
    return RuleViolation(
        _("The backup also holds objects that are not this program's: {names}.").format(
            names=", ".join(names[:_NAMED]) + " …" * (len(names) > _NAMED)
        ),
        hint=_("Nothing was changed. To leave them out, add --skip-foreign."),
        code="foreign_objects",
        details={"objects": list(names)},
    )


def not_restorable_error(reason: str) -> RuleViolation:
    """Return the error that what came out of a backup is not what went into it."""
    return RuleViolation(
        _("This backup cannot be restored: {reason}.").format(reason=reason),
        hint=_("The database has not changed. Use another backup."),
        code="backup_not_restorable",
    )

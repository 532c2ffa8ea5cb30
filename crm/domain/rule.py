"""A rule of the database as the program says it, and the rules that many constraints state."""

from collections.abc import Callable
from dataclasses import dataclass

from crm.domain.errors import CRMError, InvalidValue, RuleViolation
from crm.domain.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's stable code, its sentence and what to do next, both in the reader's language."""

    code: str
    message: Callable[[], str]
    hint: Callable[[], str] | None = None
    kind: type[CRMError] = RuleViolation

    def error(self) -> CRMError:
        """Return the error that this rule was broken."""
        return self.kind(self.message(), hint=self.hint() if self.hint else None, code=self.code)


def value_rule(
    code: str, message: Callable[[], str], hint: Callable[[], str] | None = None
) -> Rule:
    """Return the rule of a single column, which its input refuses with the same code and status."""
    return Rule(code, message, hint, InvalidValue)


# Rules that several constraints state.
INACTIVE = Rule(
    "inactive_contact",
    lambda: _("Records cannot be assigned to a deactivated account."),
    lambda: _("See active colleagues: epicevents user list --active"),
)
# The input tells "blank" from "control_character"; one constraint holds both and cannot.
TEXT = value_rule(
    "invalid_text", lambda: _("A text must not be empty or contain control characters.")
)
DATES = value_rule("date_out_of_range", lambda: _("A date must be between 1900 and 2999."))
IN_USE_USER = Rule(
    "user_in_use",
    lambda: _("Other records refer to this person, so the account cannot be deleted."),
    lambda: _("Run: epicevents user transfer FROM TO, then: epicevents user deactivate USER"),
)

"""The command line: parses, opens one transaction, calls one service function, shows the result.

What only asks or writes is reached as ``cli.prompts``, ``cli.edits`` and so on: it loads when a
command first uses it, so that a listing, help and completion never pay for it.
"""

from typing import TYPE_CHECKING

from crm.lazy import attach

if TYPE_CHECKING:
    from crm.cli import answers as answers
    from crm.cli import edits as edits
    from crm.cli import handover as handover
    from crm.cli import importing as importing
    from crm.cli import offers as offers
    from crm.cli import one_time_password as one_time_password
    from crm.cli import people as people
    from crm.cli import prompts as prompts
    from crm.cli import questions as questions
    from crm.cli import updating as updating

__getattr__ = attach(
    __name__,
    dict.fromkeys(
        (
            "answers",
            "edits",
            "handover",
            "importing",
            "offers",
            "one_time_password",
            "people",
            "prompts",
            "questions",
            "updating",
        )
    ),
)

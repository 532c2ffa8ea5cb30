"""Running services that write, and saying what they did.

``edits`` runs a service on the records that are named, ``updating`` asks what an update is to
change, ``deleting`` shows and asks first; ``outcome`` says what was done and what comes next. What
the commands of one subject share has a module of its own.

Modules load when they are first used: reading, help and completion never pay for them.
"""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.cli.writing import deleting as deleting
    from crm.cli.writing import edits as edits
    from crm.cli.writing import handover as handover
    from crm.cli.writing import importing as importing
    from crm.cli.writing import leaving as leaving
    from crm.cli.writing import one_time_password as one_time_password
    from crm.cli.writing import outcome as outcome
    from crm.cli.writing import people as people
    from crm.cli.writing import sessions as sessions
    from crm.cli.writing import setup as setup
    from crm.cli.writing import updating as updating

__getattr__ = lazy_attributes(
    __name__,
    dict.fromkeys(
        (
            "deleting",
            "edits",
            "handover",
            "importing",
            "one_time_password",
            "outcome",
            "people",
            "sessions",
            "setup",
            "leaving",
            "updating",
        )
    ),
)

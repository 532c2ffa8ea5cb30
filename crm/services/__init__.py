"""What the company does, one file a noun.

A service function takes the transaction, asks the permission table, applies the rules and returns
what it wrote. It never commits, prints or knows Click. Modules load when they are first used.
"""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.services import authentication as authentication
    from crm.services import client as client
    from crm.services import contract as contract
    from crm.services import contract_ending as contract_ending
    from crm.services import event as event
    from crm.services import log as log
    from crm.services import payment as payment
    from crm.services import portfolio as portfolio
    from crm.services import privacy as privacy
    from crm.services import task as task
    from crm.services import undo as undo
    from crm.services import user as user

__getattr__ = lazy_attributes(
    __name__,
    dict.fromkeys(
        (
            "authentication",
            "client",
            "contract",
            "contract_ending",
            "event",
            "log",
            "payment",
            "portfolio",
            "privacy",
            "task",
            "undo",
            "user",
        )
    ),
)

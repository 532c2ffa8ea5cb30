"""The tables as SQLAlchemy maps them, for writing. Loaded when a name is first asked for."""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.models.base import Base as Base
    from crm.models.client import Client as Client
    from crm.models.contract import Contract as Contract
    from crm.models.event import Event as Event
    from crm.models.log import LogEntry as LogEntry
    from crm.models.payment import Payment as Payment
    from crm.models.task import Task as Task
    from crm.models.user import User as User

__getattr__ = lazy_attributes(
    __name__,
    {
        "Base": "base",
        "User": "user",
        "Client": "client",
        "Contract": "contract",
        "Payment": "payment",
        "Event": "event",
        "LogEntry": "log",
        "Task": "task",
    },
)

"""The closed lists of the schema."""

from enum import StrEnum


class Role(StrEnum):
    """What an employee does; the values are those of ``users.role``."""

    SALES = "SALES"
    SUPPORT = "SUPPORT"
    MANAGEMENT = "MANAGEMENT"


class PaymentKind(StrEnum):
    """Why an entry stands in a contract's ledger."""

    OPENING = "OPENING"  # what was already paid when the contract was created
    PAYMENT = "PAYMENT"
    REVERSAL = "REVERSAL"  # the opposite of one earlier payment
    ADJUSTMENT = "ADJUSTMENT"  # the amount due set by hand, with a reason


class LogKind(StrEnum):
    """How something was said to a client."""

    CALL = "CALL"
    EMAIL = "EMAIL"
    MEETING = "MEETING"
    NOTE = "NOTE"
    TASK = "TASK"  # a task of the client's that was done

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
    REFUND = "REFUND"  # what went back to the client, a negative amount
    REVERSAL = "REVERSAL"  # the opposite of one earlier entry
    ADJUSTMENT = "ADJUSTMENT"  # the amount due set by hand, with a reason
    WRITE_OFF = "WRITE_OFF"  # what nobody owes any more, written by the database alone


class LogKind(StrEnum):
    """How something was said to a client."""

    CALL = "CALL"
    EMAIL = "EMAIL"
    MEETING = "MEETING"
    NOTE = "NOTE"
    TASK = "TASK"  # a task of the client's that was done


class LossReason(StrEnum):
    """Why a draft will not be signed."""

    PRICE = "price"
    DATE = "date"
    COMPETITOR = "competitor"
    NO_ANSWER = "no-answer"
    OTHER = "other"


class ContractStatus(StrEnum):
    """How far a contract has come (rule 17)."""

    DRAFT = "DRAFT"
    SIGNED = "SIGNED"
    PARTLY_PAID = "PARTLY_PAID"
    PAID = "PAID"
    LOST = "LOST"  # a draft that will not be signed
    CANCELLED = "CANCELLED"  # signed, and will not take place

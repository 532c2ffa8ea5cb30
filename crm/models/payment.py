"""The ledger that explains each contract's balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    Computed,
    Date,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base
from crm.models.contract import Contract


class Payment(Base):
    """An entry that moved a contract's balance. It is never edited or deleted, only reversed."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("contract_id", "request_key"),
        UniqueConstraint("id", "contract_id", "amount", "kind"),
        # A reversal is the exact opposite of one entry of the same contract.
        ForeignKeyConstraint(
            ["reverses_id", "contract_id", "reversed_amount", "reversed_kind"],
            ["payments.id", "payments.contract_id", "payments.amount", "payments.kind"],
            name="fk_payments_reverses",
        ),
        Index("ix_payments_created_by_id", "created_by_id"),
        Index("ix_payments_paid_on", "paid_on", "id"),
    )

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    amount: Mapped[Decimal] = mapped_column(Numeric(15, 2))
    kind: Mapped[str] = mapped_column(String(10), server_default=text("'PAYMENT'"))
    paid_on: Mapped[date] = mapped_column(
        Date, server_default=text("(timezone('utc', now()))::date")
    )
    method: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(500))
    request_key: Mapped[str | None] = mapped_column(String(100))
    reverses_id: Mapped[int | None] = mapped_column(unique=True)
    reversed_amount: Mapped[Decimal] = mapped_column(
        Numeric(15, 2), Computed("(- amount)"), nullable=True, deferred=True
    )
    # Filled in by the database, and held by the foreign key.
    reversed_kind: Mapped[str | None] = mapped_column(String(10), server_default=FetchedValue())
    # Said by the database, which knows whom the transaction acts for.
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), server_default=FetchedValue()
    )

    contract: Mapped[Contract] = relationship(
        primaryjoin=lambda: Contract.id == Payment.contract_id,
        foreign_keys=contract_id,
        back_populates="payments",
        lazy="raise",
    )

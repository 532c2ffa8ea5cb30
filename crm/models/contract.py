"""Contracts with clients."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

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
    and_,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base, Versioned
from crm.models.client import Client

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from crm.models.event import Event
    from crm.models.payment import Payment
    from crm.models.user import User


class Contract(Versioned, Base):
    """What a client buys and still owes; events are held on a signed one only."""

    __tablename__ = "contracts"
    __table_args__ = (
        # Rule 1: the contact is, and stays, a SALES person.
        ForeignKeyConstraint(
            ["sales_contact_id", "sales_contact_role"],
            ["users.id", "users.role"],
            name="fk_contracts_sales_contact_role",
        ),
        # Rules 3 and 6: what events refer to.
        UniqueConstraint("id", "client_id", "signed_status"),
        Index("idx_contract_client", "client_id"),
        Index("ix_contracts_signed_by_id", "signed_by_id"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    sales_contact_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    total_amount: Mapped[Decimal] = mapped_column(Numeric(15, 2))
    # Rule 7: derived from the ledger; written once, at creation.
    amount_due: Mapped[Decimal] = mapped_column(Numeric(15, 2), server_onupdate=FetchedValue())
    signed_status: Mapped[bool] = mapped_column(server_default=text("false"))
    signed_at: Mapped[datetime | None] = mapped_column(
        server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    # Said by the database, which knows whom the transaction acts for.
    signed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    # Thirty days after the signature, unless another day was said.
    due_date: Mapped[date | None] = mapped_column(
        Date, server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    # Rule 18: what came in, derived from the ledger too.
    received: Mapped[Decimal] = mapped_column(
        Numeric(15, 2), server_default=text("0"), server_onupdate=FetchedValue()
    )
    # Rule 17: the reason closes it, and the database notes when.
    closed_at: Mapped[datetime | None] = mapped_column(
        server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    # Nobody may create a closed one: what has a default of the server's is not inserted.
    closed_reason: Mapped[str | None] = mapped_column(String(10), server_default=FetchedValue())
    closed_note: Mapped[str | None] = mapped_column(String(500), server_default=FetchedValue())
    kept_amount: Mapped[Decimal | None] = mapped_column(
        Numeric(15, 2), server_default=FetchedValue()
    )
    sales_contact_role: Mapped[str] = mapped_column(
        String(10), Computed("'SALES'::character varying"), nullable=True, deferred=True
    )

    client: Mapped[Client] = relationship(back_populates="contracts", lazy="raise")
    sales_contact: Mapped[User] = relationship(
        primaryjoin="User.id == Contract.sales_contact_id",
        foreign_keys=sales_contact_id,
        lazy="raise",
    )
    payments: Mapped[list[Payment]] = relationship(back_populates="contract", lazy="raise")
    events: Mapped[list[Event]] = relationship(
        primaryjoin="Contract.id == Event.contract_id",
        foreign_keys="Event.contract_id",
        back_populates="contract",
        lazy="raise",
    )

    @classmethod
    def is_unsettled(cls) -> ColumnElement[bool]:
        """Return the condition that it is a draft, or something is due or to be refunded."""
        still_open = and_(cls.closed_at.is_(None), or_(~cls.signed_status, cls.amount_due > 0))
        return or_(still_open, cls.received > cls.kept_amount)

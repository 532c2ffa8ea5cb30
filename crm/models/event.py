"""Events held for clients."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Computed,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import UTC_NOW, Base, Versioned
from crm.models.client import Client
from crm.models.contract import Contract

if TYPE_CHECKING:
    from crm.models.user import User


class Event(Versioned, Base):
    """A party, wedding or conference on a signed contract, run by one SUPPORT person."""

    __tablename__ = "events"
    __table_args__ = (
        # Rule 2: the contact is, and stays, a SUPPORT person.
        ForeignKeyConstraint(
            ["support_contact_id", "support_contact_role"],
            ["users.id", "users.role"],
            name="fk_events_support_contact_role",
        ),
        # Rules 3 and 6: the contract is, and stays, signed and of the same client.
        ForeignKeyConstraint(
            ["contract_id", "client_id", "contract_signed_status"],
            ["contracts.id", "contracts.client_id", "contracts.signed_status"],
            name="fk_events_signed_contract",
        ),
        Index("idx_event_support_contact", "support_contact_id"),
        Index("idx_event_contract", "contract_id"),
    )

    name: Mapped[str] = mapped_column(String(100))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    client_contact: Mapped[str] = mapped_column(Text)
    start_date: Mapped[datetime]
    end_date: Mapped[datetime]
    support_contact_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    location: Mapped[str] = mapped_column(Text)
    attendees: Mapped[int]
    notes: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(
        server_default=UTC_NOW, server_onupdate=FetchedValue()
    )
    overlap_allowed: Mapped[bool] = mapped_column(server_default=text("false"))
    cancelled_at: Mapped[datetime | None] = mapped_column(
        server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    cancelled_reason: Mapped[str | None] = mapped_column(Text, server_default=FetchedValue())
    support_contact_role: Mapped[str] = mapped_column(
        String(10), Computed("'SUPPORT'::character varying"), nullable=True, deferred=True
    )
    contract_signed_status: Mapped[bool] = mapped_column(
        Boolean, Computed("true"), nullable=True, deferred=True
    )

    contract: Mapped[Contract] = relationship(
        primaryjoin=lambda: Contract.id == Event.contract_id,
        foreign_keys=contract_id,
        back_populates="events",
        lazy="raise",
    )
    client: Mapped[Client] = relationship(
        primaryjoin=lambda: Client.id == Event.client_id, foreign_keys=client_id, lazy="raise"
    )
    support_contact: Mapped[User | None] = relationship(
        primaryjoin="User.id == Event.support_contact_id",
        foreign_keys=support_contact_id,
        back_populates="events",
        lazy="raise",
    )

"""Clients of Epic Events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    Computed,
    Dialect,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import UTC_NOW, Base, Versioned

if TYPE_CHECKING:
    from crm.models.contract import Contract
    from crm.models.user import User


class KnownEmail(TypeDecorator[str]):
    """An email, the empty text where it is unknown; the database makes an address of that."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return the address as people see it, as ``known_email()`` does in SQL."""
        unknown = value and value.startswith("~") and value.endswith("@unknown.invalid")
        return "" if unknown else value


class Client(Versioned, Base):
    """A person who buys events, perhaps for a company, looked after by one SALES contact."""

    __tablename__ = "clients"
    __table_args__ = (
        # Rule 1: the contact is, and stays, a SALES person.
        ForeignKeyConstraint(
            ["sales_contact_id", "sales_contact_role"],
            ["users.id", "users.role"],
            name="fk_clients_sales_contact_role",
        ),
        Index("idx_client_sales_contact", "sales_contact_id"),
    )

    full_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(KnownEmail(100, collation="C"), unique=True)
    phone: Mapped[str] = mapped_column(String(20))
    company_name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(300))
    siret: Mapped[str | None] = mapped_column(String(14))
    vat_number: Mapped[str | None] = mapped_column(String(15))
    sales_contact_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    last_updated: Mapped[datetime] = mapped_column(
        server_default=UTC_NOW, server_onupdate=FetchedValue()
    )
    erased_at: Mapped[datetime | None] = mapped_column(
        server_default=FetchedValue(),
        comment="Since when the person is forgotten: the record holds placeholders, and the audit "
        '{"erased": true} in their stead. It cannot be undone.',
    )
    sales_contact_role: Mapped[str] = mapped_column(
        String(10), Computed("'SALES'::character varying"), nullable=True, deferred=True
    )

    sales_contact: Mapped[User] = relationship(
        primaryjoin="User.id == Client.sales_contact_id",
        foreign_keys=sales_contact_id,
        back_populates="clients",
        lazy="raise",
    )
    contracts: Mapped[list[Contract]] = relationship(back_populates="client", lazy="raise")

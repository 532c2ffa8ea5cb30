"""Employees and their accounts."""

from datetime import datetime

from sqlalchemy import FetchedValue, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import UTC_NOW, Base, Versioned
from crm.models.client import Client
from crm.models.event import Event


class User(Versioned, Base):
    """An employee of Epic Events, who logs in and has one role."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("id", "role"), Index("idx_user_email", "email"))

    first_name: Mapped[str] = mapped_column(String(50))
    last_name: Mapped[str] = mapped_column(String(50))
    email: Mapped[str] = mapped_column(String(100, collation="C"), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    # Written, never read: the program's database role may not select it.
    hashed_password: Mapped[str] = mapped_column(
        String(100),
        deferred=True,
        deferred_raiseload=True,
        comment="Argon2id in PHC layout, $argon2id$v=19$m=…,t=…,p=…$salt$tag; the tag is the "
        "SHA-256 of the derived 32 bytes, so that what is stored cannot log in.",
    )
    role: Mapped[str] = mapped_column(String(10))
    updated_at: Mapped[datetime] = mapped_column(
        server_default=UTC_NOW, server_onupdate=FetchedValue()
    )
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    must_change_password: Mapped[bool] = mapped_column(
        server_default=text("false"),
        server_onupdate=FetchedValue(),
        comment="Somebody else set the password: no rights until its owner has chosen another.",
    )

    clients: Mapped[list[Client]] = relationship(
        primaryjoin=lambda: User.id == Client.sales_contact_id,
        foreign_keys=lambda: Client.sales_contact_id,
        back_populates="sales_contact",
        lazy="raise",
    )
    events: Mapped[list[Event]] = relationship(
        primaryjoin=lambda: User.id == Event.support_contact_id,
        foreign_keys=lambda: Event.support_contact_id,
        back_populates="support_contact",
        lazy="raise",
    )

    @property
    def full_name(self) -> str:
        """First and last name, as colleagues are listed."""
        return f"{self.first_name} {self.last_name}"

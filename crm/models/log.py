"""What was said to clients, entry by entry."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, FetchedValue, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class LogEntry(Base):
    """A call, an email, a meeting or a note. It is never edited or deleted, only undone."""

    __tablename__ = "log_entries"
    __table_args__ = (
        Index("ix_log_entries_client_id", "client_id", "said_on", "id"),
        Index("ix_log_entries_said_on", "said_on", "id"),
        Index(
            "ix_log_entries_contract_id",
            "contract_id",
            postgresql_where=sql("contract_id IS NOT NULL"),
        ),
        Index("ix_log_entries_event_id", "event_id", postgresql_where=sql("event_id IS NOT NULL")),
        Index("ix_log_entries_created_by_id", "created_by_id"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[str] = mapped_column(String(10), server_default=sql("'NOTE'"))
    text: Mapped[str] = mapped_column(Text)
    said_on: Mapped[date] = mapped_column(
        Date, server_default=sql("(timezone('utc', now()))::date")
    )
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    # Said by the database, which knows whom the transaction acts for.
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), server_default=FetchedValue()
    )

"""What is to be done, by when and by whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, FetchedValue, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import UTC_NOW, Base, Versioned


class Task(Versioned, Base):
    """Something that one colleague is to do, perhaps for a client, on a contract or an event."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "ix_tasks_open",
            "assignee_id",
            "due_date",
            "id",
            postgresql_where=sql("done_at IS NULL"),
        ),
        Index("ix_tasks_assignee_id", "assignee_id"),
        Index("ix_tasks_due_date", "due_date", "id"),
        Index("ix_tasks_client_id", "client_id", postgresql_where=sql("client_id IS NOT NULL")),
        Index(
            "ix_tasks_contract_id", "contract_id", postgresql_where=sql("contract_id IS NOT NULL")
        ),
        Index("ix_tasks_event_id", "event_id", postgresql_where=sql("event_id IS NOT NULL")),
        Index("ix_tasks_created_by_id", "created_by_id"),
        Index("ix_tasks_done_by_id", "done_by_id", postgresql_where=sql("done_by_id IS NOT NULL")),
    )

    text: Mapped[str] = mapped_column(String(500))
    due_date: Mapped[date] = mapped_column(Date)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    done_at: Mapped[datetime | None] = mapped_column(server_default=FetchedValue())
    # Said by the database, which knows whom the transaction acts for.
    done_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), server_default=FetchedValue(), server_onupdate=FetchedValue()
    )
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), server_default=FetchedValue()
    )
    updated_at: Mapped[datetime] = mapped_column(
        server_default=UTC_NOW, server_onupdate=FetchedValue()
    )

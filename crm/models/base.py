"""What all models share: names of constraints, the version of a record, when it was created."""

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

UTC_NOW = text("timezone('utc', now())")


class Base(DeclarativeBase):
    """A table of the schema.

    Every constraint has a name, because the name is what an error of the database is known by.
    """

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW)


class Versioned:
    """A record that two people may edit: the database moves ``version`` with every update.

    An update names the version that was read, so one made on an older reading finds no row and
    raises ``StaleDataError``; the service reads again and tells changed from gone and denied.
    """

    version: Mapped[int] = mapped_column(server_default=text("1"), server_onupdate=FetchedValue())

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  a class method to SQLAlchemy
        return {
            # The column is the database's, which every model adds to; the mixin alone has no table.
            "version_id_col": cls.__table__.c.version,  # type: ignore[attr-defined]
            "version_id_generator": False,
            "eager_defaults": True,
        }

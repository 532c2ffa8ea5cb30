"""Who is logged in, as a record."""

from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.reading import records
from crm.domain.fields import Field, Kind

if TYPE_CHECKING:
    from crm.domain.permissions import Actor


FIELDS = (
    Field("id", Kind.ID),
    Field("first_name"),
    Field("last_name"),
    Field("email", Kind.EMAIL),
    Field("role", Kind.CODE),
    Field("session_expires_at", Kind.TIMESTAMP),
)


def print_actor(app: App, actor: "Actor") -> None:
    """Print who is logged in, as JSON."""
    records.print_json(app, FIELDS, build_actor_row(actor))


def build_actor_row(actor: "Actor") -> list[Any]:
    """Return the values of :data:`FIELDS`."""
    return [
        actor.id, actor.first_name, actor.last_name, actor.email, actor.role, actor.expires_at
    ]  # fmt: skip

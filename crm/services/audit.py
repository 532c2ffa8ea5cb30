"""Who may read what was done, and end whose session."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crm.domain.amounts import LARGEST_WHOLE_NUMBER
from crm.domain.errors import NotFound
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.domain.rows import Row
from crm.domain.times import format_iso, format_wall_clock, to_local
from crm.queries import as_of as query
from crm.queries import audit
from crm.queries.listing import Listing, Request, not_found_error
from crm.queries.pages import read_page

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.as_of import AsOf


def authorize_entries(tx: "Transaction") -> None:
    """Allow what was changed to be listed, or raise PermissionDenied."""
    authorize(tx.actor, Permission.HISTORY_READ)


def find_history(tx: "Transaction", kind: str, record_id: int) -> dict[str, Any]:
    """Return the filters that find the history of a record, also of one that is deleted.

    Raises PermissionDenied, NotFound where there is neither the record nor a history of it.
    """
    authorize(tx.actor, Permission.HISTORY_READ, kind=kind, record_id=record_id)
    if not audit.has_history(tx, kind, record_id):
        raise not_found_error(kind, record_id)
    if kind == "contract":
        return {"contract": record_id}
    return {"table": audit.TABLES[kind], "record": record_id}


def find_as_of(
    tx: "Transaction", listing: Listing, record_id: int, moment: datetime, zone: ZoneInfo
) -> "AsOf":
    """Return a record as it was at ``moment``, in naive UTC, with what was then true of it.

    Raises PermissionDenied, NotFound where there was none, with ``since`` or ``until`` when.
    """
    noun = listing.noun
    authorize(tx.actor, Permission.HISTORY_READ, kind=noun, record_id=record_id)
    found = query.read_as_of(tx, listing, record_id, moment, to_local(moment, zone).date())
    if found is None:
        raise not_found_error(noun, record_id)
    if found.row is None:
        told = found.since or found.until or moment
        if found.until:
            sentence = _("At that moment {noun} {id} did not exist: it had been deleted at {when}.")
        elif found.older:
            sentence = _(
                "The history of {noun} {id} begins only at {when}, so its state at that "
                "moment is unknown."
            )
        else:
            sentence = _("At that moment {noun} {id} did not exist: it was created at {when}.")
        raise NotFound(
            sentence.format(noun=_(noun), id=record_id, when=format_wall_clock(told, zone)),
            hint=_("See its history: epicevents history {noun} {id}").format(
                noun=noun, id=record_id
            ),
            code="not_found",
            details={
                "until" if found.until else "since": format_iso(told, zone),
                "transaction_id": found.transaction,
            },
        )
    return found


def authorize_denied(tx: "Transaction") -> None:
    """Allow denied attempts and failed logins to be listed, or raise PermissionDenied."""
    authorize(tx.actor, Permission.DENIED_LIST)


def authorize_sessions(tx: "Transaction", user_id: int | None = None) -> None:
    """Allow the sessions of a colleague to be listed, or raise PermissionDenied.

    Of nobody in particular they are all for MANAGEMENT, and one's own for everybody else.
    """
    owner_id = tx.actor.id if user_id is None else user_id
    authorize(tx.actor, Permission.SESSION_LIST, owner_id=owner_id, kind="user", record_id=user_id)


def revoke(tx: "Transaction", session_id: int) -> Row:
    """End a session, at the next statement of whoever uses it; return what it was.

    Raises PermissionDenied for one of somebody else, NotFound for one that does not live.
    """
    found = audit.read_session(tx, session_id)
    authorize(
        tx.actor,
        Permission.SESSION_REVOKE,
        owner_id=found.user_id if found else None,
        kind="session",
        record_id=session_id if session_id <= LARGEST_WHOLE_NUMBER else None,
        instead=_("See your own: epicevents audit sessions"),
    )
    if found is None or not tx.value("SELECT revoke_session(%s)", (session_id,)):
        raise NotFound(
            _("Open session {id} does not exist.").format(id=session_id),
            hint=_("See the open sessions: epicevents audit sessions"),
        )
    return found


def revoke_all(tx: "Transaction", user_id: int) -> list[Row]:
    """End every session that a colleague has now; return what they were.

    Raises PermissionDenied unless they are one's own or one is in MANAGEMENT.
    """
    authorize(tx.actor, Permission.SESSION_REVOKE, owner_id=user_id, kind="user", record_id=user_id)
    found = read_page(tx, audit.SESSIONS, Request(filters={"user": user_id})).rows
    tx.execute("SELECT revoke_sessions(%s)", (user_id,))
    return found

"""Changing one record when somebody else may be changing it too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from crm.domain.errors import Conflict, NotFound, PermissionDenied
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.models.base import Base

Record = TypeVar("Record", bound="Base")


@dataclass(frozen=True)
class Change:
    """A record that was written, and for each field that changed its old and new value."""

    record: Any
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new)


class SameField(Conflict):
    """Somebody else has changed what one is changing: (base, theirs, mine) of each field."""

    def __init__(self, fields: Mapping[str, tuple[Any, Any, Any]]) -> None:
        self.fields = dict(fields)
        super().__init__(
            _("Somebody else has changed the same field: {fields}.").format(
                fields="; ".join(
                    _("{field} was {base}, is now {theirs}, and you gave {mine}").format(
                        field=name, base=base, theirs=theirs, mine=mine
                    )
                    for name, (base, theirs, mine) in fields.items()
                )
            ),
            hint=_("Look at the record again, then repeat your change."),
            details={
                "fields": {
                    name: dict(zip(("base", "theirs", "mine"), map(str, values), strict=True))
                    for name, values in fields.items()
                }
            },
        )


def find_record(tx: "Transaction", model: type[Record], record_id: int) -> Record:
    """Return the record with that id. Raises NotFound."""
    record = tx.session.get(model, record_id)
    if record is None:
        raise missing_record_error(model.__tablename__, record_id)
    return record


def missing_record_error(table: str, record_id: int) -> NotFound:
    """Return the error that no record of ``table`` has that id."""
    from crm.queries.listing import not_found_error

    return not_found_error(table.removesuffix("s"), record_id)


def require_version(record: Any, version: int | None) -> None:
    """Refuse an edit that was made on an older reading of the record: Conflict ``conflict``."""
    if version is not None and record.version != version:
        raise Conflict(
            _("The record has changed: it is at version {now}, not {then}.").format(
                now=record.version, then=version
            ),
            hint=_("Look at the record again, then repeat your change."),
            details={"version": record.version},
        )


def require_unchanged(
    record: Any, values: Mapping[str, Any], seen: Mapping[str, Any] | None
) -> None:
    """Refuse to change a field that is no longer as the person has ``seen`` it: SameField.

    A field that already holds what is to be written, and one that was not seen, are no conflict.
    """
    conflicts = {
        name: (seen[name], getattr(record, name), value)
        for name, value in values.items()
        if seen and name in seen and getattr(record, name) not in (seen[name], value)
    }
    if conflicts:
        raise SameField(conflicts)


def write_values(
    tx: "Transaction",
    record: Any,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Change:
    """Write ``values`` to ``record``; nothing is written where they are what it already holds.

    ``seen`` is the record as whoever gives the values has seen it, which may be a while ago. When
    somebody else has changed the record since then, changes to other fields both land, a change to
    the same field is refused.

    Raises Conflict for another ``version``, SameField, NotFound when the record is gone,
    PermissionDenied when the database denies it.
    """
    from sqlalchemy.orm.exc import StaleDataError

    require_version(record, version)
    require_unchanged(record, values, seen)
    old = {name: getattr(record, name) for name in values}
    changed = {name: value for name, value in values.items() if value != old[name]}
    if not changed:
        return Change(record)
    read = record.version
    for last in (False, True):
        try:
            # Set inside: beginning a savepoint writes what was set before it.
            with tx.session.begin_nested():
                for name, value in changed.items():
                    setattr(record, name, value)
            break
        except StaleDataError:
            # Somebody else wrote the record since it was read. Read again once and merge; lost
            # twice in a row it is a Conflict, lest two programs chase each other for ever.
            read = _read_again(tx, record, read, old, changed, last=last)
    return Change(record, {name: old[name] for name in changed}, changed)


def refresh_record(tx: "Transaction", record: Any, *, lock: bool = False) -> None:
    """Read a record again; with ``lock``, once nobody else is writing it or what refers to it.

    Raises NotFound when it is gone.
    """
    from sqlalchemy import inspect
    from sqlalchemy.exc import InvalidRequestError

    try:
        tx.session.refresh(record, with_for_update=lock)
    except InvalidRequestError:
        # Its attributes are gone with it.
        raise missing_record_error(record.__tablename__, inspect(record).identity[0]) from None


def delete_record(tx: "Transaction", record: Any) -> None:
    """Delete a record. What still names it is refused by its constraint, never left without it.

    Raises NotFound when the record is gone, PermissionDenied when the database denies it.
    """
    # A function, because the right to DELETE is also the right to lock everybody out of a table.
    if not tx.value("SELECT delete_record(%s, %s)", (record.__tablename__, record.id)):
        refresh_record(tx, record)
        raise _denied_error()


def _read_again(
    tx: "Transaction",
    record: Any,
    version: int,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    *,
    last: bool,
) -> int:
    refresh_record(tx, record)
    if record.version == version:
        raise _denied_error()
    require_unchanged(record, mine, base)
    if last:
        raise Conflict(
            _("Somebody else keeps changing this record."), hint=_("Try again in a moment.")
        )
    version_now: int = record.version
    return version_now


def _denied_error() -> PermissionDenied:
    return PermissionDenied(
        _("The database does not allow you to change this record."),
        hint=_("See what you may do: epicevents whoami --can"),
    )

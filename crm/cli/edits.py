"""A service run on one record that is named by its id, and what it changed told in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli import records
from crm.cli.app import App
from crm.domain.fields import Field
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database import Transaction
    from crm.queries.listing import Listing, Row
    from crm.services.editing import Change

# What moves with every write, or says again what another field says.
_UNTOLD = frozenset({"version", "updated_at", "last_updated", "signed_status", "days_overdue"})


class Said(NamedTuple):
    """What is said of a write: when it is ``done``, when it was the ``same`` already, what next.

    In both sentences ``{field}`` stands for a value of the record. ``then`` returns the command
    that comes next for the record as it is now.
    """

    done: str
    same: str
    then: Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Edited:
    """What a service changed, and the record as its listing has it, before and after."""

    change: "Change"
    fields: Sequence[Field]
    before: "Row"
    row: "Row"

    def having(self, field: Field, value: object) -> "Edited":
        """Return it with one more field: what the write has made beside the record."""
        return replace(
            self,
            fields=(*self.fields, field),
            before=(*self.before, value),
            row=(*self.row, value),
        )

    @property
    def record(self) -> dict[str, Any]:
        """The record now, by field."""
        return by_field(self.fields, self.row)

    @property
    def old(self) -> dict[str, Any]:
        """What each field that changed held before; of an id and its name only the name."""
        names = [field.name for field in self.fields]
        untold = _UNTOLD | {f"{name}_id" for name in names}
        return {
            name: was
            for name, was, now in zip(names, self.before, self.row, strict=True)
            if was != now and name not in untold
        }


def find(tx: "Transaction", listing: "Listing", text: str) -> "Row":
    """Return the record whose id is ``text``. Raises UsageFault ``invalid_id``, NotFound."""
    from crm.queries import reference
    from crm.queries.listing import not_found, record

    record_id = reference.record_id(text, listing.noun)
    row = record(tx, listing, record_id)
    if row is None:
        raise not_found(listing.noun, record_id)
    return row


def edit(
    app: App,
    listing: "Listing",
    text: str,
    act: "Callable[[Transaction, int], Change]",
    *,
    dry_run: bool = False,
) -> Edited:
    """Run a service on the record whose id is ``text``. Raises NotFound, and what it raises."""
    with app.transaction(dry_run=dry_run) as tx:
        return edit_in(tx, listing, text, act)


def edit_in(
    tx: "Transaction", listing: "Listing", text: str, act: "Callable[[Transaction, int], Change]"
) -> Edited:
    """Run a service on the record whose id is ``text``, in a transaction that is open."""
    from crm.queries.listing import record

    before = find(tx, listing, text)
    change = act(tx, before[0])
    row = record(tx, listing, before[0])
    return Edited(change, listing.fields, before, row or before)


def change(
    app: App,
    output: str,
    listing: "Listing",
    text: str,
    act: "Callable[[Transaction, int], Change]",
    said: Said,
    *,
    dry_run: bool,
) -> None:
    """Run a service on the record whose id is ``text``, and tell what it changed."""
    tell(app, output, edit(app, listing, text, act, dry_run=dry_run), said, dry_run=dry_run)


def tell(
    app: App,
    output: str,
    edited: Edited,
    said: Said,
    *,
    also: Mapping[str, str] | None = None,
    dry_run: bool,
) -> None:
    """Say what changed, or that nothing did; ``also`` are more words for the sentences."""
    fields, row = edited.fields, edited.row
    spoken = words(app, fields, row) | dict(also or {})
    if not edited.change:
        records.unchanged(app, output, said.same.format(**spoken), fields, row)
        return
    records.written(
        app,
        output,
        said.done.format(**spoken),
        fields,
        row,
        old=edited.old,
        dry_run=dry_run,
        then=said.then(edited.record),
    )


def delete(
    app: App,
    output: str,
    listing: "Listing",
    text: str,
    act: "Callable[[Transaction, int], object]",
    title: str,
    done: str,
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show the record whose id is ``text``, ask, delete it by a service and say so.

    ``title`` and ``done`` are sentences as in :class:`Said`. Raises NotFound, and what the service
    raises: it is tried first, so that nobody confirms what is then refused.
    """
    with app.transaction(dry_run=True) as tx:
        row = find(tx, listing, text)
        act(tx, row[0])
    said = words(app, listing.fields, row)
    if not dry_run:
        records.before_deletion(app, title.format(**said), listing.fields, row, yes=yes)
        with app.transaction() as tx:
            records.expect_as_shown(listing.fields, row, find(tx, listing, text))
            act(tx, row[0])
    records.written(
        app,
        output,
        done.format(**said),
        listing.fields,
        row if output == "json" else None,
        dry_run=dry_run,
    )


def reason_for(app: App, permission: Permission, given: str | None) -> str:
    """Return the reason that was given, or ask for it; the history keeps it."""
    from crm.cli import prompts
    from crm.domain.inputs import REASON

    asked = prompts.of_input(REASON)
    answered = prompts.complete(app, {asked.name: given}, [asked], permission=permission)
    return str(answered[asked.name])


def by_field(fields: Sequence[Field], row: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a row by the names of their fields."""
    return dict(zip((field.name for field in fields), row, strict=True))


def words(app: App, fields: Sequence[Field], row: Sequence[Any]) -> dict[str, str]:
    """Return each value as people read it, by field, to be put into a sentence."""
    from crm.cli.output.columns import presenter

    return {
        field.name: presenter(field, app.console, app.console.err)(value)
        for field, value in zip(fields, row, strict=True)
    }

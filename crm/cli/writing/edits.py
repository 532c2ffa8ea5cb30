"""A service run on the records that are named, all or none, and what it changed told in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from crm.cli.app import App
from crm.cli.asking import questions
from crm.cli.reading import records
from crm.cli.writing import outcome
from crm.domain.errors import CRMError, UsageFault
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission
from crm.domain.text import quote

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.domain.rows import Row
    from crm.queries.listing import Listing
    from crm.services.editing import Change

Result = TypeVar("Result")

# What moves with every write, or says again what another field says.
_UNTOLD = frozenset(
    {"version", "updated_at", "last_updated", "signed_status", "days_overdue", "received"}
)


class Wording(NamedTuple):
    """What is said of a write: when it is ``done``, when it was the ``same`` already, what next.

    In both sentences ``{field}`` stands for a value of the record. ``then`` returns the command
    that comes next for the record as it is now.
    """

    done: str
    same: str
    then: Callable[[dict[str, Any]], str]


class EditOutcome(NamedTuple):
    """What a service changed, and the record as its listing has it, before and after."""

    change: "Change"
    fields: Sequence[Field]
    before: "Row"
    row: "Row"

    def with_field(self, field: Field, value: object) -> "EditOutcome":
        """Return it with one more field: what the write has made beside the record."""
        return self._replace(
            fields=(*self.fields, field),
            before=self.before.add(field.name, value),
            row=self.row.add(field.name, value),
        )

    @property
    def record(self) -> dict[str, Any]:
        """The record now, by field."""
        return records.map_fields(self.fields, self.row)

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


def run_on_record(
    app: App,
    listing: "Listing",
    text: str,
    act: "Callable[[Transaction, int], Change]",
    *,
    dry_run: bool = False,
) -> EditOutcome:
    """Run a service on the record whose id is ``text``. Raises NotFound, and what it raises."""
    with app.transaction(dry_run=dry_run) as tx:
        return run_in_transaction(tx, listing, text, act)


def run_in_transaction(
    tx: "Transaction", listing: "Listing", text: str, act: "Callable[[Transaction, int], Change]"
) -> EditOutcome:
    """Run a service on the record whose id is ``text``, in a transaction that is open."""
    return _compare(tx, listing, records.find_row(tx, listing, text), act)


def _compare(
    tx: "Transaction",
    listing: "Listing",
    before: "Row",
    act: "Callable[[Transaction, int], Change]",
) -> EditOutcome:
    from crm.queries.pages import read_record

    change = act(tx, before.id)
    row = read_record(tx, listing, before.id)
    return EditOutcome(change, listing.fields, before, row or before)


def change_records(
    app: App,
    output: str,
    listing: "Listing",
    named: str | Sequence[str],
    act: "Callable[[Transaction, int], Change]",
    said: Wording,
    *,
    dry_run: bool,
) -> None:
    """Run a service on each record that is named, all or none, and tell what it changed."""
    with app.transaction(dry_run=dry_run) as tx:
        done = run_all_or_none(tx, listing, named, lambda row: _compare(tx, listing, row, act))
    if len(done) == 1:
        report_edit(app, output, done[0], said, dry_run=dry_run)
        return
    for edited in done:
        report_edit(app, "", edited, said._replace(then=lambda _record: ""), dry_run=dry_run)
    if output == "json":
        records.print_json(app, listing.fields, *(edited.row for edited in done))


def refuse_version_of_several(named: Sequence[str], version: int | None) -> None:
    """Refuse ``--if-version`` with more than one record: UsageFault."""
    if version is not None and len(named) > 1:
        raise UsageFault(
            _("--if-version applies to one record, but several are given."),
            hint=_("Give one record, or leave out --if-version."),
        )


def run_all_or_none(
    tx: "Transaction",
    listing: "Listing",
    named: str | Sequence[str],
    run: "Callable[[Row], Result]",
) -> "list[Result]":
    """Run something for each record that is named, once for each; of several, say which failed.

    Raises what :func:`crm.cli.reading.records.find_row` and ``run`` raise.
    """
    from crm.database.errors import translate_errors

    names = [named] if isinstance(named, str) else named
    done: dict[int, Result] = {}
    for text in names:
        try:
            with translate_errors():
                row = records.find_row(tx, listing, text)
                if row.id not in done:
                    done[row.id] = run(row)
        except CRMError as error:
            # All or none: which of the records it was, and that the others are as before, is what
            # they need to know.
            if len(names) > 1:
                error.message = _("{which}: {message} No record was changed.").format(
                    which=quote(text), message=error.message
                )
                error.details["failed"] = text
            raise
    return list(done.values())


def report_edit(
    app: App,
    output: str,
    edited: EditOutcome,
    said: Wording,
    *,
    also: Mapping[str, str] | None = None,
    dry_run: bool,
) -> None:
    """Say what changed, or that nothing did; ``also`` are more words for the sentences."""
    fields, row = edited.fields, edited.row
    spoken = format_fields(app, fields, row) | dict(also or {})
    if not edited.change:
        outcome.report_unchanged(app, output, said.same.format(**spoken), fields, row)
        return
    outcome.report_write(
        app,
        output,
        said.done.format(**spoken),
        fields,
        row,
        old=edited.old,
        dry_run=dry_run,
        then=said.then(edited.record),
    )


def ask_for_reason(app: App, permission: Permission, given: str | None) -> str:
    """Return the reason that was given, or ask for it; the history keeps it."""
    from crm.cli.asking import prompts
    from crm.domain.inputs import REASON

    asked = questions.input_question(REASON)
    answered = prompts.ask_for_options(app, {asked.name: given}, [asked], permission=permission)
    return str(answered[asked.name])


def format_fields(app: App, fields: Sequence[Field], row: Sequence[Any]) -> dict[str, str]:
    """Return each value as people read it, by field, to be put into a sentence."""
    from crm.cli.output.columns import build_presenter

    return {
        field.name: build_presenter(field, app.console, app.console.err)(value)
        for field, value in zip(fields, row, strict=True)
    }

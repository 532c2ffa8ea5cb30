"""An update: what it changes, asked field by field where no option says it, and by whom else.

Nothing is asked while a transaction is open. So what the person saw is kept, and compared with the
record when the answers are written; where somebody else has changed the same field meanwhile, the
person is shown both and decides.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.asking import answers, prompts
from crm.cli.asking.questions import Question
from crm.cli.writing import edits, outcome
from crm.domain.errors import InvalidValue
from crm.domain.fields import Field
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.listing import Listing
    from crm.services.editing import Change, SameField

Values = Mapping[str, Any]
Questions = Sequence[Question]

EMPTIES = "-"  # what is typed to empty an optional field, since Enter keeps it
_LONGEST = 50  # characters of a present value that a question repeats


class Update(NamedTuple):
    """What an update consists of.

    ``named`` is the record of ``listing``. ``act`` runs the service with the id, the values and the
    record as the person saw it, if they did. ``questions`` are those that may be asked of a record.
    ``checks`` refuse, with the answer to the field that they are listed under, what does not go
    together.
    """

    listing: "Listing"
    named: str
    act: "Callable[[Transaction, int, Values, Values | None], Change]"
    questions: Callable[[Values], Questions]
    checks: Mapping[str, Callable[[Values], None]] = MappingProxyType({})

    @property
    def fields(self) -> Sequence[Field]:
        """The fields of the record."""
        return self.listing.fields


def run_update(
    app: App,
    update: Update,
    given: Values,
    begin: "Callable[[Values, bool], AbstractContextManager[Transaction]] | None" = None,
    *,
    dry_run: bool,
) -> edits.EditOutcome:
    """Write what is ``given``, or answered where nothing is, and return what that changed.

    ``begin`` takes the values and whether it is a dry run, where a transaction of its own kind is
    needed. Raises UsageFault ``no_change`` where nothing is given and nobody can be asked, and what
    the service raises: first of all, that one may not.
    """
    from crm.services.editing import SameField

    begin = begin or (lambda _values, trying: app.transaction(dry_run=trying))
    values: Values = {name: value for name, value in given.items() if value is not None}
    named, seen = update.named, None
    if not values:
        if not prompts.may_ask(app):
            raise outcome.nothing_given_error()
        with begin({}, True) as tx:
            found = _write(tx, update, named, {}, None)
        named, seen = str(found.row.id), found.record
        values = _ask_each(app, update, seen)
    while True:
        try:
            with begin(values, dry_run) as tx:
                return _write(tx, update, named, values, seen)
        except SameField as conflict:
            # Somebody was faster with the same field. Which value is right only a person can say; a
            # script is refused.
            if not prompts.may_ask(app):
                raise
            now = {name: theirs for name, (_base, theirs, _mine) in conflict.fields.items()}
            seen = {**(seen or {}), **now}
            values = {**values, **_resolve_conflict(app, update, conflict, seen)}


def _write(
    tx: "Transaction", update: Update, named: str, values: Values, seen: Values | None
) -> edits.EditOutcome:
    def act(tx: "Transaction", record_id: int) -> "Change":
        return update.act(tx, record_id, values, seen)

    return edits.run_in_transaction(tx, update.listing, named, act)


def _ask_each(app: App, update: Update, seen: Values) -> dict[str, Any]:
    """Ask for each field, and return those whose answer is another value."""
    questions = update.questions(seen)
    if not questions:
        raise outcome.nothing_given_error()
    kept = _("Enter keeps the current value; {empties} clears an optional one.")
    app.console.note(kept.format(empties=EMPTIES))
    app.console.flush()
    changed: dict[str, Any] = {}
    for question in questions:
        value = _ask_one(app, update, question, {**seen, **changed})
        if value != seen[question.name]:
            changed[question.name] = value
    return changed


def _ask_one(app: App, update: Update, question: Question, now: Values) -> Any:
    name = question.name

    def read(answer: str) -> Any:
        typed = answer.strip()
        value = now[name]
        if typed == EMPTIES and question.optional:
            value = question.empty
        elif typed:
            value = question.read(answer)
        if name in update.checks:
            update.checks[name]({**now, name: value})
        return value

    present = _format_field(app, update.fields, name, now[name])
    return answers.ask(app, question._replace(read=read, hint=present, optional=False))


def _resolve_conflict(
    app: App, update: Update, conflict: "SameField", seen: Values
) -> dict[str, Any]:
    """Show base, theirs and mine of each field side by side, and ask which it shall be."""
    _show(app, update.fields, conflict)
    asked = {question.name: question for question in update.questions(seen)}
    return {
        name: answers.ask(
            app, _conflict_question(update.fields, asked.get(name), name, theirs, mine)
        )
        for name, (_base, theirs, mine) in conflict.fields.items()
    }


def _conflict_question(
    fields: Sequence[Field], question: Question | None, name: str, theirs: Any, mine: Any
) -> Question:
    keep = {"t": theirs, "theirs": theirs, _("theirs"): theirs, "m": mine, _("mine"): mine}

    def read(answer: str) -> Any:
        typed = answer.strip()
        if typed.lower() in keep:
            return keep[typed.lower()]
        if question is None or not typed:
            raise InvalidValue(_("Type t for theirs or m for mine."))
        if typed == EMPTIES and question.optional:
            return question.empty
        return question.read(answer)

    hint = _("t keeps theirs, m saves mine, or type another value") if question else _("t or m")
    return Question(name, _label(fields, name), read, "", hint)


def _show(app: App, fields: Sequence[Field], conflict: "SameField") -> None:
    from crm.cli.output import detail

    columns = [Field(name) for name in ("field", "before", "theirs", "my_value")]
    rows = [
        (_label(fields, name), *(_format_field(app, fields, name, value) for value in values))
        for name, values in conflict.fields.items()
    ]
    app.console.warn(_("Somebody else has changed the same field in the meantime."))
    detail.show_table(detail.RelatedRecords("", columns, rows), app.console)
    app.console.flush()


def _label(fields: Sequence[Field], name: str) -> str:
    from crm.cli.output.columns import find_column

    return find_column(_field(fields, name)).heading


def _format_field(app: App, fields: Sequence[Field], name: str, value: Any) -> str:
    from crm.cli.output.columns import build_presenter

    said = build_presenter(_field(fields, name), app.console, app.console.err)(value)
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + app.console.err.ellipsis


def _field(fields: Sequence[Field], name: str) -> Field:
    return next((field for field in fields if field.name == name), Field(name))

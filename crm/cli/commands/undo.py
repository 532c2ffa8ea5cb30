"""epicevents undo."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import reason_option, write_options, yes_option
from crm.cli.types import TRANSACTION
from crm.domain.errors import Conflict, UsageFault
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.reading.difference import Difference
    from crm.queries.undo import PastTransaction
    from crm.services.undo import Undone


@click.command(cls=Command)
@click.argument("transaction", type=TRANSACTION, required=False)
@reason_option
@yes_option
@write_options
@click.pass_obj
def undo(
    app: App,
    /,
    transaction: str | None,
    reason: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Undo what one command changed. You may undo your own; MANAGEMENT may undo anybody's.

    Without TRANSACTION it undoes your last command that changed something; the history shows the
    numbers of others. You need the permission, and the reason, that the opposite change needs
    today. If a later change depends on the command, undo is refused. An undo is itself in the
    history and can be undone.

    \b
    Examples:
      epicevents undo --dry-run
      epicevents undo
      epicevents undo 123 --reason "paid by another client" --yes
    """
    number = _parse_number(transaction)
    # Tried first, so that the difference is what it will be and nobody confirms what is refused.
    done, shuts_out = _find_transaction(app, number)
    told = [_build_title(app, done)]
    reason, tried = _rehearse(app, done.number, reason, patient=dry_run or not shuts_out)
    if tried is None:
        told.append("  " + _("Somebody is working on these records; their session is ended first."))
    else:
        told += tried[1].lines
    if not dry_run:
        if not yes and asking.prompts.may_ask(app):
            _show_plan(app, told)
            told = []
        asking.prompts.confirm(app, _("Undo it?"), yes=yes)
        tried = _undo(app, done.number, reason, dry_run=False)
    assert tried is not None  # noqa: S101  a dry run is patient
    _show_plan(app, [] if output == "json" else told)
    _report(app, output, done.number, *tried, dry_run=dry_run)


def _report(
    app: App,
    output: str,
    number: int,
    undone: "Undone",
    difference: "Difference",
    *,
    dry_run: bool,
) -> None:
    from crm.queries import undo as query

    writing.outcome.report_write(
        app,
        output,
        _("Transaction {number} undone: {summary}.").format(
            number=number, summary=difference.summary
        ),
        query.FIELDS,
        # Of a dry run there is no number.
        undone.row.replace(transaction_id=None if dry_run else undone.number)
        if output == "json"
        else None,
        dry_run=dry_run,
    )
    if not dry_run and output != "json":
        app.console.note(_("To restore it: epicevents undo {number}").format(number=undone.number))


def _parse_number(text: str | None) -> int | None:
    if text is None:
        return None
    from crm.queries import audit, reference

    return reference.parse_record_id(text.removeprefix("#"), "audit", audit.LARGEST_ID)


def _find_transaction(app: App, number: int | None) -> "tuple[PastTransaction, bool]":
    """Return what is to be taken back, and whether that may take somebody's rights."""
    from crm import services
    from crm.queries import user as query

    with app.transaction() as tx:
        done = services.undo.find_transaction(
            tx, services.undo.find_latest(tx) if number is None else number
        )
        return done, bool(query.find_losing_rights(tx, done.number))


def _rehearse(
    app: App, number: int, reason: str | None, *, patient: bool
) -> "tuple[str | None, tuple[Undone, Difference] | None]":
    """Take it back in a dry run; where that needs a reason that was not given, ask for it.

    Return the reason and what came of it: nothing where, not ``patient``, it would have to wait.
    What somebody holds must not keep their own account: done in earnest, their rights end first.
    """
    from crm import services
    from crm.domain.inputs import REASON

    while True:
        try:
            return reason, _undo(app, number, reason, dry_run=True, patient=patient)
        except UsageFault as error:
            # Only the database knows whether a reason is needed, and it says so by refusing.
            if error.code != "reason_required" or reason or not asking.prompts.may_ask(app):
                raise
        except Conflict as error:
            # Worth no wait in a trial: see the docstring.
            if error.code != services.user.BUSY or patient:
                raise
            return reason, None
        asked = asking.questions.input_question(REASON)
        reason = str(asking.prompts.ask_for_options(app, {}, [asked])[asked.name])


def _undo(
    app: App, number: int, reason: str | None, *, dry_run: bool, patient: bool = True
) -> "tuple[Undone, Difference]":
    from crm import services
    from crm.cli.reading.difference import read_difference

    if dry_run:
        transaction = app.transaction(dry_run=True)
    else:
        transaction = services.undo.suspend_for_undo(app.transaction, number)
    with transaction as tx:
        if not patient:
            tx.execute(services.user.IMPATIENT)
        undone = services.undo.undo(tx, number, reason=reason, today=app.today)
        return undone, read_difference(app, tx, undone.number, undone.counts)


def _show_plan(app: App, lines: list[str]) -> None:
    """Hold for stderr the title of what is taken back, and the difference below it."""
    terminal = app.console.err
    if lines:
        title, *rest = lines
        shown = [terminal.paint(terminal.text(title), "title"), *rest]
        app.console.show("\n".join(shown) + "\n", terminal)


def _build_title(app: App, done: "PastTransaction") -> str:
    from crm.domain.times import format_wall_clock

    return _("Transaction {number}: {command}, {who}, {when}").format(
        number=done.number,
        command=done.command or _("raw SQL"),
        who=done.employee or "-",
        when=format_wall_clock(done.at, app.settings.timezone),
    )

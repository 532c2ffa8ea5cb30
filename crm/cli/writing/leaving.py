"""Accounts are closed, and what is open is handed over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.asking import prompts
from crm.cli.reading import records
from crm.cli.writing import edits, handover, people
from crm.domain.enums import Role
from crm.domain.errors import Conflict
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.portfolio import Moved


class _Left(NamedTuple):
    """Whose account was closed, what changed hands, and of what they are still the contact."""

    moved: "Moved | None"
    edited: edits.EditOutcome
    counts: dict[str, int]


def close_accounts(
    app: App,
    users: Sequence[str],
    transfer_to: str | None,
    override: str | None,
    output: str,
    *,
    yes: bool,
    dry_run: bool,
    confirmed: bool = False,
) -> None:
    """Close accounts, all or none, and hand over to ``transfer_to``, or to whoever is answered.

    At a terminal, and without ``yes``, the people are named and it is asked whether they are meant,
    unless that is ``confirmed`` already.
    """
    from crm.queries.user import LISTING

    takers: dict[int, str | None] = {}
    asks = prompts.may_ask(app) and not yes
    if asks and transfer_to is None:
        takers = dict(_offer_handover(app, user, override) for user in users)
    if asks and not (dry_run or confirmed):
        _confirm_people(app, users)
    permission = Permission.USER_DEACTIVATE
    with people.suspend_users(app, users, permission, dry_run=dry_run) as (tx, _ids):

        def leave(before: Any) -> _Left:
            return _close(app, tx, before.id, takers.get(before.id, transfer_to), override)

        left = edits.run_all_or_none(tx, LISTING, users, leave)
    for each in left:
        _tell(app, output if len(left) == 1 else "", each, dry_run=dry_run)
    if output == "json" and len(left) > 1:
        records.print_json(app, left[0].edited.fields, *(each.edited.row for each in left))


def _close(
    app: App, tx: "Transaction", user_id: int, taker: str | None, override: str | None
) -> _Left:
    """Hand over to ``taker``, if any, and close the account; count what it is still to run."""
    from crm import services
    from crm.queries.user import LISTING

    moved = None
    if taker is not None:
        moved = handover.hand_over(tx, user_id, taker, override=override)
    edited = edits.run_in_transaction(tx, LISTING, str(user_id), services.user.deactivate)
    counts = people.count_duties(app, tx, user_id)
    for field in people.COUNTS:
        edited = edited.with_field(field, counts[field.name])
    return _Left(moved, edited, counts)


def _tell(app: App, output: str, left: _Left, *, dry_run: bool) -> None:
    if left.moved and output != "json":
        handover.report_handover(app, output, left.moved, dry_run=dry_run)
    still = any(left.counts.values())
    said = edits.Wording(
        _("Account {id} deactivated: {first_name} {last_name} can no longer log in."),
        _("The account of {first_name} {last_name} is already inactive."),
        lambda person: "" if still else f"epicevents user show {person['id']}",
    )
    edits.report_edit(app, output, left.edited, said, dry_run=dry_run)
    if output != "json" and still:
        told = _("{name} is still the contact of {what}. Transfer them: {command}").format(
            name="{first_name} {last_name}".format_map(left.edited.record),
            what=handover.list_counts(left.counts),
            command=f"epicevents user transfer {left.edited.row.id} USER",
        )
        app.console.note(told, loud=True)


@contextmanager
def try_patiently() -> Iterator[None]:
    """Try something that goes on even if it has to wait for whom it is about.

    What they hold must not keep their account: done in earnest, it takes their rights away first.
    """
    from crm import services

    try:
        yield
    except Conflict as error:
        # In a trial only; see above. Whatever else refuses it would refuse it in earnest.
        if error.code != services.user.BUSY:
            raise


def _confirm_people(app: App, users: Sequence[str]) -> None:
    """Name whom the words were found to mean, and go on only if they are meant."""
    from crm.queries import reference

    with app.transaction() as tx:
        ids = (reference.find_user_id(tx, user) for user in users)
        meant = [person for _fields, person in (people.read_person(tx, each) for each in ids)]
    told = (f"{people.full_name(each)} ({each.email}, {each.role})" for each in meant)
    prompts.confirm(app, _("Deactivate {people}?").format(people=", ".join(told)), yes=False)


def _offer_handover(app: App, user: str, override: str | None) -> tuple[int, str | None]:
    """Say what somebody still looks after, and ask who takes over; first, whether one may.

    Returns their id and the answer.
    """
    from crm import services
    from crm.queries import reference

    permission = Permission.USER_DEACTIVATE
    with app.transaction() as tx:
        user_id = reference.find_user_id(tx, user)
        _fields, row = people.read_person(tx, user_id)
        counts = people.count_duties(app, tx, user_id)
    with (
        try_patiently(),
        people.suspend_users(app, [user], permission, dry_run=True) as (tx, _ids),
    ):
        services.user.deactivate(tx, user_id)
    if not any(counts.values()):
        return user_id, None
    said = _("{name} is the contact of {what}.")
    app.console.warn(said.format(name=people.full_name(row), what=handover.list_counts(counts)))
    taker = handover.ask_for_taker(app, user_id, Role(row.role), override=override)
    return user_id, taker

"""epicevents user deactivate: accounts are closed, and what is open is handed over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import USER, Decorated, several, write_options
from crm.cli.reading import records
from crm.domain.enums import Role
from crm.domain.errors import Conflict
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.services.editing import Change
    from crm.services.portfolio import Moved

override_option = click.option(
    "--override", metavar="REASON", help=_("Why the colleague runs two events at once.")
)


def transfer_to_option(function: Decorated) -> Decorated:
    """Add ``--transfer-to``, with what goes with it."""
    function = override_option(function)
    return click.option(
        "--transfer-to", metavar="USER", type=USER, help=_("Who takes over, in the same step.")
    )(function)


@click.command("deactivate", cls=Command, context_settings=SETTINGS)
@several("users", USER)
@transfer_to_option
@write_options
@click.pass_obj
def deactivate(
    app: App,
    /,
    users: tuple[str, ...],
    transfer_to: str | None,
    override: str | None,
    output: str,
    dry_run: bool,
) -> None:
    """Close accounts at once, and hand over what is open. MANAGEMENT may, but not its own.

    At a terminal it asks who takes over, for each of them. What nobody takes over stays, and is
    listed.

    \b
    Examples:
      epicevents user deactivate sales3@epicevents.example
      epicevents user deactivate 5 6 --transfer-to sales2@epicevents.example
    """
    close(app, users, transfer_to, override, output, dry_run=dry_run)


class _Left(NamedTuple):
    """Whose account was closed, what changed hands, and of what they are still the contact."""

    moved: "Moved | None"
    change: "Change"
    row: Any
    counts: dict[str, int]


def close(
    app: App,
    users: Sequence[str],
    transfer_to: str | None,
    override: str | None,
    output: str,
    *,
    dry_run: bool,
) -> None:
    """Close accounts, all or none, and hand over to ``transfer_to``, or to whoever is answered."""
    from crm import services
    from crm.queries.user import LISTING

    takers: dict[int, str | None] = {}
    if transfer_to is None and asking.prompts.may_ask(app):
        takers = dict(_offered(app, user, override) for user in users)
    permission = Permission.USER_DEACTIVATE
    with writing.people.shutting_out(app, users, permission, dry_run=dry_run) as (tx, _ids):

        def leave(before: Any) -> _Left:
            user_id, moved = before[0], None
            taker = takers.get(user_id, transfer_to)
            if taker is not None:
                moved = writing.handover.act(tx, user_id, taker, override=override)
            change = services.user.deactivate(tx, user_id)
            row = writing.people.record(tx, user_id)[1]
            return _Left(moved, change, row, writing.people.looks_after(app, tx, user_id))

        left = writing.edits.all_or_none(tx, LISTING, users, leave)
    for each in left:
        _tell(app, output if len(left) == 1 else "", each, dry_run=dry_run)
    if output == "json" and len(left) > 1:
        fields = (*LISTING.fields, *writing.people.COUNTS)
        records.as_json(app, fields, *((*each.row, *each.counts.values()) for each in left))


def _tell(app: App, output: str, left: _Left, *, dry_run: bool) -> None:
    from crm.queries.user import LISTING

    name, user_id = writing.people.name(left.row), left.row[0]
    if left.moved and output != "json":
        writing.handover.tell(app, output, left.moved, dry_run=dry_run)
    writing.outcome.edited(
        app,
        output,
        left.change,
        _("Account {id} deactivated: {name} can no longer log in.").format(id=user_id, name=name),
        (*LISTING.fields, *writing.people.COUNTS),
        (*left.row, *left.counts.values()),
        nothing=_("The account of {name} is inactive already.").format(name=name),
        dry_run=dry_run,
        then=None if any(left.counts.values()) else f"epicevents user show {user_id}",
    )
    if output != "json" and any(left.counts.values()):
        said = _("{name} is still the contact of {what}; hand over: {command}")
        command = f"epicevents user transfer {user_id} USER"
        what = writing.handover.listed(left.counts)
        app.console.note(said.format(name=name, what=what, command=command), loud=True)


@contextmanager
def tried() -> Iterator[None]:
    """Try something that goes on even if it has to wait for whom it is about.

    What they hold must not keep their account: done in earnest, it takes their rights away first.
    """
    from crm import services

    try:
        yield
    except Conflict as error:
        if error.code != services.user.BUSY:
            raise


def _offered(app: App, user: str, override: str | None) -> tuple[int, str | None]:
    """Say what somebody still looks after, and ask who takes over; first, whether one may.

    Returns their id and the answer.
    """
    from crm import services
    from crm.queries import reference

    permission = Permission.USER_DEACTIVATE
    with app.transaction() as tx:
        user_id = reference.user_id(tx, user)
        row: Any = writing.people.record(tx, user_id)[1]
        counts = writing.people.looks_after(app, tx, user_id)
    with (
        tried(),
        writing.people.shutting_out(app, [user], permission, dry_run=True) as (tx, _ids),
    ):
        services.user.deactivate(tx, user_id)
    if not any(counts.values()):
        return user_id, None
    said = _("{name} is the contact of {what}.")
    app.console.warning(
        said.format(name=writing.people.name(row), what=writing.handover.listed(counts))
    )
    role = Role(writing.people.by_field(row)["role"])
    taker = writing.handover.ask_to_whom(app, user_id, role, override=override)
    return user_id, taker

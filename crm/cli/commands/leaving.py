"""epicevents user transfer, delete: when somebody hands over, or leaves."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.commands import deactivation
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import USER, write_options, yes_option
from crm.domain.enums import Role
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.services.portfolio import Moved


@click.command("transfer", cls=Command, context_settings=SETTINGS)
@click.argument("giver", metavar="FROM", type=USER)
@click.argument("taker", metavar="TO", type=USER)
@click.option(
    "--include-settled", is_flag=True, help=_("Settled contracts and past events as well.")
)
@deactivation.override_option
@yes_option
@write_options
@click.pass_obj
def transfer(
    app: App,
    /,
    giver: str,
    taker: str,
    include_settled: bool,
    override: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Hand all that somebody looks after to a colleague of the same role. MANAGEMENT may.

    Of SALES every client and the contracts that are not settled, of SUPPORT the events that have
    not ended. Settled contracts keep who sold them, past events who ran them.

    \b
    Examples:
      epicevents user transfer sales3@epicevents.example sales2@epicevents.example
      epicevents user transfer 3 4 --include-settled --yes
    """
    from crm.queries import reference

    # Tried first, so that what is asked about is what would happen.
    with app.transaction(dry_run=True) as tx:
        giver_id, taker_id = reference.user_id(tx, giver), str(reference.user_id(tx, taker))
        moved = writing.handover.act(
            tx, giver_id, taker_id, include_settled=include_settled, override=override
        )
    if not moved:
        said = _("{name} has nothing to hand over.").format(name=moved.giver.full_name)
        writing.outcome.unchanged(
            app, output, said, writing.handover.FIELDS, writing.handover.row(moved)
        )
        return
    if not dry_run:
        asking.prompts.confirm(
            app, _("{what} Go on?").format(what=writing.handover.in_words(moved)), yes=yes
        )
        with app.transaction() as tx:
            moved = writing.handover.act(
                tx, giver_id, taker_id, include_settled=include_settled, override=override
            )
    writing.handover.tell(app, output, moved, dry_run=dry_run)


@click.command("delete", cls=Command, context_settings=SETTINGS)
@click.argument("user", type=USER)
@deactivation.transfer_to_option
@yes_option
@write_options
@click.pass_obj
def delete(
    app: App,
    /,
    user: str,
    transfer_to: str | None,
    override: str | None,
    yes: bool,
    output: str,
    dry_run: bool,
) -> None:
    """Delete an account that no record names. MANAGEMENT may, but not its own.

    With --transfer-to a colleague takes over everything first, settled and past. Whoever has
    signed a contract or entered a payment is deactivated instead.

    \b
    Examples:
      epicevents user delete manager2@epicevents.example
      epicevents user delete 9 --transfer-to support2@epicevents.example --override "stands in"
    """
    from crm.queries import reference
    from crm.services.user import HANDED_OVER

    with app.transaction() as tx:
        fields, row = writing.people.record(tx, reference.user_id(tx, user))
    moved = None
    # Tried first, so that nobody is asked to confirm what is refused.
    tried = nullcontext() if dry_run else deactivation.tried()
    try:
        with tried:
            fields, row, moved = _delete(app, user, transfer_to, override, dry_run=True)
    except RuleViolation as refusal:
        if refusal.code != "user_in_use" or transfer_to or yes or not asking.prompts.may_ask(app):
            raise
        app.console.error(refusal.message)
        left = cast("dict[str, int]", refusal.details["dependents"])
        if left.keys() <= HANDED_OVER:
            transfer_to = _who_takes_everything(app, user, override)
        if transfer_to is None:
            asking.prompts.confirm(app, _("Deactivate the account instead?"), yes=False)
            deactivation.close(app, [user], None, override, output, dry_run=dry_run)
            return
        fields, row, moved = _delete(app, user, transfer_to, override, dry_run=True)
    name, email = writing.people.name(row), writing.people.by_field(row)["email"]
    if not dry_run:
        writing.deleting.before_deletion(app, [name], fields, [row], yes=yes, typed=email)
        fields, row, moved = _delete(app, str(row[0]), transfer_to, override, dry_run=False)
    if moved and output != "json":
        app.console.success(writing.handover.in_words(moved))
    done = _("Account {id} deleted: {name}.").format(id=row[0], name=name)
    kept = row if output == "json" else None
    writing.outcome.written(app, output, done, fields, kept, dry_run=dry_run)


def _delete(
    app: App, user: str, taker: str | None, override: str | None, *, dry_run: bool
) -> tuple[Any, Any, "Moved | None"]:
    """Hand over everything to ``taker``, if any, and delete; return the account as it was."""
    from crm import services

    moved = None
    with writing.people.shutting_out(app, [user], Permission.USER_DELETE, dry_run=dry_run) as (
        tx,
        (user_id,),
    ):
        fields, row = writing.people.record(tx, user_id)
        if taker is not None:
            moved = writing.handover.act(
                tx, user_id, taker, include_settled=True, override=override
            )
        services.user.delete(tx, user_id)
    return fields, row, moved


def _who_takes_everything(app: App, user: str, override: str | None) -> str | None:
    from crm.queries import reference

    with app.transaction() as tx:
        row = writing.people.record(tx, reference.user_id(tx, user))[1]
    return writing.handover.ask_to_whom(
        app,
        row[0],
        Role(writing.people.by_field(row)["role"]),
        include_settled=True,
        override=override,
    )

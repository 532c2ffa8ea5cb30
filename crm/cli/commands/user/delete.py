"""epicevents user delete."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.noun_options import transfer_to_option
from crm.cli.options import write_options, yes_option
from crm.cli.types import USER
from crm.domain.enums import Role
from crm.domain.errors import RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.services.portfolio import Moved


@click.command(cls=Command)
@click.argument("user", type=USER)
@transfer_to_option
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
    """Delete an account that no record refers to (MANAGEMENT only, not their own).

    With --transfer-to a colleague first takes over everything, settled and past. Somebody who has
    signed a contract or entered a payment can only be deactivated.

    \b
    Examples:
      epicevents user delete manager2@epicevents.example
      epicevents user delete 9 --transfer-to support2@epicevents.example --override "stands in"
    """
    from crm.queries import reference

    with app.transaction() as tx:
        fields, row = writing.people.read_person(tx, reference.find_user_id(tx, user))
    moved = None
    # Tried first, so that nobody is asked to confirm what is refused.
    tried = nullcontext() if dry_run else writing.leaving.try_patiently()
    try:
        with tried:
            fields, row, moved = _hand_over_and_delete(
                app, user, transfer_to, override, dry_run=True
            )
    except RuleViolation as refusal:
        # The usual way to leave is another: what it is, and what it takes, is proposed at once.
        if refusal.code != "user_in_use" or transfer_to or yes or not asking.prompts.may_ask(app):
            raise
        app.console.error(refusal.message)
        transfer_to = _ask_for_taker(app, user, override) if _is_handed_over(refusal) else None
        if transfer_to is None:
            _deactivate_instead(app, user, override, output, dry_run=dry_run)
            return
        fields, row, moved = _hand_over_and_delete(app, user, transfer_to, override, dry_run=True)
    name, email = writing.people.full_name(row), row.email
    if not dry_run:
        writing.deleting.confirm_deletion(app, [name], fields, [row], yes=yes, typed=email)
        fields, row, moved = _hand_over_and_delete(
            app, str(row.id), transfer_to, override, dry_run=False
        )
    if moved and output != "json":
        app.console.success(writing.handover.describe_handover(moved))
    done = _("Account {id} deleted: {name}.").format(id=row.id, name=name)
    kept = row if output == "json" else None
    writing.outcome.report_write(app, output, done, fields, kept, dry_run=dry_run)


def _hand_over_and_delete(
    app: App, user: str, taker: str | None, override: str | None, *, dry_run: bool
) -> tuple[Any, Any, "Moved | None"]:
    """Hand over everything to ``taker``, if any, and delete; return the account as it was."""
    from crm import services

    moved = None
    with writing.people.suspend_users(app, [user], Permission.USER_DELETE, dry_run=dry_run) as (
        tx,
        (user_id,),
    ):
        fields, row = writing.people.read_person(tx, user_id)
        if taker is not None:
            moved = writing.handover.hand_over(
                tx, user_id, taker, include_settled=True, override=override
            )
        services.user.delete(tx, user_id)
    return fields, row, moved


def _is_handed_over(refusal: RuleViolation) -> bool:
    """Whether all that refers to the account can be taken over by a colleague."""
    from crm.services.user import HANDED_OVER

    left = cast("dict[str, int]", refusal.details["dependents"])
    return left.keys() <= HANDED_OVER


def _deactivate_instead(
    app: App, user: str, override: str | None, output: str, *, dry_run: bool
) -> None:
    asking.prompts.confirm(app, _("Deactivate the account instead?"), yes=False)
    writing.leaving.close_accounts(
        app, [user], None, override, output, yes=False, dry_run=dry_run, confirmed=True
    )


def _ask_for_taker(app: App, user: str, override: str | None) -> str | None:
    from crm.queries import reference

    with app.transaction() as tx:
        _fields, row = writing.people.read_person(tx, reference.find_user_id(tx, user))
    return writing.handover.ask_for_taker(
        app,
        row.id,
        Role(row.role),
        include_settled=True,
        override=override,
    )

"""epicevents event assign, unassign."""

from typing import TYPE_CHECKING

import click

from crm.cli import edits, prompts
from crm.cli.app import App
from crm.cli.groups import SETTINGS, Command
from crm.cli.options import EVENT, SUPPORT_USER, write_options
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database import Transaction
    from crm.services.editing import Change


@click.command("assign", cls=Command, context_settings=SETTINGS)
@click.argument("event", type=EVENT)
@click.argument("user", type=SUPPORT_USER, required=False)
@click.option("--override", metavar="REASON", help=_("Why USER runs two events at once."))
@write_options
@click.pass_obj
def assign(
    app: App, /, event: str, user: str | None, override: str | None, output: str, dry_run: bool
) -> None:
    """Give an event to a SUPPORT person who is free at that time. MANAGEMENT may.

    \b
    Examples:
      epicevents event assign 7 support@epicevents.example
      epicevents event assign 7 Dupont --override "both are in the same hotel"
    """
    from crm import services
    from crm.queries import reference
    from crm.queries.event import LISTING

    who = _whom(app) if user is None else user

    def act(tx: "Transaction", event_id: int) -> "Change":
        support = reference.user_id(tx, who)
        return services.event.assign(tx, event_id, support, override=override)

    said = edits.Said(
        _("Event {id} assigned to {support_contact}: {name}."),
        _("{support_contact} runs event {id} already."),
        "epicevents event list --support {support_contact_id} --upcoming".format_map,
    )
    edits.change(app, output, LISTING, event, act, said, dry_run=dry_run)


@click.command("unassign", cls=Command, context_settings=SETTINGS)
@click.argument("event", type=EVENT)
@write_options
@click.pass_obj
def unassign(app: App, /, event: str, output: str, dry_run: bool) -> None:
    """Take an event from its support person. MANAGEMENT may.

    \b
    Examples:
      epicevents event unassign 7
    """
    from crm import services
    from crm.queries.event import LISTING

    said = edits.Said(
        _("Event {id} unassigned: {name}."),
        _("Nobody runs event {id}."),
        "epicevents event assign {id} USER".format_map,
    )
    edits.change(app, output, LISTING, event, services.event.unassign, said, dry_run=dry_run)


def _whom(app: App) -> str:
    """Ask which support person is meant."""
    asked = prompts.of_colleague(app, "user", _("Support"), "USER", Role.SUPPORT)
    answer = prompts.complete(app, {}, [asked], permission=Permission.EVENT_ASSIGN)
    return str(answer["user"])

"""epicevents event assign."""

from typing import TYPE_CHECKING

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.asking.parameters import AskedArgument
from crm.cli.groups import Command
from crm.cli.options import several_records, version_option, write_options
from crm.cli.reading import records
from crm.cli.types import EVENTS_FOR_USER, SUPPORT_USER
from crm.domain.enums import Role
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.editing import Change


@click.command(cls=Command)
@several_records("events", EVENTS_FOR_USER)
@click.argument("user", type=SUPPORT_USER, cls=AskedArgument, not_with="suggest")
@click.option(
    "--suggest",
    is_flag=True,
    help=_("List the colleagues who are free then, least busy first, and pick one."),
)
@click.option(
    "--override", metavar="REASON", help=_("The reason why USER runs two events at once.")
)
@version_option
@write_options
@click.pass_obj
def assign(
    app: App,
    /,
    events: tuple[str, ...],
    user: str | None,
    suggest: bool,
    override: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
) -> None:
    """Assign events to a SUPPORT person who is free at that time (MANAGEMENT only).

    --suggest lists the colleagues who are free, with the number of events that each runs within two
    weeks before and after, and asks in a terminal which one to assign. With --no-input, -o json or
    without a terminal it only lists them.

    \b
    Examples:
      epicevents event assign 40 support@epicevents.example
      epicevents event assign 40 41 Dubois
      epicevents event assign 40 --suggest
      epicevents event assign 40 Dubois --override "both are in the same hotel"
    """
    from crm import services
    from crm.queries.event import LISTING

    writing.edits.refuse_version_of_several(events, version)
    if suggest:
        if len(events) > 1 or user is not None:
            raise UsageFault(
                _("--suggest and USER exclude each other."),
                hint=_("Leave out one of them."),
            )
        user = _suggest_support(app, events[0], output)
        if user is None:
            return
    support = writing.people.find_person(app, _ask_for_support(app) if user is None else user)

    def act(tx: "Transaction", event_id: int) -> "Change":
        return services.event.assign(
            tx, event_id, support, override=override, version=version, zone=app.settings.timezone
        )

    said = writing.edits.Wording(
        _("Event {id} assigned to {support_contact}: {name}."),
        _("{support_contact} already runs event {id}; nothing to change."),
        "epicevents event list --support {support_contact_id} --upcoming".format_map,
    )
    writing.edits.change_records(app, output, LISTING, events, act, said, dry_run=dry_run)


def _ask_for_support(app: App) -> str:
    """Ask which support person is meant."""
    asked = asking.questions.colleague_question(app, "user", _("Support"), "USER", Role.SUPPORT)
    answer = asking.prompts.ask_for_options(app, {}, [asked], permission=Permission.EVENT_ASSIGN)
    return str(answer["user"])


def _suggest_support(app: App, event: str, output: str) -> str | None:
    """Show who is free to run an event; return who is picked, None where nothing is asked."""
    from crm import services
    from crm.cli.output import table
    from crm.queries import reference
    from crm.queries.event import LISTING
    from crm.queries.schedule import CANDIDATE

    with app.transaction() as tx:
        row = records.find_row(tx, LISTING, event)
        free = services.event.find_free_support(tx, row.id)
    if output == "json":
        records.print_json_list(app, CANDIDATE, free)
        return None
    if not free:
        app.console.note(_("Nobody in SUPPORT is free at that time."), loud=True)
        writing.outcome.suggest_command(
            app, f"epicevents event assign {row.id} USER --override REASON"
        )
        return None
    table.show_listing(CANDIDATE, free, app.console, exact=True)
    if not asking.prompts.may_ask(app):
        app.console.note(_("Nobody assigned."))
        writing.outcome.suggest_command(app, f"epicevents event assign {row.id} {free[0].id}")
        return None
    app.console.flush()

    def read(typed: str) -> str:
        with app.transaction() as tx:
            return str(reference.find_user_id(tx, typed.strip() or str(free[0].id)))

    hint = _("Enter: {default}").format(default=free[0].support_contact)
    return str(
        asking.answers.ask(app, asking.questions.Question("user", _("Support"), read, "USER", hint))
    )

"""epicevents event …"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from crm.cli import asking, reading, writing
from crm.cli.app import App
from crm.cli.groups import Entry, Group
from crm.cli.options import (
    CALENDAR,
    CLIENT,
    CONTRACT,
    EVENT,
    MOMENT,
    PERIOD,
    SUPPORT_USER,
    input_options,
    listing_options_with,
    record_options,
    several,
    together,
    version_option,
    write_options,
    yes_option,
)
from crm.cli.reading import past, records
from crm.domain import inputs
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.cli.writing.updating import Values
    from crm.database.transaction import Transaction
    from crm.services.editing import Change

PERIODS = ("today", "week", "month")


# One option for each column that people write.
columns = together(
    click.option("--contract", type=CONTRACT, metavar="ID", help=_("On which signed contract.")),
    input_options(*inputs.EVENT[:2]),
    click.option("--start-date", type=MOMENT, help=_("When it starts (tomorrow 18:00).")),
    click.option("--end-date", type=MOMENT, help=_("When it ends (tomorrow 23:30).")),
    input_options(*inputs.EVENT[2:]),
)


@click.group(cls=Group)
def event() -> None:
    """Events and who runs them."""


@event.command("list")
@listing_options_with(CALENDAR)
@click.option("--client", type=CLIENT, help=_("Of CLIENT: id, email or name."))
@click.option("--contract", type=CONTRACT, metavar="ID", help=_("On contract ID."))
@click.option("--support", type=SUPPORT_USER, help=_("Run by USER."))
@click.option("--no-support", is_flag=True, default=None, help=_("That nobody runs yet."))
@click.option("--from", "start_from", type=PERIOD, help=_("Starting on or after DATE."))
@click.option("--to", "start_to", type=PERIOD, help=_("Starting on or before DATE."))
@click.option("--period", type=click.Choice(PERIODS), help=_("Starting in this day, week, month."))
@click.option("--upcoming/--past", default=None, help=_("Not ended yet, or ended."))
@click.option("--location", metavar="TEXT", help=_("Whose location has these words."))
@click.pass_obj
def list_(
    app: App,
    /,
    client: str | None,
    contract: str | None,
    support: str | None,
    start_from: Any,
    start_to: Any,
    period: str | None,
    upcoming: bool | None,
    **given: Any,
) -> None:
    """List events by their start. Everybody may.

    \b
    Examples:
      epicevents event list --mine --upcoming
      epicevents event list --no-support --period month
      epicevents event list --from 2026-06 --to 2026-08 --location paris -o csv --all
      epicevents event list --mine --all --output-file mine.ics
    """
    from crm.cli.reading.bounds import bounds, period_of
    from crm.queries import contract as contracts
    from crm.queries import reference
    from crm.queries.event import LISTING

    if period:
        if start_from or start_to:
            raise UsageFault(
                _("--period says from when to when already."),
                hint=_("Leave out either --period, or --from and --to."),
            )
        start_from = start_to = period_of(app.today, period)
    options = reading.asked.Options.taken_from(given)
    filters = given | bounds(app, "start", start_from, start_to)
    if upcoming is not None:
        filters["upcoming" if upcoming else "past"] = app.now
    with app.transaction() as tx:
        if client is not None:
            filters["client"] = reference.client_id(tx, client)
        if contract is not None:
            filters["contract"] = records.find(tx, contracts.LISTING, contract)[0]
        if support is not None:
            filters["support"] = reference.user_id(tx, support)
        reading.listing.run(app, tx, LISTING, options, filters)


@event.command("show")
@click.argument("event", type=EVENT)
@past.as_of_option
@record_options
@click.pass_obj
def show(app: App, /, event: str, moment: datetime | None, output: str) -> None:
    """Show an event with its contract and its client. Everybody may.

    \b
    Examples:
      epicevents event show 40
      epicevents event show 40 --as-of today -o json
    """
    from crm.queries import event as query

    title = _("Event {id}: {name}")
    if moment:
        past.show(app, output, query.LISTING, event, moment, title)
        return
    with app.transaction() as tx:
        row = records.find(tx, query.LISTING, event)
        found = query.related(tx, row[0]) if output == "table" else {}
    record = records.by_field(query.LISTING.fields, row)
    records.show(
        app,
        output,
        title.format(**record),
        query.LISTING.fields,
        row,
        related=reading.offers.related(found, {"contract": _("Contract"), "client": _("Client")}),
        commands=[
            *reading.offers.possible(
                tx.actor, record["support_contact_id"], reading.offers.of_event(record)
            ),
            reading.offers.history("event", record["id"]),
        ],
    )


@event.command("create")
@columns
@click.option("--allow-past", is_flag=True, help=_("Record one that has been held already."))
@write_options
@click.pass_obj
def create(app: App, /, allow_past: bool, output: str, dry_run: bool, **given: Any) -> None:
    """Create an event on a signed contract. SALES may for their own clients, MANAGEMENT for any.

    \b
    Examples:
      epicevents event create --contract 12
      epicevents event create --contract 12 --name "General Assembly" --client-contact "Kevin" \\
        --start-date "2030-06-04 13:00" --end-date "2030-06-05 02:00" \\
        --location "Salle des fêtes, Mufflins" --attendees 200
    """
    from crm import services
    from crm.queries import contract as contracts
    from crm.queries import event as query

    values = asking.nouns.of_event(app, given)
    with app.transaction(dry_run=dry_run) as tx:
        contract_id = records.find(tx, contracts.LISTING, values.pop("contract"))[0]
        change = services.event.create(tx, contract_id=contract_id, allow_past=allow_past, **values)
        row = records.find(tx, query.LISTING, str(change.record.id))
    record = records.by_field(query.LISTING.fields, row)
    next_one = reading.offers.possible(tx.actor, None, reading.offers.of_event(record))
    writing.outcome.written(
        app,
        output,
        _("Event {id} created: {name}, {start_date}.").format(
            **writing.edits.words(app, query.LISTING.fields, row)
        ),
        query.LISTING.fields,
        row,
        dry_run=dry_run,
        then=next_one[0].line if next_one else f"epicevents event show {row[0]}",
    )


@event.command("update")
@click.argument("event", type=EVENT)
@columns
@version_option
@write_options
@click.pass_obj
def update(
    app: App,
    /,
    event: str,
    contract: str | None,
    version: int | None,
    output: str,
    dry_run: bool,
    **given: Any,
) -> None:
    """Change an event. SUPPORT may change the events assigned to them, MANAGEMENT any.

    At a terminal and without options it asks for each field; Enter keeps what is there.

    \b
    Examples:
      epicevents event update 40
      epicevents event update 40 --attendees 80 --location "Château de Candé"
      epicevents event update 40 --start-date "2030-06-04 14:00" --end-date "2030-06-05 02:00"
    """
    from crm import services
    from crm.queries import contract as contracts
    from crm.queries.event import LISTING

    def write(tx: "Transaction", event_id: int, values: "Values", seen: "Values | None") -> Any:
        new = dict(values)
        if "contract" in new:
            new["contract_id"] = records.find(tx, contracts.LISTING, new.pop("contract"))[0]

        def act(tx: "Transaction", event_id: int) -> "Change":
            zone = app.settings.timezone
            return services.event.update(tx, event_id, new, version=version, seen=seen, zone=zone)

        return writing.edits.edit_in(tx, LISTING, str(event_id), act)

    def together(values: "Values") -> None:
        services.event.check_dates(values["start_date"], values["end_date"])

    subject = writing.updating.Update(
        LISTING.fields,
        lambda tx: int(records.find(tx, LISTING, event)[0]),
        lambda tx, event_id: records.by_field(
            LISTING.fields, records.find(tx, LISTING, str(event_id))
        ),
        lambda _seen: asking.nouns.of_event_changes(app),
        {"end_date": together},
    )
    given = {"contract": contract, **given}
    edited = writing.updating.run(app, subject, given, write, dry_run=dry_run)
    said = writing.edits.Said(
        _("Event {id} updated: {name}."),
        _("Nothing to change."),
        "epicevents event show {id}".format_map,
    )
    writing.edits.tell(app, output, edited, said, dry_run=dry_run)


@event.command("delete")
@several("events", EVENT)
@yes_option
@write_options
@click.pass_obj
def delete(app: App, /, events: tuple[str, ...], yes: bool, output: str, dry_run: bool) -> None:
    """Delete events. MANAGEMENT may.

    \b
    Examples:
      epicevents event delete 40
      epicevents event delete 41 42
    """
    from crm import services
    from crm.queries.event import LISTING

    writing.deleting.delete(
        app,
        output,
        LISTING,
        events,
        services.event.delete,
        _("Event {id}: {name}"),
        _("Event {id} deleted: {name}."),
        yes=yes,
        dry_run=dry_run,
    )


event.add_later(
    Entry("assign", "assignment:assign"),
    Entry("unassign", "assignment:unassign"),
    Entry("note", "note:note"),
    Entry("agenda", "agenda:agenda"),
    Entry("sheet", "sheet:sheet"),
    Entry("import", "imports:events"),
)

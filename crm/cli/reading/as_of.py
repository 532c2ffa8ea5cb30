"""``show --as-of``: a record as it was."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from crm.cli.app import App
from crm.cli.options import Decorated
from crm.cli.reading import records
from crm.cli.types import TextType
from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.domain.fields import Field
    from crm.queries.listing import Listing


def _parse_moment(text: str, app: App, _option: str) -> datetime:
    """Return the end of a day, or a moment of it, as naive UTC; now is as late as it gets."""
    from datetime import timedelta

    from crm.domain.dates import parse_date
    from crm.domain.periods import Period
    from crm.domain.times import day_bounds, parse_datetime

    zone = app.settings.timezone
    try:
        day = parse_date(text, today=app.today, past=True)
    except InvalidValue as error:
        # What is no day at all may be a moment. A day with two meanings has no time to add.
        if error.code != "invalid_date":
            raise
        moment = parse_datetime(text, zone=zone, now=app.now, past=True)
    else:
        if day == app.today:
            return app.now
        moment = day_bounds(Period(day, day), zone)[1] - timedelta(microseconds=1)
    if moment > app.now:
        raise InvalidValue(
            _("That moment is in the future; the history ends now."),
            hint=_("Give a past moment, such as yesterday."),
            code="date_in_the_future",
        )
    return moment


def as_of_option(function: Decorated) -> Decorated:
    """Add ``--as-of`` to a command that shows one record."""
    return click.option(
        "--as-of",
        "moment",
        type=TextType("DATE", _parse_moment, "days"),
        help=_("Show the record as it was at the end of DATE, or at a time on it."),
    )(function)


def show_as_of(
    app: App,
    output: str,
    listing: "Listing",
    text: str,
    moment: datetime,
    title: str,
    *,
    unknown: "tuple[Field, ...]" = (),
) -> None:
    """Print the record that ``text`` names as it was at ``moment``, and what left it so.

    What is deleted is named by its id. In ``title``, ``{field}`` stands for a value; ``unknown``
    are fields that the command prints besides, and the past does not tell.

    Raises NotFound with ``since`` or ``until`` when there was one.
    """
    from crm.domain.times import format_wall_clock
    from crm.queries import lookup
    from crm.services import audit

    zone = app.settings.timezone
    with app.transaction() as tx:
        record_id = lookup.find_lasting_id(tx, listing.noun, text)
        found = audit.find_as_of(tx, listing, record_id, moment, zone)
    row = found.row or ()
    records.show_record(
        app,
        output,
        title.format(**records.map_fields(listing.fields, row)),
        (*listing.fields, *unknown),
        (*row, *(None for _field in unknown)),
    )
    when = format_wall_clock(moment, zone)
    if found.transaction is None:
        app.console.note(_("As of {when}.").format(when=when), loud=True)
    else:
        said = _("As of {when} (transaction {number}).")
        app.console.note(said.format(when=when, number=found.transaction), loud=True)

"""The options that the commands of one subject share."""

from collections.abc import Callable

import click

from crm.cli.app import App
from crm.cli.options import Decorated, combine_options, input_options, write_options
from crm.cli.types import (
    CLIENT,
    CONTRACT,
    DAY,
    EVENT,
    FILE,
    MOMENT,
    PAST_PERIOD,
    USER,
    File,
    TextType,
)
from crm.domain import inputs
from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _

signed_option = click.option(
    "--signed/--unsigned", "signed_status", default=None, help=_("Signed, or still a draft.")
)


def due_date_option(kind: TextType) -> Callable[[Decorated], Decorated]:
    """Add ``--due-date`` to what writes a contract; ``kind`` says whether it may be emptied."""
    return click.option(
        "--due-date",
        type=kind,
        help=_("The due date; by default 30 days after signing."),
    )


# One for each column of an event that people write.
event_options = combine_options(
    click.option("--contract", type=CONTRACT, help=_("The signed contract: id or words.")),
    input_options(*inputs.EVENT[:2]),
    click.option(
        "--start-date", type=MOMENT, help=_("Start of the event (such as: tomorrow 18:00).")
    ),
    click.option("--end-date", type=MOMENT, help=_("End of the event (such as: tomorrow 23:30).")),
    input_options(*inputs.EVENT[2:]),
)

# What a task or a log entry is about.
subject_options = combine_options(
    click.option("--client", type=CLIENT, help=_("The client: id, email, phone or name.")),
    click.option("--contract", type=CONTRACT, metavar="ID", help=_("The contract it is about.")),
    click.option("--event", type=EVENT, metavar="ID", help=_("The event it is about.")),
)


def next_option(help_text: str) -> Callable[[Decorated], Decorated]:
    """Add ``--next DATE TEXT``, the task that comes next; the command gets it as ``following``."""
    return click.option(
        "--next",
        "following",
        nargs=2,
        type=(DAY, str),
        metavar="DATE TEXT",
        help=help_text,
    )


# What a colleague takes over.
override_option = click.option(
    "--override", metavar="REASON", help=_("The reason for two events at once.")
)
transfer_to_option = combine_options(
    click.option(
        "--transfer-to",
        metavar="USER",
        type=USER,
        help=_("The colleague who takes over, in the same step."),
    ),
    override_option,
)

# From when to when something was written.
from_option = click.option("--from", "first", type=PAST_PERIOD, help=_("Only from DATE on."))
to_option = click.option(
    "--to", "last", type=PAST_PERIOD, help=_("Only up to DATE, that day included.")
)


def url_option(name: str, help_text: str) -> Callable[[Decorated], Decorated]:
    """Return an option for a database's URL; one that holds a password is refused."""

    def take(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        from crm.settings.url import parse_database_url

        if value is None or ctx.resilient_parsing:
            return
        if "password" in parse_database_url(value):
            raise UsageFault(
                _("Everybody on this machine can read a password on the command line."),
                hint=_(
                    "Put the URL into EPICEVENTS_{name}, or the password into a .pgpass file."
                ).format(name=name.upper()),
                code="password_in_option",
            )
        ctx.ensure_object(App).set_flag(name, value)

    return click.option(
        "--" + name.replace("_", "-"),
        metavar="URL",
        expose_value=False,
        is_eager=True,
        callback=take,
        help=help_text,
    )


date_order_option = click.option(
    "--date-order",
    type=click.Choice(["day", "month"]),
    help=_("What comes first in 04/06/2026: the day, unless other rows contradict it."),
)


def import_options(*on_duplicate: str) -> Callable[[Decorated], Decorated]:
    """Add the argument FILE and the options of every import; the first choice is the default."""

    return combine_options(
        click.argument("file", type=FILE),
        click.option(
            "--map",
            "mapping",
            multiple=True,
            metavar="HEADING=FIELD",
            help=_('The field of a column, such as "Nom complet=full_name" (repeatable).'),
        ),
        click.option(
            "--on-duplicate",
            type=click.Choice(on_duplicate),
            default=on_duplicate[0],
            show_default=True,
            help=_("What to do with records that already exist."),
        ),
        click.option(
            "--partial", is_flag=True, help=_("Import the valid rows and leave out the rest.")
        ),
        click.option(
            "--errors",
            type=File(dir_okay=False, writable=True),
            help=_("Write the refused rows to FILE, each with its reason."),
        ),
        click.option(
            "--encoding", metavar="NAME", help=_("Encoding of a CSV file that is not UTF-8.")
        ),
        click.option("--sheet", metavar="NAME", help=_("The sheet of a workbook.")),
        click.option(
            "--force",
            is_flag=True,
            help=_(
                "Also a file beyond 128 MB, 1,048,576 rows or 1,024 columns, or a workbook that"
                " takes more than 256 MB of memory, 256 MB unpacked or 8 seconds."
            ),
        ),
        write_options,
    )

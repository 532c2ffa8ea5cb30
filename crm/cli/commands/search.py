"""epicevents search TEXT"""

import shlex
from collections.abc import Callable

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading.sections import Part, SectionLine
from crm.domain.i18n import gettext as _

Row = dict[str, str]


@click.command(cls=Command)
@click.argument("text")
@click.option(
    "-L",
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    default=10,
    show_default=True,
    help=_("Show at most N of each kind."),
)
@record_options
@click.pass_obj
def search(app: App, /, text: str, limit: int, output: str) -> None:
    """Find clients, contracts, events and colleagues at once (everybody).

    It finds words by their beginning, regardless of accents, case, apostrophes and hyphens, a phone
    in any notation or by its last digits, an id, and the reference of a payment. Whole words first.

    \b
    Examples:
      epicevents search lefe
      epicevents search "06 12 34 56 78"
      epicevents search 5678
      epicevents search INV-2026-014
      epicevents search "cool startup" -o json
    """
    from crm.cli.reading import sections
    from crm.queries.search import search_everything as find

    with app.transaction() as tx:
        found = find(tx, text, limit)
    sought = shlex.quote(text)
    if not any(section.rows for section in found.values()):
        app.console.note(_("Nothing found for {text}.").format(text=sought))
    if output == "json":
        sections.print_sections_json(app, {}, found)
        return
    parts = [
        Part(
            title,
            [line(row) for row in sections.format_section(found[key], app)],
            found[key].total,
            f"epicevents {found[key].noun} list -S {sought}",
        )
        for key, (title, line) in _presentations().items()
        if found[key].rows
    ]
    sections.show_sections(parts, app.console)


def _presentations() -> dict[str, tuple[str, Callable[[Row], SectionLine]]]:
    return {
        "clients": (_("Clients"), _format_client),
        "contracts": (_("Contracts"), _format_contract),
        "events": (_("Events"), _format_event),
        "users": (_("Colleagues"), _format_user),
    }


def _format_client(row: Row) -> SectionLine:
    command = f"epicevents client show {row['id']}"
    return SectionLine(row["full_name"], row["company_name"], "", command)


def _format_contract(row: Row) -> SectionLine:
    command = f"epicevents contract show {row['id']}"
    return SectionLine(row["client"], row["status"], row["total_amount"], command)


def _format_event(row: Row) -> SectionLine:
    command = f"epicevents event show {row['id']}"
    return SectionLine(row["name"], row["client"], row["start_date"], command)


def _format_user(row: Row) -> SectionLine:
    command = f"epicevents user show {row['id']}"
    return SectionLine(
        f"{row['first_name']} {row['last_name']}", row["email"], row["role"], command
    )

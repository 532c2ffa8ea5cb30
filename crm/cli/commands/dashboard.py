"""epicevents dashboard: what waits for whoever is logged in, by their role."""

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import moments, records
from crm.cli.reading.sections import Part, SectionLine
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.domain.permissions import Actor
    from crm.queries.batch import Section


@click.command(cls=Command)
@record_options
@click.pass_obj
def dashboard(app: App, /, output: str) -> None:
    """Show what there is to do today, each line with its next command (everybody).

    \b
    Examples:
      epicevents dashboard
      epicevents dashboard -o json
    """
    from crm.cli.reading import sections
    from crm.domain.periods import Period, week_of
    from crm.domain.times import day_bounds
    from crm.queries.dashboard import read_dashboard as waiting

    zone = app.settings.timezone
    with app.transaction() as tx:
        actor = tx.actor
        found = waiting(
            tx,
            now=app.now,
            day=app.today,
            today=day_bounds(Period(app.today, app.today), zone),
            week=day_bounds(week_of(app.today), zone),
        )
    if output == "json":
        sections.print_sections_json(app, _build_head(app, actor), found)
        return
    _greet(app, actor)
    looks = _presentations(actor.role)
    parts = [
        _build_part(app, looks[key], found[key], actor.role) for key in found if found[key].rows
    ]
    sections.show_sections(parts, app.console)
    if not parts:
        _say_all_clear(app, actor.role)


def _build_head(app: App, actor: "Actor") -> dict[str, Any]:
    names = ("id", "email", "first_name", "last_name", "role")
    return {
        "date": app.today.isoformat(),
        "user": {name: getattr(actor, name) for name in names},
    }


def _greet(app: App, actor: "Actor") -> None:
    from crm.cli.output.columns import build_presenter
    from crm.domain.fields import Field, Kind

    out = app.console.out
    role = build_presenter(Field("role", Kind.CODE), app.console, out)(actor.role)
    name = out.paint(out.text(_("Hello, {name}").format(name=actor.name)), "title")
    about = out.fit(f" — {role}, {moments.format_weekday(app.today)} {app.today.isoformat()}")
    app.console.show(name + out.paint(about, "quiet") + "\n\n")


def _say_all_clear(app: App, role: Role) -> None:
    out = app.console.out
    clear = out.paint(out.fit("✓"), "success") + " " + out.text(_("Nothing to do right now."))
    look = {
        Role.SALES: (_("A new client?"), "epicevents client create"),
        Role.SUPPORT: (_("All your events:"), "epicevents event list --mine"),
        Role.MANAGEMENT: (_("Coming events:"), "epicevents event list --upcoming"),
    }
    question, command = look[role]
    app.console.show(f"{clear}\n\n  {out.text(question)}  {out.paint(command, 'command')}\n")


class _Presentation(NamedTuple):
    """How a section is headed, which command goes on from a record, and what lists them all."""

    title: str
    command: str
    all_of_them: str = ""


def _presentations(role: Role) -> dict[str, _Presentation]:
    show = "epicevents event show {id}"
    tasks = _Presentation(
        _("Your tasks"), "epicevents task done {id}", "epicevents task list --due-to today"
    )
    if role == Role.SUPPORT:
        coming = "epicevents event list --mine --upcoming"
        return {
            "tasks": tasks,
            "today": _Presentation(_("Your events today"), show, coming),
            "week": _Presentation(_("Later this week"), show, coming),
            "later": _Presentation(_("After this week"), show, coming),
        }
    mine = " --mine" if role == Role.SALES else ""
    return {
        "tasks": tasks,
        "overdue": _Presentation(
            _("Overdue"),
            "epicevents contract pay {id} {amount_due}",
            f"epicevents contract list{mine} --overdue --sort due_date",
        ),
        "unsigned": _Presentation(
            _("Contracts to sign"),
            "epicevents contract sign {id}",
            f"epicevents contract list{mine} --unsigned",
        ),
        "due": _Presentation(
            _("Signed contracts with an amount due"),
            "epicevents contract pay {id} {amount_due}",
            f"epicevents contract list{mine} --signed --unpaid --due-from today --sort due_date",
        ),
        "without_event": _Presentation(
            _("Signed contracts without an event"), "epicevents event create --contract {id}"
        ),
        "without_support": _Presentation(
            _("Coming events without support"),
            show if mine else "epicevents event assign {id} USER",
            f"epicevents event list{mine} --no-support --upcoming",
        ),
        "to_refund": _Presentation(
            _("To refund"),
            "epicevents contract refund {id} {to_refund}",
            "epicevents contract list --cancelled",
        ),
        "inactive": _Presentation(
            _("Deactivated colleagues who are still a contact"),
            "epicevents user show {id}",
            "epicevents user list --inactive",
        ),
    }


def _build_part(app: App, look: _Presentation, section: "Section", role: Role) -> Part:
    from crm.cli.reading import sections

    said = sections.format_section(section, app)
    lines = []
    for row, texts in zip(section.rows, said, strict=True):
        values = records.map_fields(section.fields, row)
        what, more, figure, style = _SAID[section.noun](app, role, values, texts)
        lines.append(SectionLine(what, more, figure, look.command.format(**values), style))
    return Part(look.title, lines, section.total, look.all_of_them)


Words = tuple[str, str, str, str | None]


def _format_contract(_app: App, role: Role, row: dict[str, Any], texts: dict[str, str]) -> Words:
    due = row["status"] != "DRAFT" and row["amount_due"]
    figure = texts["amount_due"] if due else texts["total_amount"]
    if row["to_refund"]:
        figure = texts["to_refund"]
    more = texts["sales_contact" if role == Role.MANAGEMENT else "status"]
    if row["days_overdue"]:
        late = ngettext("{n} day late", "{n} days late", row["days_overdue"])
        more = f"{late.format(n=row['days_overdue'])}, {more}"
    style = "late" if row["days_overdue"] else "due" if due else None
    return texts["client"], more, figure, style


def _format_event(app: App, _role: Role, row: dict[str, Any], texts: dict[str, str]) -> Words:
    return texts["name"], texts["client"], moments.format_moment(app, row["start_date"]), None


def _format_user(_app: App, _role: Role, _row: dict[str, Any], texts: dict[str, str]) -> Words:
    name = f"{texts['first_name']} {texts['last_name']}"
    return name, texts["email"], texts["role"], None


def _format_task(_app: App, _role: Role, row: dict[str, Any], texts: dict[str, str]) -> Words:
    client = texts["client"] if row["client"] else ""
    if not row["days_overdue"]:
        return texts["text"], client, _("today"), "due"
    late = ngettext("{n} day late", "{n} days late", row["days_overdue"])
    return texts["text"], client, late.format(n=row["days_overdue"]), "late"


_SAID = {
    "task": _format_task,
    "contract": _format_contract,
    "event": _format_event,
    "user": _format_user,
}

"""epicevents dashboard: what waits for whoever is logged in, by their role."""

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import records, when
from crm.cli.reading.sections import Line, Part
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.domain.permissions import Actor
    from crm.queries.together import Section


@click.command(cls=Command)
@record_options
@click.pass_obj
def dashboard(app: App, /, output: str) -> None:
    """Show what waits for you today, each line with its next command. Everybody may.

    \b
    Examples:
      epicevents dashboard
      epicevents dashboard -o json
    """
    from crm.cli.reading import sections
    from crm.domain.periods import Period, week_of
    from crm.domain.times import day_bounds
    from crm.queries.dashboard import dashboard as waiting

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
        sections.write_json(app, _head(app, actor), found)
        return
    _greet(app, actor)
    looks = _looks(actor.role)
    parts = [_part(app, looks[key], found[key], actor.role) for key in found if found[key].rows]
    sections.render(parts, app.console)
    if not parts:
        _say_all_clear(app, actor.role)


def _head(app: App, actor: "Actor") -> dict[str, Any]:
    names = ("id", "email", "first_name", "last_name", "role")
    return {
        "date": app.today.isoformat(),
        "user": {name: getattr(actor, name) for name in names},
    }


def _greet(app: App, actor: "Actor") -> None:
    from crm.cli.output.columns import presenter
    from crm.domain.fields import Field, Kind

    out = app.console.out
    role = presenter(Field("role", Kind.CODE), app.console, out)(actor.role)
    name = out.paint(out.text(_("Hello, {name}").format(name=actor.name)), "title")
    about = out.fit(f" — {role}, {when.weekday(app.today)} {app.today.isoformat()}")
    app.console.show(name + out.paint(about, "quiet") + "\n\n")


def _say_all_clear(app: App, role: Role) -> None:
    out = app.console.out
    clear = out.paint(out.fit("✓"), "success") + " " + out.text(_("Nothing waits for you."))
    look = {
        Role.SALES: (_("Somebody new?"), "epicevents client create"),
        Role.SUPPORT: (_("All your events:"), "epicevents event list --mine"),
        Role.MANAGEMENT: (_("What is coming:"), "epicevents event list --upcoming"),
    }
    question, command = look[role]
    app.console.show(f"{clear}\n\n  {out.text(question)}  {out.paint(command, 'command')}\n")


class _Look(NamedTuple):
    """How a section is headed, which command goes on from a record, and what lists them all."""

    title: str
    command: str
    all_of_them: str = ""


def _looks(role: Role) -> dict[str, _Look]:
    show = "epicevents event show {id}"
    if role == Role.SUPPORT:
        coming = "epicevents event list --mine --upcoming"
        return {
            "today": _Look(_("Your events today"), show, coming),
            "week": _Look(_("Later this week"), show, coming),
            "later": _Look(_("After this week"), show, coming),
        }
    mine = " --mine" if role == Role.SALES else ""
    return {
        "overdue": _Look(
            _("Overdue"),
            "epicevents contract pay {id} {amount_due}",
            f"epicevents contract list{mine} --overdue --sort due_date",
        ),
        "unsigned": _Look(
            _("Contracts to be signed"),
            "epicevents contract sign {id}",
            f"epicevents contract list{mine} --unsigned",
        ),
        "due": _Look(
            _("Signed contracts with something due"),
            "epicevents contract pay {id} {amount_due}",
            f"epicevents contract list{mine} --signed --unpaid --due-from today --sort due_date",
        ),
        "without_event": _Look(
            _("Signed contracts without an event"), "epicevents event create --contract {id}"
        ),
        "without_support": _Look(
            _("Coming events without support"),
            show if mine else "epicevents event assign {id} USER",
            f"epicevents event list{mine} --no-support --upcoming",
        ),
        "inactive": _Look(
            _("Inactive colleagues who are still somebody's contact"),
            "epicevents user show {id}",
            "epicevents user list --inactive",
        ),
    }


def _part(app: App, look: _Look, section: "Section", role: Role) -> Part:
    from crm.cli.reading import sections

    said = sections.values(section, app)
    lines = []
    for row, texts in zip(section.rows, said, strict=True):
        values = records.by_field(section.fields, row)
        what, more, figure, style = _SAID[section.noun](app, role, values, texts)
        lines.append(Line(what, more, figure, look.command.format(**values), style))
    return Part(look.title, lines, section.total, look.all_of_them)


Words = tuple[str, str, str, str | None]


def _contract(_app: App, role: Role, row: dict[str, Any], texts: dict[str, str]) -> Words:
    due = row["status"] != "DRAFT" and row["amount_due"]
    figure = texts["amount_due"] if due else texts["total_amount"]
    more = texts["sales_contact" if role == Role.MANAGEMENT else "status"]
    if row["days_overdue"]:
        late = ngettext("{n} day late", "{n} days late", row["days_overdue"])
        more = f"{late.format(n=row['days_overdue'])}, {more}"
    return texts["client"], more, figure, "due" if due else None


def _event(app: App, _role: Role, row: dict[str, Any], texts: dict[str, str]) -> Words:
    return texts["name"], texts["client"], when.said(app, row["start_date"]), None


def _user(_app: App, _role: Role, _row: dict[str, Any], texts: dict[str, str]) -> Words:
    name = f"{texts['first_name']} {texts['last_name']}"
    return name, texts["email"], texts["role"], None


_SAID = {"contract": _contract, "event": _event, "user": _user}

"""epicevents doctor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import record_options
from crm.cli.reading import records
from crm.domain.errors import DatabaseUnavailable, NotLoggedIn, PermissionDenied, RuleViolation
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.services.doctor import Result

SUMMARY = (Field("check"), Field("ok", Kind.BOOLEAN), Field("what"))
FIELDS = (
    *SUMMARY,
    Field("why"),
    Field("next"),
    Field("sql"),
    Field("sql_as"),
)


@click.command(cls=Command)
@click.option("-v", "--verbose", is_flag=True, help=_("Show all checks, not only the faults."))
@record_options
@click.pass_obj
def doctor(app: App, /, verbose: bool, output: str) -> int:
    """Check the server, its rights and rules, the data and this workstation (anybody).

    It changes nothing. It checks the data only if you are logged in or the administrator's URL is
    set. Exit status: 0 if all is well, 6 for a fault or for a check that the server refused, 7 if
    the server cannot be reached.

    \b
    Examples:
      epicevents doctor
      epicevents doctor --verbose
      epicevents doctor -o json
    """
    from crm.cli.output.progress import show_progress

    with show_progress(_("Checking"), app.console):
        results = _examine(app)
    if output == "json":
        records.print_json_list(app, FIELDS, [_build_row(result) for result in results])
    else:
        _show(app, results, verbose=verbose)
    return _choose_status(results)


def _examine(app: App) -> "list[Result]":
    from crm.services import doctor as service

    results = service.examine_workstation(app.settings)
    try:
        with app.anonymous() as tx:
            results += service.examine_server(tx, lambda: app.now)
    except DatabaseUnavailable as error:
        # A diagnosis answers also where the server does not: what can be known is shown, the rest
        # is unknown.
        return [
            *results,
            *service.report_unreachable(error),
            *service.report_unknown(service.DATA, error.message),
        ]
    return results + _examine_data(app)


def _examine_data(app: App) -> "list[Result]":
    from crm.services import doctor as service

    try:
        with app.transaction() as tx:
            return service.examine_data(tx)
    except (NotLoggedIn, PermissionDenied, DatabaseUnavailable) as error:
        # Nobody is logged in, or without rights. The owner, where one is at hand, sees the same.
        reason = error.message
    try:
        with app.owner() as tx:
            return service.examine_data(tx)
    except DatabaseUnavailable:
        # Neither could look. The first reason is the person's own, and the one they can do
        # something about.
        hint = _("Log in (epicevents login) or set EPICEVENTS_ADMIN_DATABASE_URL.")
        return service.report_unknown(service.DATA, reason, hint)


def _build_row(result: "Result") -> tuple[str | bool | None, ...]:
    said = (result.what, result.why, result.then)
    return (result.check.name, result.ok, *said, result.sql, result.sql_as)


def _choose_status(results: "Sequence[Result]") -> int:
    from crm.services.doctor import REACH

    faulty = [result.check for result in results if result.ok is False]
    if REACH in faulty:
        return DatabaseUnavailable.exit_code
    refused = any(result.refused for result in results)
    return RuleViolation.exit_code if faulty or refused else 0


def _show(app: App, results: "Sequence[Result]", *, verbose: bool) -> None:
    if verbose:
        from crm.cli.output import table

        rows = [(result.check.name, result.ok, result.what) for result in results]
        table.show_listing(SUMMARY, rows, app.console)
    from crm.services.doctor import REACH

    faulty = [result for result in results if result.ok is False]
    skipped = [result for result in results if result.ok is None]
    for result in faulty:
        _say_fault(app, result)
    if faulty:
        said = ngettext(
            "{count} fault in {all} checks.", "{count} faults in {all} checks.", len(faulty)
        )
        app.console.note(said.format(count=len(faulty), all=len(results)), loud=True)
    elif not any(result.refused for result in skipped):
        done = len(results) - len(skipped)
        app.console.success(
            ngettext("All is well: {count} check.", "All is well: {count} checks.", done).format(
                count=done
            )
        )
    if REACH not in [result.check for result in faulty]:  # which says the same of all the others
        _say_skipped(app, skipped)


def _say_fault(app: App, result: "Result") -> None:
    from crm.cli.output.cells import wrap
    from crm.cli.output.table import GAP

    terminal = app.console.out
    label = terminal.text(_("Fault:"))
    lines = [f"{label} {terminal.text(result.what)} {terminal.text(result.why or '')}".rstrip()]
    lines += [GAP + terminal.text(_("Next: {command}").format(command=result.then))]
    if terminal.interactive:
        lines = [part for line in lines for part in _indent(wrap(line, terminal.width - len(GAP)))]
    lines[0] = terminal.paint(label, "error") + lines[0].removeprefix(label)
    if result.sql and result.sql_as:
        lines += [GAP + terminal.text(_("SQL, as {role}:").format(role=result.sql_as))]
    lines += [GAP * 2 + terminal.paint(line, "quiet") for line in (result.sql or "").splitlines()]
    app.console.show("\n".join(lines) + "\n")


def _indent(lines: list[str]) -> list[str]:
    return [lines[0], *("  " + line for line in lines[1:])]


def _say_skipped(app: App, skipped: "Sequence[Result]") -> None:
    reasons: dict[tuple[str | None, str | None], list[str]] = {}
    for result in skipped:
        reasons.setdefault((result.why, result.then), []).append(result.check.name)
    for (why, then), names in reasons.items():
        app.console.note(
            _("Not checked: {checks}. {reason}").format(checks=", ".join(names), reason=why),
            loud=True,
        )
        if then:
            app.console.note(then)

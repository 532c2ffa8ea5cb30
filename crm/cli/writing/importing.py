"""What the three import commands share: the load itself, and what is said of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.cli.reading.listing import format_count
from crm.cli.writing.outcome import report_dry_run
from crm.domain.errors import CRMError, PermissionDenied, RuleViolation, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.i18n import ngettext

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.importing.nouns import ImportColumn
    from crm.importing.table import Table
    from crm.importing.values import Moments
    from crm.services.imports import ImportOutcome, Plan
    from crm.services.refusals import Refused

SHOWN = 10  # refused rows that are told without a file
LISTED = 100  # of them in the JSON of an error


def open_import(app: App, noun: str, given: dict[str, Any]) -> "Table":
    """Return the table in the file, and say what of it is not read.

    Raises what :func:`crm.importing.files.open_table` raises, and UsageFault where the refused rows
    would replace the file.
    """
    from crm.cli.output.progress import show_progress
    from crm.domain.text import quote
    from crm.importing.bounds import USUAL
    from crm.importing.files import open_table
    from crm.importing.nouns import NAMES

    path, errors = given.pop("file"), given["errors"]
    with show_progress(_("Opening the file"), app.console):
        table = open_table(
            path,
            NAMES[noun],
            dict(map(_parse_mapping, given.pop("mapping"))),
            encoding=given.pop("encoding"),
            sheet=given.pop("sheet"),
            bounds=None if given.pop("force") else USUAL,
        )
    if errors and errors.exists() and errors.samefile(path):
        raise UsageFault(
            _("The refused rows would overwrite the file itself."),
            hint=_("Give --errors another file."),
        )
    if table.name:
        app.console.note(_("Sheet: {name}.").format(name=quote(table.name)))
    if table.unknown:
        app.console.note(
            _("Columns not imported: {names}.").format(names=", ".join(map(quote, table.unknown)))
        )
    return table


def run_import(
    app: App,
    tx: "Transaction",
    plan: "Plan",
    table: "Table",
    columns: "Sequence[ImportColumn]",
    moments: "Moments",
    parameters: Mapping[str, Any],
    *,
    partial: bool,
    errors: Path | None,
    dry_run: bool,
    output: str,
) -> None:
    """Load the table, whose import has begun, and say what came of it.

    Raises RuleViolation ``rows_refused`` where a row is refused, unless ``partial``, and
    PermissionDenied where only the role forbids them.
    """
    from crm.cli.output.progress import show_progress
    from crm.importing.cleaning import clean
    from crm.services import imports

    with show_progress(_("Reading the file"), app.console, table.about) as said:
        names = [each.name for each in columns]
        imports.copy_rows_in(tx, plan, names, clean(table, columns, moments, said))
    if moments.contradicting:
        imports.refuse_rows(tx, plan, "doubtful_date", sorted(moments.doubtful))
    with show_progress(_("Checking and writing"), app.console):
        outcome = imports.finish_import(tx, plan, parameters, partial=partial)
    if errors and outcome.refused:
        _write_refused(app, errors, table, outcome.refused)
    if outcome.refused and not partial:
        raise _refused_error(plan, outcome.refused, errors)
    _say(app, plan.noun, outcome, errors, dry_run=dry_run, output=output)


def _parse_mapping(text: str) -> tuple[str, str]:
    heading, equals, column = text.rpartition("=")
    if not equals or not heading.strip():
        raise UsageFault(
            _("--map needs HEADING=FIELD."), hint=_('For example: --map "Nom complet=full_name"')
        )
    return heading.strip(), column.strip()


def _write_refused(app: App, path: Path, table: "Table", refused: "Sequence[Refused]") -> None:
    """Write the refused rows as they stand in the file, with their reasons as the last column."""
    from crm.cli.output.files import write_file
    from crm.domain.fields import Field
    from crm.importing.table import REASON

    reasons = {each.row: each.reason for each in refused}
    width = len(table.headings)
    old = table.headings.index(REASON) if REASON in table.headings else width
    kept = [at for at in range(width) if at != old]

    def rows() -> Any:
        for number, cells in table.rows():
            if number in reasons:
                yield [*(cells[at] if at < len(cells) else "" for at in kept), reasons[number]]

    fields = [Field(table.headings[at]) for at in kept] + [Field(REASON)]
    write_file(path, fields, rows(), app.console.zone)


def _refused_error(plan: "Plan", refused: "Sequence[Refused]", errors: Path | None) -> CRMError:
    from crm.services.refusals import DENIED

    count = len(refused)
    lines = [
        ngettext(
            "{n} row is refused, and nothing was imported:",
            "{n} rows are refused, and nothing was imported:",
            count,
        ).format(n=format_count(count)),
        *_list_refusals(refused),
    ]
    told = {"rows": [each._asdict() for each in refused[:LISTED]], "refused": count}
    kind: type[CRMError] = RuleViolation
    code = "rows_refused"
    if all(each.code in DENIED for each in refused):
        kind, code = PermissionDenied, PermissionDenied.code
        told |= {"permission": plan.permission.value, "kind": plan.noun}
    return kind(
        "\n".join(lines),
        hint=_("Fix them in the file, or import the rest with --partial --errors FILE.")
        if errors is None
        else _("{path} lists them all; --partial imports the rest.").format(path=errors),
        code=code,
        details=told,
    )


def _list_refusals(refused: "Sequence[Refused]") -> list[str]:
    lines = [
        _("  row {n}: {reason}").format(n=each.row, reason=each.reason) for each in refused[:SHOWN]
    ]
    if len(refused) > SHOWN:
        lines.append(_("  … and {n} more").format(n=format_count(len(refused) - SHOWN)))
    return lines


def _say(
    app: App,
    noun: str,
    outcome: "ImportOutcome",
    errors: Path | None,
    *,
    dry_run: bool,
    output: str,
) -> None:
    numbers = outcome._asdict() | {"refused": len(outcome.refused)}
    if output == "json":
        from crm.cli.output import export

        rows = [each._asdict() for each in outcome.refused]
        export.write_value(numbers | {"rows": rows}, app.console.stream)
    done = _("{noun} import: {told}.").format(noun=noun, told=_describe_counts(numbers))
    if dry_run:
        report_dry_run(app, done)
    elif outcome.created or outcome.updated:
        app.console.success(done)
    else:
        app.console.note(_("Nothing changed. {done}").format(done=done))
    if outcome.refused:
        told = _list_refusals(outcome.refused)
        if errors:
            told = [_("  full list: {path}").format(path=errors)]
        app.console.note("\n".join([_("Refused:"), *told]), loud=True)
    elif not dry_run and outcome.created:
        app.console.note(_("Next: epicevents {noun} list").format(noun=noun))


def _describe_counts(numbers: "Mapping[str, int]") -> str:
    words = {
        "created": _("{n} created"),
        "updated": _("{n} updated"),
        "unchanged": _("{n} unchanged"),
        "skipped": _("{n} skipped"),
        "refused": _("{n} refused"),
    }
    told = [
        words[name].format(n=format_count(number)) for name, number in numbers.items() if number
    ]
    return ", ".join(told) or _("the file has no rows")


def moments(app: App, order: str | None = None) -> "Moments":
    """Return how moments in a file are read: in the company's zone, day or month first."""
    from crm.importing.values import Moments

    return Moments(app.settings.timezone, app.now, order)

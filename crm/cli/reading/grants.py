"""Who may do what, from the same table that decides it."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.cli.app import App
from crm.cli.reading import records
from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _
from crm.domain.permissions import (
    NEEDS_REASON,
    NEVER_ONESELF,
    Permission,
    describe_permission,
    scope_of,
)

PERMISSION = Field("permission", Kind.CODE)
ALLOWS = Field("allows")
FLAGS = (Field("needs_reason", Kind.BOOLEAN), Field("never_oneself", Kind.BOOLEAN))
WIDE = 100  # cells that the whole matrix takes with what each permission allows


def show_matrix(app: App, output: str) -> None:
    """Print what each role may do."""
    roles = [Field(role, Kind.CODE) for role in Role]
    if output == "json":
        rows = {each: [scope_of(role, each) for role in Role] for each in Permission}
        _as_json(app, (PERMISSION, *roles), rows)
        return
    wide = not app.console.out.interactive or app.console.out.width >= WIDE
    shown = [
        (each, *(_scope(role, each) for role in Role), describe_permission(each))
        for each in Permission
    ]
    columns = (PERMISSION, *roles, ALLOWS) if wide else (PERMISSION, *roles)
    # Without a column, where it is too wide, a row has a value more.
    _table(
        app,
        columns,
        [[value for _column, value in zip(columns, row, strict=False)] for row in shown],
    )
    app.console.note(
        _("“own”: only on one's own records. Everybody who is logged in may read everything.")
    )


def show_grants(app: App, role: Role, output: str) -> None:
    """Print what ``role`` may do, on which records, and what takes a reason."""
    granted = [each for each in Permission if scope_of(role, each)]
    if output == "json":
        rows = {each: [scope_of(role, each)] for each in granted}
        _as_json(app, (PERMISSION, Field("scope", Kind.CODE)), rows)
        return
    shown = [(each, _scope(role, each), describe_permission(each)) for each in granted]
    _table(app, (PERMISSION, Field("records", Kind.CODE), ALLOWS), shown)
    app.console.note(_("You may also read everything. All permissions: epicevents permissions"))


def _scope(role: Role, permission: Permission) -> str | None:
    scope = scope_of(role, permission)
    if scope is None:
        return None
    words = {"own": _("own"), "any": _("any")}
    if permission in NEEDS_REASON:
        return _("{scope}, with a reason").format(scope=words[scope])
    if permission in NEVER_ONESELF:
        return _("{scope}, except oneself").format(scope=words[scope])
    return words[scope]


def _as_json(
    app: App, fields: Sequence[Field], scopes: Mapping[Permission, Sequence[str | None]]
) -> None:
    flagged = [
        (each, *scope, each in NEEDS_REASON, each in NEVER_ONESELF)
        for each, scope in scopes.items()
    ]
    records.print_json_list(app, (*fields, *FLAGS), flagged)


def _table(app: App, fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> None:
    from crm.cli.output import table

    table.show_listing(fields, rows, app.console, exact=True)

"""Every denial says which rule it is, in a sentence of its own."""

from datetime import UTC, datetime

import pytest

from crm.domain.enums import Role
from crm.domain.errors import PermissionDenied
from crm.domain.permissions import (
    GRANTS,
    NEVER_ONESELF,
    Actor,
    Permission,
    Scope,
    authorize,
    scope_of,
)


def actor(role: Role) -> Actor:
    return Actor(
        id=1,
        email="a@epicevents.example",
        first_name="Ada",
        last_name="Lovelace",
        role=role,
        must_change_password=False,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_what_belongs_to_somebody_else_is_denied_with_what_one_may(
    role: Role, permission: Permission
) -> None:
    scope = scope_of(role, permission)
    if scope is Scope.ANY:
        authorize(actor(role), permission, owner_id=2)
        return
    with pytest.raises(PermissionDenied) as denied:
        authorize(actor(role), permission, owner_id=2)
    words = f"{role} may not " if scope is None else f"{role} may "
    assert denied.value.message.startswith(words)
    assert (" only " in denied.value.message) == (scope is Scope.OWN)


@pytest.mark.parametrize("permission", sorted(NEVER_ONESELF))
def test_what_nobody_may_do_to_themselves_is_said(permission: Permission) -> None:
    assert permission in GRANTS[Role.MANAGEMENT]
    with pytest.raises(
        PermissionDenied, match=r"^Nobody may .* their own (account|role|password)\.$"
    ):
        authorize(actor(Role.MANAGEMENT), permission, owner_id=1, record_id=1)


def test_what_may_be_done_instead_is_looked_up_for_a_denial_only() -> None:
    asked: list[str] = []

    def instead() -> str:
        asked.append("once")
        return "Ask Bob."

    authorize(actor(Role.SALES), Permission.CONTRACT_PAY, owner_id=1, instead=instead)
    assert asked == []
    with pytest.raises(PermissionDenied) as denied:
        authorize(actor(Role.SALES), Permission.CONTRACT_PAY, owner_id=2, instead=instead)
    assert (denied.value.hint, asked) == ("Ask Bob.", ["once"])

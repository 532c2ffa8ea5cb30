"""What the database's owner does and no employee: the first manager, policies, lost passwords.

The transaction is the owner's (``App.owner``); whoever holds the administrator's URL may do this.
"""

from typing import TYPE_CHECKING, NamedTuple

from crm.domain import inputs
from crm.domain.contact import parse_email as clean_email
from crm.domain.enums import Role
from crm.domain.errors import NotFound, RuleViolation
from crm.domain.i18n import gettext as _
from crm.security import passwords
from crm.services import authentication

if TYPE_CHECKING:
    from datetime import timedelta

    from crm.database.transaction import Transaction


# Nothing that an employee holds open keeps an administrator waiting for ever.
PATIENCE = "SET LOCAL lock_timeout = '10s'"


class Holdings(NamedTuple):
    """What a database holds: how many accounts, and whether the demo made them."""

    accounts: int
    demo: bool


class Reset(NamedTuple):
    """Whose password was reset, and whether the account was active before."""

    id: int
    first_name: str
    last_name: str
    email: str
    role: str
    was_active: bool

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def read_holdings(tx: "Transaction") -> Holdings:
    """Return what the database holds."""
    row = tx.row(
        "SELECT (SELECT count(*) FROM users), (SELECT filled_by_demo FROM security_policy)"
    )
    assert row is not None  # noqa: S101  a query without FROM has one row
    return Holdings(*row)


def refuse_real_company(held: Holdings) -> None:
    """Refuse to set up what is set up: RuleViolation ``already_initialised``."""
    if held.accounts and not held.demo:
        raise RuleViolation(
            _("This company is already set up."),
            hint=_(
                "Log in: epicevents login. Forgotten password: epicevents db reset-password EMAIL"
            ),
            code="already_initialised",
        )


def create_first_manager(tx: "Transaction", *, password: str, **values: object) -> int:
    """Create the first MANAGEMENT account of a company that has none; return its id.

    Raises InvalidValue, RuleViolation ``already_initialised`` or ``weak_password``.
    """
    cleaned = inputs.clean_values(inputs.USER, {**values, "role": Role.MANAGEMENT})
    authentication.check_new_password(
        password, cleaned["first_name"], cleaned["last_name"], cleaned["email"]
    )
    hashed = passwords.hash_password(password)
    # Two who set up at once meet at this row; the second then finds the account of the first.
    tx.execute("UPDATE security_policy SET managers_revision = managers_revision + 1")
    refuse_real_company(read_holdings(tx))
    created: int = tx.value(
        "INSERT INTO users (first_name, last_name, email, phone, role, hashed_password)"
        " VALUES (%(first_name)s, %(last_name)s, %(email)s, %(phone)s, %(role)s, %(hashed)s)"
        " RETURNING id",
        {"phone": None, **cleaned, "hashed": hashed},
    )
    return created


def end_all_sessions(tx: "Transaction", email: str, password: str) -> None:
    """End every session of an account that is about to get another password.

    Committed first, this waits for nothing that those sessions hold open.

    Raises NotFound, RuleViolation ``weak_password``.
    """
    person = _find_account(tx, clean_email(email), password)
    tx.execute(
        "INSERT INTO session_revocations (user_id, revoked_at) VALUES (%s, utc_now())",
        (person.id,),
    )


def reset_password_as_owner(tx: "Transaction", email: str, password: str) -> Reset:
    """Set a password for somebody who forgot theirs; they choose another at the next login.

    The account is reactivated and no longer suspended; its sessions end with the password that
    opened them. Their locks can delay this, so :func:`end_all_sessions` comes first.

    Raises NotFound, Conflict ``busy``, RuleViolation ``weak_password``.
    """
    tx.execute(PATIENCE)
    address = clean_email(email)
    # A login or a change of theirs that is under way is waited for, and seen.
    tx.execute("SELECT FROM users WHERE email = %s FOR UPDATE", (address,))
    person = _find_account(tx, address, password)
    tx.execute(
        "UPDATE users SET hashed_password = %s, must_change_password = true, is_active = true"
        " WHERE id = %s",
        (passwords.hash_password(password), person.id),
    )
    tx.execute(
        "UPDATE suspensions SET ended_at = utc_now() WHERE user_id = %s AND ended_at IS NULL",
        (person.id,),
    )
    return person


def _find_account(tx: "Transaction", email: str, password: str) -> Reset:
    """Return the account with that email, whose name must not be in the password."""
    row = tx.row(
        "SELECT id, first_name, last_name, email, role, is_active AND NOT is_suspended(id)"
        " FROM users WHERE email = %s",
        (email,),
    )
    if row is None:
        raise NotFound(_("No account has the email {email}.").format(email=email))
    person = Reset(*row)
    authentication.check_new_password(password, person.first_name, person.last_name, email)
    return person


def read_session_policy(tx: "Transaction") -> tuple["timedelta", "timedelta"]:
    """Return how long a session lasts, and how long it may rest unused."""
    row = tx.row("SELECT session_lifetime, session_idle_limit FROM security_policy")
    assert row is not None  # noqa: S101  the table has exactly one row
    return row.session_lifetime, row.session_idle_limit


def set_session_policy(
    tx: "Transaction", *, lifetime: "timedelta | None" = None, idle: "timedelta | None" = None
) -> None:
    """Change how long sessions last from now on, and how long any may rest unused.

    Raises Conflict ``busy``, RuleViolation ``invalid_policy`` outside a minute to 30 days.
    """
    tx.execute(PATIENCE)
    tx.execute(
        "UPDATE security_policy SET session_lifetime = coalesce(%s, session_lifetime),"
        " session_idle_limit = coalesce(%s, session_idle_limit)",
        (lifetime, idle),
    )

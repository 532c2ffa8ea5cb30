"""Logging in and out, and passwords. The database decides; see docs/security.md.

Logging in takes three transactions, because a guess is committed before it is judged, and setting
one's own password two. Those functions therefore take ``begin``, which opens a transaction.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crm import models
from crm.database.actor import account_inactive_error
from crm.database.upgrades import require_schema
from crm.domain.errors import NotLoggedIn, RuleViolation
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize
from crm.domain.text import clean_text, fold
from crm.security import passwords, proofs, tokens
from crm.services.editing import find_record

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

    Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Login:
    """A session that now lives: its secret, whose it is, until when, and how it was opened."""

    secret: str = field(repr=False)
    user_id: int
    expires_at: datetime
    attempt: int
    outdated: bool  # the password is stored at a lower cost than today's
    installation: str  # which company's database opened it, a UUID
    exchange: proofs.Exchange
    derived: bytes = field(repr=False)  # from the password


def login(begin: "Begin", email: str, password: str) -> Login:
    """Open a session for whoever knows the password; ``begin`` opens a transaction for nobody.

    Raises InvalidValue for an email that no column holds; NotLoggedIn: ``wrong_credentials`` (also
    for an unknown email), ``too_many_attempts`` after ten failures in 15 minutes,
    ``account_inactive``, ``unsafe_login_parameters``, ``login_expired`` after two minutes, and
    ``false_server`` for one that does not know the password's stored key; DatabaseUnavailable for a
    schema that this program cannot work with.
    """
    email = clean_text(email, field=_("Email"), limit=100).lower()
    with begin() as tx:
        require_schema(tx)
        found = tx.row(
            "SELECT memory_kib, time_cost, parallelism, salt, challenge, installation_id::text"
            " FROM login_challenge(%s)",
            (email,),
        )
    assert found is not None  # noqa: S101  the function always returns a row
    memory, passes, lanes, salt, challenge, installation = found
    parameters = passwords.HashParameters(memory, passes, lanes)
    passwords.require_safe_parameters(parameters)
    derived = passwords.derive_key(password, bytes(salt), parameters)
    secret = tokens.make_secret()
    exchange = proofs.Exchange(bytes(challenge), tokens.hash_secret(secret), email)
    attempt, user_id, ends = _prove_key(begin, email, derived, exchange)
    outdated = passwords.needs_rehash(parameters)
    return Login(secret, user_id, ends, attempt, outdated, str(installation), exchange, derived)


def _prove_key(
    begin: "Begin", email: str, derived: bytes, exchange: proofs.Exchange
) -> tuple[int, int, datetime]:
    """Prove that the key is known, and have the server prove it; return attempt, user and end."""
    # Committed before its outcome is asked for, so that no guess can be rolled back.
    with begin() as tx:
        attempt = tx.value(
            "SELECT login_attempt(%s, %s, %s, %s)",
            (email, exchange.challenge, proofs.prove(derived, exchange), exchange.session_hash),
        )
    with begin() as tx:
        outcome = tx.row(
            "SELECT outcome, retry_after, user_id, expires_at, answer FROM login_result(%s)",
            (attempt,),
        )
    assert outcome is not None  # noqa: S101  this function does too
    state, retry_after, user_id, expires_at, answer = outcome
    if state != "ok":
        raise _login_error(state, retry_after, email)
    if not proofs.is_answer(bytes(answer or b""), derived, exchange):
        raise _false_server_error()
    return attempt, user_id, expires_at.replace(tzinfo=UTC)


def renew_hash(tx: "Transaction", opened: Login, password: str) -> None:
    """Store the password at today's cost, right after a login that found it stored at less."""
    _store_password(tx, opened, password, same=True)


def change_password(begin: "Begin", opened: Login, new: str, *, current: str) -> None:
    """Set one's own password in the session that ``opened`` began; every other session ends.

    They end first, by a transaction of its own, so that nothing which one of them holds open delays
    that. ``begin`` opens a transaction of the session. Raises RuleViolation ``weak_password`` with
    the reason.
    """
    with begin() as tx:
        actor = tx.actor
        check_new_password(new, actor.first_name, actor.last_name, actor.email, current=current)
        tx.execute("SELECT end_other_sessions()")
    with begin() as tx:
        _store_password(tx, opened, new, same=False)


def check_new_password(password: str, *context: str, current: str | None = None) -> None:
    """Refuse a password that is too short, too common, made of names, or the one in use."""
    if current is not None and fold(current) == fold(password):
        raise RuleViolation(
            _("The new password is the same as the current one."),
            hint=_("Choose a different one."),
            code="weak_password",
        )
    passwords.check_policy(password, context=context)


def logout(tx: "Transaction") -> None:
    """End the session of this transaction, everywhere and at once."""
    tx.execute("SELECT end_session()")


def reset_password(tx: "Transaction", user_id: int, password: str) -> None:
    """Set a password for one use: whose it is chooses another before anything else works.

    Their sessions end. One's own password is changed with the current one, never reset. Raises
    PermissionDenied, NotFound, RuleViolation ``weak_password``.
    """
    authorize(
        tx.actor, Permission.USER_RESET_PASSWORD, kind="user", record_id=user_id, owner_id=user_id
    )
    person = find_record(tx, models.User, user_id)
    check_new_password(password, person.first_name, person.last_name, person.email)
    tx.execute("SELECT reset_password(%s, %s)", (user_id, passwords.hash_password(password)))


def _store_password(tx: "Transaction", opened: Login, password: str, *, same: bool) -> None:
    hashed = passwords.hash_password(password)
    proof = proofs.prove_change(opened.derived, opened.exchange, hashed)
    tx.execute("SELECT change_password(%s, %s, %s, %s)", (opened.attempt, hashed, same, proof))


def _login_error(state: str, retry_after: int, email: str) -> NotLoggedIn:
    if state == "throttled":
        return NotLoggedIn(
            _("Too many failed logins for {email}.").format(email=email),
            hint=_("Wait {seconds} seconds, then try once.").format(seconds=retry_after),
            code="too_many_attempts",
            details={"retry_after": retry_after},
        )
    if state == "inactive":
        return account_inactive_error(email)
    return NotLoggedIn(
        _("The email or the password is wrong."),
        hint=_("A colleague in MANAGEMENT can reset it: epicevents user reset-password EMAIL"),
        code="wrong_credentials",
    )


def _false_server_error() -> NotLoggedIn:
    return NotLoggedIn(
        _("The server accepted the login, but is not the one that knows this password."),
        hint=_("Nothing more was sent. See which server it is: epicevents config"),
        code="false_server",
    )

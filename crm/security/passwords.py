"""Deriving, storing and choosing passwords.

The database decides a login: it hands out salt and parameters, the program derives 32 bytes with
Argon2id and proves that it has them (:mod:`crm.security.proofs`), and the database stores their
SHA-256. Nothing in a stolen dump can log in by itself.
"""

import base64
import hashlib
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from crm.domain.errors import NotLoggedIn, RuleViolation
from crm.domain.i18n import gettext as _
from crm.security.strength import find_weakness

SHORTEST, LONGEST = 15, 128  # 15: NIST SP 800-63B-4 for a password without a second factor
DERIVED_BYTES = 32
SALT_BYTES = 16

MIB = 1024  # KiB
# What a server may ask for: see require_safe_parameters().
MEMORY_KIB = range(19 * MIB, 1024 * MIB + 1)
TIME_COST = range(1, 21)
PARALLELISM = range(1, 17)
SALT_LENGTH = range(8, 65)

# Crockford's digits, in lower case so that nobody holds down Shift: no i, l, o and u.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = "\u200c\u200d"  # seen through what they join: Persian, Hindi and emoji need them


@dataclass(frozen=True, slots=True)
class HashParameters:
    """What Argon2id costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    time_cost: int
    parallelism: int


# RFC 9106's second choice, for machines that cannot spare 2 GiB at a login.
CURRENT = HashParameters(memory_kib=64 * MIB, time_cost=3, parallelism=4)


def require_safe_parameters(parameters: HashParameters) -> None:
    """Refuse parameters that a hostile server could choose.

    Less than 19 MiB would make the password easy to guess from what it receives; more than 1 GiB,
    20 passes or 16 lanes would exhaust this machine.

    Raises NotLoggedIn, ``unsafe_login_parameters``.
    """
    if (
        parameters.memory_kib not in MEMORY_KIB
        or parameters.time_cost not in TIME_COST
        or parameters.parallelism not in PARALLELISM
    ):
        raise _unsafe_parameters_error()


def derive_key(password: str, salt: bytes, parameters: HashParameters) -> bytes:
    """Return the 32 bytes of Argon2id (version 19) of the password in NFC and UTF-8.

    Any text has some result, also one that ``check_policy`` refuses: it is simply wrong.

    Raises NotLoggedIn: ``unsafe_login_parameters``, or ``not_enough_memory``.
    """
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    require_safe_parameters(parameters)
    if len(salt) not in SALT_LENGTH:
        raise _unsafe_parameters_error()
    try:
        return hash_secret_raw(
            _normalize(password).encode("utf-8", "surrogatepass"),
            salt,
            time_cost=parameters.time_cost,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.parallelism,
            hash_len=DERIVED_BYTES,
            type=Type.ID,
            version=19,
        )
    except HashingError:
        # The parameters and the salt are checked above: memory is all that Argon2 can still lack.
        message = _(
            "Checking a password needs {mib} MiB of memory, and this machine does not have it free."
        )
        raise NotLoggedIn(
            message.format(mib=parameters.memory_kib // MIB),
            hint=_("Close other programs and try again."),
            code="not_enough_memory",
        ) from None


def hash_password(password: str) -> str:
    """Return what ``users.hashed_password`` stores, with a new salt and the current parameters.

    The layout is PHC, 97 characters; its tag is the SHA-256 of the derived bytes. Whether the
    password may be chosen is ``check_policy``'s to say.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    tag = hashlib.sha256(derive_key(password, salt, CURRENT)).digest()
    costs = f"m={CURRENT.memory_kib},t={CURRENT.time_cost},p={CURRENT.parallelism}"
    return f"$argon2id$v=19${costs}${_encode_base64(salt)}${_encode_base64(tag)}"


def needs_rehash(parameters: HashParameters) -> bool:
    """Whether a password stored with these parameters costs less to guess than one stored now."""
    return parameters.memory_kib < CURRENT.memory_kib or parameters.time_cost < CURRENT.time_cost


def check_policy(password: str, *, context: Iterable[str]) -> None:
    """Refuse a password that may not be chosen, with the reason and without quoting it.

    It has 15 to 128 characters (in NFC), none of them invisible, needs no particular kinds of
    them, and is not among what is guessed first: common passwords and phrases, repetitions, runs
    of keys, dates, and ``context``, the person's own names and email.

    Raises RuleViolation, ``weak_password``.
    """
    password = _normalize(password)
    if any(unicodedata.category(c) in INVISIBLE and c not in JOINERS for c in password):
        raise _weak_password_error(_("it contains an invisible character"))
    if len(password) < SHORTEST:
        raise _weak_password_error(_("it has fewer than {count} characters").format(count=SHORTEST))
    if len(password) > LONGEST:
        raise _weak_password_error(_("it has more than {count} characters").format(count=LONGEST))
    if reason := find_weakness(password, context):
        raise _weak_password_error(reason)


def make_one_time_password() -> str:
    """Return a random password of 100 bits that is easy to read out and type: five groups."""
    return "-".join("".join(secrets.choice(ALPHABET) for _n in range(4)) for _group in range(5))


def _normalize(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _encode_base64(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def _unsafe_parameters_error() -> NotLoggedIn:
    return NotLoggedIn(
        _("The server asked for the password in an unsafe way; nothing was sent."),
        hint=_("Check that EPICEVENTS_DATABASE_URL names the company's server."),
        code="unsafe_login_parameters",
    )


def _weak_password_error(reason: str) -> RuleViolation:
    return RuleViolation(
        _("This password is refused: {reason}.").format(reason=reason),
        hint=_("Four or five unrelated words make a good password."),
        code="weak_password",
    )

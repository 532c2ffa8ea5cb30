"""Logging in by the database's own functions, without the cost of Argon2id."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from functools import partial

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import UNUSABLE
from support.database import Database

from crm.security.proofs import Exchange, prove, prove_change
from crm.security.tokens import hash_secret

RIGHT, WRONG = b"r" * 32, b"w" * 32  # what Argon2id would derive from the passwords
SOPHIE = "sophie@epicevents.example"


def stored(derived: bytes, salt: str = "A" * 22) -> str:
    """Return the users.hashed_password that ``derived`` opens."""
    tag = base64.b64encode(hashlib.sha256(derived).digest()).decode().rstrip("=")
    return f"{UNUSABLE[:31]}{salt}${tag}"


def set_password(database: Database, derived: bytes = RIGHT, email: str = SOPHIE) -> None:
    """Give somebody a password, as the owner."""
    connection = database.owner()
    connection.cursor().execute(
        "UPDATE users SET hashed_password = %s WHERE email = %s", (stored(derived), email)
    )
    connection.close()


def ask_for_challenge(connection: Connection, email: str = SOPHIE) -> bytes:
    """Return a challenge for one login."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT challenge FROM login_challenge(%s)", (email,))
        ((challenge,),) = cursor.fetchall()
    return bytes(challenge)


def send_proof(connection: Connection, proof: bytes, exchange: Exchange) -> int:
    """Put a proof on record, in autocommit mode in a transaction of its own; return its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT login_attempt(%s, %s, %s, %s)",
            (exchange.email, exchange.challenge, proof, exchange.session_hash),
        )
        ((number,),) = cursor.fetchall()
    assert isinstance(number, int)
    return number


def guess(connection: Connection, derived: bytes, email: str = SOPHIE, secret: str = "") -> int:
    """Put a guess on record, over a challenge of its own; return its number."""
    exchange = prepare(connection, email, secret)
    return send_proof(connection, prove(derived, exchange), exchange)


def prepare(connection: Connection, email: str = SOPHIE, secret: str = "") -> Exchange:
    """Ask for a challenge, for a session whose secret only its owner knows."""
    challenge = ask_for_challenge(connection, email)
    return Exchange(challenge, hash_secret(secret or secrets.token_urlsafe(32)), email)


def result(connection: Connection, attempt: int) -> str:
    """Have a guess judged; return the outcome."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM login_result(%s)", (attempt,))
        ((outcome,),) = cursor.fetchall()
    return str(outcome)


def login(connection: Connection, derived: bytes = RIGHT, email: str = SOPHIE) -> tuple[str, int]:
    """Open a session; return its secret and the number of the attempt."""
    secret, number, _change = login_to_change(connection, derived, email)
    return secret, number


def login_to_change(
    connection: Connection, derived: bytes = RIGHT, email: str = SOPHIE
) -> tuple[str, int, Callable[[str], bytes]]:
    """Open a session; also return what proves that its owner wants a password to be stored."""
    secret = secrets.token_urlsafe(32)
    exchange = prepare(connection, email, secret)
    number = send_proof(connection, prove(derived, exchange), exchange)
    assert result(connection, number) == "ok"
    return secret, number, partial(prove_change, derived, exchange)

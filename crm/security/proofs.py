"""Proving that a password is known without sending anything that can be sent again.

The shape is that of SCRAM (RFC 5802). The 32 bytes that Argon2id derives are its ClientKey, and
their SHA-256, which the database stores, is its StoredKey. The program sends the key hidden by a
code over one challenge of the database and over the session that the login is to open. Somebody who
reads that can neither send it again nor use it elsewhere, unless they know the stored key too.
"""

import hmac
from hashlib import sha256
from typing import NamedTuple


class Exchange(NamedTuple):
    """What both sides prove something about: one challenge, one session, one account."""

    challenge: bytes
    session_hash: bytes
    email: str

    def compute_code(self, side: str, stored_key: bytes) -> bytes:
        """Return the code of a side, as ``login_code()`` of the database does."""
        message = side.encode() + self.challenge + self.session_hash + self.email.encode()
        return hmac.digest(stored_key, message, "sha256")


def prove(derived: bytes, exchange: Exchange, side: str = "client") -> bytes:
    """Return the proof, 32 bytes, that ``derived`` is known."""
    mask = exchange.compute_code(side, _hash(derived))
    return bytes(byte ^ hidden for byte, hidden in zip(derived, mask, strict=True))


def prove_change(derived: bytes, exchange: Exchange, new_hash: str) -> bytes:
    """Return the proof that whoever has just logged in wants ``new_hash`` to be stored.

    The session is known to somebody who relays it, or overhears it on a network without TLS; this
    proof only to whoever knows the password.
    """
    return prove(derived, exchange._replace(session_hash=_hash(new_hash.encode())), "change")


def is_answer(answer: bytes, derived: bytes, exchange: Exchange) -> bool:
    """Whether the server that gave ``answer`` knows the stored key of ``derived``."""
    return hmac.compare_digest(answer, exchange.compute_code("server", _hash(derived)))


def _hash(derived: bytes) -> bytes:
    return sha256(derived).digest()

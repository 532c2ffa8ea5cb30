"""Session tokens: the secret of a session, signed by the workstation that keeps it.

The signature decides nothing, the database's session row does: it only lets the program refuse a
damaged, foreign or expired token without asking.
"""

import hashlib
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import jwt

from crm.domain.errors import NotLoggedIn, UsageFault
from crm.domain.i18n import gettext as _
from crm.security import secret_file

ALGORITHM = "HS256"
ISSUER = "epicevents"
AUDIENCE = "epicevents-cli"
TYPE = "epicevents-session+jwt"  # by which a file is known to be this program's
CLAIMS = ["jti", "sub", "iss", "aud", "iat", "exp"]
COMPANY = ("installation", "database")  # the claims that say where a session may be shown
SECRET_BYTES = 32
LONGEST = 4096  # characters
LARGEST_ID = 2**31 - 1

SECRET = re.compile(r"[!-~]{1,256}")
USER_ID = re.compile(r"[1-9][0-9]{0,9}")
INSTALLATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

FOREIGN = (
    jwt.InvalidSignatureError,
    jwt.InvalidAlgorithmError,
    jwt.InvalidIssuerError,
    jwt.InvalidAudienceError,
)


class Session(NamedTuple):
    """What a token says: the session's secret, whose it is, until when, and where it may be shown.

    ``expires_at`` is an aware datetime, ``installation`` the company's UUID, ``database`` the host,
    port and name of its database.
    """

    secret: str
    user_id: int
    expires_at: datetime
    installation: str
    database: str

    def __repr__(self) -> str:
        return f"Session(user_id={self.user_id}, expires_at={self.expires_at!r})"


def make_secret() -> str:
    """Return 256 random bits, safe in a URL: what a session is known by."""
    import secrets

    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a secret, which is what the database keeps of it."""
    return hashlib.sha256(secret.encode()).digest()


def make_signing_key() -> str:
    """Return a random key for signing, 256 bits in 43 characters."""
    import secrets

    return secrets.token_urlsafe(SECRET_BYTES)


def issue_token(session: Session, key: str) -> str:
    """Return a token for a session.

    Raises ValueError for one that ends at a naive datetime, whose hour nobody knows.
    """
    if session.expires_at.tzinfo is None:
        raise ValueError("expires_at must be aware")
    claims = {
        "jti": session.secret,
        "sub": str(session.user_id),
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": int(time.time()),
        "exp": int(session.expires_at.timestamp()),
        "installation": session.installation,
        "database": session.database,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TYPE})


def is_ours(text: str) -> bool:
    """Whether a text begins as the tokens of this program do, whoever signed it, cut or whole."""
    import base64
    import json

    header = text.partition(".")[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        # Any file can be named as the token file. What does not decode, or is nested too deeply to,
        # is somebody else's.
        return False
    return isinstance(found, dict) and found.get("typ") == TYPE


def decode_token(token: str, key: str) -> Session:
    """Return what a token says, if it was issued here and has not expired.

    Raises NotLoggedIn: ``session_expired``, also for one from before tokens said which company they
    are for; ``foreign_token`` when the key, issuer or audience is
    another; ``damaged_token`` for anything else that is not a whole token.
    """
    if len(token) > LONGEST:
        raise _damaged_error()
    try:
        found = jwt.decode_complete(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            # A clock that was set back must not end a session, so iat may lie ahead.
            options={"require": CLAIMS, "strict_aud": True, "verify_iat": False},
        )
        if found["header"].get("typ") != TYPE:
            raise jwt.InvalidAlgorithmError("typ")
        return _parse_claims(found["payload"])
    except jwt.ExpiredSignatureError:
        # The commonest end of a session comes first: it is a PyJWTError too, which below is damage.
        raise NotLoggedIn(
            _("Your session has expired."),
            hint=_("Log in again: epicevents login"),
            code="session_expired",
        ) from None
    except FOREIGN:
        # A whole token of another key or program, as after the key was removed or a home copied.
        raise NotLoggedIn(
            _("The token file was not written by this program on this machine."),
            hint=_("Log in again: epicevents login"),
            code="foreign_token",
        ) from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError):
        # The file is hostile. PyJWT lets through what its JSON raises (ValueError, RecursionError);
        # claims of a wrong type or a year that no clock has raise the others.
        raise _damaged_error() from None


def load_signing_key(home: Path, configured: str | None) -> str:
    """Return the key that signs this workstation's tokens.

    That is ``configured`` (EPICEVENTS_SECRET_KEY), or else the text of ``session/key`` under
    ``home``, made on first use; processes that start together get the same one.

    Raises UsageFault, ``weak_secret_key``, for a key under 32 bytes or one that is a public or
    private key of another kind; NotLoggedIn for a key file that is not private.
    """
    if configured:
        return _require_key(configured, "EPICEVENTS_SECRET_KEY")
    path = home / "session" / "key"
    if secret_file.read_secret(path) is None:
        secret_file.create_secret(path, make_signing_key())
    return _require_key(secret_file.read_secret(path) or "", str(path))


def _parse_claims(claims: dict[str, Any]) -> Session:
    if not SECRET.fullmatch(claims["jti"]):
        raise ValueError("jti")
    if not USER_ID.fullmatch(claims["sub"]) or int(claims["sub"]) > LARGEST_ID:
        raise ValueError("sub")
    if type(claims["iat"]) is not int or type(claims["exp"]) is not int:
        raise TypeError("iat or exp")
    if not any(name in claims for name in COMPANY):
        raise NotLoggedIn(
            _("Your session was opened by an older version of this program."),
            hint=_("Log in again: epicevents login"),
            code="session_expired",
        )
    installation, database = (claims.get(name) for name in COMPANY)
    if type(installation) is not str or not INSTALLATION.fullmatch(installation):
        raise ValueError("installation")
    if type(database) is not str or not database.isprintable():
        raise ValueError("database")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    return Session(claims["jti"], int(claims["sub"]), expires_at, installation, database)


def _require_key(key: str, source: str) -> str:
    try:
        if len(key.encode()) >= SECRET_BYTES:
            jwt.get_algorithm_by_name(ALGORITHM).prepare_key(key)
            return key
    except (UnicodeEncodeError, jwt.InvalidKeyError):
        # InvalidKeyError: a PEM or SSH key, whose public half would be no secret. It is refused
        # like a short one.
        pass
    raise UsageFault(
        _("{source} cannot sign tokens: it needs at least {count} random bytes.").format(
            source=source, count=SECRET_BYTES
        ),
        hint=_("Remove it; the next login creates a good one."),
        code="weak_secret_key",
    )


def _damaged_error() -> NotLoggedIn:
    return NotLoggedIn(
        _("The token file is damaged."),
        hint=_("Log in again: epicevents login"),
        code="damaged_token",
    )

import base64
import hmac
import json
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.waiting import PATIENCE

from crm.domain.errors import CRMError, NotLoggedIn, UsageFault
from crm.security import tokens
from crm.security.tokens import Session

KEY = "k" * 32
SECRET = "s3cret-of-the-session"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=24)
COMPANY, PLACE = "6f1c2b9e-0d7a-4c43-9a55-0c1d2e3f4a5b", "db.epic.example:5432/epicevents"
SESSION = Session(SECRET, 7, SOON, COMPANY, PLACE)
TOKEN = tokens.issue_token(SESSION, KEY)


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(claims: object, header: object = None, *, key: str = KEY, digest: str = "sha256") -> str:
    """A token by hand, for what PyJWT would not write."""
    head = {"alg": "HS256", "typ": tokens.TYPE} if header is None else header
    text = f"{part(head)}.{part(claims)}"
    return f"{text}.{part(hmac.digest(key.encode(), text.encode(), digest))}"


def claims(**changed: object) -> dict[str, object]:
    whole = {
        "jti": SECRET,
        "sub": "7",
        "iss": "epicevents",
        "aud": "epicevents-cli",
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
        "installation": COMPANY,
        "database": PLACE,
    }
    return {name: value for name, value in (whole | changed).items() if value is not ...}


def code_of(token: str, key: str = KEY) -> str:
    with pytest.raises(NotLoggedIn) as refusal:
        tokens.decode_token(token, key)
    error = refusal.value
    assert error.hint
    assert SECRET not in error.message
    assert len(token) < 30 or token not in error.message
    return error.code


# Issuing and reading


def test_a_token_says_what_it_was_issued_for() -> None:
    assert tokens.decode_token(TOKEN, KEY) == SESSION


def test_a_token_carries_the_standard_claims() -> None:
    assert jwt.get_unverified_header(TOKEN) == {"alg": "HS256", "typ": "epicevents-session+jwt"}
    found = jwt.decode(TOKEN, options={"verify_signature": False})
    assert found == {
        "jti": SECRET,
        "sub": "7",
        "iss": "epicevents",
        "aud": "epicevents-cli",
        "iat": pytest.approx(time.time(), abs=3600),
        "exp": int(SOON.timestamp()),
        "installation": COMPANY,
        "database": PLACE,
    }


def test_the_end_of_a_session_keeps_its_moment_in_any_zone() -> None:
    paris = SOON.astimezone(timezone(timedelta(hours=2)))
    token = tokens.issue_token(SESSION._replace(expires_at=paris), KEY)
    assert tokens.decode_token(token, KEY).expires_at == SOON
    with pytest.raises(ValueError, match="aware"):
        tokens.issue_token(SESSION._replace(expires_at=SOON.replace(tzinfo=None)), KEY)


def test_a_session_does_not_show_its_secret() -> None:
    session = tokens.decode_token(TOKEN, KEY)
    assert SECRET not in f"{session} {session!r} {[session]}"
    assert "user_id=7" in repr(session)


def test_a_forged_token_of_the_tests_is_read_when_nothing_is_wrong_with_it() -> None:
    assert tokens.decode_token(forged(claims()), KEY).user_id == 7


# Refusing


def test_a_token_cut_anywhere_is_refused() -> None:
    for length in range(len(TOKEN)):
        assert code_of(TOKEN[:length]) in {"damaged_token", "foreign_token"}


def test_a_token_with_any_character_changed_is_refused() -> None:
    # The last one has two bits that stand for nothing.
    for place in range(len(TOKEN) - 1):
        other = "A" if TOKEN[place] != "A" else "B"
        changed = TOKEN[:place] + other + TOKEN[place + 1 :]
        assert code_of(changed) in {"damaged_token", "foreign_token"}


def test_an_expired_token_says_so() -> None:
    expired = SESSION._replace(expires_at=datetime.now(UTC))
    assert code_of(tokens.issue_token(expired, KEY)) == "session_expired"
    assert code_of(forged(claims(exp=-1))) == "session_expired"


def test_a_clock_that_was_set_back_ends_no_session() -> None:
    assert tokens.decode_token(forged(claims(iat=int(time.time()) + 7200)), KEY).user_id == 7


FOREIGN = {
    "key": forged(claims(), key="x" * 32),
    "issuer": forged(claims(iss="somebody")),
    "issuers": forged(claims(iss=["epicevents"])),
    "audience": forged(claims(aud="somebody")),
    "audiences": forged(claims(aud=["epicevents-cli"])),
    "type": forged(claims(), {"alg": "HS256", "typ": "JWT"}),
    "no type": forged(claims(), {"alg": "HS256"}),
    "none, signed": forged(claims(), {"alg": "none", "typ": "JWT"}),
    "none": f"{part({'alg': 'none'})}.{part(claims())}.",
    "RS256": forged(claims(), {"alg": "RS256", "typ": "JWT"}),
    "ES256": forged(claims(), {"alg": "ES256", "typ": "JWT"}),
    "HS512": forged(claims(), {"alg": "HS512", "typ": "JWT"}, digest="sha512"),
    "hs256": forged(claims(), {"alg": "hs256"}),
}


@pytest.mark.parametrize("token", FOREIGN.values(), ids=FOREIGN)
def test_a_token_of_somebody_else_is_foreign(token: str) -> None:
    assert code_of(token) == "foreign_token"


def test_a_token_is_known_by_its_beginning_cut_or_forged() -> None:
    assert tokens.is_ours(TOKEN)
    assert tokens.is_ours(TOKEN[:-1])
    assert tokens.is_ours(TOKEN.partition(".")[0])
    assert tokens.is_ours(forged(claims(), key="x" * 32))
    for text in (
        "",
        ".",
        "thesis",
        forged(claims(), {"alg": "HS256", "typ": "JWT"}),
        "é",
        "\ufffd",
    ):
        assert not tokens.is_ours(text)


def test_another_workstation_s_key_does_not_open_it() -> None:
    assert code_of(TOKEN, tokens.make_signing_key()) == "foreign_token"


def test_a_token_of_before_they_named_a_company_says_so() -> None:
    assert code_of(forged(claims(installation=..., database=...))) == "session_expired"


@pytest.mark.parametrize("name", ["jti", "sub", "iss", "aud", "iat", "exp"])
@pytest.mark.parametrize("value", [..., None, [], ["7"], {}, {"a": 1}, "", False, 1.5, "\0", "é"])
def test_every_claim_must_be_there_and_of_its_type(name: str, value: object) -> None:
    token = forged(claims(**{name: value}))
    assert code_of(token) in {"damaged_token", "foreign_token", "session_expired"}
    if value is ...:
        assert code_of(token) == "damaged_token"


@pytest.mark.parametrize(
    "changed",
    [
        {"jti": 5},
        {"jti": "two words"},
        {"jti": "s" * 257},
        {"sub": 7},
        {"sub": "0"},
        {"sub": "-7"},
        {"sub": "07"},
        {"sub": "7\n"},
        {"sub": "٧"},
        {"sub": str(2**31)},
        {"sub": "9" * 1000},
        {"exp": 10**18},
        {"exp": 10**400},
        {"exp": 4_000_000_000.5},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": str(2**33)},
        {"iat": True},
        {"iat": "now"},
        {"nbf": 2**33},
        {"nbf": []},
        {"installation": ...},
        {"installation": None},
        {"installation": COMPANY.upper()},
        {"installation": f"{COMPANY}\n"},
        {"installation": [COMPANY]},
        {"database": ...},
        {"database": 5432},
        {"database": "\x1b[2J"},
    ],
)
def test_a_claim_that_cannot_be_true_is_damage(changed: dict[str, object]) -> None:
    assert code_of(forged(claims(**changed))) == "damaged_token"


GARBAGE = {
    "nothing": "",
    "one dot": ".",
    "two dots": "..",
    "three dots": "...",
    "space": " ",
    "words": "not a token",
    "NUL": "\0",
    "surrogate": "\ud800",
    "accents": "é" * 10,
    "four parts": forged(claims()) + ".",
    "no header": "." + forged(claims()),
    "not ASCII": forged(claims()) + "\ufffd",
    "header nested": f"{part(b'[' * 2000)}.{part(claims())}.AAAA",
    "header a list": f"{part([])}.{part(claims())}.AAAA",
    "detached": f"{part({'alg': 'HS256', 'b64': False})}.{part(claims())}.AAAA",
    "claims nested": forged(b"[" * 2000),
    "claims a list": forged([]),
    "claims a text": forged("text"),
    "claims not UTF-8": forged(b"\xff\xfe"),
    "claims not JSON": forged(b"{"),
}


@pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_damage(token: str) -> None:
    assert code_of(token) == "damaged_token"


def test_an_oversized_token_is_refused_before_it_is_parsed() -> None:
    whole = forged(claims(extra="x" * 2000))
    assert tokens.decode_token(whole, KEY).user_id == 7
    assert code_of(forged(claims(extra="x" * 4000))) == "damaged_token"
    assert code_of(TOKEN + "A" * 100_000_000) == "damaged_token"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from(["jti", "sub", "iss", "aud", "iat", "exp", "nbf"]), values))
def test_signed_claims_of_any_shape_are_read_or_refused(changed: dict[str, Any]) -> None:
    try:
        assert isinstance(tokens.decode_token(forged(claims(**changed)), KEY).secret, str)
    except NotLoggedIn as refusal:
        assert refusal.code  # noqa: PT017


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_refused(token: str) -> None:
    assert code_of(token) in {"damaged_token", "foreign_token"}


# Secrets and keys


def test_secrets_have_256_bits_and_are_kept_as_their_hash() -> None:
    made = {tokens.make_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.urlsafe_b64decode(secret + "=")) for secret in made} == {32}
    assert tokens.hash_secret("abc").hex().startswith("ba7816bf8f01cfea")


def test_keys_are_random_and_long_enough() -> None:
    made = {tokens.make_signing_key() for _ in range(100)}
    assert len(made) == 100
    assert min(len(key.encode()) for key in made) >= 32


def test_a_configured_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert tokens.load_signing_key(tmp_path / "home", "k" * 32) == "k" * 32
    assert tokens.load_signing_key(tmp_path / "home", "é" * 16) == "é" * 16
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "k" * 31,
        " ",
        "\udcff" * 40,
        "-----BEGIN PUBLIC KEY-----\n" + "A" * 40 + "\n-----END PUBLIC KEY-----",
        "ssh-rsa " + "A" * 80,
        json.dumps({"kty": "oct", "k": "A" * 43}),
    ],
)
def test_a_weak_key_is_refused_and_not_quoted(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageFault) as refusal:
        tokens.load_signing_key(tmp_path, key)
    assert refusal.value.code == "weak_secret_key"
    assert refusal.value.exit_code == 2
    assert len(key) < 2 or key not in refusal.value.message
    assert "EPICEVENTS_SECRET_KEY" in refusal.value.message


@pytest.mark.parametrize("configured", [None, ""])
def test_a_key_is_made_once_and_kept_private(tmp_path: Path, configured: str | None) -> None:
    home = tmp_path / "home"
    key = tokens.load_signing_key(home, configured)
    assert tokens.load_signing_key(home, configured) == key
    assert tokens.load_signing_key(tmp_path / "other", configured) != key
    assert [path.name for path in home.iterdir()] == ["session"]
    assert [path.name for path in (home / "session").iterdir()] == ["key"]
    assert stat.S_IMODE((home / "session").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "session" / "key").stat().st_mode) == 0o600
    assert tokens.decode_token(tokens.issue_token(SESSION, key), key) == SESSION


def test_a_damaged_key_file_is_said_and_not_replaced(tmp_path: Path) -> None:
    key = tmp_path / "session" / "key"
    tokens.load_signing_key(tmp_path, None)
    key.write_text("")
    with pytest.raises(UsageFault) as refusal:
        tokens.load_signing_key(tmp_path, None)
    assert str(key) in refusal.value.message
    assert key.read_text() == ""


def test_a_key_that_others_can_read_or_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    key = tmp_path / "session" / "key"
    tokens.load_signing_key(tmp_path, None)
    key.chmod(0o644)
    with pytest.raises(NotLoggedIn) as refusal:
        tokens.load_signing_key(tmp_path, None)
    assert refusal.value.code == "unsafe_token_file"
    key.chmod(0o600)
    key.rename(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CRMError):
        tokens.load_signing_key(tmp_path, None)


@pytest.fixture
def workers() -> Iterator[list["subprocess.Popen[str]"]]:
    program = """
import sys, time
from pathlib import Path
from crm.security import tokens
print("ready", flush=True)
for line in sys.stdin:
    start, home = line.split()
    time.sleep(max(0, float(start) - time.time()))
    print(tokens.load_signing_key(Path(home), None), flush=True)
"""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    yield started
    for worker in started:
        worker.communicate(timeout=PATIENCE)


def test_processes_that_start_together_make_one_key(
    tmp_path: Path, workers: list["subprocess.Popen[str]"]
) -> None:
    def answers() -> list[str]:
        return [worker.stdout.readline() for worker in workers if worker.stdout]

    assert answers() == ["ready\n"] * 4
    for number in range(40):
        home = tmp_path / str(number)
        at = time.time() + 0.01
        for worker in workers:
            assert worker.stdin
            worker.stdin.write(f"{at} {home}\n")
            worker.stdin.flush()
        keys = set(answers())
        assert len(keys) == 1
        assert len(keys.pop().strip()) == 43
        assert [path.name for path in (home / "session").iterdir()] == ["key"]

import base64
import hashlib
import re
import resource
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.domain.errors import NotLoggedIn, RuleViolation
from crm.security import passwords
from crm.security.passwords import CURRENT, HashParameters, check_policy, derive_key

CHEAP = HashParameters(19 * 1024, 1, 1)
SALT = b"0123456789abcdef"
MARIE = ("Marie-Hélène", "Dupont", "mh.dupont@epicevents.example")


# Deriving


def test_derives_what_the_reference_implementation_derives() -> None:
    # test.c of the reference implementation, Argon2id version 19, 2^16 KiB, 2 passes, 1 lane.
    derived = derive_key("password", b"somesalt", HashParameters(65536, 2, 1))
    assert derived.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


def test_composed_and_decomposed_accents_are_the_same_password() -> None:
    assert derive_key("caf\u00e9", SALT, CHEAP) == derive_key("cafe\u0301", SALT, CHEAP)
    assert derive_key("caf\u00e9", SALT, CHEAP) != derive_key("cafe", SALT, CHEAP)


@pytest.mark.parametrize("password", ["", "\0", "\udcff\ud800", "x" * 10_000, "\u202e[red]%s"])
def test_whatever_is_typed_derives_to_something(password: str) -> None:
    assert len(derive_key(password, SALT, CHEAP)) == 32


@pytest.mark.parametrize(
    "parameters",
    [HashParameters(19 * 1024, 1, 1), HashParameters(1024 * 1024, 20, 16), CURRENT],
)
def test_safe_parameters_are_acceptable(parameters: HashParameters) -> None:
    passwords.require_safe_parameters(parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        HashParameters(19 * 1024 - 1, 3, 4),
        HashParameters(1024 * 1024 + 1, 3, 4),
        HashParameters(65536, 0, 4),
        HashParameters(65536, 21, 4),
        HashParameters(65536, 3, 0),
        HashParameters(65536, 3, 17),
        HashParameters(-1, -1, -1),
        HashParameters(2**64, 2**64, 2**64),
    ],
)
def test_a_server_that_asks_for_unsafe_parameters_gets_nothing(parameters: HashParameters) -> None:
    with pytest.raises(NotLoggedIn) as refusal:
        derive_key("a password", SALT, parameters)
    assert refusal.value.code == "unsafe_login_parameters"


@pytest.mark.parametrize("length", [0, 7, 65, 1_000_000])
def test_a_server_that_sends_an_unsafe_salt_gets_nothing(length: int) -> None:
    with pytest.raises(NotLoggedIn) as refusal:
        derive_key("a password", b"s" * length, CHEAP)
    assert refusal.value.code == "unsafe_login_parameters"


def test_too_little_memory_is_said_without_a_traceback() -> None:
    program = """
import sys
import argon2.low_level
from crm.domain.errors import NotLoggedIn
from crm.security.passwords import HashParameters, derive_key
try:
    derive_key("a password", b"0123456789abcdef", HashParameters(1024 * 1024, 1, 1))
except NotLoggedIn as error:
    sys.exit(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)),
        check=False,
    )
    assert done.stderr == "not_enough_memory\n"


# Storing


def test_a_stored_password_is_phc_whose_tag_is_the_hash_of_what_is_derived() -> None:
    phc = passwords.hash_password("sous-le-pont-mirabeau")
    assert len(phc) == 97
    assert re.fullmatch(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$[\w+/]{22}\$[\w+/]{43}", phc, re.ASCII)
    salt, tag = _salt_and_tag(phc)
    derived = derive_key("sous-le-pont-mirabeau", salt, CURRENT)
    assert tag == hashlib.sha256(derived).digest()
    assert base64.b64encode(derived).decode().rstrip("=") not in phc


def test_the_same_password_is_stored_with_another_salt_each_time() -> None:
    one, two = (passwords.hash_password("the same password") for _ in range(2))
    assert one.split("$")[:4] == two.split("$")[:4]
    assert _salt_and_tag(one)[0] != _salt_and_tag(two)[0]
    assert _salt_and_tag(one)[1] != _salt_and_tag(two)[1]


def _salt_and_tag(phc: str) -> tuple[bytes, bytes]:
    salt, tag = phc.split("$")[-2:]
    return base64.b64decode(salt + "=="), base64.b64decode(tag + "=")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (CURRENT, False),
        (HashParameters(32768, 3, 4), True),
        (HashParameters(65536, 2, 4), True),
        (HashParameters(131072, 4, 1), False),
    ],
)
def test_only_a_cheaper_password_is_stored_again(
    parameters: HashParameters, expected: bool
) -> None:
    assert passwords.needs_rehash(parameters) is expected


# Choosing


def refusal_of(password: str) -> str:
    with pytest.raises(RuleViolation) as refusal:
        check_policy(password, context=MARIE)
    assert refusal.value.code == "weak_password"
    assert refusal.value.hint
    said = refusal.value.message + refusal.value.hint
    assert password not in said or len(password) < 3
    return refusal.value.message


@pytest.mark.parametrize("password", ["", "x", "f8vL2qWm0xRt5Z", "e\u0301" * 14, "😀🐙🌵🚲🥁🧲🪁"])
def test_fewer_than_15_characters_are_refused(password: str) -> None:
    assert "fewer than 15" in refusal_of(password)


def test_characters_are_counted_not_code_points_or_bytes() -> None:
    check_policy("e\u0301f8vL2qWm0xRt5Z", context=())
    longest = "".join(passwords.make_one_time_password() for _ in range(6))[:128]
    check_policy("é" + longest[1:], context=())
    check_policy("e\u0301" + longest[1:], context=())
    assert "more than 128" in refusal_of("e\u0301" + longest)
    assert "more than 128" in refusal_of("x" * 1_000_000)


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "\n",
        "\x1b",
        "\x7f",
        "\x85",
        "\ud800",
        "\ufeff",
        "\u200b",
        "\u202e",
        "\u2028",
    ],
)
def test_a_character_that_cannot_be_seen_is_refused(character: str) -> None:
    assert "an invisible character" in refusal_of(f"pluie tambour{character} oseille")


@pytest.mark.parametrize("password", ["a" * 15, "Marie-Hélène Dupont 1985", "epicevents-2026"])
def test_what_is_easy_to_guess_is_refused_with_the_reason(password: str) -> None:
    assert re.fullmatch("This password is refused: (it|too little) .*[.]", refusal_of(password))


def test_the_demo_password_may_be_chosen() -> None:
    check_policy("sous-le-pont-mirabeau", context=MARIE)


def test_a_joiner_is_seen_by_what_it_joins() -> None:
    check_policy("👩\u200d🚀 mange des brioches", context=MARIE)


@pytest.mark.proof
@settings(deadline=None)  # the first one loads the lists
@given(st.text(max_size=140))
def test_any_text_is_accepted_or_refused_by_the_rule(password: str) -> None:
    try:
        check_policy(password, context=(password[:5], "\0", "@", ""))
    except RuleViolation as refusal:
        assert refusal.code == "weak_password"  # noqa: PT017


def test_a_one_time_password_is_random_readable_and_may_be_chosen() -> None:
    some = {passwords.make_one_time_password() for _ in range(200)}
    assert len(some) == 200
    for password in some:
        assert re.fullmatch(
            "[0-9abcdefghjkmnpqrstvwxyz]{4}(-[0-9abcdefghjkmnpqrstvwxyz]{4}){4}", password
        )
        check_policy(password, context=MARIE)
    assert len(set("".join(some))) == 33


def test_what_is_heavy_is_imported_only_when_used() -> None:
    program = "import sys, crm.security.passwords; print({'argon2', 'zxcvbn'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"

"""What makes a password easy to guess, whatever its length."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

from crm.domain.i18n import gettext as _

COMPANY = ("epic", "events", "epicevents", "crm")
COMMON = Path(__file__).with_name("common_passwords.txt")

UNIT = 7  # a repetition of at most so many characters
WALK = 5  # steps that a walk over neighbouring keys has on average, to count as one
REMAINDER = 8  # letters that names must leave
# What is typed for a letter: Ep1c€vents is read as the name that it is.
_LETTERS = str.maketrans("0134578@$€!|", "oieastbaseil")
# What people put around a name: none of it is a secret.
_ORDINARY = (
    "motdepasse", "password", "passwort", "bienvenue", "welcome", "bonjour", "azerty", "qwerty",
    "secret", "admin", "login", "hello", "paris", "mdp",
)  # fmt: skip
STRONG = 4  # zxcvbn's best score: more than 10^10 guesses
ESTIMATED = 48  # characters; the time that zxcvbn takes grows with their cube

# Each row lies half a key to the right of the one above; the last is not a keyboard.
LAYOUTS = (
    ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    ("&é\"'(-è_çà", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    ("abcdefghijklmnopqrstuvwxyz",),
)


def find_weakness(password: str, context: Iterable[str]) -> str | None:
    """Return why ``password`` would be guessed soon, or None.

    ``context`` holds what an attacker knows of the person: first and last name, email. Case and
    accents make no difference.
    """
    text = _fold_symbols(password)
    names = _names(context)
    if _has_repeats(text):
        return _("it repeats a few characters")
    if _count_walks(password) * WALK <= len(password):
        return _("it is a sequence of neighbouring keys, letters or digits")
    if _count_remaining(text, names) < REMAINDER:
        return _("too little remains besides the company's and your own names")
    if "".join(filter(str.isalpha, text)) in _read_common():
        return _("it is a phrase that many people use as their password")
    if not _is_strong(text, names):
        return _(
            "it consists of common passwords, words, dates or patterns, which attackers try first"
        )
    return None


def _fold_symbols(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _names(context: Iterable[str]) -> list[str]:
    """Return the words of at least three letters or digits, the longest first."""
    names = set(COMPANY)
    for item in context:
        words = re.findall(r"[^\W_]+", _fold_symbols(item.partition("@")[0]))
        names.update((*words, "".join(words)))
    # "annamaria" before "anna", which would leave half of it.
    return sorted((name for name in names if len(name) >= 3), key=len, reverse=True)


def _has_repeats(text: str) -> bool:
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, UNIT + 1))


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for rows in LAYOUTS:
        for row, below in zip(rows, (*rows[1:], ""), strict=True):
            for column, key in enumerate(row):
                near = {key, *row[column + 1 : column + 2], *below[max(column - 1, 0) : column + 1]}
                pairs.update((key, other) for other in near)
                pairs.update((other, key) for other in near)
    return frozenset(pairs)


def _count_walks(text: str) -> int:
    """Return how many walks over neighbouring keys it takes to type ``text``, in either case."""
    return 1 + sum(pair not in _neighbours() for pair in pairwise(text.lower()))


def _count_remaining(text: str, names: Iterable[str]) -> int:
    """Return how many letters remain without the names, however decorated; all without names.

    Digits and signs around a name are what is tried next: the year, an exclamation mark.
    """
    read = text.translate(_LETTERS)
    # Also written backwards, which programs that guess try as well.
    named = _find_words(read, names) | _find_words(read[::-1], names, len(read))
    if not named:
        return len(text)
    named |= _find_words(read, _ORDINARY)
    return sum(letter.isalpha() for at, letter in enumerate(text) if at not in named)


def _find_words(text: str, words: Iterable[str], mirrored: int = 0) -> set[int]:
    """Return where the words stand in a text, as positions, or in the one that it mirrors."""
    found = {
        at
        for word in words
        for start in (match.start() for match in re.finditer(re.escape(word), text))
        for at in range(start, start + len(word))
    }
    return {mirrored - 1 - at for at in found} if mirrored else found


@cache
def _read_common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").splitlines())


def _is_strong(text: str, names: Iterable[str]) -> bool:
    from zxcvbn import zxcvbn

    return zxcvbn(text[:ESTIMATED], user_inputs=names, max_length=ESTIMATED)["score"] >= STRONG

"""Words of dates in English and French, folded: without case and without accents."""

from collections.abc import Mapping, Sequence

WEEKDAYS = (
    ("monday", "lundi"), ("tuesday", "mardi"), ("wednesday", "mercredi"), ("thursday", "jeudi"),
    ("friday", "vendredi"), ("saturday", "samedi"), ("sunday", "dimanche"),
)  # fmt: skip
MONTHS = (
    ("january", "janvier"), ("february", "fevrier"), ("march", "mars"), ("april", "avril"),
    ("may", "mai"), ("june", "juin"), ("july", "juillet"), ("august", "aout"),
    ("september", "septembre"), ("october", "octobre"), ("november", "novembre"),
    ("december", "decembre"),
)  # fmt: skip
_ENGLISH_MONTHS, _FRENCH_MONTHS = zip(*MONTHS, strict=True)

DAYS_FROM_TODAY = {
    "day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1,
    "day after tomorrow": 2,
    "avant-hier": -2, "avant hier": -2, "hier": -1, "aujourd'hui": 0, "ce jour": 0, "demain": 1,
    "apres-demain": 2, "apres demain": 2,
}  # fmt: skip

_UNITS = {
    "day": ("d", "j", "day", "days", "jour", "jours"),
    "week": ("w", "s", "wk", "week", "weeks", "sem", "semaine", "semaines"),
    "month": ("m", "month", "months", "mois"),
    "quarter": ("quarter", "quarters", "trimestre", "trimestres"),
    "year": ("y", "a", "year", "years", "an", "ans", "annee", "annees"),
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words}

_NUMBERS = (
    ("a", "an", "one", "un", "une"), ("two", "deux"), ("three", "trois"), ("four", "quatre"),
    ("five", "cinq"), ("six",), ("seven", "sept"), ("eight",), ("nine", "neuf"), ("ten", "dix"),
    ("eleven", "onze"), ("twelve", "douze"),
)  # fmt: skip
NUMBERS = {word: number for number, words in enumerate(_NUMBERS, 1) for word in words}
# Said of days, these mean one week and two in French, and to the letter a day more each.
IDIOMS = {"huit": (7, 8), "quinze": (14, 15)}

NEXT = ("next", "prochain", "prochaine")
LAST = ("last", "previous", "dernier", "derniere", "passe", "passee", "precedent", "precedente")
THIS = ("this", "ce", "cet", "cette")


def weekdays(word: str) -> list[int]:
    """Return the weekdays, Monday 0, that a word of three letters or more begins."""
    return _that_begin(word, WEEKDAYS)


def months(word: str) -> list[int]:
    """Return the months, January 1, that a word of three letters or more begins.

    A whole name is that month alone: ``jui`` could be June or July in French, ``juin`` is June.
    """
    return [index + 1 for index in _that_begin(word, MONTHS)]


def is_only_french(word: str) -> bool:
    """Whether a word begins a month in French and none in English."""
    return any(name.startswith(word) for name in _FRENCH_MONTHS) and not any(
        name.startswith(word) for name in _ENGLISH_MONTHS
    )


def counts(word: str) -> Sequence[int]:
    """Return what a number in digits or words may count; nothing where it is none."""
    if word.isascii() and word.isdigit():
        return (int(word),) if len(word) <= 9 else ()  # more overflows
    return (NUMBERS[word],) if word in NUMBERS else IDIOMS.get(word, ())


def one_of(words: Mapping[str, object] | Sequence[str]) -> str:
    """Return the alternatives of a pattern, the longest first."""
    # A pattern takes the first alternative that fits: "mar" would end "mardi".
    return "|".join(sorted((word for word in words if word), key=len, reverse=True))


def _that_begin(word: str, names: Sequence[tuple[str, ...]]) -> list[int]:
    if len(word) < 3:
        return []
    whole = [index for index, languages in enumerate(names) if word in languages]
    return whole or [
        index
        for index, languages in enumerate(names)
        if any(name.startswith(word) for name in languages)
    ]

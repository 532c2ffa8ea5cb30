"""Who is meant: an id, an email, a phone or a name that only one client or colleague matches."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

from crm.domain.amounts import LARGEST_WHOLE_NUMBER
from crm.domain.errors import NotFound, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import fold, quote
from crm.queries.listing import not_found_error

if TYPE_CHECKING:
    from psycopg2.sql import Composable

    from crm.database.transaction import Transaction

LISTED = 5  # matches that an ambiguous name lists
SUGGESTED = 3
LONGEST = 300  # characters; nothing that is kept under a name is longer
PHONE_DIGITS = 8  # from as many on a number means whose phone it is
_CLOSE = 0.6  # of difflib's ratio, where 1 is the same


class Match(NamedTuple):
    """A record that a name can mean."""

    id: int
    name: str
    email: str


class _Kind(NamedTuple):
    """Where a noun's records are read; ``named`` is the condition that ``name`` is a whole name."""

    noun: str
    view: str
    key: str
    email: str
    named: str


_CLIENT = _Kind(
    "client",
    "client_list",
    "full_name_folded",
    "email_key",
    "full_name_folded = left(fold(%(name)s), 200)",
)
# Of colleagues, "Dupont Marie" is as good as "Marie Dupont".
_USER = _Kind(
    "user",
    "user_list",
    "name_folded",
    "email",
    "search_words @@ prefix_query(%(name)s)"
    " AND fold(%(name)s) IN (fold(full_name), fold(last_name || ' ' || first_name))",
)


def find_user_id(tx: "Transaction", text: str) -> int:
    """Return the id of the colleague whom ``text`` means; ``me`` is the person logged in.

    A phone number, in any notation, is as good as an email; digits alone are an id if there is one.
    A full name goes before one that only begins with the same words. Raises UsageFault
    ``ambiguous_reference`` when several match, NotFound with the nearest names when nobody does.
    """
    if text.strip().lower() == "me":
        return tx.actor.id
    return _resolve(tx, _USER, text)


def find_client_id(tx: "Transaction", text: str) -> int:
    """Return the id of the client whom ``text`` means, also by words of the company's name.

    Raises what :func:`find_user_id` raises.
    """
    return _resolve(tx, _CLIENT, text)


def parse_record_id(
    text: str, noun: str, largest: int = LARGEST_WHOLE_NUMBER, *, listed: str = "list"
) -> int:
    """Return the id that ``text`` is: digits, perhaps behind a #, at least 1, at most ``largest``.

    ``noun`` and ``listed`` are the words of the command line that shows which there are. Raises
    UsageFault ``invalid_id``.
    """
    number = parse_number(text)
    if number is None or not 1 <= number <= largest:
        raise UsageFault(
            _("“{value}” is not an id.").format(value=quote(text)),
            hint=_("An id is a whole number; see: epicevents {noun} {listed}").format(
                noun=noun, listed=listed
            ),
            code="invalid_id",
        )
    return number


def parse_number(text: str) -> int | None:
    """Return the number that ``text`` is, perhaps behind a #, ``None`` where it is none."""
    digits = re.fullmatch("#?0*([0-9]+)", text.strip())
    if digits is None:
        return None
    # Python refuses to read thousands of digits.
    return int(digits[1][:20])


def _resolve(tx: "Transaction", kind: _Kind, text: str) -> int:
    number = parse_number(text)
    fits = number is not None and number <= LARGEST_WHOLE_NUMBER
    if number and fits and _run_template(tx, kind, "{select} WHERE id = %(id)s", id=number):
        return number
    matches = _find_matches(tx, kind, text.strip())
    if not matches and number is not None:
        raise not_found_error(kind.noun, number if fits else quote(text))
    if not matches:
        raise _no_match_error(kind, text, _find_nearest(tx, kind, text[:LONGEST]))
    if len(matches) > 1:
        raise _ambiguous_error(kind, text, matches)
    return matches[0].id


def _find_matches(tx: "Transaction", kind: _Kind, text: str) -> list[Match]:
    if len(text) > LONGEST:
        return []
    email = normalize("NFC", text).lower()
    values: dict[str, Any] = {"name": text, "email": email, "limit": LISTED + 1}
    values["digits"] = PHONE_DIGITS
    # OFFSET keeps the LIMIT from being planned for: all records would be read in order, to find
    # more than the one that has an email.
    found = _run_template(
        tx,
        kind,
        "SELECT * FROM ({select} WHERE {email} = %(email)s OR {named}"
        " OR search_words @@ phone_query(%(name)s, %(digits)s) OFFSET 0) whole"
        " ORDER BY id DESC LIMIT %(limit)s",
        **values,
    )
    # Half an address or a misspelt id is not the beginning of somebody's name.
    if found or "@" in text or not any(letter.isalpha() for letter in text):
        return found
    return _run_query(tx, _build_prefix_query(kind), values)


def _build_prefix_query(kind: _Kind) -> "Composable":
    """Return the statement that reads whose names begin with the words of ``name``."""
    from psycopg2.sql import SQL, Identifier, Literal

    from crm.queries import nearest
    from crm.queries.client import LISTING

    words = [[SQL("search_words @@ prefix_query(%(name)s)")]]
    return nearest.build_nearest_page(
        Literal(LISTING.near),
        columns=SQL("id, full_name, email"),
        view=Identifier(kind.view),
        place=[],
        conditions=words,
        found=words,
        order=SQL("id DESC"),
        limit=SQL("%(limit)s"),
    )


def _find_nearest(tx: "Transaction", kind: _Kind, text: str) -> list[Match]:
    """Return the records whose names are most alike, out of a few hundred that begin alike."""
    name = fold(text)
    beginnings = [word[:2] for word in re.findall(r"[^\W_]+", name)[:4]]
    # The first two letters survive most slips of the fingers. Both halves of the neighbourhood come
    # from the index on names, so that no table is read as a whole.
    candidates = _run_template(
        tx,
        kind,
        """
        ({select} WHERE {key} >= fold(%(name)s) ORDER BY {key} LIMIT 50)
        UNION ({select} WHERE {key} < fold(%(name)s) ORDER BY {key} DESC LIMIT 50)
        UNION SELECT near.* FROM unnest(%(beginnings)s::text[]) beginning,
            LATERAL ({select} WHERE search_words @@ prefix_query(beginning) LIMIT 60) near
        """,
        name=name,
        beginnings=[" ".join(beginnings), *beginnings],
    )
    rated = sorted(((_rate_likeness(name, each), each) for each in candidates), reverse=True)
    return [match for likeness, match in rated[:SUGGESTED] if likeness >= _CLOSE]


def _rate_likeness(name: str, match: Match) -> float:
    from difflib import SequenceMatcher

    full_name = fold(match.name)
    return max(
        SequenceMatcher(None, name, other, autojunk=False).ratio()
        for other in {full_name, *full_name.split(), match.email}
    )


def _run_template(tx: "Transaction", kind: _Kind, template: str, **values: Any) -> list[Match]:
    from psycopg2.sql import SQL, Identifier

    query = SQL(template).format(
        select=SQL("SELECT id, full_name, email FROM {}").format(Identifier(kind.view)),
        key=Identifier(kind.key),
        email=Identifier(kind.email),
        named=SQL(kind.named),
    )
    return _run_query(tx, query, values)


def _run_query(tx: "Transaction", query: "Composable", values: dict[str, Any]) -> list[Match]:
    from crm.queries.statement import strip_unstorable

    for name, value in values.items():
        if isinstance(value, str):
            values[name] = strip_unstorable(value)
    return [Match(*row) for row in tx.rows(query, values)]


def _ambiguous_error(kind: _Kind, text: str, matches: list[Match]) -> UsageFault:
    listed = matches[:LISTED]
    sentences = {
        "user": _("“{value}” matches several colleagues: {names}."),
        "client": _("“{value}” matches several clients: {names}."),
    }
    return UsageFault(
        sentences[kind.noun].format(
            value=quote(text), names=_format_names(listed) + ", …" * (len(matches) > LISTED)
        ),
        hint=_("Give the id, the email or the full name."),
        code="ambiguous_reference",
        details={"matches": [each._asdict() for each in listed]},
    )


def _no_match_error(kind: _Kind, text: str, nearest: list[Match]) -> NotFound:
    sentences = {
        "user": _("No colleague matches “{value}”."),
        "client": _("No client matches “{value}”."),
    }
    if nearest:
        hint = _("Did you mean {names}?").format(names=_format_names(nearest))
    else:
        hint = _("See them all: epicevents {noun} list").format(noun=kind.noun)
    return NotFound(
        sentences[kind.noun].format(value=quote(text)),
        hint=hint,
        details={"nearest": [each._asdict() for each in nearest]},
    )


def _format_names(matches: list[Match]) -> str:
    return ", ".join(
        f"{each.id} {quote(each.name)}" + f" <{quote(each.email)}>" * bool(each.email)
        for each in matches
    )

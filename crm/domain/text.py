"""Text that somebody typed: made normal, refused, compared and quoted.

Patterns here and in the neighbouring modules are plain strings: they are compiled when a value is
first read, which most commands never do.
"""

import re
import unicodedata

from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _

# Half of a character (a lone surrogate) crashes the driver, NUL PostgreSQL, the others a terminal.
_UNSAFE = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
# In one line, breaks and bidirectional controls would change what the rest of a listing shows.
_UNSAFE_IN_ONE_LINE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
# What shows nothing although Python does not call it a space: fillers, joiners, selectors.
_INVISIBLE = (
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)
_LINE_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_QUOTED_LENGTH = 40
# As the database folds them too (migrations/tables/text.sql).
_AS_TYPED = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŋ": "n", "ŧ": "t", "ı": "i",
    "œ": "oe", "æ": "ae", "þ": "th", "’": "'",
})  # fmt: skip


def clean_text(value: str, *, field: str, limit: int | None, multiline: bool = False) -> str:
    """Return ``value`` as it is stored: NFC, without spaces around it.

    ``field`` is the human name used in messages, ``limit`` the length of the column in characters,
    ``None`` where it has none. With ``multiline``, line ends (made ``\\n``), tabs and bidirectional
    controls are allowed inside.

    Raises InvalidValue: ``control_character``, ``blank`` (also when only invisible characters are
    left) or ``too_long``; a text is never cut.
    """
    if multiline:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    unsafe = re.search(_UNSAFE if multiline else _UNSAFE_IN_ONE_LINE, value)
    if unsafe:
        raise _unsafe_error(field, unsafe[0])
    text = value.strip()
    # Normalising is quadratic in hostile text; four characters at most become one, so that more
    # than four times the limit is too long in any case.
    if limit is None or len(text) <= 4 * limit:
        text = unicodedata.normalize("NFC", text)
    if re.fullmatch(_INVISIBLE, text):
        raise InvalidValue(
            _("{field} is blank.").format(field=field),
            hint=_("Write at least one visible character."),
            code="blank",
        )
    if limit is not None and len(text) > limit:
        raise InvalidValue(
            _("{field} is too long: {length}/{limit} characters.").format(
                field=field, length=len(text), limit=limit
            ),
            hint=_("Shorten it; the program never cuts text."),
            code="too_long",
            details={"length": len(text), "limit": limit},
        )
    return text


def _unsafe_error(field: str, character: str) -> InvalidValue:
    if character in _LINE_BREAKS:
        message = _("{field} must be on one line.").format(field=field)
        hint = _("Type it again without the line break.")
    else:
        message = _("{field} contains a character that is not allowed: {character}.").format(
            field=field, character=f"U+{ord(character):04X}"
        )
        hint = _("Type it again without that character.")
    return InvalidValue(message, hint=hint, code="control_character")


def fold(text: str) -> str:
    """Return ``text`` without accents or case, spaces made single, to compare words.

    Letters that other languages do not have become what is typed there: ``đ`` is ``d``, ``þ`` is
    ``th``. Only canonical equivalents fold, so that full-width and other digits stay what they are.
    """
    letters = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().translate(_AS_TYPED).split())


def quote(value: str) -> str:
    """Return ``value`` fit to be repeated in a message: at most 40 characters, all of them visible.

    What a terminal could interpret or an encoder refuse is written as an escape such as ``\\x1b``.
    """
    head = value if len(value) <= _QUOTED_LENGTH else value[: _QUOTED_LENGTH - 1] + "…"
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in head)

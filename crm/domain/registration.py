"""Numbers under which companies are registered, checked as their countries compute them."""

import re

from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import clean_text, quote

_MARKS = r"[\s.-]"  # that people put between digits, narrow spaces too
_TYPED_LENGTH = 40  # of a number with every mark that people put into it


def parse_siret(value: str) -> str:
    """Return a SIRET, the number of a French establishment, as its 14 digits.

    Spaces, dots and hyphens between them are left out. Raises InvalidValue ``invalid_siret`` where
    the digits are too few, too many or do not check, and what ``clean_text`` raises.
    """
    from stdnum.exceptions import ValidationError
    from stdnum.fr import siret

    typed = clean_text(value, field=_("SIRET"), limit=_TYPED_LENGTH)
    try:
        return str(siret.validate(re.sub(_MARKS, "", typed)))
    except ValidationError:
        # Wrong length, letter or check digit: the library has a class for each, the person one
        # answer.
        raise InvalidValue(
            _("“{value}” is not a SIRET: its digits do not check.").format(value=quote(typed)),
            hint=_("Write its 14 digits, such as 732 829 320 00074."),
            code="invalid_siret",
        ) from None


def parse_vat_number(value: str) -> str:
    """Return the VAT number of any country of the European Union, such as ``FR40303265045``.

    It begins with the letters of its country; marks between the others are left out, and Greece's
    are EL. Raises InvalidValue ``invalid_vat_number``, and what ``clean_text`` raises.
    """
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError

    typed = clean_text(value, field=_("VAT number"), limit=_TYPED_LENGTH)
    try:
        number = str(vat.validate(re.sub(_MARKS, "", typed)))
    except ValidationError:
        # As for a SIRET; also a country outside the Union.
        raise InvalidValue(
            _("“{value}” is not the VAT number of a country of the European Union.").format(
                value=quote(typed)
            ),
            hint=_("Write it with the letters of its country, such as FR 40 303 265 045."),
            code="invalid_vat_number",
        ) from None
    return f"EL{number[2:]}" if number.startswith("GR") else number

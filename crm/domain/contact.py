"""How somebody is reached: email addresses and phone numbers."""

import re

from crm.domain.errors import InvalidValue
from crm.domain.i18n import gettext as _
from crm.domain.text import clean_text, quote

EMAIL_LENGTH = 100  # of the columns
HOME_REGION = "FR"

# What nearly all addresses and numbers look like, and what nobody need judge: an import reads
# 100,000 of them, and each judgement takes as long as thirty of these.
_PLAIN_EMAIL = (
    r"(?i)(?!.*[^.@]{60})(?=[^@]{1,64}@)(?!.*\.(?:arpa|invalid|local|localhost|onion)\Z)"
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"
)
# What begins as overseas numbers do (0692 …, 0590 …) takes a judgement.
_PLAIN_PHONE = r"(?:0(?!26|5[09]|6[39]|70|97)|\+33 ?)([1-9](?:[0-9]{8}|(?:[ .-][0-9]{2}){4}))"

# Digits and the marks that people put between them; no letters, extensions or digits of other
# scripts, which phonenumbers would turn into another number than the one that was meant.
# An extension stands behind the number: the library reads "poste 12" as more digits.
_EXTENSION = r"(?i)(.*?)[ ,]*(?:;ext=|\b(?:ext\.?|extension|poste)) ?:? ?([0-9]{1,11})"
# Whose numbers have ten digits with the 0, as in France, and a country's code of their own.
_OVERSEAS = ("GP", "GF", "MQ", "RE", "YT")
_PHONE_LENGTH = 20  # of the columns
_PHONE = r"\(?\+?[0-9 ()./\u00a0\u202f\u2010-\u2013-]+"
_FRENCH = r"\+33([1-9])([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})"
_FRENCH_LENGTH = 10  # digits, with the 0
_TYPED_LENGTH = 60  # of a phone number with every mark that people put into it
_SHORTEST, _LONGEST = 7, 15  # digits of a number with its country code


def parse_email(value: str) -> str:
    """Return the address as it is stored: trimmed, NFC, lower case, at most 100 characters.

    Internationalised addresses are accepted, and so are domains kept for tests and examples. The
    domain is not looked up.

    Raises InvalidValue: ``invalid_email``, or what ``clean_text`` raises.
    """
    plain = value.strip(" ")
    if len(plain) <= EMAIL_LENGTH and plain.isascii() and re.fullmatch(_PLAIN_EMAIL, plain):
        return plain.lower()
    from email_validator import EmailNotValidError, validate_email  # costs 30 ms

    field = _("Email address")
    typed = clean_text(value, field=field, limit=EMAIL_LENGTH)
    try:
        # "test_environment" is what accepts names under ".test".
        valid = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        # The library's reason is in English; ``_explain_email`` says it in the reader's language.
        raise InvalidValue(
            _("“{value}” is not an email address: {reason}.").format(
                value=quote(typed), reason=_explain_email(typed)
            ),
            hint=_("An address looks like name@example.com."),
            code="invalid_email",
        ) from None
    # Lower case can be longer than what was typed, and in need of NFC again.
    return clean_text(valid.normalized.lower(), field=field, limit=EMAIL_LENGTH)


def _explain_email(typed: str) -> str:
    # The validator explains itself in English only.
    name, at, domain = typed.partition("@")
    if not at:
        return _("the @ is missing")
    if "@" in domain:
        return _("it contains more than one @")
    if not name or not domain:
        return _("the part before or after the @ is missing")
    if any(letter.isspace() for letter in typed):
        return _("it contains a space")
    if "." not in domain:
        return _("the part after the @ has no ending such as .fr")
    return _("it contains a character or a domain that is not allowed")


def parse_phone(value: str) -> str:
    """Return the number in E.164, such as ``+33612345678``, or with ``;ext=12`` behind it.

    A number without country code is French and must be possible there, with its 0 of ten digits;
    where it is not valid in France but in one of the overseas regions, it is of that region. One
    with ``+`` (or ``00``) and a country's code is taken with 7 to 15 digits, whatever that
    country's plan says of it. An extension ("ext. 543", "poste 12") is kept where it fits.

    Raises InvalidValue: ``invalid_phone``, or what ``clean_text`` raises.
    """
    plain = re.fullmatch(_PLAIN_PHONE, value)
    if plain:
        return "+33" + re.sub("[^0-9]", "", plain[1])
    typed = clean_text(value, field=_("Phone number"), limit=_TYPED_LENGTH)
    extended = re.fullmatch(_EXTENSION, typed)
    if extended:
        return _add_extension(typed, _parse_number(extended[1].strip()), extended[2])
    return _parse_number(typed)


def _add_extension(typed: str, number: str, extension: str) -> str:
    room = _PHONE_LENGTH - len(f"{number};ext=")
    if len(extension) > room:
        reason = (
            _("its extension is too long, and {n} digits fit") if room > 0 else _("it is too long")
        )
        raise _phone_error(typed, reason.format(n=room))
    return f"{number};ext={extension}"


def _parse_number(typed: str) -> str:
    if not re.fullmatch(_PHONE, typed):
        raise _phone_error(typed, _("only digits, spaces and . - / ( ) are allowed"))
    digits = re.sub("[^0-9]", "", typed)
    if "+" in typed:
        return _parse_international(typed, digits)
    if digits.startswith("00"):  # how one dials abroad from France
        return _parse_international(typed, digits[2:])
    return _parse_national(typed, digits)


def _parse_international(typed: str, digits: str) -> str:
    import phonenumbers

    if len(digits) < _SHORTEST:
        raise _phone_error(typed, _("it is too short"))
    if len(digits) > _LONGEST:
        raise _phone_error(typed, _("it is too long"))
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        # The length is right, so only the calling code can be unknown.
        raise _phone_error(typed, _("no country has that calling code")) from None
    if phonenumbers.is_valid_number(number):
        # This drops the 0 of "+33 (0)6 …"; in a number that the plan does not know, it stays.
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"+{digits}"


def _parse_national(typed: str, digits: str) -> str:
    import phonenumbers

    if digits.startswith("0") and len(digits) != _FRENCH_LENGTH:
        short = len(digits) < _FRENCH_LENGTH
        raise _phone_error(
            typed,
            _("it is too short, a French number has ten digits")
            if short
            else _("it is too long, a French number has ten digits"),
        )
    try:
        number = phonenumbers.parse(digits, HOME_REGION)
    except phonenumbers.NumberParseException as error:
        # So few or so many digits that the library does not even compare them with the plan.
        long = error.error_type == error.TOO_LONG
        raise _phone_error(typed, _("it is too long") if long else _("it is too short")) from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.TOO_LONG:
        raise _phone_error(typed, _("it is too long"))
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _phone_error(typed, _("it is too short"))
    if not phonenumbers.is_valid_number_for_region(number, HOME_REGION):
        overseas = {
            phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.E164)
            for region in _OVERSEAS
            for each in [phonenumbers.parse(digits, region)]
            if phonenumbers.is_valid_number_for_region(each, region)
        }
        if len(overseas) == 1:
            return overseas.pop()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _phone_error(typed: str, reason: str) -> InvalidValue:
    return InvalidValue(
        _("“{value}” is not a phone number: {reason}.").format(value=quote(typed), reason=reason),
        hint=_("Write 06 12 34 56 78, or with a country code, +44 20 7946 0958."),
        code="invalid_phone",
    )


def format_phone(e164: str) -> str:
    """Return a stored number as people read it: ``06 12 34 56 78``, ``+44 20 7946 0958``.

    French numbers are shown in national form, others in international form, an extension behind
    them, and what is not a number is returned as it is.
    """
    e164, _mark, extension = e164.partition(";ext=")
    if extension:
        return _("{number} ext. {extension}").format(number=format_phone(e164), extension=extension)
    # Almost every number of a listing is French; grouping it by hand takes 1 µs, whereas importing
    # phonenumbers alone takes longer (20 ms and more) than the query that read the page.
    french = re.fullmatch(_FRENCH, e164)
    if french:
        return "0" + " ".join(french.groups())
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        # Stored before a rule or an update of the numbering plans; shown is better than refused.
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

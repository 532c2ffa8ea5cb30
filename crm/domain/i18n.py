"""The one way every sentence that a person reads is translated, and in which currency it speaks.

Field names, error codes and machine output are never translated.
"""

import gettext as _gettext
import os
from functools import cache

DOMAIN = "epicevents"
LOCALE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")


_chosen: str | None = None
_currency = "EUR"


def use_language(language: str) -> None:
    """Speak ``language`` from now on, as the settings say."""
    global _chosen
    _chosen = language


def use_currency(currency: str) -> None:
    """Say amounts in ``currency`` from now on, as the settings say."""
    global _currency
    _currency = currency


def current_language() -> str | None:
    """Return the language of sentences, ``None`` where nothing says which."""
    return _chosen or os.environ.get("EPICEVENTS_LANG")


def current_currency() -> str:
    """Return the ISO 4217 code of the amounts in sentences."""
    return _currency


@cache
def _catalogue(language: str | None) -> _gettext.NullTranslations:
    languages = [language] if language else None
    return _gettext.translation(DOMAIN, LOCALE, languages, fallback=True)


def _current_catalogue() -> _gettext.NullTranslations:
    return _catalogue(current_language())


def gettext(message: str) -> str:
    """Return ``message`` in the reader's language, or itself where no translation exists."""
    return _current_catalogue().gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form that fits ``number``, in the reader's language."""
    return _current_catalogue().ngettext(singular, plural, number)


def gettext_noop(message: str) -> str:
    """Return ``message`` as it is, for catalogues to hold: it is translated where it is shown."""
    return message

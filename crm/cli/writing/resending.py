"""Sending again what is recorded once, until it is known whether it was.

The one place that repeats a command by itself. Only what carries a key may be sent again, and only
after a lost connection or when the database ended one of two transactions that met: the same key is
recorded once, however often it arrives. Looking instead of sending would not do, because the old
connection's server process may still be committing; a second one with the same key waits for it.
"""

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from crm.cli.app import App
from crm.domain.errors import (
    Collision,
    ConnectionLost,
    CRMError,
    DatabaseUnavailable,
    NotLoggedIn,
    OutcomeUnknown,
)
from crm.domain.i18n import gettext as _

PAUSES = (0.1, 0.4, 1.0, 2.0, 3.0)  # seconds before each further attempt
AGAIN = (Collision, ConnectionLost, OutcomeUnknown)  # nothing was kept, or nobody knows

Done = TypeVar("Done")


def make_request_key() -> str:
    """Return a key for what was given none."""
    return secrets.token_hex(8)


def resend_until_known(app: App, key: str, act: Callable[[], Done]) -> tuple[Done, bool]:
    """Run ``act``, which records something once under ``key``, until its outcome is known.

    Return what it returns, and whether it was sent again after its outcome was in doubt.

    Raises what ``act`` raises, and OutcomeUnknown with the key when the server stays away: whoever
    runs the command again with it records it once.
    """
    in_doubt = False
    for pause in (*PAUSES, None):
        try:
            return act(), in_doubt
        except (Collision, DatabaseUnavailable, NotLoggedIn) as error:
            # NotLoggedIn: the session can end between two attempts; what the first did is in doubt
            # all the same.
            in_doubt = in_doubt or isinstance(error, OutcomeUnknown)
            again = pause is not None and (
                isinstance(error, AGAIN) or (in_doubt and isinstance(error, DatabaseUnavailable))
            )
            if not again and in_doubt:
                raise _unknown_error(key) from error
            if not again:
                raise
        if in_doubt and app.console.err.interactive:
            said = _("The connection was lost. Sending again with key {key} …")
            app.console.note(said.format(key=key))
        time.sleep(pause or 0)
    raise AssertionError("the last attempt returns or raises")


def _unknown_error(key: str) -> CRMError:
    return OutcomeUnknown(
        _("The connection was lost, and the payment may or may not have been recorded."),
        hint=_(
            "Run the same command again with --key {key}: the payment is recorded only once."
        ).format(key=key),
        details={"key": key},
    )

"""The errors that the tests really raise, held against the page of error codes.

The page says of each code with what exit status and with which sentences it comes. So every error
that comes about in this process while tests run is looked up there. A run of all tests also finds
the codes that none of them has raised.
"""

import fcntl
import os
import sys
from typing import Any

from crm.domain.errors import CRMError
from tools.errors import PAGE, Row, find_current, find_sentence, format_page, read_page

# Codes that no test of `make test` raises in the process of the tests, and why.
UNRAISED: dict[str, str] = {
    "database_in_use": "needs a session that the administrator may not end",
    "editor_failed": "an editor at a terminal, which has a process of its own",
    "embedded_not_stopped": "needs a server that does not end when it is told to",
    "no_server_account": "needs root on a system without useradd",
    "not_a_demo": "test_demo, which fills a demo: make proof",
    "not_confirmed": "a “no” at a terminal, and terminals have a process of their own",
    "output_failed": "needs a full disk behind stdout: a process of its own, in test_errors",
}

WRITE = "EPICEVENTS_TEST_WRITE_ERRORS"


class Record:
    """Every error made while it is installed: its exit status, its code and its message."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, str, str]] = set()
        self.elsewhere: set[str] = set()

    def install(self, patch: Any) -> None:
        """Note each error of the program as it is made; what tests make themselves is none."""
        make = CRMError.__init__

        def make_and_note(error: CRMError, *args: Any, **kwargs: Any) -> None:
            make(error, *args, **kwargs)
            if sys._getframe(1).f_globals["__name__"].startswith("crm."):
                self.seen.add((error.exit_code, error.code, error.message))

        patch.setattr(CRMError, "__init__", make_and_note)

    @property
    def codes(self) -> set[str]:
        """The codes alone, and those that other processes have seen."""
        return self.elsewhere | {code for _status, code, _message in self.seen}

    def find_undocumented(self) -> set[Row]:
        """Return what was raised and does not stand on the page like that, or write it there.

        A message that no sentence of the program makes is returned as it is: it was put together
        from pieces, which no translator can put right.
        """
        raised = {
            Row(status, code, says or message)
            for status, code, message in self.seen
            # Of what Click alone knows to say, the page says nothing.
            if (says := find_sentence(message)) or code != "usage"
        }
        if WRITE in os.environ:
            with PAGE.open("r+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # several processes run tests
                PAGE.write_text(format_page(find_current(read_page() | raised)), "utf-8")
        return raised - read_page()


def find_unproven(raised: set[str]) -> list[str]:
    """Return the codes of the page that were not raised, and those of UNRAISED that were."""
    documented = {row.code for row in read_page()}
    return [
        *(f"{code}: no test raises it" for code in sorted(documented - raised - UNRAISED.keys())),
        *(f"{code}: a test does raise it" for code in sorted(raised & UNRAISED.keys())),
    ]

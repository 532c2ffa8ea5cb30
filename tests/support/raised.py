"""The errors that the tests really raise, held against the page of error codes.

The page is put together from the text of the program (``tools/errors.py``), which can only guess
the class and the code of an error that is made from variables. So every error that comes about in
a run of the tests is looked up: its code must stand on the page under its exit status.
"""

import sys
from typing import Any

from crm.domain.errors import CRMError
from tools.errors import every_error


class Record:
    """The code, and the exit status before it, of every error made while it is installed."""

    def __init__(self) -> None:
        self.seen: set[tuple[int, str]] = set()

    def install(self, patch: Any) -> None:
        """Note each error of the program as it is made; what tests make themselves is none."""
        make = CRMError.__init__

        def make_and_note(error: CRMError, *args: Any, **kwargs: Any) -> None:
            make(error, *args, **kwargs)
            if sys._getframe(1).f_globals["__name__"].startswith("crm."):
                self.seen.add((error.exit_code, error.code))

        patch.setattr(CRMError, "__init__", make_and_note)

    def find_undocumented(self) -> list[tuple[int, str]]:
        """Return what was raised and does not stand on the page like that."""
        documented = {(kind.exit_code, code) for kind, code, _said in every_error()}
        return sorted(self.seen - documented)

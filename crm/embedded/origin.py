"""Whether data were made here: by a mark that no archive, copy or repository can bring along.

Whoever made a cluster decides what runs in it: a role's settings can load a library, a function or
an event trigger can run a program as soon as the administrator connects. So a cluster that arrived
ready-made is not started. The mark holds the numbers that the file system gave to the directory and
a file in it, and those of a copy are others. Moving the directory on one file system keeps them.
"""

from pathlib import Path

from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.embedded.account import Account
from crm.files import read_regular, write_private

_NAME = "epicevents.origin"
_LARGEST = 100  # bytes


def mark_as_ours(data: Path, account: Account | None) -> None:
    """Write that a data directory is ours. Raises OSError."""
    write_private(data / _NAME, _describe(data), account)


def require_ours(data: Path) -> None:
    """Raise DatabaseUnavailable ``foreign_cluster`` for data that were not made here."""
    try:
        found = read_regular(data / _NAME, _LARGEST)
    except OSError:
        # Missing, a link, or closed to us: no proof that we have made it, which is all that is
        # asked.
        found = b""
    if found != _describe(data):
        raise DatabaseUnavailable(
            _("The database in {path} was not made here, or it is a copy.").format(path=data),
            hint=_(
                "Its maker decides what it runs in your name. If you put it there yourself: "
                "epicevents db start --adopt. Otherwise remove it."
            ),
            code="foreign_cluster",
        )


def _describe(data: Path) -> bytes:
    # Nothing ever writes PG_VERSION again.
    return b"%d %d\n" % (data.lstat().st_ino, (data / "PG_VERSION").lstat().st_ino)

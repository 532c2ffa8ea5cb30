"""Whether a file that decides something says what its reader wants, and not what others want."""

import os
import stat

from crm.domain.i18n import gettext as _


def find_foreign_hand(path: "str | os.PathLike[str]") -> str | None:
    """Return why others decide what the file at ``path`` says, ``None`` where nobody else can.

    The file, a link that leads to it and the directories of both must belong to us or to root and
    be closed to the writing of others. A directory such as ``/tmp``, in which nobody can replace
    the files of others, is closed enough; so is a group that consists of us alone. Raises OSError.
    """
    if os.name != "posix":
        return None
    files = dict.fromkeys([os.fspath(path), os.path.realpath(path)])
    if {os.lstat(file).st_uid for file in files} - {0, os.geteuid()}:
        return _("it belongs to somebody else")
    if any(map(_others_write, files)):
        return _("other people can change it")
    directories = dict.fromkeys(os.path.dirname(file) or os.curdir for file in files)
    if {os.lstat(directory).st_uid for directory in directories} - {0, os.geteuid()}:
        return _("its directory belongs to somebody else")
    if any(map(_others_write, directories)):
        return _("other people can change its directory")
    return None


def _others_write(path: str) -> bool:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return False  # whose mode means nothing
    if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return False
    return bool(
        status.st_mode & stat.S_IWOTH
        or (status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid))
    )


def _is_private(group_id: int) -> bool:
    """Whether a group is the one that many systems make for each person: one's name, one member."""
    import grp
    import pwd

    try:
        person, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(group_id)
    except KeyError:
        # A user or group without a name, as in a container: nobody can say who else is in it.
        return False
    return (group.gr_gid, group.gr_name) == (person.pw_gid, person.pw_name) and set(
        group.gr_mem
    ) <= {person.pw_name}

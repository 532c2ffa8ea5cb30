"""Where the tests' server writes."""

import shutil
from pathlib import Path

ROOM = 2 << 30  # bytes free, several times what a run takes


def in_memory() -> Path | None:
    """A directory in memory, or nothing where there is none with room: then it is the disk.

    A copy of a database is 400 files, which a disk's file system takes several times as long to
    make and to remove.
    """
    memory = Path("/dev/shm")  # noqa: S108
    if memory.is_dir() and shutil.disk_usage(memory).free > ROOM:
        return memory
    return None

"""Files that nobody but their owner can read."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes, owner: tuple[int, int] | None = None) -> None:
    """Write a file whole or not at all, with mode 0600; ``owner`` is a user and group, else we.

    A link of that name is replaced, not followed. Raises OSError.
    """
    import tempfile

    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # always 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            if owner:
                os.fchown(descriptor, *owner)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""What a backup says of itself: where it comes from, and what each table must hold again."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from crm.domain.errors import CRMError, DatabaseUnavailable, RuleViolation
from crm.domain.i18n import gettext as _

FORMAT = 2


@dataclass(frozen=True)
class TableSum:
    """How many rows a table holds, and the sum of what they hash to."""

    rows: int
    checksum: str


class Right(NamedTuple):
    """A privilege of a role on an object, or on one column of it."""

    role: str
    privilege: str
    kind: str
    name: str
    column: str

    def __str__(self) -> str:
        """Return it as SQL has it."""
        column = f" ({self.column})" if self.column else ""
        return f"{self.privilege}{column} ON {self.kind} {self.name} TO {self.role}"


@dataclass(frozen=True)
class Contents:
    """What one snapshot of a database holds, beside the rows themselves.

    ``settings`` are the database's own, by role (empty: everybody's); ``grants`` its privileges as
    role, privilege, and whether it may be passed on; ``rights`` those of roles that are not the
    program's on its objects; ``roles`` whom all these name, and whether
    they are members of the application's group; ``faults`` what ``doctor`` found wrong in its data,
    None where it was not asked.
    """

    schema_revision: str
    server_major: int
    tables: Mapping[str, TableSum]
    sequences: Mapping[str, int]
    settings: list[list[str]] = field(default_factory=list)
    grants: list[list[Any]] = field(default_factory=list)
    rights: list[Right] = field(default_factory=list)
    roles: Mapping[str, bool] = field(default_factory=dict)
    faults: list[str] | None = None

    def count(self, table: str) -> int:
        """Return how many rows a table had."""
        found = self.tables.get(f"public.{table}")
        return found.rows if found else 0


@dataclass(frozen=True)
class Manifest:
    """A backup's contents, and the size and SHA-256 of the archive beside it."""

    taken_at: str  # ISO 8601, UTC
    program: str
    database: str
    archive_major: int  # of the pg_dump that wrote it
    contents: Contents
    size: int = 0
    sha256: str = ""
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        """When it was taken, as naive UTC."""
        return datetime.fromisoformat(self.taken_at).replace(tzinfo=None)

    def as_json(self) -> bytes:
        """Return it as it is kept in the file."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode()


def parse_manifest(content: bytes) -> Manifest:
    """Return the manifest that a backup holds.

    Raises DatabaseUnavailable ``backup_newer`` or ``backup_older`` for one of a program that
    writes another format, RuleViolation ``backup_damaged``.
    """
    try:
        found: dict[str, Any] = json.loads(content)
        _require_format(found)
        contents = found["contents"]
        tables = {name: TableSum(**table) for name, table in contents["tables"].items()}
        rights = [Right(*each) for each in contents["rights"]]
        contents = Contents(**contents | {"tables": tables, "rights": rights})
        manifest = Manifest(**found | {"contents": contents})
        manifest.moment  # noqa: B018  it must be one
        _require_shape(manifest)
    except CRMError:
        # Ours, from above: a CRMError is none of those below, but saying so first keeps it that
        # way.
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # The content is hostile. Whatever is missing, of a wrong type or nested too deeply means
        # one thing.
        raise damaged_error() from None
    return manifest


def _require_format(found: dict[str, Any]) -> None:
    """Refuse what another version of the program wrote, before its fields are looked at."""
    if found["format"] > FORMAT:
        raise DatabaseUnavailable(
            _("This backup was made by a newer program ({version}).").format(
                version=found["program"]
            ),
            hint=_("Install that version of epicevents."),
            code="backup_newer",
        )
    if found["format"] < FORMAT:
        raise DatabaseUnavailable(
            _("This backup was made by an older program ({version}).").format(
                version=found["program"]
            ),
            hint=_(
                "Restore it with the program that wrote it, export the records there, and"
                " import them with this one."
            ),
            code="backup_older",
        )


def _require_shape(manifest: Manifest) -> None:
    """Raise ValueError where a manifest holds values of kinds that no backup of ours has."""
    found = manifest.contents
    texts = [
        manifest.program, manifest.database, manifest.sha256, *found.sequences, *found.roles,
        *(found.faults or []), *(text for each in found.settings for text in each),
        *(text for each in found.rights for text in each),
        *(text for role, privilege, _grantable in found.grants for text in (role, privilege)),
        *(table.checksum for table in found.tables.values()),
    ]  # fmt: skip
    numbers = [
        manifest.archive_major, manifest.size, found.server_major, *found.sequences.values(),
        *(table.rows for table in found.tables.values()),
    ]  # fmt: skip
    if not (
        re.fullmatch("[0-9]{4}", found.schema_revision)
        and all(isinstance(text, str) and "\0" not in text for text in texts)
        and all(isinstance(number, int) for number in numbers)
        and {len(setting) for setting in found.settings} <= {3}
    ):
        raise ValueError("not what a backup holds")


def damaged_error() -> RuleViolation:
    """Return the error that a file is no longer what was written."""
    return RuleViolation(
        _("This backup is damaged: its content has changed since it was written."),
        hint=_("Use another backup, or another copy of this one."),
        code="backup_damaged",
    )


def find_differences(expected: Contents, found: Contents) -> list[str]:
    """Return what a restored database holds otherwise than the one that was backed up.

    Tables of somebody else's are not restored. Sequences may have moved on: what runs meanwhile
    takes numbers, and none is given twice.
    """
    tables = [name for name, table in found.tables.items() if expected.tables.get(name) != table]
    sequences = [
        name for name, last in found.sequences.items() if expected.sequences.get(name, -1) > last
    ]
    return tables + sequences

"""What the commands about colleagues share: their records, and changes that shut them out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crm.cli.app import App
from crm.domain.fields import Field, Kind
from crm.domain.permissions import Permission

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

# How much somebody looks after.
COUNTS = tuple(
    Field(name, Kind.INTEGER)
    for name in ("clients", "open_contracts", "upcoming_events", "open_tasks")
)


def read_person(tx: "Transaction", user_id: int) -> tuple[Any, Any]:
    """Return the fields of the listing and the person's row, which exists."""
    from crm.queries.pages import read_record
    from crm.queries.user import LISTING

    return LISTING.fields, read_record(tx, LISTING, user_id)


def find_person(app: App, text: str) -> int:
    """Return the id of the colleague whom ``text`` means, found before anything is written."""
    from crm.queries import reference

    with app.transaction() as tx:
        return reference.find_user_id(tx, text)


def full_name(row: Any) -> str:
    """Return the full name in a row of the listing."""
    return f"{row.first_name} {row.last_name}"


def count_duties(app: App, tx: "Transaction", user_id: int) -> dict[str, int]:
    """Return how many records of each of :data:`COUNTS` a person is the contact of."""
    from crm.queries import user as query

    counts = query.count_references(tx, user_id, app.now)
    return {field.name: counts[field.name] for field in COUNTS}


@contextmanager
def suspend_users(
    app: App, users: Sequence[str], permission: Permission, *, dry_run: bool
) -> "Iterator[tuple[Transaction, list[int]]]":
    """Change the accounts that ``users`` name while their owners have no rights.

    Yields the transaction and the accounts' ids. A dry run leaves the rights alone.
    """
    from crm import services
    from crm.queries import reference

    with app.transaction() as tx:
        ids = list(dict.fromkeys(reference.find_user_id(tx, user) for user in users))
    if dry_run:
        with app.transaction(dry_run=True) as tx:
            tx.execute(services.user.IMPATIENT)
            yield tx, ids
    else:
        with services.user.suspend_accounts(app.transaction, ids, permission) as tx:
            yield tx, ids

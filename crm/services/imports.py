"""Loading a file: rows are copied to a temporary table, checked together, and written together.

They are written as everything else is: with the rights of the program's login, under the policies,
guards and constraints that bind it, in one transaction that the history names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.database import copying
from crm.domain.enums import Role
from crm.domain.permissions import Permission, authorize
from crm.services.refusals import Refused, explain_refusal

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Plan:
    """How the files of one noun are loaded.

    ``check`` marks, in the temporary table, rows that are refused or skipped and those that exist;
    ``insert`` writes the new ones, ``update`` those that exist and differ.
    """

    noun: str
    permission: Permission
    check: str
    insert: str
    update: str | None = None

    @property
    def table(self) -> str:
        """The temporary table."""
        return f"{self.noun}_import"


class ImportOutcome(NamedTuple):
    """How many rows were written or left out, and which are refused."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    refused: list[Refused]


def begin_import(tx: "Transaction", plan: Plan, owner_id: int | None = None) -> None:
    """Allow the import, and make the table where the rows of the file wait.

    ``owner_id`` is whose records they become, unless they are one's own or the rows say.

    Raises PermissionDenied.
    """
    owner_id = tx.actor.id if owner_id is None else owner_id
    authorize(tx.actor, plan.permission, owner_id=owner_id, kind=plan.noun)
    # A large file takes longer than any other command may. And nobody has counted what it holds:
    # joins that are planned for a few rows would take hours.
    tx.execute("SET LOCAL statement_timeout = 0; SET LOCAL enable_nestloop = off")
    tx.execute("SELECT begin_import(%s)", (plan.noun,))


def copy_rows_in(
    tx: "Transaction", plan: Plan, columns: Iterable[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Send rows as :func:`crm.importing.cleaning.clean` yields them."""
    names = ", ".join(("line", "refused", "about", *columns))
    copying.copy_in(
        tx.connection, f"COPY {plan.table} ({names}) FROM STDIN (ENCODING 'UTF8')", rows
    )


def refuse_rows(tx: "Transaction", plan: Plan, code: str, lines: Sequence[int]) -> None:
    """Refuse the rows with these numbers."""
    tx.execute(
        f"UPDATE {plan.table} SET refused = %s"  # noqa: S608  names of ours
        " WHERE refused IS NULL AND line = ANY(%s)",
        (code, list(lines)),
    )


def finish_import(
    tx: "Transaction", plan: Plan, parameters: Mapping[str, Any], *, partial: bool
) -> ImportOutcome:
    """Check the rows that have arrived, and write them; without ``partial`` all of them or none.

    ``parameters`` are what the plan's statements ask for beside who is logged in.
    Raises RuleViolation where somebody else wrote the same in between.
    """
    parameters = {
        "me": tx.actor.id,
        "is_sales": tx.actor.role == Role.SALES,
        **parameters,
    }
    tx.execute(plan.check, parameters)
    wrong = _read_refusals(tx, plan)
    known, skipped = _count_existing(tx, plan)
    if wrong and not partial:
        return ImportOutcome(0, 0, 0, skipped, wrong)
    created = _count(tx, plan.insert, parameters)
    updated = _count(tx, plan.update, parameters) if plan.update and known else 0
    return ImportOutcome(created, updated, known - updated, skipped, wrong)


def _read_refusals(tx: "Transaction", plan: Plan) -> list[Refused]:
    rows = tx.rows(
        f"SELECT line, refused, about, about_id FROM {plan.table}"  # noqa: S608  names of ours
        " WHERE refused IS NOT NULL ORDER BY line"
    )
    return [explain_refusal(*row) for row in rows]


def _count_existing(tx: "Transaction", plan: Plan) -> tuple[int, int]:
    """Return how many rows mean a record that is to be updated, and how many are skipped."""
    row = tx.row(
        "SELECT count(*) FILTER (WHERE NOT skipped AND id IS NOT NULL),"  # noqa: S608  names of ours
        f" count(*) FILTER (WHERE skipped) FROM {plan.table} WHERE refused IS NULL"
    )
    return row or (0, 0)


def _count(tx: "Transaction", statement: str, parameters: Mapping[str, Any]) -> int:
    """Run a statement and return how many rows it wrote."""
    with tx.connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount

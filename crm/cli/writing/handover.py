"""Handing over what somebody looks after: the question to whom, and what has changed hands."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm.cli.app import App
from crm.cli.asking import answers, questions
from crm.cli.writing import outcome
from crm.domain.enums import Role
from crm.domain.fields import Field, Kind
from crm.domain.i18n import gettext as _

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.services.portfolio import Moved

FIELDS = (
    Field("from_user_id", Kind.ID),
    Field("from_user"),
    Field("to_user_id", Kind.ID),
    Field("to_user"),
    *(Field(name, Kind.INTEGER) for name in ("clients", "contracts", "events", "tasks")),
    *(Field(name, Kind.INTEGER) for name in ("contracts_left", "events_left")),
)


def hand_over(
    tx: "Transaction",
    giver_id: int,
    taker: str,
    *,
    include_settled: bool = False,
    override: str | None = None,
) -> "Moved":
    """Hand over what one person looks after to the colleague that ``taker`` names."""
    from crm import services
    from crm.queries import reference

    return services.portfolio.transfer_all(
        tx,
        giver_id,
        reference.find_user_id(tx, taker),
        include_settled=include_settled,
        override=override,
    )


def ask_for_taker(
    app: App,
    giver_id: int,
    role: Role,
    *,
    include_settled: bool = False,
    override: str | None = None,
) -> str | None:
    """Ask who takes over, ``None`` for nobody; whom the rules refuse is refused at once."""
    asked = questions.colleague_question(
        app, "transfer_to", _("Transfer to"), "--transfer-to", role, besides=giver_id
    )

    def read(answer: str) -> str | None:
        if not answer.strip():
            return None
        taker: str = asked.read(answer)
        with app.transaction(dry_run=True) as tx:
            hand_over(tx, giver_id, taker, include_settled=include_settled, override=override)
        return taker

    hint = _("Enter: nobody")
    taker: str | None = answers.ask(app, asked._replace(read=read, hint=hint))
    return taker


def list_counts(counts: Mapping[str, int]) -> str:
    """Return the counts that are not zero, as people say them."""
    from crm.services.user import format_counts

    return format_counts({kind: count for kind, count in counts.items() if count})


def report_handover(app: App, output: str, moved: "Moved", *, dry_run: bool) -> None:
    """Say what changed hands, what stayed and with which command that follows."""
    outcome.report_write(
        app,
        output,
        describe_handover(moved),
        FIELDS,
        build_handover_row(moved),
        dry_run=dry_run,
        then=f"epicevents user show {moved.taker.id}",
    )
    if output != "json" and any(moved.left.values()):
        left = _(
            "{name} keeps {what}. Transfer those too: epicevents user transfer {giver} "
            "{taker} {all}"
        )
        app.console.note(
            left.format(
                name=moved.giver.full_name,
                what=list_counts(moved.left),
                giver=moved.giver.id,
                taker=moved.taker.id,
                all="--include-settled",
            )
        )


def describe_handover(moved: "Moved") -> str:
    """Return what has changed hands, as a sentence."""
    return _("Transferred from {giver} to {taker}: {what}.").format(
        giver=moved.giver.full_name, taker=moved.taker.full_name, what=list_counts(moved.counts)
    )


def build_handover_row(moved: "Moved") -> tuple[object, ...]:
    """Return the values of :data:`FIELDS`."""
    return (
        moved.giver.id,
        moved.giver.full_name,
        moved.taker.id,
        moved.taker.full_name,
        *(moved.counts.get(name, 0) for name in ("clients", "contracts", "events", "tasks")),
        *(moved.left.get(name, 0) for name in ("contracts", "events")),
    )

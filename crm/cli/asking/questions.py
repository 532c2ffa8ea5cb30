"""A question: its option, its words, and how an answer is read."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.asking import picks
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.inputs import Input

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


class Question(NamedTuple):
    """A value that may have to be asked for: its option, its words and how an answer is read.

    ``read`` raises an error that is shown, and the question is asked again. ``hint`` is an example.
    An ``optional`` one is asked only where something else is missing too. ``offer`` returns what a
    beginning may become; one of the ``choices`` is also taken by its beginning. ``called`` returns
    what to repeat of an answer that was read. An answer may have several ``lines``. An
    optional one that is emptied becomes ``empty``.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    option: str
    hint: str = ""
    optional: bool = False
    offer: picks.Offer | None = None
    choices: tuple[str, ...] = ()
    called: Callable[[Any], str] | None = None
    lines: bool = False
    empty: str | None = None


def input_question(source: Input) -> Question:
    """Return the question for an input."""
    example = _("such as {example}").format(example=source.example) if source.example else ""
    return Question(
        source.name,
        source.label(),
        source.clean,
        "--" + source.name.replace("_", "-"),
        ", ".join(source.choices) or example,
        source.optional,
        picks.offer_words(*source.choices) if source.choices else None,
        source.choices,
        lines=source.lines,
        empty=source.empty,
    )


def input_questions(sources: Iterable[Input]) -> list[Question]:
    """Return the questions for those of several inputs that are asked for."""
    return [input_question(each) for each in sources if each.asked]


def record_question(name: str, label: str, option: str, pick: picks.Pick) -> Question:
    """Return the question for a record; the answer is its id, as text."""
    return Question(name, label, pick.read, option, offer=pick.offer, called=pick.describe)


def colleague_question(
    app: App, name: str, label: str, option: str, role: Role, *, besides: int | None = None
) -> Question:
    """Return the question for an active colleague of ``role``; the answer is the id, as text.

    Among the choices the colleague ``besides`` is left out.
    """

    def check(tx: "Transaction", user_id: int) -> None:
        from crm.services import contacts

        contacts.require_contact(tx, user_id, role)

    pick = picks.Pick(app, f"{role.lower()}_user", check=check, besides=besides)
    return record_question(name, label, option, pick)

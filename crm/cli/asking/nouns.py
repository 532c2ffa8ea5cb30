"""Questions whose answers are looked up: whose contract, on which contract, and when."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from crm.cli.app import App
from crm.cli.asking import answers, prompts, questions
from crm.cli.asking.picks import Pick
from crm.cli.reading import records
from crm.domain import inputs
from crm.domain.enums import Role
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, authorize

if TYPE_CHECKING:
    from crm.database.transaction import Transaction


def client_question(app: App) -> questions.Question:
    """Return the question who buys; its answer is one that the person may sell to."""

    def check(tx: "Transaction", client_id: int) -> None:
        from crm import services

        services.contract.find_sellable_client(tx, client_id)

    pick = Pick(app, "client", own=True, check=check)
    return questions.record_question("client", _("Client"), "--client", pick)


def refuse_used_email(
    app: App, sources: Iterable[inputs.Input], refuse: "Callable[[Transaction, str], None]"
) -> list[questions.Question]:
    """Return the questions for inputs; an email that ``refuse`` knows is refused where it is typed.

    Else all other answers would be lost with it.
    """

    def free(question: questions.Question) -> questions.Question:
        def read(typed: str) -> Any:
            email = question.read(typed)
            with app.transaction() as tx:
                refuse(tx, email)
            return email

        return question._replace(read=read)

    asked = questions.input_questions(sources)
    return [free(each) if each.name == "email" else each for each in asked]


def reachable_questions(
    given: Mapping[str, Any], asked: Iterable[questions.Question]
) -> list[questions.Question]:
    """Return the questions for a client, of whom the email or the phone must be known.

    Where neither is given, both are asked, and one may stay empty.
    """
    from crm import services

    answered = {name: given[name] or "" for name in ("email", "phone")}

    def read(question: questions.Question, typed: str) -> Any:
        answered[question.name] = question.read(typed)
        if question.name == "phone":
            services.client.require_reachable(**answered)
        return answered[question.name]

    return [
        question._replace(
            read=partial(read, question),
            optional=question.name == "phone" or any(answered.values()),
            option=_("--email or --phone") if question.name == "email" else question.option,
        )
        if question.name in answered
        else question
        for question in asked
    ]


def account_questions(app: App, user_id: int) -> list[questions.Question]:
    """Return the questions for a change of an account that whoever is logged in may make."""
    asked = questions.input_questions(inputs.USER)
    if app.actor is None or app.actor.id != user_id:
        return asked
    managing = app.actor.role == Role.MANAGEMENT
    return [
        question
        for question in asked
        if question.name == "phone" or (managing and question.name != "role")
    ]


def contract_change_questions(app: App, seen: Mapping[str, Any]) -> list[questions.Question]:
    """Return the questions for a change of a contract: nothing of what a signature freezes."""
    if seen["signed_status"]:
        return [_due_date_question(app)]
    return [
        questions.input_question(inputs.CONTRACT[0]),
        _due_date_question(app)._replace(optional=True),
    ]


def _due_date_question(app: App) -> questions.Question:
    from crm.domain.dates import parse_date

    def read(typed: str) -> date:
        return parse_date(typed, today=app.today)

    return questions.Question("due_date", _("Due date"), read, "--due-date")


def task_questions(app: App) -> list[questions.Question]:
    """Return the questions for a task: what is to be done, and by when."""
    from crm.domain.dates import parse_date

    def read(typed: str) -> date:
        return parse_date(typed, today=app.today)

    text = questions.input_question(inputs.TASK[0])._replace(option="TEXT")
    day = _("such as {example}").format(example="friday")
    return [text, questions.Question("due_date", _("Due date"), read, "--due", hint=day)]


def event_change_questions(app: App) -> list[questions.Question]:
    """Return the questions for a change of an event; its dates are checked together afterwards."""
    from crm.domain.times import parse_datetime

    def read(typed: str) -> datetime:
        return parse_datetime(typed, zone=app.settings.timezone, now=app.now)

    name, contact, *others = map(questions.input_question, inputs.EVENT)
    start = questions.Question("start_date", _("Starts"), read, "--start-date")
    end = questions.Question("end_date", _("Ends"), read, "--end-date")
    return [name, contact, start, end, *others]


def ask_for_contract(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given for a contract with answers to what is missing.

    Whose it is and its total are needed; the rest is proposed, and taken by an empty answer.
    """
    may = Permission.CONTRACT_CREATE
    who, total = client_question(app), questions.input_question(inputs.CONTRACT[0])
    asked = given["client"] is None or given["total_amount"] is None
    given = given | prompts.ask_for_options(app, given, [who, total], permission=may)
    if not asked:
        return {name: value for name, value in given.items() if value is not None}
    amount = questions.input_question(inputs.CONTRACT[1])
    due = _propose_default(amount, str(given["total_amount"]))
    signed = questions.Question("signed_status", _("Signed"), _parse_yes_or_no, "--signed")
    chosen = _due_date_question(app)
    day = chosen._replace(
        read=lambda typed: chosen.read(typed) if typed.strip() else None,
        hint=_("Enter: 30 days after signing"),
    )
    given = prompts.ask_for_options(app, given, [due, _propose_default(signed, _("no"))])
    # A draft has its due date from its signature, unless --due-date says another.
    return prompts.ask_for_options(app, given, [day]) if given["signed_status"] else given


def ask_for_amount(app: App, contract: str, amount: Any) -> Any:
    """Return the amount of a payment; whoever gave none is asked, and is proposed what is due.

    More than that is refused where it is typed. Raises what paying nothing more would raise.
    """
    from crm import services
    from crm.queries.contract import LISTING

    if amount is not None:
        return amount
    asked = questions.input_question(inputs.PAYMENT[0])._replace(option="AMOUNT")
    if app.settings.no_input:
        prompts.ask_for_options(app, {}, [asked])

    def require(least: Any) -> Any:
        with app.transaction() as tx:
            row = records.find_row(tx, LISTING, contract)
            services.payment.require_payable(tx, row.id, least)
        return row

    due = require(Decimal("0.01")).amount_due

    def read(typed: str) -> Any:
        value = asked.read(typed.strip() or str(due))
        require(value)
        return value

    hint = _("Enter: {default}").format(default=str(due))
    return answers.ask(app, asked._replace(read=read, hint=hint))


def ask_for_method(app: App, method: str | None) -> str | None:
    """Return the method of a payment, asked of whoever is asked its amount at a terminal.

    It may be left empty, and is then None.
    """
    source = click.get_current_context().get_parameter_source("amount")
    if method is not None or source is not ParameterSource.DEFAULT or not prompts.may_ask(app):
        return method
    chosen: str | None = answers.ask(app, questions.input_question(inputs.PAYMENT[1]))
    return chosen


def ask_what_becomes_of_total(app: App, contract: str, lowers: bool | None) -> bool:
    """Return whether a refund lowers the total, asked of whoever did not say.

    Of a contract that is closed nothing is due any more, so that nothing is to be asked.
    """
    from crm.queries.contract import LISTING

    with app.transaction() as tx:
        row = records.find_row(tx, LISTING, contract)
        authorize(tx.actor, Permission.CONTRACT_REFUND, kind="contract", record_id=row.id)
    if row.closed_at is not None:
        return False
    question = questions.Question(
        "lower_total",
        _("Lower the total with it (else it is due again)"),
        _parse_yes_or_no,
        _("--lower-total or --keep-total"),
        _("yes or no"),
    )
    return bool(prompts.ask_for_options(app, {question.name: lowers}, [question])[question.name])


def _parse_yes_or_no(typed: str) -> bool:
    from crm.importing.values import yes_or_no

    return yes_or_no(typed, _("Signed"))


def ask_for_event(app: App, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given for an event with answers to what is missing.

    The contract comes first: its client is who is to be met unless somebody else is named.
    """
    may: Permission | None = Permission.EVENT_CREATE
    pick = _contract_pick(app)
    which = questions.record_question("contract", _("Contract"), "--contract", pick)
    name, contact, *others = map(questions.input_question, inputs.EVENT)
    if not app.settings.no_input:
        given = given | prompts.ask_for_options(app, given, [which], permission=may)
        if given["client_contact"] is None:
            planned = pick.chosen or _read_plannable(app, given["contract"])
            contact = _propose_default(contact, planned["client"])
            may = None  # which is known by now
    dates = {name: given[name] for name in ("start_date", "end_date") if given[name] is not None}
    start = _date_question(app, dates, "start_date", _("Starts"), "tomorrow 18:00")
    end = _date_question(app, dates, "end_date", _("Ends"), "tomorrow 23:30")
    return prompts.ask_for_options(
        app, given, [which, name, contact, start, end, *others], permission=may
    )


def _contract_pick(app: App) -> Pick:
    """Return the pick of the contract whose event it is: one that the person may plan on."""

    def check(tx: "Transaction", contract_id: int) -> None:
        from crm import services

        services.event.find_plannable_contract(tx, contract_id)

    return Pick(app, "contract", filters={"signed": True, "open": True}, own=True, check=check)


def _read_plannable(app: App, contract: str) -> dict[str, Any]:
    """Return a contract on which the person may create an event, or say why not."""
    from crm import services
    from crm.queries.contract import LISTING

    with app.transaction() as tx:
        row = records.find_row(tx, LISTING, contract)
        services.event.find_plannable_contract(tx, row.id)
    return records.map_fields(LISTING.fields, row)


def _propose_default(question: questions.Question, default: str) -> questions.Question:
    """Return the question to which an empty answer means ``default``."""
    return question._replace(
        hint=_("Enter: {default}").format(default=default),
        optional=False,
        read=lambda typed: question.read(typed.strip() or default),
    )


def _date_question(
    app: App, dates: dict[str, datetime], name: str, label: str, example: str
) -> questions.Question:
    """Return the question for one of an event's ``dates``, which must go with the other."""
    from crm.domain.times import parse_datetime

    def read(typed: str) -> datetime:
        from crm import services

        moment = parse_datetime(typed, zone=app.settings.timezone, now=app.now)
        both = dates | {name: moment}
        if len(both) == 2:
            services.event.check_dates(both["start_date"], both["end_date"])
        dates[name] = moment
        return moment

    option = f"--{name.replace('_', '-')}"
    hint = _("such as {example}").format(example=example)
    return questions.Question(name, label, read, option, hint)

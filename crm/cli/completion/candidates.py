"""What the value of an option or argument may become, by what it names.

A completer takes Click's context, the parameter and what is typed of the value. Whoever asks takes
any error of it for no answer.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from crm.cli.completion import PROGRAM
from crm.cli.completion.records import SOURCES, Candidate, candidates
from crm.cli.completion.shells import Completion
from crm.domain.enums import Role
from crm.domain.inputs import METHODS

if TYPE_CHECKING:
    from crm.queries.listing import Listing

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]

UNFINISHED = "unfinished"  # the type of an item that more of the same word may follow

DAYS = (
    "today", "tomorrow", "yesterday", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "+1d", "+1w", "+1m", "-1d", "-1w", "-1m",
)  # fmt: skip

# Commands that list something else than their noun's records.
_LISTINGS = {
    "contract payments": ("payment", "LISTING"),
    "history": ("audit", "ENTRIES"),
    "audit list": ("audit", "ENTRIES"),
    "audit denied": ("audit", "DENIED"),
    "audit sessions": ("audit", "SESSIONS"),
}


def _records(name: str) -> Completer:
    def complete(
        ctx: click.Context, _param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        return _items(candidates(ctx.find_root().obj, SOURCES[name], typed))

    return complete


def _first_then(first: str, then: str) -> Completer:
    """Complete the first of several records; after it, also whom they are for."""

    def complete(
        ctx: click.Context, param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        given = ctx.params.get(param.name or "")
        last = _records(then)(ctx, param, typed) if given else []
        return last + _records(first)(ctx, param, typed)

    return complete


def _record_of_kind(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    return _records(str(ctx.params["kind"]))(ctx, param, typed)


def _command_words(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    root = ctx.find_root()
    completion = Completion(root.command, {"obj": root.obj}, PROGRAM, "")
    return completion.get_completions(_words_before(ctx, param), typed)


def _help_words(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    from crm.cli.help.topics import TOPICS

    topics = [
        Candidate(name, topic().title) for name, topic in TOPICS.items() if name.startswith(typed)
    ]
    return _command_words(ctx, param, typed) + ([] if _words_before(ctx, param) else _items(topics))


def _words_before(ctx: click.Context, param: click.Parameter) -> list[str]:
    return list(ctx.params.get(param.name or "") or ())


def _views(ctx: click.Context, _param: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    from crm.cli.reading.views import read

    views = read(ctx.find_root().obj.settings.home)
    return _items(Candidate(*each) for each in views.items() if each[0].startswith(typed))


def _transactions(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    from crm.cli.completion.records import own_transactions

    return _items(own_transactions(ctx.find_root().obj, typed))


def _words(*words: str) -> Completer:
    def complete(
        _ctx: click.Context, _param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        return [CompletionItem(word) for word in words if word.lower().startswith(typed.lower())]

    return complete


def _fields(ctx: click.Context, _param: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    return _items(_comma_list(_headings(_listing(ctx), sortable=False), typed), UNFINISHED)


def _sort_keys(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    return _items(_comma_list(_headings(_listing(ctx), sortable=True), typed), UNFINISHED)


def _comma_list(names: dict[str, str], typed: str) -> Iterator[Candidate]:
    """Yield what the last word of ``a,-b,c`` may become, the words before it left out."""
    before, comma, last = typed.rpartition(",")
    taken = {word.removeprefix("-") for word in before.split(",")}
    minus = "-" if last.startswith("-") else ""
    for name, heading in names.items():
        if name.startswith(last.removeprefix("-")) and name not in taken:
            yield Candidate(f"{before}{comma}{minus}{name}", heading)


def _headings(listing: "Listing", *, sortable: bool) -> dict[str, str]:
    from crm.cli.output.columns import column

    return {each.name: column(each).heading for each in listing.fields if each.sort or not sortable}


def _listing(ctx: click.Context) -> "Listing":
    words = ctx.command_path.split()[1:]
    module, name = _LISTINGS.get(" ".join(words), (words[0], "LISTING"))
    found: Any = getattr(import_module(f"crm.queries.{module}"), name)
    listing: Listing = found
    return listing


def _items(found: Iterable[Candidate], kind: str = "plain") -> list[CompletionItem[str]]:
    return [
        CompletionItem(each.value, kind, each.description, synonyms=each.synonyms)
        for each in found
        if each.value.isprintable()
    ]


COMPLETERS: dict[str, Completer] = {
    **{f"{name}s": _records(name) for name in SOURCES},
    "records_of_kind": _record_of_kind,
    "clients_then_sales_users": _first_then("client", "sales_user"),
    "events_then_support_users": _first_then("event", "support_user"),
    "command_words": _command_words,
    "help_words": _help_words,
    "views": _views,
    "transactions": _transactions,
    "fields": _fields,
    "sort_keys": _sort_keys,
    "days": _words(*DAYS),
    "roles": _words(*Role),
    "methods": _words(*METHODS),
}

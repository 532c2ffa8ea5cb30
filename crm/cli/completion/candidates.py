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
from crm.cli.completion.records import SOURCES, Suggestion, find_suggestions
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
    "contract payments": ("payment", "OF_CONTRACT"),
    "history": ("audit", "ENTRIES"),
    "audit list": ("audit", "ENTRIES"),
    "audit denied": ("audit", "DENIED"),
    "audit sessions": ("audit", "SESSIONS"),
}


def _complete_records(name: str) -> Completer:
    def complete(
        ctx: click.Context, _param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        return _build_items(find_suggestions(ctx.find_root().obj, SOURCES[name], typed))

    return complete


def _complete_first_then(first: str, then: str) -> Completer:
    """Complete the first of several records; after it, also whom they are for."""

    def complete(
        ctx: click.Context, param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        given = ctx.params.get(param.name or "")
        last = _complete_records(then)(ctx, param, typed) if given else []
        return last + _complete_records(first)(ctx, param, typed)

    return complete


def _complete_record_of_kind(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    return _complete_records(str(ctx.params["kind"]))(ctx, param, typed)


def _complete_command(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    root = ctx.find_root()
    completion = Completion(root.command, {"obj": root.obj}, PROGRAM, "")
    return completion.get_completions(_read_words_before(ctx, param), typed)


def _complete_help(
    ctx: click.Context, param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    from crm.cli.help.topics import TOPICS

    topics = [
        Suggestion(name, topic().title) for name, topic in TOPICS.items() if name.startswith(typed)
    ]
    return _complete_command(ctx, param, typed) + (
        [] if _read_words_before(ctx, param) else _build_items(topics)
    )


def _read_words_before(ctx: click.Context, param: click.Parameter) -> list[str]:
    return list(ctx.params.get(param.name or "") or ())


def _complete_views(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    from crm.cli.reading.views import read_views

    views = read_views(ctx.find_root().obj.settings.home)
    return _build_items(Suggestion(*each) for each in views.items() if each[0].startswith(typed))


def _complete_transactions(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    from crm.cli.completion.records import find_own_transactions

    return _build_items(find_own_transactions(ctx.find_root().obj, typed))


def _complete_words(*words: str) -> Completer:
    def complete(
        _ctx: click.Context, _param: click.Parameter, typed: str
    ) -> list[CompletionItem[str]]:
        return [CompletionItem(word) for word in words if word.lower().startswith(typed.lower())]

    return complete


def _complete_fields(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    return _build_items(
        _complete_comma_list(_find_headings(_find_listing(ctx), sortable=False), typed), UNFINISHED
    )


def _complete_sort_keys(
    ctx: click.Context, _param: click.Parameter, typed: str
) -> list[CompletionItem[str]]:
    return _build_items(
        _complete_comma_list(_find_headings(_find_listing(ctx), sortable=True), typed), UNFINISHED
    )


def _complete_comma_list(names: dict[str, str], typed: str) -> Iterator[Suggestion]:
    """Yield what the last word of ``a,-b,c`` may become, the words before it left out."""
    before, comma, last = typed.rpartition(",")
    taken = {word.removeprefix("-") for word in before.split(",")}
    minus = "-" if last.startswith("-") else ""
    for name, heading in names.items():
        if name.startswith(last.removeprefix("-")) and name not in taken:
            yield Suggestion(f"{before}{comma}{minus}{name}", heading)


def _find_headings(listing: "Listing", *, sortable: bool) -> dict[str, str]:
    from crm.cli.output.columns import find_column

    return {
        each.name: find_column(each).heading for each in listing.fields if each.sort or not sortable
    }


def _find_listing(ctx: click.Context) -> "Listing":
    words = ctx.command_path.split()[1:]
    module, name = _LISTINGS.get(" ".join(words), (words[0], "LISTING"))
    found: Any = getattr(import_module(f"crm.queries.{module}"), name)
    listing: Listing = found
    return listing


def _build_items(found: Iterable[Suggestion], kind: str = "plain") -> list[CompletionItem[str]]:
    return [
        CompletionItem(each.value, kind, each.description, synonyms=each.synonyms)
        for each in found
        if each.value.isprintable()
    ]


COMPLETERS: dict[str, Completer] = {
    **{f"{name}s": _complete_records(name) for name in SOURCES},
    "records_of_kind": _complete_record_of_kind,
    "clients_then_sales_users": _complete_first_then("client", "sales_user"),
    "events_then_support_users": _complete_first_then("event", "support_user"),
    "command_words": _complete_command,
    "help_words": _complete_help,
    "views": _complete_views,
    "transactions": _complete_transactions,
    "fields": _complete_fields,
    "sort_keys": _complete_sort_keys,
    "days": _complete_words(*DAYS),
    "roles": _complete_words(*Role),
    "methods": _complete_words(*METHODS),
}

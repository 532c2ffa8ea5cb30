"""What an empty listing says: which filter is in the way, or how to add the first record."""

from typing import TYPE_CHECKING

import click

from crm.cli.app import App
from crm.cli.groups import read_typed_options
from crm.cli.reading.request import ListingOptions, ListingQuery
from crm.domain.i18n import gettext as _
from crm.domain.permissions import Permission, Scope, scope_of

if TYPE_CHECKING:
    from crm.database.transaction import Transaction
    from crm.queries.listing import Listing

# Options of every listing that leave records out; the others only say how it is printed.
_NARROWING = {"search", "mine"}


def explain_empty(app: App, asked: ListingQuery, empty: str | None) -> None:
    """Note why a listing is empty and which command helps; ``empty`` replaces the sentence."""
    tx, listing, request = asked
    given = _read_given(click.get_current_context())
    if given and (request.filters or request.search or request.mine):
        ways = _list_ways_on(asked, given)
        app.console.note(" ".join([_("Nothing matches."), *ways]))
    elif request.after is not None:
        app.console.note(_("There are no more records after that one."))
    elif empty:
        app.console.note(empty)
    else:
        first = _suggest_create(tx, listing)
        begin = [_("Add one: {command}").format(command=first)] if first else []
        app.console.note(" ".join([_describe_none(listing.noun), *begin]))


def _describe_none(noun: str) -> str:
    nouns = {
        "client": _("No clients yet."),
        "contract": _("No contracts yet."),
        "event": _("No events yet."),
        "payment": _("No payments yet."),
        "log": _("Nothing logged yet."),
        "task": _("No tasks yet."),
    }
    return nouns.get(noun, _("Nothing here yet."))


def _list_ways_on(asked: ListingQuery, given: dict[str, str]) -> list[str]:
    tx, listing, request = asked
    context = click.get_current_context()
    path = context.command_path
    ways = []
    if len(given) == 1:
        made = _suggest_create(tx, listing, given)
        if made:
            ways.append(_("Add one: {command}").format(command=made))
    else:
        for name in given:
            known = name in request.filters or name in _NARROWING
            if known and _is_in_the_way(asked, name):
                rest = [path, *(words for other, words in given.items() if other != name)]
                said = _("There are some without {option}: {command}")
                ways.append(said.format(option=given[name], command=" ".join(rest)))
                break
    if any(isinstance(param, click.Argument) for param in context.command.params):
        return []  # of one record, whose command would have to name it
    return ways or [_("Show all: {command}").format(command=path)]


def _is_in_the_way(asked: ListingQuery, name: str) -> bool:
    from crm.queries.pages import read_page

    request = asked.request
    filters = {key: value for key, value in request.filters.items() if key != name}
    wider = request._replace(
        fields=("id",),
        filters=filters,
        limit=1,
        sort=(),
        after=None,
        search=None if name == "search" else request.search,
        mine=request.mine and name != "mine",
    )
    return bool(read_page(asked.tx, asked.listing, wider).rows)


def _read_given(context: click.Context) -> dict[str, str]:
    """Return the options that narrow the listing, by name, as they are typed."""
    kept = set(ListingOptions._fields) - _NARROWING
    parameters = {
        param.name: param for param in context.command.params if isinstance(param, click.Option)
    }
    import shlex

    given = {}
    for name, value in read_typed_options(context).items():
        param = parameters.get(name)
        if param is None or name in kept or not param.expose_value:
            continue
        if isinstance(value, str):
            given[name] = f"{param.opts[-1]} {shlex.quote(value)}"
        else:
            given[name] = param.opts[-1] if value else param.secondary_opts[-1]
    return given


def _suggest_create(
    tx: "Transaction", listing: "Listing", given: "dict[str, str] | None" = None
) -> str | None:
    """Return the command that creates a record of the listing, if this person may.

    With an option, one that ``create`` takes too: for a client or a contract.
    """
    try:
        scope = scope_of(tx.actor.role, Permission(f"{listing.noun}:create"))
    except ValueError:
        # Nobody creates such records by hand: audit entries, denied attempts.
        return None
    command = f"epicevents {listing.noun} create"
    if given is None:
        return command if scope else None
    # Whose client it is would have to be looked up for those who may for their own only.
    if scope is Scope.ANY and not given.keys() - {"client", "contract"}:
        return " ".join([command, *given.values()])
    return None

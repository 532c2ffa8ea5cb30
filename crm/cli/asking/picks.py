"""Choices at hand: words of a closed list, and records that are found by part of a name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from crm.cli.app import App
from crm.cli.reading import records
from crm.domain.errors import InvalidValue, NotFound, UsageFault
from crm.domain.i18n import gettext as _
from crm.domain.text import fold, quote

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

MOST = 10  # that are offered at once
LISTED = 5  # that an answer which means several is told


class Choice(NamedTuple):
    """What an answer may become, and what it means."""

    text: str
    meaning: str = ""


Offer = Callable[[str], Iterable[Choice]]


def offer_words(*words: str) -> Offer:
    """Return the offer of a closed list: those that begin as typed, accents and case aside."""

    def offer(typed: str) -> list[Choice]:
        begun = fold(typed)
        return [Choice(word) for word in words if fold(word).startswith(begun)]

    return offer


class Pick:
    """A record that somebody picks: by part of what it is called, an id or an email.

    ``name`` is one of the sources of completion. ``filters`` narrow what is offered, and so does
    ``own``, for those to whom records belong, and ``besides``, which leaves one out; whoever knows
    an id may name others, which ``check`` refuses with the reason.
    """

    def __init__(
        self,
        app: App,
        name: str,
        *,
        filters: Mapping[str, Any] | None = None,
        own: bool = False,
        besides: int | None = None,
        check: "Callable[[Transaction, int], object] | None" = None,
    ) -> None:
        # Loaded for who really picks: every command with a prompt imports this module.
        from crm.cli.completion import records

        self._records = records
        source = records.SOURCES[name]
        self._app = app
        self._source = replace(source, filters={**source.filters, **(filters or {})})
        self._own = own
        self._besides = besides
        self._check = check
        self._ids: dict[str, int] = {}  # of what was offered
        self.chosen: Mapping[str, Any] = {}  # the record of the last answer, by field

    def offer(self, typed: str) -> list[Choice]:
        """Return the records that begin as typed; over a connection of its own, and soon.

        Raises CRMError where that fails.
        """
        with self._records.hasty_transaction(self._app, alone=True) as tx:
            return self._find_choices(tx, typed, MOST)

    def read(self, typed: str) -> str:
        """Return the id, as text, of the record that an answer means.

        Raises InvalidValue ``blank``, UsageFault ``ambiguous_reference``, NotFound with the nearest
        names, and what ``check`` raises.
        """
        with self._app.transaction() as tx:
            found = self._ids.get(typed) or self._find_id(tx, typed.strip())
            if self._check:
                self._check(tx, found)
            self.chosen = self._records.read_by_id(tx, self._source, found) or {}
        return str(found)

    def describe(self, _record_id: str) -> str:
        """Return what the record of the last answer is called."""
        if not self.chosen:  # somebody has deleted it meanwhile
            return ""
        offered = self._build_choice(self.chosen)
        return f"{offered.text}, {offered.meaning}"

    def _find_choices(self, tx: "Transaction", typed: str, most: int) -> list[Choice]:
        rows = self._records.read_rows(tx, self._source, typed.strip(), most, own=self._own)
        return [self._build_choice(row) for row in rows if row["id"] != self._besides]

    def _build_choice(self, row: Mapping[str, Any]) -> Choice:
        said = self._records.format_row(self._app, self._source, row)
        shown = self._app.console.err.text
        offered = Choice(
            shown(self._source.picked.format(**said)), shown(self._source.meaning.format(**said))
        )
        self._ids[offered.text] = row["id"]
        return offered

    def _find_id(self, tx: "Transaction", typed: str) -> int:
        from crm.queries import reference

        if not typed:
            return self._only(self._find_choices(tx, "", 2))
        if self._source.noun == "client":
            return reference.find_client_id(tx, typed)
        if self._source.noun == "user":
            return reference.find_user_id(tx, typed)
        if typed.isdecimal():
            found: int = records.find_row(tx, self._source.listing, typed).id
            return found
        return self._by_words(self._find_choices(tx, typed, LISTED + 1), typed)

    def _only(self, offered: list[Choice]) -> int:
        if len(offered) == 1:
            return self._ids[offered[0].text]
        raise InvalidValue(
            _("A choice is needed."),
            hint=_("Type part of a name or an id."),
            code="blank",
        )

    def _by_words(self, offered: list[Choice], typed: str) -> int:
        if not offered:
            raise NotFound(
                _("Nothing matches “{value}”.").format(value=quote(typed)),
                hint=_("See them all: epicevents {noun} list").format(noun=self._source.noun),
            )
        if len(offered) == 1:
            return self._ids[offered[0].text]
        names = "; ".join(f"{each.text}, {each.meaning}" for each in offered[:LISTED])
        raise UsageFault(
            _("“{value}” matches several: {names}.").format(
                value=quote(typed), names=names + "; …" * (len(offered) > LISTED)
            ),
            hint=_("Give the id."),
            code="ambiguous_reference",
        )

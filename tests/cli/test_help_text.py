"""Help is translated when it is shown, sentence by sentence."""

import gettext
import re
from collections.abc import Iterator

import click
import pytest
from support.cli import Workstation
from support.commands import every_command

from crm.cli.help.text import messages
from crm.domain import i18n

TRANSLATED = {
    "Show a client with its contracts and coming events. Everybody may.": (
        "Montre un client avec ses contrats et événements à venir. Ouvert à tous."
    ),
    "Examples:": "Exemples :",
    "Options": "Options possibles",
    "Usage:": "Emploi :",
    "Show this message and exit.": "Montre cette aide.",
    "Records": "Fiches",
    "Commands": "Commandes",
    "Colleagues and their accounts": "Collègues et leurs comptes",
}


class Catalogue(gettext.NullTranslations):
    """A language of a few sentences."""

    def gettext(self, message: str) -> str:
        return TRANSLATED.get(message, message)


@pytest.fixture
def french(workstation: Workstation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workstation]:
    """A workstation whose language has a catalogue."""
    workstation.environ["EPICEVENTS_LANG"] = "fr"
    monkeypatch.setattr(i18n, "_catalogue", lambda _language: Catalogue())
    yield workstation
    i18n.use("en")


def test_a_command_is_explained_in_the_readers_language(french: Workstation) -> None:
    shown = french.run("help", "client", "show").done().out
    assert shown.startswith(
        "Emploi : epicevents client show [OPTIONS] CLIENT\n\n  Montre un client"
    )
    assert "\n  Exemples :\n    epicevents client show 12\n" in shown
    assert "\nOptions possibles:\n" in shown
    assert "Montre cette aide." in shown


def test_so_are_groups_and_the_list_of_all(french: Workstation) -> None:
    group = french.run("help", "client").done().out
    assert "\nCommandes:\n" in group
    assert re.search("  show +Montre un client avec ses contrats et événements à venir\n", group)
    whole = french.run("help").done().out
    assert "\nFiches:\n" in whole
    assert "Collègues et leurs comptes" in whole


def test_every_sentence_of_help_can_be_looked_up() -> None:
    found = {path: list(messages(command)) for path, command in every_command()}
    assert "Examples:" in found["client show"]
    for path, sentences in found.items():
        assert len(sentences) > 1, path
        assert not [each for each in sentences if "\n" in each or each.startswith("epicevents")], (
            path
        )


def test_english_is_as_it_is_written() -> None:
    command = click.Command("x", help="Do\n  this.\n\n\b\nExamples:\n  epicevents x")
    assert list(messages(command)) == ["Do this.", "Examples:"]

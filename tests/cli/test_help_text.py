"""Help is translated when it is shown, sentence by sentence."""

import gettext
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.cli import REPOSITORY, Workstation
from support.commands import every_command

from crm.cli.help.text import list_messages
from crm.domain import i18n

TRANSLATED = {
    "Show what to know before calling a client (everybody).": (
        "Montre un client avec ses contrats et événements à venir (tous)."
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
    i18n.use_language("en")


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
    assert re.search(
        r"  show +Montre un client avec ses contrats et événements à venir( \(tous\))?\.?\n", group
    )
    whole = french.run("help").done().out
    assert "\nFiches:\n" in whole
    assert "Collègues et leurs comptes" in whole


def test_every_sentence_of_help_can_be_looked_up() -> None:
    found = {path: list(list_messages(command)) for path, command in every_command()}
    assert "Examples:" in found["client show"]
    for path, sentences in found.items():
        assert len(sentences) > 1, path
        assert not [each for each in sentences if "\n" in each or each.startswith("epicevents")], (
            path
        )


def test_english_is_as_it_is_written() -> None:
    command = click.Command("x", help="Do\n  this.\n\n\b\nExamples:\n  epicevents x")
    assert list(list_messages(command)) == ["Do this.", "Examples:"]


# The system speaks the language of the first argument, and French sentences stand in guillemets.
TWO_LANGUAGES = """
import gettext, sys

class French(gettext.NullTranslations):
    def gettext(self, message):
        return f"«{message.strip('«»')}»"

def translation(domain, _directory=None, languages=None, **_others):
    spoken = (languages or sys.argv[1:2])[0] if domain == "epicevents" else "Click's"
    return French() if spoken == "fr" else gettext.NullTranslations()

gettext.translation = translation
from crm.cli.main import run_command
sys.exit(run_command(["--help"]))
"""


@pytest.mark.parametrize(("of_the_system", "chosen"), [("fr", "en"), ("en", "fr")])
def test_the_help_of_all_is_in_the_chosen_language_alone(
    of_the_system: str, chosen: str, tmp_path: Path
) -> None:
    (tmp_path / "config.env").write_text(f"EPICEVENTS_LANG={chosen}\n")
    environ = {"EPICEVENTS_HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    shown = subprocess.run(
        [sys.executable, "-c", TWO_LANGUAGES, of_the_system],
        env=environ, cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    expected = {
        "«Undo what a command changed»": chosen == "fr",
        "«Records»:": chosen == "fr",
        "«Ask nothing; name what is missing.»": chosen == "fr",
        "«Try it: epicevents demo.": chosen == "fr",
    }
    assert {sentence: sentence in shown for sentence in expected} == expected
    assert ("«" in shown) == (chosen == "fr")

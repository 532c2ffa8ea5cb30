"""Sentences are broken at spaces, commands nowhere."""

from crm.cli.output.prose import wrap_sentence


def test_what_fits_stays_as_it_is() -> None:
    assert wrap_sentence("all on one line", 20) == "all on one line"
    assert wrap_sentence("twenty cells, to fit", 20) == "twenty cells, to fit"


def test_a_long_sentence_is_broken_at_spaces_and_goes_on_indented() -> None:
    said = wrap_sentence("Karim is still the contact of 10 clients.", 20)
    assert said == "Karim is still the\n  contact of 10\n  clients."


def test_what_stands_before_it_takes_room() -> None:
    assert wrap_sentence("Client 9 does not exist.", 22, before=7) == "Client 9 does\n  not exist."


def test_lines_and_indents_of_their_own_are_kept() -> None:
    said = wrap_sentence("Name:\n  from this to that and  back", 20)
    assert said == "Name:\n  from this to that\n    and  back"


def test_a_command_is_not_broken() -> None:
    hint = "Transfer those first: epicevents user transfer 4 USER --include-settled"
    first, second = wrap_sentence(hint, 60).split("\n")
    assert first == "Transfer those first:"
    assert second == "  epicevents user transfer 4 USER --include-settled"
    assert wrap_sentence(hint, 20).endswith("\n  epicevents user transfer 4 USER --include-settled")


def test_wide_characters_count_twice() -> None:
    assert wrap_sentence("東京 東京 東京", 11) == "東京 東京\n  東京"


def test_a_word_longer_than_a_line_is_left_to_the_terminal() -> None:
    assert wrap_sentence(f"see {'x' * 30} there", 20) == f"see\n  {'x' * 30}\n  there"

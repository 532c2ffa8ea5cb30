"""Outside text in Markdown, held against a parser of CommonMark and of GitHub's tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from crm.cli.output.markdown import escape_line, escape_paragraphs

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "text_special", "hardbreak", "softbreak"}
HOSTILE = [
    "# heading", "- item", "+ item", "* item", "1. item", "12) item", "> quote", "===", "---",
    "```", "~~~", "`code`", "*b* _i_ **x** __y__", "~~gone~~", "[a](http://evil.example)",
    "![x](http://evil.example/x.png)", "<script>alert(1)</script>", "<http://evil.example>",
    "&amp; &lt; &#35;", "| a | b |", "[x]: http://evil.example", "a\\", "\\*", "    code", "\tcode",
    "heading #", "- [ ] todo", "$x$", "<!-- -->", "***", "1.", "-", "=", "2030-06-04 12:00",
]  # fmt: skip


def said(text: str) -> str:
    """Return what a document says, if it is nothing but one paragraph of plain text."""
    opening, content, closing = PARSER.parse(text)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    return spoken(content)


def spoken(content: Token) -> str:
    children = content.children or []
    assert {each.type for each in children} <= PLAIN
    return "".join("\n" if "break" in each.type else each.content for each in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_says_what_it_says(text: str) -> None:
    assert said(escape_line(text)) == text.strip()
    heading, content, _end = PARSER.parse(f"# {escape_line(text)}")
    assert heading.tag == "h1"
    assert spoken(content) == text.strip()


@given(st.text(st.sampled_from("\\`*_[]<>&#|~$-+=.)( 1ab!:'\"\n"), min_size=1, max_size=30))
def test_any_lines_say_what_they_say(text: str) -> None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines:
        together = "\n".join(lines)
        assert said(escape_paragraphs(together)) == together


def test_blank_lines_part_paragraphs() -> None:
    assert escape_paragraphs("a\n\n \n- b\nc") == "a\n\n\\- b\\\nc"
    kinds = [token.type for token in PARSER.parse("- " + escape_paragraphs("a\n# b", "  "))]
    assert kinds.count("inline") == kinds.count("list_item_open") == 1


def test_what_only_some_readers_know_is_plain_too() -> None:
    assert escape_line("$x$ | y") == "\\$x\\$ \\| y"


def test_controls_are_shown() -> None:
    assert said(escape_line("a\x1b[2J\u202eb")) == "a\\x1b[2J\\u202eb"

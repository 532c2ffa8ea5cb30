"""Help in the reader's language: docstrings and headings are looked up when they are shown.

A docstring's paragraphs are a sentence each to translators, whatever its lines; examples are
commands and stay as they are.
"""

import inspect
from collections.abc import Iterator

import click

from crm.domain.i18n import gettext as _

_AS_IT_STANDS = "\b"  # Click's mark of a paragraph that is not filled


class TranslatedHelp(click.Command):
    """A command whose help is in the reader's language."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage:") + " ")

    def format_help_text(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, who may, and the examples."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(map(_translate, _paragraphs(self.help or ""))))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and below them a group's commands."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        records = filter(None, (option.get_help_record(ctx) for option in options))
        rows = [(option, _(said)) for option, said in records]
        if rows:
            with formatter.section(_("Options")):
                formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what stands at the end."""
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_(self.epilog))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the sentence that says what the command does, whole; a list wraps it."""
        del limit
        text = self.short_help or next(_paragraphs(self.help or ""), "")
        return _(text).partition(". ")[0].rstrip(".")


def list_messages(command: click.Command) -> Iterator[str]:
    """Yield what a catalogue must hold for a command's help: its docstring's sentences."""
    for paragraph in _paragraphs(command.help or ""):
        yield _translate_heading(paragraph) if paragraph.startswith(_AS_IT_STANDS) else paragraph


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        yield paragraph if paragraph.startswith(_AS_IT_STANDS) else " ".join(paragraph.split())


def _translate(paragraph: str) -> str:
    if not paragraph.startswith(_AS_IT_STANDS):
        return _(paragraph)
    heading = _translate_heading(paragraph)
    return paragraph.replace(heading, _(heading), 1)


def _translate_heading(paragraph: str) -> str:
    return paragraph.split("\n")[1].strip()

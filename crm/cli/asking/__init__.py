"""Asking for what is missing, at a terminal or from a pipe.

``parameters`` are the arguments and options that are asked for; ``arguments`` asks for those that
Click requires. ``questions`` says what a question is, ``nouns`` which ones each noun has, and
``prompts`` asks all that are missing, confirms, and takes passwords. ``answers`` reads one answer,
at a terminal by ``editor`` with the choices of ``picks`` below it. ``directories`` and ``servers``
ask whether a database, and the server that answers, are those that the person means.

Modules load when they are first used: a listing, help and completion never pay for them.
"""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.cli.asking import answers as answers
    from crm.cli.asking import nouns as nouns
    from crm.cli.asking import prompts as prompts
    from crm.cli.asking import questions as questions
    from crm.cli.asking import servers as servers

# See crm/lazy.py.
__getattr__ = lazy_attributes(
    __name__, dict.fromkeys(("answers", "nouns", "prompts", "questions", "servers"))
)

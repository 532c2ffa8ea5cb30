"""The line of the shell: typed with completion and history, by way of prompt_toolkit."""

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

from click.shell_completion import CompletionItem
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import (
    CompleteEvent,
    Completer,
    Completion,
    PathCompleter,
    ThreadedCompleter,
)
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth

from crm.cli.app import App
from crm.cli.completion import PROGRAM
from crm.cli.completion.shells import Completion as Completions
from crm.cli.completion.shells import split_before_cursor
from crm.domain.i18n import gettext as _

# A whole word as it is typed: quoted and escaped parts, the last of them perhaps unclosed.
_WORD = re.compile(r"""(?:[^\s'"\\]|\\(?:.|$)|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$))+""")
_SECRET = re.compile(r"://[^/\s]*:[^/\s]*@|password=", re.IGNORECASE)


class LineEditor:
    """Reads lines from the terminal; they are remembered under EPICEVENTS_HOME.

    The words of ``leave`` are completed like commands. While ``undisturbed`` is held, no completion
    uses the connection.
    """

    def __init__(self, app: App, leave: Sequence[str]) -> None:
        self.undisturbed = Lock()
        self._app = app
        completer = _LineCompleter(app, leave, self.undisturbed)
        self._session: PromptSession[str] = PromptSession(
            history=_history(app.settings.home / "history"),
            completer=ThreadedCompleter(completer),
            color_depth=None if app.console.out.color else ColorDepth.DEPTH_1_BIT,
            key_bindings=_keys(completer),
            search_ignore_case=True,
        )

    def read(self) -> str:
        """Return what is typed. Raises KeyboardInterrupt at Ctrl-C, EOFError at Ctrl-D."""
        return self._session.prompt(self._prompt())

    def _prompt(self) -> StyleAndTextTuples:
        actor, text = self._app.actor, self._app.console.out.text
        name, role = (actor.name, f" ({actor.role})") if actor else (_("nobody"), "")
        return [("bold", text(name)), ("", role), ("ansicyan", " > ")]


def _keys(completer: Completer) -> KeyBindings:
    """Let the tabulator take what alone is meant; of several the first, and then the next."""
    keys = KeyBindings()

    @keys.add("tab")
    def _take(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        # Found before the next key is read: whoever types fast is not overtaken.
        requested = CompleteEvent(completion_requested=True)
        found = list(completer.get_completions(buffer.document, requested))
        if len(found) == 1:
            buffer.apply_completion(found[0])
        elif found:
            buffer.start_completion(select_first=True)

    return keys


class _History(FileHistory):
    """The lines that were typed, but for those that hold a secret or begin with a space."""

    def store_string(self, string: str) -> None:
        if not string.startswith(" ") and not _SECRET.search(string):
            super().store_string(string)


def _history(path: Path) -> History:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR | os.O_NOFOLLOW, 0o600))
        path.chmod(0o600)
    except OSError:
        # The history is a convenience: a full disk or a link laid in its place does not keep the
        # shell closed.
        return InMemoryHistory()
    return _History(path)


class _LineCompleter(Completer):
    """Completes a line as the shells are answered, over the connection of the commands."""

    def __init__(self, app: App, leave: Sequence[str], undisturbed: Lock) -> None:
        from crm.cli.main import root

        self._completions = Completions(root, {"obj": app}, PROGRAM, "")
        self._leave = leave
        self._undisturbed = undisturbed
        self._paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        *words, incomplete = split_before_cursor(document.text_before_cursor)
        if words[:1] == [PROGRAM]:
            del words[0]
        with self._undisturbed:
            items = self._completions.get_completions(words, incomplete)
        if not words:
            items += [CompletionItem(word) for word in self._leave if word.startswith(incomplete)]
        start = -_typed_of_last_word(document.text_before_cursor)
        for item in items:
            if item.type in {"file", "dir"}:
                yield from self._paths.get_completions(Document(incomplete), complete_event)
            else:
                yield Completion(
                    shlex.quote(item.value), start, display=item.value, display_meta=item.help
                )


def _typed_of_last_word(text: str) -> int:
    """Return how many characters before the cursor belong to the word that it is in."""
    last = [word for word in _WORD.finditer(text) if word.end() == len(text)]
    return len(last[0][0]) if last else 0

"""An answer that is typed at a terminal, with its choices below it, by way of prompt_toolkit.

Importing it is paid for by whoever is really asked something at a terminal.
"""

from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth, create_output

from crm.cli.asking.picks import Offer
from crm.cli.output.console import Console


def edit_answer(
    console: Console, prompt: str, *, offer: Offer | None = None, typed: str = "", lines: bool
) -> str:
    """Return what is typed after ``prompt``, which is shown on stderr.

    ``offer`` returns what a beginning may become, and is asked while somebody types, in a thread;
    ``typed`` is there already. Of ``lines`` there may be several: Alt+Enter begins another.

    Raises KeyboardInterrupt at Ctrl-C, EOFError at Ctrl-D.
    """
    session: PromptSession[str] = PromptSession(
        completer=ThreadedCompleter(_Offers(offer)) if offer else None,
        color_depth=None if console.err.color else ColorDepth.DEPTH_1_BIT,
        multiline=lines,
        prompt_continuation="  ",
        key_bindings=_enter_ends() if lines else None,
        input=create_input(console.stdin),
        output=create_output(console.err.stream),
    )

    def show_choices() -> None:
        session.default_buffer.start_completion()

    return session.prompt(prompt, default=typed, pre_run=show_choices if offer else None)


def _enter_ends() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _end(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _begin_a_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    return keys


class _Offers(Completer):
    """The whole answer is replaced by what is chosen; a look-up that fails offers nothing."""

    def __init__(self, offer: Callable[[str], Iterable[tuple[str, str]]]) -> None:
        self._offer = offer

    def get_completions(
        self, document: Document, _complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """Yield what was found for what is typed."""
        typed = document.text_before_cursor
        try:
            found = list(self._offer(typed))
        except Exception:
            # It runs at each key, in the middle of the line: an error would tear the prompt apart,
            # and the answer's own check tells it in time.
            return
        for text, meaning in found:
            yield Completion(text, -len(typed), display_meta=meaning)

"""epicevents completion SHELL: the script that a shell loads to complete command lines."""

import click

from crm.cli.app import App
from crm.cli.groups import Command

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_obj
def completion(app: App, /, shell: str) -> None:
    """Print the script that lets a shell complete commands, options and records (anybody).

    Bash must be 4.4 or newer. Records are completed while you are logged in.

    \b
    In ~/.bashrc: eval "$(epicevents completion bash)"
    In ~/.zshrc, after compinit: eval "$(epicevents completion zsh)"
    Once, for fish: epicevents completion fish > ~/.config/fish/completions/epicevents.fish

    \b
    Examples:
      epicevents completion bash
      epicevents completion fish > ~/.config/fish/completions/epicevents.fish
    """
    from crm.cli.completion.shells import build_script

    app.console.data(build_script(shell).rstrip("\n"))

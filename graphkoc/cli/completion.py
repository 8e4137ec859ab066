"""Completion in a shell."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from graphkoc.cli.commands import Command
from graphkoc.cli.options import output_options
from graphkoc.cli.results import Result

__all__ = ["COMMANDS"]

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
NAME, VARIABLE = "graphkoc", "_GRAPHKOC_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@output_options
def completion(shell: str) -> Result:
    """Print the script that completes commands, options, runs and queries in a shell.

    \b
    Examples:
      eval "$(graphkoc completion bash)"     # in ~/.bashrc
      eval "$(graphkoc completion zsh)"      # in ~/.zshrc
      graphkoc completion fish > ~/.config/fish/completions/graphkoc.fish
    """
    root = click.get_current_context().find_root().command
    # `source` of bash asks which bash there is, and the script needs none to be printed.
    made = SHELLS[shell](root, {}, NAME, VARIABLE)
    script = made.source_template % made.source_vars()
    return Result({"shell": shell, "script": script}, text=script.rstrip("\n"))


COMMANDS = (completion,)

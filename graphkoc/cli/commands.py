"""How every command of graphkoc behaves: global options on both sides, results and errors printed in one place."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from graphkoc.cli import terminal
from graphkoc.cli.configuration import raise_pending
from graphkoc.cli.options import PrintOption, global_options
from graphkoc.cli.results import Result, print_result
from graphkoc.errors import GraphkocError

__all__ = ["Command", "Commands", "Group", "Listing"]

EITHER = {"quiet", "verbose"}
"""Global options that exclude each other."""
DEFAULTS = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
"""Where a value comes from that another configuration file may change."""


class FollowingOption(click.Option):
    """A global option as it may follow a command: hidden in the command's help, it sets the option of `graphkoc`."""

    def __init__(self, option: click.Option) -> None:
        super().__init__(
            option.opts, type=option.type, is_flag=option.is_flag, is_eager=option.is_eager, hidden=True, help=None
        )

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Set the global option if it was given here, which overrides one before the command."""
        assert self.name is not None
        if self.name in opts:
            if self.name in EITHER:
                if opts.keys() >= EITHER:
                    ctx.fail("Either --quiet or --verbose.")
                for name in EITHER - {self.name}:
                    ctx.find_root().params[name] = False
            _set_option(ctx, self.name, opts)
        return None, args


def _set_option(ctx: click.Context, name: str, opts: Mapping[str, Any]) -> None:
    """Set a global option of the root; --config also gives new defaults to all options not yet set."""
    root = ctx.find_root()
    options = {str(option.name): option for option in root.command.params}
    options[name].handle_parse_result(root, opts, [])
    if name != "config":
        return
    for other, option in options.items():
        if option.expose_value and root.get_parameter_source(other) in DEFAULTS:
            del root.params[other]
            option.handle_parse_result(root, {}, [])
    chain = [ctx]
    while chain[0].parent is not None and chain[0].parent is not root:
        chain.insert(0, chain[0].parent)
    defaults: Any = root.default_map
    for inner in chain:
        defaults = (defaults or {}).get(inner.info_name)
        inner.default_map = defaults


class _FollowedByGlobalOptions(click.Command):
    """A command after which the global options may stand too."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, then the global options."""
        following = [FollowingOption(option) for option in global_options() if isinstance(option, click.Option)]
        return [*super().get_params(ctx), *following]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Where the global options are explained."""
        names = ", ".join(option.opts[0] for option in global_options())
        formatter.write_paragraph()
        formatter.write_text(f"{names} may stand here too: see graphkoc --help.")


class Command(_FollowedByGlobalOptions):
    """A command whose function returns a Result, which is printed here."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command's function, print its result, and end with its exit code."""
        raise_pending(ctx)
        names = [str(option.name) for option in self.params if isinstance(option, PrintOption)]
        printing = {name: ctx.params.pop(name) for name in names}
        if printing.get("output") and ctx.get_parameter_source("limit") is ParameterSource.DEFAULT:
            printing["limit"] = None
        result = super().invoke(ctx)
        if isinstance(result, Result):
            print_result(result, **printing)
            if result.service is not None:
                sys.stdout.flush()
                result.service()
            ctx.exit(result.exit_code)
        return result


class Group(_FollowedByGlobalOptions, click.Group):
    """A group of commands."""

    command_class = Command


class Listing(Group):
    """A command that lists, and the group of the verbs that change what it lists.

    Its first word is a verb, or else the argument of the list: a run named like a verb is written ./rename.
    """

    def __init__(self, listing: click.Command, verbs: list[click.Command]) -> None:
        super().__init__(listing.name, verbs, help=listing.help)
        self.listing = listing

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the group where a verb or help is asked for, of the list itself otherwise."""
        asks_help = parent.help_option_names if parent else ["--help"]
        if args and (args[0] in self.commands or args[0] in asks_help):
            return super().make_context(info_name, args, parent, **extra)
        return self.listing.make_context(info_name, args, parent, **extra)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, " ".join(self.listing.collect_usage_pieces(ctx)))
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix=" " * len("Usage: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list's options, and the verbs."""
        self.listing.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


class Commands(click.Group):
    """The root: it shows every error that graphkoc raises on purpose, and its help lists the commands by step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps: dict[str, list[click.Command]] = {}

    def add_step(self, title: str, commands: tuple[click.Command, ...]) -> None:
        """Add the commands of one step of a campaign, in working order."""
        self.steps[title] = [*commands]
        for command in commands:
            self.add_command(command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of graphkoc's own ends with its sentence, its hint and its code."""
        before, count = signal.signal(signal.SIGINT, terminal.interrupt), terminal.interrupts()
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (Exception, KeyboardInterrupt) as error:
            # Libraries turn an interrupt into errors of their own ("Query interrupted").
            interrupted = terminal.interrupts() > count
            if not interrupted and not isinstance(error, GraphkocError | OSError):
                raise
            if ctx.params.get("debug"):
                sys.excepthook(type(error), error, error.__traceback__)
            ctx.exit(terminal.show_interrupt() if interrupted else terminal.show_error(error))
        finally:
            signal.signal(signal.SIGINT, before)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by step, in working order."""
        for title, commands in self.steps.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(str(command.name), (command.help or "").split("\n")[0].strip()) for command in commands]
                )

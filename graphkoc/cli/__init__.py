"""The command `graphkoc`: options in, one call into the library, a printed result."""

from __future__ import annotations

from pathlib import Path

import click

from graphkoc.cli import capture, identity, publish, qualify
from graphkoc.cli.configuration import PREFIX, config, config_option
from graphkoc.cli.terminal import Commands

__all__ = ["cli"]

STORE = "ladybug:./graphkoc.lbug"


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "auto_envvar_prefix": PREFIX,
    },
)
@click.version_option(package_name="graphkoc", message="graphkoc %(version)s")
@click.option(
    "--store",
    default=STORE,
    show_default=True,
    show_envvar=True,
    help="Where the graph lives.",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    show_envvar=True,
    help="The secret for e-mail addresses and phone numbers; GRAPHKOC_KEY has one itself.",
)
@config_option
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option("-v", "--verbose", is_flag=True, help="How long each step took, too.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(
    ctx: click.Context,
    store: str,
    key_file: Path | None,
    config: Path | None,
    quiet: bool,
    verbose: bool,
    debug: bool,
) -> None:
    """Find key opinion consumers: small audiences, recent reviews, followers who follow on.

    \b
    First:   graphkoc demo
    Then:    graphkoc load ciao DATA/
             graphkoc analyse
             graphkoc kocs --niche Beauty
             graphkoc report

    \b
    Exit codes: 0 done, 1 a bug of ours, 2 usage, 3 bad data, 4 query, 5 store,
    6 nothing to analyse, 7 done but rows were rejected, 130 interrupted.
    """
    if quiet and verbose:
        raise click.UsageError("Either --quiet or --verbose.")
    ctx.obj = {"store": store, "quiet": quiet, "verbose": verbose, "key_file": key_file}


for step, commands in (
    ("Capture (what do we have)", (*capture.COMMANDS, *identity.COMMANDS)),
    ("Qualify (who are our key opinion consumers, and why)", qualify.COMMANDS),
    ("Read and pass on", (*publish.COMMANDS, config)),
):
    for command in commands:
        command.step = step  # type: ignore[attr-defined]
        cli.add_command(command)

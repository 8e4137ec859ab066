"""The command `graphkoc`: options in, one call into the library, a printed result.

capture, qualify, invite, listen, activate, campaign, lift and publish hold the commands of one step each, demonstration
the first command to try, refresh and schedule what runs by itself, browser the guide for Neo4j Browser, export what
goes to other tools, and completion what a shell reads. A command returns a Result, and `commands` has it printed. What
only printing or writing needs is imported there, so that `--version` and `--help` are quick.
"""

from __future__ import annotations

from typing import Any

import click

import graphkoc
from graphkoc.cli import (
    activate,
    browser,
    campaign,
    capture,
    completion,
    demonstration,
    export,
    invite,
    lift,
    listen,
    outcome,
    publish,
    qualify,
    refresh,
    schedule,
)
from graphkoc.cli.commands import Commands
from graphkoc.cli.configuration import PREFIX
from graphkoc.cli.options import global_options

__all__ = ["cli"]


@click.group(
    cls=Commands,
    params=global_options(),
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "auto_envvar_prefix": PREFIX,
    },
)
@click.version_option(graphkoc.__version__, message="graphkoc %(version)s")
def cli(quiet: bool, verbose: bool, **_: Any) -> None:
    """Find key opinion consumers: small audiences, recent reviews, followers who follow on.

    \b
    First:   graphkoc demo
    Then:    graphkoc load ciao DATA/
             graphkoc analyse
             graphkoc kocs --niche Beauty
             graphkoc report

    The options below may stand before or after a command.

    \b
    Exit codes: 0 done, 1 a bug in graphkoc, 2 usage, 3 bad data, 4 query, 5 store,
    6 nothing to analyse, 7 done, but rows or files were not taken, 130 interrupted.
    """
    if quiet and verbose:
        raise click.UsageError("Either --quiet or --verbose.")


cli.add_step("Start", demonstration.COMMANDS)
cli.add_step("Capture (what do we have)", capture.COMMANDS)
cli.add_step("Qualify (who are our key opinion consumers, and why)", qualify.COMMANDS)
cli.add_step("Invite (who is asked, and what the client says)", invite.COMMANDS)
cli.add_step("Listen (what people answer, and what becomes of it)", listen.COMMANDS)
cli.add_step("Activate (who is in the campaign, for what money)", (*activate.COMMANDS, *campaign.COMMANDS))
cli.add_step("Measure (what came of it)", (*outcome.COMMANDS, *lift.COMMANDS))
cli.add_step("Keep up to date (the report that arrives by itself)", (*refresh.COMMANDS, *schedule.COMMANDS))
cli.add_step("Read and pass on", (*browser.COMMANDS, *publish.COMMANDS, *export.COMMANDS, *completion.COMMANDS))

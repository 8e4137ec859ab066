"""Activate: whether a campaign that is over had an effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.options import output_options, run_argument
from graphkoc.cli.results import Result

__all__ = ["COMMANDS"]

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(cls=Command)
@run_argument
@click.option(
    "--campaign", metavar="NAME", help="The campaign: who posted, for which product and when, by its journal."
)
@click.option("--product", help="The product, by id or title; by default that of the campaign.")
@click.option("--from", "begin", type=DAY, help="The first day that counts; by default that of the first post.")
@click.option("--to", "end", type=DAY, help="The last day that counts; by default 90 days after the last first post.")
@click.option("--organic", is_flag=True, help="Leave out the people whose posts were boosted, and their followers.")
@output_options
def lift(run: str | None, begin: datetime | None, end: datetime | None, **choices: Any) -> Result:
    """Measure whether followers came to a campaign's product more than others like them.

    RUN is a folder or a name under ./runs; the newest by default. Followers of those who really posted are compared
    with people of the same activity who follow none of them. The same is done for up to 99 products nobody was paid
    for, and an effect is seen where at most 4 of these show as much. Without an effect the smallest one is printed that
    would have shown. Without --campaign those count as having posted who wrote gifted, paid or invited reviews of the
    product in the days given. Purchases, codes, the waves of a waiting list and other campaigns that were measured are
    taken in where they are known. The lift is kept beside the runs.

    \b
    Examples:
      graphkoc lift --campaign spring
      graphkoc lift --campaign spring --to 2026-06-30 --organic
      graphkoc lift --product "Luto Mini" --from 2026-03-01 --to 2026-05-31
    """
    found = graphkoc.find_run(run)
    with open_store() as store:
        document = graphkoc.measure_campaign(
            store, found, begin=begin and begin.date(), end=end and end.date(), **choices
        )
    return Result(
        document,
        rows=[{key: cell for key, cell in document.items() if not isinstance(cell, dict | list)}],
        text="\n".join(graphkoc.describe_lift(document)),
        notes=[*list_notices(found), *(f"Note: {note}" for note in document["notes"])],
    )


COMMANDS = (lift,)

"""Activate: the plan of a campaign under a budget."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.configuration import read_numbers
from graphkoc.cli.options import output_options, run_argument
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine

__all__ = ["COMMANDS"]

FILE = click.Path(dir_okay=False, path_type=Path)


def _weigh_niches(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """NAME or NAME=WEIGHT, each once."""
    weights: dict[str, float] = {}
    for one in given:
        name, equals, weight = one.rpartition("=")
        try:
            weights[name if equals else one] = float(weight) if equals else 1.0
        except ValueError as error:
            raise click.BadParameter(f"{one!r} is not NAME or NAME=WEIGHT, such as Kettles=2") from error
    return weights


@click.command(cls=Command)
@run_argument
@click.option("--budget", type=float, help="The most that the plan may cost, in the currency of your files.")
@click.option("--currency", default="", help="The name of that currency, for readers; nothing is converted.")
@click.option("--product", help="What it is for; of a product in the store, by id or title, the tags are listed.")
@click.option("--client", help="Whose decisions hold: whoever they refused is left out.")
@click.option(
    "--niche",
    "niches",
    multiple=True,
    callback=_weigh_niches,
    metavar="NAME[=WEIGHT]",
    help="Reach the people of this niche, by id or name; may be repeated. By default everybody counts alike.",
)
@click.option("--min-per-niche", type=click.IntRange(min=0), default=0, help="The fewest people of each --niche.")
@click.option("--kol", "kols", type=click.IntRange(min=0), help="The most KOLs.")
@click.option("--koc", "kocs", type=click.IntRange(min=0), help="The most KOCs.")
@click.option(
    "--kol-goal",
    type=click.Choice(graphkoc.GOALS),
    default="responders",
    show_default=True,
    help="What KOLs are chosen for: expected reviews by followers, people reached, posts, or white space.",
)
@click.option(
    "--koc-goal",
    type=click.Choice(graphkoc.GOALS),
    default="responders",
    show_default=True,
    help="What KOCs are chosen for.",
)
@click.option("--booked", multiple=True, metavar="CONSUMER", help="Hired already: their followers need nobody else.")
@click.option("--exclude", multiple=True, metavar="CONSUMER", help="Leave this person out; may be repeated.")
@click.option("--new", "new_share", type=click.FloatRange(0, 1), default=0.0, help="The least share of new faces.")
@click.option("--agency-share", type=click.FloatRange(0, 1), default=1.0, help="The largest share of one agency.")
@click.option("--stock", type=click.IntRange(min=0), help="Products that can be sent.")
@click.option("--posts-a-day", type=click.IntRange(min=1), help="The most posts on one day.")
@click.option("--format-of-posts", "post_format", metavar="NAME", help="The format whose prices count, such as video.")
@click.option("--prices", type=FILE, help="Prices by tier: platform, tier, format, price[, selling].")
@click.option(
    "--yields",
    "rates",
    type=FILE,
    help="Rates by tier and channel: tier, channel, accept, deliver, post, n. By default those of your campaigns.",
)
@click.option("--launch", type=click.DateTime(["%Y-%m-%d"]), help="The day of the launch, for a calendar.")
@click.option("--phases", type=FILE, help="Phases in place of graphkoc's: see docs/campaign.md.")
@click.option("--blackout", "blackouts", multiple=True, metavar="FROM..TO", help="Days without posts; may be repeated.")
@click.option("--calendar", type=FILE, help="Write the calendar to this .ics file.")
@click.option(
    "--waitlist/--no-waitlist",
    default=True,
    show_default=True,
    help="Invite a random half first, and the rest, who are the comparison, in a second wave.",
)
@click.option("--codes", type=FILE, help="Codes, one a line, for one a person.")
@click.option(
    "--override", "overrides", multiple=True, metavar="RULE", help="Set a platform's rule aside; needs --why."
)
@click.option("--why", default="", help="The reason for --override, which is kept with the plan.")
@click.option("--name", help="Save the plan under this name, beside the runs and in the store.")
@output_options
def plan(run: str | None, launch: datetime | None, name: str | None, **choices: Any) -> Result:
    """Choose KOLs for exposure and KOCs for niches under a budget.

    RUN is a folder or a name under ./runs; the newest by default. Costs come from quotes, from --prices, and from
    [costs] in graphkoc.toml; whoever has no price is not in the plan. The prediction is what followers would review
    without any invitation: it ranks plans, and says nothing of what a campaign causes. The first plan of a run reads
    the store to learn how likely each follower is to follow on; later ones take what was learned.

    \b
    Examples:
      graphkoc plan --budget 5000
      graphkoc plan --budget 5000 --niche Kettles=2 --niche Teapots --koc 20
      graphkoc plan --budget 5000 --yields yields.csv --launch 2026-10-12 --name spring
    """
    context = click.get_current_context()
    paths = {key: choices.pop(key) for key in ("prices", "rates", "phases", "codes", "calendar")}
    if choices["budget"] is None:
        raise click.UsageError("A plan needs a budget: --budget says what it may cost.")
    request = graphkoc.PlanRequest(
        costs=graphkoc.read_costs(read_numbers(context, "costs")),
        launch=launch and launch.date(),
        booked=choices.pop("booked"),
        excluded=choices.pop("exclude"),
        least_per_niche=choices.pop("min_per_niche"),
        blackouts=tuple(map(graphkoc.read_blackout, choices.pop("blackouts"))),
        **choices,
    )
    found = graphkoc.find_run(run)
    with open_store() as store, ProgressLine.from_options() as progress:
        document = graphkoc.plan_campaign(store, found, request, name=name, progress=progress, **paths)
    return Result(
        document,
        rows=[_flatten(person) for person in document["people"]],
        text="\n".join(graphkoc.describe_plan(document)),
        notes=[*list_notices(found), *(f"Note: {note}" for note in document["notes"])],
    )


def _flatten(person: dict[str, Any]) -> dict[str, Any]:
    """A person as a row of a sheet: lists are texts, with semicolons between."""
    return {name: "; ".join(map(str, cell)) if isinstance(cell, list) else cell for name, cell in person.items()}


COMMANDS = (plan,)

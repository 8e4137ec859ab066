"""Who sits in a focus group, and the moderator's guide."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.options import output_options, run_argument
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import clip, wrap

__all__ = ["choose_group"]

NAME, GROUP = 16, 24
"""Columns of the table that a name and a circle may take."""


@click.command("focus-group", cls=Command)
@run_argument
@click.option("--product", help="The product that the group is about, by id or title.")
@click.option("--niche", help="The niche that the group is about, by id or name.")
@click.option("--category", help="The category that the group is about.")
@click.option("--words", help="Words for a product that is not launched yet, such as 'travel kettle'.")
@click.option("--size", type=int, default=12, show_default=True, help="People of the group.")
@click.option(
    "--reserves",
    type=float,
    default=0.25,
    show_default=True,
    help="Whom to ask if others decline: a share of the size, or a number of people.",
)
@click.option(
    "--language", metavar="CODE", help="The language of the group: zh, en, de, ...; by default that of most candidates."
)
@click.option(
    "--active",
    type=int,
    default=180,
    show_default=True,
    metavar="DAYS",
    help="They wrote about it in so many days before the reference date.",
)
@click.option("--client", metavar="NAME", help="Leave out the people to whom this client said no.")
@click.option("--exclude", multiple=True, metavar="ID", help="Leave out this person; may be repeated.")
@click.option("--name", metavar="NAME", help="Save the group under this name beside the runs.")
@click.option(
    "--guide",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the moderator's guide, in Markdown.",
)
@output_options
def choose_group(run: str | None, guide: Path | None, **choices: Any) -> Result:
    """Choose a focus group, with reserves and a moderator's guide, or export one.

    RUN is a folder or a name under ./runs; the newest by default. Without a product, niche, category or words the group
    is about everything. In it are people who wrote about the topic lately, gave reasons and can be reached, in one
    language, from different circles, niches and platforms, with low and with high ratings where ratings are known. A
    person with a low rating is as welcome as one with a high one. critical counts the texts that name a problem and
    what to do about it. Everybody else is counted by the reason that keeps
    them out. The columns incentive, slot, record and embargo are empty to be filled in; JSON has the wording.

    \b
    Examples:
      graphkoc focus-group --niche Kettles
      graphkoc focus-group --product "Nordkessel Luto Mini" --size 8 --guide guide.md
      graphkoc focus-group --words "quiet travel kettle" --language en --name "travel kettle"
      graphkoc focus-group --category Kettles --client Nordkessel --format xlsx -o group.xlsx
      graphkoc focus-group export "travel kettle" -o group.csv
    Write ./export for a run that is named export.
    """
    found = graphkoc.find_run(run)
    with open_store() as store:
        group = graphkoc.choose_focus_group(store, found, guide=guide, **choices)
    saved = [] if choices["name"] is None else [f"Saved as {group['name']}, beside the runs."]
    written = [] if guide is None else [f"The moderator's guide is in {guide}."]
    people = [*group["people"], *group["reserves"]]
    lines = [_shorten(row) for row in people]
    below = ["", *_describe_people(people), *_describe_left_out(group["left_out"]), *saved, *written]
    notes = [*list_notices(found), *(line for note in group["notes"] for line in wrap(note))]
    return Result(group, rows=[_flatten(row) for row in people], lines=lines, below=below, notes=notes)


def _shorten(row: Mapping[str, Any]) -> dict[str, Any]:
    """A person as a line of the terminal's table."""
    opinions = row["opinions"]
    rated = opinions["sign"] != "not known"
    return {
        "": row["seat"] if row["place"] == "roster" else f"R{row['seat']}",
        "name": clip(row["name"], NAME),
        "on": row["channel"].removeprefix("message on ").partition(":")[0].partition(" of ")[0],
        "circle": row["circle"] and clip(row["circle"], GROUP),
        "texts": opinions["texts"],
        "critical": opinions["constructive"],
        "low": opinions["low"] if rated else None,
        "high": opinions["high"] if rated else None,
        "client": row["client"],
    }


def _describe_people(people: list[dict[str, Any]]) -> list[str]:
    """What each person adds, a quote, and what to judge before they are asked."""
    lines = []
    for row in people:
        seat = f"{row['seat']}." if row["place"] == "roster" else f"R{row['seat']}."
        channel = row["channel"].removesuffix(f": {row['name']}")
        who = row["name"] if row["name"] == row["consumer"] else f"{row['name']} ({row['consumer']})"
        lines += wrap(f"{seat:<4}{who}, {channel}", "    ")
        lines += wrap(f"    {row['why']}", "    ")
        for quote in row["opinions"]["quotes"][:1]:
            lines += wrap(f"    “{quote['quote']}” ({quote['review']})", "    ")
        for check in row["checks"]:
            lines += wrap(f"    To judge: {check['evidence']}", "    ")
    return lines


def _describe_left_out(left_out: list[dict[str, Any]]) -> list[str]:
    """Who was left out and why, with the nearest by name."""
    lines = ["", "Left out of those who write about it:"]
    for row in left_out:
        nearest = ", ".join(person["name"] for person in row["nearest"])
        lines += wrap(f"  {row['people']:>5,}  {row['words']}" + (f": {nearest}" if nearest else ""), " " * 9)
    return lines


def _flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """A person as a row of a file."""
    opinions = row["opinions"]
    first = (opinions["quotes"] or [{"review": None, "quote": None}])[0]
    plain = ("place", "seat", "consumer", "name", "handle", "url", "platform", "channel", "language", "role", "client")
    counted = ("texts", "lately", "reasons", "constructive", "low", "middle", "high", "unrated", "sign", "latest")
    return {
        **{name: row[name] for name in (*plain, "niche", "circle", "why")},
        **{name: opinions[name] for name in counted},
        "review": first["review"],
        "quote": first["quote"],
        "checks": "; ".join(check["evidence"] for check in row["checks"]) or None,
        **{name: row[name] for name in ("screener", "incentive", "slot", "record", "embargo")},
    }

"""A campaign while it runs: made, updated, shown, who is late, who takes a place, and what a person did in all of
them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command, Group
from graphkoc.cli.lists import export_verb
from graphkoc.cli.options import consumer_argument, encoding_option, lists_option, output_options
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import clip, draw_table, find_room
from graphkoc.text import count

__all__ = ["COMMANDS"]

Function = TypeVar("Function", bound=Callable[..., Any])

FILE = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
NAME = 20
"""Columns of a table that a name may take."""
MOST = 10
"""Rows that were not taken and are named in a terminal; JSON has all of them."""
FUNNEL = ("invited", "accepted", "shipped", "received", "posted", "paid")

name_argument = click.argument("name", required=False)
today_option = click.option("--today", type=DAY, help="The day on which it is looked at; by default today (UTC).")


def _name_targets(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    return graphkoc.read_targets(given)


@click.command(cls=Command)
@click.argument("name")
@click.option("--from", "source", metavar="PLAN|FILE", help="A saved plan, or a sheet of people; needed.")
@click.option("--product", help="What it is for; of a plan by default.")
@click.option("--client", help="Whose decisions hold; of the plan by default.")
@click.option("--starts", type=DAY, help="Its first day; of the plan's calendar by default.")
@click.option("--ends", type=DAY, help="Its last day; of the plan's calendar by default.")
@click.option("--budget", type=float, help="What it may cost; of the plan by default.")
@click.option("--currency", help="The name of that currency, for readers; nothing is converted.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    callback=_name_targets,
    metavar="NAME=NUMBER",
    help="What it is measured against, such as posts=20; may be repeated. Of the plan by default.",
)
@encoding_option
@lists_option
@output_options
def new(
    name: str,
    source: str | None,
    starts: datetime | None,
    ends: datetime | None,
    encoding: str | None,
    run: str | None,
    **stated: Any,
) -> Result:
    """Make a campaign of a saved plan, or of a sheet of people.

    The columns of a sheet may be called as in graphkoc/activate/running/campaign.toml: id, handle, name or link, and
    perhaps role, platform, cost, selling, incentive, code and wave. A row whose person is unknown is listed and not
    taken, and the command ends with 7. People whom the client refused or who may not be contacted are left out, unless
    the campaign is over. A campaign of that name is replaced; what its journal has remains.

    \b
    Examples:
      graphkoc campaign new spring --from spring
      graphkoc campaign new summer --from people.xlsx --product "Luto Mini" --client Nordkessel \\
        --starts 2026-06-01 --ends 2026-06-30 --budget 5000 --currency EUR --target posts=18
    """
    if not source:
        raise click.UsageError("Say whose campaign it is: --from names a saved plan or a sheet of people.")
    wanted = graphkoc.Wanted(starts=_take_day(starts), ends=_take_day(ends), **stated)
    with open_store() as store:
        done = graphkoc.new_campaign(store, graphkoc.find_run(run), name, source, wanted, encoding=encoding)
    invited = f"{count(done['roster'], 'people')} to invite, {done['reserve']:,} in reserve"
    lines = [f"{done['campaign']}: {invited}", *(f"left out: {reason}" for reason in done["left_out"])]
    return Result(
        done, text="\n".join(lines), notes=_name_faults(done["not_taken"]), exit_code=7 if done["not_taken"] else 0
    )


@click.command(cls=Command)
@click.argument("file", type=FILE)
@click.option("--campaign", metavar="NAME", help="The campaign; may be left out where there is one alone.")
@click.option(
    "--correct", "correction", default="", metavar="WHY", help="Take what contradicts the journal as a correction."
)
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="Which part of 03/04/2024 is the day, where it is open."
)
@encoding_option
@lists_option
@output_options
def update(
    file: Path,
    campaign: str | None,
    correction: str,
    dates: str | None,
    encoding: str | None,
    run: str | None,
) -> Result:
    """Add to a campaign's journal what a status sheet says: who was asked, accepted, got the product, posted, was paid.

    FILE has a row a person, with a column of each event's date or one of a status, or a row an event; in English or
    Chinese. A sheet that is read twice adds nothing, and more details of the same event are added to it. Days that lie
    further back fill the history in. A row whose person is unknown, whose status goes backwards, or which lacks a
    needed date is one sentence and not taken, and the command ends with 7; the other people are taken. Whoever
    withdrew or asked not to be contacted is on no list from now on.

    \b
    Examples:
      graphkoc campaign update status.xlsx
      graphkoc campaign update status.csv --campaign spring
      graphkoc campaign update status.csv --correct "the post was somebody else's"
    """
    with open_store() as store:
        done = graphkoc.update_campaign(
            store,
            graphkoc.find_run(run),
            file,
            campaign,
            correction=correction,
            dates=dates or "",
            encoding=encoding,
        )
    text = (
        f"{done['campaign']}: {count(done['added'], 'new lines')} on {count(done['people'], 'people')},"
        f" {done['known']:,} known before, of {count(done['rows'], 'rows')}"
    )
    notes = [*_name_faults(done["not_taken"]), *(f"Note: {note}." for note in done["notes"])]
    return Result(done, text=text, notes=notes, exit_code=7 if done["not_taken"] else 0)


@click.command(cls=Command)
@name_argument
@today_option
@lists_option
@output_options
def show(name: str | None, today: datetime | None, run: str | None) -> Result:
    """Show how a campaign stands: people, units, money and posts.

    NAME may be left out where there is one campaign alone. JSON also has the log of all entries.

    \b
    Examples:
      graphkoc campaign show spring
      graphkoc campaign show spring --format json
    """
    found = graphkoc.find_run(run)
    shown = graphkoc.read_campaign(found, name, _take_day(today))
    people = [_shorten(person) for person in shown["people"]]
    text = "\n".join([*_describe(shown), "", draw_table(people, find_room()).rstrip("\n")])
    rows = [
        {key: "; ".join(cell) if isinstance(cell, list) else cell for key, cell in row.items()}
        for row in shown["people"]
    ]
    return Result(shown, rows=rows, text=text, notes=list_notices(found))


@click.command(cls=Command)
@name_argument
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@today_option
@lists_option
@output_options
def late(name: str | None, language: str, today: datetime | None, run: str | None) -> Result:
    """List who is late in a campaign: no answer, nothing shipped, no post, no label, rights that end.

    NAME may be left out where there is one campaign alone. The limits are in graphkoc/activate/running/deadlines.toml.
    People who declined or may not be contacted are not on the list.

    \b
    Examples:
      graphkoc campaign late spring
      graphkoc campaign late spring --lang zh -o late.xlsx
    """
    done = graphkoc.list_late_people(graphkoc.find_run(run), name, language, _take_day(today))
    lines = [{"name": clip(one["name"], NAME), "days late": one["days"], "why": one["why"]} for one in done["late"]]
    nobody = None if lines else f"Nobody is late in {done['campaign']}."
    left_out = [f"left out: {reason}" for reason in done["left_out"]]
    return Result(done, rows=done["late"], lines=lines, text=nobody, below=left_out)


@click.command(cls=Command)
@name_argument
@today_option
@lists_option
@output_options
def substitutes(name: str | None, today: datetime | None, run: str | None) -> Result:
    """Name substitutes for the places of people who declined, withdrew or whose parcel was lost.

    NAME may be left out where there is one campaign alone. Reserves come first, then the people of the run by rank.
    Nobody is on it whom the client refused or who may not be contacted. The last lines say how many posts the campaign
    will end short at the rates so far.

    \b
    Examples:
      graphkoc campaign substitutes spring
      graphkoc campaign substitutes spring --format json
    """
    done = graphkoc.list_substitutes(graphkoc.find_run(run), name, _take_day(today))
    lines = [
        {"for": clip(one["place_name"], NAME), "because": one["state"], "role": one["role"]}
        | {"take": clip(one["name"] or "nobody is left", NAME), "from": one["source"], "id": one["consumer"]}
        for one in done["substitutes"]
    ]
    below = [done["sentence"], *([done["rates"]] if done["rates"] else [])]
    text = None if lines else "\n".join(["No place is free.", *below])
    return Result(done, rows=done["substitutes"], lines=lines, text=text, below=below if lines else ())


@click.command(cls=Command)
@consumer_argument
@lists_option
@output_options
def history(consumer: str, run: str | None) -> Result:
    """Show what a person did in every campaign, by any of their accounts.

    CONSUMER is an id, a handle or a name. A row is a campaign: asked, accepted, on time, posted, paid, and the newest
    remark. JSON also has the other lists that they are on, and the feedback that they gave.

    \b
    Example:
      graphkoc person history forum:lin
    """
    done = graphkoc.read_person_history(graphkoc.find_run(run), consumer)
    lines = [
        {key: one[key] for key in ("campaign", "state", "invited_at", "accepted_at", "received_at", "posted_at")}
        | {"on time": {True: "yes", False: "no"}.get(one["on_time"]), "posts": one["posts"], "paid": one["paid"]}
        for one in done["campaigns"]
    ]
    below = [f"Also on {one['kind']} {one['name']} ({one['place']}, {one['made_at'][:10]})." for one in done["lists"]]
    below += [f"Said of {one['product']}: {one['text']}" for one in done["feedback"] if one["text"]]
    below += [f"{one['campaign']}: {one['note']}" for one in done["campaigns"] if one["note"]]
    if done["why_not_contacted"]:
        below.append(f"May not be contacted: {done['why_not_contacted']}.")
    text = None if lines else "\n".join([f"{done['name']} was in no campaign.", *below])
    return Result(done, rows=done["campaigns"], lines=lines, text=text, below=below if lines else ())


def _describe(shown: dict[str, Any]) -> list[str]:
    """How a campaign stands, in a few lines."""
    posts, money, units = shown["posts"], shown["money"], shown["units"]
    when = "" if shown["day"] is None else f", day {shown['day']}" + (f" of {shown['days']}" if shown["days"] else "")
    reached = {event: sum(bool(one[f"{event}_at"]) for one in shown["people"]) for event in FUNNEL}
    parts = [f"{event} {number:,}" for event, number in reached.items()] + [f"late {shown['late']:,}"]
    spent = [f"{name} {money[name]:,.2f}" for name in ("spent", "ready", "committed")]
    spent += [] if money["budget"] is None else [f"budget {money['budget']:,.2f}"]
    lines = [
        f"{shown['campaign']}{when}: {posts['live']:,} of {count(posts['planned'], 'posts')} are live.",
        ", ".join(parts).capitalize() + ".",
        "Units: " + ", ".join(f"{name} {number:,}" for name, number in units.items()) + ".",
        "Money" + (f" ({money['currency']})" if money["currency"] else "") + ": " + ", ".join(spent) + ".",
    ]
    if money["unpriced"]:
        lines.append(f"No cost is known of {count(money['unpriced'], 'people')} who accepted.")
    return lines


def _shorten(person: dict[str, Any]) -> dict[str, Any]:
    """A person as a line of the terminal's table."""
    shown = {"name": clip(person["name"], NAME), "role": person["role"], "on": person["platform"]}
    return shown | {"state": person["state"], "since": (person["since"] or "")[:10], "posts": person["posts"]}


def _name_faults(not_taken: list[str]) -> list[str]:
    notes = [f"Not taken: {one}." for one in not_taken[:MOST]]
    if len(not_taken) > MOST:
        notes.append(f"{len(not_taken) - MOST} more were not taken; --format json lists all of them.")
    return notes


def _take_day(time: datetime | None) -> date | None:
    return time and time.date()


campaign = Group(
    "campaign",
    commands=[new, update, show, late, substitutes, export_verb("campaign", "campaign", "campaign or plan")],
    help="""Run a campaign: invite, keep its journal, see who is late, and pass its people on.

    \b
    Examples:
      graphkoc campaign new spring --from spring
      graphkoc campaign update status.xlsx
      graphkoc campaign show spring
      graphkoc campaign export spring -o spring.csv
    """,
)
person = Group(
    "person",
    commands=[history],
    help="""What one person did in all campaigns.

    \b
    Example:
      graphkoc person history forum:lin
    """,
)

COMMANDS = (campaign, person)

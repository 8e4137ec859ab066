"""What came of a campaign: the results of its posts, and the wrap-up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.options import encoding_option, line_format_option, lists_option, output_options
from graphkoc.cli.results import Result
from graphkoc.text import count

__all__ = ["COMMANDS"]

MOST = 10
"""Rows that were not taken and are named in a terminal; JSON has all of them."""


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--campaign", metavar="NAME", help="The campaign; may be left out where there is one alone.")
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="Which part of 03/04/2024 is the day, where it is open."
)
@encoding_option
@lists_option
@output_options
def results(file: Path, campaign: str | None, dates: str | None, encoding: str | None, run: str | None) -> Result:
    """Read what was posted for a campaign and what came of it.

    FILE is an agency's base table of notes (笔记底表), a platform's export of posts with their figures, or a sheet of
    the units of a programme such as Amazon Vine. Figures may be read again and again: the newest that are known stand,
    and a file that is read twice adds nothing. A row of sums is skipped, and a note says where it does not add up. The
    author of a post is whom the file names, else who posted that address; a post whose author is not known counts all
    the same. Rows that cannot be taken are listed, and the command ends with 7.

    \b
    Examples:
      graphkoc results notes.xlsx --campaign spring
      graphkoc results vine.csv
    """
    found = graphkoc.find_run(run)
    with open_store() as store:
        done = graphkoc.record_results(store, found, file, campaign, dates=dates or "", encoding=encoding)
    lines = [
        f"{done['campaign']}: {count(done['posts'], 'posts')}, {done['new']:,} with new figures, the author of "
        f"{done['authors']:,} known"
    ]
    lines += [f"{count(done['units'], 'offers')} of units"] if done["units"] else []
    lines += [f"{count(done['events'], 'posts')} added to the journal"] if done["events"] else []
    wrong = done["not_taken"]
    notes = [f"Note: {note}." for note in done["notes"]] + [f"Not taken: {why}." for why in wrong[:MOST]]
    if len(wrong) > MOST:
        notes.append(f"{len(wrong) - MOST} more were not taken; --format json lists all of them.")
    return Result(done, text="\n".join(lines), notes=notes, exit_code=7 if wrong else 0)


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="English or Chinese."
)
@click.option(
    "--for",
    "reader",
    type=click.Choice(["team", "client"]),
    default="team",
    show_default=True,
    help="Whom it is for: a client sees selling prices and no costs.",
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the wrap-up; by default today (UTC).")
@click.option(
    "-o",
    "--output",
    "place",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="An .md file, or a folder for it and three sheets.",
)
@line_format_option
@lists_option
def recap(
    name: str | None, language: str, reader: str, today: datetime | None, place: Path | None, run: str | None
) -> Result:
    """Write the wrap-up of a campaign.

    NAME may be left out where there is one campaign alone. The wrap-up has target against actual, tier mix, delivery,
    engagement, money, the best and the critical posts, labels, findings, learned rates, forecast against outcome, lift
    and next steps, each figure marked as counted, stated or estimated, and the definitions that hold. What was not
    measured is marked as not known. A folder also gets kpis.csv, people.csv and content.csv with the same figures.

    \b
    Examples:
      graphkoc recap spring
      graphkoc recap spring --lang zh --for client -o spring.md
      graphkoc recap spring -o wrap-up
    """
    found = graphkoc.find_run(run)
    day = today and today.date()
    with open_store() as store:
        document = graphkoc.recap_campaign(store, found, name, language=language, today=day)
    notices = list_notices(found)
    if place is None:
        text = graphkoc.write_recap(document, language, reader)
        # the document has costs
        shown = document if reader == "team" else {"campaign": document["campaign"], "markdown": text}
        return Result(shown, text=text.rstrip("\n"), notes=notices)
    files = graphkoc.save_recap(document, place, language=language, reader=reader)
    return Result({"files": files}, text="\n".join(files), notes=notices)


COMMANDS = (results, recap)

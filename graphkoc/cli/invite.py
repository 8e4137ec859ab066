"""Invite: the client's sheet and the decisions read back, and focus groups."""

from __future__ import annotations

from pathlib import Path

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command, Listing
from graphkoc.cli.focus_group import choose_group
from graphkoc.cli.lists import export_verb
from graphkoc.cli.options import check_named, encoding_option, lists_option, output_options, run_argument, sheet_options
from graphkoc.cli.results import Result
from graphkoc.text import count

__all__ = ["COMMANDS"]

MOST_PEOPLE = 50
MOST = 10
"""Rows that were not read and are named in a terminal; JSON has all of them."""


@click.command(cls=Command)
@run_argument
@click.option("--niche", help="Only people of this niche, by id or name.")
@click.option("--limit", type=click.IntRange(min=1), help="The most people on it; 50 by default, with --plan all.")
@click.option("--client", help="Leave out whom this client has refused before.")
@click.option("--plan", metavar="NAME", help="The people of this saved plan or group, in its order.")
@sheet_options
def longlist(
    run: str | None, niche: str | None, limit: int | None, client: str | None, plan: str | None, sheet: Path | None
) -> Result:
    """Write the sheet on which a client says yes, no or reserve.

    RUN is a folder or a name under ./runs; the newest by default. A row is a person, with the reasons for them, reviews
    of theirs as evidence, the selling price where a plan has one, and flags. What somebody asks for a post is not on
    it, because that is a cost. The columns decision and reason are empty; in a workbook decision offers its three
    words. `graphkoc decide` reads the sheet back. People who may not be contacted are left out.

    \b
    Examples:
      graphkoc longlist -o longlist.xlsx
      graphkoc longlist --niche Kettles --limit 30 --client Nordkessel -o longlist.xlsx
      graphkoc longlist --plan spring -o longlist.csv
    """
    file, found = check_named(sheet), graphkoc.find_run(run)
    most = MOST_PEOPLE if plan is None else None
    with open_store() as store:
        done = graphkoc.write_longlist(store, found, file, niche=niche, limit=limit or most, client=client, plan=plan)
    lines = [f"{count(done['people'], 'people')} in {done['file']}"]
    lines += [f"left out: {reason}" for reason in done["left_out"]]
    return Result(done, text="\n".join(lines), notes=list_notices(found))


@click.command(cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--client", help="Whose decisions these are; needed.")
@encoding_option
@lists_option
@output_options
def decide(file: Path, client: str | None, encoding: str | None, run: str | None) -> Result:
    """Read a client's sheet back, and keep the decisions.

    FILE is a sheet of `graphkoc longlist`, however the client has sorted, filtered or extended it, and renamed or
    translated its columns. People are recognised by their ids. yes, ✓, x, ja and 是 are a yes; no, nein and 否 a no;
    reserve, backup and 备选 a reserve. A row with an unknown id, a mark of another kind, or two rows that
    disagree about one person are listed with their numbers and not taken, and the command ends with 7. The newest
    decision of a client about a person stands, and a no leaves them out of every later list and plan for that client.

    \b
    Examples:
      graphkoc decide longlist.xlsx --client Nordkessel
      graphkoc decide reply.csv --client Nordkessel --encoding gb18030
    """
    if not client:
        raise click.UsageError("Say whose decisions these are: --client NAME.")
    done = graphkoc.record_decisions(graphkoc.find_run(run), file, client, encoding)
    wrong = done["not_read"]
    counts = ", ".join(f"{done[decision]} {decision}" for decision in ("yes", "no", "reserve"))
    text = f"{counts}, on {count(done['people'], 'rows')} that name a person; {done['new']} not known before"
    notes = [
        f"Not taken: {one['sheet']}, row {one['row']}{one['person'] and ' (' + one['person'] + ')'}: {one['why']}."
        for one in wrong[:MOST]
    ]
    if len(wrong) > MOST:
        notes.append(f"{len(wrong) - MOST} more rows were not taken; --format json lists all of them.")
    notes += [f"Note: the column {column} has marks too, and was not read." for column in done["unread"]]
    return Result(done, text=text, notes=notes, exit_code=7 if wrong else 0)


focus_group = Listing(choose_group, [export_verb("focus-group", "focus-group", "focus group")])

COMMANDS = (longlist, decide, focus_group)

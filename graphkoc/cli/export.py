"""Pass on: the results of a run as files for spreadsheets, slides, other tools and the CRM; and the graph in bulk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.options import line_format_option, run_argument
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine

__all__ = ["COMMANDS"]


@dataclass(frozen=True)
class Request:
    """What is to be written: the run, the file, its language, whom it is for, and the one table of a flat file.

    for_crm: whether the reader is the shop's own system.
    """

    run: graphkoc.Run
    path: Path
    language: str
    reader: graphkoc.Reader
    sheet: str
    for_crm: bool = False


Writer = Callable[[Request], str]
"""Writes the file, and returns what is in it, as a clause: `205 people`."""


def _write_network(request: Request) -> str:
    network = graphkoc.draw_network(request.run, request.language, request.reader)
    kind = request.path.suffix.lower()
    if kind == ".html":
        network.write_explorer(request.path, request.language)
    else:
        (network.write_graphml if kind == ".graphml" else network.write_gexf)(request.path)
    return f"{len(network):,} people, {len(network.source):,} ties"


def _write_tables(request: Request) -> str:
    if request.for_crm:
        done = graphkoc.export_crm(request.run, request.path)
        more = f", {done['opted_out']:,} of these not to be contacted" if done["opted_out"] else ""
        more += f"; {done['left_out']:,} without a customer id are left out" if done["left_out"] else ""
        return f"{done['customers']:,} customers, {done['kocs']:,} of them KOCs{more}"
    options: dict[str, Any] = {"language": request.language, "reader": request.reader, "sheet": request.sheet}
    return str(graphkoc.export_tables(request.run, request.path, **options)["about"])


def _write_picture(request: Request) -> str:
    document = graphkoc.make_document(request.run, request.language, request.reader)
    return graphkoc.save_picture(document, request.path).title


def _write_slides(request: Request) -> str:
    document = graphkoc.make_document(request.run, request.language, request.reader)
    deck = graphkoc.save_slides(document, request.path)
    figures = f"{deck.drawn} with a figure" if deck.drawn else "tables for figures, as no browser is found to draw them"
    return f"{len(deck.slides)} slides, {figures}"


WRITERS: dict[str, Writer] = {
    **dict.fromkeys((".xlsx", ".csv", ".parquet", ".json"), _write_tables),
    **dict.fromkeys((".gexf", ".graphml", ".html"), _write_network),
    **dict.fromkeys((".svg", ".png"), _write_picture),
    ".pptx": _write_slides,
}
"""What writes a file, by its suffix."""
ONE_TABLE = (".csv", ".parquet")
FOR_CRM = (".csv", ".xlsx")


@click.command(cls=Command)
@run_argument
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="The FILE to write.")
@click.option(
    "--sheet",
    type=click.Choice(("people", "niches", "circles", "changes", "plan")),
    help="The table of a .csv or .parquet; people by default.",
)
@click.option(
    "--lang", "language", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Its language."
)
@click.option(
    "--for",
    "reader",
    type=click.Choice(("analyst", "client", "crm")),
    default="analyst",
    show_default=True,
    help="Who reads it: a client sees no costs, no contacts, and no names of people who have not accepted; the CRM "
    "gets a row for each customer.",
)
@click.option("--names", "why", metavar="WHY", help="Show names to the client, for this reason.")
@click.option(
    "--figures",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each figure of the report into this DIR, as SVG and PNG.",
)
@click.option(
    "--bulk",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the graph of the store for neo4j-admin into this DIR.",
)
@line_format_option
def export(
    run: str | None,
    file: Path | None,
    sheet: str | None,
    language: str,
    reader: str,
    why: str | None,
    figures: Path | None,
    bulk: Path | None,
) -> Result:
    """Write the results of a run as a file, with all rows; or the graph of the store in bulk.

    RUN is a folder or a name under ./runs; the newest by default. The suffix of FILE says what is written:

    \b
      .xlsx             sheets of people, niches, circles, changes and the newest plan
      .csv, .parquet    one of these tables
      .json             all of them, for programs
      .gexf, .graphml   the network with places and colours, for Gephi and other tools
      .html             the explorer: one page to walk the network, which works offline
      .pptx             slides: each figure of the report with its sentence, whom to invite, what changed, the plan
      .svg, .png        the figure of the report that the file is named after, such as map.svg
      .csv, .xlsx       with --for crm: customer id, KOC flag, tier, niches and score, for the shop's own system;
                        `graphkoc load` takes such a file back, and changes nothing by it

    With --bulk, write the graph as files, and print the command that imports them: for a first load of more than ten
    million rows into a Neo4j server. Load the raw files into an embedded store, export that, and import the folder on
    the server's machine while the server is down. It replaces the whole database. Compare the numbers that are printed
    with those that the import reports. The next `load` or `analyse` makes constraints and indexes.

    \b
    Examples:
      graphkoc export -o kocs.xlsx
      graphkoc export -o niches.csv --sheet niches --for client --lang zh
      graphkoc export -o explorer.html
      graphkoc export -o crm.csv --for crm
      graphkoc export -o deck.pptx --for client
      graphkoc export -o map.svg
      graphkoc export --figures figures/
      graphkoc export --bulk import/ --store ladybug:big.lbug --format json
    """
    if bulk is not None:
        return _export_bulk(bulk)
    if why is not None and reader != "client":
        raise click.UsageError("--names goes with --for client: the analyst's file has all names.")
    if figures is not None:
        if file is not None or sheet is not None or reader == "crm":
            raise click.UsageError("--figures DIR goes with --lang, --for analyst or client, and --names.")
        return _export_figures(graphkoc.find_run(run), figures, language, graphkoc.Reader(reader, why))
    if file is None:
        raise click.UsageError("Name the file to write: -o FILE.")
    kind = file.suffix.lower()
    if kind not in WRITERS:
        raise click.UsageError(f"An export is not written to files like {file.name}: use {', '.join(WRITERS)}.")
    for_crm = reader == "crm"
    if for_crm and kind not in FOR_CRM:
        raise click.UsageError(f"--for crm does not go with {file.name}: use {' or '.join(FOR_CRM)}.")
    if sheet is not None and (for_crm or kind not in ONE_TABLE):
        raise click.UsageError(f"--sheet goes with {' and '.join(ONE_TABLE)} alone, which have one table.")
    found = graphkoc.find_run(run)
    shown = graphkoc.Reader() if for_crm else graphkoc.Reader(reader, why)
    made = WRITERS[kind](Request(found, file, language, shown, sheet or "people", for_crm))
    return Result({"file": str(file), "about": made}, text=f"{file}  {made}", notes=list_notices(found))


def _export_figures(run: graphkoc.Run, folder: Path, language: str, reader: graphkoc.Reader) -> Result:
    pictures = graphkoc.save_pictures(graphkoc.make_document(run, language, reader), folder)
    rows = [{"figure": one.name, "about": one.title} for one in pictures]
    below = [f"Each is NAME.svg and, where a browser is found to draw it, NAME.png in {folder}."]
    below = below if pictures else ["The report of this run has no figure."]
    return Result({"folder": str(folder), "rows": rows}, rows=rows, below=below, notes=list_notices(run))


def _export_bulk(folder: Path) -> Result:
    with open_store() as store, ProgressLine.from_options() as progress:
        made = graphkoc.export_bulk(store, folder, progress)
    rows = [{"kind": "node", "name": name, "rows": rows} for name, rows in made.nodes.items()]
    rows += [{"kind": "relationship", "name": name, "rows": rows} for name, rows in made.relationships.items()]
    reported = ", ".join(f"{number:,} {what}" for what, number in made.reported.items())
    below = [
        f"The import has to report {reported}.",
        f"Copy {folder} to the server's machine and stop the server. Then, in that folder, this replaces its database:",
        made.command,
    ]
    document = {"folder": str(folder), "command": made.command, "reported": made.reported, "rows": rows}
    return Result(document, rows=rows, below=below)


COMMANDS = (export,)

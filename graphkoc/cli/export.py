"""Pass on: the results of a run as files for spreadsheets, slides, other tools and the CRM; and the graph in bulk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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
    """What is to be written: the run, the file, its language, whom it is for, and the one table of a flat file."""

    run: graphkoc.Run
    path: Path
    language: str
    reader: graphkoc.Reader
    sheet: str


Writer = Callable[[Request], str]
"""Writes the file, and returns what is in it, as a sentence."""


def _write_network(request: Request) -> str:
    network = graphkoc.draw_network(request.run, request.language, request.reader)
    write = network.write_graphml if request.path.suffix.lower() == ".graphml" else network.write_gexf
    write(request.path)
    return f"{len(network):,} people, {len(network.source):,} ties"


WRITERS: dict[str, Writer] = {".gexf": _write_network, ".graphml": _write_network}
"""What writes a file, by its suffix."""


@click.command(cls=Command)
@run_argument
@click.option("-o", "--output", "file", type=click.Path(path_type=Path), metavar="FILE", help="The FILE to write.")
@click.option(
    "--bulk",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the graph of the store for neo4j-admin into this folder.",
)
@line_format_option
def export(run: str | None, file: Path | None, bulk: Path | None) -> Result:
    """Write the graph as files, and print the command that imports them.

    For a first load of more than ten million rows into a Neo4j server: load the raw files into an embedded store,
    export that, and import the folder on the server's machine while the server is down. It replaces the whole database.
    Compare the numbers that are printed with those that the import reports. The next `load` or `analyse` makes
    constraints and indexes.

    \b
    Examples:
      graphkoc export --bulk import/
      graphkoc export --bulk import/ --store ladybug:big.lbug --format json
    """
    if bulk is not None:
        return _export_bulk(bulk)
    if file is None:
        raise click.UsageError("Name the file to write: -o FILE.")
    found = graphkoc.find_run(run)
    if file.suffix.lower() not in WRITERS:
        raise click.UsageError(f"An export is not written to files like {file.name}: use {', '.join(WRITERS)}.")
    made = WRITERS[file.suffix.lower()](Request(found, file, "en", graphkoc.Reader(), "people"))
    return Result({"file": str(file), "about": made}, text=f"{file}  {made}", notes=list_notices(found))


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

"""The guide for Neo4j Browser: the command that writes it, and serves it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

import graphkoc
from graphkoc.cli.access import open_store
from graphkoc.cli.commands import Command
from graphkoc.cli.options import output_options
from graphkoc.cli.results import Result

__all__ = ["COMMANDS"]


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--serve", is_flag=True, help="Then serve the pack, to this machine alone, until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8001, show_default=True, help="Where the guide is served."
)
@output_options
def browser(folder: Path, serve: bool, port: int) -> Result:
    """Write a guide for Neo4j Browser into DIR.

    The guide has the questions of each topic, ready to click, with niches, circles and people of your own store. With
    it come the same questions as favourites (drop favourites.zip on Neo4j Browser), a style sheet, and a picture of the
    model. Neo4j Browser opens a guide from an address only, hence --serve.

    \b
    Examples:
      graphkoc browser browser-pack --store neo4j://localhost:7687 --serve
      graphkoc browser browser-pack --port 8080
    """
    with open_store() as store:
        names = graphkoc.write_browser_pack(store, folder, port)
        url = store.url
    note = "Neo4j Browser shows the graph of a Neo4j server: load the same files there, with --store neo4j://HOST."
    notes = [note] if url.startswith("ladybug:") else []
    guide = f"http://localhost:{port}/guide.html"
    found = {"folder": str(folder), "files": names, "guide": guide}
    written = f"pack    {folder}   ({len(names)} files)"
    if not serve:
        text = f"{written}\nNext: graphkoc browser {folder} --serve"
        return Result(found, text=text, notes=notes)
    server = graphkoc.open_browser_server(folder, names, port, url)

    def run_server() -> None:
        with server, contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()

    text = f"{written}\nType in Neo4j Browser:  :play {guide}\nCtrl-C ends."
    return Result(found, text=text, notes=notes, service=run_server)


COMMANDS = (browser,)

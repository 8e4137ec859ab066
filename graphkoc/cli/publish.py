"""Read and pass on: queries, the report, the run that the store shows, and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.candidates import complete_queries
from graphkoc.cli.commands import Command
from graphkoc.cli.configuration import list_settings
from graphkoc.cli.options import KINDS, list_options, output_options, report_options, run_argument
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine

__all__ = ["COMMANDS"]

ITEMS_SHOWN = 2
"""Items of a list in a cell of a table; JSON and other formats have all."""


@click.command(cls=Command)
@list_options()
def queries() -> Result:
    """List the queries with their parameters.

    \b
    Examples:
      graphkoc queries
      graphkoc queries --format json
    """
    rows: list[dict[str, Any]] = [
        {
            "query": query.name,
            "title": query.title,
            "answers": query.description,
            "parameters": [
                {"name": p.name, "type": p.type, "default": p.default, "what": p.what} for p in query.parameters
            ],
        }
        for query in graphkoc.queries().values()
    ]
    return Result(rows, entries=[_describe_query(row) for row in rows])


def _describe_query(row: dict[str, Any]) -> str:
    lines = [row["query"], f"    {row['title']}", *([f"    {row['answers']}"] if row["answers"] else [])]
    for parameter in row["parameters"]:
        default = "" if parameter["default"] is None else f" (default {parameter['default']})"
        lines.append(f"    -p {parameter['name']}=...  {parameter['what']}{default}")
    return "\n".join(lines)


def _split_pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    if odd := [pair for pair in given if "=" not in pair]:
        raise click.BadParameter(f"{odd[0]!r} is not NAME=VALUE")
    return dict(pair.split("=", 1) for pair in given)


@click.command(cls=Command)
@click.argument("name", shell_complete=complete_queries)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    callback=_split_pairs,
    metavar="NAME=VALUE",
    help="The value of a parameter; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Show the plan of the query, and do not run it.")
@list_options()
def query(name: str, params: dict[str, str], explain: bool) -> Result:
    """Run one of the queries that `graphkoc queries` lists.

    In a table a node is shown by its name, and a list by its first items; --format json has all of them.

    With --explain, a Neo4j server's plan is a table of operators, and a sentence says where it reads every node of a
    label; an embedded store draws its plan.

    \b
    Examples:
      graphkoc query most_followed -p limit=5
      graphkoc query most_followed --explain
      graphkoc query reviews_of -p consumer=ciao:212 --format csv -o reviews.csv
    """
    with open_store() as store:
        if explain:
            found = graphkoc.explain_query(store, name, **params)
            return Result(found, rows=found["plan"], notes=_describe_scans(found["scans"]))
        rows = graphkoc.run_query(store, name, **params)
    records = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return Result(records, lines=[{str(name): _shorten(value) for name, value in row.items()} for row in records])


def _shorten(value: Any) -> Any:
    """A value for a table: a node by its name, a path by the names of its nodes, and of a list the first items."""
    if isinstance(value, Mapping):
        return value.get("name", value)
    if not isinstance(value, tuple):
        return value
    items = [_shorten(item) for item in value]
    if any(isinstance(item, Mapping) for item in value):
        return " – ".join(map(str, items))
    more = len(items) - ITEMS_SHOWN
    return [*items[:ITEMS_SHOWN], f"{more} more"] if more > 0 else items


def _describe_scans(scans: list[str]) -> list[str]:
    """What the user of a plan should know of its scans, in one sentence; none without any."""
    if not scans:
        return []
    what = ", ".join(dict.fromkeys(scans))
    return [f"The plan reads every node of a label or of the graph ({what}), which takes longer the more there are."]


@click.command(cls=Command)
@run_argument
@report_options
def report(run: str | None, page: Path | None, kind: str | None, language: str, reader: str, why: str | None) -> Result:
    """Write the report: one HTML file that works offline, or a PDF, or Markdown to paste into a mail.

    RUN is a folder or a name under ./runs; the newest by default.

    \b
    Examples:
      graphkoc report
      graphkoc report --lang zh --for client -o report.pdf
      graphkoc report --to md
      graphkoc report runs/end-of-2010 --format json
    """
    if why is not None and reader != "client":
        raise click.UsageError("--names goes with --for client: the analyst's report has all names.")
    found = graphkoc.find_run(run)
    document = graphkoc.make_document(found, language, graphkoc.Reader(reader, why))
    notes = list_notices(found)
    if kind == "md" and page is None:
        return Result(document, text=graphkoc.render_markdown(document).rstrip("\n"), notes=notes)
    path = graphkoc.save_document(document, _name_report(found, page, kind, language, reader))
    text = f"report  {path}" + ("   (open it in a browser)" if path.suffix == ".html" else "")
    return Result(document | {"report": str(path)}, text=text, notes=notes)


def _name_report(run: graphkoc.Run, page: Path | None, kind: str | None, language: str, reader: str) -> Path:
    """The file to write: the one that is named, or one in the run folder that no other language or reader has."""
    if page is None:
        marks = [mark for mark, default in ((reader, "analyst"), (language, "en")) if mark != default]
        return Path(run.folder) / f"{'-'.join(['report', *marks])}.{kind or 'html'}"
    known = (*(f".{one}" for one in KINDS), ".htm", ".json")
    if page.suffix.lower() not in known:
        raise click.UsageError(f"A report is not written to files like {page.name}: use .html, .md, .pdf or .json.")
    if kind is not None and page.suffix.lower() not in (f".{kind}", f".{kind[:3]}"):
        raise click.UsageError(f"--to {kind} does not go with {page.name}.")
    return page


@click.command(cls=Command)
@run_argument
@output_options
def publish(run: str | None) -> Result:
    """Put the results of a run into the store, for its queries.

    RUN is a folder or a name under ./runs; the newest by default. The results take the place of those that the store
    shows. An analysis does this by itself, but for a side analysis (--platform, --until) and with --no-store. Renames
    and merges of circles and niches go in too. The store has to hold the data that the run read, because ties and
    consents are read from it again.

    \b
    Examples:
      graphkoc publish
      graphkoc publish runs/end-of-2010
    """
    found = graphkoc.find_run(run)
    with open_store() as store, ProgressLine.from_options() as progress:
        graphkoc.publish(store, found, progress)
    text = f"The store shows the run {found.name}."
    return Result({"shown": found.name}, text=text, notes=list_notices(found))


@click.command("forget-run", cls=Command)
@click.argument("run")
@output_options
def forget_run(run: str) -> Result:
    """Take the results of a run out of the store; raw data and the run folder stay.

    RUN is a name or a folder. Of a run that the store showed before another one, only its node is left there, and goes.

    \b
    Example:
      graphkoc forget-run end-of-2010
    """
    name = Path(run).name
    with open_store() as store, ProgressLine.from_options() as progress:
        shown = graphkoc.forget_run(store, name, progress)
    text = f"The store shows no results any more: `graphkoc publish {run}` puts them back."
    return Result({"run": name, "shown": shown}, text=text if shown else f"The store does not name {name} any more.")


@click.command(cls=Command)
@list_options()
def config() -> Result:
    """Show every setting and where its value comes from.

    \b
    Examples:
      graphkoc config
      GRAPHKOC_ANALYSE_MIN_SIZE=20 graphkoc config --format json
    """
    return Result(list_settings(click.get_current_context().find_root()))


COMMANDS = (queries, query, report, publish, forget_run, config)

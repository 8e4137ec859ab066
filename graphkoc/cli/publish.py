"""Read and pass on: queries and the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from graphkoc.cli.capture import opened, shown_run
from graphkoc.cli.terminal import emit, output_options

__all__ = ["COMMANDS"]


@click.command()
@output_options
def queries(format_: str | None, output: Path | None) -> None:
    """List the queries, with what each answers and takes.

    \b
    Examples:
      graphkoc queries
      graphkoc queries --format json
    """
    import graphkoc

    rows: list[dict[str, Any]] = [
        {
            "query": query.name,
            "answers": query.description,
            "parameters": [
                {"name": p.name, "type": p.type, "default": p.default, "what": p.what} for p in query.parameters
            ],
        }
        for query in graphkoc.queries().values()
    ]
    text = "\n".join(
        f"{row['query']}\n    {row['answers']}"
        + "".join(
            f"\n    -p {p['name']}=...  {p['what']}"
            + (f" (default {p['default']})" if p["default"] is not None else "")
            for p in row["parameters"]
        )
        for row in rows
    )
    emit(rows, format_, output, text=text)


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    if odd := [pair for pair in given if "=" not in pair]:
        raise click.BadParameter(f"{odd[0]!r} is not NAME=VALUE")
    return dict(pair.split("=", 1) for pair in given)


@click.command()
@click.argument("name")
@click.option(
    "-p", "--param", "params", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="A parameter's value."
)
@output_options
@click.pass_context
def query(ctx: click.Context, name: str, params: dict[str, str], format_: str | None, output: Path | None) -> None:
    """Ask the store one of the queries that `graphkoc queries` lists.

    \b
    Examples:
      graphkoc query most_followed -p limit=5
      graphkoc query reviews_of -p consumer=ciao:212 --format csv -o reviews.csv
    """
    import graphkoc

    with opened(ctx) as store:
        rows = graphkoc.run_query(store, name, **params)
    emit(rows.astype(object).where(rows.notna(), None).to_dict("records"), format_, output)


@click.command()
@click.argument("run", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; by default report.html in the run folder.",
)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), help="How to print where it is.")
def report(run: str | None, output: Path | None, format_: str | None) -> None:
    """Write the report: one HTML file that works offline.

    Of a RUN, a folder or a name under ./runs; the newest by default.

    \b
    Examples:
      graphkoc report
      graphkoc report runs/end-of-2010 -o report.html
    """
    import graphkoc

    found = shown_run(run)
    path = graphkoc.write_report(found, output or Path(found.folder) / "report.html")
    emit({"report": str(path)}, format_, None, text=f"report  {path}   (open it in a browser)")


COMMANDS = (queries, query, report)

"""The command that drafts a loader for tables of unknown columns, shows what it would read, and asks."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import shorten

import click

import graphkoc
from graphkoc.cli.access import find_key_file
from graphkoc.cli.commands import Command
from graphkoc.cli.options import encoding_option, out_option, output_options
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import can_ask, strip_controls

__all__ = ["scaffold"]


@click.command(cls=Command)
@click.argument("kind")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="The name of the source; the first file's name by default.")
@out_option("The folder to make, or with --name the folder to make it in; ./loaders/NAME by default.")
@click.option("--yes", is_flag=True, help="Keep the loader without asking.")
@encoding_option
@output_options
def scaffold(
    kind: str, files: tuple[Path, ...], name: str | None, out: Path | None, yes: bool, encoding: str | None
) -> Result:
    """Write a loader for FILES that have column names of their own.

    KIND is csv, or crm, roster, campaign, results or feedback, for which a mapping.toml beside the first file is
    enough. The columns are guessed from their names (English, German, French, Spanish, Chinese, Japanese) and their
    cells: an id is unique, stars are few, a review is long. The guesses are written as SELECTs or as the mapping, where
    you can correct them.

    Three rows are shown as they would be read. On a terminal the loader is kept only if you agree. The fixture that
    comes with it has no e-mail address and no phone number.

    \b
    Examples:
      graphkoc sources scaffold csv bewertungen.csv
      graphkoc sources scaffold crm shop/orders.csv shop/客户.xlsx
      graphkoc sources scaffold csv 评论.xlsx --name shop
      graphkoc load ./loaders/shop 评论.xlsx
    """
    if name and not re.fullmatch(r"[\w-]+", name):
        raise click.BadParameter("the name of a loader is made of letters, digits, _ and -", param_hint="--name")
    called = name or re.sub(r"[^\w-]+", "-", files[0].name.split(".")[0]).strip("-")
    source = graphkoc.find_source(kind)
    if source.is_mapped:
        folder = out or files[0].parent
    else:
        folder = out if out and not name else (out or Path("loaders")) / called

    lines: list[str] = []

    def ask(proposal: graphkoc.Proposal) -> bool:
        if yes or not can_ask():
            lines.extend(_describe_proposal(proposal))
            return True
        for line in _describe_proposal(proposal):
            click.echo(strip_controls(line), err=True)
        return click.confirm("Keep it?", default=True, err=True)

    proposal = graphkoc.propose_loader(source, files, folder, encoding=encoding, key_file=find_key_file(), agree=ask)
    if proposal is None:
        return Result({"folder": None}, text="Nothing was written.")
    made = proposal.made
    document = {
        "folder": str(made.folder),
        "columns": made.columns,
        "unused": {file: list(columns) for file, columns in made.unused.items()},
        "table": proposal.table,
        "rows": proposal.rows,
        "read": proposal.read,
        "rejected": proposal.rejected,
    }
    path = str(made.folder) if made.folder.is_absolute() else f"./{made.folder}"
    named = shlex.join(map(str, files))
    if source.is_mapped:
        beside = "" if folder.resolve() == files[0].resolve().parent else f" {shlex.quote(path)}"
        lines.append(f"Check it, then: {source.write_command(named + beside)}")
    else:
        lines.append(f"Check its .sql files, then: graphkoc load {shlex.quote(path)} {named}")
    return Result(document, text="\n".join(lines))


def _describe_proposal(proposal: graphkoc.Proposal) -> list[str]:
    """Which column is what, and the first rows as they would be read."""
    made = proposal.made
    lines = [f"{made.folder} reads"]
    lines += [
        f"  {header!r} as {table}.{column}"
        for table, columns in made.columns.items()
        for column, header in columns.items()
    ]
    lines += [f"  {column!r} is not used" for columns in made.unused.values() for column in columns]
    lines += [f"The first {proposal.table} would be"] if proposal.rows else []
    for row in proposal.rows:
        shown = (f"{column}: {shorten(str(value), 60, placeholder='…')}" for column, value in row.items())
        lines.append(f"  {', '.join(shown)}")
    if proposal.problem:
        counted = (
            f"{proposal.rejected:,} of {proposal.read:,} rows cannot be read" if proposal.read else "It reads nothing"
        )
        lines.append(f"{counted}: {proposal.problem}")
    return lines

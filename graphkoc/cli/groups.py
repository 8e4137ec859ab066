"""Niches and circles: their lists, and the verbs that change how people see them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from graphkoc.cli.capture import shown_run
from graphkoc.cli.terminal import emit, output_options

__all__ = ["COMMANDS"]


class Listing(click.Group):
    """A command that lists, and the group of the verbs that change what it lists.

    Its first word is a verb, or else the run to list: a run called like a verb is written ./rename.
    """

    def __init__(self, listing: click.Command, verbs: list[click.Command]) -> None:
        super().__init__(listing.name, verbs, help=listing.help)
        self.listing = listing

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the group when a verb or help is asked for, of the list itself otherwise."""
        asks_help = parent.help_option_names if parent else ["--help"]
        if args and (args[0] in self.commands or args[0] in asks_help):
            return super().make_context(info_name, args, parent, **extra)
        return self.listing.make_context(info_name, args, parent, **extra)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] [RUN]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix=" " * len("Usage: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list's options, and the verbs."""
        self.listing.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


run_option = click.option(
    "--run", help="The run that has the groups, a folder or a name under ./runs; the newest by default."
)


def _verbs(kind: str, example: str, name: str, others: str) -> list[click.Command]:
    """rename, merge and undo for a kind of group."""

    @click.command(
        help=f"""Give a {kind} another name.

        GROUP is its id or name. The name is kept in a journal beside the runs and stays with the {kind} in all
        runs, those to come too.

        \b
        Example:
          graphkoc {kind}s rename {example} "{name}"
        """
    )
    @click.argument("group")
    @click.argument("name")
    @run_option
    @output_options
    def rename(group: str, name: str, run: str | None, format_: str | None, output: Path | None) -> None:
        import graphkoc

        done = graphkoc.rename_group(graphkoc.find_run(run), kind, group, name)
        emit(asdict(done), format_, output, text=f"{done}   (`graphkoc {kind}s undo` takes it back)")

    @click.command(
        help=f"""Show {kind}s as one, under the id of the first.

        Each GROUP is an id or name. Their people are counted together. The merger is kept in a journal beside the
        runs and lasts, in the runs to come too, as long as its {kind}s do.

        \b
        Example:
          graphkoc {kind}s merge {example} {others}
        """
    )
    @click.argument("groups", metavar="GROUP GROUP...", nargs=-1, required=True)
    @run_option
    @output_options
    def merge(groups: tuple[str, ...], run: str | None, format_: str | None, output: Path | None) -> None:
        import graphkoc

        done = graphkoc.merge_groups(graphkoc.find_run(run), kind, groups)
        emit(asdict(done), format_, output, text=f"{done}   (`graphkoc {kind}s undo` takes it back)")

    @click.command(
        help=f"""Take back the newest rename or merge of {kind}s.

        Once more takes back the one before it. The journal beside the runs keeps every line.

        \b
        Example:
          graphkoc {kind}s undo
        """
    )
    @run_option
    @output_options
    def undo(run: str | None, format_: str | None, output: Path | None) -> None:
        import graphkoc

        undone = graphkoc.undo_decision(graphkoc.find_run(run), kind)
        emit(asdict(undone), format_, output, text=f"taken back: {undone}")

    return [rename, merge, undo]


@click.command()
@click.argument("run", required=False)
@output_options
def niches(run: str | None, format_: str | None, output: Path | None) -> None:
    """List the niches, or rename, merge and undo.

    Niches are taste segments, here with their evidence; finer ones stand indented below the one that they
    are in. Of a RUN, a folder or a name under ./runs; the newest by default. kols are people with a wide
    audience; kol_reach is the share of the niche's people who follow one, white_space the share who do not.
    category and basis are told where the name does not tell them.

    \b
    Examples:
      graphkoc niches
      graphkoc niches runs/end-of-2010 --format json
      graphkoc niches rename food-drink "Home cooks"
      graphkoc niches merge tea coffee
      graphkoc niches undo
    A run that is called rename, merge or undo is written ./rename.
    """
    import graphkoc

    found = shown_run(run)
    rows = graphkoc.list_niches(found)
    nothing = "nothing is reviewed by some people more than chance would have it"
    emit(
        rows,
        format_,
        output,
        lines=_tree(rows),
        text=None if rows else f"No niches: {found.info['niches']['why_not'] or nothing}.",
    )


def _tree(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The niches for a table: names indented by level, without what they repeat."""
    shown = ("people", "kocs", "kols", "kol_reach", "white_space", "change", "evidence")
    names = {row["niche"]: row["name"] for row in rows}
    return [
        {
            "niche": row["niche"],
            "name": ("  " if row["parent"] in names else "") + row["name"],
            "category": None if row["category"] in (row["name"], names.get(row["parent"])) else row["category"],
            "basis": None if row["basis"] == "category" else row["basis"],
            **{name: row[name] for name in shown},
        }
        for row in rows
    ]


@click.command()
@click.argument("run", required=False)
@output_options
def circles(run: str | None, format_: str | None, output: Path | None) -> None:
    """List the circles, or rename, merge and undo.

    Circles are stable communities of those who follow each other, where word of mouth travels. Of a RUN, a
    folder or a name under ./runs; the newest by default. stability is how much alike a circle is when the
    data are shaken (1: always the same); cohort_ratio is how many times the ties that joining dates explain;
    tightness is from 0 (as rewired follows) to 1. JSON and CSV have each circle's card: density, reciprocity,
    clustering, core, conductance and inside share beside those of rewired follows.

    \b
    Examples:
      graphkoc circles
      graphkoc circles runs/end-of-2010 --format json
      graphkoc circles rename c3 "Old hands"
      graphkoc circles merge c3 c7
      graphkoc circles undo
    A run that is called rename, merge or undo is written ./rename.
    """
    import graphkoc

    found = shown_run(run)
    rows = graphkoc.list_circles(found)
    shown = (
        "circle",
        "name",
        "people",
        "stability",
        "status",
        "cohort_ratio",
        "tightness",
        "kocs",
        "niches",
        "change",
        "evidence",
    )
    lines = [{name: row[name] for name in shown} for row in rows]
    nothing = "no circle comes back when the ties are shaken"
    emit(
        rows,
        format_,
        output,
        lines=lines,
        text=None if rows else f"No circles: {found.info['circles']['why_not'] or nothing}.",
    )


COMMANDS = (
    Listing(niches, _verbs("niche", "food-drink", "Home cooks", "coffee tea")),
    Listing(circles, _verbs("circle", "c3", "Old hands", "c7")),
)

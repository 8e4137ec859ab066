"""Capture: the example, the sources, loading, and what the store holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphkoc.cli.terminal import ProgressLine, emit, output_options, safe_cell

if TYPE_CHECKING:
    from graphkoc import Loaded, Store

__all__ = ["COMMANDS", "opened"]

REJECTED = 7


@contextmanager
def opened(ctx: click.Context) -> Iterator[Store]:
    """The store that --store names, closed in the end."""
    import graphkoc

    store = graphkoc.open_store(ctx.obj["store"])
    try:
        yield store
    finally:
        store.close()


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("graphkoc-demo"),
    show_default=True,
    help="The folder to make.",
)
@output_options
@click.pass_context
def demo(ctx: click.Context, out: Path, format_: str | None, output: Path | None) -> None:
    """Do the main job on the real data that ship with graphkoc.

    Loads 284,086 ratings and 111,781 follows of Ciao.co.uk into a store of its own, analyses them, and
    writes a report. No server, no download, no key.

    \b
    Examples:
      graphkoc demo
      graphkoc demo --out /tmp/demo --format json
    """
    import graphkoc

    with ProgressLine(ctx.obj["quiet"]) as progress:
        done = graphkoc.demo(out, progress=progress)
    text = (
        f"Done in {done['seconds']:.0f} s.\n"
        f"  report  {done['report']}   (open it in a browser)\n"
        f"  run     {done['run']}\n"
        f"Next: graphkoc kocs {done['run']} --limit 5"
    )
    emit(done, format_, output, text=text)


@click.command()
@click.argument("name", required=False)
@output_options
def sources(name: str | None, format_: str | None, output: Path | None) -> None:
    """List where data can come from.

    With a NAME, say what its files look like and what becomes of their rows.

    \b
    Examples:
      graphkoc sources
      graphkoc sources ciao
    """
    import graphkoc

    found = [graphkoc.find_source(name)] if name else list(graphkoc.sources().values())
    rows = [{"source": s.name, "description": s.description, "tables": s.tables} for s in found]
    text = "\n\n".join(f"{s.name}: fills {', '.join(s.tables)}\n  {s.description}" for s in found)
    emit(rows, format_, output, text=found[0].readme.rstrip() if name else text)


@click.command()
@click.argument("source")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check everything, store nothing.")
@click.option("--encoding", metavar="NAME", help="What text files are in, where their bytes leave it open.")
@output_options
@click.pass_context
def load(
    ctx: click.Context,
    source: str,
    paths: tuple[Path, ...],
    dry_run: bool,
    encoding: str | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Load files or folders of a SOURCE into the store.

    SOURCE is a name that `graphkoc sources` lists, or the path of a loader folder, with a / in it.

    Loading again changes nothing. Every row is accounted for: read = loaded + duplicate + rejected.
    Rejected rows go to a file, with what is wrong with each, and the command ends with 7. When it is
    interrupted or fails, the store is as it was before.

    \b
    Examples:
      graphkoc load ciao examples/ciao
      graphkoc load ciao ratings.csv.gz trust.csv.gz category.txt --dry-run
      graphkoc load csv reviews.xlsx follows.csv
      graphkoc load csv reviews.csv --encoding big5
      graphkoc load ./loaders/shop bewertungen.csv
    """
    import graphkoc

    named: dict[str, Any] = {"encoding": encoding} if encoding else {}
    with opened(ctx) as store, ProgressLine(ctx.obj["quiet"]) as progress:
        loaded = graphkoc.load(store, source, paths, dry_run=dry_run, progress=progress, **named)
    rejects = _write_rejects(loaded) if len(loaded.rejects) else None
    document = {
        "source": loaded.source,
        "files": [vars(count) for count in loaded.files],
        "tables": {name: len(frame) for name, frame in loaded.tables.items()},
        "mentioned": loaded.mentioned,
        "ignored": loaded.ignored,
        "rejects": str(rejects) if rejects else None,
    }
    emit(document, format_, output, rows=document["files"])  # type: ignore[arg-type]
    for file, columns in loaded.ignored.items():
        click.echo(f"{file}: no table has {', '.join(map(repr, columns))}; ignored.", err=True)
    made = ", ".join(f"{len(frame):,} {name}" for name, frame in loaded.tables.items())
    made += "".join(f", {count:,} {name} that are only mentioned" for name, count in loaded.mentioned.items())
    click.echo(f"{'Would make' if dry_run else 'In the store'}: {made}.", err=True)
    if rejects:
        click.echo(f"{len(loaded.rejects):,} rows were rejected; {rejects} says why.", err=True)
        ctx.exit(REJECTED)


def _write_rejects(loaded: Loaded) -> Path:
    """The rejected rows with their reasons, beside where the user stands."""
    path = Path(f"graphkoc-rejects-{loaded.source}.csv")
    texts = loaded.rejects.select_dtypes(exclude="number").columns
    safe = loaded.rejects.assign(**{name: loaded.rejects[name].map(safe_cell, na_action="ignore") for name in texts})
    safe.to_csv(path, index=False, encoding="utf-8-sig")
    return path


@click.command()
@output_options
@click.pass_context
def status(ctx: click.Context, format_: str | None, output: Path | None) -> None:
    """Say what the store holds, when it was loaded, what runs there are.

    \b
    Examples:
      graphkoc status
      graphkoc --store ladybug:/data/brand.lbug status --format json
    """
    import graphkoc

    with opened(ctx) as store:
        document = graphkoc.status(store)
    lines = [f"store  {document['store']}"]
    lines += [f"  {name:12} {rows:>12,}" for name, rows in document["tables"].items() if rows]
    if last := document["last_load"]:
        lines.append(f"last load  {last['source']}, {last['loaded_at'][:16].replace('T', ' ')} UTC")
        lines += [f"  {_accounted(file)}" for file in last["files"]]
    lines.append(f"runs  {', '.join(document['runs']) or 'none yet: graphkoc analyse makes one'}")
    emit(document, format_, output, text="\n".join(lines))


def _accounted(file: dict[str, Any]) -> str:
    return (
        f"{file['file']}: {file['read']:,} read = {file['loaded']:,} loaded"
        f" + {file['duplicate']:,} duplicate + {file['rejected']:,} rejected"
    )


@click.command()
@output_options
@click.pass_context
def doctor(ctx: click.Context, format_: str | None, output: Path | None) -> None:
    """Say what the store's data can carry, and what they cannot.

    \b
    Examples:
      graphkoc doctor
      graphkoc doctor --format json
    """
    import graphkoc

    with opened(ctx) as store:
        checks = graphkoc.doctor(store)
    text = "\n".join(
        f"{'ok     ' if c['ok'] else 'missing'}  {c['check']}: {c['detail']}"
        + (f"\n         {c['hint']}" if c["hint"] else "")
        for c in checks
    )
    emit(checks, format_, output, text=text)


COMMANDS = (demo, sources, load, status, doctor)

"""Capture: the example, the sources, loading, and what the store holds."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphkoc.cli.configuration import own_file
from graphkoc.cli.terminal import ProgressLine, emit, output_options
from graphkoc.counts import count
from graphkoc.errors import StoreError
from graphkoc.exports.rows import safe_cell

if TYPE_CHECKING:
    from graphkoc import Loaded, Run, Store

__all__ = ["COMMANDS", "opened", "shown_run"]

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


def shown_run(name: str | None) -> Run:
    """The run called so, or the newest; where its data are invented, that is said on stderr."""
    import graphkoc

    run = graphkoc.find_run(name)
    if notice := run.info.get("settings", {}).get("notice"):
        click.echo(f"Note: {notice}", err=True)
    return run


@click.command()
@click.option("--brand", "of_a_brand", is_flag=True, help="An invented brand instead: every source, from its files on.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder to make; graphkoc-demo by default, or graphkoc-brand.",
)
@output_options
@click.pass_context
def demo(ctx: click.Context, of_a_brand: bool, out: Path | None, format_: str | None, output: Path | None) -> None:
    """Do the main job on the real data that ship with graphkoc.

    Loads 284,086 ratings and 111,781 follows of Ciao.co.uk into a store of its own, analyses them, and
    writes a report. No server, no download, no key.

    With --brand the data are invented: a kettle maker's notes on Xiaohongshu, its forum, shop, WeChat and Instagram,
    an agency's list and reviews on Amazon, as files in their true layouts, with the truth beside them. Every
    page says that it is invented.

    \b
    Examples:
      graphkoc demo
      graphkoc demo --brand
      graphkoc demo --out /tmp/demo --format json
    """
    import graphkoc

    if of_a_brand:
        _invented(ctx, out or Path("graphkoc-brand"), format_, output)
        return
    out = out or Path("graphkoc-demo")
    with ProgressLine.of(ctx) as progress:
        done = graphkoc.demo(out, progress=progress)
    text = (
        f"Done in {done['seconds']:.0f} s.\n"
        f"  report  {done['report']}   (open it in a browser)\n"
        f"  run     {done['run']}\n"
        f"  store   {out / 'graphkoc.lbug'}   (--store ladybug:{out / 'graphkoc.lbug'})\n"
        f"Next: graphkoc kocs {done['run']} --limit 5"
    )
    paths = {name: done[name] for name in ("report", "run", "seconds")}
    emit(done, format_, output, rows=[paths], text=text)


def _invented(ctx: click.Context, out: Path, format_: str | None, output: Path | None) -> None:
    import graphkoc

    with ProgressLine.of(ctx) as progress:
        done = graphkoc.demo_brand(out, progress=progress)
    store = out / "graphkoc.lbug"
    lines = [done["notice"], "", *(_accounted(one | {"file": one["source"]}) for one in done["sources"])]
    lines += [
        "{persons} with {accounts}; {linked:,} are linked, of {unknown:,} it is unknown".format(
            **done["identity"] | {name: count(done["identity"][name], name) for name in ("persons", "accounts")}
        ),
        f"Done in {done['seconds']:.0f} s.",
        f"  report  {done['report']}   (open it in a browser)",
        f"  run     {done['run']}",
        f"  files   {out / 'files'}   (who is who: {done['truth']})",
        f"  store   {store}   (--store ladybug:{store})",
        f"Next: graphkoc --store ladybug:{store} kocs {done['run']} --limit 5",
    ]
    emit(done, format_, output, rows=done["sources"], text="\n".join(lines))


class Sources(click.Group):
    """A group whose argument may also be the name of a source."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """What is no command is the NAME of a source."""
        if args and args[0] not in self.commands:
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)


@click.group(cls=Sources, invoke_without_command=True, subcommand_metavar="[NAME | scaffold ...]")
@output_options
@click.pass_context
def sources(ctx: click.Context, format_: str | None, output: Path | None) -> None:
    """List where data can come from.

    With a NAME, or the path of a loader folder, say what its files look like and what becomes of their
    rows.

    \b
    Examples:
      graphkoc sources
      graphkoc sources ciao
      graphkoc sources scaffold csv bewertungen.xlsx
    """
    ctx.obj = {**ctx.obj, "format": format_, "output": output}
    if ctx.invoked_subcommand is None:
        _list_sources(None, format_, output)


@sources.command(hidden=True)
@click.argument("name")
@output_options
@click.pass_context
def show(ctx: click.Context, name: str, format_: str | None, output: Path | None) -> None:
    """Say what a source's files look like and what becomes of their rows.

    \b
    Examples:
      graphkoc sources ciao
      graphkoc sources ./loaders/shop
    """
    _list_sources(name, format_ or ctx.obj["format"], output or ctx.obj["output"])


def _list_sources(name: str | None, format_: str | None, output: Path | None) -> None:
    import graphkoc

    found = [graphkoc.find_source(name)] if name else list(graphkoc.sources().values())
    rows = [{"source": s.name, "description": s.description, "tables": s.tables} for s in found]
    text = "\n\n".join(f"{s.name}: fills {', '.join(s.tables)}\n  {s.description}" for s in found)
    emit(rows, format_, output, text=found[0].readme.rstrip() if name else text)


@sources.command()
@click.argument("kind")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="What to call the source; the first file's name by default.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder to make, or with --name the one to make it in; ./loaders/NAME by default.",
)
@click.option("--encoding", metavar="NAME", help="What text files are in, where their bytes leave it open.")
@click.option("--format", "format_", type=click.Choice(("table", "json")), help="How to print.")
def scaffold(
    kind: str, files: tuple[Path, ...], name: str | None, out: Path | None, encoding: str | None, format_: str | None
) -> None:
    """Write a loader for FILES whose columns have names of their own.

    KIND is csv, or crm or roster, for which a mapping.toml beside the first file is enough. The columns are
    guessed from their names (English, German, French, Spanish, Chinese, Japanese) and their cells, and the
    guesses are written down, as SELECTs or as the mapping, and can be edited.

    \b
    Examples:
      graphkoc sources scaffold csv bewertungen.csv
      graphkoc sources scaffold crm shop/orders.csv shop/客户.xlsx
      graphkoc sources scaffold csv 评论.xlsx --name shop
      graphkoc load ./loaders/shop 评论.xlsx
    """
    import graphkoc

    if name and not re.fullmatch(r"[\w-]+", name):
        raise click.BadParameter("a loader's name is made of letters, digits, _ and -", param_hint="--name")
    called = name or re.sub(r"[^\w-]+", "-", files[0].name.split(".")[0]).strip("-")
    source = graphkoc.find_source(kind)
    if source.is_mapped:
        folder = out or files[0].parent
    else:
        folder = out if out and not name else (out or Path("loaders")) / called
    made = source.scaffold(files, folder, encoding)
    document = {
        "folder": str(made.folder),
        "columns": made.columns,
        "unused": {file: list(columns) for file, columns in made.unused.items()},
    }
    lines = [f"{made.folder} reads"]
    lines += [
        f"  {header!r} as {table}.{column}"
        for table, columns in made.columns.items()
        for column, header in columns.items()
    ]
    lines += [f"  {column!r} as nothing" for columns in made.unused.values() for column in columns]
    path = str(made.folder) if made.folder.is_absolute() else f"./{made.folder}"
    named = shlex.join(map(str, files))
    if source.is_mapped:
        beside = "" if folder.resolve() == files[0].resolve().parent else f" {shlex.quote(path)}"
        lines.append(f"Check it, then: graphkoc load {source.name} {named}{beside}")
    else:
        lines.append(f"Check its .sql files, then: graphkoc load {shlex.quote(path)} {named}")
    emit(document, format_, None, text="\n".join(lines))


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
    interrupted or fails, an embedded store is as it was before; on a server the load done again ends the same.

    \b
    Examples:
      graphkoc load ciao examples/ciao
      graphkoc load ciao ratings.csv.gz trust.csv.gz category.txt --dry-run
      graphkoc load csv reviews.xlsx follows.csv
      graphkoc load csv reviews.csv --encoding big5
      graphkoc load ./loaders/shop bewertungen.csv
    """
    import graphkoc

    with opened(ctx) as store, ProgressLine.of(ctx) as progress:
        loaded = graphkoc.load(
            store,
            source,
            paths,
            dry_run=dry_run,
            encoding=encoding,
            key_file=key_file(ctx),
            progress=progress,
        )
    rejects = _write_rejects(loaded)
    document = {
        "source": loaded.source,
        "files": [vars(file) for file in loaded.files],
        "tables": loaded.tables.sizes,
        "mentioned": loaded.mentioned,
        "ignored": loaded.ignored,
        "rejects": str(rejects) if rejects else None,
    }
    emit(document, format_, output, rows=document["files"])  # type: ignore[arg-type]
    for file, columns in loaded.ignored.items():
        click.echo(f"{file}: no table has {', '.join(map(repr, columns))}; ignored.", err=True)
    made = ", ".join(count(rows, name) for name, rows in loaded.tables.sizes.items())
    made += "".join(
        f", {count(rows, name)} that {'is' if rows == 1 else 'are'} only mentioned"
        for name, rows in loaded.mentioned.items()
    )
    click.echo(f"{'Would load' if dry_run else 'Loaded'}: {made}.", err=True)
    if rejects:
        rows = f"{count(len(loaded.rejects), 'rows')} {'was' if len(loaded.rejects) == 1 else 'were'}"
        click.echo(f"{rows} rejected; {rejects} says why.", err=True)
        ctx.exit(REJECTED)


def _write_rejects(loaded: Loaded) -> Path | None:
    """The rejected rows of this load with their reasons, beside where the user stands; None without any."""
    path = Path(f"graphkoc-rejects-{loaded.source}.csv")
    if loaded.rejects.empty:
        path.unlink(missing_ok=True)
        return None
    texts = loaded.rejects.select_dtypes(exclude="number").columns
    safe = loaded.rejects.assign(**{name: loaded.rejects[name].map(safe_cell, na_action="ignore") for name in texts})
    try:
        safe.to_csv(path, index=False, encoding="utf-8-sig")
    except OSError as error:
        why = f"the good rows were taken, but {path}, with {count(len(safe), 'rejected rows')}, cannot be written"
        raise StoreError(f"{why}: {os.strerror(error.errno or 0)}") from error
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
    lines = [document["notice"]] if document["notice"] else []
    lines += [f"store  {document['store']}"]
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


def key_file(ctx: click.Context) -> Path | None:
    """Where the secret for contacts is: the file that is set, else the user's own, if it is there."""
    told: Path | None = ctx.obj["key_file"]
    return told or own_file("key")


@click.group()
def key() -> None:
    """The secret under which e-mail addresses and phone numbers become keys.

    \b
    Examples:
      graphkoc key new
    """


@key.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.pass_context
def new(ctx: click.Context, path: Path | None) -> None:
    """Make a secret in a file of its own that only you can read; never over another.

    PATH is by default the file that --key-file, GRAPHKOC_KEY_FILE or graphkoc.toml names, else one in your
    own configuration folder. Keep it, and keep it apart from the store: with another one nobody is known again.

    \b
    Examples:
      graphkoc key new
      graphkoc key new ~/secrets/brand.key
    """
    import graphkoc

    made = graphkoc.new_key(path or ctx.obj["key_file"] or Path(click.get_app_dir("graphkoc")) / "key")
    click.echo(str(made))
    if path:
        click.echo(f"Name it to the others: GRAPHKOC_KEY_FILE={shlex.quote(str(path))}", err=True)


COMMANDS = (demo, sources, load, status, doctor, key)

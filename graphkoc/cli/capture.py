"""Capture: the sources, loading, what the store holds, and which accounts are one person."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import find_key_file, open_store
from graphkoc.cli.commands import Command, Group, Listing
from graphkoc.cli.configuration import own_path
from graphkoc.cli.options import answer_options, encoding_option, limit_option, list_options, output_options
from graphkoc.cli.results import Result
from graphkoc.cli.scaffold import scaffold
from graphkoc.cli.terminal import ProgressLine
from graphkoc.progress import LOADING
from graphkoc.text import count

__all__ = ["COMMANDS", "REJECTED", "account_for_rows", "describe_load", "split_source"]

REJECTED = 7
"""Exit code of a command that did its work, but rows were rejected or in conflict, or a file was unread."""
NAMED = 10
"""Unread files that are named one by one."""
COLUMNS = ("file", "layout", "read", "loaded", "duplicate", "conflict", "rejected", "skipped")
FATES = {"rejected": "rejected", "conflict": "in conflict with another", "partial": "taken in part"}
"""Fate of a row among the rejects -> how it is called in a sentence."""

SHOWN = 5
"""Ids that a line lists; the other formats have them all."""


@click.command(cls=Command)
@click.argument("name", required=False)
@list_options()
def sources(name: str | None) -> Result:
    """List the sources that graphkoc can load.

    With the NAME of a source, or the path of a loader folder, describe its files and what each becomes.

    \b
    Examples:
      graphkoc sources
      graphkoc sources ciao
      graphkoc sources ./loaders/shop
      graphkoc sources scaffold csv bewertungen.xlsx
    """
    found = [graphkoc.find_source(name)] if name else list(graphkoc.sources().values())
    rows = [{"source": s.name, "description": s.description, "tables": s.tables} for s in found]
    if name:
        return Result(rows, text=found[0].readme.rstrip())
    return Result(rows, entries=[f"{s.name}: fills {', '.join(s.tables)}\n  {s.description}" for s in found])


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@answer_options
@encoding_option
@output_options
def recognise(paths: tuple[Path, ...], answers: graphkoc.Answers, encoding: str | None) -> Result:
    """Show what each file is, without loading it.

    Every file, sheet of a workbook and member of an archive under PATHS is recognised by its columns: its source and
    layout, how sure that is (the share of the layout's columns that are there), what its rows become, and what is
    missing. `graphkoc load PATHS` loads the same.

    \b
    Examples:
      graphkoc sources recognise exports/
      graphkoc sources recognise orders_export.csv 达人报价.xlsx --format json
    """
    found = graphkoc.recognise_files(paths, answers, encoding)
    rows = [
        {
            "file": one.file,
            "source": one.source or None,
            "layout": one.layout or None,
            "sure": one.sure,
            "rows": one.rows,
            "becomes": list(one.becomes),
            "missing": list(one.missing),
            "reason": one.reason or None,
        }
        for one in found
    ]
    return Result(rows, entries=[_describe_recognised(one) for one in found])


def _describe_recognised(one: graphkoc.Recognised) -> str:
    if not one.source:
        return f"{one.file}: not known: {one.reason}"
    rows = "" if one.rows is None else f", {count(one.rows, 'rows')}"
    lines = [f"{one.file}: {one.what}, {one.sure:.0%} sure{rows}: becomes {', '.join(one.becomes)}"]
    lines += [f"  missing: {', '.join(one.missing)}"] if one.missing else []
    lines += [f"  {one.reason}"] if one.reason else []
    return "\n".join(lines)


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="[SOURCE] PATHS...")
@click.option("--dry-run", is_flag=True, help="Read and check everything, but store nothing.")
@answer_options
@click.option("--accept-partial", is_flag=True, help="Take a file even where less than half of its rows can be taken.")
@click.option("--no-contacts", is_flag=True, help="Pass over e-mail addresses and phone numbers.")
@encoding_option
@output_options
def load(
    paths: tuple[str, ...],
    dry_run: bool,
    answers: graphkoc.Answers,
    accept_partial: bool,
    no_contacts: bool,
    encoding: str | None,
) -> Result:
    """Load files or folders into the store.

    Each file is recognised by its columns (`graphkoc sources recognise`). A SOURCE before the paths, which is a name
    that `graphkoc sources` lists or the path of a loader folder, says what all of them are.

    Loading the same files again changes nothing. Every row has one fate: read = loaded + duplicate + conflict +
    rejected + skipped. Rows that were rejected or in conflict are written to a file with the reason for each, and so
    are numbers of an account (followers, price, reads) that are not understood, without which the account is loaded.
    Files of which nothing was taken are named. In all these cases the command ends with exit code 7. Nothing is taken
    of a file that would lose more than half of its rows. A load into an embedded store that fails or is interrupted
    leaves the store unchanged. On a server, repeat the load.

    E-mail addresses and phone numbers become keyed hashes, by which the accounts of one person join. Where there is no
    key yet, one is made in your own configuration folder.

    What a file leaves open can also stand in a file graphkoc-load.toml beside it: `graphkoc sources csv` says more.

    \b
    Examples:
      graphkoc load exports/
      graphkoc load orders_export_1.csv judgeme.csv 达人报价.xlsx --dry-run
      graphkoc load result.csv --direction result.csv=followers
      graphkoc load ciao ratings.csv.gz trust.csv.gz category.txt
      graphkoc load csv reviews.csv --encoding big5 --dates dmy
      graphkoc load ./loaders/shop bewertungen.csv
    """
    source, files = split_source(paths)
    with open_store() as store, ProgressLine.from_options(LOADING) as progress:
        loaded = graphkoc.load(
            store,
            source,
            files,
            answers=answers,
            dry_run=dry_run,
            encoding=encoding,
            key_file=find_key_file(),
            new_key_file=own_path("key"),
            without_contacts=no_contacts,
            accept_partial=accept_partial,
            progress=progress,
        )
        rejects = graphkoc.write_rejects(loaded)
        checks = [] if dry_run else graphkoc.first_checks(store)
    changes = loaded.changes.tables if loaded.changes is not None else {}
    document = {
        "source": loaded.source,
        "files": [vars(file) for file in loaded.files],
        "unread": [vars(file) for file in loaded.unread],
        "tables": loaded.tables.sizes,
        "new": {name: rows.new for name, rows in changes.items()},
        "changed": {name: rows.changed for name, rows in changes.items()},
        "known": {name: rows.known for name, rows in changes.items()},
        "conflicting": _count_fates(loaded, "conflict"),
        "rejected": _count_fates(loaded, "rejected"),
        "mentioned": loaded.mentioned,
        "ignored": loaded.ignored,
        "gaps": list(loaded.gaps),
        "missing_accounts": list(loaded.missing_accounts),
        "new_key": str(loaded.new_key) if loaded.new_key else None,
        "checks": checks,
        "rejects": str(rejects) if rejects else None,
    }
    layouts = any(file.layout for file in loaded.files)
    columns = [name for name in COLUMNS if layouts or name != "layout"]
    rows = [{name: getattr(file, name) for name in columns} for file in loaded.files]
    notes = describe_load(loaded, rejects, dry_run) + [_describe_check(check) for check in checks]
    return Result(document, rows=rows, notes=notes, exit_code=REJECTED if rejects or loaded.unread else 0)


def split_source(words: Sequence[str]) -> tuple[str | None, list[Path]]:
    """The source, if the first word is one, and the paths."""
    first, *others = words
    is_folder = "/" in first and any(Path(first).glob("*.sql"))
    if first in graphkoc.sources() or is_folder or (others and "/" in first and not Path(first).exists()):
        if not others:
            raise click.UsageError(f"Give the files that {first} is to load: graphkoc load {first} PATH...")
        return first, [Path(word) for word in others]
    if others and not Path(first).exists() and re.fullmatch(r"[\w-]+", first):
        graphkoc.find_source(first)
    return None, [Path(word) for word in words]


def _count_fates(loaded: graphkoc.Loaded, fate: str) -> dict[str, int]:
    """How many rows of each table had this fate; those that no table takes have none."""
    tables = loaded.rejects.loc[loaded.rejects["fate"] == fate, "table"].dropna()
    return {str(name): int(rows) for name, rows in tables.value_counts().sort_index().items()}


def describe_load(loaded: graphkoc.Loaded, rejects: Path | None, dry_run: bool = False) -> list[str]:
    """What a load did, as sentences."""
    notes = [
        f"{file}: no table has {', '.join(map(repr, columns))}; ignored." for file, columns in loaded.ignored.items()
    ]
    notes += loaded.gaps
    for file in loaded.files:
        if file.why_skipped:
            why = ", ".join(f"{rows:,} {reason}" for reason, rows in file.why_skipped.items())
            notes.append(f"{file.file}: skipped {why}.")
    made = ", ".join(count(rows, name) for name, rows in loaded.tables.sizes.items())
    made += "".join(
        f", {count(rows, name)} that {'is' if rows == 1 else 'are'} only mentioned"
        for name, rows in loaded.mentioned.items()
    )
    notes.append(f"{'Would load' if dry_run else 'Loaded'}: {made}.")
    if loaded.changes is not None:
        parts = [
            f"{name} {rows.new:,} new, {rows.changed:,} changed, {rows.known:,} known"
            for name, rows in loaded.changes.tables.items()
            if rows.new or rows.changed or rows.known
        ]
        notes += [f"In the store: {'; '.join(parts)}."] if parts else []
    if loaded.new_key:
        notes.append(f"A key for contacts was made in {loaded.new_key}: keep it, without it no later file joins.")
    if loaded.missing_accounts:
        notes.append(f"{_describe_missing(loaded.missing_accounts)}.")
    notes += [f"{file.file} was not read: {file.reason}." for file in loaded.unread[:NAMED]]
    if len(loaded.unread) > NAMED:
        notes.append(f"Not read: {count(len(loaded.unread) - NAMED, 'other files')}; --format json lists them.")
    if rejects:
        # A row has a line for each table that rejects it, and for each figure that it lost.
        fates = loaded.rejects.drop_duplicates(["file", "row", "fate"])["fate"].value_counts()
        parts = [f"{count(fates[fate], 'rows')} {words}" for fate, words in FATES.items() if fate in fates]
        notes.append(f"{rejects} gives the reasons for {', '.join(parts)}.")
    return notes


def _describe_missing(accounts: Sequence[str]) -> str:
    """The accounts that links name and that the store does not hold, the first SHOWN by name."""
    some = ", ".join(accounts[:SHOWN]) + (", …" if len(accounts) > SHOWN else "")
    return f"Links name {count(len(accounts), 'accounts')} that the store does not hold: {some}"


@click.command(cls=Command)
@output_options
def status() -> Result:
    """Show what the store holds, when it was loaded, which runs there are, and which of them its queries answer from.

    \b
    Examples:
      graphkoc status
      graphkoc status --format json
      graphkoc status --store ladybug:/data/brand.lbug
    """
    with open_store() as store:
        document = graphkoc.status(store)
    lines = [document["notice"]] if document["notice"] else []
    lines += [f"store  {document['store']}"]
    lines += [f"  {name:12} {rows:>12,}" for name, rows in document["tables"].items() if rows]
    if last := document["last_load"]:
        lines.append(f"last load  {last['source']}, {last['loaded_at'][:16].replace('T', ' ')} UTC")
        lines += [f"  {account_for_rows(file)}" for file in last["files"]]
    lines.append(f"runs  {', '.join(document['runs']) or 'none yet: graphkoc analyse makes one'}")
    lines += [f"shown  {document['shown']}"] if document["shown"] else []
    return Result(document, text="\n".join(lines))


def account_for_rows(file: dict[str, Any]) -> str:
    """What became of the rows of a file, as a sum."""
    fates = ("loaded", "duplicate", "conflict", "rejected", "skipped")
    return f"{file['file']}: {file['read']:,} read = " + " + ".join(f"{file.get(f, 0):,} {f}" for f in fates)


@click.command(cls=Command)
@output_options
def doctor() -> Result:
    """Check the store, and show which analyses the loaded data support and what the others need.

    Of a Neo4j server it checks version, Cypher, rights, indexes, memory, time zone, clock, encryption and GDS; of a
    file, its disk, rights and writers. It ends with exit code 5 where a load would fail.

    \b
    Examples:
      graphkoc doctor
      graphkoc doctor --format json
      graphkoc doctor --store neo4j://localhost:7687
    """
    with open_store() as store:
        checks = graphkoc.doctor(store)
    fails = any(check["check"] in graphkoc.NEEDED_TO_LOAD and not check["ok"] for check in checks)
    code = graphkoc.StoreError.exit_code if fails else 0
    return Result(checks, text="\n".join(map(_describe_check, checks)), exit_code=code)


def _describe_check(check: dict[str, Any]) -> str:
    hint = f"\n        {check['hint']}" if check["hint"] else ""
    return f"{'ok    ' if check['ok'] else 'not ok'}  {check['check']}: {check['detail']}{hint}"


@click.group(cls=Group)
def key() -> None:
    """Make the secret that turns e-mail addresses and phone numbers into keys.

    \b
    Examples:
      graphkoc key new
    """


@key.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@output_options
def new(path: Path | None) -> Result:
    """Make a secret in a new file that only you can read; no file is overwritten.

    PATH is by default the file that --key-file, GRAPHKOC_KEY_FILE or graphkoc.toml names, or else a file in your
    own configuration folder. Keep the secret, and keep it apart from the store: with a different secret, nobody can be
    matched.

    \b
    Examples:
      graphkoc key new
      graphkoc key new ~/secrets/brand.key
    """
    named = click.get_current_context().find_root().params["key_file"]
    made = graphkoc.new_key(path or named or own_path("key"))
    notes = [f"For the other commands: export GRAPHKOC_KEY_FILE={shlex.quote(str(path))}"] if path else []
    return Result({"key_file": str(made)}, text=str(made), notes=notes)


@click.group(cls=Group)
def identity() -> None:
    """Record which accounts belong to one person.

    Every decision is a line in a journal that only grows. It can be undone, and it stays in force when the data are
    loaded again. Exact keys link accounts during a load: the same contact key, the same WeCom unionid, the same
    profile address, the same handle on the same platform, or a profile that names the other account. The same handle
    on two platforms links nothing. Analyses count persons.

    \b
    Examples:
      graphkoc identity report
      graphkoc identity suggest
      graphkoc identity link xiaohongshu:5f1c discourse:anna --why "introduced themselves at the tasting"
    """


@identity.command()
@click.argument("account", required=False)
@click.argument("other", required=False)
@click.option("--why", help="How this is known.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="A table with the columns account, other, why.")
@encoding_option
@output_options
def link(account: str | None, other: str | None, why: str | None, file: Path | None, encoding: str | None) -> Result:
    """Record that two accounts belong to one person.

    ACCOUNT and OTHER are written source:id. The link is refused where the two are known to be different people:
    their WeCom unionids differ, or `unlink` separated them. With --file, every row of a table is a link. Rows that
    are refused are listed on stderr, and the command ends with exit code 7.

    \b
    Examples:
      graphkoc identity link xiaohongshu:5f1c discourse:anna --why "introduced themselves at the tasting"
      graphkoc identity link --file links.csv
    """
    if (file is None) == (account is None or other is None) or (file is not None and account is not None):
        raise click.UsageError("Give two accounts, or --file FILE.")
    if file is None and why is None:
        raise click.UsageError("Give the reason: --why TEXT.")
    with open_store() as store:
        if file is not None:
            done = graphkoc.link_file(store, file, why, encoding)
        else:
            done = graphkoc.link_accounts(store, str(account), str(other), str(why))
    notes = [f"row {reject['row']}: {reject['reason']}" for reject in done.get("rejects", [])]
    rejected = done.get("rejected", 0)
    if rejected:
        notes.append(f"{done['linked_rows']:,} linked, {rejected:,} rejected.")
    return _show_decisions(done, notes, REJECTED if rejected else 0)


@identity.command()
@click.argument("account")
@click.argument("other", required=False)
@click.option("--why", default="", help="How this is known.")
@output_options
def unlink(account: str, other: str | None, why: str) -> Result:
    """Record that two accounts belong to two people.

    The graph is again as it was before they were linked. Without OTHER, all links of the account are removed. Two
    accounts that were never linked can be separated too: they are not suggested again.

    \b
    Examples:
      graphkoc identity unlink xiaohongshu:5f1c discourse:anna
      graphkoc identity unlink xiaohongshu:5f1c --why "the account was sold"
    """
    with open_store() as store:
        done = graphkoc.unlink_accounts(store, account, other, why)
    return _show_decisions(done)


@identity.command()
@limit_option()
@output_options
def suggest(limit: int | None) -> Result:
    """List accounts that probably belong to one person, with reasons.

    The evidence is names across scripts, company, taste, writing style and hours of activity, weighed after Fellegi
    and Sunter (1969). A name alone suggests nothing, but a full name that two customers of one shop share is weak
    evidence. Nothing is linked: pass the rows you accept to `link`. Pairs that `unlink` separated are not listed.

    \b
    Examples:
      graphkoc identity suggest
      graphkoc identity suggest -o likely.csv        (delete the rows that are wrong)
      graphkoc identity link --file likely.csv
    """
    with open_store() as store:
        found = graphkoc.suggest_links(store, limit)
    names = ("account", "other", "platforms", "probability", "why")
    return Result(found, rows=[{name: row[name] for name in names} for row in found["suggestions"]])


@identity.command()
@output_options
def report() -> Result:
    """Show how many accounts are linked to a person.

    linked counts the accounts of persons with several accounts here. unknown counts all others: whether those
    persons have a second account is not known. Accounts that a link names and the store does not hold are listed.
    As CSV, Parquet or a workbook the result is the list of links, which `link --file` reads.

    \b
    Examples:
      graphkoc identity report
      graphkoc identity report -o links.csv
    """
    with open_store() as store:
        found = graphkoc.identity_report(store)
    return Result(found, rows=found["links"], text="\n".join(_describe_identities(found)))


def _show_decisions(done: dict[str, Any], notes: Sequence[str] = (), exit_code: int = 0) -> Result:
    decisions: Sequence[Any] = done["decisions"]
    document = done | {"decisions": [asdict(one) for one in decisions]}
    words = {"link": "one person", "unlink": "two people"}
    lines = [f"{one.account} and {one.other} are {words[one.verb]} from now on" for one in decisions]
    lines = lines or ["that was known already"]
    lines.append(f"{count(done['accounts'], 'accounts')}, {count(done['persons'], 'persons')}")
    rows = document["decisions"]
    return Result(document, rows=rows, text="\n".join(lines), notes=notes, exit_code=exit_code)


def _describe_identities(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{count(found['accounts'], 'accounts')}, {count(found['persons'], 'persons')}",
        f"  linked   {found['linked']:>9,}  ({found['match_rate']:.1%})",
        f"  unknown  {found['unknown']:>9,}  {found['unknown_with_keys']:,} have a contact, an address or a profile"
        f" that matched nothing; {found['unknown_without_keys']:,} have nothing to match",
    ]
    lines += [
        f"  {row['platform']:16} {row['linked']:>7,} of {row['accounts']:,} linked" for row in found["by_platform"]
    ]
    lines += [f"  on {row['platforms']}: {count(row['persons'], 'persons')}" for row in found["across"]]
    lines += [f"  by {rule}: {count(links, 'links')}" for rule, links in sorted(found["by_rule"].items())]
    if missing := found["missing_accounts"]:
        lines.append(f"  {_describe_missing(missing)}")
    lines += [f"  not linked: {c['account']} and {c['other']} ({c['rule']}): {c['why']}" for c in found["conflicts"]]
    lines += [
        f"  {count(keys, 'keys')} of {rule} shared by too many accounts to identify a person"
        for rule, keys in found["shared_keys"].items()
    ]
    return lines


COMMANDS = (Listing(sources, [recognise, scaffold]), load, status, doctor, key, identity)

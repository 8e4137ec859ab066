"""Identity: which accounts are one person, who said so, and how much of it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from graphkoc.cli.capture import REJECTED, opened
from graphkoc.cli.terminal import emit, output_options
from graphkoc.counts import count

__all__ = ["COMMANDS"]


@click.group()
def identity() -> None:
    """Say which accounts are one person.

    What is said is a line of a journal that only grows, so all of it can be taken back, and it stays when
    the data are loaded again. Exact keys link by themselves when data are loaded: the same contact key, the
    same WeCom unionid, the same profile address, or a profile that names the other account. A handle alone
    never does. Analyses count persons.

    \b
    Examples:
      graphkoc identity report
      graphkoc identity suggest
      graphkoc identity link xiaohongshu:5f1c discourse:anna --why "told us at the tasting"
    """


@identity.command()
@click.argument("account", required=False)
@click.argument("other", required=False)
@click.option("--why", help="How it is known.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="A table with the columns account, other, why.")
@click.option("--encoding", metavar="NAME", help="What the file is in, where its bytes leave it open.")
@output_options
@click.pass_context
def link(
    ctx: click.Context,
    account: str | None,
    other: str | None,
    why: str | None,
    file: Path | None,
    encoding: str | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Say that two accounts are one person.

    ACCOUNT and OTHER are written source:id. Refused where the two are known to be two people: WeCom unionids
    that differ, or somebody told them apart. With --file, every row of a table is a link; rows that cannot
    be are said on stderr, and the command ends with 7.

    \b
    Examples:
      graphkoc identity link xiaohongshu:5f1c discourse:anna --why "told us at the tasting"
      graphkoc identity link --file links.csv
    """
    import graphkoc

    if (file is None) == (account is None or other is None) or (file is not None and account is not None):
        raise click.UsageError("Give two accounts, or --file FILE.")
    if file is None and why is None:
        raise click.UsageError("Say how it is known: --why TEXT.")
    with opened(ctx) as store:
        if file is not None:
            done = graphkoc.link_file(store, file, why, encoding)
        else:
            done = graphkoc.link_accounts(store, str(account), str(other), str(why))
    _told(done, format_, output)
    for reject in done.get("rejects", []):
        click.echo(f"row {reject['row']}: {reject['reason']}", err=True)
    if done.get("rejected"):
        click.echo(f"{done['linked_rows']:,} linked, {done['rejected']:,} rejected.", err=True)
        ctx.exit(REJECTED)


@identity.command()
@click.argument("account")
@click.argument("other", required=False)
@click.option("--why", default="", help="How it is known.")
@output_options
@click.pass_context
def unlink(
    ctx: click.Context, account: str, other: str | None, why: str, format_: str | None, output: Path | None
) -> None:
    """Say that two accounts are two people.

    The graph is again as it was before they were linked. Without OTHER, the account is linked to nothing
    any more. Two that were never linked are told apart too: they are not suggested again.

    \b
    Examples:
      graphkoc identity unlink xiaohongshu:5f1c discourse:anna
      graphkoc identity unlink xiaohongshu:5f1c --why "the account was sold"
    """
    import graphkoc

    with opened(ctx) as store:
        done = graphkoc.unlink_accounts(store, account, other, why)
    _told(done, format_, output)


@identity.command()
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@output_options
@click.pass_context
def suggest(ctx: click.Context, limit: int | None, format_: str | None, output: Path | None) -> None:
    """List accounts that are likely one person, and why.

    Names across scripts, company, taste, way of writing and hours are weighed (Fellegi and Sunter, 1969); a
    name alone suggests nothing. Nothing is linked: take the right rows to `link`. Pairs that were told apart
    by `unlink` are not listed.

    \b
    Examples:
      graphkoc identity suggest
      graphkoc identity suggest -o likely.csv        (delete the rows that are wrong)
      graphkoc identity link --file likely.csv
    """
    import graphkoc

    with opened(ctx) as store:
        found = graphkoc.suggest_links(store, limit)
    names = ("account", "other", "platforms", "probability", "why")
    rows = [{name: row[name] for name in names} for row in found["suggestions"]]
    emit(found, format_, output, rows=rows)


@identity.command()
@output_options
@click.pass_context
def report(ctx: click.Context, format_: str | None, output: Path | None) -> None:
    """Say how many accounts are known to be whose.

    linked are accounts of persons with several here; unknown are all others: nobody knows whether they have
    a second one. As CSV, Parquet or a workbook it is the list of links, which `link --file` reads.

    \b
    Examples:
      graphkoc identity report
      graphkoc identity report -o links.csv
    """
    import graphkoc

    with opened(ctx) as store:
        found = graphkoc.identity_report(store)
    emit(found, format_, output, rows=found["links"], text="\n".join(_lines(found)))


def _told(done: dict[str, Any], format_: str | None, output: Path | None) -> None:
    """Print what was decided."""
    decisions: Sequence[Any] = done["decisions"]
    document = done | {"decisions": [asdict(one) for one in decisions]}
    words = {"link": "one person", "unlink": "two people"}
    lines = [f"{one.account} and {one.other} are {words[one.verb]} from now on" for one in decisions]
    lines = lines or ["that was known already"]
    lines.append(f"{count(done['accounts'], 'accounts')}, {count(done['persons'], 'persons')}")
    emit(document, format_, output, rows=document["decisions"], text="\n".join(lines))


def _lines(found: dict[str, Any]) -> list[str]:
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
    lines += [f"  not linked: {c['account']} and {c['other']} ({c['rule']}): {c['why']}" for c in found["conflicts"]]
    lines += [
        f"  {keys:,} of {rule} {'is' if keys == 1 else 'are'} shared by too many to be one's own"
        for rule, keys in found["shared_keys"].items()
    ]
    return lines


COMMANDS = (identity,)

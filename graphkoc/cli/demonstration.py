"""The demonstrations: the example that ships with graphkoc, and a synthetic brand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import graphkoc
from graphkoc.cli.access import open_named_store
from graphkoc.cli.capture import account_for_rows
from graphkoc.cli.commands import Command
from graphkoc.cli.options import out_option, output_options
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine
from graphkoc.text import count

__all__ = ["COMMANDS"]

REASONS = 3
"""Reasons shown for each person; `graphkoc explain` has all of them."""


@click.command(cls=Command)
@click.option("--brand", "of_a_brand", is_flag=True, help="A synthetic brand instead, from the files of every source.")
@out_option("The folder to make; graphkoc-demo by default, or graphkoc-brand.")
@output_options
def demo(of_a_brand: bool, out: Path | None) -> Result:
    """Run the whole analysis on the real data that ship with graphkoc.

    Loads 284,086 ratings and 111,781 follows of Ciao.co.uk into a store of its own, analyses them, and writes a
    report. It needs no server, no download and no key. With --store or GRAPHKOC_STORE the data go into that store,
    which has to be empty: a file or a Neo4j server.

    With --brand the data are synthetic: a kettle maker's notes on Xiaohongshu, its forum, shop, WeChat and Instagram,
    an agency's list and reviews on Amazon, as files in their true layouts, with the truth beside them. The brand also
    runs a campaign, reads the answers and results of two past ones, measures both, chooses a focus group, and plans
    what comes next. It is analysed as of a week before too, so that the report says what changed.
    Every page states that the data are synthetic.

    \b
    Examples:
      graphkoc demo
      graphkoc demo --brand
      graphkoc demo --brand --store neo4j://localhost:7687
      graphkoc demo --out /tmp/demo --format json
    """
    out = out or Path("graphkoc-brand" if of_a_brand else "graphkoc-demo")
    run, steps = (graphkoc.demo_brand, graphkoc.BRAND_STEPS) if of_a_brand else (graphkoc.demo, graphkoc.DEMO_STEPS)
    with open_named_store() as store, ProgressLine.from_options(steps) as progress:
        done = run(out, store=store, progress=progress)
    own = out / "graphkoc.lbug"
    lines = [
        *(_describe_sources(done) if of_a_brand else []),
        f"Done in {done['seconds']:.0f} s.",
        f"  report  {done['report']}   (open it in a browser)",
        f"  run     {done['run']}",
        *([f"  files   {out / 'files'}   (who is who: {done['truth']})"] if of_a_brand else []),
        f"  store   {store.url}" if store else f"  store   {own}   (--store ladybug:{own})",
        "",
        *(_describe_campaigns(done) if of_a_brand else []),
        *_describe_first(done["kocs"]),
        "",
        f"Next: graphkoc kocs {done['run']} --limit 5",
    ]
    return Result(done, rows=done["sources"] if of_a_brand else None, text="\n".join(lines))


def _describe_sources(done: dict[str, Any]) -> list[str]:
    found = done["identity"]
    persons, accounts = (count(found[name], name) for name in ("persons", "accounts"))
    return [
        done["notice"],
        "",
        *(account_for_rows(one | {"file": one["source"]}) for one in done["sources"]),
        f"{persons} with {accounts}: {found['linked']:,} accounts are linked, {found['unknown']:,} are not known to be",
    ]


def _describe_campaigns(done: dict[str, Any]) -> list[str]:
    """What the campaigns came to, the findings, and what is planned next."""
    lines = ["Campaigns:"]
    for one in done["running"]:
        lines += _describe_running(one)
    for one in done["campaigns"]:
        posts = one["posts"]
        lines.append(f"  {one['campaign']}: {posts['live']:,} of {count(posts['planned'], 'posts')} are live")
        lines += [f"     {one['lift']['verdict']}", f"     {one['recap']}"]
    for one in (one for one in done["findings"] if one["status"] == "done"):
        lines.append(f"  finding: “{one['theme']}” from {one['people']:,} of {one['of']:,}, {one['status']}")
    group, plan = done["focus_group"], done["plan"]
    lines += [
        f"  replies: {done['replies']}",
        f"  focus group {group['name']}: {count(group['people'], 'people')}   ({group['guide']})",
        f"  plan {plan['name']}: {count(plan['people'], 'people')}   ({done['briefs']})",
        "",
    ]
    return lines


def _describe_running(one: dict[str, Any]) -> list[str]:
    """How a campaign stands on the day of the report: its posts, who is late, and its money."""
    posts, money, late = one["posts"], one["money"], one["overdue"]
    spent, committed, budget = (f"{money[name]:,.0f}" for name in ("spent", "committed", "budget"))
    return [
        f"  {one['campaign']}, day {one['day']} of {one['days']}: {posts['live']:,} of "
        f"{count(posts['planned'], 'posts')} are live",
        f"     {len(late):,} overdue" + (f": {', '.join(late)}" if late else ""),
        f"     {spent} {money['currency']} spent, {committed} committed, of a budget of {budget}",
    ]


def _describe_first(kocs: list[dict[str, Any]]) -> list[str]:
    """The first key opinion consumers with their main reasons."""
    lines = [f"The first {count(len(kocs), 'key opinion consumers')}:"]
    for koc in kocs:
        name = f" ({koc['name']})" if koc["name"] else ""
        lines.append(f"{koc['rank']:>3}. {koc['consumer']}{name}, {koc['score']:.2f} points")
        lines += [f"     {reason}" for reason in koc["reasons"][:REASONS]]
    return lines


COMMANDS = (demo,)

"""Qualify: the analysis, its lists, its explanations, and the check against the past."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import graphkoc
from graphkoc.cli.access import list_notices, open_store
from graphkoc.cli.commands import Command, Listing
from graphkoc.cli.configuration import read_kinds, read_lists
from graphkoc.cli.options import (
    consumer_argument,
    limit_option,
    list_options,
    out_option,
    output_options,
    run_argument,
    run_option,
)
from graphkoc.cli.results import Result
from graphkoc.cli.terminal import ProgressLine, clip
from graphkoc.progress import SKIPPABLE, list_steps
from graphkoc.text import count

__all__ = ["COMMANDS", "read_settings"]

NOT_STORED = (
    "Nothing was written into the store, whose queries still answer from the analysis before, if there was one: "
    "`graphkoc publish {}` puts this one there."
)
WIDTH = 100
"""Columns of a paragraph."""
QUOTE = 80
"""Columns of an answer that somebody gave."""


class Until(click.DateTime):
    """A time, or a day, which stands for its end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The time, as `datetime`."""
        time = super().convert(value, param, ctx)
        return time if "T" in str(value) else time + timedelta(days=1, microseconds=-1)


UNTIL = Until(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def _split_names(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_settings(choices: Mapping[str, Any]) -> graphkoc.Settings:
    """The settings of an analysis: the options of `analyse`, and what the tables of graphkoc.toml add to them.

    choices: platform, until, min_size, measures, tiers and skip.
    """
    context = click.get_current_context()
    named, safety, target = (read_lists(context, table) for table in ("brand", "safety", "target"))
    return graphkoc.Settings(
        brand=graphkoc.Brand(**named) if named["own"] or named["rivals"] else None,
        target_languages=target["language"],
        target_markets=target["market"],
        safety_words=safety["words"],
        exclude=safety["exclude"],
        kinds=read_kinds(context),
        **choices,
    )


@click.command(cls=Command)
@out_option("The run folder; by default a new one under ./runs.")
@click.option("--platform", help="Analyse only the people of this platform.")
@click.option(
    "--until",
    type=UNTIL,
    help="Reference date: the end of this day (UTC). By default that of the newest review.",
)
@click.option(
    "--min-size",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="The fewest people that a circle or niche may have.",
)
@click.option(
    "--measures",
    "measures",
    callback=_split_names,
    default="",
    metavar="NAME,...",
    help="Optional measures to add, such as betweenness; an unknown name lists them all.",
)
@click.option(
    "--skip",
    callback=_split_names,
    default="",
    metavar="NAME,...",
    help=f"What to leave out, to save time: {', '.join(SKIPPABLE)}, or both.",
)
@click.option("--tiers", metavar="NAME", help="Audience size limits to use; `graphkoc tiers` lists them.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Processes to use; by default one for each processor. The result is the same.",
)
@click.option("--no-store", is_flag=True, help="Save the run, and write nothing into the store.")
@output_options
def analyse(out: Path | None, threads: int | None, no_store: bool, **choices: Any) -> Result:
    """Measure, find circles and niches, score, and check the ranking against the past.

    The results are kept as a run, which is a folder, and are written back into the store for queries, in the place of
    those of the analysis before. With --no-store these stay, and so they do with --platform and --until, until
    `graphkoc publish` puts such a run into the store. A run continues the newest run of the same people in the
    same place: circles and niches keep their ids, and the changes are listed. One with --until continues the newest
    with --until, and does not come between two without. An analysis that fails or is interrupted
    leaves no run, and an embedded store unchanged. `[brand]` in graphkoc.toml adds the brand's view, `[target]` how
    many of each audience write in a language and are in a market, and `[safety]` checks for a human to judge.

    Circles take most of the time, and the check against the past much of the rest. --skip leaves them out, which the
    run, its report and comparisons with it state. Circles of the run before keep their ids for the next run that looks.

    \b
    Examples:
      graphkoc analyse
      graphkoc analyse --until 2010-12-31 --out runs/end-of-2010
      graphkoc analyse --platform instagram
      graphkoc analyse --measures betweenness,closeness
      graphkoc analyse --tiers prizm
      graphkoc analyse --skip circles,backtest
    """
    settings = read_settings(choices)
    steps = (*list_steps(settings.skip), "storing")
    with open_store() as store, ProgressLine.from_options(steps) as progress:
        stored = not no_store and not settings.limited
        run = graphkoc.analyse(store, out, settings, write_back=not no_store, processes=threads, progress=progress)
    counts = run.info["counts"]
    document = {
        "run": run.folder,
        "consumers": counts["consumers"],
        "follows": counts["follows"],
        "engaged": counts["engaged"],
        "reviews": counts["reviews"],
        "purchases": counts["purchases"],
        "customers": counts["customers"],
        "left_out": run.info["left_out"],
        "circles": len(run.circles),
        "skipped": list(run.skipped),
        "niches": len(run.niches),
        "kocs": len(run.ranked()),
        "tiers": run.info["tiers"],
        "gates": run.info["gates"],
        "score": run.info["score"],
        "seconds": run.info["seconds"],
        "notice": run.info["settings"]["notice"],
        "stored": stored,
    }
    lines = [
        *map(_wrap, graphkoc.describe_run(run)),
        f"run  {run.folder}",
        *([] if stored else [_wrap(NOT_STORED.format(run.folder))]),
        f"Next: graphkoc kocs {run.folder}, and likewise {_list_next(run)}",
    ]
    notes = [f"Note: {sentence}." for sentence in (*run.info["passed_over"], *run.info["brand_unheard"])]
    return Result(document, text="\n".join(lines), notes=notes)


def _list_next(run: graphkoc.Run) -> str:
    return "niches and report" if "circles" in run.skipped else "circles, niches and report"


def _wrap(text: str) -> str:
    return click.wrap_text(text, WIDTH)


@click.command(cls=Command)
@run_argument
@click.option("--niche", help="Only people of this niche, by id or name.")
@click.option("--clients", is_flag=True, help="Add a column: whether each is a client.")
@click.option(
    "--sort",
    type=click.Choice(["score", "quality"]),
    default="score",
    show_default=True,
    help="What to sort by: the score, or the quality of what people write; unknown quality comes last.",
)
@click.option(
    "--min-quality",
    type=click.FloatRange(0, 100),
    help="Leave out people whose content quality is known and below this percentile. Off by default.",
)
@list_options(20)
def kocs(run: str | None, niche: str | None, clients: bool, sort: str, min_quality: float | None) -> Result:
    """List the key opinion consumers with reasons.

    RUN is a folder or a name under ./runs; the newest by default. quality is the percentile of what they write among
    texts about the same products at the time, 50 in the middle; it is unknown below 3 texts. It says what readers
    of a site vote for, not what it is worth. A client bought
    the brand in graphkoc.toml, or a product of its categories, in the last 12 months: yes, no (their orders are known,
    and hold none), or not known. JSON and CSV always say it.

    \b
    Examples:
      graphkoc kocs
      graphkoc kocs --niche Beauty --limit 5
      graphkoc kocs --clients
      graphkoc kocs --sort quality --min-quality 40
      graphkoc kocs graphkoc-demo/run --format csv -o kocs.csv
    """
    found = graphkoc.find_run(run)
    rows = graphkoc.list_kocs(found, niche, None, sort, min_quality)
    by_quality = sort == "quality" or min_quality is not None
    twice = Counter(row["name"] for row in rows)
    lines = [
        {
            "rank": row["rank"],
            "consumer": row["consumer"],
            "name": f"{row['name']} @{row['handle']}" if twice[row["name"]] > 1 and row["handle"] else row["name"],
            "platform": row["platform"],
            **({"client": row["client"]} if clients else {}),
            "writes about": row["main_type"],
            "audience": row["audience"],
            "last review": row["last_review"] and row["last_review"][:10],
            "price": row["quote"] and f"{row['quote']:,.10g}",
            "score": row["score"],
            **({"quality": row["quality"]} if by_quality else {}),
            "why": row["quality_why"] if by_quality else "; ".join(row["reasons"][:2]),
        }
        for row in rows
    ]
    notes = [*list_notices(found), *_wrap(" ".join(graphkoc.describe_ranking(found))).split("\n")]
    if by_quality:
        notes += _wrap(" ".join(graphkoc.describe_quality(found))).split("\n")
    return Result(rows, lines=lines, notes=notes)


@click.command(cls=Command)
@run_argument
@list_options()
def niches(run: str | None) -> Result:
    """List the niches, or rename, merge and undo.

    A niche is a segment of people with a taste that sets it apart, shown with its evidence. Finer niches stand indented
    below the niche that contains them. RUN is a folder or a name under ./runs; the newest by default. kols counts
    KOLs by the followers that a platform states, and wide the accounts that are widely followed here where none are
    stated. Four columns add up to the people: reached_kol (by either of these), only_koc, nobody (they follow
    somebody, but nobody of these), and not_known (no follow is known, or too few KOLs of their platform are loaded).
    White space is only_koc and nobody, as far as audiences are known; notes say how far that is. The columns category
    and basis appear where the name does not imply them.

    \b
    Examples:
      graphkoc niches
      graphkoc niches runs/end-of-2010 --format json
      graphkoc niches rename food-drink "Home cooks"
      graphkoc niches merge tea coffee
      graphkoc niches undo
    Write ./rename for a run that is named rename, merge or undo.
    """
    found = graphkoc.find_run(run)
    rows = graphkoc.list_niches(found)
    text = None if rows else graphkoc.describe_absence(found, "niche")
    notes = list_notices(found)
    if rows:
        notes += _describe_reach(found)
    return Result(rows, lines=_indent_finer(rows), text=text, notes=notes)


def _describe_reach(run: graphkoc.Run) -> list[str]:
    """Notes on how far it is known who reaches whom."""
    clauses = [*graphkoc.describe_loaded(run), *graphkoc.describe_coverage(run)]
    return [_wrap(f"Note: {clause}.") for clause in clauses]


def _indent_finer(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The niches for a table: names indented by level, without what they repeat."""
    shown = ("people", "kocs", "kols", "wide")
    names = {row["niche"]: row["name"] for row in rows}
    return [
        {
            "niche": row["niche"],
            "name": ("  " if row["parent"] in names else "") + row["name"],
            "category": None if row["category"] in (row["name"], names.get(row["parent"])) else row["category"],
            "basis": None if row["basis"] == "category" else row["basis"],
            **{name: row[name] for name in shown},
            **row["parts"],
            **{name: row[name] for name in ("change", "evidence")},
        }
        for row in rows
    ]


@click.command(cls=Command)
@run_argument
@list_options()
def circles(run: str | None) -> Result:
    """List the circles, or rename, merge and undo.

    A circle is a stable community of people who follow each other, in which word of mouth travels. RUN is a folder
    or a name under ./runs; the newest by default. stability is the mean similarity between a circle and its match in
    resampled networks (1: always identical). reached_kol, only_koc, nobody and not_known are its people by who reaches
    them, as in `graphkoc niches`. cohort_ratio is the number of ties inside a circle divided by the
    number that joining dates explain. tightness goes from 0 (as in a rewired network) to 1. JSON and CSV also give
    each circle's density, reciprocity, clustering, core, conductance and inside share, with the same figures for
    rewired networks.

    \b
    Examples:
      graphkoc circles
      graphkoc circles runs/end-of-2010 --format json
      graphkoc circles rename c3 "Old hands"
      graphkoc circles merge c3 c7
      graphkoc circles undo
    Write ./rename for a run that is named rename, merge or undo.
    """
    found = graphkoc.find_run(run)
    rows = graphkoc.list_circles(found)
    first = ("circle", "name", "people", "stability", "status", "cohort_ratio", "tightness", "kocs")
    last = ("niches", "change", "evidence")
    lines = [{name: row[name] for name in first} | row["parts"] | {name: row[name] for name in last} for row in rows]
    text = None if rows else graphkoc.describe_absence(found, "circle")
    notes = [*list_notices(found), *(_describe_reach(found) if rows else [])]
    return Result(rows, lines=lines, text=text, notes=notes)


def _edit_verbs(kind: str, example: str, name: str, others: str) -> list[click.Command]:
    """rename, merge and undo for a kind of group."""

    @click.command(
        cls=Command,
        help=f"""Give a {kind} another name.

        GROUP is its id or name. The name is kept in a journal beside the runs and stays with the {kind} in all runs,
        including future ones.

        \b
        Example:
          graphkoc {kind}s rename {example} "{name}"
        """,
    )
    @click.argument("group")
    @click.argument("name")
    @run_option
    @output_options
    def rename(group: str, name: str, run: str | None) -> Result:
        done = graphkoc.rename_group(graphkoc.find_run(run), kind, group, name)
        return Result(asdict(done), text=f"{done}   (`graphkoc {kind}s undo` reverses this)")

    @click.command(
        cls=Command,
        help=f"""Show several {kind}s as one, under the id of the first.

        Each GROUP is an id or name. Their people are counted together. The merger is kept in a journal beside the
        runs. It applies to future runs too, as long as its {kind}s persist.

        \b
        Example:
          graphkoc {kind}s merge {example} {others}
        """,
    )
    @click.argument("groups", metavar="GROUP GROUP...", nargs=-1, required=True)
    @run_option
    @output_options
    def merge(groups: tuple[str, ...], run: str | None) -> Result:
        done = graphkoc.merge_groups(graphkoc.find_run(run), kind, groups)
        return Result(asdict(done), text=f"{done}   (`graphkoc {kind}s undo` reverses this)")

    @click.command(
        cls=Command,
        help=f"""Reverse the newest rename or merge of {kind}s.

        A second undo reverses the one before it. The journal beside the runs keeps every line.

        \b
        Example:
          graphkoc {kind}s undo
        """,
    )
    @run_option
    @output_options
    def undo(run: str | None) -> Result:
        undone = graphkoc.undo_edit(graphkoc.find_run(run), kind)
        return Result(asdict(undone), text=f"reversed: {undone}")

    return [rename, merge, undo]


@click.command(cls=Command)
@click.argument("group")
@run_argument
@list_options()
def members(group: str, run: str | None) -> Result:
    """List the people of a niche or circle, the most certain first.

    GROUP is its id or name. People of a circle with a confidence below one half are its fringe. part is by whom
    they are reached, as in `graphkoc niches`.

    \b
    Examples:
      graphkoc members Beauty
      graphkoc members c1
      graphkoc members food-drink --format csv -o people.csv
    """
    found = graphkoc.find_run(run)
    return Result(graphkoc.list_members(found, group), notes=list_notices(found))


@click.command(cls=Command)
@consumer_argument
@run_argument
@click.option("--all", "all_numbers", is_flag=True, help="Also show every number behind the pillars.")
@output_options
def explain(consumer: str, run: str | None, all_numbers: bool) -> Result:
    """Explain the score and rank of a consumer.

    CONSUMER is an id as `kocs` lists it, or a name or handle that one person has.

    The pillars add up to the score, and their parts add up to the pillars; --all shows the parts. As JSON or CSV
    each part comes with what recomputes it: a command that asks the store, or, for a forecast, a SELECT that DuckDB
    runs on the tables of the run.

    \b
    Examples:
      graphkoc explain ciao:212
      graphkoc explain ciao:212 --all
      graphkoc explain ciao:212 graphkoc-demo/run --format csv -o why.csv
    """
    found = graphkoc.find_run(run)
    why = graphkoc.explain_person(found, consumer)
    root = click.get_current_context().find_root()
    if root.get_parameter_source("store") is not ParameterSource.DEFAULT:
        command = f"graphkoc --store {shlex.quote(root.params['store'])} "
        for part in why["parts"]:
            part["query"] = part["query"].replace("graphkoc ", command, 1)
    text = "\n".join(_describe_person(consumer, why, all_numbers))
    return Result(why, rows=why["parts"], text=text, notes=list_notices(found))


def _describe_person(consumer: str, why: Mapping[str, Any], all_numbers: bool) -> list[str]:
    """Pillars and gates first; then reasons, cautions, what would raise the rank, and who followed on."""
    rank = f"rank {why['rank']:,}" if why["rank"] else "not ranked"
    points = f"{why['score']:.2f} points by the {why['kind']}"
    pillars = []
    for pillar in why["pillars"]:
        pillars.append(f"{pillar['points']:z6.2f}  {pillar['pillar']}: {pillar['what']}")
        if all_numbers:
            inside = [part for part in why["parts"] if part["pillar"] == pillar["pillar"]]
            pillars += [f"        {part['points']:z6.2f}  {_describe_part(part)}" for part in inside]
    gates = [
        f"{gate['state']:<7}  {gate['who']}{'' if gate['required'] else ' (not required)'}: {gate['words']}"
        for gate in why["gates"]
    ]
    followers = [f"{one['consumer']}, {count(one['times'], 'times')}" for one in why["carried_by"]]
    reviews = [f"{one['item']}, by {count(one['followers'], 'people')}" for one in why["carried_reviews"]]
    sections = {
        "Client + content + audience": graphkoc.describe_formula(why["formula"]),
        "Score, as points of its pillars": pillars,
        "Eligibility gates": gates,
        "Quality of what they write": why["quality"]["sentences"],
        "Reasons": why["reasons"],
        "Cautions": why["cautions"],
        "To rank higher": [why["change"]] if why["change"] else [],
        "Followers who followed on": followers,
        "Reviewed by followers afterwards": reviews,
        "Feedback when asked, which counts in no score": [_describe_feedback(one) for one in why["feedback"]],
    }
    lines = [f"{consumer}: {points}, {rank}; {why['label']}, {why['audience_of']}"]
    lines += [f"  {_describe_account(one)}" for one in why["accounts"]]
    lines += [f"  {clause}" for clause in why["coverage"]]
    lines += [f"  audience, as stated by the roster: {why['audience_stated']}"] if why["audience_stated"] else []
    for title, entries in sections.items():
        lines += [title, *(f"  {entry}" for entry in entries)] if entries else []
    numbers = count(len(why["parts"]), "numbers")
    lines += [] if all_numbers else [f"The {numbers} behind the pillars: --all."]
    return [*lines, "The query behind each number: --format csv or json."]


def _describe_feedback(answer: Mapping[str, Any]) -> str:
    day = "" if answer["given_at"] is None else f", {answer['given_at'][:10]}"
    rating = "" if answer["rating"] is None else f", rated {answer['rating']:g}"
    said = "" if answer["text"] is None else f": “{clip(' '.join(answer['text'].split()), QUOTE)}”"
    return f"{answer['campaign']}{day}{rating}{said}"


def _describe_account(account: Mapping[str, Any]) -> str:
    stated = account["followers"]
    followers = "followers not stated" if stated is None else count(stated, "followers")
    label = f", {account['label']}" if account["label"] else ""
    return f"{account['account']} on {account['platform']}: {followers}{label}"


def _describe_part(part: Mapping[str, Any]) -> str:
    value = f"{part['value']:,.2f}".removesuffix(".00")
    return f"{part['what']}: {value} (at least as much as {part['percentile']:.1f}% of the same tier)"


@click.command(cls=Command)
@consumer_argument
@run_argument
@limit_option(10)
@output_options
def similar(consumer: str, run: str | None, limit: int) -> Result:
    """List the people most like a consumer: in taste, in circle, or in audience.

    CONSUMER is written source:id. The list joins three rankings, and each row gives its reasons.

    \b
    Examples:
      graphkoc similar ciao:212
      graphkoc similar ciao:212 --limit 5 --format json
    """
    found = graphkoc.find_run(run)
    with open_store() as store:
        rows = graphkoc.lookalikes(store, found, consumer, limit)
    lines = [
        {name: row[name] for name in ("rank", "consumer", "score")} | {"why": "; ".join(row["reasons"])} for row in rows
    ]
    return Result(rows, lines=lines, notes=list_notices(found))


@click.command(cls=Command)
@click.argument("name", required=False)
@run_argument
@list_options()
def tiers(name: str | None, run: str | None) -> Result:
    """List audience size limits, or the people whose label they would change.

    Published limits contradict each other: each is listed with its source. With the NAME of tiers, list the people
    of a RUN (the newest by default) who would have another label by them.

    \b
    Examples:
      graphkoc tiers
      graphkoc tiers prizm
      graphkoc tiers relative graphkoc-demo/run --format csv -o moved.csv
    """
    if name is None:
        rows = graphkoc.list_tiers()
        shown = ("tiers", "platforms", "default", "least", "most", "says", "version")
        lines = [{key: row[key] for key in shown} | {"platforms": ", ".join(row["platforms"])} for row in rows]
        return Result(rows, lines=lines)
    graphkoc.check_tiers(name)
    found = graphkoc.find_run(run)
    moved = graphkoc.list_moved(found, name)
    now = len(found.kocs())
    then = now - sum(row["koc"] for row in moved) + sum(row["koc_then"] for row in moved)
    note = (
        f"{len(moved):,} of {count(len(found.people), 'people')} would have another label by the tiers {name}; "
        f"key opinion consumers: {now:,} now, {then:,} then."
    )
    return Result(moved, notes=[*list_notices(found), note])


@click.command(cls=Command)
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@list_options()
def compare(before: str, after: str) -> Result:
    """Compare two runs: posts about us and rivals, people, groups, and settings.

    The first RUN is the earlier one; each is a folder or a name under ./runs. It lists who went quiet, objected,
    is a new customer or crossed a tier, who is new and gone, and why; and settings that differ. A person counts as
    risen or fallen from three places on. Groups are compared where the second run continues the first or its series.

    \b
    Examples:
      graphkoc compare 2026-11-16 2026-11-23
      graphkoc compare 2026-11-16 2026-11-23 --format csv -o changes.csv
    """
    runs = [graphkoc.find_run(name) for name in (before, after)]
    found = graphkoc.compare_runs(*runs)
    notices = dict.fromkeys(notice for run in runs for notice in list_notices(run))
    return Result(found, rows=found["people"], below=graphkoc.describe_comparison(found), notes=list(notices))


def _split_fractions(_: click.Context, __: click.Parameter, text: str) -> tuple[float, ...]:
    try:
        splits = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter("give numbers between 0 and 1, separated by commas") from None
    if not all(0 < split < 1 for split in splits):
        raise click.BadParameter("each split is between 0 and 1")
    return splits


@click.command(cls=Command)
@click.option(
    "--splits",
    default="0.6,0.7,0.75,0.8,0.85",
    show_default=True,
    callback=_split_fractions,
    help="Quantiles of time at which the ranking is checked.",
)
@click.option(
    "--top",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.02,
    show_default=True,
    help="Share of the candidates at the top of a ranking, at least 20 people.",
)
@click.option(
    "--candidates",
    type=click.Choice(("eligible", "audience")),
    default="eligible",
    show_default=True,
    help="Who is ranked: all who pass the gates of the list, or all with a small known audience.",
)
@output_options
def backtest(splits: tuple[float, ...], top: float, candidates: str) -> Result:
    """Check the ranking on the store's own past, beside placebos.

    At each split everybody is ranked by what was known then. The figure is the share of the later follow-on reviews
    that the top of a ranking collects.

    \b
    Examples:
      graphkoc backtest
      graphkoc backtest --splits 0.5,0.75 --top 0.05 --format json
    """
    with open_store() as store, ProgressLine.from_options() as progress:
        tested = graphkoc.run_backtest(store, splits, top, candidates=candidates, progress=progress)
    rows: list[dict[str, Any]] = [
        {
            "ranking": row.ranking,
            "mean": row.mean,
            "low": row.low,
            "high": row.high,
            **{f"at {split:.0%}": share for split, share in zip(tested.splits, row.shares, strict=True)},
            "within the horizon": row.within,
            "of 20 named": sum(row.hits) / len(row.hits),
        }
        for row in tested.rows
    ]
    chance, margin = tested.chance, tested.margin
    ranked = tested.candidates
    whom = {
        "eligible": "who pass the required gates and have at least 5 known followers",
        "audience": "with a small audience",
    }
    below = [f"ranked: {', '.join(f'{n:,}' for n in ranked.n)} people {whom[ranked.definition]}"]
    if ranked.listed_unchecked:
        below.append(f"{count(ranked.listed_unchecked, 'people')} of today's list have fewer: they are not checked")
    below += [f"within the horizon: in the {graphkoc.describe_horizons(tested.horizons)} after each split"]
    below += [
        f"{placebo.name}: the top collects {placebo.top_credit:.1f} of {placebo.credit:.1f} "
        f"(mean of the shares {placebo.share:.1%})"
        for placebo in tested.placebos
    ]
    below += [
        f"by chance: in {chance.copies} randomly rewired networks the top collects up to "
        f"{chance.highest:,.1f} follow-on reviews, here {chance.credit:,.1f} (at the middle split)",
        f"score minus formula: {margin.mean:+.1%} ({margin.low:+.1%} to {margin.high:+.1%})",
    ]
    below += [
        f"{part.by} {part.name}: score {part.score:.1%} ({part.low:.1%} to {part.high:.1%}), "
        f"formula {part.formula:.1%}, audience {part.audience:.1%}, random {part.random:.1%}"
        for part in tested.parts
    ]
    below += [line for note in (*tested.notes, tested.verdict) for line in _wrap(note).split("\n")]
    return Result(tested.to_dict(), rows=rows, below=below)


COMMANDS = (
    analyse,
    kocs,
    tiers,
    Listing(niches, _edit_verbs("niche", "food-drink", "Home cooks", "coffee tea")),
    Listing(circles, _edit_verbs("circle", "c3", "Old hands", "c7")),
    members,
    explain,
    similar,
    compare,
    backtest,
)

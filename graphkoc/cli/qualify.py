"""Qualify: the analysis, its lists, its explanations, and the check against the past."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from graphkoc.cli import groups
from graphkoc.cli.capture import opened, shown_run
from graphkoc.cli.configuration import brands
from graphkoc.cli.terminal import ProgressLine, emit, output_options
from graphkoc.counts import count

__all__ = ["COMMANDS"]


class Until(click.DateTime):
    """A time, or a day, which means its end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The time, as `datetime`."""
        time = super().convert(value, param, ctx)
        return time if "T" in str(value) else time + timedelta(days=1, microseconds=-1)


UNTIL = Until(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def _names(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="The run folder; by default a new one under ./runs.")
@click.option("--platform", help="Only this platform's people.")
@click.option("--until", type=UNTIL, help="Look out from the end of this day (UTC), not the newest review's.")
@click.option(
    "--min-size",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="People that a circle or niche must have.",
)
@click.option(
    "--measures",
    "measures",
    callback=_names,
    default="",
    metavar="NAME,...",
    help="Also compute these: betweenness, closeness, collective_influence.",
)
@click.option("--tiers", metavar="NAME", help="Whose limits say what a small audience is; see `graphkoc tiers`.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Processes to use; by default one for each processor. The result is the same.",
)
@output_options
@click.pass_context
def analyse(
    ctx: click.Context,
    out: Path | None,
    platform: str | None,
    until: datetime | None,
    min_size: int,
    measures: tuple[str, ...],
    tiers: str | None,
    threads: int | None,
    format_: str | None,
    output: Path | None,
) -> None:
    """Measure, find circles and niches, score, and check it all against the past.

    What was found is kept as a run, a folder, and goes back into the store, for queries. The newest run of the
    same people in the same place is followed on: circles and niches keep their ids, and what became of them is
    told. When it is interrupted or fails, there is no run, and an embedded store is as it was before.
    `[brand]` in graphkoc.toml adds the brand's view.

    \b
    Examples:
      graphkoc analyse
      graphkoc analyse --until 2010-12-31 --out runs/end-of-2010
      graphkoc analyse --measures betweenness,closeness
      graphkoc analyse --tiers prizm
    """
    import graphkoc

    named = brands(ctx)
    brand = graphkoc.Brand(**named) if named["own"] or named["rivals"] else None
    with opened(ctx) as store, ProgressLine.of(ctx) as progress:
        run = graphkoc.analyse(
            store,
            out,
            platform=platform,
            until=until,
            min_size=min_size,
            brand=brand,
            measures=measures,
            tiers=tiers,
            threads=threads,
            progress=progress,
        )
    notice = run.info["settings"]["notice"]
    for said in run.info["brand_unheard"]:
        click.echo(f"Note: {said}.", err=True)
    counts = run.info["counts"]
    document = {
        "run": run.folder,
        "consumers": counts["consumers"],
        "follows": counts["follows"],
        "engaged": counts["engaged"],
        "reviews": counts["reviews"],
        "circles": len(run.circles),
        "niches": len(run.niches),
        "kocs": len(run.kocs()),
        "tiers": run.info["tiers"],
        "gates": run.info["gates"],
        "score": run.info["score"],
        "seconds": run.info["seconds"],
        "notice": notice,
    }
    who = "possible key opinion consumers" if set(run.kocs()["role"]) == {"possible"} else "key opinion consumers"
    found = f"{count(len(run.niches), 'niches')} ({run.info['niche_control']} when categories are shuffled)"
    lines = [
        notice,
        f"{count(counts['consumers'], 'consumers')}, {count(counts['reviews'], 'reviews')}, {_ties(run.info)}",
        run.info["crawl"],
        _circles(run.circles["status"].value_counts().to_dict(), run.info["circles"]),
        f"{found}, {count(len(run.kocs()), who)} by the {run.info['score']['kind']}",
        None if len(run.kocs()) else click.wrap_text(f"No list: {run.info['score']['why']}.", 100),
        click.wrap_text(_tiers(run.info["tiers"]), 100),
        click.wrap_text(_verdict(run.info), 100),
        f"run  {run.folder}",
        f"Next: graphkoc kocs {run.folder}, and so circles, niches and report",
    ]
    text = "\n".join(line for line in lines if line)
    emit(document, format_, output, text=text)


def _verdict(told: Mapping[str, Any]) -> str:
    """What the past says of the ranking, or why nothing."""
    if told["backtest"]:
        return str(told["backtest"]["verdict"])
    return f"Not checked against the past: {told['backtest_why_not']}."


def _ties(told: Mapping[str, Any]) -> str:
    """How many ties there are, and on which platforms they are not follows."""
    engaged = [platform for platform, ties in told["ties_of"].items() if ties == "engagements"]
    follows = [count(told["counts"]["follows"], "follows")] if told["counts"]["follows"] or not engaged else []
    if left := told["counts"].get("uncounted_follows"):
        left_out = f"{left:,} more, without a date, are not counted: an end has reviewed nothing"
        follows[-1:] = [f"{count(told['counts']['follows'], 'follows')} ({left_out})"]
    stand_in = f"{count(told['counts']['engaged'], 'ties')} of who engaged"
    stand_in += f" (on {', '.join(engaged)}: no follows are told there)"
    return ", ".join([*follows, stand_in] if engaged else follows)


def _tiers(told: dict[str, Any]) -> str:
    """By whose limits an audience is small, and why."""
    small = f"{told['small']}, by the tiers {told['name']}: " if told["small"] else ""
    return f"{small}{told['why']}"


def _circles(found: Mapping[Hashable, int], told: dict[str, Any]) -> str:
    """How many circles there are, or why none is published."""
    if told["why_not"]:
        return f"no circle is published: {told['why_not']}"
    chance = sum(told["control"].values())
    published = count(found.get("published", 0), "circles")
    return f"{published}, {found.get('tentative', 0)} tentative ({chance} in the rewired network)"


@click.command()
@click.argument("run", required=False)
@click.option("--niche", help="Only people of this niche, by id or name.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@output_options
def kocs(run: str | None, niche: str | None, limit: int, format_: str | None, output: Path | None) -> None:
    """List the key opinion consumers, with reasons.

    Of a RUN, a folder or a name under ./runs; the newest by default.

    \b
    Examples:
      graphkoc kocs
      graphkoc kocs --niche Beauty --limit 5
      graphkoc kocs graphkoc-demo/run --format csv -o kocs.csv
    """
    import graphkoc

    found = shown_run(run)
    rows = graphkoc.list_kocs(found, niche, limit)
    shown = ("rank", "consumer", "name", "niche", "audience", "score")
    lines = [{name: row[name] for name in shown} | {"why": "; ".join(row["reasons"][:2])} for row in rows]
    emit(rows, format_, output, lines=lines)
    followers = found.info["stands_in"]
    said = [f"Ranked by the {found.info['score']['kind']}.", _verdict(found.info)]
    said += [f"{followers[:1].upper()}{followers[1:]}."] if followers else []
    said += [f"These are {found.info['crawl']}."] if found.info["crawl"] else []
    click.echo(click.wrap_text(" ".join(said), 100), err=True)


@click.command()
@click.argument("group")
@click.argument("run", required=False)
@output_options
def members(group: str, run: str | None, format_: str | None, output: Path | None) -> None:
    """List the people of a niche or circle, the surest first.

    GROUP is its id or name. A circle's people below a confidence of one half are its fringe.

    \b
    Examples:
      graphkoc members Beauty
      graphkoc members c1
      graphkoc members food-drink --format csv -o people.csv
    """
    import graphkoc

    emit(graphkoc.list_members(shown_run(run), group), format_, output)


@click.command()
@click.argument("consumer")
@click.argument("run", required=False)
@output_options
@click.pass_context
def explain(ctx: click.Context, consumer: str, run: str | None, format_: str | None, output: Path | None) -> None:
    """Say why a consumer stands where she stands.

    The score's parts add up, under the pillars that they belong to. As JSON or CSV each comes with what
    recomputes it: a command that asks the store, or, of a forecast, a SELECT that DuckDB runs on the run's
    own tables.

    \b
    Examples:
      graphkoc explain ciao:212
      graphkoc explain ciao:212 graphkoc-demo/run --format csv -o why.csv
    """
    import graphkoc

    why = graphkoc.explain_consumer(shown_run(run), consumer)
    if ctx.find_root().get_parameter_source("store") is not ParameterSource.DEFAULT:
        asked = f"graphkoc --store {shlex.quote(ctx.obj['store'])} "
        for part in why["parts"]:
            part["query"] = part["query"].replace("graphkoc ", asked, 1)
    place = f"rank {why['rank']:,}" if why["rank"] else "not ranked"
    points = f"{why['score']:.2f} points by the {why['kind']}"
    lines = [f"{consumer}: {points}, {place}; {why['label']}, {why['audience_of']}"]
    lines += _points(why)
    lines += [
        f"  {gate['state']:<7} {gate['who']}{'' if gate['required'] else ', not required'}: {gate['words']}"
        for gate in why["gates"]
    ]
    lines += [f"  next  {why['change']}"] if why["change"] else []
    times = [(one["consumer"], "once" if one["times"] == 1 else f"{one['times']:,} times") for one in why["carried_by"]]
    lines += [f"  by    {follower}, who followed on {often}" for follower, often in times]
    taken = [f"{one['subject']}, which {one['followers']:,} of her audience" for one in why["carried_reviews"]]
    lines += [f"  with  what she wrote of {what} came to after her" for what in taken]
    lines += [f"  for   {reason}" for reason in why["reasons"]]
    lines += [f"  but   {caution}" for caution in why["cautions"]]
    emit(why, format_, output, rows=why["parts"], text="\n".join(lines))


def _points(why: Mapping[str, Any]) -> list[str]:
    """The score's parts under their pillars, and where what recomputes them is to be had."""
    lines = []
    for pillar in why["pillars"]:
        inside = [part for part in why["parts"] if part["pillar"] == pillar["pillar"]]
        told = [
            f"{part['what']}: {_number(part['value'])} (at least as much as {part['percentile']:.1f} % of her tier)"
            for part in inside
        ]
        lines.append(f"  {pillar['points']:z6.2f}  {pillar['pillar']}: {told[0] if len(told) == 1 else pillar['what']}")
        lines += [
            f"          {part['points']:z6.2f}  {said}"
            for part, said in zip(inside, told, strict=True)
            if len(told) > 1
        ]
    return [*lines, "  The query behind each number: --format csv or json."]


def _number(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")


def _fractions(_: click.Context, __: click.Parameter, text: str) -> tuple[float, ...]:
    try:
        splits = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter("give numbers between 0 and 1, with commas between them") from None
    if not all(0 < split < 1 for split in splits):
        raise click.BadParameter("each split is between 0 and 1")
    return splits


@click.command()
@click.option(
    "--splits", default="0.6,0.7,0.75,0.8,0.85", show_default=True, callback=_fractions, help="Quantiles of time."
)
@click.option(
    "--top",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.02,
    show_default=True,
    help="Share of the candidates that count as found, at least 20 people.",
)
@output_options
@click.pass_context
def backtest(
    ctx: click.Context, splits: tuple[float, ...], top: float, format_: str | None, output: Path | None
) -> None:
    """Check the ranking on the store's own past, beside placebos.

    At each split everybody is ranked by what was known then; the figure is the share of the later
    follow-on reviews that the top of a ranking collects.

    \b
    Examples:
      graphkoc backtest
      graphkoc backtest --splits 0.5,0.75 --top 0.05 --format json
    """
    import graphkoc

    with opened(ctx) as store, ProgressLine.of(ctx) as progress:
        tested = graphkoc.run_backtest(store, splits, top, progress=progress)
    document = tested.to_dict()
    rows: list[dict[str, Any]] = [
        {
            "ranking": row.ranking,
            "mean": row.mean,
            "low": row.low,
            "high": row.high,
            **{f"at {split:.0%}": share for split, share in zip(tested.splits, row.shares, strict=True)},
            "of 20 named": sum(row.hits) / len(row.hits),
        }
        for row in tested.rows
    ]
    emit(document, format_, output, rows=rows)
    if format_ in (None, "table"):
        for placebo in tested.placebos:
            collected = f"{placebo.top_credit:.1f} of {placebo.credit:.1f} (mean of the shares {placebo.share:.1%})"
            click.echo(f"{placebo.name}: the top collects {collected}")
        chance, margin = tested.chance, tested.margin
        click.echo(
            f"by chance: in {chance.copies} copies without structure the score collects up to {chance.share:.1%}, "
            f"here {chance.score:.1%} (at the middle split)"
        )
        click.echo(f"score minus formula: {margin.mean:+.1%} ({margin.low:+.1%} to {margin.high:+.1%})")
        for part in tested.parts:
            click.echo(
                f"{part.by} {part.name}: score {part.score:.1%} ({part.low:.1%} to {part.high:.1%}), "
                f"formula {part.formula:.1%}, audience {part.audience:.1%}, by lot {part.random:.1%}"
            )
        for note in tested.notes:
            click.echo(click.wrap_text(note, 100))
        click.echo(click.wrap_text(tested.verdict, 100))


@click.command()
@click.argument("consumer")
@click.argument("run", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="How many.")
@output_options
@click.pass_context
def similar(
    ctx: click.Context, consumer: str, run: str | None, limit: int, format_: str | None, output: Path | None
) -> None:
    """List the people most like a consumer: in taste, by circle, or with her audience.

    CONSUMER is written source:id. Three rankings are joined, and each row says what speaks for it.

    \b
    Examples:
      graphkoc similar ciao:212
      graphkoc similar ciao:212 --limit 5 --format json
    """
    import graphkoc

    with opened(ctx) as store:
        rows = graphkoc.lookalikes(store, shown_run(run), consumer, limit)
    lines = [
        {name: row[name] for name in ("rank", "consumer", "score")} | {"why": "; ".join(row["reasons"])} for row in rows
    ]
    emit(rows, format_, output, lines=lines)


@click.command()
@click.argument("name", required=False)
@click.argument("run", required=False)
@output_options
def tiers(name: str | None, run: str | None, format_: str | None, output: Path | None) -> None:
    """List the tiers by which an audience is small or wide, or whose label those of NAME would change.

    Published limits contradict each other: each is listed with its source. With a NAME, the people of a RUN
    (the newest by default) whose label is another by these tiers.

    \b
    Examples:
      graphkoc tiers
      graphkoc tiers prizm
      graphkoc tiers relative graphkoc-demo/run --format csv -o moved.csv
    """
    import graphkoc

    if name is None:
        rows = graphkoc.list_tiers()
        shown = ("tiers", "platforms", "default", "least", "most", "says", "version")
        lines = [{key: row[key] for key in shown} | {"platforms": ", ".join(row["platforms"])} for row in rows]
        emit(rows, format_, output, lines=lines)
        return
    graphkoc.check_tiers(name)
    found = shown_run(run)
    moved = graphkoc.list_moved(found, name)
    emit(moved, format_, output)
    fewer = sum(row["koc"] for row in moved) - sum(row["koc_then"] for row in moved)
    click.echo(
        f"{len(moved):,} of {count(len(found.people), 'people')} would have another label by the tiers {name}; "
        f"key opinion consumers: {len(found.kocs()):,} now, {len(found.kocs()) - fewer:,} then.",
        err=True,
    )


COMMANDS = (analyse, kocs, tiers, *groups.COMMANDS, members, explain, similar, backtest)

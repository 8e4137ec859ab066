"""One analysis: what a store holds, measured, grouped, qualified and checked, becomes a run."""

from __future__ import annotations

import json
import platform as host
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc import measures
from graphkoc.communities import positions, reach
from graphkoc.communities.find import Grouping, group
from graphkoc.communities.kinds import find_note_types
from graphkoc.errors import AnalysisError, UntestableError, UsageError
from graphkoc.graph.action_log import YEAR, Log, moment
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.measures.closure import measure_closure
from graphkoc.progress import SKIPPABLE, Clock
from graphkoc.qualify import tiers
from graphkoc.qualify.audience import basis, stands_in
from graphkoc.qualify.authenticity import Authenticity, examine, ranking_without
from graphkoc.qualify.backtest import SPLITS, TOP, Backtest, Groups, backtest
from graphkoc.qualify.brand import find_clients, view
from graphkoc.qualify.brand_names import Brand, unheard
from graphkoc.qualify.candidates import AUDIENCE, Candidates, Eligible
from graphkoc.qualify.checks import find_checks, list_excluded, validate_excluding
from graphkoc.qualify.compare import find_since, list_changes
from graphkoc.qualify.coverage import cover
from graphkoc.qualify.doctor import crawl, describe_unattributed
from graphkoc.qualify.engagement import engagements, response
from graphkoc.qualify.gates import gates
from graphkoc.qualify.gates.origins import ledger
from graphkoc.qualify.parts import describe_platforms, find_parts
from graphkoc.qualify.people import build_people, find_ranks_before
from graphkoc.qualify.posts import list_posts
from graphkoc.qualify.quality.people import Quality, measure_quality
from graphkoc.qualify.rank_agreement import agreement, engagement
from graphkoc.qualify.relevance import find_relevance, find_target_audience, validate_languages
from graphkoc.qualify.score.forecast import Forecast, Past, forecast
from graphkoc.runs.folder import FORMAT
from graphkoc.runs.members import KINDS, MEMBER, find_platforms, members_of
from graphkoc.runs.reached import count_parts, parts_of, shares
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import UNDATED, Run, line_of
from graphkoc.runs.tables import empty, shaped

__all__ = ["Settings", "analyse", "on_platforms", "read_log"]


@dataclass(frozen=True)
class Settings:
    """What an analysis is asked for; the defaults are those of `graphkoc analyse`.

    platform: analyse this platform's people only. until: the reference date (UTC), by default that of the newest
    review. min_size: the fewest people of a circle or niche. rng_seed: where random draws begin. brand: whose view to
    add, and whose rivals' advertisements to look for. target_languages: those of
    `graphkoc.qualify.quality.traits.LANGUAGES` in which an audience should write. target_markets: names of the places
    in which an audience should be (see `graphkoc.qualify.relevance.find_target_audience`). safety_words: words to look
    for in what people write. exclude: checks (`graphkoc.runs.checks.CHECKS`) that take a person off the list; none does
    by itself. measures: optional ones of `graphkoc.MEASURES` to add. tiers: the profile whose limits define a small
    audience, by default that of each platform's tier file (see `graphkoc.list_tiers`). notice: a sentence that every
    list and page made of the run repeats. kinds: for categories of products their other names, which are tags or
    categories. skip: what to leave out, of `graphkoc.progress.SKIPPABLE`: the circles, and the check against the past.
    """

    platform: str | None = None
    until: datetime | None = None
    min_size: int = 10
    rng_seed: int = 0
    brand: Brand | None = None
    target_languages: tuple[str, ...] = ()
    target_markets: tuple[str, ...] = ()
    safety_words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    tiers: str | None = None
    notice: str | None = None
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # An analysis of an hour is not to end over a misspelt name.
        validate_excluding(self.exclude)
        validate_languages(self.target_languages)
        _validate_skipping(self.skip)

    @property
    def limited(self) -> bool:
        """Whether the analysis is of a part of the data: of one platform, or up to a date."""
        return self.platform is not None or self.until is not None

    def to_dict(self) -> dict[str, Any]:
        """The settings for JSON."""
        until = self.until.isoformat() if self.until else None
        names = ("measures", "target_languages", "target_markets", "safety_words", "exclude")
        lists = {name: list(getattr(self, name)) for name in names}
        # One choice is written in one way, so that two runs of it are not taken for different ones.
        lists["skip"] = [name for name in SKIPPABLE if name in self.skip]
        return asdict(self) | lists | {"until": until}


def _validate_skipping(names: tuple[str, ...]) -> None:
    if unknown := [name for name in names if name not in SKIPPABLE]:
        known = ", ".join(SKIPPABLE)
        raise UsageError(f"an analysis cannot leave out {unknown[0]!r}", hint=f"It can leave out: {known}.")


@dataclass(frozen=True, eq=False)
class _Data:
    """What every step reads. log: as it was at as_of, the reference date in days since 1970."""

    projection: Projection
    settings: Settings
    log: Log
    as_of: float


@dataclass(frozen=True, eq=False)
class _Found:
    """What the steps find. expected: the score. accounts: those of people with several, with a label each. platforms:
    what is loaded of the wide-audience accounts of each. tested: the backtest, or why there is none; None where it was
    left out on request.
    """

    authenticity: Authenticity
    quality: Quality
    limits: dict[str, tiers.Limits]
    sizes: tiers.Sizes
    groups: Grouping
    expected: Forecast
    people: pd.DataFrame
    checks: pd.DataFrame
    accounts: pd.DataFrame
    platforms: list[dict[str, Any]]
    tested: Backtest | UntestableError | None


def analyse(
    projection: Projection,
    folder: Path,
    settings: Settings,
    clock: Clock,
    previous: Run | None = None,
    processes: int | None = None,
) -> Run:
    """The run of a projection, not saved yet.

    previous: the run that this one continues. processes: how many to use, by default one for each processor; the
    result is the same. Without reviews a run has circles, audiences and reach, and ranks nobody. Raises AnalysisError
    where people are all that is known, or no review is from before `settings.until`; and UsageError for an unknown
    tier profile.
    """
    with clock("building the network"):
        data = _Data(projection, settings, *read_log(projection, settings))
        log, as_of = data.log, data.as_of
    with clock("measuring"):
        measured = measures.table(log.network, settings.measures)
    with clock("examining authenticity"):
        authenticity = examine(log.network, projection.reviews, projection.texts, settings.rng_seed)
    with clock("applying the gates"):
        limits = tiers.limits(projection.consumers["platform"])
        checks = find_checks(projection, settings.brand, settings.safety_words, as_of)
        sizes, qualified = _qualify(data, measured, limits, authenticity, checks)
    with clock("measuring content quality"):
        copied = authenticity.copies["review"]
        quality = measure_quality(projection, log.network.ids, copied, settings.rng_seed)
    groups = group(
        log,
        projection,
        moment(as_of).isoformat(),
        settings.min_size,
        settings.rng_seed,
        previous,
        processes,
        clock,
        settings.kinds,
        skip_circles="circles" in settings.skip,
    )
    with clock("scoring"):
        past = Past(log, candidates=choose_candidates(projection, log, authenticity.copies, settings.tiers, limits))
        expected = forecast(past, as_of)
        people = build_people(projection, log, as_of, measured, qualified, groups, authenticity, expected, quality)
        accounts = tiers.label_accounts(projection.accounts, settings.tiers)
        platforms = describe_platforms(people, accounts, projection.ties_of())
        people["part"] = find_parts(log.network, people, accounts, platforms)
        orders = find_clients(log.network.ids, projection.purchases, projection.products, settings.brand, as_of)
        relevance = find_relevance(groups.log, people, groups.niches, as_of, groups.aliases)
        target = find_target_audience(log.network, people, settings.target_languages, settings.target_markets)
        people = pd.concat([people, orders, relevance, target], axis=1)
        if previous is not None:
            people["rank_before"] = find_ranks_before(people, projection.accounts, previous.people)
    with clock("measuring reach"):
        reached = _measure_reach(log, people, groups)
    tested = None
    if "backtest" not in settings.skip:
        with clock("checking against the past"):
            parts = {
                "platform": on_platforms(projection, log),
                "niche": _in_niches(log, members_of(groups.members, "niche")),
            }
            tested = _check(past, settings.rng_seed, parts)
    found = _Found(authenticity, quality, limits, sizes, groups, expected, people, checks, accounts, platforms, tested)
    if previous is not None and previous.info["settings"]["tiers"] == settings.tiers:
        reached |= {f"{kind}s": _add_white_before(reached[f"{kind}s"], kind, previous) for kind in KINDS}
    tables = reached | _other_tables(data, found, reached, previous)
    info = {
        "format": FORMAT,
        "started_at": clock.started.isoformat(timespec="seconds"),
        "seconds": clock.seconds,
        **_describe(data, found, tables["moves"], previous),
    }
    run = Run(str(folder), info, **{name: shaped(name, table) for name, table in tables.items()})
    if previous is None:
        return run
    since = find_since(previous, run)
    compared = {"posts_since": since and since.isoformat()}
    return run.replaced(info=info | {"changes": compared}, changes=list_changes(previous, run))


ENGINES = ("graphkoc", "igraph", "numpy", "pandas", "scipy", "scikit-learn", "duckdb")
EVENTS = ("reviews", "follows", "engagements", "unattributed", "purchases")
"""Frames of a projection of which one has to have rows: people alone are nothing to analyse."""
UNCHECKED = "the check was left out on request (--skip backtest)"
FOUND = ("members", "products", "words", "exemplars", "events", "lifelines")
"""Tables that a run takes as the grouping gives them."""


def read_log(projection: Projection, settings: Settings) -> tuple[Log, float]:
    """The log as of the reference date, and that date; AnalysisError where there is nothing to analyse in it."""
    log, until = projection.log(), settings.until
    if not len(log.day) and until is not None:
        raise AnalysisError(f"no review is known to be from before {until:%Y-%m-%d}", hint="Choose a later date.")
    if all(getattr(projection, name).empty for name in EVENTS):
        where = f" on the platform {settings.platform}" if settings.platform else ""
        raise AnalysisError(
            f"there are no reviews{where}, and no follows, engagements or purchases",
            hint="`graphkoc status` lists what the store holds.",
        )
    if until is None and len(log.day):
        return log.until(log.last_day), log.last_day
    as_of = float(days(pd.Series([until or projection.moment()]))[0])
    return log.until(as_of), as_of


def _qualify(
    data: _Data,
    measured: pd.DataFrame,
    limits: dict[str, tiers.Limits],
    authenticity: Authenticity,
    checks: pd.DataFrame,
) -> tuple[tiers.Sizes, pd.DataFrame]:
    """Everybody's tier; and a row per node of what audience, reviews and engagement figures show, with the gates."""
    projection, log = data.projection, data.log
    ids = log.network.ids
    consumers = projection.consumers.set_index("consumer").loc[ids]
    audience, name = measured["audience"].to_numpy(), data.settings.tiers
    stated = tiers.largest_stated(consumers, projection.accounts, name)
    sizes = tiers.sized(stated["platform"], stated["followers"], audience, name, basis(projection.ties_of()))
    engaged = engagements(projection)
    tightness, origins = measure_closure(log.network), ledger(projection, ids, engaged)
    knit_z, copied = tightness["knit_z"].to_numpy(), authenticity.copies["review"]
    passed = gates.gates(projection, log, data.as_of, sizes, limits, origins, knit_z, copied, data.settings.brand)
    passed["excluded"] = list_excluded(checks, consumers.index, data.settings.exclude).to_numpy()
    passed["role"] = gates.leave_out(passed)
    figures = response(projection, ids, sizes.table, engaged)
    followers = consumers[["followers", "quote"]].astype("Float64").astype(float).reset_index(drop=True)
    known = cover(projection, consumers, audience)
    return sizes, pd.concat([sizes.table, followers, known, tightness, origins, passed, figures], axis=1)


def _other_tables(
    data: _Data, found: _Found, reached: dict[str, pd.DataFrame], previous: Run | None
) -> dict[str, pd.DataFrame]:
    """Every table of the run but those of reach."""
    log, groups = data.log, found.groups
    in_niches = members_of(groups.members, "niche")
    note_types = find_note_types(groups.log, data.projection.placed_reviews())
    tables = {
        "people": found.people,
        "accounts": found.accounts,
        "features": found.expected.features.assign(consumer=log.network.ids),
        "suspicions": found.authenticity.suspicions,
        "copies": found.authenticity.copies,
        "checks": found.checks,
        "texts": found.quality.texts,
        "posts": list_posts(data.projection, found.people, data.as_of, data.settings.brand, note_types),
        "moves": _moves(data, found),
        "bubbles": _place_groups(data, found, reached, previous),
        **{name: getattr(groups, name) for name in FOUND},
    }
    if data.settings.brand is not None:
        tables["brand"] = _brand_view(data, in_niches, data.settings.brand)
    return tables | ({"read_follows": _list_follows(log)} if log.timeless else _log_tables(log))


def _describe(data: _Data, found: _Found, moves: pd.DataFrame, previous: Run | None) -> dict[str, Any]:
    """What run.json holds of an analysis, but for when and how long it ran."""
    projection, settings, log = data.projection, data.settings, data.log
    people = found.people
    inputs = projection.inputs()
    return {
        "at": moment(data.as_of).isoformat(),
        "settings": settings.to_dict(),
        "versions": {name: version(name) for name in ENGINES} | {"python": host.python_version()},
        "inputs": inputs,
        "line": line_of(inputs, previous),
        "loads": [
            {"load": row.load, "source": row.source, "files": json.loads(str(row.files))}
            for row in projection.loads.sort_values("load").itertuples()
        ],
        "ties_of": projection.ties_of(),
        "stands_in": stands_in(projection.ties_of()),
        "crawl": crawl(projection),
        "left_out": describe_unattributed(projection),
        "counts": _count(projection, log, people["ties"]),
        "tiers": found.sizes.summary,
        "reach_of": found.platforms,
        "parts": parts_of(count_parts(people).iloc[0]),
        "limits": found.limits,
        "gates": gates.count_gates(people, found.limits),
        "score": _score_info(found.expected, data.as_of, int(people["role"].isin(RANKED).sum()), log),
        **found.groups.info,
        "authenticity": found.authenticity.summary | {"effect": ranking_without.summarise_moves(moves)},
        "quality": found.quality.summary,
        "agreement": _agreement(projection, log, people, found.expected.by_hand.total),
        "brand_unheard": unheard(settings.brand, projection.products, projection.texts) if settings.brand else [],
        **_describe_test(found.tested),
    }


def _describe_test(tested: Backtest | UntestableError | None) -> dict[str, Any]:
    """What run.json holds of the backtest: its figures, or why there are none and what the data lack for it.

    The data lack nothing, for all that is known, where nobody asked for it.
    """
    if tested is None:
        return {"backtest": None, "backtest_why_not": UNCHECKED, "backtest_lacks": None}
    if isinstance(tested, UntestableError):
        return {"backtest": None, "backtest_why_not": str(tested), "backtest_lacks": tested.lacks}
    return {"backtest": tested.to_dict(), "backtest_why_not": None, "backtest_lacks": None}


def _count(projection: Projection, log: Log, ties: pd.Series[str]) -> dict[str, Any]:
    """How many of everything there are; ties: (n,) what each person's audience is counted in."""
    engaged = int((ties == "engagements").to_numpy()[log.network.source].sum())
    dated = len(log.day) and not projection.undated
    return {
        "consumers": len(log.network),
        "accounts": len(log.network) + len(projection.accounts) - projection.accounts["consumer"].nunique(),
        "products": len(projection.products),
        "follows": len(log.network.source) - engaged,
        "engaged": engaged,
        "uncounted_follows": projection.uncounted(log),
        "undated_follows": int(np.isnan(log.network.since).sum()),
        "reviews": len(projection.reviews),
        "first_reviews": len(log.day),
        "undated_reviews": int(projection.reviews["created_at"].isna().sum()),
        "purchases": len(projection.purchases),
        "customers": projection.purchases["consumer"].nunique(),
        "categories": len(log.categories),
        "first_review": moment(float(log.day[0])).isoformat() if dated else UNDATED,
        "last_review": moment(log.last_day).isoformat() if dated else UNDATED,
    }


COUNTED = ("kocs", "kols", "wide")
"""Columns of niches and circles that count members by role."""


def _measure_reach(log: Log, people: pd.DataFrame, groups: Grouping) -> dict[str, pd.DataFrame]:
    """The tables of niches and circles, with counts of the roles inside, and those of who reaches whom."""
    in_niches, in_circles = members_of(groups.members, "niche"), members_of(groups.members, "circle")
    is_wide = people["role"].isin(WIDE_ROLES)
    marks = people[["consumer", "part"]].assign(
        kocs=people["role"].isin(RANKED), kols=people["role"] == "kol", wide=is_wide & (people["role"] != "kol")
    )
    roles = people.loc[people["role"] != "none", ["consumer", "role"]]
    reached = reach.reach(log.network, in_niches, roles)
    carries = reach.carriers(log.network, in_circles, in_niches)
    named = carries["niche"].map(groups.niches.set_index("niche")["name"])
    niches = groups.niches.join(_count_roles(in_niches, "niche", marks), on="niche")
    circles = groups.circles.join(_count_roles(in_circles, "circle", marks), on="circle")
    circles["niches"] = circles["circle"].map(named.groupby(carries["circle"]).agg("; ".join))
    return {
        "niches": niches.merge(reached.niches.drop(columns="people"), on="niche", how="left"),
        "circles": circles,
        "reach": reached.people,
        "carries": carries,
        "bridges": reach.bridges(log.network, in_circles, in_niches, roles),
        "circle_bridges": reach.circle_bridges(log.network, in_circles),
    }


def _count_roles(members: pd.DataFrame, kind: str, marks: pd.DataFrame) -> pd.DataFrame:
    """How many people of each role are in each group, how many in each part of its reach, and its white space."""
    inside = members[["consumer", kind]].merge(marks[["consumer", "part", *COUNTED]], on="consumer")
    parts = count_parts(inside, kind)
    return inside.groupby(kind)[list(COUNTED)].sum().join(parts).join(shares(parts))


def _add_white_before(table: pd.DataFrame, kind: str, previous: Run) -> pd.DataFrame:
    """The groups of a kind, with how many people each had in the white space of the previous run."""
    before = previous.table(f"{kind}s").set_index(kind)
    white = before["only_koc"] + before["nobody"]
    return table.assign(white_people_before=table[kind].map(white).astype("float64"))


def _place_groups(data: _Data, found: _Found, reached: dict[str, pd.DataFrame], previous: Run | None) -> pd.DataFrame:
    """The positions of niches and circles on the map."""
    members = found.groups.members
    ties_of = data.projection.ties_of()
    platforms = find_platforms(members_of(members, "circle"), found.people, found.accounts, ties_of)
    circles = reached["circles"].assign(platform=reached["circles"]["circle"].map(platforms))
    inside = members[members["confidence"] >= MEMBER]
    before = None if previous is None else previous.bubbles
    placed = positions.place_groups(reached["niches"], circles, inside, before)
    if before is None or "circles" not in data.settings.skip:
        return placed
    # Circles that were not looked for are found again at their places.
    return pd.concat([before[before["kind"] == "circle"], placed], ignore_index=True)


def _brand_view(data: _Data, members: pd.DataFrame, brand: Brand) -> pd.DataFrame:
    projection = data.projection
    reviews, texts = projection.placed_reviews(), projection.texts
    return view(reviews, projection.purchases, projection.products, texts, members, brand, data.as_of)


def _moves(data: _Data, found: _Found) -> pd.DataFrame:
    """The ranking without suspicious people; no rows where nobody is suspicious."""
    suspicious = found.authenticity.suspicious
    if not suspicious.any():
        return empty("moves")
    rescored = found.expected.again(data.log.without(suspicious), data.as_of)
    return ranking_without.moves(found.people, suspicious, rescored)


def _agreement(
    projection: Projection, log: Log, people: pd.DataFrame, by_hand: NDArray[np.float64]
) -> dict[str, Any] | None:
    """How far the score and other rankings agree on the key opinion consumers."""
    ranked = people["role"].isin(RANKED).to_numpy(dtype=bool)
    rankings = {
        "score": people["score"].to_numpy(float),
        "formula": by_hand,
        "audience": people["audience"].to_numpy(float),
        "pagerank": people["pagerank"].to_numpy(float),
        "engagement": engagement(projection.reviews, projection.engagements, log.network.ids),
    }
    return agreement(log.network.ids[ranked], {name: values[ranked] for name, values in rankings.items()})


def _log_tables(log: Log) -> dict[str, pd.DataFrame]:
    """The log as tables with names for numbers: what the queries that recompute a figure read."""
    ids, items = log.network.ids, log.items
    named = log.item_names()
    return {
        "read_reviews": pd.DataFrame({"consumer": ids[log.person], "day": log.day}),
        "read_items": pd.DataFrame(
            {
                "consumer": ids[items.person],
                "item": named[items.item],
                "kind": items.kind,
                "day": items.day,
            }
        ),
        "read_follows": _list_follows(log),
    }


def _list_follows(log: Log) -> pd.DataFrame:
    ids, network = log.network.ids, log.network
    ends = {"followee": ids[network.source], "follower": ids[network.target]}
    return pd.DataFrame({**ends, "weight": network.weight})


def _score_info(expected: Forecast, as_of: float, listed: int, log: Log) -> dict[str, Any]:
    """What run.json holds of the score: with the model, any score can be computed again from the features."""
    scored = expected.score
    return {
        "kind": scored.kind,
        "why": scored.why if listed else _explain_no_list(scored.why, as_of, log),
        "parts": [asdict(part) for part in scored.parts],
        "model": expected.model.to_dict() | {"at": as_of} if expected.model else None,
    }


def _explain_no_list(why: str, as_of: float, log: Log) -> str:
    """Why nobody is listed; why: the reason for the kind of score."""
    if not len(log.day):
        return "nobody has reviewed anything, so there is nothing to rank people by"
    nobody = "nobody passes every gate"
    if log.last_day <= as_of - YEAR:
        newest = f"{moment(log.last_day):%Y-%m-%d}"
        nobody = f"nobody has reviewed in the year before {moment(as_of):%Y-%m-%d}; the newest review is of {newest}"
    return f"{why}; the list is empty because {nobody}"


def choose_candidates(
    projection: Projection,
    log: Log,
    copies: pd.DataFrame,
    tier_profile: str | None = None,
    limits: dict[str, tiers.Limits] | None = None,
) -> Candidates:
    """Those who may be on the list at any day; of a log without dates, which has no other day, by audience alone.

    copies: near copies of others' texts, with the column review. limits: the gates' by platform, by default those of
    the tier files.
    """
    if log.timeless:
        return AUDIENCE
    limits = tiers.limits(projection.consumers["platform"]) if limits is None else limits
    return Eligible(projection, log, limits, copies["review"], tier_profile)


def on_platforms(projection: Projection, log: Log) -> dict[str, NDArray[np.bool_]]:
    """The people of each platform, by its name: (n,) bool over log.network."""
    platform = projection.consumers.set_index("consumer")["platform"].reindex(log.network.ids)
    return {name: (platform == name).to_numpy(bool) for name in sorted(platform.dropna().unique())}


def _in_niches(log: Log, members: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    return {
        str(niche): np.isin(log.network.ids, inside.to_numpy(dtype=str))
        for niche, inside in members.groupby("niche")["consumer"]
    }


def _check(past: Past, rng_seed: int, groups: Groups) -> Backtest | UntestableError:
    try:
        return backtest(past.log, SPLITS, TOP, rng_seed, past=past, groups=groups)
    except UntestableError as error:
        return error

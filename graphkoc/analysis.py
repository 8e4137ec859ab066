"""One analysis: what a store holds, measured, grouped, scored and checked, becomes a run."""

from __future__ import annotations

import json
import platform as host
from dataclasses import asdict, dataclass
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
from graphkoc.errors import AnalysisError
from graphkoc.graph.action_log import Log, moment
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.measures.closure import knit
from graphkoc.measures.ego import ego_measures
from graphkoc.progress import Clock
from graphkoc.qualify import gates, tiers
from graphkoc.qualify.audience import basis, stands_in
from graphkoc.qualify.authenticity import Authenticity, examine
from graphkoc.qualify.authenticity import ranking_without as without_them
from graphkoc.qualify.backtest import SPLITS, TOP, Backtest, Groups, backtest
from graphkoc.qualify.brand import Brand, unheard, view
from graphkoc.qualify.doctor import crawl
from graphkoc.qualify.engagement import engagements, response
from graphkoc.qualify.gates.origins import ledger
from graphkoc.qualify.people import YEAR
from graphkoc.qualify.people import people as table_of_people
from graphkoc.qualify.rank_agreement import agreement, engagement
from graphkoc.qualify.score.forecast import Forecast, Past, forecast
from graphkoc.runs.members import members_of
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import FORMAT, UNDATED, Run, empty, line_of, shaped

__all__ = ["Settings", "analyse", "on_platforms"]


@dataclass(frozen=True)
class Settings:
    """What an analysis was asked for: one platform's people; the time (UTC) that it looks out from,
    by default the newest review's; people that a circle or niche must have; where chance begins; whose
    view it takes; which optional measures it adds; by whose tiers an audience is small (by default
    those of the platform's tier file, see `graphkoc.qualify.tiers`); and what every page made of it says."""

    platform: str | None = None
    until: datetime | None = None
    min_size: int = 10
    rng_seed: int = 0
    brand: Brand | None = None
    measures: tuple[str, ...] = ()
    tiers: str | None = None
    notice: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The settings for JSON."""
        until = self.until.isoformat() if self.until else None
        return asdict(self) | {"until": until, "measures": list(self.measures)}


def analyse(
    projection: Projection,
    folder: Path,
    settings: Settings,
    clock: Clock,
    previous: Run | None = None,
    threads: int | None = None,
) -> Run:
    """The run of a projection; not saved yet.

    previous: the run whose circles and niches are followed on. threads: processes to use, by default one
    for each processor; the result is the same. Raises AnalysisError when there are no reviews,
    and UsageError for tiers that there are none of.
    """
    given, projection = projection, projection.placed()
    with clock("building the network"):
        log, at = _log(projection, settings)
    with clock("measuring"):
        measured = measures.table(log.network, settings.measures)
    with clock("looking for patterns"):
        seen = examine(log.network, given.reviews, projection.texts, settings.rng_seed)
    with clock("asking who may be one"):
        limits = tiers.limits(given.consumers["platform"])
        sizes, qualified = _qualified(given, log, at, measured, limits, seen, settings)
    groups = group(
        log, projection, moment(at).isoformat(), settings.min_size, settings.rng_seed, previous, threads, clock
    )
    with clock("scoring"):
        past = Past(log)
        expected = forecast(past, at)
        people = table_of_people(given, log, at, measured, qualified, expected.score, expected.by_hand)
        in_niches, in_circles = members_of(groups.members, "niche"), members_of(groups.members, "circle")
        people["niche"] = _strongest(people, in_niches, "niche")
        people["circle"] = _strongest(people, in_circles, "circle")
        for heard, speak in (("kol", ("kol",)), ("koc", RANKED)):
            people[f"hears_{heard}"] = _hears(log, people["role"].isin(speak).to_numpy(dtype=bool))
        people = people.assign(**_authentic(seen, log), **_ego(log, people))
    with clock("reaching out"):
        tables = _reached(log, people, groups, in_niches, in_circles)
        moves = _moves(seen, log, people, expected, at)
        tables |= {"suspicions": seen.suspicions, "copies": seen.copies, "moves": moves}
        tables |= _seen(projection, in_niches, settings.brand, at)
        tables["positions"] = positions.bubbles(
            tables["niches"], in_niches, None if previous is None else previous.positions
        )
        tables["ties"] = positions.ties(log.network, people)
    with clock("checking against the past"):
        parts = {"platform": on_platforms(projection, log), "niche": _in_niches(log, in_niches)}
        tested, why_not = _tested(past, settings.rng_seed, parts)
    info = {
        "format": FORMAT,
        "started_at": clock.started.isoformat(timespec="seconds"),
        "seconds": clock.seconds,
        "at": moment(at).isoformat(),
        "settings": settings.to_dict(),
        "versions": {name: version(name) for name in ENGINES} | {"python": host.python_version()},
        "inputs": (inputs := given.inputs()),
        "line": line_of(inputs, previous),
        "loads": [
            {"load": row.load, "source": row.source, "files": json.loads(str(row.files))}
            for row in projection.loads.sort_values("load").itertuples()
        ],
        "ties_of": projection.ties_of(),
        "stands_in": stands_in(projection.ties_of()),
        "crawl": crawl(projection),
        "counts": _counts(given, log, people["ties"]),
        "tiers": sizes.told,
        "limits": limits,
        "gates": gates.opened(people, limits),
        "score": _told(expected, at, int(people["role"].isin(RANKED).sum()), log),
        **groups.told,
        "authenticity": seen.told | {"effect": without_them.told(tables["moves"])},
        "agreement": _agreement(projection, log, people, expected.by_hand.total),
        "brand_unheard": unheard(settings.brand, projection.products) if settings.brand else [],
        "backtest": tested.to_dict() if tested else None,
        "backtest_why_not": why_not,
    }
    tables |= {"people": people, "accounts": projection.accounts}
    tables |= {"features": expected.features.assign(consumer=log.network.ids)}
    tables |= {name: getattr(groups, name) for name in FOUND}
    if not log.timeless:
        tables |= _read(log)
    return Run(str(folder), info, **{name: shaped(name, table) for name, table in tables.items()})


FOUND = ("members", "products", "words", "exemplars", "events", "lifelines")
"""Tables that a run takes as the grouping gives them."""
ENGINES = ("graphkoc", "igraph", "numpy", "pandas", "scipy", "scikit-learn", "duckdb")
LISTED = 200
"""Key opinion consumers whose ego networks are measured."""


def _log(projection: Projection, settings: Settings) -> tuple[Log, float]:
    """The log that is looked out from, and the day; AnalysisError when there is no review in it."""
    log, until = projection.log(), settings.until
    if projection.reviews.empty and until is None:
        where = f" on the platform {settings.platform}" if settings.platform else ""
        raise AnalysisError(f"there are no reviews{where}", hint="`graphkoc status` says what is there.")
    if not len(log.day) and until is not None:
        raise AnalysisError(f"no review is known to be from before {until:%Y-%m-%d}", hint="Look out from a later day.")
    at = log.last_day if until is None else float(days(pd.Series([until]))[0])
    return log.until(at), at


def _qualified(
    projection: Projection,
    log: Log,
    at: float,
    measured: pd.DataFrame,
    limits: dict[str, tiers.Limits],
    seen: Authenticity,
    settings: Settings,
) -> tuple[tiers.Sizes, pd.DataFrame]:
    """Everybody's tiers, and with them what her audience, her reviews and what came back say of her."""
    ids = log.network.ids
    consumers = projection.consumers.set_index("consumer").loc[ids]
    audience = measured["audience"].to_numpy()
    sizes = tiers.sized(
        consumers["platform"], consumers["followers"], audience, settings.tiers, basis(projection.ties_of())
    )
    engaged = engagements(projection)
    tightness, kept = knit(log.network), ledger(projection, ids, engaged)
    knit_z, copied = tightness["knit_z"].to_numpy(), seen.copies["review"]
    passed = gates.gates(projection, log, at, sizes, limits, kept, knit_z, copied, settings.brand)
    came_back = response(projection, ids, sizes.table, engaged)
    followers = consumers[["followers", "quote"]].astype("Float64").astype(float).reset_index(drop=True)
    return sizes, pd.concat([sizes.table, followers, tightness, kept, passed, came_back], axis=1)


def _counts(projection: Projection, log: Log, ties: pd.Series[str]) -> dict[str, Any]:
    """How many of everything; ties: (n,) what each person's audience is counted in."""
    engaged = int((ties == "engagements").to_numpy()[log.network.source].sum())
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
        "categories": len(log.categories),
        "first_review": UNDATED if projection.undated else moment(float(log.day[0])).isoformat(),
        "last_review": UNDATED if projection.undated else moment(log.last_day).isoformat(),
    }


def _strongest(people: pd.DataFrame, members: pd.DataFrame, kind: str) -> pd.Series[str]:
    """The first of each person's groups, in the order of `members`."""
    return people["consumer"].map(members.drop_duplicates("consumer").set_index("consumer")[kind]).astype("str")


def _hears(log: Log, speakers: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) bool: who follows at least one of the speakers."""
    ears = np.zeros(len(speakers), dtype=bool)
    ears[log.network.target[speakers[log.network.source]]] = True
    return ears


def _reached(
    log: Log, people: pd.DataFrame, groups: Grouping, in_niches: pd.DataFrame, in_circles: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Who reaches whom: the niches and circles with what is in them, and the tables of reach."""
    marks = people.assign(kocs=people["role"].isin(RANKED), kols=people["role"] == "kol")
    roles = people.loc[people["role"] != "none", ["consumer", "role"]]
    reached = reach.reach(log.network, in_niches, roles)
    carries = reach.carriers(log.network, in_circles, in_niches)
    named = carries["niche"].map(groups.niches.set_index("niche")["name"])
    niches = groups.niches.join(_inside(in_niches, "niche", marks), on="niche")
    circles = groups.circles.join(_inside(in_circles, "circle", marks), on="circle")
    circles["niches"] = circles["circle"].map(named.groupby(carries["circle"]).agg("; ".join))
    return {
        "niches": niches.merge(reached.niches.drop(columns="people"), on="niche", how="left"),
        "circles": circles,
        "reach": reached.people,
        "carries": carries,
        "bridges": reach.bridges(log.network, in_circles, in_niches, roles),
        "circle_bridges": reach.circle_bridges(log.network, in_circles),
    }


def _inside(members: pd.DataFrame, kind: str, marks: pd.DataFrame) -> pd.DataFrame:
    """How many key opinion consumers and people with a wide audience are in each group."""
    return (
        members[["consumer", kind]]
        .merge(marks[["consumer", "kocs", "kols"]], on="consumer")
        .groupby(kind)
        .agg({"kocs": "sum", "kols": "sum"})
    )


def _seen(projection: Projection, in_niches: pd.DataFrame, brand: Brand | None, at: float) -> dict[str, pd.DataFrame]:
    """The brand's view, where there is a brand."""
    if brand is None:
        return {}
    return {"brand": view(projection.reviews, projection.purchases, projection.products, in_niches, brand, at)}


def _authentic(seen: Authenticity, log: Log) -> dict[str, Any]:
    """Columns of people: patterns (joined by semicolons), suspicious, critical."""
    by = seen.suspicions.drop_duplicates(["consumer", "pattern"]).groupby("consumer")["pattern"]
    shown = by.agg("; ".join).reindex(log.network.ids).to_numpy(dtype=object)
    return {"patterns": shown, "suspicious": seen.suspicious, "critical": seen.critical}


def _ego(log: Log, people: pd.DataFrame) -> dict[str, Any]:
    """Columns of people, for the first key opinion consumers: the measures of their ego networks."""
    listed = np.flatnonzero((people["rank"] <= LISTED).fillna(False).to_numpy(dtype=bool))
    circle = people["circle"].astype(object).where(people["circle"].notna(), None).to_numpy()
    measured = ego_measures(log.network, listed, circle).reindex(range(len(people)))
    return {str(name): values.to_numpy() for name, values in measured.items()}


def _moves(seen: Authenticity, log: Log, people: pd.DataFrame, expected: Forecast, at: float) -> pd.DataFrame:
    """The ranking without suspicious people; no rows where there are none."""
    if not seen.suspicious.any():
        return empty("moves")
    rescored = expected.again(log.without(seen.suspicious), at)
    return without_them.moves(people, seen.suspicious, rescored)


def _agreement(
    projection: Projection, log: Log, people: pd.DataFrame, by_hand: NDArray[np.float64]
) -> dict[str, Any] | None:
    """How far the score and what others would rank by agree on the key opinion consumers."""
    ranked = people["role"].isin(RANKED).to_numpy(dtype=bool)
    rankings = {
        "score": people["score"].to_numpy(float),
        "formula": by_hand,
        "audience": people["audience"].to_numpy(float),
        "pagerank": people["pagerank"].to_numpy(float),
        "engagement": engagement(projection.reviews, projection.engagements, log.network.ids),
    }
    return agreement(log.network.ids[ranked], {name: values[ranked] for name, values in rankings.items()})


def _read(log: Log) -> dict[str, pd.DataFrame]:
    """The log as tables, by names: what the queries behind the numbers run on."""
    ids, subjects, network = log.network.ids, log.subjects, log.network
    named = log.subject_names()
    return {
        "read_reviews": pd.DataFrame({"consumer": ids[log.person], "day": log.day, "rating": log.rating}),
        "read_subjects": pd.DataFrame(
            {
                "consumer": ids[subjects.person],
                "subject": named[subjects.subject],
                "kind": subjects.kind,
                "day": subjects.day,
            }
        ),
        "read_follows": pd.DataFrame({"followee": ids[network.source], "follower": ids[network.target]}),
    }


def _told(expected: Forecast, at: float, listed: int, log: Log) -> dict[str, Any]:
    """What run.json says of the score: with the model, any score can be computed again from the features."""
    scored = expected.score
    nobody = "nobody passes every gate"
    if log.last_day <= at - YEAR:
        newest = f"{moment(log.last_day):%Y-%m-%d}"
        nobody = f"nobody has reviewed in the year before {moment(at):%Y-%m-%d}, the newest review is of {newest}"
    return {
        "kind": scored.kind,
        "why": scored.why if listed else f"{scored.why}; there is not enough for a list: {nobody}",
        "parts": [asdict(part) for part in scored.parts],
        "model": expected.model.to_dict() | {"at": at} if expected.model else None,
    }


def on_platforms(projection: Projection, log: Log) -> dict[str, NDArray[np.bool_]]:
    """Who is on each platform, by its name: (n,) bool over log.network."""
    platform = projection.consumers.set_index("consumer")["platform"].reindex(log.network.ids)
    return {name: (platform == name).to_numpy(bool) for name in sorted(platform.dropna().unique())}


def _in_niches(log: Log, members: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    return {
        str(niche): np.isin(log.network.ids, inside.to_numpy(dtype=str))
        for niche, inside in members.groupby("niche")["consumer"]
    }


def _tested(past: Past, rng_seed: int, groups: Groups) -> tuple[Backtest | None, str | None]:
    try:
        return backtest(past.log, SPLITS, TOP, rng_seed, past=past, groups=groups), None
    except AnalysisError as error:
        return None, str(error)

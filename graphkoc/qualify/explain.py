"""Why somebody stands where she stands, in words that can be repeated to a client, from a run alone."""

from __future__ import annotations

import math
import shlex
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.qualify.adopters import carriers
from graphkoc.qualify.audience import counted
from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.qualify.gates.words import list_gates
from graphkoc.qualify.reasons import reasons
from graphkoc.qualify.score import PILLARS, Part, points
from graphkoc.qualify.score.percentiles import percentile_query
from graphkoc.qualify.score.sql import feature_query
from graphkoc.qualify.tiers import RELATIVE
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["cautions", "explain_consumer", "parts_of"]

FEW_REVIEWS = 10
MOST_MORE = 100
"""Reviews that somebody could write; what needs more is out of reach."""


def explain_consumer(run: Run, consumer: str) -> dict[str, Any]:
    """A consumer's score in parts that add up.

    Returns {consumer, score, kind, parts: [{part, pillar, what, value, points, percentile, percentile_niche,
    query}], pillars: [{pillar, what, points}], tier, label, role, audience, audience_of (in words), rank,
    niche, circle, gates, change, carried_by, carried_reviews, reasons, cautions}. percentile: share of her
    tier whose value is at most hers, 0 to 100; percentile_niche: of her niche, None without one. query: a
    command line, or a SELECT for DuckDB, that recomputes the value. pillars: sums of the parts in each. gates:
    those of `graphkoc.qualify.gates.list_gates`. change: what would put her a place higher. carried_by,
    carried_reviews: see `graphkoc.qualify.adopters`. Raises UsageError for an unknown consumer.
    """
    person = run.person(consumer)
    consumer = str(person["consumer"])
    parts = _parts(run, person)
    return {
        "consumer": consumer,
        "score": float(person["score"]),
        "kind": run.info["score"]["kind"],
        "parts": parts,
        "pillars": _pillars(parts),
        "tier": person["tier"],
        "label": person["label"],
        "role": person["role"],
        "audience": int(person["audience"]),
        "audience_of": counted(person["audience"], person["ties"]),
        "rank": None if pd.isna(person["rank"]) else int(person["rank"]),
        "niche": run.group_name("niche", person["niche"]),
        "circle": run.group_name("circle", person["circle"]),
        "gates": list_gates(person, run.info["limits"]),
        "change": _nearest_change(run, person),
        **carriers(run, consumer),
        "reasons": reasons(run, person),
        "cautions": cautions(run, person),
    }


def _nearest_change(run: Run, person: pd.Series[Any]) -> str | None:
    """What would put her one place higher, by her own doing; None for who is first, or not ranked."""
    if pd.isna(person["rank"]) or person["rank"] == 1 or run.info["score"]["kind"] == "percentiles":
        return None
    above = run.people[run.people["rank"] == person["rank"] - 1].iloc[0]
    gap = float(above["score"] - person["score"])
    more = np.arange(1, MOST_MORE + 1)
    if run.info["score"]["kind"] == "formula":
        gained = points(person["own_activity"] + more) - points(np.array(person["own_activity"]))
    else:
        hers = run.features[run.features["consumer"] == person["consumer"]].iloc[0]
        gained = np.zeros(MOST_MORE)
        for said in run.info["score"]["model"]["features"]:
            # A review of today counts whole in each of these, whatever its half-life.
            if said["pillar"] == "activity" and said["feature"] not in ("since_last", "tenure"):
                value = hers[said["feature"]]
                gained += said["coefficient"] / said["scale"] * (np.log1p(value + more) - np.log1p(value))
    enough = np.flatnonzero(gained > gap)
    if not len(enough):
        return f"rank {int(above['rank'])} is {gap:.2f} points away, more than {MOST_MORE} more reviews would give"
    needed = count(int(more[enough[0]]), "more reviews")
    return f"{needed} today, all else equal, would pass rank {int(above['rank'])}, which is {gap:.2f} points away"


def parts_of(run: Run) -> tuple[Part, ...]:
    """What the run's score is made of."""
    return tuple(Part(**part) for part in run.info["score"]["parts"])


def _parts(run: Run, person: pd.Series[Any]) -> list[dict[str, Any]]:
    consumer = str(person["consumer"])
    peers = (run.people["tier"] == person["tier"]).to_numpy()
    inside = (run.people["niche"] == person["niche"]).fillna(False).to_numpy(dtype=bool)
    kind = run.info["score"]["kind"]
    if kind == "forecast":
        return _features(run, consumer, peers, inside)
    given = {"consumer": consumer, "at": run.info["at"]}
    if platform := run.info["settings"]["platform"]:
        given["platform"] = platform
    asked = " ".join(f"-p {shlex.quote(f'{name}={value}')}" for name, value in given.items())
    return [
        {
            "part": part.name,
            "pillar": "reach" if part.name == "audience_activity" else "activity" if kind == "formula" else part.name,
            "what": part.what,
            "value": float(person[part.name]),
            "points": float(person[f"{part.name}_points"]),
            "percentile": float(100 * (run.people.loc[peers, part.name] <= person[part.name]).mean()),
            "percentile_niche": _within(run.people.loc[inside, part.name], person[part.name]),
            "query": percentile_query(part.name, run.folder, consumer)
            if part.query is None
            else f"graphkoc query {part.query} {asked}",
        }
        for part in parts_of(run)
    ]


def _pillars(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pillars that the parts are in, in their order, each with the sum of their points."""
    return [
        {"pillar": pillar.name, "what": pillar.what, "points": math.fsum(part["points"] for part in inside)}
        for pillar in PILLARS
        if (inside := [part for part in parts if part["pillar"] == pillar.name])
    ]


def _features(run: Run, consumer: str, peers: NDArray[np.bool_], inside: NDArray[np.bool_]) -> list[dict[str, Any]]:
    hers = run.features[run.features["consumer"] == consumer].iloc[0]
    model = run.info["score"]["model"]
    return [
        {
            "part": said["feature"],
            "pillar": said["pillar"],
            "what": said["what"],
            "value": float(value := hers[said["feature"]]),
            "points": math.log1p(max(value, 0)) * said["coefficient"] / said["scale"],
            "percentile": float(100 * (run.features.loc[peers, said["feature"]] <= value).mean()),
            "percentile_niche": _within(run.features.loc[inside, said["feature"]], value),
            "query": feature_query(said["feature"], run.folder, consumer, model["at"]),
        }
        for said in model["features"]
    ]


def _within(values: pd.Series[Any], value: float) -> float | None:
    return float(100 * (values <= value).mean()) if len(values) else None


def cautions(run: Run, person: pd.Series[Any]) -> list[str]:
    """What an analyst should know before she relies on it."""
    said = []
    if person["role"] == "kol":
        said.append(
            f"her audience is wide by the tiers {person['tier_profile']}, so she is no key opinion consumer here"
        )
    if person["tier"] == "tiny" and person["tier_profile"] == RELATIVE:
        said.append(f"fewer than {person['tier_low']:,.0f} people are known in her audience, too few to say much")
    elif person["tier"] == "tiny":
        said.append(f"fewer than {person['tier_low']:,.0f} followers, too few for the tiers {person['tier_profile']}")
    if person["ties"] == "engagements":
        said.append(run.info["stands_in"])
    if not person["reviews_365"]:
        said.append("she has reviewed nothing in the last year")
    chance = (run.info["backtest"] or {}).get("chance")
    if chance and chance["score"] <= chance["share"]:
        said.append("the backtest finds no signal beyond chance: do not rely on this ranking")
    if run.info["score"]["kind"] == "percentiles":
        said.append(
            "no review has a date, or all have the same: who is active now is not known, and no past could check "
            "this ranking"
        )
    elif not run.info["backtest"]:
        said.append(f"this ranking is not checked against the past: {run.info['backtest_why_not']}")
    if run.info["crawl"]:
        said.append(run.info["crawl"])
    if person["reviews"] < FEW_REVIEWS:
        said.append(f"the score rests on {count(person['reviews'], 'reviews')}")
    passing = list_gates(person, run.info["limits"])
    said += [
        f"not {gate['who']}: {gate['words']}"
        for gate in passing
        if gate["state"] == "failed" and gate["gate"] not in ("active", "small")
    ]
    if unknown := [gate["who"] for gate in passing if gate["state"] == "unknown" and gate["required"]]:
        said.append(f"not known, which keeps nobody out: {', '.join(unknown)}")
    if person["origin_unknown"] == 1 and person["reviews"]:
        said.append("whether her reviews are earned, gifted or paid is not known")
    seen = run.suspicions[run.suspicions["consumer"] == person["consumer"]]
    said += [f"{row.evidence}: consistent with {PATTERNS[str(row.pattern)]}" for row in seen.itertuples()]
    if places := _places_apart(run, person["consumer"]):
        said.append(f"rankings are at odds about her: {places}")
    follows, undated = run.info["counts"]["follows"], run.info["counts"]["undated_follows"]
    if undated >= 0.1 * follows > 0:
        some = (
            "follows have no dates here"
            if undated == follows
            else f"{undated:,} of {count(follows, 'follows')} have no date"
        )
        said.append(f"{some}: an audience of today stands in for that of the time")
    return said


def _places_apart(run: Run, consumer: str) -> str:
    """Where the rankings put her, if that is far apart."""
    told = run.info["agreement"]
    apart = [one["places"] for one in told["breaks"] if one["consumer"] == consumer] if told else []
    return ", ".join(f"place {place:,} by {name}" for places in apart for name, place in places.items())

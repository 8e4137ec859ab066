"""Why a person has their rank, in words that can be repeated to a client, from a run alone."""

from __future__ import annotations

import math
import shlex
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.qualify.adopters import find_adopters
from graphkoc.qualify.audience import counted, describe_audience_coverage
from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.qualify.formula import apply_formula
from graphkoc.qualify.gates.words import list_gates
from graphkoc.qualify.lists import list_accounts, list_checks
from graphkoc.qualify.quality.words import describe_content, describe_site, placed
from graphkoc.qualify.reasons import reasons
from graphkoc.qualify.score import PILLARS, Part, points
from graphkoc.qualify.score.percentiles import percentile_query
from graphkoc.qualify.score.sql import feature_query
from graphkoc.qualify.tiers import RELATIVE
from graphkoc.runs.roles import WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import count, is_missing, number_or_none, text_or_none, whole_or_none

__all__ = ["cautions", "explain_consumer", "parts_of"]

FEW_REVIEWS = 10
MOST_MORE = 100
"""Reviews that a person could write; a change that needs more is out of reach."""


def explain_consumer(run: Run, consumer: str) -> dict[str, Any]:
    """A consumer's score in parts that add up.

    Returns {consumer, score, kind, parts: [{part, pillar, what, value, points, percentile, percentile_niche, query}],
    pillars: [{pillar, what, points}], tier, label, role, client, formula, audience, audience_of (in words), followers
    (that the platform states), audience_coverage (the share of them that is known), posts, posts_engaged (with a known
    engagement), coverage (the same in words), audience_stated (who the audience is, as a list of accounts states),
    rank, niche, circle, gates, quality, change, carried_by, carried_reviews, reasons, cautions, checks, accounts}.
    percentile is the share of people of the same tier whose value is at most this person's, 0 to 100; percentile_niche
    the same of their niche, None without one. query is a command line, or a SELECT for DuckDB, that recomputes the
    value. pillars are sums of the parts in each. gates are those of `graphkoc.qualify.gates.words.list_gates`, formula
    the factors of `graphkoc.qualify.formula.apply_formula`. quality is that of what they write: {percentile (None where
    unknown), texts, quotes (ids of reviews), votes (received, over those of the peers), sentences}. change is what
    would raise the rank by one. carried_by and carried_reviews: see `graphkoc.qualify.adopters`. Raises UsageError for
    an unknown consumer.
    """
    person = run.person(consumer)
    consumer = str(person["consumer"])
    parts = _list_parts(run, person)
    return {
        "consumer": consumer,
        "score": float(person["score"]),
        "kind": run.info["score"]["kind"],
        "parts": parts,
        "pillars": _sum_pillars(parts),
        "tier": person["tier"],
        "label": person["label"],
        "role": person["role"],
        "client": person["client"],
        "formula": apply_formula(run, person),
        "audience": int(person["audience"]),
        "audience_of": counted(person["audience"], person["ties"]),
        "followers": whole_or_none(person["followers"]),
        "audience_coverage": number_or_none(person["audience_coverage"]),
        "posts": int(person["posts"]),
        "posts_engaged": int(person["posts_engaged"]),
        "coverage": describe_audience_coverage(person),
        "audience_stated": text_or_none(person["audience_stated"]),
        "rank": None if pd.isna(person["rank"]) else int(person["rank"]),
        "niche": run.group_name("niche", person["niche"]),
        "circle": run.group_name("circle", person["circle"]),
        "gates": list_gates(person, run.info["limits"]),
        "quality": _describe_quality(run, person),
        "change": _nearest_change(run, person),
        **find_adopters(run, consumer),
        "reasons": reasons(run, person),
        "cautions": cautions(run, person),
        "checks": list_checks(run).get(consumer, []),
        "accounts": list_accounts(run).get(consumer, []),
    }


def _describe_quality(run: Run, person: pd.Series[Any]) -> dict[str, Any]:
    """The quality of what a person writes, with how it was measured on their site."""
    clauses = [placed(person, run.info), *describe_content(person)]
    site = run.info["quality"]["sites"].get(person["platform"])
    return {
        "percentile": number_or_none(person["quality"]),
        "texts": whole_or_none(person["quality_texts"]),
        "quotes": person["quality_quotes"].split("; ") if isinstance(person["quality_quotes"], str) else [],
        "votes": number_or_none(person["quality_votes"]),
        "sentences": [f"{clause[0].upper()}{clause[1:]}." for clause in clauses]
        + (describe_site(site) if site and site["written"] else []),
    }


def _nearest_change(run: Run, person: pd.Series[Any]) -> str | None:
    """What the person could do to raise their rank by one; None for the first rank, and for people without a rank."""
    if pd.isna(person["rank"]) or person["rank"] == 1 or run.info["score"]["kind"] == "percentiles":
        return None
    above = run.people[run.people["rank"] == person["rank"] - 1].iloc[0]
    gap = float(above["score"] - person["score"])
    more = np.arange(1, MOST_MORE + 1)
    if run.info["score"]["kind"] == "formula":
        gained = points(person["own_activity"] + more) - points(np.array(person["own_activity"]))
    else:
        own = run.features[run.features["consumer"] == person["consumer"]].iloc[0]
        gained = np.zeros(MOST_MORE)
        for feature in run.info["score"]["model"]["features"]:
            # A review of today counts in full in each of these, whatever its half-life.
            if feature["pillar"] == "activity" and feature["feature"] not in ("since_last", "tenure"):
                value = own[feature["feature"]]
                gained += feature["coefficient"] / feature["scale"] * (np.log1p(value + more) - np.log1p(value))
    enough = np.flatnonzero(gained > gap)
    if not len(enough):
        return f"rank {int(above['rank'])} is {gap:.2f} points away, more than {MOST_MORE} more reviews would give"
    needed = count(int(more[enough[0]]), "more reviews")
    return f"{needed} today, all else equal, would pass rank {int(above['rank'])}, which is {gap:.2f} points away"


def parts_of(run: Run) -> tuple[Part, ...]:
    """The parts of the run's score."""
    return tuple(Part(**part) for part in run.info["score"]["parts"])


def _list_parts(run: Run, person: pd.Series[Any]) -> list[dict[str, Any]]:
    consumer = str(person["consumer"])
    peers = (run.people["tier"] == person["tier"]).to_numpy()
    inside = (run.people["niche"] == person["niche"]).fillna(False).to_numpy(dtype=bool)
    kind = run.info["score"]["kind"]
    if kind == "forecast":
        return _list_features(run, consumer, peers, inside)
    parameters = {"consumer": consumer, "at": run.info["at"]}
    if platform := run.info["settings"]["platform"]:
        parameters["platform"] = platform
    options = " ".join(f"-p {shlex.quote(f'{name}={value}')}" for name, value in parameters.items())
    return [
        {
            "part": part.name,
            "pillar": "reach" if part.name == "audience_activity" else "activity" if kind == "formula" else part.name,
            "what": part.what,
            "value": float(person[part.name]),
            "points": float(person[f"{part.name}_points"]),
            "percentile": float(100 * (run.people.loc[peers, part.name] <= person[part.name]).mean()),
            "percentile_niche": _find_percentile(run.people.loc[inside, part.name], person[part.name]),
            "query": percentile_query(part.name, run.folder, consumer)
            if part.query is None
            else f"graphkoc query {part.query} {options}",
        }
        for part in parts_of(run)
    ]


def _sum_pillars(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pillars of the parts, in their order, each with the sum of its points."""
    return [
        {"pillar": pillar.name, "what": pillar.what, "points": math.fsum(part["points"] for part in inside)}
        for pillar in PILLARS
        if (inside := [part for part in parts if part["pillar"] == pillar.name])
    ]


def _list_features(
    run: Run, consumer: str, peers: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    own = run.features[run.features["consumer"] == consumer].iloc[0]
    model = run.info["score"]["model"]
    return [
        {
            "part": feature["feature"],
            "pillar": feature["pillar"],
            "what": feature["what"],
            "value": float(value := own[feature["feature"]]),
            "points": math.log1p(max(value, 0)) * feature["coefficient"] / feature["scale"],
            "percentile": float(100 * (run.features.loc[peers, feature["feature"]] <= value).mean()),
            "percentile_niche": _find_percentile(run.features.loc[inside, feature["feature"]], value),
            "query": feature_query(feature["feature"], run.folder, consumer, model["at"]),
        }
        for feature in model["features"]
    ]


def _find_percentile(values: pd.Series[Any], value: float) -> float | None:
    return float(100 * (values <= value).mean()) if len(values) else None


def cautions(run: Run, person: pd.Series[Any]) -> list[str]:
    """What an analyst should know before relying on this person."""
    found = []
    if person["role"] in WIDE_ROLES:
        found.append(_describe_wide(person))
    if person["tier"] == "tiny" and person["tier_profile"] == RELATIVE:
        found.append(f"fewer than {person['tier_low']:,.0f} known people in the audience, too few to conclude much")
    elif person["tier"] == "tiny":
        found.append(f"fewer than {person['tier_low']:,.0f} followers, too few for the {person['tier_profile']} tiers")
    if person["role"] == "possible" and not person["audience"]:
        stated = person["followers"]
        whom = "in the audience" if pd.isna(stated) else f"of the {count(stated, 'followers')} stated"
        found.append(f"nobody {whom} is known here, so this person is only a possible KOC")
    if person["ties"] == "engagements":
        found.append(run.info["stands_in"])
    if not person["reviews_365"]:
        found.append("no review in the last year")
    chance = (run.info["backtest"] or {}).get("chance")
    if chance and chance["credit"] <= chance["highest"]:
        found.append("the backtest finds no signal beyond chance: do not rely on this ranking")
    if run.info["score"]["kind"] == "percentiles":
        found.append(
            "no review has a date, or all have the same: recent activity is unknown, and the ranking could not be "
            "checked against the past"
        )
    elif not run.info["backtest"]:
        found.append(f"this ranking is not checked against the past: {run.info['backtest_why_not']}")
    if run.info["crawl"]:
        found.append(run.info["crawl"])
    if person["reviews"] < FEW_REVIEWS:
        found.append(f"the score rests on {count(person['reviews'], 'reviews')}")
    gates = list_gates(person, run.info["limits"])
    found += [
        f"not {gate['who']}: {gate['words']}"
        for gate in gates
        if gate["state"] == "failed" and gate["gate"] not in ("active", "small")
    ]
    if unknown := [gate["who"] for gate in gates if gate["state"] == "unknown" and gate["required"]]:
        found.append(f"unknown, which excludes nobody: {', '.join(unknown)}")
    if person["origin_unknown"] == 1 and person["reviews"]:
        found.append("it is unknown whether the reviews are earned, gifted or paid")
    suspicions = run.suspicions[run.suspicions["consumer"] == person["consumer"]]
    found += [f"{row.evidence}: consistent with {PATTERNS[str(row.pattern)]}" for row in suspicions.itertuples()]
    if out := text_or_none(person["excluded"]):
        found.append(f"not listed, because [safety] in graphkoc.toml excludes {out.replace('; ', ' and ')}")
    checks = run.checks[run.checks["consumer"] == person["consumer"]]
    found += [_describe_check(row) for row in checks.to_dict("records")]
    if places := _list_places(run, person["consumer"]):
        found.append(f"rankings disagree about this person: {places}")
    follows, undated = run.info["counts"]["follows"], run.info["counts"]["undated_follows"]
    if undated >= 0.1 * follows > 0:
        some = (
            "follows are undated here"
            if undated == follows
            else f"{undated:,} of {count(follows, 'follows')} are undated"
        )
        found.append(f"{some}: the audience of today stands in for the audience of the time")
    return found


def _describe_check(check: Mapping[Hashable, Any]) -> str:
    """A check's evidence with its quote, for a human to judge."""
    quote = "" if is_missing(check["quote"]) else f": “{check['quote']}”"
    review = "" if is_missing(check["review"]) else f" ({check['review']})"
    return f"to judge: {check['evidence']}{quote}{review}"


def _describe_wide(person: pd.Series[Any]) -> str:
    """Why a person with a wide audience is no key opinion consumer."""
    if person["role"] == "kol":
        return f"the audience is wide under the {person['tier_profile']} tiers, so this person is not a KOC here"
    most = f"{person['tier_high']:,.0f} {'people' if person['ties'] == 'engagements' else 'known followers'}"
    return (
        f"widely followed here, by more than {most}, so this person is not a KOC here; the platform states no "
        "followers, so this is not a KOL either"
    )


def _list_places(run: Run, consumer: str) -> str:
    """The person's place in each ranking, where the places are far apart."""
    agreement = run.info["agreement"]
    apart = [one["places"] for one in agreement["breaks"] if one["consumer"] == consumer] if agreement else []
    return ", ".join(f"place {place:,} by {name}" for places in apart for name, place in places.items())

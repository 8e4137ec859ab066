"""Why somebody stands where she stands, in words that can be repeated to a client, from a run alone."""

from __future__ import annotations

import shlex
from typing import Any

import pandas as pd

from graphkoc.runs import Run
from graphkoc.score import PARTS

__all__ = ["cautions", "explain_consumer", "list_kocs", "list_members", "list_niches", "reasons"]

ORIGINS = ("earned", "gifted", "paid", "invited", "unknown")
FEW_REVIEWS = 10


def explain_consumer(run: Run, consumer: str) -> dict[str, Any]:
    """A consumer's score in parts that add up.

    Returns {consumer, score, parts: [{part, what, value, points, percentile, query}], tier, audience,
    rank, niche, reasons, cautions}. percentile: share of her tier whose value is at most hers, 0 to
    100. query: a command line that recomputes the value. Raises UsageError for an unknown consumer.
    """
    person = run.person(consumer)
    peers = run.people[run.people["tier"] == person["tier"]]
    parts = [
        {
            "part": part.name,
            "what": part.what,
            "value": float(person[part.name]),
            "points": float(person[f"{part.name}_points"]),
            "percentile": float(100 * (peers[part.name] <= person[part.name]).mean()),
            "query": f"graphkoc query {part.query} -p {shlex.quote(f'consumer={consumer}')} -p at={run.info['at']}",
        }
        for part in PARTS
    ]
    return {
        "consumer": consumer,
        "score": float(person["score"]),
        "parts": parts,
        "tier": person["tier"],
        "audience": int(person["audience"]),
        "rank": None if pd.isna(person["rank"]) else int(person["rank"]),
        "niche": _niche_name(run, person),
        "reasons": reasons(run, person),
        "cautions": cautions(run, person),
    }


def list_kocs(run: Run, niche: str | None = None, limit: int | None = 20) -> list[dict[str, Any]]:
    """The key opinion consumers by rank, each with reasons.

    Returns [{rank, consumer, name, platform, tier, audience, niche, circle, score, low, high,
    engagement_rate, origin, reasons}]; what the data do not tell is None. rank is her place among all,
    also where one niche (id or name) is asked for.
    """
    return [
        {
            "rank": int(person["rank"]),
            "consumer": person["consumer"],
            "name": None if pd.isna(person["name"]) else person["name"],
            "platform": None if pd.isna(person["platform"]) else person["platform"],
            "tier": person["tier"],
            "audience": int(person["audience"]),
            "niche": _niche_name(run, person),
            "circle": None,
            "score": float(person["score"]),
            "low": None,
            "high": None,
            "engagement_rate": None,
            "origin": {origin: float(person[f"origin_{origin}"]) for origin in ORIGINS if person[f"origin_{origin}"]},
            "reasons": reasons(run, person),
        }
        for _, person in run.kocs(niche, limit).iterrows()
    ]


def list_niches(run: Run) -> list[dict[str, Any]]:
    """The niches, most people first.

    Returns [{niche, name, evidence, people, kocs, kols, kol_reach, circles, change}]: kols are people
    with a wide audience, kol_reach is the share of the niche's people who follow such a one.
    """
    return [
        {
            "niche": row["niche"],
            "name": row["name"],
            "evidence": row["evidence"],
            "people": int(row["people"]),
            "kocs": int(row["kocs"]),
            "kols": int(row["kols"]),
            "kol_reach": float(row["kol_reach"]),
            "circles": [],
            "change": None,
        }
        for _, row in run.niches.iterrows()
    ]


def list_members(run: Run, group: str) -> list[dict[str, Any]]:
    """The people of a niche (id or name), the surest first: [{consumer, group, confidence}].

    Raises UsageError when there is no such niche.
    """
    niche = run.niche_id(group)
    inside = run.members[run.members["niche"] == niche].sort_values(["confidence", "consumer"], ascending=[False, True])
    return [
        {"consumer": row["consumer"], "group": niche, "confidence": float(row["confidence"])}
        for _, row in inside.iterrows()
    ]


def reasons(run: Run, person: pd.Series[Any]) -> list[str]:
    """What speaks for her, each in a few words with its number; person: a row of run.people."""
    said = [f"{_count(person['reviews_365'], 'review')} in the last year"]
    if person["audience"]:
        of = _count(person["audience"], "known follower")
        said.append(f"{of}, who wrote {person['audience_reviews_365']:,.0f} in the last year")
    if person["follow_on"] >= 1:
        said.append(f"{person['follow_on']:,.1f} follow-on reviews by her followers so far")
    if person["reciprocity"] >= 0.5:
        said.append(f"follows {person['reciprocity']:.0%} of her followers back")
    if niche := _niche_name(run, person):
        said.append(f"stands out in {niche}")
    return said


def cautions(run: Run, person: pd.Series[Any]) -> list[str]:
    """What an analyst should know before she relies on it."""
    said = []
    if person["tier"] == "wide":
        said.append("her audience is wide for these data, so she is no key opinion consumer here")
    if person["tier"] == "tiny":
        said.append(f"fewer than {run.info['tiers']['low']:.0f} of her followers are known, too few to say much")
    if not person["reviews_365"]:
        said.append("she has reviewed nothing in the last year")
    if person["reviews"] < FEW_REVIEWS:
        said.append(f"the score rests on {_count(person['reviews'], 'review')}")
    if person["origin_unknown"] == 1 and person["reviews"]:
        said.append("whether her reviews are earned, gifted or paid is not known")
    follows, undated = run.info["counts"]["follows"], run.info["counts"]["undated_follows"]
    if undated >= 0.1 * follows > 0:
        some = (
            "follows have no dates here" if undated == follows else f"{undated:,} of {follows:,} follows have no date"
        )
        said.append(f"{some}: an audience of today stands in for that of the time")
    return said


def _niche_name(run: Run, person: pd.Series[Any]) -> str | None:
    if pd.isna(person["niche"]):
        return None
    return str(run.niches.loc[run.niches["niche"] == person["niche"], "name"].iloc[0])


def _count(number: float, noun: str) -> str:
    return f"{number:,.0f} {noun}" + ("" if number == 1 else "s")

"""The lists that a run is read by: key opinion consumers, niches, circles, and who is in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from graphkoc.qualify import tiers
from graphkoc.qualify.engagement import NUMBERS
from graphkoc.qualify.explain import group_name, reasons
from graphkoc.qualify.gates import list_gates, roles
from graphkoc.qualify.gates.origins import ORIGINS
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.runs.tables import PROFILE

__all__ = ["list_circles", "list_kocs", "list_members", "list_moved", "list_niches", "list_tiers"]


INDUSTRY = (*(number.name for number in NUMBERS), "paid_response", "organic_response", "paid_to_organic")


def list_kocs(run: Run, niche: str | None = None, limit: int | None = 20) -> list[dict[str, Any]]:
    """The key opinion consumers by rank, each with reasons.

    Returns [{rank, consumer, name, platform, tier, label, role, audience, ties, niche, circle, score, kind, low, high,
    engagement_rate, origin, patterns, gates, industry, reasons}]; patterns are those of
    `graphkoc.qualify.authenticity`; what the data do not tell is None. label is what her tiers call her; role
    is koc, or possible where her audience is not known; ties is what her audience is counted in (follows or
    engagements); kind is the score's; gates are those of `graphkoc.qualify.gates.list_gates`; industry has the numbers
    of `graphkoc.qualify.engagement` and of the ledger's paid posts against the others. rank is the place among all,
    also where one niche (id or name) is given.
    """
    return [
        {
            "rank": int(person["rank"]),
            "consumer": person["consumer"],
            "name": None if pd.isna(person["name"]) else person["name"],
            "platform": None if pd.isna(person["platform"]) else person["platform"],
            "tier": person["tier"],
            "label": person["label"],
            "role": person["role"],
            "audience": int(person["audience"]),
            "ties": person["ties"],
            "niche": group_name(run.niches, "niche", person["niche"]),
            "circle": group_name(run.circles, "circle", person["circle"]),
            "score": float(person["score"]),
            "kind": run.info["score"]["kind"],
            "low": _number(person["low"]),
            "high": _number(person["high"]),
            "engagement_rate": _number(person["engagement_rate"]),
            "origin": {origin: float(person[f"origin_{origin}"]) for origin in ORIGINS if person[f"origin_{origin}"]},
            "patterns": [] if pd.isna(person["patterns"]) else person["patterns"].split("; "),
            "gates": list_gates(person, run.info["limits"]),
            "industry": {name: _number(person[name]) for name in INDUSTRY},
            "reasons": reasons(run, person),
        }
        for _, person in run.kocs(niche, limit).iterrows()
    ]


def list_niches(run: Run) -> list[dict[str, Any]]:
    """The niches, most people first, each followed by the finer ones in it.

    Returns [{niche, name, parent, level, basis, category, evidence, words, people, kocs, kols, kol_reach, koc_reach,
    white_space, white_space_koc, circles, change, brand}]: kols are people with a wide audience; kol_reach
    and koc_reach are the shares of the niche's people who follow one, or a key opinion consumer; white_space
    is the share that nobody with a wide audience reaches, white_space_koc the share of that which a key
    opinion consumer does; circles carry it; change is what became of it since the run before; brand is the
    brand's view of it, None where no brand is set.
    """
    names = run.circles.set_index("circle")["name"]
    carried = run.carries["circle"].map(names).groupby(run.carries["niche"]).agg(list).to_dict()
    words = _words(run, "niche")
    brand = {row["niche"]: _brand(row) for row in run.brand.to_dict("records")}
    order = run.niches.assign(place=range(len(run.niches)))
    above = order["parent"].map(order.set_index("niche")["place"])
    order = order.assign(above=above.fillna(order["place"]), inside=above.notna())
    return [
        {
            "niche": row["niche"],
            "name": row["name"],
            "parent": _text(row["parent"]),
            "level": _text(row["level"]),
            "basis": _text(row["basis"]),
            "category": _text(row["category"]),
            "evidence": row["evidence"],
            "words": words.get(row["niche"], []),
            "people": int(row["people"]),
            "kocs": int(row["kocs"]),
            "kols": int(row["kols"]),
            "kol_reach": float(row["kol_reach"]),
            "koc_reach": float(row["koc_reach"]),
            "white_space": float(row["white_space"]),
            "white_space_koc": float(row["white_space_koc"]),
            "circles": carried.get(row["niche"], []),
            "change": _text(row["change"]),
            "brand": brand.get(row["niche"]),
        }
        for row in order.sort_values(["above", "inside", "place"]).to_dict("records")
    ]


def list_circles(run: Run) -> list[dict[str, Any]]:
    """The circles, the most stable first.

    Returns [{circle, name, evidence, words, people, stability, status, cohort_ratio, tightness, card, niches,
    kocs, change}]: stability is S, the mean likeness of the circle to itself when the data are shaken;
    status is published or tentative; cohort_ratio how many times the ties that joining dates explain, None
    where no date is known; tightness from 0 (like chance) to 1; card holds each measure of the circle with
    the mean of rewired networks (`_null`) and the distance from it in standard deviations (`_z`).
    """
    words = _words(run, "circle")
    names = run.niches.set_index("niche")["name"]
    carries = run.carries["niche"].map(names).groupby(run.carries["circle"]).agg(list).to_dict()
    return [
        {
            "circle": row["circle"],
            "name": row["name"],
            "evidence": row["evidence"],
            "words": words.get(row["circle"], []),
            "people": int(row["people"]),
            "stability": float(row["stability"]),
            "status": row["status"],
            "cohort_ratio": _number(row["cohort_ratio"]),
            "tightness": _number(row["tightness"]),
            "card": {name: _plain(row[name]) for name in PROFILE},
            "niches": carries.get(row["circle"], []),
            "kocs": int(row["kocs"]),
            "change": _text(row["change"]),
        }
        for row in run.circles.to_dict("records")
    ]


def list_members(run: Run, group: str) -> list[dict[str, Any]]:
    """The people of a niche or circle (id or name), the surest first: [{consumer, group, confidence}].

    A circle's people below a confidence of one half are its fringe. Raises UsageError when there is no
    such group.
    """
    kind, found = run.group(group)
    table = run.members
    inside = table[(table["kind"] == kind) & (table["group"] == found)].sort_values(
        ["confidence", "consumer"], ascending=[False, True]
    )
    return [
        {"consumer": row["consumer"], "group": found, "confidence": float(row["confidence"])}
        for _, row in inside.iterrows()
    ]


def list_tiers() -> list[dict[str, Any]]:
    """The tiers that audiences can be told small and wide by, one row a profile of a tier file.

    Returns [{tiers, platforms, default, least, most, says, source, version, why}]: least and most are the
    followers of the small audience, None where they are the data's; default says whether its platforms take
    it, and why it does; platforms are none for the relative ones, which are for all others.
    """
    return [
        {
            "tiers": profile.name,
            "platforms": list(profile.platforms),
            "default": profile.default,
            "least": profile.small[0] if profile.bands else None,
            "most": profile.small[1] if profile.bands else None,
            "says": profile.says,
            "source": profile.source,
            "version": profile.version,
            "why": profile.why if profile.default else None,
        }
        for profile in tiers.profiles().values()
    ]


def list_moved(run: Run, name: str) -> list[dict[str, Any]]:
    """Whose label the tiers `name` would change, of the people of a run, by id.

    Returns [{consumer, name, platform, followers, audience, label, label_then, tier, tier_then, koc,
    koc_then}]: followers as the platform states them, None where it does not; koc says whether she is ranked
    as a key opinion consumer, koc_then whether she would be. The tiers `name` are those that are installed; which
    gates are required is the run's. Raises UsageError for tiers that there are none of.
    """
    people = run.people
    then = tiers.sized(people["platform"], people["followers"], people["audience"].to_numpy(), name).table
    small = then["tier"].map({"small": "passed", tiers.UNKNOWN: "unknown"}).fillna("failed").to_numpy()
    table = people.assign(
        label_then=then["label"],
        tier_then=then["tier"],
        koc=people["role"].isin(RANKED),
        koc_then=np.isin(roles(people.assign(tier=then["tier"], gate_small=small), run.info["limits"]), RANKED),
    )
    columns = ["consumer", "name", "platform", "followers", "audience", "label", "label_then", "tier", "tier_then"]
    moved = table.loc[table["label"] != table["label_then"], [*columns, "koc", "koc_then"]]
    moved = moved.astype({"followers": "Int64", "audience": "Int64"})
    return [{str(name): _plain(value) for name, value in row.items()} for row in moved.to_dict("records")]


def _words(run: Run, kind: str) -> dict[str, list[str]]:
    """The words that set each group apart, the strongest first."""
    told = run.words[run.words["kind"] == kind]
    return {str(group): words["word"].tolist() for group, words in told.groupby("group")}


def _brand(row: dict[Any, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name not in ("niche", "people")}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)

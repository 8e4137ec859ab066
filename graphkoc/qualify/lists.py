"""The lists of a run: key opinion consumers, niches, circles, and the members of one. They are read without pandas."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.qualify import tiers
from graphkoc.qualify.formula import apply_formula
from graphkoc.qualify.gates.words import ORIGINS, list_gates
from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.quality.words import placed
from graphkoc.qualify.reasons import reasons
from graphkoc.runs.coverage import cover_niches
from graphkoc.runs.reached import parts_of
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.runs.tables import PROFILE, TABLES
from graphkoc.text import number_or_none, whole_or_none

__all__ = [
    "SORTS",
    "list_accounts",
    "list_checks",
    "list_circles",
    "list_kocs",
    "list_members",
    "list_moved",
    "list_niches",
    "list_tiers",
]


INDUSTRY = (*(number.name for number in NUMBERS), "paid_response", "organic_response", "paid_to_organic")
SORTS = ("score", "quality")
"""What the key opinion consumers may be sorted by."""
BRAND = [name for name in TABLES["brand"].names if name != "people"]


def list_kocs(
    run: Run,
    niche: str | None = None,
    limit: int | None = 20,
    sort: str = "score",
    min_quality: float | None = None,
) -> list[dict[str, Any]]:
    """The key opinion consumers by rank, each with reasons.

    Returns [{rank, consumer, name, platform, handle, url, main_type, main_type_share, last_review, quote, tier, label,
    role, client, formula, audience, ties, followers, audience_coverage, posts, posts_engaged, niche, circle, score,
    kind, low, high, quality, quality_texts, quality_unknown, quality_why, engagement_rate, origin, patterns, gates,
    industry, reasons, checks, accounts}], with None for what is unknown. rank is the place among all, also where one
    niche (id or name) is given. url is the profile's address. main_type is what they mostly write about
    (`graphkoc.qualify.main_type`), and quote the price asked for a post. label is the name of the tier, of a person
    with several accounts that of the largest stated one; accounts are these: [{account, platform, followers, label}],
    empty for a person with one. role is koc, or possible where the audience is not known. formula is client, content
    and audience, each yes, no or not known with its number (`graphkoc.qualify.formula`). ties is what the audience is
    counted in (follows or engagements). followers are those that the platform states, audience_coverage the share of
    them that is known, and posts_engaged counts the posts with a known engagement. kind is the score's. quality is the
    percentile of what they write among its peers, on quality_texts texts, quality_unknown says why it is unknown, and
    quality_why is either in words, with the ids of reviews. patterns are those of `graphkoc.qualify.authenticity`,
    gates those of `graphkoc.qualify.gates.words.list_gates`. industry has the numbers of `graphkoc.qualify.industry`,
    and the response to paid and to organic posts. checks are those of `list_checks`.

    sort: one of SORTS: by score, as the rank is, or by quality, unknown quality last; the ranks stay as they are.
    min_quality: leave out people whose quality is known and lower. Raises UsageError for another order.
    """
    accounts, checks = list_accounts(run), list_checks(run)
    return [
        {
            "rank": person["rank"],
            "consumer": person["consumer"],
            "name": person["name"],
            "platform": person["platform"],
            "handle": person["handle"],
            "url": person["url"],
            "main_type": person["main_type"],
            "main_type_share": number_or_none(person["main_type_share"]),
            "last_review": person["last_review"].isoformat() if person["last_review"] else None,
            "quote": number_or_none(person["quote"]),
            "tier": person["tier"],
            "label": person["label"],
            "role": person["role"],
            "client": person["client"],
            "formula": apply_formula(run, person),
            "audience": int(person["audience"]),
            "ties": person["ties"],
            "followers": whole_or_none(person["followers"]),
            "audience_coverage": number_or_none(person["audience_coverage"]),
            "posts": person["posts"],
            "posts_engaged": person["posts_engaged"],
            "niche": run.group_name("niche", person["niche"]),
            "circle": run.group_name("circle", person["circle"]),
            "score": person["score"],
            "kind": run.info["score"]["kind"],
            "low": number_or_none(person["low"]),
            "high": number_or_none(person["high"]),
            "quality": number_or_none(person["quality"]),
            "quality_texts": person["quality_texts"],
            "quality_unknown": person["quality_unknown"],
            "quality_why": placed(person, run.info),
            "engagement_rate": number_or_none(person["engagement_rate"]),
            "origin": {origin: share for origin in ORIGINS if (share := person[f"origin_{origin}"])},
            "patterns": [] if person["patterns"] is None else person["patterns"].split("; "),
            "gates": list_gates(person, run.info["limits"]),
            "industry": {name: number_or_none(person[name]) for name in INDUSTRY},
            "reasons": reasons(run, person),
            "checks": checks.get(person["consumer"], []),
            "accounts": accounts.get(person["consumer"], []),
        }
        for person in _order(run, niche, limit, sort, min_quality)
    ]


def list_accounts(run: Run) -> dict[str, list[dict[str, Any]]]:
    """The accounts of each person with several: {consumer: [{account, platform, followers, label}]}.

    followers and label are None where the platform states no followers; label too where no limits are published.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in run.rows("accounts", ["consumer", "account", "platform", "followers", "label"]):
        found.setdefault(row.pop("consumer"), []).append(row)
    return found


def list_checks(run: Run) -> dict[str, list[dict[str, Any]]]:
    """What a human should judge of each person: {consumer: [{check, evidence, review, quote}]}.

    check is one of `graphkoc.runs.checks.CHECKS`. review and quote are None for what no single review shows.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in run.rows("checks"):
        found.setdefault(row.pop("consumer"), []).append(row)
    return found


def _order(
    run: Run, niche: str | None, limit: int | None, sort: str, min_quality: float | None
) -> list[dict[str, Any]]:
    """The rows of the people to list, in their order."""
    if sort not in SORTS:
        raise UsageError(f"the list cannot be sorted by {sort!r}", hint=f"There are: {', '.join(SORTS)}.")
    if sort == "score" and min_quality is None:
        return run.ranked(niche, limit)
    # A comparison with an unknown quality is false, so the floor leaves out nobody for it.
    floor = -math.inf if min_quality is None else min_quality
    found = [person for person in run.ranked(niche) if not (_known(person["quality"]) < floor)]
    if sort == "quality":
        found.sort(key=lambda person: math.inf if person["quality_rank"] is None else person["quality_rank"])
    return found[:limit]


def _known(quality: float | None) -> float:
    """The quality, NaN where unknown."""
    return math.nan if quality is None else quality


def list_niches(run: Run) -> list[dict[str, Any]]:
    """The niches, most people first, each followed by the finer niches inside it.

    Returns [{niche, name, parent, level, basis, category, evidence, words, people, kocs, kols, wide, parts, kol_reach,
    koc_reach, white_space, white_space_koc, kol_audience_coverage, kol_posts_coverage, circles, change, brand}]. kols
    counts members who are KOLs by the followers that a platform states, and wide those who are widely followed here
    where none are stated. parts are four numbers of people that add up to the members (`graphkoc.runs.reached`):
    reached_kol, only_koc, nobody, not_known. white_space is only_koc and nobody as a share of the members, None where
    nothing is known of any; white_space_koc the share of only_koc in these. kol_reach and koc_reach are the shares of
    members who follow a KOL or an account widely followed here, or a KOC. kol_audience_coverage is the share of the
    stated followers of its wide-audience accounts that is known, and kol_posts_coverage the
    share of the posts with a known engagement of those whose audience is the people who engaged
    (`graphkoc.runs.coverage`); None where unknown. circles are the names of the circles that carry the niche.
    change is what became of it since the previous run. brand is the brand's view, None where no brand is set.
    """
    circles = _carried(run, "niche", "circle")
    words = _words(run, "niche")
    brand = {row.pop("niche"): row for row in run.rows("brand", BRAND)}
    covered = cover_niches(run)
    niches = run.rows("niches")
    place = {row["niche"]: number for number, row in enumerate(niches)}
    order = sorted(
        niches,
        key=lambda row: (place.get(row["parent"], place[row["niche"]]), row["parent"] in place, place[row["niche"]]),
    )
    return [
        {
            "niche": row["niche"],
            "name": row["name"],
            "parent": row["parent"],
            "level": row["level"],
            "basis": row["basis"],
            "category": row["category"],
            "evidence": row["evidence"],
            "words": words.get(row["niche"], []),
            "people": row["people"],
            "kocs": row["kocs"],
            "kols": row["kols"],
            "wide": row["wide"],
            "parts": parts_of(row),
            "kol_reach": row["kol_reach"],
            "koc_reach": row["koc_reach"],
            "white_space": number_or_none(row["white_space"]),
            "white_space_koc": row["white_space_koc"],
            "kol_audience_coverage": covered[row["niche"]].audience if row["niche"] in covered else None,
            "kol_posts_coverage": covered[row["niche"]].posts if row["niche"] in covered else None,
            "circles": circles.get(row["niche"], []),
            "change": row["change"],
            "brand": brand.get(row["niche"]),
        }
        for row in order
    ]


def list_circles(run: Run) -> list[dict[str, Any]]:
    """The circles, the most stable first.

    Returns [{circle, name, evidence, words, people, stability, status, cohort_ratio, tightness, card, niches,
    kocs, kols, wide, parts, white_space, white_space_koc, change}]. kols to white_space_koc are as in `list_niches`.
    stability is the mean likeness of the circle to itself over resampled networks. status is
    published or tentative. cohort_ratio is the number of ties over those that joining dates explain, None without
    dates. tightness is from 0 (as in rewired networks) to 1. card holds each measure of the circle with its mean over
    rewired networks (`_null`) and its distance from that mean in standard deviations (`_z`).
    """
    niches = _carried(run, "circle", "niche")
    words = _words(run, "circle")
    return [
        {
            "circle": row["circle"],
            "name": row["name"],
            "evidence": row["evidence"],
            "words": words.get(row["circle"], []),
            "people": row["people"],
            "stability": row["stability"],
            "status": row["status"],
            "cohort_ratio": number_or_none(row["cohort_ratio"]),
            "tightness": number_or_none(row["tightness"]),
            "card": {
                name: value.isoformat() if isinstance(value := row[name], datetime) else value for name in PROFILE
            },
            "niches": niches.get(row["circle"], []),
            "kocs": row["kocs"],
            "kols": row["kols"],
            "wide": row["wide"],
            "parts": parts_of(row),
            "white_space": number_or_none(row["white_space"]),
            "white_space_koc": row["white_space_koc"],
            "change": row["change"],
        }
        for row in run.rows("circles")
    ]


def list_members(run: Run, group: str) -> list[dict[str, Any]]:
    """The people of a niche or circle (id or name), highest confidence first: [{consumer, group, confidence, part}].

    part is by whom they are reached (`graphkoc.runs.reached`). People of a circle with a confidence below one half
    are its fringe. Raises UsageError for an unknown group.
    """
    kind, found = run.group(group)
    rows = run.rows("members", ["kind", "consumer", "group", "confidence"], ("group", {found}))
    inside = [row for row in rows if row.pop("kind") == kind]
    whose = {row["consumer"] for row in inside}
    parts = {row["consumer"]: row["part"] for row in run.rows("people", ["consumer", "part"], ("consumer", whose))}
    inside = [row | {"part": parts.get(row["consumer"])} for row in inside]
    return sorted(inside, key=lambda row: (-row["confidence"], row["consumer"]))


def list_tiers() -> list[dict[str, Any]]:
    """The tier profiles by which an audience is small or wide.

    Returns [{tiers, platforms, default, least, most, says, source, version, why}]. least and most are the followers
    of a small audience, None where the limits come from the data. default is whether the profile is the default on
    its platforms, and why the reason. The relative profile has no platforms: it is for all others.
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
    """The people of a run whose label the tiers `name` would change, by id.

    Returns [{consumer, name, platform, followers, audience, label, label_then, tier, tier_then, koc, koc_then}].
    followers are those that the platform states, None where it does not. koc is whether the person is ranked as a key
    opinion consumer, koc_then whether they would be. The tiers `name` are the installed ones; which gates are required
    is the run's. Raises UsageError for unknown tiers.
    """
    # Roles are worked out on frames; the other lists do without pandas.
    from graphkoc.qualify.gates.gates import leave_out, roles

    people = run.people
    stated = tiers.largest_stated(people.set_index("consumer")[["platform", "followers"]], run.accounts, name)
    then = tiers.sized(stated["platform"], stated["followers"], people["audience"].to_numpy(), name).table
    small = then["tier"].map({"small": "passed", tiers.UNKNOWN: "unknown"}).fillna("failed").to_numpy()
    role = roles(
        people.assign(tier=then["tier"], tier_profile=then["tier_profile"], gate_small=small), run.info["limits"]
    )
    role = leave_out(people[["excluded"]].assign(role=role))
    columns = ["consumer", "name", "platform", "followers", "audience", "label", "tier", "role"]
    return [
        {
            "consumer": row["consumer"],
            "name": row["name"],
            "platform": row["platform"],
            "followers": whole_or_none(row["followers"]),
            "audience": whole_or_none(row["audience"]),
            "label": row["label"],
            "label_then": label,
            "tier": row["tier"],
            "tier_then": tier,
            "koc": row["role"] in RANKED,
            "koc_then": role_then in RANKED,
        }
        for row, label, tier, role_then in zip(
            run.rows("people", columns), then["label"], then["tier"], role.tolist(), strict=True
        )
        if row["label"] != label
    ]


def _carried(run: Run, of: str, by: str) -> dict[str, list[str]]:
    """The names of the circles that carry each niche (of niche, by circle), or of the niches that a circle carries."""
    found: dict[str, list[str]] = {}
    for row in run.rows("carries", ["niche", "circle"]):
        if name := run.group_name(by, row[by]):
            found.setdefault(row[of], []).append(name)
    return found


def _words(run: Run, kind: str) -> dict[str, list[str]]:
    """The words that set each group apart, the strongest first."""
    found: dict[str, list[str]] = {}
    for row in run.rows("words", ["group", "word"], ("kind", {kind})):
        found.setdefault(row["group"], []).append(row["word"])
    return found

"""How much of an audience a run has seen: what stands beside each statement that somebody is not reached.

Who is not reached by the people of a role may follow them all the same, where their followers were not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import count, is_missing, percent

__all__ = ["WIDE", "Coverage", "cover_niches", "describe", "describe_coverage"]

COLUMNS = ["consumer", "role", "ties", "followers", "audience_seen", "posts", "posts_seen"]
WIDE = "wide-audience accounts"


@dataclass(frozen=True)
class Coverage:
    """How much was seen of the audiences of some accounts.

    stated: accounts whose platform states their followers, and audience: the share of these that is known, None without
    any. engaged: accounts whose audience is the people who engaged, and posts: the share of their posts with a known
    engagement, None without any. unknown: the other accounts.
    """

    stated: int
    audience: float | None
    engaged: int
    posts: float | None
    unknown: int


def cover_niches(run: Run) -> dict[str, Coverage]:
    """How much a run has seen of the audiences of the wide-audience accounts in each niche that has any."""
    people = {row["consumer"]: row for row in run.rows("people", COLUMNS, ("role", ("kol",)))}
    inside: dict[str, list[Mapping[str, Any]]] = {}
    for row in run.rows("members", ["kind", "group", "consumer"], ("consumer", set(people))):
        if row["kind"] == "niche":
            inside.setdefault(row["group"], []).append(people[row["consumer"]])
    return {niche: _cover(rows) for niche, rows in inside.items()}


def describe(found: Coverage, whose: str, who: str) -> str | None:
    """How much of the audiences of some accounts was seen, as a clause; None where there are no accounts.

    whose: what stands before their number, such as `its`. who: what they are called.
    """
    clauses = []
    if found.audience is not None:
        accounts = f"{whose} {count(found.stated, who)}"
        clauses.append(f"known followers cover {percent(found.audience)} of the stated audiences of {accounts}")
    if found.posts is not None:
        accounts = f"{whose} {count(found.engaged, who)}"
        clauses.append(f"engagements are known on {percent(found.posts)} of the posts of {accounts}")
    if found.unknown and clauses:
        clauses.append(f"for {found.unknown:,} more it is unknown, because no follower counts are stated")
    elif found.unknown:
        accounts = f"{whose} {count(found.unknown, who)}"
        clauses.append(
            f"how much of the audiences of {accounts} is known cannot be said, because no follower counts are stated"
        )
    return "; ".join(clauses) or None


def describe_coverage(run: Run) -> list[str]:
    """The same of everybody with a wide audience, and of the key opinion consumers, where a run has any."""
    roles = ((("kol",), WIDE), (RANKED, "key opinion consumers"))
    found = (describe(_cover(run.rows("people", COLUMNS, ("role", role))), "the", who) for role, who in roles)
    return [clause for clause in found if clause]


def _cover(people: Iterable[Mapping[str, Any]]) -> Coverage:
    """people: rows with COLUMNS."""
    stated, engaged, unknown = [], [], 0
    for person in people:
        if person["ties"] == "engagements" and person["posts"]:
            engaged.append(person)
        elif not is_missing(person["audience_seen"]):
            stated.append(person)
        else:
            unknown += 1
    followers = sum(person["followers"] for person in stated)
    known = sum(person["audience_seen"] * person["followers"] for person in stated)
    posts, seen = (sum(person[name] for person in engaged) for name in ("posts", "posts_seen"))
    return Coverage(
        len(stated), known / followers if stated else None, len(engaged), seen / posts if engaged else None, unknown
    )

"""How much of an audience is in the data of a run: what stands beside each statement that somebody is not reached.

A person whom no account of a role reaches here may follow one all the same, where its followers were not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import count, is_missing, percent

__all__ = ["WIDE", "Coverage", "cover_niches", "cover_role", "describe", "describe_coverage", "describe_role"]

COLUMNS = ["consumer", "role", "ties", "followers", "audience_coverage", "posts", "posts_engaged"]
WIDE = "wide-audience accounts"


@dataclass(frozen=True)
class Coverage:
    """How much of the audiences of some accounts is in the data.

    stated: accounts whose platform states their followers, and audience: the share of these that is known, None without
    any. engaged: accounts whose audience is the people who engaged, and posts: the share of their posts with a known
    engagement, None without any. unknown: accounts with neither a stated audience nor posts of that kind.
    """

    stated: int
    audience: float | None
    engaged: int
    posts: float | None
    unknown: int


def cover_niches(run: Run) -> dict[str, Coverage]:
    """How much of the audiences of its wide-audience accounts a run knows, for each niche that has any."""
    people = {row["consumer"]: row for row in run.rows("people", COLUMNS, ("role", WIDE_ROLES))}
    inside: dict[str, list[Mapping[str, Any]]] = {}
    for row in run.rows("members", ["kind", "group", "consumer"], ("consumer", set(people))):
        if row["kind"] == "niche":
            inside.setdefault(row["group"], []).append(people[row["consumer"]])
    return {niche: _cover(rows) for niche, rows in inside.items()}


def describe(found: Coverage, whose: str, who: str) -> str | None:
    """How much of the audiences of some accounts is known, as a clause; None where there are no accounts.

    whose: what stands before their number, such as `its`. who: what they are called.
    """
    clauses = []
    if found.audience is not None:
        accounts = f"{whose} {count(found.stated, who)}"
        clauses.append(f"known followers cover {percent(found.audience)} of the stated audiences of {accounts}")
    if found.posts is not None:
        accounts = f"{whose} {count(found.engaged, who)}"
        clauses.append(f"engagements are known on {percent(found.posts)} of the posts of {accounts}")
    if found.unknown:
        accounts = f"{found.unknown:,} more" if clauses else f"{whose} {count(found.unknown, who)}"
        clauses.append(f"the full audience size of {accounts} is unknown")
    return "; ".join(clauses) or None


def describe_coverage(run: Run) -> list[str]:
    """A clause on the wide-audience accounts, and one on the key opinion consumers, where a run has any."""
    found = (describe_role(run, WIDE_ROLES, WIDE), describe_role(run, RANKED, "key opinion consumers"))
    return [clause for clause in found if clause]


def describe_role(run: Run, roles: Sequence[str], who: str) -> str | None:
    """How much of the audiences of everybody with one of these roles is known, as a clause; None without anybody."""
    return describe(cover_role(run, roles), "the", who)


def cover_role(run: Run, roles: Sequence[str]) -> Coverage:
    """How much of the audiences of everybody with one of these roles is known."""
    return _cover(run.rows("people", COLUMNS, ("role", roles)))


def _cover(people: Iterable[Mapping[str, Any]]) -> Coverage:
    """people: rows with COLUMNS."""
    stated, engaged, unknown = [], [], 0
    for person in people:
        if person["ties"] == "engagements" and person["posts"]:
            engaged.append(person)
        elif not is_missing(person["audience_coverage"]):
            stated.append(person)
        else:
            unknown += 1
    followers = sum(person["followers"] for person in stated)
    known = sum(person["audience_coverage"] * person["followers"] for person in stated)
    posts, answered = (sum(person[name] for person in engaged) for name in ("posts", "posts_engaged"))
    return Coverage(
        len(stated), known / followers if stated else None, len(engaged), answered / posts if engaged else None, unknown
    )

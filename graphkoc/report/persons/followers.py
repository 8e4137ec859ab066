"""Who follows a person: counted, and as dots and ties without names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from graphkoc.report.view import Person, View
from graphkoc.runs.roles import RANKED, WIDE_ROLES

__all__ = ["MOST_DRAWN", "MOST_TIES", "Followers", "name_wide"]

MOST_DRAWN = 150
"""Followers of one person in a figure."""
MOST_TIES = 48
"""Ties among them."""
LATELY = timedelta(days=90)
MARKS = {"reached_kol": "reached", "only_koc": "free", "nobody": "free", "not_known": "unknown"}
"""What a follower without a role is drawn as, by whom they are reached."""
FIRST = ("kol", "koc", "free", "reached", "unknown")
"""Who is drawn first where not everybody can be."""


class Followers:
    """The followers of some people, read from the run once.

    people: whose followers. Where a platform states no follows, those who engaged stand in for followers.
    """

    def __init__(self, view: View, people: Collection[str]) -> None:
        self._view = view
        follows = view.run.read_follows
        self._of = _group(follows[follows["followee"].isin(list(people))])
        everybody = set().union(*self._of.values())
        inside = follows["followee"].isin(list(everybody)) & follows["follower"].isin(list(everybody))
        self._among = _group(follows[inside])
        columns = ["consumer", "role", "part", "last_review"]
        rows = view.run.rows("people", columns, ("consumer", everybody))
        self._rows: dict[str, Person] = {row["consumer"]: row for row in rows}

    def describe(self, consumer: str) -> dict[str, Any] | None:
        """A person's followers: followers, free (reached by no KOL), known (of whom that is known), recent (wrote in
        the last 90 days; None without dates), pairs (linked by a follow), and what of them is drawn: drawn (a mark for
        each) and ties (pairs of places among these). None without a follower.
        """
        followers = self._of.get(consumer, set())
        if not followers:
            return None
        marks = {one: self._mark(one) for one in followers}
        pairs = {frozenset((one, other)) for one in followers for other in self._list_tied(one, followers)}
        drawn = sorted(followers, key=lambda one: (FIRST.index(marks[one]), one))[:MOST_DRAWN]
        places = {one: place for place, one in enumerate(drawn)}
        ties = sorted(sorted(places[one] for one in pair) for pair in pairs if pair <= places.keys())
        parts = [self._rows[one]["part"] for one in followers]
        return {
            "followers": len(followers),
            "free": sum(part in ("only_koc", "nobody") for part in parts),
            "known": sum(part != "not_known" for part in parts),
            "recent": self._count_recent(followers),
            "pairs": len(pairs),
            "drawn": [marks[one] for one in drawn],
            "ties": _thin_out(ties, MOST_TIES),
        }

    def _mark(self, consumer: str) -> str:
        """What a follower is drawn as."""
        row = self._rows[consumer]
        if row["role"] in WIDE_ROLES:
            return "kol"
        return "koc" if row["role"] in RANKED else MARKS[row["part"]]

    def _list_tied(self, consumer: str, followers: set[str]) -> set[str]:
        """Those of the followers who follow this one of them."""
        return self._among.get(consumer, set()) & followers

    def _count_recent(self, followers: Collection[str]) -> int | None:
        if not self._view.dated:
            return None
        since = datetime.fromisoformat(self._view.run.info["at"]) - LATELY
        newest: list[datetime | None] = [self._rows[one]["last_review"] for one in followers]
        return sum(last is not None and last >= since for last in newest)


def name_wide(view: View) -> str:
    """How keys of the catalogue end that say whom others follow: kol or, where there is none, wide."""
    return "kol" if any(person["role"] == "kol" for person in view.people.values()) else "wide"


def _group(follows: pd.DataFrame) -> Mapping[str, set[str]]:
    """The followers of each person, from rows of followee and follower."""
    found: dict[str, set[str]] = {}
    for followee, follower in zip(follows["followee"].tolist(), follows["follower"].tolist(), strict=True):
        found.setdefault(followee, set()).add(follower)
    return found


def _thin_out(ties: list[list[int]], most: int) -> list[list[int]]:
    """At most so many of the ties, evenly from all of them, so that no follower takes the places of the others."""
    return ties if len(ties) <= most else [ties[place * len(ties) // most] for place in range(most)]

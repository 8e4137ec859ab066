"""What a run knows of the people whom a report may name, read once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.report.view import View
from graphkoc.runs.checks import CHECKS
from graphkoc.runs.reached import PARTS

__all__ = ["MONTHS", "YEAR", "Evidence", "count_unseen", "read_evidence", "shows_shares", "to_date"]

YEAR = 365
MONTHS = 24
"""Twelfths of a year that are counted, the last of which ends at the reference date."""
EPOCH = date(1970, 1, 1)
FEWEST_PEOPLE, FEWEST_KOCS = 20, 5
"""People and key opinion consumers below which numbers are counts alone."""


@dataclass(frozen=True)
class Evidence:
    """By consumer, of everybody who may be named.

    posts: rows of the run's posts, newest first. accounts: rows of its accounts, most reviews first; nothing for a
    person with one. checks: names of `graphkoc.runs.checks.CHECKS`, in its order. copies: reviews that nearly repeat
    somebody else's text. followers: people of the known audience in each of PARTS. months: reviews in each of MONTHS
    twelfths of a year, oldest first; empty without dates.
    """

    posts: Mapping[str, list[dict[str, Any]]]
    accounts: Mapping[str, list[dict[str, Any]]]
    checks: Mapping[str, list[str]]
    copies: Mapping[str, int]
    followers: Mapping[str, dict[str, int]]
    months: Mapping[str, list[int]]


def read_evidence(view: View) -> Evidence:
    """What the run knows of the people of a view; to be asked for by `view.once(read_evidence)`."""
    accounts = _by_consumer(view, "accounts")
    for several in accounts.values():
        several.sort(key=lambda row: (-row["reviews"], row["account"]))
    found = {consumer: {row["check"] for row in rows} for consumer, rows in _by_consumer(view, "checks").items()}
    return Evidence(
        posts=_by_consumer(view, "posts"),
        accounts=accounts,
        checks={consumer: [name for name in CHECKS if name in names] for consumer, names in found.items()},
        copies=Counter(row["consumer"] for row in view.run.rows("copies", ["consumer"])),
        followers=_count_followers(view),
        months=_count_months(view) if view.dated else {},
    )


def count_unseen(view: View, consumer: str) -> tuple[int, int]:
    """Of a person's known audience those whom no KOL is seen to reach, and of how many this is known."""
    parts = view.once(read_evidence).followers.get(consumer)
    if parts is None:
        return 0, 0
    return parts["only_koc"] + parts["nobody"], sum(parts.values()) - parts["not_known"]


def shows_shares(view: View) -> bool:
    """Whether there are enough people for a percentage to mean something."""
    return len(view.run.people) >= FEWEST_PEOPLE and len(view.kocs) >= FEWEST_KOCS


def to_date(day: float) -> date:
    """The date of a day since 1970-01-01."""
    return EPOCH + timedelta(days=int(np.floor(day)))


def _by_consumer(view: View, table: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a table by consumer, in their order, without those of people who are not to be named."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in view.run.rows(table):
        if row["consumer"] in view.people:
            rows.setdefault(row["consumer"], []).append(row)
    return rows


def _count_followers(view: View) -> dict[str, dict[str, int]]:
    """How many of each person's known audience are in each part."""
    people, everybody = list(view.people), view.run.people[["consumer", "part"]]
    part = np.array([PARTS.index(one) for one in everybody["part"]])
    follows = view.run.read_follows
    followee = _find_places(follows["followee"], people)
    follower = _find_places(follows["follower"], everybody["consumer"].tolist())
    inside = (followee >= 0) & (follower >= 0)
    counts = np.zeros((len(people), len(PARTS)), dtype=np.int64)
    np.add.at(counts, (followee[inside], part[follower[inside]]), 1)
    return {who: dict(zip(PARTS, row, strict=True)) for who, row in zip(people, counts.tolist(), strict=True)}


def _count_months(view: View) -> dict[str, list[int]]:
    reviews, people = view.run.read_reviews, list(view.people)
    at = datetime.fromisoformat(view.run.info["at"]).replace(tzinfo=UTC).timestamp() / 86_400
    place = _find_places(reviews["consumer"], people)
    # A twelfth of a year holds its last moment, as the year that the score counts does.
    twelfth = np.ceil((reviews["day"].to_numpy(dtype=float) - at + 2 * YEAR) * MONTHS / (2 * YEAR)) - 1
    inside = (place >= 0) & (twelfth >= 0) & (twelfth < MONTHS)
    counts = np.zeros((len(people), MONTHS), dtype=np.int64)
    np.add.at(counts, (place[inside], twelfth[inside].astype(int)), 1)
    return dict(zip(people, counts.tolist(), strict=True))


def _find_places(ids: pd.Series[Any], among: list[str]) -> NDArray[np.int64]:
    """The place of each id in a list, -1 for one that is not in it."""
    found = pc.index_in(pa.array(ids, type=pa.large_string()), value_set=pa.array(among, type=pa.large_string()))
    return np.asarray(pc.fill_null(found, -1), dtype=np.int64)

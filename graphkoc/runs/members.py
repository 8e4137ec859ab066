"""The members of niches and circles: one table of a run, a row per group and person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "MEMBER", "find_platforms", "members_of"]

KINDS = ("circle", "niche")
"""The kinds of groups, in the order in which the tables of a run have them."""
MEMBER = 0.5
"""Minimum confidence of a member of a group. Below it they are on its fringe, which only circles have."""


def members_of(members: pd.DataFrame, kind: str, *, fringe: bool = False) -> pd.DataFrame:
    """The members of the groups of one kind, in the order of the table.

    members: the table `members` of a run. kind: niche or circle. fringe: whether to include people whose
    confidence is below MEMBER. Returns the table's columns without `kind`, with the group's id in a column that
    is named after the kind.
    """
    rows = members["kind"] == kind
    if not fringe:
        rows &= members["confidence"] >= MEMBER
    return members[rows].drop(columns="kind").rename(columns={"group": kind}).reset_index(drop=True)


def find_platforms(
    circles: pd.DataFrame, people: pd.DataFrame, accounts: pd.DataFrame, ties_of: Mapping[str, str]
) -> pd.Series[str]:
    """The platform of each circle, by its id: of those with ties, the one that most of its members have an account on.

    circles: consumer, circle. people, accounts: consumer, platform; of the second those of people with several.
    ties_of: for each platform follows, engagements or none. Where none of the members' platforms has ties, the circle
    is missing.
    """
    import pandas as pd

    on = pd.concat([people[["consumer", "platform"]], accounts[["consumer", "platform"]]]).drop_duplicates()
    on = on[on["platform"].map(ties_of).isin(["follows", "engagements"])]
    counted = circles[["consumer", "circle"]].merge(on, on="consumer").groupby(["circle", "platform"]).size()
    ordered = counted.rename("people").reset_index().sort_values(["people", "platform"], ascending=[False, True])
    return ordered.drop_duplicates("circle").set_index("circle")["platform"].sort_index()

"""The members of niches and circles: one table of a run, a row per group and person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "MEMBER", "members_of"]

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

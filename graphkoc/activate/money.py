"""What a plan costs: the items of its posts, and what a post, a thousand reads and an engagement cost."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.activate.costs import add_up_costs
from graphkoc.text import number_or_none

__all__ = ["add_up_money"]


def add_up_money(chosen: pd.DataFrame, posts: float | None) -> dict[str, Any]:
    """The money of a plan. chosen: the people whose posts it pays for, as in `graphkoc.activate.preparation.Prepared`.

    posts: those expected; None where no rates are known, and then no cost of a post is named. Returns items (each item
    and their sums), spent (with the units of those who are sent one and do not post), per_post, cpm (spent for 1,000
    reads, by the median reads that the people state) and cpe (spent for an engagement, by their own mean engagements of
    a post); cpm and cpe are of those whose figures are known, and None where they are of nobody.
    """
    spent = float(chosen["spent"].sum())
    return {
        "items": {name: number_or_none(amount) for name, amount in add_up_costs(chosen).items()},
        "spent": spent,
        "per_post": spent / posts if posts else None,
        "cpm": _divide(chosen, "reads", 1000),
        "cpe": _divide(chosen, "engagements_per_post", 1),
    }


def _divide(chosen: pd.DataFrame, column: str, each: int) -> float | None:
    """What so many of a figure cost, of those of whom it is known."""
    known = chosen[chosen[column] > 0]
    return each * float(known["spent"].sum()) / float(known[column].sum()) if len(known) else None

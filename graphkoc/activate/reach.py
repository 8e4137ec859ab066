"""The reach of a plan, counted on known followers.

A person is reached by a plan if they are a known follower of somebody chosen (where ties are engagements, if they
engaged with them). Who reaches whom is known, so that nothing about overlap has to be assumed. Other tools assume that
audiences are independent: of N people 1 - product of (1 - r_k) are reached, where r_k is the share who follow k. The
formula is known as Sainsbury's; it is given beside the count for comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from graphkoc.activate.choice import Choice
from graphkoc.activate.greedy import measure_value
from graphkoc.arrays import Indices, Values, number_ids
from graphkoc.text import count

__all__ = [
    "LEVELS",
    "MINIMUM",
    "OVERLAP",
    "Reach",
    "count_niches",
    "count_people",
    "count_reach",
    "draw_curve",
    "explain_independence",
    "list_overlaps",
    "sum_columns",
]

LEVELS = 3
"""People are counted who are reached at least once, twice and three times."""
MINIMUM = 5
"""The people whom a figure must be about at least to be shown."""
OVERLAP = 0.3
"""Two people overlap if they share more than this part of the smaller audience."""


@dataclass(frozen=True)
class Reach:
    """How many people a plan reaches at least once, twice and three times.

    counted: of the known followers. independent: the same if audiences were independent (Sainsbury). listeners: the
    people who follow anybody, among whom independence is assumed.
    """

    counted: tuple[int, ...]
    independent: tuple[float, ...]
    listeners: int


def count_reach(follows: csr_array, chosen: Indices, listeners: int) -> Reach:
    """The reach of the people chosen.

    follows: (k, n) csr with an entry for each known follower of each person who can be chosen; the values of the
    entries make no difference. chosen: (c,) rows. listeners: how many people follow anybody.
    """
    heard = _take(follows, chosen)
    times = heard.sum(axis=0)
    counted = tuple(int((times >= level).sum()) for level in range(1, LEVELS + 1))
    # exactly[i]: the probability of being reached i times; more often than counted here is the rest.
    exactly = np.zeros(LEVELS)
    exactly[0] = 1.0
    for share in np.diff(heard.indptr) / max(listeners, 1):
        exactly[1:] = exactly[1:] * (1.0 - share) + exactly[:-1] * share
        exactly[0] *= 1.0 - share
    independent = tuple(float(listeners * (1.0 - exactly[:level].sum())) for level in range(1, LEVELS + 1))
    return Reach(counted, independent, listeners)


def explain_independence(reach: Reach) -> str:
    """The sentence that says how the count and the estimate differ, and why."""
    counted, independent = reach.counted[0], round(reach.independent[0])
    start = f"The plan reaches {count(counted, 'people')}, counted on known followers."
    if counted == independent:
        return f"{start} Independent audiences of these sizes would reach as many (Sainsbury)."
    more = "more" if counted < independent else "less"
    return (
        f"{start} Independent audiences of these sizes would reach {independent:,} (Sainsbury): "
        f"these overlap {more} than independent ones do."
    )


def count_people(
    follows: csr_array, candidates: pd.DataFrame, chosen: Indices, posts: Values, minimum: int = MINIMUM
) -> pd.DataFrame:
    """The reach of each person chosen, in the order of choice.

    candidates: consumer, followers (as stated), reads (the median as stated), a row per row of `follows`.
    posts: (k,) float64, the posts expected of each person, NaN where not known.
    Returns consumer, counted (known followers, Int64), only_here (of these, those whom nobody else chosen reaches,
    Int64), followers, capture (counted / followers, NaN where not stated), estimated (reads x posts, NaN where either
    is not known). Counted and estimated are never added: one is people of these data, the other reads on the platform.
    Figures about fewer people than `minimum` are null.
    """
    heard = _take(follows, chosen)
    sole = heard.sum(axis=0) == 1
    counted, only = np.diff(heard.indptr), heard @ sole.astype(np.int64)
    row = candidates.iloc[chosen]
    stated = row["followers"].to_numpy(dtype=float, na_value=np.nan)
    capture = np.divide(counted, stated, out=np.full(len(chosen), np.nan), where=stated > 0)
    return pd.DataFrame(
        {
            "consumer": row["consumer"].to_numpy(),
            "counted": _hide(counted, minimum),
            "only_here": _hide(only, minimum),
            "followers": stated,
            "capture": np.where((counted > 0) & (counted < minimum), np.nan, capture),
            "estimated": row["reads"].to_numpy(dtype=float, na_value=np.nan) * posts[chosen],
        }
    )


def sum_columns(follows: csr_array, people: pd.DataFrame, chosen: Indices, minimum: int = MINIMUM) -> dict[str, Any]:
    """The two columns of a plan, which are never added: counted and estimated.

    people: as `count_people` returns it. Returns counted (people, each once; None for fewer than `minimum`), estimated
    (reads, the sum over the people of whom it is known; None for nobody) and estimated_of (how many those are).
    """
    counted = int((_take(follows, chosen).sum(axis=0) > 0).sum())
    known = people["estimated"].notna()
    return {
        "counted": None if 0 < counted < minimum else counted,
        "estimated": float(people["estimated"].sum()) if known.any() else None,
        "estimated_of": int(known.sum()),
    }


def list_overlaps(
    follows: csr_array, consumers: ArrayLike, chosen: Indices, minimum: int = MINIMUM, share: float = OVERLAP
) -> pd.DataFrame:
    """Pairs of people chosen who share more than a part of the smaller audience, the largest part first.

    consumers: (k,) ids. Returns a, b (a was chosen first), both (people who follow both, int64), smaller (the smaller
    audience, int64), share (float64). Pairs who share fewer people than `minimum` are left out.
    """
    heard = _take(follows, chosen)
    audience = np.diff(heard.indptr)
    common = (heard @ heard.T).tocoo()
    a, b = (np.asarray(place, dtype=np.int64) for place in common.coords)
    smaller = np.minimum(audience[a], audience[b])
    listed = (a < b) & (common.data >= minimum) & (common.data > share * smaller)
    a, b, both, smaller = a[listed], b[listed], common.data[listed], smaller[listed]
    ids = np.asarray(consumers)[chosen]
    order = np.lexsort((b, a, -both / smaller))
    frame = pd.DataFrame({"a": ids[a], "b": ids[b], "both": both, "smaller": smaller, "share": both / smaller})
    return frame.iloc[order].reset_index(drop=True).astype({"both": "int64", "smaller": "int64", "share": "float64"})


def count_niches(
    follows: csr_array,
    chosen: Indices,
    ids: NDArray[Any],
    members: pd.DataFrame,
    white_space: NDArray[np.bool_],
    minimum: int = MINIMUM,
) -> pd.DataFrame:
    """Who of each niche is exposed, and the white space that is left.

    ids: (n,) str, the people of the columns of `follows`. members: consumer, niche. white_space: (n,) bool, the people
    whom only KOCs or nobody reaches. Returns a row per niche, sorted: niche, members, exposed (of these, those whom the
    plan reaches), white_space (members), white_space_left (of these, those whom the plan does not reach), all Int64.
    Figures about fewer people than `minimum` are null, and all of a niche of fewer people.
    """
    members = members[["consumer", "niche"]].drop_duplicates()
    node = number_ids(ids, members["consumer"])
    known = node >= 0
    reached = _take(follows, chosen).sum(axis=0) > 0
    each = pd.DataFrame(
        {
            "niche": members["niche"].to_numpy()[known],
            "members": 1,
            "exposed": reached[node[known]].astype(np.int64),
            "white_space": white_space[node[known]].astype(np.int64),
            "white_space_left": (white_space & ~reached)[node[known]].astype(np.int64),
        }
    )
    table = each.groupby("niche", sort=True).sum().reset_index()
    small = table["members"] < minimum
    for column in table.columns[1:]:
        table[column] = _hide(table[column].to_numpy(dtype=np.int64), minimum)
        table.loc[small, column] = pd.NA
    return table


def draw_curve(
    follows: csr_array,
    choices: Mapping[float, Choice],
    exposure: csr_array,
    weight: Values,
    listeners: int,
    minimum: int = MINIMUM,
) -> pd.DataFrame:
    """The reach curve: the plan of each budget.

    choices: budget -> plan, as `graphkoc.activate.choice.choose_each` returns them. exposure, weight: the learned
    probabilities and weights, whatever the plans were chosen for. Returns budget, cost, people (chosen), reached_1,
    reached_2, reached_3 (people reached so often at least, Int64, null for fewer than `minimum`), independent (people
    reached if audiences were independent), expected (same-product reviews by followers, not calibrated).
    """
    rows = []
    for budget, choice in choices.items():
        reach = count_reach(follows, choice.chosen, listeners)
        levels = {f"reached_{level}": number for level, number in enumerate(reach.counted, 1)}
        rows.append(
            {"budget": budget, "cost": choice.cost, "people": len(choice.chosen)}
            | levels
            | {"independent": reach.independent[0], "expected": measure_value(exposure, weight, choice.chosen.tolist())}
        )
    curve = pd.DataFrame(rows)
    for level in range(1, LEVELS + 1):
        curve[f"reached_{level}"] = _hide(curve[f"reached_{level}"].to_numpy(dtype=np.int64), minimum)
    return curve


def _take(follows: csr_array, chosen: Indices) -> csr_array:
    """(c, n) int64: 1 for each known follower of each person chosen."""
    rows = follows[np.asarray(chosen, dtype=np.int64)]
    return csr_array((np.ones(len(rows.indices), dtype=np.int64), rows.indices, rows.indptr), shape=rows.shape)


def _hide(numbers: NDArray[Any], minimum: int) -> pd.Series[Any]:
    """Numbers of people as Int64, null where they are about fewer than the minimum; nobody at all is shown."""
    return pd.Series(numbers, dtype="Int64").mask((numbers > 0) & (numbers < minimum))

"""Goals: what KOLs and KOCs are chosen for, as the exposure that a plan is made best for.

Whatever the goals are, the value of a plan keeps the form of `graphkoc.activate.choice`, so that the greedy choice and
its bound hold for each of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from graphkoc.activate.goal_names import GOALS
from graphkoc.activate.greedy import measure_value
from graphkoc.arrays import Values
from graphkoc.errors import UsageError

__all__ = ["apply_goals"]


def apply_goals(
    exposure: csr_array,
    weight: Values,
    is_kol: NDArray[np.bool_],
    *,
    kol: str = "responders",
    koc: str = "responders",
    white_space: NDArray[np.bool_] | None = None,
    posts: Values | None = None,
) -> tuple[csr_array, Values]:
    """The exposure and the weight with which a plan is chosen for these goals.

    exposure: (k, n) csr, the learned probabilities, with an entry for every known follower, also where it is 0.
    weight: (n,) float64. is_kol: (k,) bool. kol, koc: the goal of each, one of GOALS. white_space: (n,) bool, the
    people whom only KOCs or nobody reaches. posts: (k,) float64, the posts expected of each person; by default one.

    Where both have one goal, the value of a plan is in its unit: people or posts. Where they differ, each goal has
    columns of its own, and the value is the sum of two shares: of what all KOLs together could reach of their goal, and
    all KOCs of theirs. Raises UsageError for an unknown goal, and for white space where it is not known.
    """
    rows: dict[str, NDArray[np.bool_]] = {}
    for goal, role in ((kol, is_kol), (koc, ~is_kol)):
        if goal not in GOALS:
            raise UsageError(f"there is no goal {goal}", hint=f"goals are {', '.join(GOALS)}")
        rows[goal] = rows.get(goal, np.zeros(len(is_kol), dtype=bool)) | role
    if list(rows) == ["responders"]:
        return exposure, weight
    blocks, weights = [], []
    for goal, role in rows.items():
        if goal == "posts":
            people = len(is_kol)
            block = _keep_rows(csr_array((np.ones(people), (np.arange(people),) * 2), shape=(people, people)), role)
            worth = np.ones(people) if posts is None else posts
        else:
            block, worth = _keep_rows(exposure, role), weight
            if goal != "responders":
                block.data[:] = 1.0
            if goal == "white-space":
                if white_space is None:
                    raise UsageError("white space is not known for these data", hint="choose another goal")
                worth = np.where(white_space, weight, 0.0)
        if len(rows) > 1:
            attainable = measure_value(block, worth, range(len(is_kol)))
            worth = worth / attainable if attainable > 0 else worth
        blocks.append(block)
        weights.append(worth)
    return csr_array(hstack(blocks, format="csr")), np.concatenate(weights)


def _keep_rows(matrix: csr_array, rows: NDArray[np.bool_]) -> csr_array:
    """A copy of the matrix with the entries of some rows; entries of 0 are kept."""
    length = np.diff(matrix.indptr)
    kept = np.repeat(rows, length)
    ends = np.concatenate([[0], np.cumsum(np.where(rows, length, 0))])
    return csr_array((matrix.data[kept].astype(float), matrix.indices[kept], ends), shape=matrix.shape)

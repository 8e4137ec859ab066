"""How the ranking changes without suspicious people: who leaves it, and who moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.runs.roles import RANKED

__all__ = ["moves", "summarise_moves"]


def moves(people: pd.DataFrame, suspicious: NDArray[np.bool_], score: NDArray[np.float64]) -> pd.DataFrame:
    """The key opinion consumers, by rank, with their place in a ranking without suspicious people.

    people: a row per person, with consumer, role, rank, score. suspicious: (n,) bool. score: (n,) float64, what each
    scores without them. Returns consumer, rank, rank_without (NA for those who are suspicious), score,
    score_without, moved: how many places a person goes up among the others, so that nobody moves only because
    somebody ahead of them is left out.
    """
    table = people[["consumer", "role", "rank", "score"]].assign(score_without=score, out=suspicious)
    table = table[table["role"].isin(RANKED)].sort_values("rank", ignore_index=True)
    stay = table.index[~table["out"]]
    order = np.lexsort((table["consumer"][stay], -table["score_without"][stay]))
    table["rank_without"] = pd.Series(np.arange(1, len(stay) + 1), index=stay[order], dtype="Int64")
    before = pd.Series(np.arange(1, len(stay) + 1), index=stay, dtype="Int64")
    table["moved"] = before - table["rank_without"]
    table.loc[table["out"], "score_without"] = np.nan
    return table[["consumer", "rank", "rank_without", "moved", "score", "score_without"]]


def summarise_moves(table: pd.DataFrame) -> dict[str, Any]:
    """For run.json: how many leave the ranking, how many of the others move, and by how many places at most."""
    moved = table["moved"].dropna().abs()
    return {
        "leave": int(table["rank_without"].isna().sum()),
        "stay": len(moved),
        "move": int((moved > 0).sum()),
        "furthest": int(moved.max()) if len(moved) else 0,
    }

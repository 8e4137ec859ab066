"""What a person mostly writes about: the product type of most of their reviews in the last twelve months."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.graph.action_log import YEAR, Log

__all__ = ["find_main_types"]


def find_main_types(log: Log, as_of: float) -> pd.DataFrame:
    """Everybody's main product type at day `as_of`: main_type (str or null), main_type_share (float64, 0 to 1).

    A row per node of log.network. A type is a category or, of a review of no product, a tag; each item counts once,
    when the person first wrote about it. Those who wrote about none in the last year have the type of all their
    reviews, and a share of NaN. Of types with as many items the first by name counts.
    """
    n, names = len(log.network), log.kind_names()
    items = log.items
    known = np.isin(items.kind, np.flatnonzero(names != ""))
    rows = pd.DataFrame({"person": items.person, "type": names[items.kind], "recent": items.day > as_of - YEAR})[known]
    recent = rows[rows["recent"]]
    found = _find_most(recent)
    before = _find_most(rows[~rows["person"].isin(found.index)])
    share = found["items"] / recent.groupby("person").size()
    table = pd.DataFrame(index=range(n))
    table["main_type"] = pd.concat([found["type"], before["type"]]).reindex(range(n)).astype("str")
    table["main_type_share"] = share.reindex(range(n)).astype(float)
    return table


def _find_most(rows: pd.DataFrame) -> pd.DataFrame:
    """type and items of each person's most frequent type; index the person."""
    counts = rows.groupby(["person", "type"]).size().reset_index(name="items")
    counts = counts.sort_values(["person", "items", "type"], ascending=[True, False, True])
    return counts.drop_duplicates("person").set_index("person")

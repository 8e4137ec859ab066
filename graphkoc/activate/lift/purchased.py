"""Purchases as first meetings of people with products, so that they are compared as reviews are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.graph.action_log import Items
from graphkoc.graph.network import days

__all__ = ["list_purchases"]


def list_purchases(
    purchases: pd.DataFrame, products: pd.DataFrame, ids: Sequence[str] | NDArray[Any]
) -> tuple[Items, list[str]]:
    """The first dated purchase of each product by each person, and the products, in the order of their numbers.

    purchases, products: as a projection has them. ids: of the people, sorted. Products without a category are of one
    kind.
    """
    dated = purchases[purchases["bought_at"].notna()]
    first = dated.groupby(["consumer", "product"], as_index=False)["bought_at"].min()
    item, names = pd.factorize(first["product"].to_numpy(dtype=object), sort=True)
    category = products.drop_duplicates("product").set_index("product")["category"]
    kind, _ = pd.factorize(category.reindex(list(names)).fillna("").to_numpy(dtype=object), sort=True)
    person, day = number_ids(ids, first["consumer"]), days(first["bought_at"])
    order = np.lexsort((item, person, day))
    kinds = kind[item[order]] if len(item) else np.empty(0)
    return Items(
        person[order].astype(np.int32), item[order].astype(np.int32), day[order], kinds.astype(np.int32)
    ), list(names)

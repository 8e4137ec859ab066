"""How many followers of those who posted followed on: what a plan forecasts, counted once it is over.

It says nothing of what the campaign caused: these followers may have come to the same items without it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from graphkoc.activate.calibration import WINDOWS
from graphkoc.arrays import Indices
from graphkoc.graph.action_log import Items
from graphkoc.graph.network import Network

__all__ = ["count_followed_on"]


def count_followed_on(
    items: Items, network: Network, posted: Indices, begin: float, as_of: float, windows: Iterable[float] = WINDOWS
) -> dict[str, int]:
    """The distinct followers who came to an item after somebody whom they follow, by days since the campaign began.

    It is the outcome that `graphkoc.activate.probability` learns: any item, and any day of the person who came first.
    network: the follows known at `begin`. posted: (k,) int64, positions of those who posted, who count as no followers.
    begin, as_of: days since 1970. Windows that reach beyond `as_of` are not over and left out.
    """
    over = [days for days in windows if begin + days <= as_of]
    rows = np.isin(network.source, posted) & ~np.isin(network.target, posted)
    follows = pd.DataFrame({"who": network.source[rows], "follower": network.target[rows]})
    met = pd.DataFrame({"person": items.person, "item": items.item, "day": items.day})
    first = met[met["person"].isin(posted)]
    later = met[met["person"].isin(follows["follower"]) & (met["day"] > begin) & met["item"].isin(first["item"])]
    pairs = later.merge(follows, left_on="person", right_on="follower").merge(
        first, left_on=["who", "item"], right_on=["person", "item"], suffixes=("", "_first")
    )
    delay = pairs.loc[pairs["day_first"] < pairs["day"]].groupby("follower")["day"].min() - begin
    return {f"{days:.0f}": int((delay <= days).sum()) for days in over}

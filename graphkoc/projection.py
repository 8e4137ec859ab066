"""What an analysis reads of a store: plain frames, and the network and log that are made of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.log import Log

__all__ = ["KEYS", "Projection"]

KEYS = {
    "follows": ["source", "target"],
    "reviews": ["review"],
    "consumers": ["consumer"],
    "products": ["product"],
    "engagements": ["engagement"],
    "purchases": ["order", "product", "consumer"],
    "texts": ["review"],
}
"""What each frame is sorted by, so that the order in which a store returns rows makes no difference."""


@dataclass(frozen=True, eq=False)
class Projection:
    """What an analysis reads, as `cypher/project/` returns it, sorted by key.

    follows: source, target, weight, since. reviews: review, consumer, product, rating, created_at, likes,
    collects, comments, shares, views, helpful, media, origin, verified. consumers: consumer, name, platform,
    followers, kind, joined_at, quote. products: product, title, brand, category. engagements: engagement,
    consumer, review, kind, created_at. purchases: order, product, consumer, bought_at. texts: review, title,
    text, tags, of the reviews that have any of the three. loads: load, source, loaded_at, files.
    """

    follows: pd.DataFrame
    reviews: pd.DataFrame
    consumers: pd.DataFrame
    products: pd.DataFrame
    engagements: pd.DataFrame
    purchases: pd.DataFrame
    texts: pd.DataFrame
    loads: pd.DataFrame

    def log(self) -> Log:
        """The dated log of the projection."""
        return Log.from_frames(self.ties(), self.reviews, self.products, self.consumers)

    def ties(self) -> pd.DataFrame:
        """Who reaches whom: source, target, weight, since.

        The follows; and, of people on a platform that tells no follows, an edge from each author to
        everybody who engaged with what she wrote, its weight the number of her reviews that it was,
        since the first time.
        """
        platform = self.consumers.set_index("consumer")["platform"].fillna("")
        telling = platform.reindex(self.follows["source"]).unique()
        author = self.engagements["review"].map(self.reviews.set_index("review")["consumer"])
        engaged = pd.DataFrame(
            {
                "source": author,
                "target": self.engagements["consumer"],
                "review": self.engagements["review"],
                "since": self.engagements["created_at"],
            }
        )
        silent = author.notna() & ~author.map(platform).isin(telling) & (author != engaged["target"])
        by_pair = engaged[silent].groupby(["source", "target"], as_index=False)
        ties = by_pair.agg(weight=("review", "nunique"), since=("since", "min")).astype({"weight": float})
        return pd.concat([self.follows, ties], ignore_index=True) if len(ties) else self.follows

    def ties_of(self) -> dict[str, str]:
        """For each platform, what its ties are: follows, engagements, or none."""
        made = self.ties()
        platform = self.consumers.set_index("consumer")["platform"].fillna("unknown")
        follows = set(platform.reindex(self.follows["source"]))
        tied = set(platform.reindex(made["source"]))
        return {
            name: "follows" if name in follows else "engagements" if name in tied else "none"
            for name in sorted(platform.unique())
        }

    def inputs(self) -> dict[str, dict[str, Any]]:
        """Rows and a hash of each table, which row order does not change."""
        return {
            name: {
                "rows": len(frame),
                "sha256": hashlib.sha256(
                    np.ascontiguousarray(pd.util.hash_pandas_object(frame, index=False)).tobytes()
                ).hexdigest(),
            }
            for name, frame in vars(self).items()
            if name != "loads"
        }

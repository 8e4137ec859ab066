"""What an analysis reads of a store: plain frames, and the network and log that are made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.graph.action_log import Log

__all__ = ["COLUMNS", "KEYS", "Projection", "engaged", "platforms"]

COLUMNS: dict[str, dict[str, str]] = {
    "follows": {"source": "id", "target": "id", "weight": "number", "since": "time"},
    "reviews": {
        "review": "id",
        "consumer": "id",
        "product": "id",
        "rating": "number",
        "created_at": "time",
        "likes": "integer",
        "collects": "integer",
        "comments": "integer",
        "shares": "integer",
        "views": "integer",
        "helpful": "integer",
        "media": "integer",
        "origin": "text",
        "verified": "integer",
    },
    "consumers": {
        "consumer": "id",
        "name": "text",
        "platform": "text",
        "followers": "integer",
        "kind": "text",
        "joined_at": "time",
        "quote": "number",
    },
    "products": {"product": "id", "title": "text", "brand": "text", "category": "text"},
    "engagements": {"engagement": "id", "consumer": "id", "review": "id", "kind": "text", "created_at": "time"},
    "purchases": {"order": "id", "product": "id", "consumer": "id", "bought_at": "time"},
    "texts": {"review": "id", "title": "text", "text": "text", "tags": "text"},
    "loads": {"load": "text", "source": "text", "loaded_at": "time", "files": "text"},
    "identities": {"account": "id", "person": "id"},
}
"""For each query in `cypher/project/`, the columns that it must return, in this order, and their kinds."""

KEYS = {
    "follows": ["source", "target"],
    "reviews": ["review"],
    "consumers": ["consumer"],
    "products": ["product"],
    "engagements": ["engagement"],
    "purchases": ["order", "product", "consumer"],
    "texts": ["review"],
    "loads": ["loaded_at", "load"],
}
"""What each frame is sorted by, so that the order in which a store returns rows makes no difference."""


@dataclass(frozen=True, eq=False)
class Projection:
    """What an analysis reads, as `cypher/project/` returns it, sorted by key; a consumer is a person.

    follows: source, target, weight, since. reviews: review, consumer, product, rating, created_at, likes,
    collects, comments, shares, views, helpful, media, origin, verified. consumers: consumer, name, platform,
    followers, kind, joined_at, quote. products: product, title, brand, category. engagements: engagement,
    consumer, review, kind, created_at. purchases: order, product, consumer, bought_at. texts: review, title,
    text, tags, of the reviews that have any of the three. loads: load, source, loaded_at, files. engaged: see
    `engaged`. platforms: platform, ties. accounts: those of persons with several, see `graphkoc.graph.accounts`.
    """

    follows: pd.DataFrame
    reviews: pd.DataFrame
    consumers: pd.DataFrame
    products: pd.DataFrame
    engagements: pd.DataFrame
    purchases: pd.DataFrame
    texts: pd.DataFrame
    loads: pd.DataFrame
    engaged: pd.DataFrame
    platforms: pd.DataFrame
    accounts: pd.DataFrame

    def log(self) -> Log:
        """The dated log of the projection."""
        return Log.from_frames(self.ties(), self.reviews, self.products, self.consumers, self.topics())

    @property
    def undated(self) -> bool:
        """Whether there are reviews, and none has a date."""
        return bool(len(self.reviews)) and bool(self.reviews["created_at"].isna().all())

    def placed(self) -> Projection:
        """The projection, all its reviews, and who engaged with them, at one moment where none has a date.

        The moment is that of the newest that is dated, and 1970-01-01 where nothing is: never that of the load,
        so that the same files give the same run whenever they are loaded.
        """
        if not self.undated:
            return self
        dated = (self.follows["since"], self.engagements["created_at"], self.purchases["bought_at"])
        newest = pd.concat([pd.Series([pd.Timestamp(0)]), *dated]).max()
        reviews = self.reviews.assign(created_at=newest).astype({"created_at": "datetime64[us]"})
        return replace(self, reviews=reviews, engaged=self.engaged.assign(since=self.engaged["since"].fillna(newest)))

    def uncounted(self, log: Log) -> int:
        """How many follows have no date and an end who has reviewed nothing by the end of the log.

        When such a follow began cannot be told, so no measure counts it; see `graphkoc.graph.action_log.Log.known`.
        """
        active = log.network.ids[np.isfinite(log.first_day)]
        undated = self.follows[self.follows["since"].isna()]
        return int((~undated[["source", "target"]].isin(active).all(axis=1)).sum())

    def topics(self) -> pd.DataFrame:
        """The tags of what is written about nothing sold: review, topic, a row for each."""
        notes = self.reviews.loc[self.reviews["product"].isna(), ["review"]]
        tagged = notes.merge(self.texts.loc[self.texts["tags"].notna(), ["review", "tags"]], on="review")
        split = tagged["tags"].astype("str").str.casefold().str.split()
        return tagged.assign(topic=split)[["review", "topic"]].explode("topic").dropna().drop_duplicates()

    def ties(self) -> pd.DataFrame:
        """Who reaches whom: source, target, weight, since.

        The follows; and, of people on a platform that tells no follows, an edge from each author to
        everybody who engaged with what she wrote, its weight the number of her reviews that it was,
        since the first time.
        """
        ties = self.engaged[["source", "target", "weight", "since"]]
        return pd.concat([self.follows, ties], ignore_index=True) if len(ties) else self.follows

    def ties_of(self) -> dict[str, str]:
        """For each platform, what its ties are: follows, engagements, or none."""
        return dict(zip(self.platforms["platform"], self.platforms["ties"], strict=True))

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


def engaged(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Who engaged with whom, of the authors on platforms that tell no follows: source, target, weight, since, platform.

    weight: the number of the source's reviews that it was. since: the first time; where no time is known
    that of the newest review, by when it had happened, so that a look into the past does not know of it.
    platform: the source's.
    """
    platform = frames["consumers"].set_index("consumer")["platform"].fillna("")
    telling = platform.reindex(frames["follows"]["source"]).unique()
    author = frames["engagements"]["review"].map(frames["reviews"].set_index("review")["consumer"])
    rows = pd.DataFrame(
        {
            "source": author,
            "target": frames["engagements"]["consumer"],
            "review": frames["engagements"]["review"],
            "since": frames["engagements"]["created_at"],
        }
    )
    silent = author.notna() & ~author.map(platform).isin(telling) & (author != rows["target"])
    by_pair = rows[silent].groupby(["source", "target"], as_index=False)
    ties = by_pair.agg(weight=("review", "nunique"), since=("since", "min")).astype({"weight": float})
    since = ties["since"].fillna(frames["reviews"]["created_at"].max())
    return ties.assign(since=since, platform=ties["source"].map(platform).astype("str"))


def platforms(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """For each platform what its ties are: platform, ties (follows, engagements or none); sorted."""
    platform = frames["consumers"].set_index("consumer")["platform"].fillna("unknown")
    follows = set(platform.reindex(frames["follows"]["source"]))
    tied = set(platform.reindex(frames["engaged"]["source"]))
    names = sorted(platform.unique())
    ties = ["follows" if name in follows else "engagements" if name in tied else "none" for name in names]
    return pd.DataFrame({"platform": names, "ties": ties}, dtype="str")

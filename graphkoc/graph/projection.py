"""What an analysis reads of a store: plain frames, and the network and log that are made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.arrays import is_among
from graphkoc.errors import AnalysisError
from graphkoc.graph.accounts import by_person
from graphkoc.graph.action_log import Log
from graphkoc.graph.seeded import SEEDING, mark_seeded

__all__ = ["COLUMNS", "KEYS", "Projection"]

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
        "url": "text",
    },
    "consumers": {
        "consumer": "id",
        "name": "text",
        "platform": "text",
        "followers": "integer",
        "kind": "text",
        "joined_at": "time",
        "quote": "number",
        "handle": "text",
        "url": "text",
        "consent": "text",
        "agency": "text",
        "audience_stated": "text",
        "location": "text",
        "reads": "integer",
    },
    "products": {"product": "id", "title": "text", "brand": "text", "category": "text"},
    "engagements": {"engagement": "id", "consumer": "id", "review": "id", "kind": "text", "created_at": "time"},
    "purchases": {"order": "id", "product": "id", "consumer": "id", "bought_at": "time", "status": "text"},
    "texts": {"review": "id", "title": "text", "text": "text", "tags": "words"},
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

DATED = {"reviews": "created_at", "follows": "since", "engagements": "created_at", "purchases": "bought_at"}
"""Frames that end at the reference date of an analysis, and the column that dates their rows."""

TAKEN_BACK = ("refunded", "cancelled")
"""States of an order by which nothing was bought."""
COMPLAINED = ("disputed", "refunding", "refunded")
"""States of an order that somebody complained about or sent back."""


@dataclass(frozen=True, eq=False)
class Projection:
    """What an analysis reads, as `cypher/project/` returns it, sorted by key; a consumer is a person.

    follows: source, target, weight, since. reviews: review, consumer, product, rating, created_at, likes, collects,
    comments, shares, views, helpful, media, origin, verified, url, platform (of the account). consumers: consumer,
    name, platform, followers, kind, joined_at, quote, handle, url, consent, agency, audience_stated, location, reads.
    products: product, title, brand, category. engagements: engagement, consumer, review, kind, created_at. purchases:
    order, product, consumer, bought_at, status, but for those TAKEN_BACK. complaints: the same of those COMPLAINED.
    texts: review, title, text, tags, of the reviews that have any of the three. loads: load, source, loaded_at,
    files. engaged: source, target, weight, since, platform, for authors on platforms without known follows.
    platforms: platform, ties (follows, engagements or none). accounts: those of persons with several, see
    `graphkoc.graph.accounts`. identities: account, person, as the store has them. unattributed: the engagements with
    posts whose author is unknown. Nobody's reviews are counted with such a post, so neither it nor its engagements
    are in the other frames.
    """

    follows: pd.DataFrame
    reviews: pd.DataFrame
    consumers: pd.DataFrame
    products: pd.DataFrame
    engagements: pd.DataFrame
    purchases: pd.DataFrame
    complaints: pd.DataFrame
    texts: pd.DataFrame
    loads: pd.DataFrame
    engaged: pd.DataFrame
    platforms: pd.DataFrame
    accounts: pd.DataFrame
    identities: pd.DataFrame
    unattributed: pd.DataFrame

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pd.DataFrame], platform: str | None = None, until: datetime | None = None
    ) -> Projection:
        """The projection of the tables that the queries return, in any order of rows.

        tables: a frame for each name in COLUMNS, and in SEEDING where reviews that campaigns brought about are to be
        marked (see `graphkoc.graph.seeded`). platform: keep this platform's people and what is among them.
        until: leave out what is dated later (UTC). Raises AnalysisError where nobody is left.
        """
        frames = {name: tables[name] for name in KEYS}
        for name in ("reviews", "products"):
            # Another program may have drawn a second edge from a node that has one; the first counts.
            frames[name] = frames[name].drop_duplicates(KEYS[name])
        texts = frames["texts"]
        frames["texts"] = texts[texts[["title", "text", "tags"]].notna().any(axis=1)]
        for name, key in KEYS.items():
            frames[name] = frames[name].sort_values(key, ignore_index=True)
        if tables.keys() >= SEEDING.keys():
            frames["reviews"] = mark_seeded(frames["reviews"], frames["products"], tables["identities"], tables)
        authored = frames["reviews"]["consumer"].notna()
        unattributed = frames["reviews"].loc[~authored, "review"]
        frames["reviews"] = frames["reviews"][authored]
        if platform is not None:
            frames = _on_platform(frames, platform)
        if until is not None:
            frames |= {name: frames[name][~(frames[name][when] > until)] for name, when in DATED.items()}
        bought = frames["purchases"]
        frames["purchases"] = bought[~bought["status"].isin(TAKEN_BACK)]
        frames["complaints"] = bought[bought["status"].isin(COMPLAINED)]
        frames["unattributed"] = frames["engagements"][is_among(frames["engagements"]["review"], unattributed)]
        for name in ("engagements", "texts"):
            frames[name] = frames[name][is_among(frames[name]["review"], frames["reviews"]["review"])]
        if frames["consumers"].empty:
            hint = "Load something first: `graphkoc load SOURCE PATH`."
            raise AnalysisError("the store holds no consumers", hint=hint)
        frames["engaged"] = _engaged(frames)
        frames["platforms"] = _platforms(frames)
        platform_of = frames["consumers"].set_index("consumer")["platform"]
        frames["reviews"] = frames["reviews"].assign(
            platform=frames["reviews"]["consumer"].map(platform_of).astype("str")
        )
        frames = by_person(frames, tables["identities"]) | {"identities": tables["identities"]}
        return cls(**{name: frame.reset_index(drop=True) for name, frame in frames.items()})

    def log(self) -> Log:
        """The dated log of the projection; where no review has a date, all stand at one moment."""
        return Log.from_frames(self.ties(), self.placed_reviews(), self.products, self.consumers, self.topics())

    @property
    def undated(self) -> bool:
        """Whether there are reviews, and none has a date."""
        return bool(len(self.reviews)) and bool(self.reviews["created_at"].isna().all())

    def placed_reviews(self) -> pd.DataFrame:
        """The reviews as the log has them: all at one moment where none has a date, else as they are."""
        if not self.undated:
            return self.reviews
        return self.reviews.assign(created_at=self.moment()).astype({"created_at": "datetime64[us]"})

    def moment(self) -> pd.Timestamp:
        """The newest date of anything but a review, 1970-01-01 without any: the reference date without dated reviews.

        It is never the time of the load, so that the same files give the same run whenever they are loaded.
        """
        dated = (self.follows["since"], self.engagements["created_at"], self.purchases["bought_at"])
        newest: pd.Timestamp = pd.concat([pd.Series([pd.Timestamp(0)]), *dated]).max()
        return newest

    def uncounted(self, log: Log) -> int:
        """How many follows have no date and an end who has reviewed nothing by the end of the log.

        Nothing bounds when such a follow began, so no measure counts it; see `graphkoc.graph.action_log.Log.known`.
        """
        if not len(log.day):
            return 0
        active = log.network.ids[np.isfinite(log.first_day)]
        undated = self.follows[self.follows["since"].isna()]
        return int((~(is_among(undated["source"], active) & is_among(undated["target"], active))).sum())

    def topics(self) -> pd.DataFrame:
        """The tags of reviews of no product: review, topic, a row for each."""
        notes = self.reviews.loc[self.reviews["product"].isna(), ["review"]]
        tagged = notes.merge(self.texts.loc[self.texts["tags"].notna(), ["review", "tags"]], on="review")
        split = tagged["tags"].astype("str").str.casefold().str.split()
        return tagged.assign(topic=split)[["review", "topic"]].explode("topic").dropna().drop_duplicates()

    def ties(self) -> pd.DataFrame:
        """Who reaches whom: source, target, weight, since.

        The follows; and, on platforms whose follows are not known, an edge from each author to everybody who
        engaged with their reviews. Its weight is the number of reviews engaged with, its date the first time.
        """
        ties = self.engaged[["source", "target", "weight", "since"]]
        if self.undated:
            ties = ties.assign(since=ties["since"].fillna(self.moment()))
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
            if name not in ("loads", "identities", "unattributed")
        }


def _on_platform(frames: Mapping[str, pd.DataFrame], platform: str) -> dict[str, pd.DataFrame]:
    """The frames with one platform's people and what is among them; AnalysisError where it has none."""
    kept = dict(frames)
    names = sorted(frames["consumers"]["platform"].dropna().unique())
    kept["consumers"] = frames["consumers"].query("platform == @platform")
    if kept["consumers"].empty:
        hint = f"There are: {', '.join(names)}." if names else ""
        raise AnalysisError(f"the store holds nobody on the platform {platform!r}", hint=hint)
    there = kept["consumers"]["consumer"]
    follows = frames["follows"]
    kept["follows"] = follows[is_among(follows["source"], there) & is_among(follows["target"], there)]
    for name in ("reviews", "engagements", "purchases"):
        kept[name] = frames[name][is_among(frames[name]["consumer"], there)]
    return kept


def _engaged(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Who engaged with whom, for authors on platforms without known follows: source, target, weight, since, platform.

    weight: how many of the source's reviews the target engaged with. since: the first time, or where no time is
    known the date of the newest review: the engagement had happened by then, and an analysis of an earlier date
    must not know of it. platform: the source's.
    """
    platform = frames["consumers"].set_index("consumer")["platform"].fillna("")
    followed = platform.reindex(frames["follows"]["source"]).unique()
    author = frames["engagements"]["review"].map(frames["reviews"].set_index("review")["consumer"])
    rows = pd.DataFrame(
        {
            "source": author,
            "target": frames["engagements"]["consumer"],
            "review": frames["engagements"]["review"],
            "since": frames["engagements"]["created_at"],
        }
    )
    silent = author.notna() & ~author.map(platform).isin(followed) & (author != rows["target"])
    by_pair = rows[silent].groupby(["source", "target"], as_index=False)
    ties = by_pair.agg(weight=("review", "nunique"), since=("since", "min")).astype({"weight": float})
    since = ties["since"].fillna(frames["reviews"]["created_at"].max())
    return ties.assign(since=since, platform=ties["source"].map(platform).astype("str"))


def _platforms(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """For each platform what its ties are: platform, ties (follows, engagements or none); sorted."""
    platform = frames["consumers"].set_index("consumer")["platform"].fillna("unknown")
    follows = set(platform.reindex(frames["follows"]["source"]))
    tied = set(platform.reindex(frames["engaged"]["source"]))
    names = sorted(platform.unique())
    ties = ["follows" if name in follows else "engagements" if name in tied else "none" for name in names]
    return pd.DataFrame({"platform": names, "ties": ties}, dtype="str")

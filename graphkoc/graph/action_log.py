"""The dated log that influence is computed from: first reviews, and follows.

Of a person's reviews of one product the first counts; follows are distinct, and none goes from a person to themself.
Whatever is computed as of a day uses nothing later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Indices, number_ids, repeats
from graphkoc.graph.network import Network, days

__all__ = ["YEAR", "Items", "Log", "moment"]

YEAR = 365
"""Days that windows and half-lives of a year have."""


@dataclass(frozen=True, eq=False)
class Items:
    """First meetings of people with items: a product that they reviewed, or a tag of a review of no product.

    person, item, kind: (j,) int32. day: (j,) float64. The kind of a product is its category, and products without
    a category are of one kind; each tag is a kind of its own.
    """

    person: NDArray[np.int32]
    item: NDArray[np.int32]
    day: NDArray[np.float64]
    kind: NDArray[np.int32]

    def unite(self, items: Indices) -> Items:
        """The same with some items as the first of them: a product may have an id on each platform.

        items: (i,) int64. Of what a person came to under several ids the first time counts. The kind is that of a
        product, where one of them is.
        """
        same = np.isin(self.item, items)
        item, kind = self.item.copy(), self.kind.copy()
        item[same] = items[0]
        # Tags have the higher numbers.
        kind[same] = self.kind[same].min(initial=np.iinfo(np.int32).max)
        # The oldest stands first, and stays.
        _, first = np.unique(self.person.astype(np.int64) * (int(item.max(initial=0)) + 1) + item, return_index=True)
        keep = np.sort(first)
        return Items(self.person[keep], item[keep], self.day[keep], kind[keep])


@dataclass(frozen=True, eq=False)
class Log:
    """First reviews, sorted by day, person and product, beside the network of follows.

    network: every consumer and every follow. person: (k,) int32, index into network.ids.
    product: (k,) int64, a number for each product; each review of no product has a number of its own.
    has_product: (k,) bool, False for a review of no product. day: (k,) float64, days since 1970-01-01 UTC.
    category: (k,) int32, index into categories, -1 where the product has none.
    categories: names, sorted. undated: reviews left out because they have no time.
    topic_person: (j,) int32, topic: (j,) int64, topic_day: (j,) float64: the first use of each tag by each person in
    reviews of no product, sorted by day, person and tag. Ratings are left out: nothing that ranks reads them.
    products, topics: (t,) str, the names of products (a review of no product has none that can be shown) and tags.
    """

    network: Network
    person: NDArray[np.int32]
    product: NDArray[np.int64]
    has_product: NDArray[np.bool_]
    day: NDArray[np.float64]
    category: NDArray[np.int32]
    categories: list[str]
    undated: int
    topic_person: NDArray[np.int32]
    topic: NDArray[np.int64]
    topic_day: NDArray[np.float64]
    products: NDArray[Any]
    topics: NDArray[Any]

    @classmethod
    def from_frames(
        cls,
        follows: pd.DataFrame,
        reviews: pd.DataFrame,
        products: pd.DataFrame,
        consumers: pd.DataFrame,
        topics: pd.DataFrame | None = None,
    ) -> Log:
        """The log of the four projected frames; the order of their rows makes no difference.

        topics: review, topic: a row for each tag of a review of no product.
        """
        network = Network.from_edges(follows, consumers["consumer"].tolist())
        dated = reviews[reviews["created_at"].notna()]
        has_product = dated["product"].notna().to_numpy()
        names = dated["product"].fillna("\0" + dated["review"].astype("str")).to_numpy(dtype=object)
        product, numbered = pd.factorize(names, sort=True)
        person = number_ids(network.ids, dated["consumer"].to_numpy(dtype=str))
        day = days(dated["created_at"])
        kinds = products.dropna(subset=["category"]).set_index("product")["category"]
        categories = sorted(kinds.unique())
        category = number_ids(categories, dated["product"].map(kinds))
        order = np.lexsort((day, product, person))
        keep = order[~repeats(person[order], product[order])]
        keep = keep[np.lexsort((product[keep], person[keep], day[keep]))]
        return cls(
            network,
            person[keep].astype(np.int32),
            product[keep],
            has_product[keep],
            day[keep],
            category[keep].astype(np.int32),
            categories,
            int(reviews["created_at"].isna().sum()),
            *_find_first_uses(dated.assign(person=person, day=day)[~has_product], topics, np.asarray(numbered)),
        )

    @cached_property
    def first_day(self) -> NDArray[np.float64]:
        """(n,) float64: the day of each consumer's first review, infinite for those who wrote none."""
        first = np.full(len(self.network), np.inf)
        # The oldest are assigned last, and stay.
        first[self.person[::-1]] = self.day[::-1]
        return first

    @cached_property
    def by_person(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows sorted by person and product (k,), and the uses of topics by person and topic (j,)."""
        return np.lexsort((self.product, self.person)), np.lexsort((self.topic, self.topic_person))

    @cached_property
    def items(self) -> Items:
        """The items that can be adopted: first meetings, sorted by day, person and item."""
        count = int(self.product[self.has_product].max(initial=-1)) + 1
        kinds = len(self.categories) + 1
        filed = np.where(self.category < 0, kinds - 1, self.category)
        if not len(self.topic):
            # First reviews are in this order already.
            item, kind = self.product[self.has_product].astype(np.int32), filed[self.has_product].astype(np.int32)
            return Items(self.person[self.has_product], item, self.day[self.has_product], kind)
        person = np.concatenate([self.person[self.has_product], self.topic_person])
        item = np.concatenate([self.product[self.has_product], count + self.topic])
        day = np.concatenate([self.day[self.has_product], self.topic_day])
        kind = np.concatenate([filed[self.has_product], kinds + self.topic])
        order = np.lexsort((item, person, day))
        return Items(person[order], item[order].astype(np.int32), day[order], kind[order].astype(np.int32))

    def item_names(self) -> NDArray[Any]:
        """The name of each item: a product, or # and a tag."""
        count = int(self.product[self.has_product].max(initial=-1)) + 1
        tags = np.array([f"#{topic}" for topic in self.topics], dtype=object)
        return np.concatenate([self.products[:count], tags])

    def kind_names(self) -> NDArray[Any]:
        """The name of each kind of item: a category, "" for products of none, or # and a tag."""
        return np.array([*self.categories, "", *(f"#{topic}" for topic in self.topics)], dtype=object)

    @property
    def timeless(self) -> bool:
        """Whether all reviews have the same time, so that none came before another."""
        return bool(len(self.day)) and bool(self.day[0] == self.day[-1])

    @property
    def last_day(self) -> float:
        """The day of the newest review; -infinity when there is none."""
        return float(self.day[-1]) if len(self.day) else -np.inf

    def known(self, as_of: float) -> NDArray[np.bool_]:
        """(m,) bool: the follows known as of a day: dated by then, or undated and both ends have reviewed by then.

        Where nobody has reviewed there is no past that an undated follow could be missing from, and all are known.
        """
        both = np.maximum(self.first_day[self.network.source], self.first_day[self.network.target]) <= as_of
        both |= not len(self.day)
        return np.where(np.isnan(self.network.since), both, self.network.since <= as_of)

    def until(self, as_of: float) -> Log:
        """The log as of a day: the reviews and follows that were known by then, and all consumers."""
        return self._select(self.network.subset(self.known(as_of)), self.day <= as_of, self.topic_day <= as_of)

    def without(self, people: NDArray[np.bool_]) -> Log:
        """The log without the reviews and follows of some people, who stay as nodes; people: (n,) bool."""
        ties = ~(people[self.network.source] | people[self.network.target])
        return self._select(self.network.subset(ties), ~people[self.person], ~people[self.topic_person])

    def _select(self, network: Network, keep: NDArray[np.bool_], used: NDArray[np.bool_]) -> Log:
        return Log(
            network,
            self.person[keep],
            self.product[keep],
            self.has_product[keep],
            self.day[keep],
            self.category[keep],
            self.categories,
            self.undated,
            self.topic_person[used],
            self.topic[used],
            self.topic_day[used],
            self.products,
            self.topics,
        )


def _find_first_uses(
    notes: pd.DataFrame, topics: pd.DataFrame | None, products: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[Any], NDArray[Any]]:
    """The last five fields of a Log."""
    if topics is None:
        topics = pd.DataFrame({"review": [], "topic": []}, dtype="str")
    used = notes[["review", "person", "day"]].astype({"review": "str"}).merge(topics, on="review")
    used["topic"], names = pd.factorize(used["topic"].to_numpy(dtype=object), sort=True)
    first = used.groupby(["person", "topic"], as_index=False).agg(day=("day", "min"))
    first = first.sort_values(["day", "person", "topic"])
    return (
        first["person"].to_numpy(dtype=np.int32),
        first["topic"].to_numpy(dtype=np.int64),
        first["day"].to_numpy(dtype=float),
        products,
        np.asarray(names),
    )


def moment(day: float) -> datetime:
    """A day number as a time (UTC, without zone), to the microsecond."""
    return datetime(1970, 1, 1) + timedelta(microseconds=round(day * 86_400e6))

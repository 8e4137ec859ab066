"""The dated log that influence is read from: who reviewed what first, and who follows whom.

Clean, as everywhere in graphkoc: of a person's reviews of one product the first counts, follows are
distinct and none goes to oneself. Whatever is computed "at" a time knows nothing that came later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids, repeats
from graphkoc.graph.network import Network, days

__all__ = ["YEAR", "Log", "Subjects", "moment"]

YEAR = 365
"""Days that windows and half-lives of a year have."""


@dataclass(frozen=True, eq=False)
class Subjects:
    """Who came upon what, and when: a product that she reviewed, or a tag of what she wrote about nothing sold.

    person, subject, kind: (j,) int32. day: (j,) float64. A product's kind is its category, all without one
    being of a kind; each tag is a kind of its own.
    """

    person: NDArray[np.int32]
    subject: NDArray[np.int32]
    day: NDArray[np.float64]
    kind: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Log:
    """First reviews, sorted by day, person and thing, beside the network of follows.

    network: every consumer and every follow. person: (k,) int32, index into network.ids.
    thing: (k,) int64, a number for each product, or for a review about nothing that is sold.
    sold: (k,) bool, False for the latter. day: (k,) float64, days since 1970-01-01 UTC.
    category: (k,) int32, index into categories, -1 where the product has none.
    categories: names, sorted. undated: reviews that were left out because they have no time.
    rating: (k,) float64, NaN for none. topic_person: (j,) int32, topic: (j,) int64, topic_day: (j,) float64: for
    what is written about nothing sold, when each person first used each tag, sorted by day, person and tag.
    things, topics: (t,) str, the names of things (a review about nothing sold has none that can be shown) and tags.
    """

    network: Network
    person: NDArray[np.int32]
    thing: NDArray[np.int64]
    sold: NDArray[np.bool_]
    day: NDArray[np.float64]
    category: NDArray[np.int32]
    categories: list[str]
    undated: int
    rating: NDArray[np.float64]
    topic_person: NDArray[np.int32]
    topic: NDArray[np.int64]
    topic_day: NDArray[np.float64]
    things: NDArray[Any]
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

        topics: review, topic: a row for each tag of what is written about nothing sold.
        """
        network = Network.from_edges(follows, consumers["consumer"].tolist())
        dated = reviews[reviews["created_at"].notna()]
        sold = dated["product"].notna().to_numpy()
        names = dated["product"].fillna("\0" + dated["review"].astype("str")).to_numpy(dtype=object)
        thing, things = pd.factorize(names, sort=True)
        person = number_ids(network.ids, dated["consumer"].to_numpy(dtype=str))
        day = days(dated["created_at"])
        kinds = products.dropna(subset=["category"]).set_index("product")["category"]
        categories = sorted(kinds.unique())
        category = number_ids(categories, dated["product"].map(kinds))
        order = np.lexsort((day, thing, person))
        keep = order[~repeats(person[order], thing[order])]
        keep = keep[np.lexsort((thing[keep], person[keep], day[keep]))]
        rating = dated["rating"].to_numpy(dtype=float) if "rating" in dated else np.full(len(dated), np.nan)
        return cls(
            network,
            person[keep].astype(np.int32),
            thing[keep],
            sold[keep],
            day[keep],
            category[keep].astype(np.int32),
            categories,
            int(reviews["created_at"].isna().sum()),
            rating[keep],
            *_first_uses(dated.assign(person=person, day=day)[~sold], topics, np.asarray(things)),
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
        """Which rows, by person and thing: (k,) of the reviews; and by person and topic: (j,) of the topics' uses."""
        return np.lexsort((self.thing, self.person)), np.lexsort((self.topic, self.topic_person))

    @cached_property
    def subjects(self) -> Subjects:
        """What can be adopted: of each person and subject the first time, sorted by day, person and subject."""
        things = int(self.thing[self.sold].max(initial=-1)) + 1
        kinds = len(self.categories) + 1
        filed = np.where(self.category < 0, kinds - 1, self.category)
        if not len(self.topic):
            # First reviews are in this order already.
            subject, kind = self.thing[self.sold].astype(np.int32), filed[self.sold].astype(np.int32)
            return Subjects(self.person[self.sold], subject, self.day[self.sold], kind)
        person = np.concatenate([self.person[self.sold], self.topic_person])
        subject = np.concatenate([self.thing[self.sold], things + self.topic])
        day = np.concatenate([self.day[self.sold], self.topic_day])
        kind = np.concatenate([filed[self.sold], kinds + self.topic])
        order = np.lexsort((subject, person, day))
        return Subjects(person[order], subject[order].astype(np.int32), day[order], kind[order].astype(np.int32))

    def subject_names(self) -> NDArray[Any]:
        """The name of each subject: a product, or # and a tag."""
        products = int(self.thing[self.sold].max(initial=-1)) + 1
        tags = np.array([f"#{topic}" for topic in self.topics], dtype=object)
        return np.concatenate([self.things[:products], tags])

    @property
    def timeless(self) -> bool:
        """Whether all reviews stand at one moment, so that nothing came before anything."""
        return bool(len(self.day)) and bool(self.day[0] == self.day[-1])

    @property
    def last_day(self) -> float:
        """The day of the newest review; -infinity when there is none."""
        return float(self.day[-1]) if len(self.day) else -np.inf

    def known(self, at: float) -> NDArray[np.bool_]:
        """(m,) bool: the follows that are known at day `at`: dated by then, or undated and both ends
        have reviewed by then."""
        both = np.maximum(self.first_day[self.network.source], self.first_day[self.network.target]) <= at
        return np.where(np.isnan(self.network.since), both, self.network.since <= at)

    def until(self, at: float) -> Log:
        """The log as it was at day `at`: reviews and follows that were known by then, all consumers."""
        return self._part(self.network.subset(self.known(at)), self.day <= at, self.topic_day <= at)

    def without(self, people: NDArray[np.bool_]) -> Log:
        """The log without some people's reviews and follows, who stay as nodes; people: (n,) bool."""
        ties = ~(people[self.network.source] | people[self.network.target])
        return self._part(self.network.subset(ties), ~people[self.person], ~people[self.topic_person])

    def _part(self, network: Network, keep: NDArray[np.bool_], used: NDArray[np.bool_]) -> Log:
        return Log(
            network,
            self.person[keep],
            self.thing[keep],
            self.sold[keep],
            self.day[keep],
            self.category[keep],
            self.categories,
            self.undated,
            self.rating[keep],
            self.topic_person[used],
            self.topic[used],
            self.topic_day[used],
            self.things,
            self.topics,
        )


def _first_uses(
    notes: pd.DataFrame, topics: pd.DataFrame | None, things: NDArray[Any]
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
        things,
        np.asarray(names),
    )


def moment(day: float) -> datetime:
    """A day number as a time (UTC, without zone), to the microsecond."""
    return datetime(1970, 1, 1) + timedelta(microseconds=round(day * 86_400e6))

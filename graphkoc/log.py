"""The dated log that influence is read from: who reviewed what first, and who follows whom.

Clean, as everywhere in graphkoc: of a person's reviews of one product the first counts, follows are
distinct and none goes to oneself. Whatever is computed "at" a time knows nothing that came later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.network import Network, days

__all__ = ["Log"]


@dataclass(frozen=True, eq=False)
class Log:
    """First reviews, sorted by day, person and thing, beside the network of follows.

    network: every consumer and every follow. person: (k,) int32, index into network.ids.
    thing: (k,) int64, a number for each product, or for a review about nothing that is sold.
    sold: (k,) bool, False for the latter. day: (k,) float64, days since 1970-01-01 UTC.
    category: (k,) int32, index into categories, -1 where the product has none.
    categories: names, sorted. undated: reviews that were left out because they have no time.
    """

    network: Network
    person: NDArray[np.int32]
    thing: NDArray[np.int64]
    sold: NDArray[np.bool_]
    day: NDArray[np.float64]
    category: NDArray[np.int32]
    categories: list[str]
    undated: int

    @classmethod
    def from_frames(
        cls, follows: pd.DataFrame, reviews: pd.DataFrame, products: pd.DataFrame, consumers: pd.DataFrame
    ) -> Log:
        """The log of the four projected frames; the order of their rows makes no difference."""
        network = Network.from_edges(follows, consumers["consumer"].tolist())
        dated = reviews.loc[reviews["created_at"].notna(), ["review", "consumer", "product", "created_at"]]
        sold = dated["product"].notna().to_numpy()
        names = dated["product"].fillna("\0" + dated["review"].astype("str")).to_numpy(dtype=object)
        thing, _ = pd.factorize(names, sort=True)
        person = pd.Index(network.ids).get_indexer(pd.Index(dated["consumer"].to_numpy(dtype=str)))
        day = days(dated["created_at"])
        kinds = products.dropna(subset=["category"]).set_index("product")["category"]
        categories = sorted(kinds.unique())
        category = pd.Index(categories).get_indexer(pd.Index(dated["product"].map(kinds)))
        order = np.lexsort((day, thing, person))
        repeated = np.zeros(len(order), dtype=bool)
        repeated[1:] = (np.diff(person[order]) == 0) & (np.diff(thing[order]) == 0)
        keep = order[~repeated]
        keep = keep[np.lexsort((thing[keep], person[keep], day[keep]))]
        return cls(
            network,
            person[keep].astype(np.int32),
            thing[keep],
            sold[keep],
            day[keep],
            category[keep].astype(np.int32),
            categories,
            int(reviews["created_at"].isna().sum()),
        )

    @cached_property
    def first_day(self) -> NDArray[np.float64]:
        """(n,) float64: the day of each consumer's first review, infinite for those who wrote none."""
        first = np.full(len(self.network), np.inf)
        np.minimum.at(first, self.person, self.day)
        return first

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
        keep = self.day <= at
        return Log(
            self.network.subset(self.known(at)),
            self.person[keep],
            self.thing[keep],
            self.sold[keep],
            self.day[keep],
            self.category[keep],
            self.categories,
            self.undated,
        )

    def without(self, people: NDArray[np.bool_]) -> Log:
        """The log without some people's reviews and follows, who stay as nodes; people: (n,) bool."""
        keep = ~people[self.person]
        ties = ~(people[self.network.source] | people[self.network.target])
        return Log(
            self.network.subset(ties),
            self.person[keep],
            self.thing[keep],
            self.sold[keep],
            self.day[keep],
            self.category[keep],
            self.categories,
            self.undated,
        )


def moment(day: float) -> datetime:
    """A day number as a time (UTC, without zone), to the microsecond."""
    return datetime(1970, 1, 1) + timedelta(microseconds=round(day * 86_400e6))

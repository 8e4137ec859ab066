"""What is known of a follow at a day: the record of both ends, how the two match, and what followed on between them.

Only reviews, follows and adoptions known by that day are read. d_h(age) = 2^(-age / h), ages in days. A follow has a
followee, who is followed, and a follower; an adoption of it is an item that the follower came to after the followee.
Items, kinds and the numbers of a person are those of the forecast (`graphkoc.qualify.score.features`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from graphkoc.arrays import Indices, Values, batches, ragged_ranges
from graphkoc.graph.action_log import YEAR
from graphkoc.qualify.score.features import Snapshot, decay, ratio, summed, unit

__all__ = ["FOLLOW_FEATURES", "FollowFeature", "FollowTable"]

OF_FOLLOWEE = ("audience", "followees", "credit", "credit90", "credit365", "credit1095")
"""Numbers of the followee alone. How many follow the follower is left out: undated follows are a snapshot of a later
day, and tell of what a person wrote until then."""
BOTH = (
    "reviews",
    "act30",
    "act90",
    "act180",
    "act365",
    "act1095",
    "since_last",
    "tenure",
    "kinds",
    "popularity",
    "popularity_share",
    "early",
    "lag",
)
"""Numbers of a person that both ends have."""
MATCHED = (90, 365, 1095)
QUARTER = 90
PRIOR = 20
"""Reviews that a follower's own rate of adoptions must outweigh before it counts for more than everybody's."""
PRIOR_YEAR = 5
"""The same where reviews are counted with a half-life of a year."""
CELLS = 20_000_000
"""Pairs of follow and kind that are held in memory at once."""


@dataclass(frozen=True)
class FollowFeature:
    """A number of a follow: its name, and what it is in words."""

    name: str
    what: str


FOLLOW_FEATURES = (
    *(
        FollowFeature(f"followee_{name}", f"{name} of the followee, as in the forecast")
        for name in (*OF_FOLLOWEE, *BOTH)
    ),
    *(FollowFeature(f"follower_{name}", f"{name} of the follower, as in the forecast") for name in BOTH),
    FollowFeature("follower_adoptions", "follow-on reviews by the follower so far, of anybody"),
    FollowFeature("follower_adoptions365", f"the same, half-life {YEAR} days"),
    FollowFeature("propensity", "follow-on reviews by the follower for each review"),
    FollowFeature("propensity365", f"the same, half-life {YEAR} days"),
    FollowFeature("age", "days since the follow is known"),
    FollowFeature("mutual", "1 where the followee follows back"),
    *(FollowFeature(f"match{h}", f"activity of both on the same items, half-life {h} days") for h in MATCHED),
    FollowFeature("match_rate", "activity of both in the same categories or tags"),
    FollowFeature("cosine", "similarity of taste"),
    FollowFeature("cosine365", f"similarity of taste, half-life {YEAR} days"),
    FollowFeature("opportunity", "expected next reviews of the followee's items, which the follower has not come to"),
    FollowFeature("opportunity365", f"the same, with an item's popularity of half-life {YEAR} days"),
    FollowFeature("adoptions", "items that the follower came to after the followee"),
    *(FollowFeature(f"adoptions{h}", f"the same, half-life {h} days") for h in (90, 365, 1095)),
    FollowFeature("adoption_credit", "adoptions, each shared with others whom the follower follows"),
    FollowFeature("adoption_credit365", f"the same, half-life {YEAR} days"),
    FollowFeature("since_adoption", "days since the last adoption, or since the log began"),
    FollowFeature("returned", "items that the followee came to after the follower"),
    FollowFeature("returned365", f"the same, half-life {YEAR} days"),
    FollowFeature("shared", "items that both came to, at different times"),
    FollowFeature("shared365", f"the same, half-life {YEAR} days"),
)
"""The features, in the order of the columns of `FollowTable.table`."""


class FollowTable:
    """The features of the follows that are known at a snapshot's day.

    edges: (e,) int64, indices into the log's network, sorted.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.edges = np.flatnonzero(snapshot.known)
        history = snapshot.history
        self._person = self._measure_people()
        self._known_since = self._find_known_since()
        yearly = decay(snapshot.item_age, YEAR)
        self._active = snapshot.by_kind(yearly)
        of_kind = summed(snapshot.kind, yearly, minlength=history.kinds)
        rate = ratio(np.ones(history.kinds), of_kind)
        self._products: dict[str, tuple[csr_array, csr_array]] = {}
        for h in MATCHED:
            _, share = snapshot.popularity(h)
            active = snapshot.by_kind(decay(snapshot.item_age, h))
            collision = summed(history.kind_of, np.square(share), minlength=history.kinds)
            self._products[f"match{h}"] = (active @ diags_array(collision)).tocsr(), active
        self._products["match_rate"] = (self._active @ diags_array(rate)).tocsr(), self._active
        taste, recent = unit(snapshot.by_kind(np.ones(len(snapshot.who)))), unit(self._active)
        self._products |= {"cosine": (taste, taste), "cosine365": (recent, recent)}
        self._item_weight: dict[str, Values] = {}
        for name, h in (("opportunity", QUARTER), ("opportunity365", YEAR)):
            popularity, _ = snapshot.popularity(h)
            weight = popularity * rate[history.kind_of]
            self._item_weight[name] = weight
            self._products[name] = snapshot.by_kind(weight[snapshot.item]), self._active
        seen = snapshot.seen
        adopted = seen.source_day < seen.target_day
        self._credit = np.zeros(len(adopted))
        self._credit[adopted] = seen.where(adopted).shares()
        self._adopted = adopted

    def table(self, edges: Indices) -> NDArray[np.float32]:
        """(len(edges), 57) float32: a column for each of FOLLOW_FEATURES. edges: some of `edges`, sorted."""
        values = np.empty((len(edges), len(FOLLOW_FEATURES)), dtype=np.float32)
        network = self.snapshot.history.log.network
        cells = 1 + np.diff(self._active.indptr)[network.source[edges]]
        for first, last in batches(cells, CELLS) if len(edges) else ():
            values[first:last] = self._describe(edges[first:last])
        return values

    def find_silent(self, span: float) -> NDArray[np.bool_]:
        """(e,) bool: the follows whose follower came to no item in the days before."""
        snapshot = self.snapshot
        recent = summed(snapshot.who[snapshot.item_age <= span], minlength=snapshot.n)
        return np.asarray(recent[snapshot.history.log.network.target[self.edges]] == 0)

    def _describe(self, edges: Indices) -> NDArray[np.float32]:
        network = self.snapshot.history.log.network
        followee, follower = network.source[edges], network.target[edges]
        named: dict[str, NDArray[np.floating]] = {}
        for name, values in self._person.items():
            named[f"followee_{name}"], named[f"follower_{name}"] = values[followee], values[follower]
        named |= {name: self._person[name][follower] for name in ("propensity", "propensity365")}
        named["age"] = self.snapshot.as_of - self._known_since[edges]
        returned = self.snapshot.history.returned[edges]
        named["mutual"] = np.where(returned >= 0, self.snapshot.known[returned], False).astype(float)
        for name, (ours, theirs) in self._products.items():
            named[name] = np.asarray(ours[followee].multiply(theirs[follower]).sum(axis=1)).reshape(-1)
        named |= self._describe_pairs(edges, named)
        return np.column_stack([named[feature.name].astype(np.float32) for feature in FOLLOW_FEATURES])

    def _describe_pairs(self, edges: Indices, named: dict[str, NDArray[np.floating]]) -> dict[str, Values]:
        """What is counted over the items that both ends of a follow came to."""
        snapshot, seen = self.snapshot, self.snapshot.seen
        first = np.searchsorted(seen.edge, edges)
        row, of = ragged_ranges(first, np.searchsorted(seen.edge, edges, side="right") - first)
        age = snapshot.as_of - np.maximum(seen.source_day[row], seen.target_day[row])
        adopted = self._adopted[row].astype(float)

        def add(weights: Values) -> Values:
            return summed(of, weights, minlength=len(edges))

        yearly, credit = decay(age, YEAR), self._credit[row]
        counted = {f"adoptions{h}": add(adopted * decay(age, h)) for h in (90, 365, 1095)}
        counted |= {
            "adoptions": add(adopted),
            "adoption_credit": add(credit),
            "adoption_credit365": add(credit * yearly),
        }
        counted |= {"returned": add(1 - adopted), "returned365": add((1 - adopted) * yearly)}
        counted |= {"shared": add(np.ones(len(row))), "shared365": add(yearly)}
        newest = np.full(len(edges), np.inf)
        np.minimum.at(newest, of[adopted > 0], age[adopted > 0])
        counted["since_adoption"] = np.where(np.isfinite(newest), newest, snapshot.age.max(initial=0.0))
        item = seen.item[row]
        activity = np.asarray(self._active[seen.target[row], snapshot.history.kind_of[item]]).reshape(-1)
        for name, weight in self._item_weight.items():
            # Rounding must leave nothing of an opportunity that is all used.
            counted[name] = np.maximum(named[name] - add(weight[item] * activity), 0)
        return counted

    def _measure_people(self) -> dict[str, NDArray[np.float32]]:
        """Each (n,) float32."""
        snapshot = self.snapshot
        named = snapshot.record(np.arange(snapshot.n))
        named |= {"audience": snapshot.audience, "followees": snapshot.followees}
        adopted, shares = snapshot.adoptions()
        age = snapshot.as_of - adopted.target_day
        credit = float(shares.sum()) / max(len(snapshot.person), 1)
        named["adoptions"] = summed(adopted.target, shares, minlength=snapshot.n)
        named["adoptions365"] = summed(adopted.target, shares * decay(age, YEAR), minlength=snapshot.n)
        named["propensity"] = (named["adoptions"] + PRIOR * credit) / (named["reviews"] + PRIOR)
        named["propensity365"] = (named["adoptions365"] + PRIOR_YEAR * credit) / (named["act365"] + PRIOR_YEAR)
        return {name: values.astype(np.float32) for name, values in named.items()}

    def _find_known_since(self) -> Values:
        """(m,) float64: the day from which each follow is known."""
        log = self.snapshot.history.log
        network = log.network
        both = np.maximum(log.first_day[network.source], log.first_day[network.target])
        return np.where(np.isnan(network.since), both, network.since)

"""What a forecast knows of a person at a day: their own record, their followers, and how the two match.

Only reviews, follows and adoptions known by that day are read. Ages are in days and d_h(age) = 2^(-age / h). A
item is a product, or a tag of a post about no product; its kind is the product's category, or the tag. act_h is
the sum of d_h over a person's reviews, act_h(c) the same over the person's items of kind c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from graphkoc import measures
from graphkoc.arrays import Indices, Values, batches, find_sorted
from graphkoc.graph.action_log import YEAR, Log
from graphkoc.measures.activity import Pairs, pairs
from graphkoc.qualify.score import OFFSET
from graphkoc.qualify.score.opportunity import opportunity

__all__ = ["FEATURES", "Feature", "History", "Snapshot"]


OWN = (30, 90, 180, 365, 1095)
THEIRS = (30, 90, 365)
SEEN = (90, 365)
MATCHED = (180, 365, 1095)
CREDITED = (90, 365, 1095)
QUARTER = 90
FREE = 0.04
"""Of the penalty, on what is nearly a forecast by itself, and must not be shared out among what goes with it."""
PRIOR = 20
"""Reviews that a person's own rate of credit must outweigh before it counts for more than everybody's."""
FIRST = 3
BY_HAND = 0.15
"""What a point of the formula counts in a forecast of which nothing is learned yet: both factors alike."""
CELLS = 20_000_000
"""Pairs of follow and kind that are held in memory at once."""


@dataclass(frozen=True)
class Feature:
    """A number of the forecast: its name, the pillar that it belongs to, what it is in words, what a learned
    coefficient is penalised by, times what others are, and the coefficient that it is drawn to."""

    name: str
    pillar: str
    what: str
    penalty: float = 1.0
    prior: float = 0.0


FEATURES = (
    Feature("audience", "reach", "known followers"),
    Feature("followees", "tightness", "people followed"),
    Feature("reviews", "activity", "reviews so far"),
    *(Feature(f"act{h}", "activity", f"own activity, half-life {h} days") for h in OWN),
    Feature("since_last", "activity", "days since the last review"),
    Feature("tenure", "activity", "days since the first review"),
    Feature("kinds", "content", "categories or tags written about"),
    Feature("popularity", "content", "how much others write about the same recent items"),
    Feature("popularity_share", "content", "the same as a share of their category, in thousandths"),
    Feature("early", "content", f"share of items written about among the first {FIRST} people"),
    Feature("lag", "content", "days from an item's first review to this person's"),
    *(Feature(f"audience_act{h}", "reach", f"followers' activity, half-life {h} days") for h in THEIRS),
    *(Feature(f"audience_active{d}", "reach", f"followers who wrote in the last {d} days") for d in SEEN),
    Feature("attention", "reach", "followers' activity, each divided by how many they follow"),
    *(
        Feature(f"match{h}", "relevance", f"activity on items shared with followers, half-life {h} days")
        for h in MATCHED
    ),
    Feature("match_rate", "relevance", "activity in the same categories or tags as followers"),
    Feature("cosine", "relevance", "mean similarity of taste to followers"),
    Feature("act_cosine", "relevance", "followers' activity, each times the similarity of recent taste"),
    Feature("opportunity", "relevance", "expected next reviews of the same items, shared, in thousandths", FREE),
    Feature("credit", "influence", "follow-on reviews so far"),
    *(Feature(f"credit{h}", "influence", f"follow-on reviews, half-life {h} days") for h in CREDITED),
    Feature("adopters", "influence", "followers who followed on at least once"),
    Feature("shared", "relevance", f"items shared with followers, half-life {YEAR} days"),
    Feature("credit_rate", "influence", "follow-on reviews for each own review"),
    Feature("propensity", "influence", "followers' activity, each times how often they follow on"),
    Feature("reciprocity", "tightness", "share of followers followed back"),
    Feature("pagerank", "influence", "PageRank, where 1 is the mean"),
    Feature("core", "tightness", "core number"),
    Feature("clustering", "tightness", "share of pairs of neighbours that are tied"),
    Feature("formula_own", "activity", "own recent activity as the formula counts it, in hundredths", prior=BY_HAND),
    Feature("formula_audience", "reach", "followers' recent activity as the formula counts it", prior=BY_HAND),
)
"""The features, in the order of the columns of `Snapshot.table`."""


class History:
    """A log with what every snapshot of it needs, worked out once."""

    def __init__(self, log: Log, found: Pairs | None = None) -> None:
        self.log = log
        self.pairs = pairs(log) if found is None else found
        self.both = np.maximum(self.pairs.source_day, self.pairs.target_day)
        items = log.items
        order = np.argsort(items.item, kind="stable")
        sorted_items = items.item[order]
        begins = np.flatnonzero(np.diff(sorted_items, prepend=-1))
        begin = np.repeat(begins, np.diff(begins, append=len(order)))
        self.place = np.empty(len(order), dtype=np.int64)
        self.place[order] = np.arange(len(order)) - begin
        self.lag = np.empty(len(order))
        self.lag[order] = items.day[order] - items.day[order][begin]
        self.items = int(items.item.max(initial=-1)) + 1
        self.kinds = int(items.kind.max(initial=-1)) + 1
        self.kind_of = np.zeros(self.items, dtype=np.int64)
        self.kind_of[items.item] = items.kind
        network = log.network
        n = len(network)
        cells, cell = np.unique(items.person.astype(np.int64) * self.kinds + items.kind, return_inverse=True)
        self.cell = cell.astype(np.int32)
        self.cell_who, self.cell_kind = np.divmod(cells, max(self.kinds, 1))
        self.rows = np.concatenate([[0], np.cumsum(np.bincount(self.cell_who, minlength=n))])
        there = network.source.astype(np.int64) * n + network.target
        back = network.target.astype(np.int64) * n + network.source
        self.returned = find_sorted(there, back)


class Snapshot:
    """A history as it was at day `as_of`."""

    def __init__(self, history: History, as_of: float) -> None:
        log = history.log
        self.history, self.as_of, self.n = history, as_of, len(log.network)
        self.known = log.known(as_of)
        self.network = log.network.subset(self.known)
        self.audience = summed(self.network.source, minlength=self.n)
        self.followees = summed(self.network.target, minlength=self.n)
        written = int(np.searchsorted(log.day, as_of, side="right"))
        self.person = log.person[:written]
        self.age = as_of - log.day[:written]
        items = log.items
        met = int(np.searchsorted(items.day, as_of, side="right"))
        self.who, self.item, self.kind = items.person[:met], items.item[:met], items.kind[:met]
        self.item_age = as_of - items.day[:met]
        found = history.pairs
        self.seen = found.where(self.known[found.edge] & (history.both <= as_of))

    def table(self, rows: Indices) -> Values:
        """(len(rows), 42) float64: a column for each of FEATURES; rows: indices into the network."""
        named = self.record(rows) | self._audience(rows) | self._together(rows) | self._place(rows)
        named |= {"formula_own": named["act90"] / OFFSET, "formula_audience": named["audience_act90"] / OFFSET}
        return np.column_stack([named[feature.name] for feature in FEATURES])

    def record(self, rows: Indices) -> dict[str, Values]:
        """The columns of FEATURES that are of a person's own record: what they wrote, and the credit of it; each
        (len(rows),) float64. Their followers are looked at only for what they followed on."""
        return self._own(rows) | self._items(rows) | self._credit(rows)

    def activity(self, half_life: float) -> Values:
        """(n,) float64: everybody's activity."""
        return self._sums(decay(self.age, half_life))

    def _sums(self, weights: NDArray[Any] | None = None) -> Values:
        return summed(self.person, weights, minlength=self.n)

    def _own(self, rows: Indices) -> dict[str, Values]:
        reviews = self._sums()
        oldest, newest = np.zeros(self.n), np.full(self.n, np.inf)
        np.maximum.at(oldest, self.person, self.age)
        np.minimum.at(newest, self.person, self.age)
        # A person without reviews has been silent since the log began.
        newest[reviews == 0] = self.age.max(initial=0.0)
        named = {
            "reviews": reviews,
            "since_last": newest,
            "tenure": oldest,
        } | {f"act{h}": self.activity(h) for h in OWN}
        return {name: values[rows] for name, values in named.items()}

    def _items(self, rows: Indices) -> dict[str, Values]:
        weights = decay(self.item_age, YEAR)
        mine = summed(self.who, weights, minlength=self.n)

        def mean(values: Values) -> Values:
            return ratio(summed(self.who, weights * values, minlength=self.n), mine)

        met = self.item_age.shape[0]
        popularity, share = self.popularity(YEAR)
        named = {
            "kinds": summed(self.history.cell_who, self.by_kind(np.ones(met)).data > 0, minlength=self.n),
            "popularity": mean(popularity[self.item]),
            "popularity_share": 1000 * mean(share[self.item]),
            "early": ratio(
                summed(self.who, self.history.place[:met] < FIRST, minlength=self.n),
                summed(self.who, minlength=self.n),
            ),
            "lag": np.expm1(mean(np.log1p(self.history.lag[:met]))),
        }
        return {name: values[rows] for name, values in named.items()}

    def popularity(self, half_life: float) -> tuple[Values, Values]:
        """Of each item the sum of d_h over all who came to it, and that as a share of its kind's."""
        weights = decay(self.item_age, half_life)
        popularity = summed(self.item, weights, minlength=self.history.items)
        of_kind = summed(self.kind, weights, minlength=self.history.kinds)
        return popularity, ratio(popularity, of_kind[self.history.kind_of])

    def by_kind(self, weights: Values) -> csr_array:
        """(n, kinds) sparse: weights of what each person came to, summed by kind; 0 where that is later."""
        history = self.history
        sums = summed(history.cell[: len(weights)], weights, minlength=len(history.cell_who))
        return csr_array((sums, history.cell_kind, history.rows), shape=(self.n, history.kinds))

    def _followers(self, rows: Indices) -> csr_array:
        """(len(rows), n) sparse: 1 where somebody follows."""
        begins = np.concatenate([[0], np.cumsum(self.audience, dtype=np.int64)])
        ones = np.ones(len(self.network.target))
        return csr_array((ones, self.network.target, begins), shape=(self.n, self.n))[rows]

    def _audience(self, rows: Indices) -> dict[str, Values]:
        followers = self._followers(rows)
        yearly = ratio(self.activity(YEAR), self.followees)
        named = {f"audience_act{h}": followers @ self.activity(h) for h in THEIRS}
        for window in SEEN:
            named[f"audience_active{window}"] = followers @ (self._sums(self.age <= window) > 0).astype(float)
        return named | {
            "audience": self.audience[rows],
            "followees": self.followees[rows],
            "attention": followers @ yearly,
            "propensity": followers @ (yearly * self._propensity()),
        }

    def _together(self, rows: Indices) -> dict[str, Values]:
        followers = self._followers(rows)
        named = {}
        for h in MATCHED:
            _, share = self.popularity(h)
            collision = summed(self.history.kind_of, np.square(share), minlength=self.history.kinds)
            active = self.by_kind(decay(self.item_age, h))
            named[f"match{h}"] = meeting(active[rows] @ diags_array(collision), followers, active)
        weights = decay(self.item_age, YEAR)
        active = self.by_kind(weights)
        of_kind = summed(self.kind, weights, minlength=self.history.kinds)
        rate = ratio(np.ones(self.history.kinds), of_kind)
        named["match_rate"] = meeting(active[rows] @ diags_array(rate), followers, active)
        taste, recent = unit(self.by_kind(np.ones(len(self.who)))), unit(active)
        named["cosine"] = ratio(meeting(taste[rows], followers, taste), self.audience[rows])
        named["act_cosine"] = meeting(recent[rows], followers, diags_array(self.activity(YEAR)) @ recent)
        named["opportunity"] = 1000 * self._opportunity(rows, active, rate)
        seen = self.seen
        named["shared"] = summed(
            seen.source,
            decay(self.as_of - np.maximum(seen.source_day, seen.target_day), YEAR),
            minlength=self.n,
        )[rows]
        return named

    def _opportunity(self, rows: Indices, active: csr_array, rate: Values) -> Values:
        """(len(rows),) float64: `opportunity` among people and items of the last year, an item's weight being
        its recent popularity for each review of its kind in a year."""
        recent = self.item_age <= YEAR
        popularity, _ = self.popularity(QUARTER)
        weight = popularity * rate[self.history.kind_of]
        weight[summed(self.item[recent], minlength=self.history.items) == 0] = 0
        busy = diags_array((summed(self.who[recent], minlength=self.n) > 0).astype(float)) @ active
        busy.eliminate_zeros()
        return opportunity(self.network, self.who, self.item, self.history.kind_of, busy, weight, rows)

    def adoptions(self) -> tuple[Pairs, Values]:
        """The pairs in which the followee came first, and the credit of each."""
        adopted = self.seen.where(self.seen.source_day < self.seen.target_day)
        return adopted, adopted.shares()

    def _rate(self, shares: Values) -> float:
        """Credit for each review, of everybody together."""
        return float(shares.sum() / max(len(self.person), 1))

    def _propensity(self) -> Values:
        """(n,) float64: adoptions for each review of a follower, drawn to everybody's rate."""
        adopted, shares = self.adoptions()
        adoptions = summed(adopted.target, shares, minlength=self.n)
        return np.asarray((adoptions + PRIOR * self._rate(shares)) / (self._sums() + PRIOR))

    def _credit(self, rows: Indices) -> dict[str, Values]:
        adopted, shares = self.adoptions()
        age = self.as_of - adopted.target_day
        credit = summed(adopted.source, shares, minlength=self.n)
        # Pairs are sorted by edge, so each edge's first row stands for a follower who followed on.
        once = np.diff(adopted.edge, prepend=-1) != 0
        rate = (credit + PRIOR * self._rate(shares)) / (self._sums() + PRIOR)
        named = {
            "credit": credit,
            "adopters": summed(adopted.source[once], minlength=self.n),
            "credit_rate": np.where(self.audience > 0, rate, 0.0),
        }
        for h in CREDITED:
            named[f"credit{h}"] = summed(adopted.source, shares * decay(age, h), minlength=self.n)
        return {name: values[rows] for name, values in named.items()}

    def _place(self, rows: Indices) -> dict[str, Values]:
        returned = self.history.returned[self.known]
        mutual = np.zeros(len(returned), dtype=bool)
        mutual[returned >= 0] = self.known[returned[returned >= 0]]
        # Of those with a known tie only: people who come later must not move the others' figures.
        tight, tied = self.history.log.network.tied(self.known)
        named = {"reciprocity": ratio(summed(self.network.source, mutual, minlength=self.n), self.audience)}
        for name, values in (
            ("pagerank", measures.pagerank(tight) * len(tied)),
            ("core", measures.core(tight)),
            ("clustering", measures.clustering(tight)),
        ):
            named[name] = np.zeros(self.n)
            named[name][tied] = values
        named["pagerank"] = np.where(self.audience > 0, named["pagerank"], 0.0)
        return {name: values[rows] for name, values in named.items()}


def decay(age: Values, half_life: float) -> Values:
    """2^(-age / half_life)."""
    return np.exp2(-age / half_life)


def summed(index: NDArray[Any], weights: NDArray[Any] | None = None, minlength: int = 0) -> Values:
    """Weights, or ones, summed by index."""
    return np.bincount(index, weights, minlength=minlength).astype(float)


def ratio(above: Values, below: Values) -> Values:
    """above / below, 0 where below is not above 0."""
    quotient: Values = np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
    return quotient


def unit(matrix: csr_array) -> csr_array:
    """The rows of a sparse matrix, each of length 1, or 0 where it is empty."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1))
    return (diags_array(ratio(np.ones(len(length)), length)) @ matrix).tocsr()


def meeting(own: csr_array, followers: csr_array, theirs: csr_array) -> Values:
    """(c,) float64: the sum over followers and kinds of own times theirs.

    own: (c, kinds), followers: (c, n), theirs: (n, kinds), all sparse.
    """
    met = np.zeros(own.shape[0])
    for first, last in batches(followers @ np.diff(theirs.indptr), CELLS):
        product = own[first:last].multiply(followers[first:last] @ theirs)
        met[first:last] = np.asarray(product.sum(axis=1)).reshape(-1)
    return met

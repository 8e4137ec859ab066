"""The gain of niches: how much better they forecast a person's next reviews than the person's own past does.

The category of a later review is forecast twice. Without niches: w times the share of the category in the author's
own earlier reviews, and 1 - w times its share in everybody's reviews of the last year. With niches: v times the own
share, and 1 - v times the share in the reviews of that year by the people of the author's niches, or by everybody if
the author is in none. The gain is the mean over later reviews of log2 of the second over the first, in bits.

Nothing later than the split is used but the categories to be forecast. w and v are each one number for everybody: the
one that makes the last quarter of the earlier reviews likeliest, given the reviews before that quarter; niches are
found at both times. If the author is in several niches, the weights of their shares and everybody's in a mixture are
fitted to the author's own earlier reviews, where their posterior is greatest (expectation-maximization). Their prior
is an equal part of each, worth a number of reviews that is fitted as w and v are. So that no category is impossible,
everybody's share is (reviews + 1) / (all reviews + categories), and one review is added to each niche, spread over
the categories by that share.

The strict gain is measured against a better forecast, since one weight for everybody leaves room for niches: the past
of a person who has written much forecasts nearly all. There w is n / (n + a), and v is n / (n + b), for n earlier
reviews of the author, with a and b fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array

from graphkoc.arrays import Values, ragged_ranges
from graphkoc.communities.niches.overindex import over_indexing
from graphkoc.communities.niches.traits import by_category
from graphkoc.graph.action_log import Log

__all__ = ["SPLIT", "Gain", "gain"]

SPLIT = 0.75
"""Quantile of the review times at which later begins; and of the earlier ones, for fitting the weights."""
PRIORS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Reviews that the prior of a mixture may be worth."""
ROUNDS = 30
"""Of expectation-maximization."""
RESAMPLES = 400
YEAR = 365.0


@dataclass(frozen=True, eq=False)
class _Form:
    """The weight of the own past, by one number to be fitted, within bounds, and the number of own reviews."""

    weight: Callable[[float, Values], Values]
    bounds: tuple[float, float]


CONSTANT = _Form(lambda x, before: np.full(len(before), x), (0.0, 1.0))
GROWING = _Form(lambda x, before: before / (before + np.exp(x)), (-5.0, 15.0))


@dataclass(frozen=True)
class Gain:
    """What niches add to the forecast of later categories; see the module.

    bits: the mean over later reviews; low, high: its 95 % interval, by resampling the people.
    strict_bits, strict_low, strict_high: the same where the weight of one's own past grows with its length.
    reviews, people: how many later reviews were forecast, and how many people wrote them. inside: the
    share of those reviews whose author is in a niche.
    """

    bits: float
    low: float
    high: float
    strict_bits: float
    strict_low: float
    strict_high: float
    reviews: int
    people: int
    inside: float

    def to_dict(self) -> dict[str, Any]:
        """The gain as numbers, for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Later:
    """Later reviews: the author, their number of reviews before, the share of the category in those and in
    everybody's, whether the author is in a niche, and the share in their niches for each of PRIORS, (p, k)."""

    person: NDArray[np.int32]
    before: Values
    own: Values
    everybody: Values
    inside: NDArray[np.bool_]
    niches: Values


def gain(log: Log, min_size: int = 10, rng_seed: int = 0) -> Gain | None:
    """The gain of the niches of at least `min_size` people at the SPLIT of a log's time.

    None where it cannot be measured: with fewer than two categories, or if no member of a niche reviews in the last
    quarter of the earlier time, or afterwards.
    """
    if not len(log.day) or len(np.unique(log.category[log.category >= 0])) < 2:
        return None
    split = float(np.quantile(log.day, SPLIT))
    earlier = float(np.quantile(log.day[log.day <= split], SPLIT))
    fitting, testing = _later(log, earlier, split, min_size), _later(log, split, log.last_day, min_size)
    if not fitting.inside.any() or not testing.inside.any():
        return None
    fits = [_fitted(GROWING, fitting, shares) for shares in fitting.niches]
    best = int(np.argmax([likelihood for _, likelihood in fits]))
    constant, growing = (_measured(form, fitting, testing, best, rng_seed) for form in (CONSTANT, GROWING))
    people = len(np.unique(testing.person))
    return Gain(*constant, *growing, len(testing.person), people, float(testing.inside.mean()))


def _measured(form: _Form, fitting: _Later, testing: _Later, prior: int, rng_seed: int) -> tuple[float, float, float]:
    """The gain, and its interval, with weights of one's own past of a form; prior: which of PRIORS."""
    without, _ = _fitted(form, fitting, fitting.everybody)
    with_niches, _ = _fitted(form, fitting, fitting.niches[prior])
    forecast = _forecast(form, with_niches, testing, testing.niches[prior])
    bits = np.log2(forecast / _forecast(form, without, testing, testing.everybody))
    return float(bits.mean()), *_interval(bits, testing.person, rng_seed)


def _later(log: Log, at: float, until: float, min_size: int) -> _Later:
    """The reviews after day `at`, up to day `until`, by people who had reviewed before, and what was known then."""
    n, kinds = len(log.network), len(log.categories)
    known, earlier = log.category >= 0, log.day <= at

    def counted(rows: NDArray[np.bool_]) -> csr_array:
        cells = (log.person[rows], log.category[rows])
        found = csr_array((np.ones(len(cells[0])), cells), shape=(n, kinds))
        found.sum_duplicates()
        return found

    past, lately = counted(known & earlier), counted(known & earlier & (log.day > at - YEAR))
    before = past.sum(axis=1)
    everybody = (lately.sum(axis=0) + 1) / (lately.sum() + kinds)
    found = over_indexing(log.person[earlier], by_category(log.until(at)), min_size)
    later = np.flatnonzero(known & ~earlier & (log.day <= until) & (before[log.person] > 0))
    person, category = log.person[later], log.category[later]
    cell, review = ragged_ranges(past.indptr[person], np.diff(past.indptr)[person])
    own = np.bincount(review, past.data[cell] * (past.indices[cell] == category[review]), len(person))
    inside = np.isin(person, found["person"])
    niches = _in_niches(found, past, lately, everybody, person, category)
    return _Later(
        person,
        before[person],
        own / before[person],
        everybody[category],
        inside,
        np.where(inside, niches, everybody[category]),
    )


def _in_niches(
    found: pd.DataFrame,
    past: csr_array,
    lately: csr_array,
    everybody: Values,
    person: NDArray[np.int32],
    category: NDArray[np.int32],
) -> Values:
    """The share of each category in the niches of each person, for each of PRIORS: (p, k).

    found: who is in which niche. past, lately: (n, kinds), everybody's earlier reviews, and the last year's.
    """
    names, niche = np.unique(found["trait"], return_inverse=True)
    there = csr_array((np.ones(len(found)), (niche, found["person"])), shape=(len(names), past.shape[0]))
    theirs = (there @ lately).toarray() + everybody
    share = np.vstack([theirs / theirs.sum(axis=1, keepdims=True), everybody])

    asked = found["person"].isin(person).to_numpy()
    people = np.unique(found["person"][asked])
    member = np.concatenate([found["person"][asked], people])
    niche = np.concatenate([niche[asked], np.full(len(people), len(names))])
    order = np.lexsort((niche, member))
    member, niche = member[order], niche[order]
    _, whose = np.unique(member, return_inverse=True)
    prior = 1 / np.bincount(whose)[whose]

    at, which = ragged_ranges(past.indptr[member], np.diff(past.indptr)[member])
    explained = share[niche[which], past.indices[at]]
    first = np.searchsorted(member, person)
    mine, review = ragged_ranges(first, np.searchsorted(member, person, side="right") - first)
    forecast = share[niche[mine], category[review]]

    results = np.zeros((len(PRIORS), len(person)))
    for row, worth in enumerate(PRIORS):
        weight = prior
        for _ in range(ROUNDS):
            joint = weight[which] * explained
            whole = np.bincount(at, joint, len(past.data))[at]
            counted = np.bincount(which, joint / whole * past.data[at], len(member)) + worth * prior
            weight = counted / np.bincount(whose, counted)[whose]
        results[row] = np.bincount(review, weight[mine] * forecast, len(person))
    return results


def _forecast(form: _Form, x: float, later: _Later, others: Values) -> Values:
    weight = form.weight(x, later.before)
    return weight * later.own + (1 - weight) * others


def _fitted(form: _Form, later: _Later, others: Values) -> tuple[float, float]:
    """The number that makes the reviews likeliest, and the mean ln of their likelihood."""
    found = minimize_scalar(
        lambda x: -float(np.log(_forecast(form, x, later, others)).mean()), bounds=form.bounds, method="bounded"
    )
    return float(found.x), -float(found.fun)


def _interval(bits: Values, person: NDArray[np.int32], rng_seed: int) -> tuple[float, float]:
    """The 95 % interval of the mean when the people are resampled."""
    _, whose = np.unique(person, return_inverse=True)
    total, reviews = np.bincount(whose, bits), np.bincount(whose)
    rng = np.random.default_rng(rng_seed)
    means = np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        drawn = rng.integers(0, len(total), len(total))
        means[i] = total[drawn].sum() / reviews[drawn].sum()
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)

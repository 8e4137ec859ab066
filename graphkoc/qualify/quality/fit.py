"""What the readers of one site vote for: weights of the traits, learned from its own votes and tested against length.

The votes of a text, of which at most `MOST` count, are taken as Poisson with the mean exp(traits x weights + nuisances
+ its item's own level), where an item is the product or topic. The level of each item is eliminated: given an item's
votes in all, they are shared out among its texts. Nuisances (stars, age, order, ...) are fitted, so that the traits
need not stand for them, and then left out of the score. Weights are drawn towards the shipped ones by a ridge.

Weights do not travel between kinds of site, and on product reviews the finer traits were never shown to beat how much
is written. So a fit is used only if it orders pairs of texts about one item better than length does, out of fold, with
three standard errors of a bootstrap that draws items to spare. Else the score is the shipped one of length.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.qualify.quality.traits import TRAITS

__all__ = [
    "ENOUGH",
    "FEWEST_ITEMS",
    "FEWEST_TEXTS",
    "MOST",
    "Fit",
    "Votes",
    "fit_site",
    "fit_weights",
    "length_score",
    "out_of_fold",
    "score_pairs",
    "shipped",
]

MOST = 30
"""Votes of a text that count."""
RIDGE = 30.0
FOLDS, PEOPLE_FOLDS = 5, 3
"""Into how many parts items and people are dealt."""
GAP = 2.0
"""Votes by which two texts of a pair differ at least: one vote more is mostly luck."""
FEWEST_TEXTS = {"discourse": 300}
"""Texts from which on a site's own votes are looked at, by platform; `ENOUGH` elsewhere."""
ENOUGH = 3_000
FEWEST_ITEMS = 50
LARGEST = 100_000
"""Texts that a fit reads: more would only take longer."""
DRAWS = 1_000
"""Of the bootstrap."""
WIDTH = 3.0
"""Standard errors on each side of a difference. Items are drawn as if they were independent, but many of them share the
weights of a fold: of 200 fits to shuffled votes 14 lay above two errors, where 5 are due."""
STEPS = 50
DECIMALS = 6
"""Weights and scores are rounded, so that the last digits of a sum, which depend on its order, change no rank."""
LENGTH = ("length", "beyond_800")


@cache
def shipped() -> Values:
    """(25,) float64: the shipped weights, in the order of TRAITS."""
    file = json.loads((Path(__file__).parent / "weights.json").read_text(encoding="utf-8"))
    return np.array([file["weights"][name] for name in TRAITS])


def length_score(values: Values) -> Values:
    """(k,) float64: the score of length alone; values: (k, 25) traits."""
    which = [TRAITS.index(name) for name in LENGTH]
    score: Values = values[:, which] @ shipped()[which]
    return score


@dataclass(frozen=True, eq=False)
class Votes:
    """Texts of one site with their votes.

    values: (k, 25) traits. votes: (k,) float64. item: (k,) numbers from 0: the product or topic. person: (k,) numbers.
    nuisances: (k, q) float64.
    """

    values: Values
    votes: Values
    item: NDArray[np.int64]
    person: NDArray[np.int64]
    nuisances: Values

    def take(self, rows: NDArray[Any]) -> Votes:
        """Some of the texts; rows: indices or (k,) bool."""
        return Votes(self.values[rows], self.votes[rows], self.item[rows], self.person[rows], self.nuisances[rows])


@dataclass(frozen=True)
class Fit:
    """What was learned of a site.

    weights: by trait, those of the fit where it is used, else None. fitted, length: the share of pairs of texts about
    one item that each orders as their votes do, out of fold, pairs weighing one over the item's texts; None where not
    tested. margin, low, high: their difference, and `WIDTH` standard errors to each side. texts, items: how many were
    looked at. why: why the fit is not tested, or what it gained, as a clause.
    """

    weights: dict[str, float] | None
    fitted: float | None
    length: float | None
    margin: float | None
    low: float | None
    high: float | None
    texts: int
    items: int
    why: str

    def score(self, values: Values) -> Values:
        """(k,) float64: the score of texts by their traits, (k, 25)."""
        if self.weights is None:
            return length_score(values)
        score: Values = values @ np.array([self.weights[name] for name in TRAITS])
        return score

    def to_dict(self) -> dict[str, Any]:
        """The fit for JSON."""
        return asdict(self)


def fit_site(site: Votes, enough: int = ENOUGH, rng_seed: int = 0, prior: Values | None = None) -> Fit:
    """Learn what a site's readers vote for, and test it; the order of rows makes no difference beyond rounding.

    enough: the fewest texts. prior: the weights to which the ridge draws, by default the shipped ones.
    """
    drawn = shipped() if prior is None else prior
    site = _usable(site, rng_seed)
    texts, items = len(site.votes), len(np.unique(site.item))
    if texts < enough or items < FEWEST_ITEMS:
        why = "too few texts about the same products with votes" if texts else "no votes on texts about products"
        return Fit(None, None, None, None, None, None, texts, items, why)
    # Equal texts tie, whatever order their numbers are added up in.
    scores = np.column_stack([out_of_fold(site, drawn, rng_seed), length_score(site.values)]).round(DECIMALS)
    right, pairs = score_pairs(scores, site.votes, site.item)
    # Pairs grow with the square of an item's texts: unweighted, three topics would decide about a forum of thousands.
    many = np.unique(site.item, return_counts=True)[1]
    right, pairs = right / many[:, None], pairs / many
    draws = np.random.default_rng(rng_seed).multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), DRAWS)
    drawn_pairs = np.maximum(draws @ pairs, np.finfo(float).tiny)
    fitted, length = (float(right[:, i].sum() / max(pairs.sum(), np.finfo(float).tiny)) for i in (0, 1))
    margin = fitted - length
    error = float(((draws @ (right[:, 0] - right[:, 1])) / drawn_pairs).std())
    low, high = margin - WIDTH * error, margin + WIDTH * error
    found = f"{fitted:.3f} of pairs against {length:.3f} by length alone ({margin:+.3f}, {low:+.3f} to {high:+.3f})"
    weights = None
    if low > 0:
        traits = site.values - site.values.mean(axis=0)
        best = fit_weights(traits, site, drawn).round(DECIMALS).tolist()
        weights = dict(zip(TRAITS, best, strict=True))
    return Fit(weights, fitted, length, margin, low, high, texts, items, found)


def _usable(site: Votes, rng_seed: int) -> Votes:
    """The texts of items with more than one of them and a vote, at most `LARGEST`, whole items at a time."""
    total, many = np.bincount(site.item, site.votes), np.bincount(site.item)
    order = np.random.default_rng(rng_seed).permutation(len(many))
    order = order[(total[order] > 0) & (many[order] > 1)]
    kept = np.zeros(len(many), dtype=bool)
    kept[order[np.cumsum(many[order]) <= max(LARGEST, int(many.max(initial=0)))]] = True
    return site.take(kept[site.item])


def out_of_fold(site: Votes, prior: Values, rng_seed: int = 0) -> Values:
    """(k,) float64: the score of each text by weights that neither its item nor its author had a part in.

    Items and people are dealt into folds separately: a few people write most of a forum, and to leave out everybody who
    wrote about an item of the fold would leave next to nothing to learn from. Each weight's scores are centred on the
    mean of what it was learned from, so that those of two people can be compared.
    """
    score = np.empty(len(site.votes))
    rng = np.random.default_rng(rng_seed)
    of_item, of_person = _deal(site.item, FOLDS, rng), _deal(site.person, PEOPLE_FOLDS, rng)
    for i in range(FOLDS):
        for j in range(PEOPLE_FOLDS):
            train = site.take((of_item != i) & (of_person != j))
            test = (of_item == i) & (of_person == j)
            mean = train.values.mean(axis=0) if len(train.votes) else np.zeros(len(TRAITS))
            score[test] = (site.values[test] - mean) @ fit_weights(train.values - mean, train, prior)
    return score


def _deal(numbers: NDArray[np.int64], folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(k,) the fold of each row, by its number."""
    different, which = np.unique(numbers, return_inverse=True)
    dealt: NDArray[np.int64] = (rng.permutation(len(different)) % folds)[which]
    return dealt


def fit_weights(traits: Values, site: Votes, prior: Values) -> Values:
    """(25,) float64: the weights of centred traits, by Newton's method with the level of each item eliminated."""
    item = np.unique(site.item, return_inverse=True)[1]
    votes = np.minimum(site.votes, MOST)
    spread = site.nuisances.std(axis=0)
    nuisances = (site.nuisances - site.nuisances.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    x = np.column_stack([traits, nuisances])
    centre = np.concatenate([prior, np.zeros(nuisances.shape[1])])
    ridge = np.concatenate([np.full(len(prior), RIDGE), np.ones(nuisances.shape[1])])
    order = np.argsort(item, kind="stable")
    x, votes, item = x[order], votes[order], item[order]
    starts = np.flatnonzero(np.diff(item, prepend=-1))
    total = np.add.reduceat(votes, starts) if len(votes) else np.empty(0)

    def expect(beta: Values) -> tuple[float, Values]:
        """The penalized log likelihood, and the expected votes."""
        eta = x @ beta
        top = np.maximum.reduceat(eta, starts)[item]
        raised = np.exp(eta - top)
        whole = np.add.reduceat(raised, starts)
        likelihood = float(votes @ (eta - top) - total @ np.log(whole) - ridge @ (beta - centre) ** 2 / 2)
        return likelihood, raised * (total / whole)[item]

    beta = centre.copy()
    if not len(votes):
        return prior.copy()
    now, expected = expect(beta)
    for _ in range(STEPS):
        gradient = x.T @ (votes - expected) - ridge * (beta - centre)
        weighted = x * expected[:, None]
        inside = np.add.reduceat(weighted, starts)[total > 0]
        hessian = x.T @ weighted - inside.T @ (inside / total[total > 0, None]) + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        while True:
            then, expected_then = expect(beta + step)
            if then >= now or np.abs(step).max() < 1e-12:
                break
            step = step / 2
        done = np.abs(step).max() < 1e-9
        beta, now, expected = beta + step, then, expected_then
        if done:
            break
    found: Values = beta[: len(prior)]
    return found


def score_pairs(scores: Values, votes: Values, item: NDArray[np.int64], gap: float = GAP) -> tuple[Values, Values]:
    """How many pairs of texts about one item each score orders as their votes do: (g, s), and (g,) how many there are.

    scores: (k, s). gap: the fewest votes by which a pair differs, at most `MOST` of a text counted. A tie of scores
    counts one half. A row an item, in the order of their numbers.
    """
    votes = np.minimum(votes, MOST)
    order = np.lexsort((votes, item))
    starts = np.flatnonzero(np.diff(item[order], prepend=-1))
    right, pairs = np.zeros((len(starts), scores.shape[1])), np.zeros(len(starts))
    for number, rows in enumerate(np.split(order, starts[1:]) if len(starts) else []):
        here = votes[rows]
        for level in np.unique(here[here >= here[0] + gap]):
            below = rows[: np.searchsorted(here, level - gap, side="right")]
            voted = rows[np.searchsorted(here, level) : np.searchsorted(here, level, side="right")]
            pairs[number] += len(below) * len(voted)
            for which in range(scores.shape[1]):
                lower, upper = np.sort(scores[below, which]), scores[voted, which]
                beaten = np.searchsorted(lower, upper) + np.searchsorted(lower, upper, side="right")
                right[number, which] += beaten.sum() / 2
    return right, pairs

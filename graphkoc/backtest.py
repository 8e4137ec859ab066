"""The backtest: would the ranking have found those whose followers went on to review?

At each split of the log's time, everything that a ranking may know is what was known then. The truth
is the adoption credit of each candidate afterwards; the figure of a ranking is the share of the
candidates' credit that its top collects. Beside it stand plain rankings, two placebos, and the best
that was possible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc import measures, score, tiers
from graphkoc.errors import AnalysisError
from graphkoc.log import Log
from graphkoc.measures.activity import Pairs, activity, credit, pairs, past_credit
from graphkoc.network import Network

__all__ = ["SPLITS", "TOP", "Backtest", "Placebo", "Row", "backtest"]

Values = NDArray[np.float64]

SPLITS = (0.6, 0.7, 0.75, 0.8, 0.85)
TOP = 0.02
NAMED = 20
"""How many people an analyst would name."""
RESAMPLES = 400
PAST_HALF_LIFE = 365.0


@dataclass(frozen=True)
class Row:
    """How a ranking did. shares: the figure at each split; mean, and its 95 % interval over people;
    hits: of the first 20 named, how many had a follow-on review afterwards, at each split."""

    ranking: str
    mean: float
    low: float
    high: float
    shares: tuple[float, ...]
    hits: tuple[float, ...]


@dataclass(frozen=True)
class Placebo:
    """The score's top against a truth in which influence cannot be: credit of all candidates and of
    the top, and the share, each the mean over splits."""

    name: str
    credit: float
    top_credit: float
    share: float


@dataclass(frozen=True)
class Backtest:
    """splits: quantiles of review times. candidates, credit: how many people, and how much credit there
    was to find, at each split. n: how many people a top is, at each split."""

    splits: tuple[float, ...]
    candidates: tuple[int, ...]
    n: tuple[int, ...]
    credit: tuple[float, ...]
    rows: tuple[Row, ...]
    placebos: tuple[Placebo, ...]
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """The backtest as lists, numbers and text, for JSON."""
        return asdict(self)

    def row(self, ranking: str) -> Row:
        """The row of a ranking."""
        return next(row for row in self.rows if row.ranking == ranking)


@dataclass(frozen=True, eq=False)
class Split:
    """What is known at a split, and what came after: candidates are indices into the network."""

    at: float
    candidates: NDArray[np.int64]
    n: int
    truth: Values
    reversed_truth: Values
    shuffled_truth: Values
    rankings: dict[str, Values]


def backtest(
    log: Log,
    splits: Sequence[float] = SPLITS,
    top: float = TOP,
    rng_seed: int = 0,
    progress: Callable[[str, int, int, int], None] | None = None,
) -> Backtest:
    """Check the score on the log's own past.

    splits: quantiles (0 to 1) of the first reviews' times. top: share of the candidates that a top
    is, at least 20 people. The interval is a bootstrap over people: 400 resamples, the same people in
    all splits. Raises AnalysisError when a split leaves no candidates or no credit to find.
    """
    if not len(log.day):
        raise AnalysisError("no review has a date, so nothing can be checked against what came later")
    found = pairs(log)
    rng = np.random.default_rng(rng_seed)
    done = []
    for i, quantile in enumerate(splits):
        if progress:
            progress("checking against the past", i, len(splits), 0)
        done.append(_split(log, found, float(np.quantile(log.day, quantile)), top, rng))
        if not done[-1].truth.sum():
            raise AnalysisError(
                f"after the split at {quantile:g} nobody's followers reviewed what she had reviewed before them",
                hint="There are too few follow-on reviews in these data to check a ranking.",
            )
    counts = _resamples(len(log.network), rng)
    rows = [_row(name, done, counts) for name in done[0].rankings]
    rows.insert(-1, _random(done))
    placebos = (
        _placebo("real", done, [split.truth for split in done]),
        _placebo("time reversed", done, [split.reversed_truth for split in done]),
        _placebo("followees shuffled", done, [split.shuffled_truth for split in done]),
    )
    return Backtest(
        tuple(splits),
        tuple(len(split.candidates) for split in done),
        tuple(split.n for split in done),
        tuple(float(split.truth.sum()) for split in done),
        tuple(rows),
        placebos,
        _verdict(rows, placebos),
    )


def _split(log: Log, found: Pairs, at: float, top: float, rng: np.random.Generator) -> Split:
    known = log.known(at)
    network = log.network.subset(known)
    n = len(network)
    audience = measures.audience(network)
    candidates = np.flatnonzero(tiers.relative(audience).small(audience))
    if not len(candidates):
        raise AnalysisError("a split leaves nobody with a small audience", hint="Too few follows are known so early.")
    seen = found.where(known[found.edge])
    total = score.formula(log, at)
    past = log.day <= at
    truth = credit(seen, n, after=at)
    rankings = {
        "score": total.total,
        "formula": total.total,
        "activity": activity(log, at),
        "audience": audience,
        "pagerank": measures.pagerank(network),
        "core": measures.core(network),
        "reviews": np.bincount(log.person[past], minlength=n).astype(float),
        "past_credit": past_credit(seen, n, at, PAST_HALF_LIFE),
        "oracle": truth,
    }
    return Split(
        at,
        candidates,
        min(len(candidates), max(NAMED, int(top * len(candidates)))),
        truth[candidates],
        _reversed(seen, n, at)[candidates],
        credit(pairs(log, _shuffled(network, rng)), n, after=at)[candidates],
        {name: values[candidates] for name, values in rankings.items()},
    )


def _reversed(seen: Pairs, n: int, at: float) -> Values:
    """Credit with time running backwards: a follower's review is shared by the followees who came
    later, and counts when theirs are after the split."""
    later = seen.where(seen.source_day > seen.target_day)
    shares = later.shares()
    after = later.source_day > at
    return np.bincount(later.source[after], shares[after], minlength=n).astype(float)


def _shuffled(network: Network, rng: np.random.Generator) -> Network:
    """The network with followees dealt out anew: everybody follows and is followed by as many, but for the
    few ties (about 2 % on Ciao) that come twice or lead to oneself, which fall out."""
    source = rng.permutation(network.source)
    keep = source != network.target
    edges = np.unique(np.column_stack([source[keep], network.target[keep]]), axis=0)
    ones = np.ones(len(edges))
    return Network(network.ids, edges[:, 0], edges[:, 1], ones, np.full(len(edges), np.nan))


def _resamples(people: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """(400, people) int32: how often each person is drawn in each resample."""
    return np.stack([np.bincount(rng.integers(0, people, people), minlength=people) for _ in range(RESAMPLES)]).astype(
        np.int32
    )


def top_share(ranking: Values, gain: Values, n: int, counts: NDArray[np.int32] | None = None) -> Values:
    """The share of all gain that the n highest of a ranking collect, ties averaged.

    ranking, gain: (c,). counts: (b, c), how often each is there, once by default. Returns (b,) float64,
    NaN where there is no gain at all.
    """
    counts = np.ones((1, len(gain)), dtype=np.int32) if counts is None else counts
    order = np.argsort(-ranking, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(ranking[order]) != 0]))
    people = np.add.reduceat(counts[:, order], starts, axis=1)
    gains = np.add.reduceat(counts[:, order] * gain[order], starts, axis=1)
    before = np.cumsum(people, axis=1) - people
    taken = np.clip(n - before, 0, people)
    collected = (gains * np.divide(taken, people, out=np.zeros(gains.shape), where=people > 0)).sum(axis=1)
    total = gains.sum(axis=1)
    share: Values = np.divide(collected, total, out=np.full(len(total), np.nan), where=total > 0)
    return share


def _row(name: str, splits: Sequence[Split], counts: NDArray[np.int32]) -> Row:
    shares, hits, resampled = [], [], []
    for split in splits:
        ranking = split.rankings[name]
        shares.append(float(top_share(ranking, split.truth, split.n)[0]))
        any_credit = (split.truth > 0).astype(float)
        hits.append(float(top_share(ranking, any_credit, NAMED)[0] * any_credit.sum()))
        resampled.append(top_share(ranking, split.truth, split.n, counts[:, split.candidates]))
    low, high = np.nanpercentile(np.mean(resampled, axis=0), [2.5, 97.5])
    return Row(name, float(np.mean(shares)), float(low), float(high), tuple(shares), tuple(hits))


def _random(splits: Sequence[Split]) -> Row:
    """What a lottery among the candidates would collect; exact, so without an interval."""
    shares = tuple(split.n / len(split.candidates) for split in splits)
    hits = tuple(float(min(NAMED, len(split.candidates)) * (split.truth > 0).mean()) for split in splits)
    mean = float(np.mean(shares))
    return Row("random", mean, mean, mean, shares, hits)


def _placebo(name: str, splits: Sequence[Split], truths: Sequence[Values]) -> Placebo:
    shares = [
        float(np.nan_to_num(top_share(s.rankings["score"], truth, s.n)[0]))
        for s, truth in zip(splits, truths, strict=True)
    ]
    totals = [float(truth.sum()) for truth in truths]
    top = float(np.mean(np.multiply(shares, totals)))
    return Placebo(name, float(np.mean(totals)), top, float(np.mean(shares)))


def _verdict(rows: Sequence[Row], placebos: Sequence[Placebo]) -> str:
    """Is the ranking worth more than audience size, and what do the placebos say: three plain sentences."""
    by_name = {row.ranking: row for row in rows}
    ours, size = by_name["score"], by_name["audience"]
    if ours.low > size.high:
        first = (
            f"The score's top collected {ours.mean:.0%} of the follow-on reviews that came later; "
            f"as many people picked by audience size collected {size.mean:.0%}."
        )
    elif ours.mean > size.mean:
        first = (
            f"The score's top collected {ours.mean:.0%} of the later follow-on reviews and audience size "
            f"{size.mean:.0%}; the two intervals overlap, so that may be luck."
        )
    else:
        better = "better" if size.mean > ours.mean else "as well"
        first = (
            f"Audience size does {better} here: it collected {size.mean:.0%} of the later follow-on reviews, "
            f"the score {ours.mean:.0%}."
        )
    real, back, shuffled = (placebo.top_credit for placebo in placebos)
    second = f"Shuffle who is followed, and the same people collect {shuffled:.1f} instead of {real:.1f}: " + (
        "who follows whom matters." if real > 1.5 * shuffled else "who follows whom hardly matters here."
    )
    if real <= 1.5 * back:
        third = (
            f"Reverse time, and they still collect {back:.1f}: the ranking finds people who are active among "
            "like-minded followers; it is no evidence that they cause what their followers do."
        )
    else:
        third = (
            f"Reverse time, and they collect {back:.1f}: who came first matters too, which is still no proof of cause."
        )
    return f"{first} {second} {third}"

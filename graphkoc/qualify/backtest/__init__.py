"""The backtest: would the ranking have found the people whose followers went on to review?

At each split of the log's time, everything that a ranking may know is what was known then. The truth
is the adoption credit of each candidate afterwards; the figure of a ranking is the share of the
candidates' credit that its top collects. Beside it stand plain rankings, two placebos, copies of the log
without structure, and the best that was possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.errors import UntestableError
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network
from graphkoc.measures import audience
from graphkoc.measures.activity import Pairs, credit, pairs
from graphkoc.qualify.backtest.verdict import (
    Chance,
    Margin,
    Placebo,
    Row,
    ceiling_note,
    shuffled_note,
    undated_note,
    verdict,
)
from graphkoc.qualify.candidates import Candidates
from graphkoc.qualify.score import formula
from graphkoc.qualify.score.forecast import FEATURES, History, Model, Past, Snapshot, by_hand, learn
from graphkoc.qualify.score.top_share import NAMED, SHARE, top_share

__all__ = ["SPLITS", "TOP", "Backtest", "Groups", "Part", "backtest"]

Groups = Mapping[str, Mapping[str, NDArray[np.bool_]]]

SPLITS = (0.6, 0.7, 0.75, 0.8, 0.85)
TOP = SHARE
RESAMPLES = 400
COPIES = 19
"""Rewired networks: a score that beats them all does so by chance 1 time in 20."""
SHUFFLED = 5
"""Copies with times shuffled too, for the note beside."""
ENOUGH_PEOPLE = 50
ENOUGH_CREDIT = 10.0
"""Candidates and credit that a platform or niche must have, in the mean of the splits, to have a row of its own."""

PLAIN = {
    "activity": "act90",
    "audience": "audience",
    "pagerank": "pagerank",
    "core": "core",
    "reviews": "reviews",
    "past_credit": "credit365",
}
"""Plain rankings, and the feature that each ranks by; `graphkoc.qualify.ranking_names` has their names in text."""


@dataclass(frozen=True)
class Part:
    """One platform, or one niche, by itself: means over the splits of its candidates and credit,
    and of the figures of the score (low, high: its 95 % interval), the formula, audience size, and a lottery."""

    by: str
    name: str
    candidates: float
    credit: float
    score: float
    low: float
    high: float
    formula: float
    audience: float
    random: float


@dataclass(frozen=True)
class Ranked:
    """Whom a backtest ranks. definition: eligible or audience (`graphkoc.qualify.candidates`). n: how many at each
    split. listed_unchecked: people on today's list who are no candidates; None where the log alone is known."""

    definition: str
    n: tuple[int, ...]
    listed_unchecked: int | None


@dataclass(frozen=True)
class Backtest:
    """splits: quantiles of review times. kinds: which kind of score was used at each split. horizons: days that its
    forecast looks ahead. candidates: who was ranked. n, credit: how many of them a top is, and how much credit there
    was to find, at each split. rows: the rankings. margin: the score's figure minus the formula's. chance: what copies
    of the log without structure give. placebos. ceiling: the figure of ranking by half of the later follow-on reviews
    on the other half. parts: platforms and niches that are large enough. notes: cautions. verdict: in words."""

    splits: tuple[float, ...]
    kinds: tuple[str, ...]
    horizons: tuple[float, ...]
    candidates: Ranked
    n: tuple[int, ...]
    credit: tuple[float, ...]
    rows: tuple[Row, ...]
    margin: Margin
    chance: Chance
    placebos: tuple[Placebo, ...]
    ceiling: float
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
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

    as_of: float
    model: Model | None
    horizon: float
    candidates: NDArray[np.int64]
    n: int
    truth: Values
    within: Values
    reversed_truth: Values
    shuffled_truth: Values
    halves: tuple[Values, Values]
    rankings: dict[str, Values]

    def figure(self, ranking: str) -> float:
        """The share of the credit that a ranking's top collects."""
        return float(top_share(self.rankings[ranking], self.truth, self.n)[0])

    def part(self, inside: NDArray[np.bool_], top: float) -> Split:
        """The split of some of the candidates alone; inside: (candidates,) bool."""
        return replace(
            self,
            candidates=self.candidates[inside],
            n=_size_top(int(inside.sum()), top),
            truth=self.truth[inside],
            within=self.within[inside],
            reversed_truth=self.reversed_truth[inside],
            shuffled_truth=self.shuffled_truth[inside],
            halves=(self.halves[0][inside], self.halves[1][inside]),
            rankings={name: values[inside] for name, values in self.rankings.items()},
        )


def backtest(
    log: Log,
    splits: Sequence[float] = SPLITS,
    top: float = TOP,
    rng_seed: int = 0,
    progress: Callable[[str, int, int, int], None] | None = None,
    *,
    past: Past | None = None,
    groups: Groups | None = None,
) -> Backtest:
    """Check the score on the log's own past.

    splits: quantiles (0 to 1) of the first reviews' times. top: share of the candidates that a top
    is, at least 20 people. past: of the same log, where it is at hand. groups: for "platform" and "niche",
    names and (n,) bool of who is in each. The interval is a bootstrap over people: 400 resamples, the same
    people in all splits, models not refitted. Raises UntestableError when there are no reviews, dates or follows,
    and when a split leaves no candidates or no credit to find.
    """
    if not len(log.day):
        raise UntestableError("reviews", "there are no reviews, so there is nothing to check a ranking by")
    if log.timeless:
        message = "no review has a date, or all have the same, so nothing can be checked against later ones"
        raise UntestableError("dates", message)
    if not len(log.network.source):
        message = "nobody has a known follower, so there are no follow-on reviews to check a ranking by"
        raise UntestableError("follows", message)
    past = Past(log) if past is None else past
    rng = np.random.default_rng(rng_seed)
    done: list[Split] = []

    def step(number: int) -> None:
        if progress:
            progress("checking against the past", number, len(splits) + COPIES + SHUFFLED, 0)

    for i, quantile in enumerate(splits):
        step(i)
        done.append(_make_split(past, float(np.quantile(log.day, quantile)), top, rng))
        if not done[-1].truth.sum():
            raise UntestableError(
                "follow_ons",
                f"there were no follow-on reviews after the split at {quantile:g}",
                hint="There are too few follow-on reviews in these data to check a ranking.",
            )
    counts = _draw_resamples(len(log.network), rng)
    resampled = {name: _resample(name, done, counts) for name in done[0].rankings}
    rows = [_make_row(name, done, resampled[name]) for name in done[0].rankings]
    rows.insert(-1, _make_random_row(done))
    apart = resampled["score"] - resampled["formula"]
    by_name = {row.ranking: row for row in rows}
    margin = Margin(by_name["score"].mean - by_name["formula"].mean, *_find_interval(apart))
    placebos = (
        _make_placebo("real", done, [split.truth for split in done]),
        _make_placebo("time reversed", done, [split.reversed_truth for split in done]),
        _make_placebo("followees shuffled", done, [split.shuffled_truth for split in done]),
    )
    middle = done[len(done) // 2]
    known = log.network.subset(log.known(middle.as_of))
    rewired, shuffled = [], []
    for copy in range(COPIES):
        step(len(splits) + copy)
        rewired.append(_score_copy(replace(log, network=_rewire(known, rng)), middle, top, past.candidates)[0])
    for copy in range(SHUFFLED):
        step(len(splits) + COPIES + copy)
        shuffled.append(_score_copy(_shuffle_log(log, rng), middle, top, past.candidates)[1])
    share = middle.figure("score")
    chance = Chance(COPIES, max(rewired), share * float(middle.truth.sum()), SHUFFLED, float(np.mean(shuffled)), share)
    ceiling, end = _find_ceiling(done), log.last_day
    undated = int(np.isnan(log.network.since).sum())
    return Backtest(
        tuple(splits),
        tuple("forecast" if split.model else "formula" for split in done),
        tuple(split.horizon for split in done),
        Ranked(
            past.candidates.definition,
            tuple(len(split.candidates) for split in done),
            past.candidates.count_unchecked(log, audience(log.network.subset(log.known(end))), end),
        ),
        tuple(split.n for split in done),
        tuple(float(split.truth.sum()) for split in done),
        tuple(rows),
        margin,
        chance,
        placebos,
        ceiling,
        _make_parts(done, top, groups or {}, counts),
        (ceiling_note(ceiling), shuffled_note(chance), *undated_note(undated, len(log.network.since))),
        verdict(rows, placebos, chance),
    )


def _make_split(past: Past, as_of: float, top: float, rng: np.random.Generator) -> Split:
    log, found = past.log, past.history.pairs
    snapshot = Snapshot(past.history, as_of)
    people = past.candidates.find(log, snapshot.audience, as_of)
    if not len(people):
        hint = "Too few follows are known so early."
        raise UntestableError("candidates", "a split leaves nobody with a small audience", hint=hint)
    n = len(log.network)
    values = snapshot.table(people)
    model, _ = learn(past, as_of)
    horizon = past.schedule(as_of).horizon
    seen = found.where(snapshot.known[found.edge])
    truth = credit(seen, n, after=as_of)[people]
    column = {feature.name: i for i, feature in enumerate(FEATURES)}
    return Split(
        as_of,
        model,
        horizon,
        people,
        _size_top(len(people), top),
        truth,
        credit(seen, n, after=as_of, until=as_of + horizon)[people],
        _reverse_credit(seen, n, as_of)[people],
        credit(pairs(log, _rewire(snapshot.network, rng)), n, after=as_of)[people],
        _split_credit(seen, n, as_of, people, rng),
        {
            "score": by_hand(values) if model is None else model.score(values),
            "formula": by_hand(values),
            **{name: values[:, column[feature]] for name, feature in PLAIN.items()},
            "oracle": truth,
        },
    )


def _size_top(people: int, top: float) -> int:
    return min(people, max(NAMED, int(top * people)))


def _reverse_credit(seen: Pairs, n: int, as_of: float) -> Values:
    """Credit with time running backwards: a follower's review is shared by the followees who came
    later, and counts when theirs are after the split."""
    later = seen.where(seen.source_day > seen.target_day)
    shares = later.shares()
    after = later.source_day > as_of
    return np.bincount(later.source[after], shares[after], minlength=n).astype(float)


def _split_credit(
    seen: Pairs, n: int, as_of: float, people: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Values, Values]:
    """The candidates' credit after the split, its adoptions split into two halves at random."""
    side = rng.integers(0, 2, int(seen.adoption.max(initial=-1)) + 1)[seen.adoption] > 0
    return credit(seen.where(side), n, after=as_of)[people], credit(seen.where(~side), n, after=as_of)[people]


def _rewire(network: Network, rng: np.random.Generator) -> Network:
    """The network rewired: everybody follows and is followed by as many, but for the few ties (about 2 % on Ciao)
    that would be repeated or lead to oneself, which are dropped. A tie's date stays with the follower."""
    source = rng.permutation(network.source)
    order = np.lexsort((network.since, network.target, source))
    source, target, since = source[order], network.target[order], network.since[order]
    keep = source != target
    keep[1:] &= (np.diff(source) != 0) | (np.diff(target) != 0)
    return Network(network.ids, source[keep], target[keep], np.ones(int(keep.sum())), since[keep])


def _shuffle_log(log: Log, rng: np.random.Generator) -> Log:
    """The log with a rewired network, degrees kept, and all times shuffled: everybody's activity stays, but who
    follows whom and what came first are lost."""
    day, used = log.day[rng.permutation(len(log.day))], log.topic_day[rng.permutation(len(log.topic_day))]
    reviews, uses = log.by_person
    order = reviews[np.argsort(day[reviews], kind="stable")]
    topics = uses[np.argsort(used[uses], kind="stable")]
    return replace(
        log,
        network=_rewire(log.network, rng),
        person=log.person[order],
        product=log.product[order],
        has_product=log.has_product[order],
        day=day[order],
        category=log.category[order],
        topic_person=log.topic_person[topics],
        topic=log.topic[topics],
        topic_day=used[topics],
    )


def _score_copy(copy: Log, split: Split, top: float, who: Candidates) -> tuple[float, float]:
    """The follow-on reviews that the same score's top collects in a copy of the log, and their share of all."""
    # Neither the score nor the truth reads a follow that is not known at the split.
    copy = replace(copy, network=copy.network.subset(copy.known(split.as_of)))
    people = who.find(copy, audience(copy.network), split.as_of)
    found = pairs(copy)
    truth = credit(found, len(copy.network), after=split.as_of)[people]
    if not truth.sum():
        return 0.0, 0.0
    if split.model is None:
        ranking = formula(copy, split.as_of).total[people]
    else:
        ranking = split.model.score(Snapshot(History(copy, found), split.as_of).table(people))
    share = float(top_share(ranking, truth, _size_top(len(people), top))[0])
    return share * float(truth.sum()), share


def _draw_resamples(people: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """(400, people) int32: how often each person is drawn in each resample."""
    return np.stack([np.bincount(rng.integers(0, people, people), minlength=people) for _ in range(RESAMPLES)]).astype(
        np.int32
    )


def _resample(name: str, splits: Sequence[Split], counts: NDArray[np.int32]) -> Values:
    """(400,) float64: the ranking's mean figure in each resample."""
    shares = [top_share(s.rankings[name], s.truth, s.n, counts[:, s.candidates]) for s in splits]
    return np.asarray(np.mean(shares, axis=0))


def _find_interval(resampled: Values) -> tuple[float, float]:
    low, high = np.nanpercentile(resampled, [2.5, 97.5])
    return float(low), float(high)


def _make_row(name: str, splits: Sequence[Split], resampled: Values) -> Row:
    shares, hits = [], []
    for split in splits:
        shares.append(split.figure(name))
        any_credit = (split.truth > 0).astype(float)
        hits.append(float(top_share(split.rankings[name], any_credit, NAMED)[0] * any_credit.sum()))
    soon = [float(top_share(split.rankings[name], split.within, split.n)[0]) for split in splits if split.within.any()]
    within = float(np.mean(soon)) if soon else np.nan
    return Row(name, float(np.mean(shares)), *_find_interval(resampled), within, tuple(shares), tuple(hits))


def _make_random_row(splits: Sequence[Split]) -> Row:
    """What a lottery among the candidates would collect; exact, so without an interval."""
    shares = tuple(split.n / len(split.candidates) for split in splits)
    hits = tuple(float(min(NAMED, len(split.candidates)) * (split.truth > 0).mean()) for split in splits)
    mean = float(np.mean(shares))
    return Row("random", mean, mean, mean, mean, shares, hits)


def _make_placebo(name: str, splits: Sequence[Split], truths: Sequence[Values]) -> Placebo:
    shares = [
        float(np.nan_to_num(top_share(s.rankings["score"], truth, s.n)[0]))
        for s, truth in zip(splits, truths, strict=True)
    ]
    totals = [float(truth.sum()) for truth in truths]
    top = float(np.mean(np.multiply(shares, totals)))
    return Placebo(name, float(np.mean(totals)), top, float(np.mean(shares)))


def _find_ceiling(splits: Sequence[Split]) -> float:
    """The mean figure of ranking by one half of the later adoptions, on the other half."""
    shares = [
        float(np.nan_to_num(top_share(ranking, truth, split.n)[0]))
        for split in splits
        for ranking, truth in (split.halves, split.halves[::-1])
    ]
    return float(np.mean(shares))


def _make_parts(splits: Sequence[Split], top: float, groups: Groups, counts: NDArray[np.int32]) -> tuple[Part, ...]:
    """The rows of groups that have enough; one that holds everybody says nothing new."""
    parts = []
    for by, named in groups.items():
        for name, inside in named.items():
            there = [inside[split.candidates] for split in splits]
            if all(mask.all() for mask in there):
                continue
            own = [split.part(mask, top) for split, mask in zip(splits, there, strict=True)]
            sizes, gains = [len(split.candidates) for split in own], [float(split.truth.sum()) for split in own]
            if np.mean(sizes) < ENOUGH_PEOPLE or np.mean(gains) < ENOUGH_CREDIT or not min(gains):
                continue
            score, by_hand, size = (
                float(np.mean([split.figure(ranking) for split in own])) for ranking in ("score", "formula", "audience")
            )
            low, high = _find_interval(_resample("score", own, counts))
            people, credited = float(np.mean(sizes)), float(np.mean(gains))
            parts.append(Part(by, name, people, credited, score, low, high, by_hand, size, _make_random_row(own).mean))
    return tuple(parts)

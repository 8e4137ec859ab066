"""People who review the same items at the same time, more often than by chance.

Two people are in step when they share significantly many pairs of a product and a stretch of days. Where the
reviews of each stretch are shuffled, with each person's and each product's number of them kept, two
people share about a Poisson number of such pairs, whose mean is

    sum_t a_t b_t sum_p k_pt (k_pt - 1) / E_t^2

(a_t, b_t: their reviews in stretch t; k_pt: of a product; E_t: all). So whoever writes much, or writes when
everybody does, is expected to meet others. False discoveries are held at .01 over all pairs of people
(Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). Stretches begin anew every half of one, so two reviews
within half a stretch are in one stretch at least once.

A group is some people of whom each is in step with some others of it: spammers who work together (Mukherjee,
Liu, Glance, "Spotting fake reviewer groups in consumer reviews", WWW 2012). Within a fortnight honest people
are hardly ever in step. Within a year those of one taste are, so there more is asked: that two people share
nearly half of what they could, and that each has five such mates. (On Ciao nobody has even four.)
"""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import numpy as np
from scipy.sparse import csr_array
from scipy.special import gammainc

from graphkoc.arrays import Indices, Values, batches, repeats
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg

__all__ = ["FAST", "SLOW", "Pace", "Steps", "groups", "in_step", "stretches"]


MOST_PAIRS = 400_000_000
"""How many meetings of two people are looked at; the largest crowds are left out until there are no more."""
BATCH = 10_000_000


@dataclass(frozen=True)
class Pace:
    """window: days of a stretch. fewest: what two people must share. share: the same, of what they could, which
    is the fewer reviews of the two in each stretch. mates: how many of a group each must be in step with."""

    window: float
    fewest: int
    share: float
    mates: int


FAST = Pace(window=14.0, fewest=3, share=0.0, mates=2)
SLOW = Pace(window=365.0, fewest=5, share=0.45, mates=5)


@dataclass(frozen=True, eq=False)
class Steps:
    """The pairs of people who are in step, each once, the lower first.

    first, second: (q,) numbers of people. shared: (q,) what they share. expected: (q,) what chance gives.
    """

    first: Indices
    second: Indices
    shared: Indices
    expected: Values


def stretches(product: Indices, day: Values, window: float, shift: float) -> tuple[Indices, Indices]:
    """The pair of product and stretch of each review, numbered from 0, and the stretch of `window` days.

    shift: in stretches.
    """
    stretch = np.floor(day / window + shift).astype(np.int64)
    stretch -= stretch.min(initial=0)
    _, column = np.unique(product * (stretch.max(initial=0) + 1) + stretch, return_inverse=True)
    return column.astype(np.int64), stretch


def in_step(person: Indices, product: Indices, day: Values, pace: Pace) -> Steps:
    """The pairs of people who are in step.

    person, product: (k,) numbers from 0 of the reviewer and the product; day: (k,) float64, when.
    """
    found = [_count_shared(person, *stretches(product, day, pace.window, shift), pace.fewest) for shift in (0.0, 0.5)]
    first, second, shared, expected, could = (np.concatenate(parts) for parts in zip(*found, strict=True))
    n = len(np.unique(person))
    p = gammainc(shared, expected)
    kept = benjamini_hochberg(p, 2 * n * (n - 1) / 2) <= FALSE_DISCOVERY_RATE
    kept &= shared >= pace.share * could
    order = np.lexsort((-shared[kept], second[kept], first[kept]))
    first, second, shared, expected = (values[kept][order] for values in (first, second, shared, expected))
    again = repeats(first, second)
    return Steps(first[~again], second[~again], shared[~again], expected[~again])


def groups(steps: Steps, mates: int) -> list[Indices]:
    """The groups of people in step with `mates` others of theirs at least, each sorted, by their first."""
    nodes, ends = np.unique(np.concatenate([steps.first, steps.second]), return_inverse=True)
    half = len(steps.first)
    graph = igraph.Graph(len(nodes), np.column_stack([ends[:half], ends[half:]]))
    held = np.flatnonzero(np.asarray(graph.coreness()) >= mates)
    parts = graph.induced_subgraph(held.tolist()).connected_components()
    return [np.sort(nodes[held[part]]) for part in parts]


def _count_shared(
    person: Indices, column: Indices, stretch: Indices, fewest: int
) -> tuple[Indices, Indices, Indices, Values, Values]:
    """Pairs that share `fewest` columns at least, with what they share, what chance gives, and what they could."""
    _, once = np.unique(person * (column.max(initial=0) + 1) + column, return_index=True)
    person, column, stretch = person[once], column[once], stretch[once]
    size = np.bincount(column)
    calm = size[column] <= _find_crowd(size)
    person, column, stretch, size = person[calm], column[calm], stretch[calm], np.bincount(column[calm])
    people, spans = int(person.max(initial=-1)) + 1, int(stretch.max(initial=-1)) + 1
    when = np.zeros(len(size), dtype=np.int64)
    when[column] = stretch
    twice = np.bincount(when, size * (size - 1.0), minlength=spans)
    chance = twice / np.maximum(np.bincount(stretch, minlength=spans), 1.0) ** 2
    # Whoever meets nobody need not be multiplied.
    met = size[column] > 1
    ones = np.ones(len(person), dtype=np.int32)
    matrix = csr_array((ones[met], (person[met], column[met])), shape=(people, max(len(size), 1)))
    busy = csr_array((ones.astype(float), (person, stretch)), shape=(people, spans))
    size = np.pad(size, (0, matrix.shape[1] - len(size)))
    parts = [(*(np.empty(0, np.int64) for _ in range(3)), np.empty(0), np.empty(0))]
    for begin, end in batches(matrix @ size, BATCH):
        shared = (matrix[begin:end] @ matrix[begin:].T).tocoo()
        many = (shared.row < shared.col) & (shared.data >= fewest)
        low, high, count = shared.row[many] + begin, shared.col[many] + begin, shared.data[many]
        one, other = busy[low], busy[high]
        expected, could = one.multiply(other) @ chance, one.minimum(other).sum(axis=1)
        numbers = (values.astype(np.int64) for values in (low, high, count))
        parts.append((*numbers, np.asarray(expected), np.asarray(could)))
    low, high, count, expected, could = (np.concatenate(values) for values in zip(*parts, strict=True))
    return low, high, count, expected, could


def _find_crowd(size: Indices) -> float:
    """The largest column with which all that are not larger make at most MOST_PAIRS pairs."""
    rising = np.sort(size)
    fitting = int(np.searchsorted(np.cumsum(rising * (rising - 1) // 2), MOST_PAIRS, side="right"))
    return float(rising[fitting] - 1) if fitting < len(rising) else np.inf

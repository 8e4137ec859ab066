"""The search: runs, cores, and the circles around them that are recovered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.communities.circles.cores import cannot_have_core, cores
from graphkoc.communities.circles.ensemble import Ensemble, resolutions
from graphkoc.communities.circles.stability import Candidate, accepted, candidates
from graphkoc.communities.circles.ties import Ties

__all__ = ["KNOWN_STABLE", "ROUNDS", "RUNS", "STABLE", "search"]

RUNS = 20
"""How often each resolution is tried."""
ROUNDS = (5, 10, RUNS)
"""Numbers of runs after which a resolution is given up if the remaining runs can make no core."""
STABLE = 0.9
"""Share of the runs in which the ends of a stable tie are in one cluster."""
KNOWN_STABLE = 0.75
"""The same within a circle that is known from an earlier run."""
SAME = 0.5
"""Minimum Jaccard similarity of a circle that counts as the known one."""


def search(
    ties: Ties,
    known: Sequence[NDArray[np.integer]],
    min_size: int,
    rng_seed: int,
    processes: int | None,
    report: Callable[[int, int], None],
) -> list[Candidate]:
    """The circles of some ties with a stability that is at least tentative, the most stable first.

    known: circles of an earlier run, indices into ties.people. report: called with the number of runs that are
    done and the number of all runs.
    """
    levels, n = resolutions(len(ties)), len(ties.people)
    partitions = {level: np.empty((RUNS, n), dtype=np.int32) for level in levels}
    apart = {level: np.zeros(len(ties), dtype=np.int8) for level in levels}
    label = np.full(n, -1)
    # A circle inside a wider one is labelled after it.
    for number in sorted(range(len(known)), key=lambda number: -len(known[number])):
        label[known[number]] = number
    inside_known = (label[ties.low] == label[ties.high]) & (label[ties.low] >= 0)
    often = np.where(inside_known, round((1 - KNOWN_STABLE) * RUNS), round((1 - STABLE) * RUNS))

    first = 0
    with Ensemble(ties, rng_seed, processes) as ensemble:
        for last in ROUNDS:
            for done, (number, clusters) in enumerate(ensemble.runs(range(first, last), levels), first + 1):
                for level, labels in zip(levels, clusters, strict=True):
                    partitions[level][number] = labels
                    apart[level] += labels[ties.low] != labels[ties.high]
                report(done, RUNS)
            levels = [level for level in levels if not cannot_have_core(ties, apart[level] <= often, min_size)]
            first = last
            if not levels:
                return []
    earlier = _Known.of(known, n)
    pooled: list[Candidate] = []
    for level in levels:
        together = 1 - apart[level] / RUNS
        pooled += candidates(partitions[level], cores(ties, together >= STABLE, min_size), level)
        if known:
            old = cores(ties, inside_known & (together >= KNOWN_STABLE), min_size)
            pooled += [one for one in candidates(partitions[level], old, level) if earlier.has(one)]
    return accepted([replace(one, known=earlier.has(one)) for one in pooled], n)


@dataclass(frozen=True, eq=False)
class _Known:
    """The circles of an earlier run: inside, (n, circles), who is in which; and how many are in each."""

    inside: csr_array
    people: NDArray[np.int64]

    @classmethod
    def of(cls, known: Sequence[NDArray[np.integer]], n: int) -> _Known:
        people = np.array([len(circle) for circle in known], dtype=np.int64)
        rows = np.concatenate([np.empty(0, dtype=np.int64), *known])
        ones = np.ones(len(rows), dtype=np.int64)
        return cls(csr_array((ones, (rows, np.repeat(np.arange(len(known)), people))), shape=(n, len(known))), people)

    def has(self, one: Candidate) -> bool:
        """Whether one of them is the same as this one."""
        both = self.inside[one.members].sum(axis=0)
        return bool((both >= SAME * (len(one.members) + self.people - both)).any())

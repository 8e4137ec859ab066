"""Stability: the recovery rate of a circle in resampled networks.

In each run the cluster of a core is the one that holds most of it. A person's confidence is the share of the runs in
which they are in that cluster; people with a confidence of at least one half are the members of the circle. S is the
mean Jaccard similarity of the members and the run's cluster (Hennig, "Cluster-wise assessment of cluster stability",
Comput. Stat. Data Anal. 52, 2007).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphkoc.runs.members import MEMBER

__all__ = ["FRINGE", "PUBLISHED", "TENTATIVE", "Candidate", "accepted", "candidates"]

PUBLISHED = 0.75
"""Minimum S of a published circle."""
TENTATIVE = 0.6
"""Minimum S of a tentative circle; one below it is not listed."""
KNOWN = 0.55
"""The same for a circle of an earlier run, so that a circle at the limit does not appear and vanish by turns."""
HELD, KNOWN_HELD = 0.5, 0.65
"""Share of its members that may be in circles before it, and the same for a circle of an earlier run."""
FRINGE = 0.25
"""Minimum confidence of a person in the fringe of a circle."""
WIDER = 4
"""A circle this many times larger does not block a smaller one inside it."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A candidate for a circle.

    people: int32, sorted, members and fringe. confidence: float64, theirs. stability: S.
    resolution: at which it was found. known: whether it is a circle of an earlier run.
    """

    people: NDArray[np.int32]
    confidence: NDArray[np.float64]
    stability: float
    resolution: float
    known: bool = False

    @property
    def members(self) -> NDArray[np.int32]:
        """Those whose confidence is at least one half."""
        return self.people[self.confidence >= MEMBER]


def candidates(partitions: NDArray[np.int32], cores: Sequence[NDArray[np.int32]], resolution: float) -> list[Candidate]:
    """The candidate that each core makes; partitions: (runs, n) int32, the cluster of each person."""
    if not cores:
        return []
    runs = len(partitions)
    order = np.argsort(partitions, axis=1, kind="stable").astype(np.int32)
    start = [np.concatenate([[0], np.cumsum(np.bincount(clusters))]) for clusters in partitions]
    found = []
    for core in cores:
        most = [_most_common(clusters[core]) for clusters in partitions]
        clusters = [order[r, start[r][c] : start[r][c + 1]] for r, c in enumerate(most)]
        people, times = np.unique(np.concatenate(clusters), return_counts=True)
        confidence = times / runs
        members = people[confidence >= MEMBER]
        shared = np.array([np.isin(cluster, members, assume_unique=True).sum() for cluster in clusters])
        sizes = np.array([len(cluster) for cluster in clusters])
        stability = float(np.mean(shared / (len(members) + sizes - shared)))
        listed = confidence >= FRINGE
        found.append(Candidate(people[listed], confidence[listed], stability, resolution))
    return found


def _most_common(labels: NDArray[np.int32]) -> int:
    """The label that comes most often, the lowest of several."""
    values, times = np.unique(labels, return_counts=True)
    return int(values[times.argmax()])


def accepted(found: Iterable[Candidate], n: int) -> list[Candidate]:
    """The accepted candidates, the most stable first, larger ones before smaller ones.

    n: people in all. Candidates are taken by stability, known ones first. One is accepted if it is at least
    tentative and at least half of its members are in no circle accepted before it. A much wider circle does not
    count against a small one inside it: a close group of friends among all who joined in one year is a finding of
    its own. Which of the two is more stable is arbitrary, so acceptance must not depend on it. A wide circle
    that consists of small ones is left out.
    """
    standing: list[Candidate] = []
    # The sizes of the circles that each person is in already, in as many columns as the person in most needs.
    sizes = np.zeros((n, 1), dtype=np.int32)
    eligible = [one for one in found if round(one.stability, 2) >= (KNOWN if one.known else TENTATIVE)]
    for one in sorted(eligible, key=lambda one: (not one.known, *_place(one))):
        size, there = len(one.members), sizes[one.members]
        held = (there > 0) & (there < size * WIDER)
        if held.any(axis=1).mean() <= (KNOWN_HELD if one.known else HELD):
            standing.append(one)
            if there.all(axis=1).any():
                sizes = np.pad(sizes, [(0, 0), (0, 1)])
                there = sizes[one.members]
            sizes[one.members, (there == 0).argmax(axis=1)] = size
    return sorted(standing, key=_place)


def _place(one: Candidate) -> tuple[float, int, int]:
    """What candidates are sorted by, the best first."""
    return -round(one.stability, 2), -len(one.members), int(one.members[0])

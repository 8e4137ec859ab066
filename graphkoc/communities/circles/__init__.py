"""Circles: communities of the network that are recovered in resampled networks.

Community detection finds communities in every network, even in one whose ties are random. So the search goes in
five steps. Leiden runs many times, each time on a network without some of the ties (`ensemble`). People whom nearly
every run keeps together, and who are held together by many ties, are a core (`cores`). The circle around a core has
a stability S, its recovery rate (`stability`). A circle that joining dates explain is left out (`cohorts`). The same
steps run on a rewired network (`ties`), where there is nothing to find: if they find a circle there, none is
published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.communities.circles.cohorts import ratios
from graphkoc.communities.circles.search import RUNS, search
from graphkoc.communities.circles.stability import PUBLISHED, TENTATIVE, Candidate
from graphkoc.communities.circles.ties import rewired, ties
from graphkoc.graph.network import Network
from graphkoc.progress import Progress
from graphkoc.text import count

__all__ = ["COHORT_RATIO", "PUBLISHED", "RUNS", "TENTATIVE", "Circles", "find_circles", "find_circles_again"]

COHORT_RATIO = 1.5
"""Times the ties that joining dates explain that a circle must have."""


@dataclass(frozen=True, eq=False)
class Circles:
    """The circles of a network.

    table: one row per circle, the most stable first: circle ("c1", "c2", ...),
    people, stability (S), status ("published" or "tentative"), cohort_ratio (times the ties that joining
    dates explain, NaN when no date is known), resolution.
    members: one row per person and circle, sorted by consumer, strongest first: consumer, circle,
    confidence (share of runs; members from `graphkoc.runs.members.MEMBER` on, the fringe below).
    control: how many circles the rewired network has, by status, before any cohort test.
    explained: how many circles were left out because joining dates explain them.
    dated: whether any joining date was known, so that there was a cohort test.
    why_not: why no circle is published although there may be some, or None.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    control: dict[str, int]
    explained: int
    dated: bool
    why_not: str | None

    @classmethod
    def of_none(cls, why_not: str) -> Circles:
        """No circles, of a network in which none were looked for; why_not: why."""
        nothing = np.empty(0)
        return cls(_table([], nothing), _members([], nothing.astype(str)), {}, 0, False, why_not)


def find_circles(
    network: Network,
    *,
    together: NDArray[np.integer] | None = None,
    joined: NDArray[np.float64] | None = None,
    known: Sequence[NDArray[np.integer]] = (),
    min_size: int = 10,
    rng_seed: int = 0,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Circles:
    """The circles of at least `min_size` people.

    together: (k, 2), pairs of nodes that review the same products significantly often. joined: (n,)
    float64, days since 1970-01-01 UTC, when each node joined, NaN for unknown. known: the members of
    the circles of an earlier run, as indices of nodes. processes: how many to use, by default one for
    each processor; the result is the same.
    """
    real = ties(network, together)
    before = [np.flatnonzero(np.isin(real.people, people)) for people in known]
    steps = [(real, "finding circles"), (rewired(real, rng_seed), "checking a rewired network")]
    found, null = (
        search(some, before, min_size, rng_seed, processes, _report_step(progress, step)) for some, step in steps
    )
    control = {status: sum(_status(one) == status for one in null) for status in ("published", "tentative")}

    dates = None if joined is None else joined[real.people]
    dated = dates is not None and bool(np.isfinite(dates).any())
    ratio = np.full(len(found), np.nan)
    if dated and dates is not None:
        ratio = ratios(real, dates, [one.members for one in found])
    kept = [position for position in range(len(found)) if not ratio[position] < COHORT_RATIO]
    explained = len(found) - len(kept)
    why_not = None
    if null:
        were = f"{count(len(null), 'circles')} {'was' if len(null) == 1 else 'were'}"
        why_not = f"{were} found in a randomly rewired network"
        kept = []
    return Circles(
        _table([found[i] for i in kept], ratio[kept]),
        _members([found[i] for i in kept], network.ids[real.people]),
        control,
        explained,
        dated,
        why_not,
    )


def find_circles_again(
    network: Network,
    *,
    together: NDArray[np.integer] | None = None,
    min_size: int = 10,
    rng_seed: int = 0,
    processes: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The members of the circles that another rng_seed finds in the same network: as in Circles, without a cohort test.

    The share of the circles that are not among them is the share of changes between two runs due to the method alone.
    """
    real = ties(network, together)
    found = search(real, [], min_size, rng_seed, processes, _report_step(progress, "finding circles again"))
    return _members(found, network.ids[real.people])


def _report_step(progress: Progress | None, step: str) -> Callable[[int, int], None]:
    """The function that reports how many runs of a step are done."""
    return lambda done, total: progress(step, done, total, 0) if progress else None


def _status(one: Candidate) -> str:
    return "published" if round(one.stability, 2) >= PUBLISHED else "tentative"


def _table(found: list[Candidate], ratio: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "circle": [f"c{i}" for i in range(1, len(found) + 1)],
            "people": [len(one.members) for one in found],
            "stability": [one.stability for one in found],
            "status": [_status(one) for one in found],
            "cohort_ratio": ratio,
            "resolution": [one.resolution for one in found],
        }
    ).astype({"circle": "str", "people": "int64", "stability": float, "status": "str", "resolution": float})


def _members(found: list[Candidate], ids: NDArray[np.str_]) -> pd.DataFrame:
    people = np.concatenate([np.empty(0, dtype=np.int32), *[one.people for one in found]])
    frame = pd.DataFrame(
        {
            "consumer": ids[people],
            "circle": np.repeat(np.arange(len(found)), [len(one.people) for one in found]),
            "confidence": np.concatenate([np.empty(0), *[one.confidence for one in found]]),
        }
    ).sort_values(["consumer", "confidence", "circle"], ascending=[True, False, True], ignore_index=True)
    frame["circle"] = [f"c{i + 1}" for i in frame["circle"]]
    return frame.astype({"consumer": "str", "circle": "str", "confidence": float})

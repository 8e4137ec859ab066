"""Tiers: who has a small audience and who a wide one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.errors import AnalysisError

__all__ = ["Tiers", "relative"]

SMALLEST = 5
"""Known followers below which an audience is too small to say anything about."""
WIDEST = 80
"""Percentile of known audiences above 0 up to which an audience is small."""


@dataclass(frozen=True)
class Tiers:
    """Limits of the small tier, both included, in known followers; more is wide, fewer is tiny."""

    low: float
    high: float

    def of(self, audience: NDArray[np.float64]) -> NDArray[Any]:
        """(n,) str: tiny, small or wide for each of (n,) audiences."""
        return np.select([audience > self.high, audience >= self.low], ["wide", "small"], "tiny")

    def small(self, audience: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) bool: the audiences in the small tier."""
        return (audience >= self.low) & (audience <= self.high)


def relative(audience: NDArray[np.float64]) -> Tiers:
    """Tiers for a platform that states no follower counts: 5 to the 80th percentile is small.

    Published limits contradict each other (key opinion consumers: under 1,000, 1,000 to 5,000, under
    10,000, 1,000 to 50,000), and known followers are only part of an audience, so these tiers are
    relative and are called small and wide, not KOC and KOL. Raises AnalysisError when nobody has a
    follower.
    """
    if not (audience > 0).any():
        hint = "A follow counts from its date, or without one when both ends have reviewed; see `graphkoc doctor`."
        raise AnalysisError("nobody who has reviewed has a known follower", hint=hint)
    return Tiers(float(SMALLEST), float(np.percentile(audience[audience > 0], WIDEST)))

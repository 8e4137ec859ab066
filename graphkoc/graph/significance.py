"""The false discovery rate: which of many hypotheses tested at once are accepted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FALSE_DISCOVERY_RATE", "benjamini_hochberg"]

FALSE_DISCOVERY_RATE = 0.01
"""The rate at which pairs, niches, words and suspicious patterns are accepted."""


def benjamini_hochberg(p: NDArray[np.float64], hypotheses: float) -> NDArray[np.float64]:
    """The false discovery rate at which each of the p values is just let in: (k,) float64, its q value
    (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995).

    hypotheses: how many there are in all; those whose p value is not given are taken for 1.
    """
    order = np.argsort(p, kind="stable")
    stepped = p[order] * hypotheses / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1)
    return q

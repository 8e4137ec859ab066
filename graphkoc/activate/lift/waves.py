"""The lift of a waiting list: followers of wave 1 against followers of wave 2, while wave 2 still waits.

Chance alone decided who was in which wave, so that the halves differ by chance but for the campaign. How far they may
differ by chance is found by drawing the waves again as they were drawn: of each pair one unit is in each wave
(randomisation inference; Fisher, The Design of Experiments, 1935). Whoever was to be invited counts, whether they
posted or not, because who posts is no matter of chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Values

__all__ = ["WaveLift", "compare_waves"]

DRAWS = 1_999
"""Draws of the waves, where the pairs allow more."""
CELLS = 4_000_000
"""Pairs of a draw and a follower that are held in memory at once."""


@dataclass(frozen=True)
class WaveLift:
    """What followers of the people of wave 1 alone did, beside those of wave 2 alone.

    first, second: how many of them there are. adopters, waiting: how many of each came to the product. lift: adopters
    among the first beyond those at the rate of the second, each less what is expected of people like them. p: the share
    of draws in which the halves differ as much, this one among them. draws: how many were made.
    """

    first: int
    second: int
    adopters: int
    waiting: int
    lift: float
    p: float
    draws: int


def compare_waves(
    people: pd.DataFrame, followers: csr_array, adopted: NDArray[np.bool_], rates: Values, rng_seed: int = 0
) -> WaveLift | None:
    """The comparison of two waves, None where nobody follows people of one wave alone.

    people: a row per person of the waves: wave (1 or 2), unit and pair, as `graphkoc.activate.waves.Waves` has them.
    followers: (people, n), not 0 where somebody follows. adopted: (n,) who came to the product while wave 2 waited.
    rates: (n,) how likely it was for people like them, NaN for those who are not compared.
    """
    reached = np.flatnonzero((followers.astype(bool).sum(axis=0) > 0) & ~np.isnan(rates))
    follows = csr_array(followers.astype(bool).astype(np.int32))[:, reached]
    beyond = adopted[reached] - rates[reached]
    is_first = people["wave"].to_numpy() == 1
    alone, waiting = _split(follows, is_first[None])
    if not alone.any() or not waiting.any():
        return None
    draws = _draw_waves(people, is_first, rng_seed)
    size = max(CELLS // max(len(reached), 1), 1)
    differences = np.concatenate(
        [
            _find_difference(*_split(follows, draws[begin:end]), beyond)
            for begin, end in pairwise([*range(0, len(draws), size), len(draws)])
        ]
    )
    actual = float(_find_difference(alone, waiting, beyond)[0])
    came = adopted[reached]
    return WaveLift(
        int(alone.sum()),
        int(waiting.sum()),
        int(came[alone[0]].sum()),
        int(came[waiting[0]].sum()),
        actual * int(alone.sum()),
        # Sums in another order differ in their last digits.
        float(np.mean(differences >= actual - 1e-12)),
        len(draws),
    )


def _split(follows: csr_array, is_first: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who follows people of wave 1 alone, and of wave 2 alone, in each draw: (d, followers) bool each."""
    first, second = ((wave.astype(np.int32) @ follows) > 0 for wave in (is_first, ~is_first))
    return first & ~second, second & ~first


def _find_difference(first: NDArray[np.bool_], second: NDArray[np.bool_], beyond: Values) -> Values:
    """(d,) float64: the mean of the first, beyond what is expected of them, less that of the second."""
    means = [(half @ beyond) / np.maximum(half.sum(axis=1), 1) for half in (first, second)]
    return np.asarray(means[0] - means[1])


def _draw_waves(people: pd.DataFrame, is_first: NDArray[np.bool_], rng_seed: int) -> NDArray[np.bool_]:
    """(d, people) bool: who is in wave 1, in every draw or in DRAWS of them beside the actual one, the first."""
    pair, number = np.unique(people["pair"].to_numpy(), return_inverse=True)
    if 2 ** len(pair) <= DRAWS:
        coins = (np.arange(2 ** len(pair))[:, None] >> np.arange(len(pair))) & 1
    else:
        coins = np.random.default_rng(rng_seed).integers(0, 2, (DRAWS + 1, len(pair)))
        coins[0] = 0
    return np.asarray(is_first[None] ^ (coins[:, number] == 1))

"""Stretches of an array, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["stretches"]


def stretches(
    first: NDArray[np.integer[Any]], length: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The indices from each `first` on, `length` of them, and which stretch each belongs to: both (sum of
    length,) int64."""
    which = np.repeat(np.arange(len(first), dtype=np.int64), length)
    return np.arange(len(which)) + (first - np.cumsum(length) + length)[which], which

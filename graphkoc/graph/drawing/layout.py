"""Where people stand: those of a niche inside its bubble on the map, all others around the bubbles.

Nothing is random, and a person has as much room inside a bubble as around it. It says which niche somebody belongs to,
and no more: two people who stand close need not know each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices, Values

__all__ = ["place_people"]

GOLDEN = np.pi * (3 - np.sqrt(5))
"""The angle from one seed of a sunflower to the next, which fills a disc evenly."""
RATIO = (np.sqrt(5) - 1) / 2
"""Multiples of it fill the range from 0 to 1 evenly, however many there are."""
INNER, MARGIN = 0.92, 1.06
"""The part of a bubble's radius that is filled, and the distance of the others from the bubbles."""
DIRECTIONS = 32
"""Points on the edge of a bubble at which the ellipse around all of them is measured."""


def place_people(
    niche: Indices, circle: Indices, ties: Indices, bubbles: NDArray[np.float64], width: float = 10.0
) -> tuple[Values, Values]:
    """x to the right and y down of n people, each (n,) float64.

    niche: (n,), a row of `bubbles`, -1 for none. circle: (n,), a number of the circle, -1 for none. ties: (n,), of each
    person. bubbles: (k, 3), x, y and radius, where the squares of the radii add up to about 1. width: about the
    distance between neighbours. In a bubble those with most ties stand in the middle. Around the bubbles people of a
    circle stand beside each other.
    """
    people = len(niche)
    x, y = np.zeros(people), np.zeros(people)
    order = np.lexsort((np.arange(people), -ties, niche))
    inside = order[niche[order] >= 0]
    count = np.bincount(niche[inside], minlength=len(bubbles))
    seed = np.arange(len(inside)) - np.repeat(np.cumsum(count) - count, count)
    of = bubbles[niche[inside]]
    radius = INNER * of[:, 2] * np.sqrt((seed + 0.5) / np.maximum(count[niche[inside]], 1))
    x[inside] = of[:, 0] + radius * np.cos(seed * GOLDEN)
    y[inside] = of[:, 1] + radius * np.sin(seed * GOLDEN)

    around = np.argsort(circle, kind="stable")
    around = around[niche[around] < 0]
    (middle_x, middle_y), (across, down) = _measure_ellipse(bubbles)
    least = MARGIN if len(bubbles) else 0.0
    # The same area for a person as in a bubble: the bubbles' squared radii are 1 for everybody.
    most = np.sqrt(least**2 + len(around) / max(people, 1) / (across * down))
    turn = 2 * np.pi * (np.arange(len(around)) + 0.5) / max(len(around), 1)
    part = (np.arange(len(around)) * RATIO + 0.5) % 1.0
    away = np.sqrt(least**2 + part * (most**2 - least**2))
    x[around] = middle_x + across * away * np.cos(turn)
    y[around] = middle_y + down * away * np.sin(turn)
    scale = width * np.sqrt(people)
    return (x * scale).round(2), (y * scale).round(2)


def _measure_ellipse(bubbles: NDArray[np.float64]) -> tuple[tuple[float, float], tuple[float, float]]:
    """The middle and the half axes of an ellipse around all bubbles; a circle of radius 1 without any."""
    if not len(bubbles):
        return (0.0, 0.0), (1.0, 1.0)
    x, y, radius = bubbles.T
    middle = (float((x - radius).min() + (x + radius).max()) / 2, float((y - radius).min() + (y + radius).max()) / 2)
    half = (float((x + radius).max()) - middle[0], float((y + radius).max()) - middle[1])
    turn = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    edge_x = (x[:, None] + radius[:, None] * np.cos(turn) - middle[0]) / half[0]
    edge_y = (y[:, None] + radius[:, None] * np.sin(turn) - middle[1]) / half[1]
    out = float(np.sqrt(edge_x**2 + edge_y**2).max())
    return middle, (half[0] * out, half[1] * out)

"""Who follows one person: dots without names, joined by the follows among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

__all__ = ["draw", "join_ties", "place_followers"]

WIDTH, HEIGHT, MARGIN = 200, 124, 7
STEPS = 24
"""Rounds of moving the dots, after which more of them show no difference."""
TIED, APART, AROUND = 1.0, 2.2, 1.3
"""Wanted distances: of followers who are tied, of others, and of each follower from the person."""
KOL = 3
"""Half the diagonal of a KOL's diamond."""

Places = NDArray[np.float64]


def draw(network: Mapping[str, Any]) -> Markup:
    """The person in the middle of the followers drawn; the numbers belong in the sentence beside it.

    network: self, the mark of the person (koc, kol or other); drawn, a list with the mark of each follower (koc, kol,
    free, reached, unknown), which becomes a class; and ties, pairs of places in this list. Whoever is there follows the
    person, which the pale lines say.
    """
    marks: Sequence[str] = network["drawn"]
    places = _fit(place_followers(len(marks), network["ties"]))
    # The person is at 0, and lines go there and back: a page has many of these figures, so each has to be short.
    left, top = (-places[-1]).tolist()
    followers = [(left + x, top + y) for x, y in places[:-1].tolist()]
    spokes = " ".join(f"{x} {y} 0 0" for x, y in followers)
    ties = "".join(_outline_trail([followers[one] for one in trail]) for trail in join_ties(network["ties"]))
    dots = [
        f'<path class="dot {mark}" d="{"".join(_outline(mark, *followers[one]) for one in marked)}"/>'
        for mark in sorted(set(marks))
        for marked in [[one for one, its in enumerate(marks) if its == mark]]
    ]
    return Markup(
        f'<svg class="network" viewBox="{left} {top} {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<path class="spoke" d="M0 0L{spokes}"/><path class="tie" d="{ties}"/>{"".join(dots)}'
        f'<path class="dot self {network["self"]}" d="M0 0h0"/></svg>'
    )


def place_followers(followers: int, ties: Sequence[Sequence[int]]) -> Places:
    """Where the followers are and, last, the person: float64, (followers + 1, 2), about 0.

    Those who are tied to each other come to be close together (stress majorisation: every distance is drawn towards the
    one that is wanted). The start is a ring on which they are neighbours already, so the same ties give the same
    places.
    """
    wanted = np.full((followers + 1, followers + 1), APART)
    wanted[-1] = wanted[:, -1] = AROUND
    if ties:
        ends = np.array(ties)
        wanted[ends[:, 0], ends[:, 1]] = wanted[ends[:, 1], ends[:, 0]] = TIED
    np.fill_diagonal(wanted, 0.0)
    angles = np.empty(followers)
    angles[_order_neighbours(followers, ties)] = np.arange(followers) * (2 * np.pi / max(followers, 1))
    # A ring of two radii: dots on one circle could only slide along it.
    radius = 1 + 0.25 * (np.arange(followers) % 2)
    places = np.vstack([np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]), np.zeros(2)])
    for _ in range(STEPS):
        apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
        pull = wanted / np.maximum(apart, 1e-9)
        places = (places * pull.sum(axis=1)[:, None] - pull @ places) / (followers + 1)
    return places


def _order_neighbours(followers: int, ties: Sequence[Sequence[int]]) -> list[int]:
    """The followers in an order in which those who are tied come after each other (depth first)."""
    tied: dict[int, list[int]] = {}
    for one, other in ties:
        tied.setdefault(one, []).append(other)
        tied.setdefault(other, []).append(one)
    order: dict[int, None] = {}
    for first in range(followers):
        waiting = [first]
        while waiting:
            one = waiting.pop()
            if one not in order:
                order[one] = None
                waiting += sorted(tied.get(one, ()), reverse=True)
    return list(order)


def _fit(places: Places) -> NDArray[np.int64]:
    """The places as whole numbers inside the frame, each direction with a scale of its own."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (np.array([WIDTH, HEIGHT]) - 2 * MARGIN) / np.maximum(high - low, 2 * AROUND)
    whole: NDArray[np.int64] = np.rint(np.array([WIDTH, HEIGHT]) / 2 + (places - (low + high) / 2) * scale).astype(int)
    return whole


def join_ties(ties: Sequence[Sequence[int]]) -> list[list[int]]:
    """The ties as trails from place to place, each tie once: a line that goes on takes half the room of a new one."""
    left: dict[int, list[int]] = {}
    for one, other in reversed(ties):
        left.setdefault(one, []).append(other)
        left.setdefault(other, []).append(one)
    trails = []
    for first in sorted(left):
        while left[first]:
            trail = [first]
            while left[trail[-1]]:
                following = left[trail[-1]].pop()
                left[following].remove(trail[-1])
                trail.append(following)
            trails.append(trail)
    return trails


def _outline_trail(places: Sequence[tuple[int, int]]) -> str:
    (x, y), *others = places
    return f"M{x} {y}L" + " ".join(f"{x} {y}" for x, y in others)


def _outline(mark: str, x: int, y: int) -> str:
    """A diamond for a KOL; for others a line without length, whose round ends are the dot."""
    return f"M{x} {y - KOL}l{KOL} {KOL}l-{KOL} {KOL}l-{KOL}-{KOL}z" if mark == "kol" else f"M{x} {y}h0"

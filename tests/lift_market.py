"""A market of people who come to products by chance, more or less often, and to those of categories that they prefer.

Everybody follows some of the others. Whom somebody follows has no effect, unless a test plants one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.activate.lift.strata import Window
from graphkoc.graph.action_log import Items
from graphkoc.graph.network import Network

__all__ = ["BEGIN", "ITEMS", "PEOPLE", "draw_group", "draw_items", "draw_network", "open_window"]

PEOPLE, ITEMS, KINDS = 600, 160, 8
BEGIN, END = 730.0, 1095.0


def draw_items(rng: np.random.Generator) -> Items:
    """First meetings over three years: more of popular items, of busy people, and of each one's two categories."""
    busy = rng.gamma(0.6, 1.0, PEOPLE)
    tastes = rng.integers(0, KINDS, (PEOPLE, 2))
    popular = rng.gamma(1.0, 1.0, ITEMS)
    kind = np.arange(ITEMS) % KINDS
    keen = np.where((kind[None, :, None] == tastes[:, None, :]).any(axis=2), 8.0, 1.0)
    rate = 0.012 * busy[:, None] * popular[None, :] * keen
    person, item = np.nonzero(rng.random((PEOPLE, ITEMS)) < -np.expm1(-rate))
    day = rng.uniform(0, END, len(person))
    order = np.lexsort((item, person, day))
    return Items(
        person[order].astype(np.int32), item[order].astype(np.int32), day[order], kind[item[order]].astype(np.int32)
    )


def draw_network(rng: np.random.Generator) -> Network:
    ids = [f"p{number:03}" for number in range(PEOPLE)]
    pairs = rng.integers(0, PEOPLE, (PEOPLE * 8, 2))
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    follows = pd.DataFrame({"source": [ids[one] for one in pairs[:, 0]], "target": [ids[one] for one in pairs[:, 1]]})
    return Network.from_edges(follows.assign(weight=1.0), ids)


def open_window(rng: np.random.Generator) -> Window:
    return Window(draw_items(rng), draw_network(rng), BEGIN, END)


def draw_group(
    rng: np.random.Generator, network: Network, seeds: int = 12
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The followers of some random people, and everybody else but those people."""
    chosen = np.zeros(len(network), dtype=bool)
    chosen[rng.choice(len(network), seeds, replace=False)] = True
    group = np.zeros(len(network), dtype=bool)
    group[network.target[chosen[network.source]]] = True
    group &= ~chosen
    return group, ~group & ~chosen

"""How many followers followed on, against a count by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lift_market import BEGIN, PEOPLE, draw_items, draw_network

from graphkoc.activate.lift.followed_on import count_followed_on
from graphkoc.graph.action_log import Items
from graphkoc.graph.network import Network


def network_of(*follows: tuple[str, str]) -> Network:
    """Edges go from whoever is followed to the follower."""
    frame = pd.DataFrame(follows, columns=["target", "source"]).assign(weight=1.0)
    return Network.from_edges(frame, ["ann", "bob", "cid", "dan"])


def items_of(*met: tuple[int, int, float]) -> Items:
    person, item, day = (np.array(column) for column in zip(*met, strict=True))
    return Items(person.astype(np.int32), item.astype(np.int32), day.astype(float), np.zeros(len(met), np.int32))


def test_a_follower_counts_once_and_only_for_what_came_after() -> None:
    network = network_of(("bob", "ann"), ("cid", "ann"), ("dan", "bob"))
    items = items_of((0, 0, 5.0), (0, 1, 12.0), (1, 0, 20.0), (1, 1, 21.0), (2, 1, 11.0), (3, 0, 25.0))
    # Bob follows on twice; Cid came to item 1 before Ann; Dan follows nobody who posted.
    assert count_followed_on(items, network, np.array([0]), 10.0, 100.0, (30.0, 90.0, 365.0)) == {"30": 1, "90": 1}


def test_windows_are_counted_from_the_beginning() -> None:
    network = network_of(("bob", "ann"))
    items = items_of((0, 0, 5.0), (1, 0, 60.0))
    assert count_followed_on(items, network, np.array([0]), 10.0, 400.0) == {"30": 0, "90": 1}
    assert count_followed_on(items, network, np.array([0]), 70.0, 400.0) == {"30": 0, "90": 0}, "it was before"


@pytest.mark.parametrize("rng_seed", range(3))
def test_it_is_the_count_by_brute_force(rng_seed: int) -> None:
    rng = np.random.default_rng(rng_seed)
    items, network = draw_items(rng), draw_network(rng)
    posted = np.sort(rng.choice(PEOPLE, 12, replace=False))
    first = {(int(who), int(item)): day for who, item, day in zip(items.person, items.item, items.day, strict=True)}
    found = set()
    for who, follower in zip(network.source.tolist(), network.target.tolist(), strict=True):
        if who in posted and follower not in posted:
            for (person, item), day in first.items():
                came = first.get((who, item))
                if person == follower and came is not None and came < day and BEGIN < day <= BEGIN + 90:
                    found.add(follower)
    assert count_followed_on(items, network, posted, BEGIN, BEGIN + 300)["90"] == len(found)

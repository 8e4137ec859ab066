"""Traits that say nothing about a niche: the name of its category again, what is in other categories just as often,
and tags that tell how somebody feels about a thing and not what it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.communities.labels.choice import pieces_of, repeats
from graphkoc.communities.niches.features import BASES, Features
from graphkoc.communities.niches.traits import Traits
from graphkoc.graph.action_log import Log

__all__ = ["AGREED", "ELSEWHERE", "find_idle"]

ELSEWHERE = 0.5
"""How often a term comes in the reviews of other categories, over how often in those of the category, from which on
it is spread over them ("seen live")."""
AGREED, FEWEST = 0.1, 30
"""Of two people who tagged one product and of whom one gave the tag, how often the other must have given it: on Last.fm
"love", "amazing" and "seen live" reach .03 to .04, "british" .20 and "trip-hop" .39. And the pairs from which this is
judged."""


def find_idle(log: Log, traits: Traits, features: Features, inside: bool) -> NDArray[np.bool_]:
    """(t,) bool: which traits make no niche, whoever has them.

    inside: whether scopes are categories of the log, in which finer niches are looked for.
    """
    table = traits.table
    scope, name = table["scope"].to_numpy(), table["name"].to_numpy(dtype=str)
    found = np.zeros(len(table), dtype=bool)
    of_basis = [np.flatnonzero((table["basis"] == basis).to_numpy()) for basis in BASES]
    if len(of_basis[0]):
        found[of_basis[0]] = _is_private(log, features)[np.searchsorted(features.terms, name[of_basis[0]])]
    if inside:
        there = [pieces_of(category) for category in log.categories]
        found |= np.array(
            [one != "" and repeats(one, there[of]) for of, one in zip(scope, name, strict=True)], dtype=bool
        )
        for basis, mine in enumerate(of_basis):
            if len(mine):
                found[mine] |= _is_spread(log, features, basis, scope[mine], name[mine])
    return found


def _is_private(log: Log, features: Features) -> NDArray[np.bool_]:
    """For each term whether people who tag the same product disagree about it as a tag."""
    used = (features.basis == 0) & log.has_product[features.row]
    row, term = features.row[used], features.term[used].astype(np.int64)
    distinct, product = np.unique(log.product, return_inverse=True)
    tagged = np.bincount(product[np.unique(row)], minlength=len(distinct))
    cells, times = np.unique(term * len(distinct) + product[row], return_counts=True)
    term, about = np.divmod(cells, max(len(distinct), 1))
    pairs = np.bincount(term, times * (tagged[about] - 1), minlength=len(features.terms))
    both = np.bincount(term, times * (times - 1), minlength=len(features.terms))
    return np.asarray((pairs >= FEWEST) & (both < AGREED * pairs))


def _is_spread(
    log: Log, features: Features, basis: int, scope: NDArray[np.int64], name: NDArray[Any]
) -> NDArray[np.bool_]:
    """Whether other categories have each term as well as its scope."""
    category = log.category[features.row]
    used = (features.basis == basis) & (category >= 0)
    shape = (len(features.terms), len(log.categories))
    cells = np.ravel_multi_index((features.term[used].astype(np.int64), category[used]), shape)
    times = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)[np.searchsorted(features.terms, name)]
    reviews = np.bincount(log.category[log.category >= 0], minlength=len(log.categories))
    inside = times[np.arange(len(scope)), scope]
    elsewhere = (times.sum(axis=1) - inside) / np.maximum(reviews.sum() - reviews[scope], 1)
    return np.asarray(elsewhere >= ELSEWHERE * inside / np.maximum(reviews[scope], 1))

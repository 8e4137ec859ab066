"""Which of many traits are niches: of those that the same people have, the best evidenced one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from graphkoc.arrays import number_ids
from graphkoc.communities.labels.choice import kin
from graphkoc.communities.niches.traits import Traits

__all__ = ["NEARLY_ALL", "SAME", "distinct"]

SAME = 0.5
"""Minimum overlap of their people for two traits to be one niche."""
NEARLY_ALL = 0.8
"""Minimum share of a niche's people for what they have in common to make no finer niche."""


def distinct(members: pd.DataFrame, traits: Traits, parents: pd.DataFrame) -> dict[int, list[int]]:
    """The traits that are niches, and for each those that are the same niche: itself, then by evidence.

    members: as `over_indexing` returns them. parents: person and trait: who is in the niche that is scope
    `trait` here. What NEARLY_ALL of those have is left out. Within each scope the best evidenced trait is
    taken, together with those that it shares people with: a Jaccard of SAME, or SAME of the fewer people
    where one's name is part of the other's, or a form of its name; then the best of what is left. The evidence for a
    trait is the sum of -ln q over its people.
    """
    surprise = -np.log(members["q"].clip(lower=np.finfo(float).tiny))
    ranked = members.assign(evidence=surprise).groupby("trait")[["evidence"]].sum().reset_index()
    ranked["scope"] = traits.table["scope"].to_numpy()[ranked["trait"]]
    ranked = ranked.sort_values(["scope", "evidence", "trait"], ascending=[True, False, True])
    merged: dict[int, list[int]] = {}
    for scope, block in ranked.groupby("scope"):
        trait = block["trait"].to_numpy()
        inside = members[members["trait"].isin(trait)]
        above = parents.loc[parents["trait"] == scope, "person"].to_numpy()
        there, at = np.unique(np.concatenate([inside["person"].to_numpy(), above]), return_inverse=True)
        cells = (number_ids(trait, inside["trait"]), at[: len(inside)])
        has = csr_array((np.ones(len(inside)), cells), shape=(len(trait), len(there)))
        size = has.sum(axis=1)
        parent = np.zeros(len(there))
        parent[at[len(inside) :]] = 1
        left = has @ parent < NEARLY_ALL * max(len(above), 1)
        names = traits.table["name"].to_numpy()[trait]
        for best in range(len(trait)):
            if left[best]:
                both = has @ has[[best]].toarray()[0]
                same = left & (both >= SAME * (size + size[best] - both))
                alike = np.flatnonzero(left & ~same & (both >= SAME * np.minimum(size, size[best])))
                same[alike] = [_part(names[best], names[other]) for other in alike]
                same |= left & np.array([names[best] != "" and kin(names[best], other) for other in names])
                merged[int(trait[best])] = trait[same].tolist()
                left &= ~same
    return merged


def _part(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return shorter != "" and shorter in longer

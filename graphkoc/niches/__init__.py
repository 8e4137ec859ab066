"""Niches: taste segments, that is people who write about a category more than chance would have it.

A person is in a niche when she over-indexes on its category: a binomial test of her reviews there
against everybody's share, for every person and category at once, with the false discovery rate held
at .01 (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995), and at least 3 reviews. She may be in
several. The same is done once with categories dealt out anew; what is found there is noise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from graphkoc.log import Log

__all__ = ["FALSE_DISCOVERY_RATE", "MIN_REVIEWS", "Niches", "segments"]

FALSE_DISCOVERY_RATE = 0.01
MIN_REVIEWS = 3


@dataclass(frozen=True, eq=False)
class Niches:
    """The niches of a log.

    table: one row a niche, most people first: niche (its id), name, share (of its people's reviews in
    the category), share_of_all (of everybody's), people.
    members: one row a person and niche, sorted by consumer, strongest niche first: consumer, niche,
    reviews (hers in the category), share (of her reviews), confidence (1 less the false discovery
    rate at which she would just be let in).
    control: how many niches are found when categories are dealt out anew.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    control: int


def segments(log: Log, min_size: int = 10, rng_seed: int = 0) -> Niches:
    """The taste segments of at least `min_size` people."""
    members = _members(log, log.category)
    control = _members(log, np.random.default_rng(rng_seed).permutation(log.category))
    sizes = members["category"].value_counts()
    kept = sizes.index[sizes >= min_size]
    members = members[members["category"].isin(kept)]

    inside = members.groupby("category")[["reviews", "total"]].sum()
    everybody = np.bincount(log.category[log.category >= 0], minlength=len(log.categories))
    table = pd.DataFrame(
        {
            "niche": _slugs([log.categories[c] for c in inside.index]),
            "name": [log.categories[c] for c in inside.index],
            "share": (inside["reviews"] / inside["total"]).to_numpy(),
            "share_of_all": everybody[inside.index] / max(everybody.sum(), 1),
            "people": sizes[inside.index].to_numpy(),
        },
        index=inside.index,
    )
    members = pd.DataFrame(
        {
            "consumer": log.network.ids[members["person"]],
            "niche": table.loc[members["category"], "niche"].to_numpy(),
            "reviews": members["reviews"].to_numpy(),
            "share": (members["reviews"] / members["total"]).to_numpy(),
            "confidence": 1 - members["q"].to_numpy(),
        }
    ).astype({"consumer": "str", "niche": "str"})
    table = table.astype({"niche": "str", "name": "str"}).sort_values(["people", "niche"], ascending=[False, True])
    control_sizes = control["category"].value_counts()
    return Niches(table.reset_index(drop=True), members, int((control_sizes >= min_size).sum()))


def _members(log: Log, category: NDArray[np.int32]) -> pd.DataFrame:
    """Who over-indexes on what: person, category, reviews, total, q; strongest first for each person."""
    known = category >= 0
    pairs = pd.DataFrame({"person": log.person[known], "category": category[known]})
    counts = pairs.value_counts(["person", "category"], sort=False).rename("reviews").reset_index()
    counts = counts.sort_values(["person", "category"], ignore_index=True)
    counts["total"] = counts.groupby("person")["reviews"].transform("sum")
    share = counts.groupby("category")["reviews"].sum() / max(len(pairs), 1)
    p = binom.sf(counts["reviews"] - 1, counts["total"], counts["category"].map(share))
    hypotheses = counts["person"].nunique() * counts["category"].nunique()
    counts["q"] = _benjamini_hochberg(p, hypotheses)
    members = counts[(counts["q"] <= FALSE_DISCOVERY_RATE) & (counts["reviews"] >= MIN_REVIEWS)]
    return members.sort_values(["person", "q", "category"], ignore_index=True)


def _benjamini_hochberg(p: NDArray[np.float64], hypotheses: int) -> NDArray[np.float64]:
    """q values of the p values, of which there are `hypotheses` in all; those not given are 1."""
    order = np.argsort(p, kind="stable")
    stepped = p[order] * hypotheses / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1)
    return q


def _slugs(names: list[str]) -> list[str]:
    """An id for each name: its letters and digits, joined by -; a number tells equal ones apart."""
    slugs: list[str] = []
    for name in names:
        slug = "-".join(re.findall(r"\w+", name.casefold())) or "niche"
        same = sum(other == slug or other.startswith(f"{slug}~") for other in slugs)
        slugs.append(f"{slug}~{same + 1}" if same else slug)
    return slugs

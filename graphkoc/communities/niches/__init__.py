"""Niches: taste segments, that is, people who write about a subject more than chance would explain.

A person is in a niche when they over-index on its category: a binomial test of their reviews there against
everybody's share, for every person and category at once (`overindex`). A person may be in several niches. Within
the category of a niche there are finer niches: people who over-index there, against the category, on a tag, on a
word of titles or reviews, or on products that are reviewed together (`traits`). Of finer niches with the same
people one is kept (`distinct`). Without at least two categories the niches themselves are made in this way.

The same test runs with the reviews of each scope shuffled among their authors. Whatever it finds there is noise, and
if it finds a niche there, none is published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphkoc.communities.niches.features import Features
from graphkoc.communities.niches.levels import of_categories, of_content
from graphkoc.communities.niches.tables import members_of, products_of, table_of
from graphkoc.communities.niches.traits import MIN_REVIEWS
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.text import count

__all__ = ["MIN_REVIEWS", "Features", "Niches", "find_niches"]


@dataclass(frozen=True, eq=False)
class Niches:
    """The niches of a log.

    table: one row per niche, most people first, then one per finer niche, by parent, most people first: niche
    (its id; of a finer one the parent's, ~ and its name's), name, parent (the niche that it is inside,
    or NA), level ("niche" or "finer"), basis ("category", "tags", "title words", "review words" or
    "products": what it was made from), category (that it is inside, or NA), terms (what else the same
    people over-index on, the best evidenced first), share (of its people's reviews that are about it),
    share_of_all (of everybody's), people. Both shares of a finer niche are of reviews in its category.
    members: one row per person and niche, sorted by consumer, niches before finer ones, the strongest first:
    consumer, niche, reviews (of the person about it), share (of all the person's reviews, or of those in the
    category), confidence (1 less the false discovery rate at which the person would just be accepted).
    products: some of each niche, in the table's order, most people first: niche, product, people
    (members who reviewed it), lift (its share of their reviews over its share of everybody's).
    control, finer_control: how many niches, and finer ones, there are with shuffled reviews.
    hubs: consumers by whom products were not compared, because they reviewed too many.
    why_not: why niches that may be there are not published, or None.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    products: pd.DataFrame
    control: int
    finer_control: int
    hubs: tuple[str, ...]
    why_not: str | None


def find_niches(log: Log, min_size: int = 10, rng_seed: int = 0, features: Features | None = None) -> Niches:
    """The niches of at least `min_size` people, and the finer ones.

    features: the terms of the reviews besides their category. Without them there are no finer niches, and no
    niches where there are no two categories.
    """
    no_parents = pd.DataFrame({"person": [], "trait": []}, dtype="int64")
    scope = np.zeros(len(log.person), dtype=np.int32)
    finer = None
    if features is None or len(np.unique(log.category[log.category >= 0])) > 1:
        top = of_categories(log, min_size, rng_seed)
        scope = np.where(np.isin(log.category, list(top.merged)), log.category, -1).astype(np.int32)
        if features is not None:
            finer = of_content(log, scope, features, top.members, min_size, rng_seed)
    else:
        top = of_content(log, scope, features, no_parents, min_size, rng_seed)

    levels = [(top, table_of(log, top))]
    if finer is not None:
        levels.append((finer, table_of(log, finer, levels[0][1])))
    members = pd.concat([members_of(log, level, table) for level, table in levels], ignore_index=True)
    members = members.sort_values("person", kind="stable", ignore_index=True).drop(columns="person")
    ids = features.products if features is not None else None
    products = pd.concat([products_of(log, level, table, ids) for level, table in levels], ignore_index=True)
    refused = [
        f"{_counted(level.control, name)} found with shuffled reviews"
        for (level, _), name in zip(levels, ("niche", "finer niche"), strict=False)
        if level.control
    ]
    return Niches(
        pd.concat([table.drop(columns="trait") for _, table in levels], ignore_index=True),
        members,
        products,
        top.control,
        finer.control if finer is not None else 0,
        tuple(log.network.ids[coreview.find_hubs(log, scope).people].tolist()) if features is not None else (),
        "; ".join(refused) or (None if len(log.day) else "nobody has reviewed anything"),
    )


def _counted(number: int, name: str) -> str:
    return f"{count(number, f'{name}s')} {'was' if number == 1 else 'were'}"

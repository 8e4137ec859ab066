"""Traits, what a niche can be about: categories, terms, groups of products; by row of the log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import find_sorted, ragged_ranges
from graphkoc.communities.niches.features import BASES, Features
from graphkoc.communities.niches.products import group_products
from graphkoc.graph.action_log import Log

__all__ = ["MIN_REVIEWS", "Traits", "by_category", "by_content"]

MIN_REVIEWS = 3
"""Minimum number of reviews with the trait of a person in a niche."""
OTHERS, AMONG = 2, 3
"""How many of the other reviews of a product have a word that is about it: at least 2, and one in 3."""
NAMED = 3
"""Words that name a group of products."""


@dataclass(frozen=True, eq=False)
class Traits:
    """Traits of reviews, each within a scope: the reviews that its share is a share of.

    scope: (k,) int32, of each review of the log, -1 for none. row, trait: (m,) int32, which review has
    which trait, none twice: indices of the log's reviews and of `table`. table: one row per trait: scope,
    basis ("category", "products" or one of BASES), name ("" where a group of products has none).
    """

    scope: NDArray[np.int32]
    row: NDArray[np.int32]
    trait: NDArray[np.int32]
    table: pd.DataFrame

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """(t,) float64: what share of the reviews of its scope has each trait."""
        scope = self.table["scope"].to_numpy()
        reviews = np.bincount(self.scope[self.scope >= 0], minlength=scope.max(initial=0) + 1)
        share: NDArray[np.float64] = np.bincount(self.trait, minlength=len(scope)) / np.maximum(reviews, 1)[scope]
        return share


def by_category(log: Log) -> Traits:
    """The categories, in one scope, all reviews of products that have one; trait i is category i."""
    row = np.flatnonzero(log.category >= 0).astype(np.int32)
    scope = np.where(log.category >= 0, 0, -1).astype(np.int32)
    return Traits(scope, row, log.category[row], _table(np.zeros(len(log.categories)), "category", log.categories))


def by_content(log: Log, scope: NDArray[np.int32], features: Features, min_size: int, rng_seed: int) -> Traits:
    """Within each scope the terms that stand in enough reviews for a niche of `min_size` people, and the
    groups of products that go together."""
    parts = [_by_term(log, scope, features, basis, min_size) for basis in range(len(BASES))]
    parts.append(_by_products(log, scope, features, rng_seed))
    before = np.cumsum([0, *(len(part.table) for part in parts)])
    trait = [part.trait + shift for part, shift in zip(parts, before, strict=False)]
    return Traits(
        scope,
        np.concatenate([part.row for part in parts]),
        np.concatenate(trait).astype(np.int32),
        pd.concat([part.table for part in parts], ignore_index=True),
    )


def _by_term(log: Log, scope: NDArray[np.int32], features: Features, basis: int, min_size: int) -> Traits:
    """The terms of a basis."""
    used = (features.basis == basis) & (scope[features.row] >= 0)
    row, term = features.row[used].astype(np.int64), features.term[used].astype(np.int64)
    if BASES[basis] == "review words":
        row, term = _find_words_of_products(log, row, term)
    codes, trait, reviews = np.unique(scope[row] * len(features.terms) + term, return_inverse=True, return_counts=True)
    wanted = reviews >= MIN_REVIEWS * min_size
    kept = wanted[trait]
    scopes, terms = np.divmod(codes[wanted], max(len(features.terms), 1))
    number = (np.cumsum(wanted) - 1)[trait[kept]]
    table = _table(scopes, BASES[basis], features.terms[terms].tolist())
    return Traits(scope, row[kept].astype(np.int32), number.astype(np.int32), table)


def _find_words_of_products(
    log: Log, row: NDArray[np.int64], term: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The words in reviews that are about the reviewed product, for each review of it: (row, word).

    For an author a word is about the product if at least OTHERS of the other reviews of it, and one in AMONG, have
    the word. Whether the author's own review has it does not count: that shows how the author writes and not what
    they care about. row, term: (k,) int64, sorted by both, none twice.
    """
    about_product = log.has_product[row]
    row, term = row[about_product], term[about_product]
    distinct, product = np.unique(log.product, return_inverse=True)
    reviews = np.bincount(product, minlength=len(distinct))
    words = int(term.max(initial=0)) + 1
    pairs, times = np.unique(product[row] * words + term, return_counts=True)
    about, word = np.divmod(pairs, words)
    needed = np.maximum(OTHERS, -((1 - reviews[about]) // AMONG))
    enough = times >= needed
    about, word, spare = about[enough], word[enough], (times - needed)[enough]

    order = np.argsort(product, kind="stable")
    at, which = ragged_ranges(np.asarray(np.searchsorted(product[order], about)), reviews[about])
    review = order[at]
    # Where one less is not enough, those whose own review has the word are left out.
    tight = np.flatnonzero(spare[which] < 1)
    own = review[tight] * words + word[which[tight]]
    left_out = tight[find_sorted(row * words + term, own) >= 0]
    kept = np.ones(len(review), dtype=bool)
    kept[left_out] = False
    return review[kept], word[which[kept]]


def _by_products(log: Log, scope: NDArray[np.int32], features: Features, rng_seed: int) -> Traits:
    """The groups of products that significantly many people review together."""
    group, product = group_products(log, scope, rng_seed)
    order = np.argsort(log.product, kind="stable")
    first = np.searchsorted(log.product[order], product)
    at, which = ragged_ranges(first, np.searchsorted(log.product[order], product, side="right") - first)
    inside = scope[order[at]] >= 0
    row, trait = order[at][inside].astype(np.int32), group[which][inside].astype(np.int32)
    scopes = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    scopes[trait] = scope[row]
    found = Traits(scope, row, trait, _table(scopes, "products", [""] * len(scopes)))
    return replace(found, table=_table(scopes, "products", _names_of_products(features, found)))


def _names_of_products(features: Features, traits: Traits) -> list[str]:
    """The words that stand in the titles of at least half of each group's reviews, those first that are
    least at home elsewhere; "" where there are none."""
    in_title = features.basis == BASES.index("title words")
    titles = pd.DataFrame({"row": features.row[in_title], "term": features.term[in_title]})
    titles = titles.assign(scope=traits.scope[titles["row"]])
    everywhere = titles.value_counts(["scope", "term"]).rename("everywhere")
    here = pd.DataFrame({"row": traits.row, "trait": traits.trait}).merge(titles, on="row")
    counts = here.value_counts(["trait", "scope", "term"]).rename("here").reset_index()
    counts = counts.join(everywhere, on=["scope", "term"])
    size = np.bincount(traits.trait, minlength=len(traits.table))
    counts = counts[counts["here"] >= size[counts["trait"]] / 2]
    counts["only_here"] = counts["here"] / counts["everywhere"]
    counts = counts.sort_values(["trait", "only_here", "term"], ascending=[True, False, True])
    best = counts.groupby("trait").head(NAMED)
    words = pd.Series(features.terms[best["term"]], index=best["trait"], dtype="str")
    return words.groupby(level=0).agg(" ".join).reindex(range(len(traits.table)), fill_value="").tolist()


def _table(scope: NDArray[Any], basis: str, names: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame({"scope": scope, "basis": basis, "name": names})
    return frame.astype({"scope": "int64", "basis": "str", "name": "str"})

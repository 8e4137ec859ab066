"""The test that every niche is made by: which people over-index on which traits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc

from graphkoc.communities.niches.traits import MIN_REVIEWS, Traits
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg

__all__ = ["over_indexing", "shuffle_reviews"]


def over_indexing(person: NDArray[np.int32], traits: Traits, min_size: int) -> pd.DataFrame:
    """The people who have a trait in more of their reviews than its share of all explains, for traits of at least
    `min_size` such people.

    person: (k,) int32, the author of each review. Of a person's reviews in the trait's scope, the number that have
    the trait is tested against a binomial distribution with everybody's share there. Each pair of a person and a
    trait of the same scope is a hypothesis, and the false discovery rate over all of them is held at
    FALSE_DISCOVERY_RATE (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). At least MIN_REVIEWS reviews.

    Returns one row per person and trait, strongest first for each person: person (int32), trait (int32), reviews (of
    the person, with the trait), total (of the person, in the scope), q (the rate at which they are just accepted).
    """
    n = int(person.max(initial=-1)) + 1
    inside = traits.scope >= 0
    cells, total = np.unique(traits.scope[inside].astype(np.int64) * n + person[inside], return_counts=True)
    key, reviews = np.unique(traits.trait.astype(np.int64) * n + person[traits.row], return_counts=True)
    trait, author = np.divmod(key, max(n, 1))
    scope = traits.table["scope"].to_numpy(dtype=np.int64)
    in_scope = total[np.searchsorted(cells, scope[trait] * n + author)]
    p = betainc(reviews, in_scope - reviews + 1.0, traits.share[trait])
    people = np.bincount(cells // max(n, 1), minlength=scope.max(initial=0) + 1)
    q = benjamini_hochberg(p, float(people[scope[traits.share > 0]].sum()))
    passed = (q <= FALSE_DISCOVERY_RATE) & (reviews >= MIN_REVIEWS)
    passed &= np.bincount(trait[passed], minlength=len(scope))[trait] >= min_size
    columns = {"person": author, "trait": trait, "reviews": reviews, "total": in_scope, "q": q}
    found = pd.DataFrame({name: values[passed] for name, values in columns.items()})
    found = found.astype({"person": "int32", "trait": "int32"})
    return found.sort_values(["person", "q", "trait"], ignore_index=True)


def shuffle_reviews(person: NDArray[np.int32], scope: NDArray[np.int32], rng_seed: int) -> NDArray[np.int32]:
    """The authors of the reviews, shuffled within each scope: (k,) int32.

    Each person keeps their number of reviews in each scope, and each review keeps its traits.
    """
    drawn = np.random.default_rng(rng_seed).random(len(person))
    shuffled = np.empty_like(person)
    shuffled[np.argsort(scope, kind="stable")] = person[np.lexsort((drawn, scope))]
    return shuffled

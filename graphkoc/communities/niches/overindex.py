"""Who over-indexes on what: the test that every niche is made by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc

from graphkoc.communities.niches.traits import MIN_REVIEWS, Traits
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE, benjamini_hochberg

__all__ = ["dealt", "over_indexing"]


def over_indexing(person: NDArray[np.int32], traits: Traits, min_size: int) -> pd.DataFrame:
    """Who has a trait in more of her reviews than its share of all explains, for traits of at least
    `min_size` such people.

    person: (k,) int32, who wrote each review. Of her reviews in the trait's scope, the number that have
    the trait is tested against a binomial distribution with everybody's share there; every person of a
    scope with every trait of it is a hypothesis, and the false discovery rate over all of them is held at
    FALSE_DISCOVERY_RATE (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). At least MIN_REVIEWS.

    Returns one row a person and trait, strongest first for each person: person (int32), trait (int32),
    reviews (hers with the trait), total (hers in the scope), q (the rate at which she is just let in).
    """
    n = int(person.max(initial=-1)) + 1
    inside = traits.scope >= 0
    theirs, total = np.unique(traits.scope[inside].astype(np.int64) * n + person[inside], return_counts=True)
    key, reviews = np.unique(traits.trait.astype(np.int64) * n + person[traits.row], return_counts=True)
    trait, who = np.divmod(key, max(n, 1))
    scope = traits.table["scope"].to_numpy(dtype=np.int64)
    hers = total[np.searchsorted(theirs, scope[trait] * n + who)]
    p = betainc(reviews, hers - reviews + 1.0, traits.share[trait])
    people = np.bincount(theirs // max(n, 1), minlength=scope.max(initial=0) + 1)
    q = benjamini_hochberg(p, float(people[scope[traits.share > 0]].sum()))
    passed = (q <= FALSE_DISCOVERY_RATE) & (reviews >= MIN_REVIEWS)
    passed &= np.bincount(trait[passed], minlength=len(scope))[trait] >= min_size
    columns = {"person": who, "trait": trait, "reviews": reviews, "total": hers, "q": q}
    found = pd.DataFrame({name: values[passed] for name, values in columns.items()})
    found = found.astype({"person": "int32", "trait": "int32"})
    return found.sort_values(["person", "q", "trait"], ignore_index=True)


def dealt(person: NDArray[np.int32], scope: NDArray[np.int32], rng_seed: int) -> NDArray[np.int32]:
    """The reviews of each scope dealt out anew to their authors: (k,) int32.

    Everybody keeps her number of reviews in each scope, and every review what it says; only chance says
    whose it is.
    """
    drawn = np.random.default_rng(rng_seed).random(len(person))
    anew = np.empty_like(person)
    anew[np.argsort(scope, kind="stable")] = person[np.lexsort((drawn, scope))]
    return anew

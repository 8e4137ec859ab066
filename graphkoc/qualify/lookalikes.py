"""Lookalikes: the people who share a person's taste, circle or audience, and why each of them is listed."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Values
from graphkoc.errors import UsageError
from graphkoc.graph.membership import nodes
from graphkoc.graph.network import Network

__all__ = ["similar"]

SMOOTHING = 60
"""The constant of reciprocal rank fusion: the larger, the less the first ranks count above the next."""
STRANGERS = 5
"""Followers added to every pair of audiences, none of them in common."""
FEWEST_IN_COMMON = 2
EXAMPLES = 3
TITLE = 50
"""Characters of a product's title that are shown."""


def similar(
    network: Network,
    reviews: pd.DataFrame,
    products: pd.DataFrame,
    niches: pd.DataFrame,
    circles: pd.DataFrame,
    consumer: str,
    limit: int = 10,
) -> list[dict[str, Any]]:
    """The people most like a consumer, with the reasons for each.

    reviews: consumer, product. products: product, title, category. niches: consumer, niche. circles: consumer,
    circle, confidence. The reasons name niches and circles as these frames do. Raises UsageError for a consumer who
    is not a node of the network.

    There are three rankings, each of the people with a value above 0 in it:
      taste: cosine of the products reviewed, weighted by how few others review them (tf-idf: Salton and Buckley,
      Inf. Process. Manag. 24, 1988), once by product and once by category, and the mean of the two.
      circle: the probability that both belong to the same circle, the product of their confidences.
      audience: cosine of the sets of followers (Salton and McGill, "Introduction to Modern Information Retrieval",
      1983), with five followers added to each pair, none in common, so that two tiny audiences that happen to agree
      do not rank first; fewer than two followers in common count as none.
    They are joined by reciprocal rank fusion, the sum of 1 / (60 + rank), where ties share their mean rank
    (Cormack, Clarke, Buettcher, SIGIR 2009). No weight is learned or assumed.

    Returns [{rank, consumer, score, taste, products (in common), niches (in common), circle (in common, or None),
    followers (in common), audience_overlap (share of this person's followers), reasons}].
    """
    if consumer not in set(network.ids.tolist()):
        raise UsageError(f"there is no consumer called {consumer!r}", hint="Consumers are written source:id.")
    who = int(np.searchsorted(network.ids, consumer))
    tastes = _Tastes(network, reviews, products)
    taste = tastes.compare(who)
    same_circle, circle = _compare_circles(network, circles, who)
    common, overlap = _compare_audiences(network, who)

    score = np.zeros(len(network))
    for values in (taste, same_circle, overlap):
        values[who] = 0
        some = np.flatnonzero(values > 0)
        # Rounded, so that equals whose sums were made in another order are still equals.
        score[some] += 1 / (SMOOTHING + scipy.stats.rankdata(-values[some].round(9)))
    best = np.lexsort((np.arange(len(network)), -score))[:limit]
    own_niches = set(niches.loc[niches["consumer"] == consumer, "niche"])
    audience = max(int((network.source == who).sum()), 1)
    rows = []
    for rank, other in enumerate(best[score[best] > 0].tolist(), start=1):
        shared, examples, kinds = tastes.find_common(who, other)
        both_in = sorted(own_niches & set(niches.loc[niches["consumer"] == network.ids[other], "niche"]))
        followers = int(common[other]) if overlap[other] > 0 else 0
        reasons = []
        if shared:
            reasons.append(f"shares {shared:,} product{'s' * (shared > 1)}, e.g. {', '.join(examples)}")
        if kinds:
            reasons.append(f"both write about {' and '.join(kinds)}")
        if both_in:
            reasons.append(f"both stand out in {', '.join(both_in)}")
        if same_circle[other] > 0:
            reasons.append(f"same circle: {circle[other]}")
        if followers:
            reasons.append(f"{followers / audience:.0%} of the followers follow both")
        rows.append(
            {
                "rank": rank,
                "consumer": str(network.ids[other]),
                "score": float(score[other]),
                "taste": float(taste[other]),
                "products": shared,
                "niches": both_in,
                "circle": circle[other] if same_circle[other] > 0 else None,
                "followers": followers,
                "audience_overlap": followers / audience,
                "reasons": reasons,
            }
        )
    return rows


class _Tastes:
    """The tastes of everybody: rows of length 1 by product and by category, tf-idf."""

    def __init__(self, network: Network, reviews: pd.DataFrame, products: pd.DataFrame) -> None:
        about = products.set_index("product")
        pairs = reviews.loc[reviews["product"].notna(), ["consumer", "product"]].drop_duplicates()
        category = pairs["product"].map(about["category"])
        known = category.notna().to_numpy()
        person = nodes(network, pairs["consumer"])
        code, self.products = pd.factorize(pairs["product"].to_numpy(dtype=str), sort=True)
        kind, self.categories = pd.factorize(category[known].to_numpy(dtype=str), sort=True)
        titles = about["title"].reindex(self.products).tolist()
        self.titles = [key if pd.isna(title) else title for key, title in zip(self.products, titles, strict=True)]
        self._by_product = _weight_rows(person, code, (len(network), len(self.products)))
        self._by_category = _weight_rows(person[known], kind, (len(network), len(self.categories)))

    def compare(self, who: int) -> Values:
        """(n,) float64: the likeness of everybody's taste to one person's, 0 to 1."""
        blocks = [block for block in (self._by_product, self._by_category) if block[[who]].nnz]
        cosines = [np.asarray((block @ block[[who]].T).todense()).ravel() for block in blocks]
        return np.mean(cosines, axis=0) if cosines else np.zeros(self._by_product.shape[0])

    def find_common(self, who: int, other: int) -> tuple[int, list[str], list[str]]:
        """How many products both review, the titles of the rarest, and the two heaviest categories in common."""
        product, kind = (
            (block[[who]].multiply(block[[other]])).tocoo() for block in (self._by_product, self._by_category)
        )
        column, rarest = product.coords[1], np.argsort(-product.data, kind="stable")[:EXAMPLES]
        titles = [textwrap.shorten(self.titles[at], TITLE, placeholder="…") for at in column[rarest]]
        most = np.argsort(-kind.data, kind="stable")[:2]
        return product.nnz, titles, self.categories[kind.coords[1][most]].tolist()


def _weight_rows(person: NDArray[np.int64], item: NDArray[np.int64], shape: tuple[int, int]) -> csr_array:
    """Rows of length 1 (or of zeros): a person's count of an item, times ln(1 + people / people with the item)."""
    counts = csr_array((np.ones(len(person)), (person, item)), shape=shape)
    having = np.bincount(counts.indices, minlength=shape[1])
    people = np.count_nonzero(np.diff(counts.indptr))
    rarity = np.log1p(people / np.maximum(having, 1))
    weighted = csr_array((counts.data * rarity[counts.indices], counts.indices, counts.indptr), shape=shape)
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    weighted.data /= np.repeat(length, np.diff(weighted.indptr))
    return weighted


def _compare_circles(network: Network, circles: pd.DataFrame, who: int) -> tuple[Values, list[str | None]]:
    """For everybody, the probability of sharing a circle with a person, and the most probable circle."""
    own = circles.loc[circles["consumer"] == network.ids[who], ["circle", "confidence"]]
    others = circles.merge(own, on="circle", suffixes=("", "_own"))
    others["chance"] = others["confidence"] * others["confidence_own"]
    others = others.sort_values(["chance", "circle"], ascending=[False, True]).drop_duplicates("consumer")
    values = np.zeros(len(network))
    names: list[str | None] = [None] * len(network)
    for at, name, chance in zip(nodes(network, others["consumer"]), others["circle"], others["chance"], strict=True):
        values[at], names[at] = chance, name
    return values, names


def _compare_audiences(network: Network, who: int) -> tuple[NDArray[np.int64], Values]:
    """For everybody, the number of followers in common with a person, and the likeness of the two audiences."""
    n = len(network)
    shared = np.isin(network.target, network.target[network.source == who])
    common = np.bincount(network.source[shared], minlength=n)
    size = np.bincount(network.source, minlength=n)
    alike = common / (np.sqrt(size * size[who]) + STRANGERS)
    return common, np.where(common >= FEWEST_IN_COMMON, alike, 0.0)

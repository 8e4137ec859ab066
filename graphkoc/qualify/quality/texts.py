"""The texts that content quality is measured on: people's own words, neither copied nor repeated, with their traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values, number_ids
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.qualify.engagement import engagements
from graphkoc.qualify.gates.originality import own_content
from graphkoc.qualify.quality.traits import Traits, count_traits, find_foreign

__all__ = ["Texts", "read_texts"]

COPYABLE = 100.0
"""Letters, about 25 words, from which on the same text is a copy: many write "Works great" of their own accord."""
VOTES = ("helpful", "likes")
"""What counts as votes for a text: on each platform the first of these that is known of any of its reviews."""


@dataclass(frozen=True, eq=False)
class Texts:
    """k texts, in the order of their reviews' ids. Numbers are int64 and count from 0; -1 is none.

    review: (k,) str. person: (k,) index into ids. platform: (k,) index into platforms. product, category: (k,) numbers.
    day: (k,) float64, NaN for none. votes: (k,) float64, NaN where unknown; counted is their column on each platform,
    None without any. rating: (k,) float64: only for what is said of low ratings, and a nuisance of a fit. nuisances:
    (k, q) float64. foreign: (n,) bool, the people who write neither English nor Chinese. silent: (n,) bool, the people
    on platforms without a text.
    """

    ids: NDArray[Any]
    platforms: list[str]
    counted: list[str | None]
    review: NDArray[Any]
    person: NDArray[np.int64]
    platform: NDArray[np.int64]
    product: NDArray[np.int64]
    category: NDArray[np.int64]
    day: Values
    votes: Values
    rating: Values
    nuisances: Values
    traits: Traits
    foreign: NDArray[np.bool_]
    silent: NDArray[np.bool_]

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.review)


def read_texts(projection: Projection, ids: NDArray[Any], copied: pd.Series[str]) -> Texts:
    """The texts of a projection; ids: (n,) its consumers, sorted. copied: reviews that nearly copy another's text.

    Of equal texts of at least `COPYABLE` letters only the first is there, at the same time that with the lower id.
    """
    reviews, consumers = projection.reviews, projection.consumers.set_index("consumer")
    person = number_ids(ids, reviews["consumer"])
    platform = reviews["consumer"].map(consumers["platform"]).fillna("unknown").astype("str")
    written = projection.texts.set_index("review").reindex(reviews["review"])
    near = reviews["review"].isin(copied).to_numpy()
    content = own_content(reviews, projection.texts, platform, np.full(len(reviews), COPYABLE), near)
    length = content["length"].to_numpy()
    kept = (length > 0) & ((length < COPYABLE) | content["own"].to_numpy()) & ~near & (person >= 0)
    names, codes = np.unique(platform.to_numpy(dtype=str), return_inverse=True)
    counted, votes = _read_votes(projection, codes, len(names))
    category = reviews["product"].map(projection.products.set_index("product")["category"])

    reviews, written = reviews[kept].reset_index(drop=True), written[kept].reset_index(drop=True)
    person, codes = person[kept], codes[kept].astype(np.int64)
    pictures = reviews["media"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    traits = count_traits(written["title"], written["text"], pictures)
    product = pd.factorize(reviews["product"], sort=True)[0].astype(np.int64)
    day = days(reviews["created_at"])
    writes = np.unique(codes)
    of_person = consumers["platform"].reindex(ids).fillna("unknown").to_numpy(dtype=str)
    return Texts(
        ids=ids,
        platforms=names.tolist(),
        counted=counted,
        review=reviews["review"].to_numpy(dtype=str),
        person=person,
        platform=codes,
        product=product,
        category=pd.factorize(category[kept], sort=True)[0].astype(np.int64),
        day=day,
        votes=votes[kept],
        rating=reviews["rating"].to_numpy(dtype=float, na_value=np.nan),
        nuisances=_list_nuisances(reviews, product, day),
        traits=traits,
        foreign=find_foreign(written["title"], written["text"], traits, person, len(ids)),
        silent=~np.isin(of_person, names[writes]),
    )


def _read_votes(projection: Projection, platform: NDArray[Any], n: int) -> tuple[list[str | None], Values]:
    """What is counted on each of n platforms, and (k,) the votes of each review, NaN where unknown."""
    known = {"helpful": projection.reviews["helpful"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)}
    if np.isnan(known["helpful"]).any():
        known["likes"] = engagements(projection)["likes"].to_numpy(dtype=float)
    counted: list[str | None] = [None] * n
    votes = np.full(len(platform), np.nan)
    for number in range(n):
        here = platform == number
        for name, values in known.items():
            # Where nobody has a vote, the column says that votes are not collected rather than that none were given.
            if (values[here] > 0).any():
                counted[number], votes[here] = name, values[here]
                break
    return counted, votes


def _list_nuisances(reviews: pd.DataFrame, product: NDArray[np.int64], day: Values) -> Values:
    """(k, q) what votes depend on beside the text: stars, age, order within the product, views, origin, verified."""
    stars = np.round(reviews["rating"].to_numpy(dtype=float, na_value=np.nan))
    age = np.nan_to_num((np.nanmax(day, initial=0.0) - day) / 365.25)
    order = np.log(pd.Series(day).groupby(product).rank().fillna(1).to_numpy())
    views = np.log1p(reviews["views"].astype("Float64").to_numpy(dtype=float, na_value=0.0))
    verified = reviews["verified"].astype("Float64").to_numpy(dtype=float, na_value=0.0)
    origin = reviews["origin"].astype(object).to_numpy()
    marks = [(origin == name).astype(float) for name in ("gifted", "paid", "invited")]
    by_star = [(stars == star).astype(float) for star in range(6)]
    return np.column_stack([*by_star, age, age**2, order, views, verified, *marks])

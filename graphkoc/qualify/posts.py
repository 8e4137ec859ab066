"""Posts that a report may quote: those of people whom it names, and the newest that name our brand or a rival's."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.qualify.brand_names import Brand, find_mentions, find_sides, find_words, read_brands
from graphkoc.qualify.quality.stars import LOW
from graphkoc.qualify.remarks.quotes import quote_texts
from graphkoc.qualify.remarks.remarks import find_critical
from graphkoc.qualify.remarks.spoken import detect_languages
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.tables import TABLES, shaped

__all__ = ["NAMED_DAYS", "list_posts"]

PEOPLE = 500
"""Key opinion consumers, and wide-audience accounts, whose posts are listed: the first of each."""
MOST = 100
"""Posts of one of them, the newest."""
MONTHS_24, NAMED_DAYS = 730.0, 90.0
"""Days before the reference date of posts of these people, and of posts by anybody that name a brand."""
CODES = {"Chinese": "zh", "English": "en"}


def list_posts(
    projection: Projection,
    people: pd.DataFrame,
    as_of: float,
    brand: Brand | None = None,
    note_types: pd.Series[str] | None = None,
) -> pd.DataFrame:
    """The run's table of posts, as of the reference date in days since 1970.

    people: those of the run. note_types: the category of reviews of no product, by review. A review without a date is
    of nobody's last 90 days, and comes after those with one.
    """
    written = projection.reviews.assign(day=days(projection.reviews["created_at"]))
    written = written[~(written["day"] > as_of)]
    theirs = written[written["consumer"].isin(_choose_people(people)) & ~(written["day"] <= as_of - MONTHS_24)]
    recent = written[written["day"] > as_of - NAMED_DAYS]
    sides = _find_sides(pd.concat([theirs, recent]).drop_duplicates("review"), projection, brand)
    theirs = _order(theirs).groupby("consumer").head(MOST)
    recent = recent[recent["review"].isin(sides.index)]
    posts = _order(pd.concat([theirs, recent]).drop_duplicates("review")).reset_index(drop=True)
    return shaped("posts", _describe(posts, projection, people, brand, sides, note_types)[TABLES["posts"].names])


def _choose_people(people: pd.DataFrame) -> set[str]:
    """The first by rank, and the wide-audience accounts with the largest audiences, stated or else known."""
    ranked = people[people["role"].isin(RANKED)].sort_values("rank").head(PEOPLE)
    wide = people[people["role"].isin(WIDE_ROLES)]
    wide = wide.sort_values(["followers", "audience", "consumer"], ascending=[False, False, True]).head(PEOPLE)
    return {*ranked["consumer"], *wide["consumer"]}


def _order(posts: pd.DataFrame) -> pd.DataFrame:
    return posts.sort_values(["consumer", "day", "review"], ascending=[True, False, True])


def _find_sides(reviews: pd.DataFrame, projection: Projection, brand: Brand | None) -> pd.Series[str]:
    """Whose brand reviews are about, by review: own, also of those that name both, or rival; others are not in it."""
    if brand is None:
        return pd.Series(dtype="str")
    sides = find_sides(brand, projection.products)["side"]
    sold = reviews[["review"]].assign(side=reviews["product"].map(sides)).dropna()
    named = find_mentions(brand, reviews[["review", "product"]], projection.texts, sides.index)
    both = pd.concat([sold, named]).sort_values(["review", "side"]).drop_duplicates("review")
    return pd.Series(both["side"].to_numpy(), both["review"], dtype="str")


def _describe(
    posts: pd.DataFrame,
    projection: Projection,
    people: pd.DataFrame,
    brand: Brand | None,
    sides: pd.Series[str],
    note_types: pd.Series[str] | None,
) -> pd.DataFrame:
    products = projection.products.set_index("product")
    texts = projection.texts.set_index("review").reindex(posts["review"]).reset_index(drop=True)
    posts = posts.assign(
        title=posts["product"].map(products["title"]),
        type=posts["product"].map(products["category"]).astype("str"),
        side=posts["review"].map(sides).astype("str"),
        origin=posts["origin"].where(posts["origin"] != "unknown"),
    )
    if note_types is not None:
        posts["type"] = posts["type"].fillna(posts["review"].map(note_types).astype("str"))
    posts["brand"] = _name_brands(posts, texts, projection.products, brand)
    critical = posts["rating"].to_numpy(dtype=float, na_value=np.nan) <= LOW
    unrated = posts["rating"].isna()
    whole = texts["title"].fillna("").str.cat(texts["text"].fillna(""), sep="\n")
    critical[unrated] = find_critical(whole[unrated], posts.loc[unrated, "rating"])
    quote = quote_texts(texts["text"])
    quote = quote.fillna(quote_texts(texts["title"]))
    return posts.assign(critical=critical, quote=quote, language=_find_languages(posts, texts, quote, people))


def _name_brands(posts: pd.DataFrame, texts: pd.DataFrame, products: pd.DataFrame, brand: Brand | None) -> NDArray[Any]:
    """(k,) object: the brand that each post is about, as it was given; None for those of neither side."""
    found = np.full(len(posts), None, dtype=object)
    if brand is None:
        return found
    found[(posts["side"] == "own").to_numpy(dtype=bool)] = next(iter(brand.own), None)
    at = np.flatnonzero((posts["side"] == "rival").to_numpy(dtype=bool))
    stated = posts["product"].iloc[at].map(dict(zip(products["product"], read_brands(products, brand), strict=True)))
    written = [posts["title"], texts["title"], texts["text"], texts["tags"]]
    words = functools.reduce(lambda one, more: one.str.cat(more, sep="\n"), [x.iloc[at].fillna("") for x in written])
    for rival in reversed(brand.rivals):
        about = (stated == rival) | (stated.isna() & find_words([rival], words))
        found[at[about.to_numpy(dtype=bool)]] = rival
    return found


def _find_languages(
    posts: pd.DataFrame, texts: pd.DataFrame, quote: pd.Series[str], people: pd.DataFrame
) -> pd.Series[str]:
    """The language of each quote: that of its text or, where that is too short to tell, what its author writes in."""
    written = texts["text"].fillna(texts["title"])
    of_text = detect_languages(pd.DataFrame({"consumer": posts["review"], "text": written}))
    spoken = people.set_index("consumer")["language"].map(CODES)
    found = posts["review"].map(of_text).astype("str").fillna(posts["consumer"].map(spoken).astype("str"))
    return found.where(quote.notna())

"""Topics: the reviews that are about a product, its kind, a niche, a category, or words.

A product that is not launched yet has no review. Words stand for it: whatever is about a product, or says something,
in which enough of them occur.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.communities.kinds import align
from graphkoc.communities.niches.tables import slug
from graphkoc.errors import UsageError
from graphkoc.graph.projection import Projection
from graphkoc.graph.terms import HAN, words_of
from graphkoc.qualify.brand_names import find_words
from graphkoc.qualify.main_type import list_types
from graphkoc.runs.run import Run
from graphkoc.text import count, display_name

__all__ = ["Subjects", "Topic", "find_topic", "list_elsewhere", "read_subjects"]

SHOWN = 8
"""Names that an error lists."""
LONGEST = 60
"""Characters of a name that is shown."""
KIND = 0.2
"""Share of the reviews of a topic from which on it is about their category."""


@dataclass(frozen=True, eq=False)
class Subjects:
    """What the reviews of a store are about.

    reviews: review, consumer, product, rating (float64), created_at, origin, category (of the product, or of a note
    where it is known), product_title, about (the product's title or id, else the category), headline, text and tags;
    sorted by review. products: product, title, brand, category. types: consumer and type, a row for each item that a
    person wrote about: its category, or # and a tag. han: by category, the Chinese tag that is used most for it.
    """

    reviews: pd.DataFrame
    products: pd.DataFrame
    types: pd.DataFrame
    han: dict[str, str]


@dataclass(frozen=True, eq=False)
class Topic:
    """What a focus group is about.

    kind: product, niche, category, words or everything. name: as it is shown. reviews: those about it: review,
    consumer, rating, created_at, origin, about, headline, text, and exact, which is False for reviews of a product's
    kind alone; of a niche, those by its members. matched: what was found, as a sentence. kind_name: the category of a
    product; None without one. han: what Chinese tags call the category; None where it is not known. product: the first
    id of a product.
    """

    kind: str
    name: str
    reviews: pd.DataFrame
    matched: str
    kind_name: str | None = None
    han: str | None = None
    product: str | None = None


def read_subjects(projection: Projection, run: Run) -> Subjects:
    """What the reviews of a projection are about, with the names of categories that the run was made with."""
    placed = projection.placed_reviews()
    given = run.info["settings"]["kinds"]
    log, aliases = align(projection.log(), placed, projection.products, projection.texts, given)
    notes = ~log.has_product
    names = np.array([*log.categories, None], dtype=object)
    of_note = dict(zip(log.products[log.product[notes]].tolist(), names[log.category[notes]].tolist(), strict=True))
    products = projection.products.set_index("product")
    rows = placed[["review", "consumer", "product", "rating", "created_at", "origin"]]
    rows = rows.merge(projection.texts.rename(columns={"title": "headline"}), on="review", how="left")
    rows = rows.sort_values("review", ignore_index=True)
    title = rows["product"].map(products["title"])
    category = rows["product"].map(products["category"]).astype(object)
    # The log names a review of no product by its id after a zero.
    category = category.where(category.notna(), ("\0" + rows["review"]).map(of_note))
    category = category.replace(_merged(log.categories, given)) if given else category
    types = list_types(log, aliases)
    return Subjects(
        rows.assign(
            rating=rows["rating"].to_numpy(dtype=float, na_value=np.nan),
            category=category,
            product_title=title,
            about=title.fillna(rows["product"]).fillna(category),
        ),
        projection.products[["product", "title", "brand", "category"]],
        types.assign(consumer=log.network.ids[types["person"]])[["consumer", "type"]],
        _find_han(rows["tags"], aliases),
    )


def _find_han(tags: pd.Series[str], aliases: dict[str, str]) -> dict[str, str]:
    """By category, the Chinese tag that is used most of those that are other names of it."""
    chinese = {tag: category for tag, category in aliases.items() if re.fullmatch(f"[{HAN}]+", tag)}
    used = tags.dropna().str.split().explode().value_counts().reindex(sorted(chinese)).fillna(0)
    return {chinese[tag]: tag for tag in used.sort_values(kind="stable").index}


def _merged(categories: Sequence[str], given: dict[str, Sequence[str]]) -> dict[str, str]:
    """The category that stands for each that a user gave as another name."""
    return {name: category for category, names in given.items() if category in categories for name in names}


def find_topic(
    subjects: Subjects,
    run: Run,
    *,
    product: str | None = None,
    niche: str | None = None,
    category: str | None = None,
    words: str | None = None,
) -> Topic:
    """The topic that one of the four names; everything without any.

    product: id or title; products of the same title on other platforms, and notes that name it, are the same. niche:
    id or name. category: as products state it. words: some of the product to come; see `_of_words`. Raises UsageError
    where two are given, for an unknown product, niche or category, and where nothing matches the words.
    """
    given = {"product": product, "niche": niche, "category": category, "words": words}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        hint = "Name a product, a niche, a category or words."
        raise UsageError(f"a focus group is about one thing, not about a {' and a '.join(named)}", hint=hint)
    if product is not None:
        return _of_product(subjects, product)
    if niche is not None:
        return _of_niche(subjects, run, niche)
    if category is not None:
        return _of_category(subjects, category)
    if words is not None:
        return _of_words(subjects, words)
    return _make("everything", "everything", subjects, np.ones(len(subjects.reviews), dtype=bool))


def list_elsewhere(subjects: Subjects, topic: Topic) -> pd.Series[str]:
    """The texts about other things than a topic and its kind, by consumer."""
    reviews = subjects.reviews
    inside = reviews["review"].isin(topic.reviews["review"])
    # What sets a kettle for travelling apart from other kettles is less than what people say of it.
    kinds = reviews.loc[inside, "category"].value_counts(normalize=True)
    of_kind = reviews["category"].isin(kinds.index[kinds >= KIND])
    elsewhere = reviews[~inside & ~of_kind & reviews["text"].notna()]
    texts = (elsewhere["headline"].fillna("") + "\n" + elsewhere["text"]).to_numpy(dtype=object)
    return pd.Series(texts, index=elsewhere["consumer"].to_numpy(dtype=object))


def _of_product(subjects: Subjects, wanted: str) -> Topic:
    products = subjects.products
    title = products["title"].map(_fold, na_action="ignore")
    there = products[(products["product"] == wanted) | (title == _fold(wanted))]
    if there.empty:
        raise UsageError(f"there is no product called {_shown(wanted)}", hint=_suggest(wanted, products["title"]))
    titles = there["title"].dropna().unique().tolist()
    same = products[products["product"].isin(there["product"]) | title.isin([_fold(name) for name in titles])]
    reviews = subjects.reviews
    exact = reviews["product"].isin(same["product"]).to_numpy()
    if titles:
        exact = exact | (reviews["product"].isna().to_numpy() & find_words(titles, _join(reviews)))
    kinds = sorted(same["category"].dropna().unique())
    kind = exact | reviews["category"].isin(kinds).to_numpy()
    name = display_name(titles[0], LONGEST) if titles else wanted
    topic = _make("product", name, subjects, kind, exact=exact)
    own = topic.reviews[topic.reviews["exact"]]
    matched = f"{_count(own)} about {name}"
    if kinds:
        rest = topic.reviews[~topic.reviews["exact"]]
        matched += f"; {_count(rest)} about other {' and '.join(kinds)}"
    kind_name = " and ".join(kinds) or None
    han = subjects.han.get(kind_name or "")
    return Topic("product", name, topic.reviews, matched + ".", kind_name, han, str(min(there["product"])))


def _of_niche(subjects: Subjects, run: Run, wanted: str) -> Topic:
    _, niche = run.group(wanted, "niche")
    (row,) = run.rows("niches", where=("niche", {niche}))
    members = run.members_of("niche").query("niche == @niche")["consumer"]
    reviews = subjects.reviews
    about = np.ones(len(reviews), dtype=bool)
    if row["category"] is not None:
        about = (reviews["category"] == row["category"]).to_numpy(dtype=bool)
    if row["basis"] == "products":
        typical = run.products.loc[run.products["niche"] == niche, "product"]
        about = about & reviews["product"].isin(typical).to_numpy()
    elif row["basis"] != "category":
        about = about & _has_term(reviews, about, niche, row)
    name = str(row["name"])
    topic = _make("niche", name, subjects, about & reviews["consumer"].isin(members).to_numpy())
    han = subjects.han.get(str(row["category"])) if row["basis"] == "category" else None
    matched = f"{_count(topic.reviews)} of the niche {name}."
    return Topic("niche", name, topic.reviews, matched, han=han)


def _has_term(
    reviews: pd.DataFrame, inside: NDArray[np.bool_], niche: str, row: Mapping[str, Any]
) -> NDArray[np.bool_]:
    """(k,) bool: the reviews with the term that a niche was made from, or one of those with the same people."""
    others = row["terms"].split(", ") if isinstance(row["terms"], str) else []
    terms = {niche.rpartition("~")[2], *(slug(term) for term in others)}
    fields = {"tags": ["tags"], "title words": ["product_title"]}.get(row["basis"], ["headline", "text"])
    found = np.zeros(len(reviews), dtype=bool)
    at = np.flatnonzero(inside)
    for place, texts in zip(at.tolist(), reviews.loc[inside, fields].itertuples(index=False, name=None), strict=True):
        words = [word for text in texts if isinstance(text, str) for word in words_of(text, row["basis"] == "tags")]
        found[place] = not terms.isdisjoint(slug(word) for word in words)
    return found


def _of_category(subjects: Subjects, wanted: str) -> Topic:
    names = sorted({*subjects.products["category"].dropna(), *subjects.reviews["category"].dropna()})
    name = next((one for one in names if one == wanted), None)
    name = name or next((one for one in names if _fold(one) == _fold(wanted)), None)
    if name is None:
        hint = _suggest(wanted, pd.Series(names, dtype="str")) if names else "No product here states a category."
        raise UsageError(f"there is no category called {_shown(wanted)}", hint=hint)
    topic = _make("category", name, subjects, (subjects.reviews["category"] == name).to_numpy(dtype=bool))
    matched = f"{_count(topic.reviews)} of the category {name}."
    return Topic("category", name, topic.reviews, matched, han=subjects.han.get(name))


def _of_words(subjects: Subjects, wanted: str) -> Topic:
    """The reviews in which at least half of the words stand: in the title or category of the product, or in the text.

    Chinese is cut as in `graphkoc.graph.terms`, and stop words are left out; a plural s makes no difference. A word
    that stands nowhere does not count.
    """
    terms = words_of(wanted)
    hint = "Name things that people write about, such as --words 'travel kettle'."
    if not terms:
        raise UsageError(f"there is no word to look for in {_shown(wanted)}", hint=hint)
    reviews = subjects.reviews
    # The parts are joined by a line, so that no word reaches over from one to the next.
    there = reviews["product_title"].fillna("") + "\n" + reviews["category"].fillna("") + "\n" + _join(reviews)
    hits = {term: find_words([term, f"{term}s", term.removesuffix("s") or term], there) for term in terms}
    found = [term for term in terms if hits[term].any()]
    if not found:
        raise UsageError(f"no product and no text matches {_shown(wanted)}", hint=hint)
    least = (len(found) + 1) // 2
    topic = _make("words", " ".join(terms), subjects, np.sum([hits[term] for term in found], axis=0) >= least)
    if topic.reviews.empty:
        counts = ", ".join(f"{term} in {hits[term].sum():,}" for term in found)
        raise UsageError(f"no text has {least} of the words {_shown(wanted)} ({counts})", hint="Use fewer words.")
    counts = ", ".join(f"{term} in {count(hits[term].sum(), 'texts')}" for term in terms)
    rule = f" with at least {least} of {len(found)} words" if len(found) > 1 else ""
    return Topic("words", topic.name, topic.reviews, f"{_count(topic.reviews)}{rule} ({counts}).")


def _make(
    kind: str,
    name: str,
    subjects: Subjects,
    about: NDArray[np.bool_],
    exact: NDArray[np.bool_] | None = None,
) -> Topic:
    columns = ["review", "consumer", "rating", "created_at", "origin", "about", "headline", "text"]
    rows = subjects.reviews.assign(exact=about if exact is None else exact).loc[about, [*columns, "exact"]]
    rows = rows.reset_index(drop=True)
    return Topic(kind, name, rows, f"{_count(rows)}.")


def _join(reviews: pd.DataFrame) -> pd.Series[str]:
    return reviews["headline"].fillna("") + "\n" + reviews["text"].fillna("") + "\n" + reviews["tags"].fillna("")


def _count(reviews: pd.DataFrame) -> str:
    return f"{count(len(reviews), 'reviews')} by {count(reviews['consumer'].nunique(), 'people')}"


def _fold(name: str) -> str:
    return " ".join(str(name).casefold().split())


def _shown(name: str) -> str:
    return repr(display_name(name, LONGEST))


def _suggest(wanted: str, names: pd.Series[str]) -> str:
    """A hint with the names nearest to the one that is unknown, or some of those that there are."""
    known = {_fold(name): display_name(name, LONGEST) for name in names.dropna().unique()}
    near = difflib.get_close_matches(_fold(wanted), known, SHOWN)
    near += [name for name in known if _fold(wanted) in name and name not in near][: SHOWN - len(near)]
    if near:
        return f"Near it: {', '.join(known[name] for name in near)}."
    some = [known[name] for name in sorted(known)]
    more = ", …" if len(some) > SHOWN else ""
    return f"There are: {', '.join(some[:SHOWN])}{more}." if some else "Products here have no titles: give an id."

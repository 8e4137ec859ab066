"""The categories of reviews of no product, such as notes: what their titles and texts name, and their tags.

A note that names a product of the store by its whole title is about that product's category. A tag that people give
notes about one category, and hardly any other, is another name of it, in whatever language: 水壶 of Kettles. So is a
tag that is the category's name. Notes with such a tag are of the category, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import LONGEST_TEXT, Words, words_of

__all__ = ["FEWEST", "SURE", "align", "find_note_types", "without"]

FEWEST, SURE = 3, 0.9
"""People who give a tag to notes that name products, and the share of these notes that one category must have."""
SHORTEST = 2
"""Words of a title by which a text can name a product."""


def align(
    log: Log,
    reviews: pd.DataFrame,
    products: pd.DataFrame,
    texts: pd.DataFrame,
    given: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Log, dict[str, str]]:
    """The log with the categories of reviews of no product, as far as they are known; and the category of each tag
    that is another name of it.

    reviews: review, consumer, product, created_at. products: product, title, category. texts: review, title, text,
    tags. given: other names of categories as a user gave them, tags or categories; they come before what is learned.
    """
    stated = _read_given(log, given or {})
    log = _merge_categories(log, given or {})
    notes = reviews.loc[reviews["product"].isna() & reviews["created_at"].notna(), ["review", "consumer"]]
    notes = notes.merge(texts, on="review")
    if notes.empty or not log.categories:
        return log, stated
    named = _find_named(notes, products)
    tags = [words_of(some, tags=True) if isinstance(some, str) else [] for some in notes["tags"]]
    aliases = _find_aliases(tags, named, notes["consumer"].tolist(), log.categories) | stated
    found: dict[str, str] = {}
    for review, category, some in zip(notes["review"], named, tags, strict=True):
        kinds = {category} if category else {aliases[tag] for tag in some if tag in aliases}
        if len(kinds) == 1:
            found[review] = kinds.pop()
    number = {category: at for at, category in enumerate(log.categories)}
    rows = np.flatnonzero(~log.has_product)
    kinds_of = log.category.copy()
    kinds_of[rows] = [number.get(found.get(review, ""), -1) for review in _name_notes(reviews)[log.product[rows]]]
    return replace(log, category=kinds_of), aliases


def find_note_types(log: Log, reviews: pd.DataFrame) -> pd.Series[str]:
    """The category of reviews of no product by review, of those that have one in the log.

    reviews: review, product, created_at, of which the log was made.
    """
    notes = ~log.has_product & (log.category >= 0)
    names = _name_notes(reviews)[log.product[notes]]
    categories = np.array(log.categories, dtype=object)[log.category[notes]]
    return pd.Series(categories, names, dtype="str")


def _read_given(log: Log, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The category of the log that each tag stands for, of those that a user gave."""
    return {
        tag: category
        for category, names in given.items()
        if category in log.categories
        for name in names
        for tag in words_of("-".join(name.split()), tags=True)
    }


def _merge_categories(log: Log, given: Mapping[str, Sequence[str]]) -> Log:
    """The log with one category where a user gave others as its other names."""
    number = {category: at for at, category in enumerate(log.categories)}
    kind = np.arange(len(log.categories) + 1, dtype=np.int32)
    kind[-1] = -1
    for category, names in given.items():
        for name in names if category in number else ():
            if name in number:
                kind[number[name]] = number[category]
    return replace(log, category=kind[log.category])


def without(words: Words, terms: set[str]) -> Words:
    """The words but those terms."""
    kept = ~np.isin(words.terms, sorted(terms))[words.term]
    return replace(words, review=words.review[kept], term=words.term[kept], field=words.field[kept])


def _name_notes(reviews: pd.DataFrame) -> NDArray[Any]:
    """The review of each number in log.product that stands for a review of no product; of others anything."""
    dated = reviews[reviews["created_at"].notna()]
    names = np.unique(dated["product"].fillna("\0" + dated["review"].astype("str")).to_numpy(dtype=str))
    return np.array([name.removeprefix("\0") for name in names.tolist()], dtype=str)


def _find_named(notes: pd.DataFrame, products: pd.DataFrame) -> list[str]:
    """The category of the products that each note names, "" for none or several."""
    category_of: dict[tuple[str, ...], str] = {}
    for title, category in products[["title", "category"]].dropna().itertuples(index=False):
        pieces = tuple(_fold(title))
        if len(pieces) >= SHORTEST:
            category_of[pieces] = category if category_of.get(pieces, category) == category else ""
    lengths = sorted({len(pieces) for pieces in category_of})

    def read(note: tuple[Any, Any]) -> Iterator[str]:
        for text in note:
            pieces = _fold(text) if isinstance(text, str) else []
            for length in lengths:
                for at in range(len(pieces) - length + 1):
                    if some := category_of.get(tuple(pieces[at : at + length])):
                        yield some

    found = [set(read(note)) for note in notes[["title", "text"]].itertuples(index=False, name=None)]
    return [some.pop() if len(some) == 1 else "" for some in found]


def _fold(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold())


def _find_aliases(tags: list[list[str]], named: list[str], people: list[str], categories: list[str]) -> dict[str, str]:
    """The category that each tag is another name of."""
    times: dict[str, Counter[str]] = {}
    who: dict[str, set[str]] = {}
    for some, category, person in zip(tags, named, people, strict=True):
        for tag in some if category else ():
            times.setdefault(tag, Counter())[category] += 1
            who.setdefault(tag, set()).add(person)
    aliases = {}
    for tag, counts in times.items():
        (category, most), *_ = counts.most_common(1)
        if len(who[tag]) >= FEWEST and most >= SURE * counts.total():
            aliases[tag] = category
    plain = {"-".join(_fold(category)): category for category in categories}
    return aliases | {tag: plain[tag] for some in tags for tag in some if tag in plain}

"""What titles of products are: names of works and artists, or descriptions; and which of their words name a line.

A title that is a name ("Mötley Crüe") means nothing in pieces, so it is read whole. Words of descriptive titles
("ionic", "hair") come again in many titles, those of names hardly ever, which tells them apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.arrays import number_ids
from graphkoc.graph.terms import FIELDS, Words, words_of
from graphkoc.text import display_name, is_missing

__all__ = ["are_names", "find_line_words", "read_whole"]

FEWEST = 50
"""Titles from which it is judged what they are."""
COMMON, OFTEN = 0.002, 3
"""The share of titles in which a word is common, and at least so many of them."""
DESCRIBED = 0.25
"""The share of common words among the words of titles below which titles are names."""
NEARLY_ALL = 0.9
"""Share of one maker's titles that have its name."""


def are_names(titles: pd.Series[Any]) -> bool:
    """Whether titles are names: fewer than DESCRIBED of their words are common."""
    distinct = titles.dropna().unique()
    if len(distinct) < FEWEST:
        return False
    often = Counter(word for title in distinct for word in words_of(title))
    common = sum(times for times in often.values() if times >= max(OFTEN, COMMON * len(distinct)))
    return common < DESCRIBED * max(sum(often.values()), 1)


def find_line_words(products: pd.DataFrame) -> set[str]:
    """The words of titles that name a maker or its line: all products whose titles have the word are of one maker.

    products: title and brand. Where no brand is stated the first word of a title stands for it. Where all products are
    of one maker these are the words of a single product, and of nearly all.
    """
    of_word: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    rows = products[["title", "brand"]].drop_duplicates().dropna(subset=["title"])
    titles = 0
    for title, brand in rows.itertuples(index=False):
        words = words_of(title)
        maker = (words[:1] or [""])[0] if is_missing(brand) else str(brand).casefold()
        titles += 1
        times.update(words)
        for word in words:
            of_word.setdefault(word, set()).add(maker)
    if len(set().union(*of_word.values())) > 1:
        return {word for word, makers in of_word.items() if len(makers) == 1}
    return {word for word, often in times.items() if often == 1 or often >= max(NEARLY_ALL * titles, OFTEN)}


def read_whole(words: Words, titles: pd.Series[Any]) -> Words:
    """The words, with each product's title as one word instead of its pieces.

    titles: by product, NA for none.
    """
    pieces = words.field == FIELDS.index("product title")
    shown = titles.reindex(words.products).map(lambda title: "" if is_missing(title) else display_name(title))
    title = np.append(shown.to_numpy(dtype=str), "")[words.about]
    review = np.flatnonzero(title != "")
    terms = np.unique(np.concatenate([words.terms, title[review]]))
    moved = number_ids(terms, words.terms).astype(np.int32)
    row = np.concatenate([words.review[~pieces], review])
    field = np.concatenate([words.field[~pieces], np.full(len(review), FIELDS.index("product title"))])
    term = np.concatenate([moved[words.term[~pieces]], number_ids(terms, title[review])])
    order = np.lexsort((term, field, row))
    return replace(
        words,
        terms=terms,
        review=row[order].astype(np.int32),
        field=field[order].astype(np.int8),
        term=term[order].astype(np.int32),
    )

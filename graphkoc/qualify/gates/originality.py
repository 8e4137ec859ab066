"""Creative content: which reviews are a person's own words or pictures, and no copies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.graph.network import days

__all__ = ["TOLD", "own_content"]

TOLD = 0.5
"""Share of a platform's reviews with text or pictures, from which on a review without either has none; below
it, its text may only not have been brought."""
DENSE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
"""Scripts in which a letter says about as much as three of the others'."""


def own_content(
    reviews: pd.DataFrame,
    texts: pd.DataFrame,
    platform: pd.Series[str],
    letters: NDArray[np.float64],
    copied: NDArray[np.bool_],
) -> pd.DataFrame:
    """For each review whether it is creative content, as far as that can be told.

    reviews: review, consumer, created_at, media. texts: review, title, text. platform: (k,) each review's,
    null where unknown. letters: (k,) fewest letters that count as words of her own; Chinese, Japanese and
    Korean ones count three. copied: (k,) whose text is nearly one that somebody else had before
    (`graphkoc.qualify.authenticity`).

    Returns one row a review, in their order: own (bool: she has written at least so many letters that
    nobody, herself included, had written before, and no near copy, or, without so many letters, there is a
    picture or video) and told (bool: there is a text or picture, or the platform brings them for at least half
    of its reviews, so that this one has none). Two texts are the same when they differ in case, spaces and
    signs only. Of two that are the same the earlier one is the original, of the same time that with the lower
    id; undated ones come last.
    """
    written = texts.set_index("review").reindex(reviews["review"])
    said = _letters(written["title"], written["text"])
    length = np.asarray(pc.utf8_length(said)) + 2 * np.asarray(pc.count_substring_regex(said, pattern=DENSE))
    media = reviews["media"].astype("Float64").to_numpy(dtype=float, na_value=0.0)
    words = length >= letters
    order = np.lexsort((reviews["review"].to_numpy(dtype=str), days(reviews["created_at"])))
    order = order[words[order]]
    code = said.dictionary_encode().indices.to_numpy()[order]
    again = copied.copy()
    again[order] |= pd.Series(code).duplicated().to_numpy()
    any_of_it = (length > 0) | (media > 0)
    share = pd.Series(any_of_it).groupby(platform.fillna("").to_numpy(dtype=object)).transform("mean").to_numpy()
    return pd.DataFrame({"own": np.where(words, ~again, media > 0), "told": any_of_it | (share >= TOLD)})


def _letters(title: pd.Series[str], text: pd.Series[str]) -> pa.Array:
    """Title and text in lower case, letters and digits only."""
    parts = [pc.fill_null(pa.array(part, pa.large_string(), from_pandas=True), "") for part in (title, text)]
    joined = pc.utf8_lower(pc.binary_join_element_wise(*parts, pa.scalar(" ", pa.large_string())))
    return pc.replace_substring_regex(joined, pattern=r"[^\pL\pN]+", replacement="")

"""Creative content: which reviews are a person's own words or pictures, and no copies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.graph.network import days

__all__ = ["KNOWN", "own_content"]

KNOWN = 0.5
"""Minimum share of reviews of a platform with text or pictures for a review without either to count as empty; below
it, the text may be missing from the data."""
DENSE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
"""Scripts in which a letter carries about as much as three letters of the others."""


def own_content(
    reviews: pd.DataFrame,
    texts: pd.DataFrame,
    platform: pd.Series[str],
    letters: NDArray[np.float64],
    copied: NDArray[np.bool_],
) -> pd.DataFrame:
    """For each review whether it is creative content, as far as that is known.

    reviews: review, consumer, created_at, media. texts: review, title, text. platform: (k,) each review's,
    null where unknown. letters: (k,) fewest letters that count as own words; Chinese, Japanese and Korean
    letters count three. copied: (k,) texts that somebody else had posted before, or nearly so
    (`graphkoc.qualify.authenticity`).

    Returns one row per review, in their order: own (bool: at least so many letters in a text that nobody, its author
    included, had posted before, and no near copy; or, with fewer letters, a picture or video), length (float64: its
    letters) and known (bool: there is a text or picture, or at least half of the platform's reviews have one, so that
    this review has none). Two texts are the same when they differ in case, spaces and signs only. Of two equal texts
    the earlier one is the original, at the same time the one with the lower id; undated ones come last.
    """
    written = texts.set_index("review").reindex(reviews["review"])
    content = _join_letters(written["title"], written["text"])
    length = np.asarray(pc.utf8_length(content)) + 2 * np.asarray(pc.count_substring_regex(content, pattern=DENSE))
    media = reviews["media"].astype("Float64").to_numpy(dtype=float, na_value=0.0)
    words = length >= letters
    order = np.lexsort((reviews["review"].to_numpy(dtype=str), days(reviews["created_at"])))
    order = order[words[order]]
    code = content.dictionary_encode().indices.to_numpy()[order]
    again = copied.copy()
    again[order] |= pd.Series(code).duplicated().to_numpy()
    any_of_it = (length > 0) | (media > 0)
    share = pd.Series(any_of_it).groupby(platform.fillna("").to_numpy(dtype=object)).transform("mean").to_numpy()
    own = np.where(words, ~again, media > 0)
    known = any_of_it | (share >= KNOWN)
    return pd.DataFrame({"own": own, "length": length.astype(float), "known": known})


def _join_letters(title: pd.Series[str], text: pd.Series[str]) -> pa.Array:
    """Title and text in lower case, letters and digits only."""
    parts = [pc.fill_null(pa.array(part, pa.large_string(), from_pandas=True), "") for part in (title, text)]
    joined = pc.utf8_lower(pc.binary_join_element_wise(*parts, pa.scalar(" ", pa.large_string())))
    letters = pc.replace_substring_regex(joined, pattern=r"[^\pL\pN]+", replacement="")
    # A column without rows comes in no chunks, which is not an array.
    return letters.combine_chunks() if isinstance(letters, pa.ChunkedArray) else letters

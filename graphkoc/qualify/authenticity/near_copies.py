"""Copied text: reviews by different people with nearly the same text.

Two texts are near copies when the sets of their runs of `RUN` letters are alike by a Jaccard index of
`ALIKE` at least. Candidates come from MinHash and banding (Broder, "On the resemblance and containment of
documents", 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3), and each is checked exactly.
Letters, not words, so Chinese needs no cutting. Short texts agree by chance and are left out.

The bands of five million texts are sorted one by one, beside sketches of 1.2 GB; tables of them, as the MinHashLSH of
datasketch has, would take 20 GB (4,127 bytes a text, measured).
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["ALIKE", "copies"]

ALIKE = 0.7
RUN = 5
SHORTEST = 40
"""Different runs that a text must have."""
LONGEST = 4_000
"""Characters that are looked at."""
BANDS, ROWS = 12, 5
"""Of two texts with an index of .7 the bands show 89 in 100, with .8 all but one in 100."""

FACTORS, TERMS = np.random.default_rng(0).integers(0, 1 << 32, (2, BANDS * ROWS), dtype=np.uint32)
FACTORS |= 1
"""The hash functions of the sketches: h times an odd factor plus a term, modulo 2 ** 32, so no two h become one."""


def copies(reviews: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """The reviews that nearly copy an earlier text by somebody else, sorted by review.

    reviews: review, consumer, created_at. texts: review, text. Returns review, consumer, original (the review
    that had it first, by another consumer), author (of the original). At the same time, the lower id is the
    first.
    """
    posted = texts.dropna(subset=["text"])[["review", "text"]]
    posted = posted.merge(reviews[["review", "consumer", "created_at"]], on="review").sort_values(
        ["created_at", "review"]
    )
    # A text that many post word for word is looked at once.
    numbers, plain = pd.factorize(np.array([_keep_letters(text) for text in posted["text"]], dtype=object))
    posted["alike"] = _find_leaders(plain.tolist())[numbers]
    posted = posted[posted["alike"] >= 0]
    first = posted.groupby("alike")[["review", "consumer"]].first()
    posted["original"], posted["author"] = posted["alike"].map(first["review"]), posted["alike"].map(first["consumer"])
    found = posted.loc[posted["consumer"] != posted["author"], ["review", "consumer", "original", "author"]]
    return found.sort_values("review", ignore_index=True)


def _keep_letters(text: str) -> str:
    """A text as letters and digits alone."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return "".join(character for character in folded if character.isalnum())


def _hash_runs(plain: str) -> NDArray[np.uint32]:
    """(r,) uint32: a hash of each different run of a text, sorted."""
    letters = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(letters) < RUN:
        return np.empty(0, dtype=np.uint32)
    mixed = np.zeros(len(letters) - RUN + 1, dtype=np.uint64)
    for i in range(RUN):
        mixed = (mixed + letters[i : len(letters) - RUN + 1 + i]) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def _find_leaders(plain: list[str]) -> NDArray[np.int64]:
    """(t,) int64: the first text that each is alike to, maybe itself; -1 for those too short."""
    leader = np.full(len(plain), -1, dtype=np.int64)
    sketches = np.empty((len(plain), BANDS * ROWS), dtype=np.uint32)
    for number, text in enumerate(plain):
        found = _hash_runs(text)
        if len(found) >= SHORTEST:
            sketches[number] = (found[:, None] * FACTORS + TERMS).min(axis=0)
            leader[number] = number
    long = np.flatnonzero(leader >= 0)
    for later, before in _find_candidates(sketches[long]):
        at, other = long[later], long[before]
        # Candidates come by text, the earliest before first, so the first that holds is kept.
        if leader[at] == at and _compare_runs(_hash_runs(plain[at]), _hash_runs(plain[other])) >= ALIKE:
            leader[at] = leader[other]
    return leader


def _find_candidates(sketches: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """The pairs of a text and the first one that has the same values in a band, sorted."""
    found = []
    for band in np.split(sketches, BANDS, axis=1):
        _, group = np.unique(np.ascontiguousarray(band).view(f"V{4 * ROWS}").ravel(), return_inverse=True)
        _, first = np.unique(group, return_index=True)
        before = first[group]
        later = np.flatnonzero(before < np.arange(len(group)))
        found.append(np.column_stack([later, before[later]]))
    return [(int(later), int(before)) for later, before in np.unique(np.concatenate(found), axis=0)]


def _compare_runs(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)

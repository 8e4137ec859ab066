"""How alike people are as members of a focus group: in taste, niche, platform, and the sign of their opinions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Indices, Values, number_ids
from graphkoc.invite.opinions import SIGNS

__all__ = ["Traits", "list_platforms"]


@dataclass(frozen=True, eq=False)
class Traits:
    """What n people are compared by. taste, niche, platform: (n, q) rows of length 1. sign: (n, 4) rows of sum 1."""

    taste: csr_array
    niche: csr_array
    platform: csr_array
    sign: Values

    @classmethod
    def of(
        cls,
        ids: NDArray[Any],
        types: pd.DataFrame,
        niches: pd.DataFrame,
        platforms: pd.DataFrame,
        opinions: pd.DataFrame,
    ) -> Traits:
        """The traits of the people `ids`, sorted.

        types: consumer and type, a row for each item that they wrote about. niches: consumer and niche. platforms:
        consumer and platform. opinions: a column for each of SIGNS, by consumer.
        """
        signs = opinions.reindex(ids)[list(SIGNS)].to_numpy(dtype=float)
        signs[signs.sum(axis=1) == 0, SIGNS.index("unrated")] = 1
        return cls(
            _tabulate(ids, types["consumer"], types["type"], rare=True),
            _tabulate(ids, niches["consumer"], niches["niche"]),
            _tabulate(ids, platforms["consumer"], platforms["platform"]),
            signs / signs.sum(axis=1, keepdims=True),
        )

    def compare(self, rows: Indices, columns: Indices) -> Values:
        """(r, c) float64: how alike people are to others, 0 to 1.

        The mean of four: cosine of what they write about, weighted by how few others do (tf-idf), of their niches and
        of their platforms, and what their shares of low, middle, high and unrated opinions have in common. Swapping low
        and high of everybody changes none.
        """
        blocks = (self.taste, self.niche, self.platform)
        alike = sum((block[rows] @ block[columns].T).toarray() for block in blocks)
        common = sum(np.minimum.outer(self.sign[rows, at], self.sign[columns, at]) for at in range(len(SIGNS)))
        found: Values = np.asarray(alike + common, dtype=float) / (len(blocks) + 1)
        return found


def list_platforms(consumers: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Where people write: consumer and platform, a row for each; with several accounts, of those that wrote.

    consumers: consumer, platform. accounts: consumer, platform, reviews. As a projection has them.
    """
    wrote = accounts.loc[accounts["reviews"] > 0, ["consumer", "platform"]]
    alone = consumers.loc[~consumers["consumer"].isin(wrote["consumer"]), ["consumer", "platform"]]
    rows = pd.concat([alone, wrote]).dropna().drop_duplicates()
    return rows.sort_values(["consumer", "platform"], ignore_index=True)


def _tabulate(ids: NDArray[Any], consumers: pd.Series[Any], labels: pd.Series[Any], rare: bool = False) -> csr_array:
    """(n, q): rows of length 1 of how often each person has each label; people without any share one of their own.

    rare: weight a label by ln(1 + people / people who have it).
    """
    row = number_ids(ids, consumers)
    code, names = pd.factorize(labels[row >= 0].to_numpy(dtype=str), sort=True)
    row = row[row >= 0]
    without = np.setdiff1d(np.arange(len(ids)), row)
    cells = (np.concatenate([row, without]), np.concatenate([code, np.full(len(without), len(names))]))
    counts = csr_array((np.ones(len(cells[0])), cells), shape=(len(ids), len(names) + 1))
    counts.sum_duplicates()
    if rare:
        having = np.bincount(counts.indices, minlength=counts.shape[1])
        counts.data *= np.log1p(len(ids) / np.maximum(having, 1))[counts.indices]
    length = np.sqrt(counts.multiply(counts).sum(axis=1))
    counts.data /= np.repeat(length, np.diff(counts.indptr))
    return counts

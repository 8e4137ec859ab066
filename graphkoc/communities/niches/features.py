"""The terms of reviews besides their category: tags, words of titles, words of reviews; by row of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import find_sorted, number_ids
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import FIELDS, Words

__all__ = ["BASES", "Features"]

BASES = ("tags", "title words", "review words")
"""The fields in which a term may stand, by index; the most reliable first."""

TAGS, TITLE, HEADLINE = (FIELDS.index(name) for name in ("tags", "product title", "review title"))


@dataclass(frozen=True, eq=False)
class Features:
    """The terms of each review of a log, and the products' ids.

    products: (t,) str, the product's id of each number in Log.product, or what stands for none. terms: (v,)
    str, sorted. row: (m,) int32, index of the log's reviews. term: (m,) int32, index into terms. basis:
    (m,) int8, index into BASES. No row, term and basis comes twice; sorted by basis, row and term.
    """

    products: NDArray[Any]
    terms: NDArray[Any]
    row: NDArray[np.int32]
    term: NDArray[np.int32]
    basis: NDArray[np.int8]

    @classmethod
    def of(cls, log: Log, reviews: pd.DataFrame, words: Words) -> Features:
        """The features of a log.

        reviews: review, consumer, product, created_at: those that the log was made of, in any order.
        words: of their texts. A review that the log leaves out, as its author had written about the
        product before, adds its terms to the one that stands there.
        """
        dated = reviews[reviews["created_at"].notna()]
        # As Log.from_frames numbers them.
        name = dated["product"].fillna("\0" + dated["review"].astype("str"))
        products = np.unique(name.to_numpy(dtype=str))
        product = pd.Series(number_ids(products, name), index=dated["review"])
        product_of = product.reindex(words.reviews, fill_value=-1).to_numpy(dtype=np.int64)

        order = np.lexsort((log.product, log.person))
        keys = log.person[order].astype(np.int64) * len(products) + log.product[order]
        wanted = words.author.astype(np.int64) * len(products) + product_of
        place = np.where(product_of >= 0, find_sorted(keys, wanted), -1)
        row_of = np.append(order, -1)[place]

        row, field = row_of[words.review].astype(np.int64), words.field
        # A review of no product has no title but its own.
        titled = field == TITLE
        if len(log.has_product):
            titled |= (field == HEADLINE) & ~log.has_product[row]
        basis = np.where(field == TAGS, 0, np.where(titled, 1, 2)).astype(np.int64)
        used = row >= 0
        sizes = (len(BASES), max(len(log.person), 1), max(len(words.terms), 1))
        packed = np.unique(np.ravel_multi_index((basis[used], row[used], words.term[used].astype(np.int64)), sizes))
        basis, row, term = np.unravel_index(packed, sizes)
        return cls(products, words.terms, row.astype(np.int32), term.astype(np.int32), basis.astype(np.int8))

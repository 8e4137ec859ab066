"""Brands by their names: in what a product states, in its title, and in what people write.

Most shops and platforms state no brand of a product, and a note has no product at all: the name stands in a title, a
tag or a text.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.errors import UsageError

__all__ = ["SOURCES", "Brand", "find_mentions", "find_sides", "find_words", "read_brands", "unheard"]

SOURCES = ("brand", "title", "text")
"""Where a name is read: in the product's brand, in its title, and in the text and tags of a review."""
UNSPACED = ("Han", "Hiragana", "Katakana", "Hangul", "Thai")
"""Scripts in which a word has no space beside it."""
EDGE = r"[^\pL\pM\pN]|[" + "".join(rf"\p{{{script}}}" for script in UNSPACED) + "]"
BEFORE, AFTER = f"(?:^|{EDGE})", f"(?:{EDGE}|$)"


@dataclass(frozen=True)
class Brand:
    """Our brand names and our rivals', in every spelling that counts; case, width and spaces make no difference.

    Raises UsageError for a name that is on both sides.
    """

    own: tuple[str, ...]
    rivals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if both := sorted({_fold_name(name) for name in self.own} & {_fold_name(name) for name in self.rivals}):
            raise UsageError(
                f"the brand {both[0]!r} is our own and a rival's", hint="Take it out of `own` or of `rivals`."
            )


def find_sides(brand: Brand, products: pd.DataFrame) -> pd.DataFrame:
    """The products that are ours or a rival's: side (own or rival), by (brand or title); index the product.

    products: product, title, brand. A title counts where no brand is stated, and only if it names one side alone.
    """
    sides = {_fold_name(name): "rival" for name in brand.rivals} | {_fold_name(name): "own" for name in brand.own}
    stated = products["brand"].map({name: sides.get(_fold_name(name)) for name in products["brand"].dropna().unique()})
    named = _name_sides(brand, products["title"].where(products["brand"].isna()))
    by_title = np.select([named["own"] & ~named["rival"], named["rival"] & ~named["own"]], ["own", "rival"], "")
    found = pd.DataFrame(
        {"side": stated.astype(object).where(stated.notna(), by_title), "by": np.where(stated.notna(), *SOURCES[:2])}
    ).set_index(products["product"].to_numpy())
    return found[found["side"] != ""].astype("str")


def read_brands(products: pd.DataFrame, brand: Brand | None) -> NDArray[Any]:
    """(n,) object: the brand of each product; None for none.

    products: brand, title. It is the brand that is stated or, where none is, the one of ours and our rivals' that the
    title alone names. Ours is written as its first name, however a product spells it, and a rival's as it was given.
    """
    names = {} if brand is None else dict.fromkeys(brand.own, "".join(brand.own[:1])) | {x: x for x in brand.rivals}
    spelled = {_fold_name(name): of for name, of in names.items()}
    stated = products["brand"]
    read = stated.map({name: spelled.get(_fold_name(name), name) for name in stated.dropna().unique()}).astype(object)
    titles = products["title"].where(stated.isna())
    hits = {of: _find(_pattern([name for name in names if names[name] == of]), titles) for of in names.values()}
    alone = sum(hits.values(), np.zeros(len(products), dtype=int)) == 1
    for of, named in hits.items():
        read[named & alone] = of
    return read.where(read.notna(), None).to_numpy()


def find_mentions(brand: Brand, reviews: pd.DataFrame, texts: pd.DataFrame, sided: pd.Index) -> pd.DataFrame:
    """The reviews that name a brand in their title, text or tags: review, side; two rows for one that names both.

    reviews: review, product. texts: review, title, text, tags. sided: the products of a known side, whose reviews are
    left out, as they are of that side whatever else they name.
    """
    open_ = reviews.loc[~reviews["product"].isin(sided), ["review"]]
    there = open_.merge(texts, on="review")
    words = there["title"].fillna("") + "\n" + there["text"].fillna("") + "\n" + there["tags"].fillna("")
    named = _name_sides(brand, words)
    found = [there.loc[named[side], ["review"]].assign(side=side) for side in ("own", "rival")]
    return pd.concat(found, ignore_index=True).astype("str")


def unheard(brand: Brand, products: pd.DataFrame, texts: pd.DataFrame) -> list[str]:
    """A sentence for each name of the brand that stands nowhere, with the nearest brand that products state.

    products: title, brand. texts: title, text, tags. A warning and no error, since a rival may just not have come up.
    """
    there = {_fold_name(name): name for name in sorted(products["brand"].dropna().unique(), reverse=True)}
    written = pd.concat([products["title"], *(texts[name] for name in ("title", "text", "tags"))])
    sentences = []
    for name in (*brand.own, *brand.rivals):
        if _fold_name(name) in there or _find(_pattern([name]), written).any():
            continue
        near = [there[other] for other in difflib.get_close_matches(_fold_name(name), sorted(there))]
        sentences.append(
            f"no product, title or text names the brand {name!r}" + (f"; near is {', '.join(near)}" if near else "")
        )
    return sentences


def find_words(words: Sequence[str], texts: pd.Series[str]) -> NDArray[np.bool_]:
    """(n,) bool: the texts in which one of the words or phrases stands; case and width make no difference."""
    return _find(_pattern(words), texts)


def _fold_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())


def _name_sides(brand: Brand, texts: pd.Series[str]) -> dict[str, NDArray[np.bool_]]:
    """Which of the texts name us, and which a rival."""
    return {side: _find(_pattern(names), texts) for side, names in (("own", brand.own), ("rival", brand.rivals))}


def _pattern(names: Sequence[str]) -> str:
    """A pattern (RE2) of folded texts that have one of the names as a word; "" for none."""
    return "|".join(_word(folded) for name in names if (folded := _fold_name(name)))


def _word(name: str) -> str:
    spaced = r"\s+".join(re.escape(part) for part in name.split())
    return f"{'' if _is_unspaced(name[0]) else BEFORE}{spaced}{'' if _is_unspaced(name[-1]) else AFTER}"


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK", *(script.upper() for script in UNSPACED)))


def _find(pattern: str, texts: pd.Series[str]) -> NDArray[np.bool_]:
    """(n,) bool: the texts in which the pattern is; a missing text has nothing."""
    if not pattern:
        return np.zeros(len(texts), dtype=bool)
    given = pa.array(texts.astype(object).where(texts.notna(), None), pa.string())
    folded = pc.utf8_lower(pc.utf8_normalize(given, "NFKC"))
    found: NDArray[np.bool_] = pc.match_substring_regex(folded, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    return found

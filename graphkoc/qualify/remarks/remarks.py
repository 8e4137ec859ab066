"""Remarks: what people say clause by clause, as concepts and words, and whether it is a problem or praise.

A clause is read rather than a sentence, because one sentence often has a problem and praise of two things. A remark
without a word of either has the sign of the question that it answers, else that of the rating of its text, else none.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.graph.terms import words_of
from graphkoc.qualify.quality.stars import HIGH, LOW
from graphkoc.qualify.quality.traits import count_traits
from graphkoc.qualify.remarks.concepts import Glossary, read_glossary
from graphkoc.qualify.remarks.sentences import find_problems, split_sentences

__all__ = ["CONCEPT", "CRITICAL", "OPEN", "POSITIVE", "find_critical", "read_remarks"]

CRITICAL, POSITIVE, OPEN = "critical", "positive", "open"
"""The signs of a remark; the last is of those that are neither, or not known to be."""
CONCEPT = "@"
"""Before the key of a concept among words, which have no such character."""
MARKS = {"+ ": POSITIVE, "- ": CRITICAL}
"""How a line of an answer begins that says what somebody likes, or does not."""
MOST_TEXTS = 5_000
"""Texts that are read, the newest."""
PROBLEMS = 2
"""Remarks about a problem from which on a text is critical."""
CLAUSE = re.compile(
    r"[,，、;；:：()（）–—]+|\b(?:but|although|though|however|whereas|aber|doch|obwohl|allerdings)\b|但是|不过|可是|然而|但|只是"
)


def read_remarks(texts: pd.DataFrame, known: Collection[str] = (), marked: bool = False) -> pd.DataFrame:
    """The remarks of texts: text (row of `texts`), consumer, sentence, words (frozenset), sign.

    texts: consumer, rating (NaN for none), text. known: names that say nothing here, such as the product's. marked:
    whether lines begin with + or - where people were asked what they like and what not, as answers do. words has the
    words and, each after CONCEPT, the concepts of a clause. Of one person each clause counts once.
    """
    glossary = read_glossary()
    named = {word for name in known for word in words_of(name)}
    rows = []
    for at, text in enumerate(texts["text"].fillna("").astype(str).head(MOST_TEXTS)):
        allowed: set[str] | None = None
        for line in text.split("\n"):
            mark = MARKS.get(line[:2], OPEN) if marked else OPEN
            for sentence in split_sentences(line.removeprefix("+ ") if marked else line):
                for clause in filter(None, (part.strip() for part in CLAUSE.split(sentence))):
                    if allowed is None:
                        allowed = set(words_of(text)) - named
                    words, sign = _read_clause(clause, glossary, allowed)
                    if words:
                        rows.append((at, sentence, clause, words, sign, mark))
    table = pd.DataFrame(rows, columns=["text", "sentence", "clause", "words", "sign", "mark"])
    table["sign"] = _settle_signs(table, texts["rating"].to_numpy(dtype=float))
    table.insert(1, "consumer", texts["consumer"].to_numpy(dtype=object)[table["text"].to_numpy(dtype=np.int64)])
    table = table.drop_duplicates(["consumer", "clause"])
    return table[["text", "consumer", "sentence", "words", "sign"]].reset_index(drop=True)


def find_critical(texts: pd.Series[str], ratings: pd.Series[float]) -> NDArray[np.bool_]:
    """(k,) bool: the texts that name several problems, and praise fewer things; most platforms have no ratings.

    ratings: NaN for none, in the order of the texts.
    """
    found = np.zeros(len(texts), dtype=bool)
    rated = ratings.to_numpy(dtype=float, na_value=np.nan)
    doubtful = np.flatnonzero(_may_be_critical(texts) | (rated <= LOW))
    for begin in range(0, len(doubtful), MOST_TEXTS):
        at = doubtful[begin : begin + MOST_TEXTS]
        # Each text is its own person's, as of one person equal remarks count once.
        remarks = read_remarks(pd.DataFrame({"consumer": at, "rating": rated[at], "text": texts.iloc[at].to_numpy()}))
        row, sign = remarks["text"].to_numpy(dtype=np.int64), remarks["sign"]
        critical, positive = (np.bincount(row[sign == one], minlength=len(at)) for one in (CRITICAL, POSITIVE))
        found[at] = (critical >= PROBLEMS) & (critical > positive)
    return found


def _may_be_critical(texts: pd.Series[str]) -> NDArray[np.bool_]:
    """(k,) bool: the texts with words of enough problems; reading the remarks of the others would take long."""
    written = texts.fillna("").astype("str")
    glossary = read_glossary()
    mentions = [
        sum(one.sign == "problem" or one.concept.sign == "problem" for one in glossary.find(text)) for text in written
    ]
    traits = count_traits(pd.Series(index=written.index, dtype="str"), written, np.zeros(len(written)))
    words = (traits.column("problem") > 0) | (traits.column("wish") > 0)
    return np.asarray((np.array(mentions, dtype=int) >= PROBLEMS) | words)


def _read_clause(clause: str, glossary: Glossary, allowed: Collection[str]) -> tuple[frozenset[str], str]:
    """The words and concepts of a clause, and the sign that its concepts give it."""
    mentions = glossary.find(clause)
    rest, end = [], 0
    for one in mentions:
        rest.append(clause[end : one.start])
        end = one.end
    plain = [word for word in words_of(" ".join([*rest, clause[end:]])) if word in allowed]
    signs = {one.sign for one in mentions}
    sign = CRITICAL if "problem" in signs else POSITIVE if "praise" in signs else OPEN
    return frozenset([*plain, *(CONCEPT + one.concept.key for one in mentions)]), sign


def _settle_signs(table: pd.DataFrame, ratings: Values) -> NDArray[Any]:
    """(k,) object: the sign of each remark: that of its concepts, its words, its line or the rating, in this order."""
    if table.empty:
        return np.array([], dtype=object)
    rating = ratings[table["text"].to_numpy(dtype=np.int64)]
    by_words = np.where(find_problems(table["clause"].astype("str")), CRITICAL, OPEN)
    by_rating = np.select([rating <= LOW, rating >= HIGH], [CRITICAL, POSITIVE], OPEN)
    found = table["sign"].to_numpy(dtype=object)
    for other in (by_words, table["mark"].to_numpy(dtype=object), by_rating):
        found = np.where(found == OPEN, other, found)
    return found.astype(object)

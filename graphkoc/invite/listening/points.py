"""Points: what several people say of a product, marked by a concept or a word, and if need be by a part of the product.

A point is made of rules, so that the same point is found among other texts: what people answered, and what reviews
said before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.invite.themes import LIFT
from graphkoc.qualify.remarks.concepts import read_glossary
from graphkoc.qualify.remarks.remarks import CONCEPT

__all__ = ["Point", "find_points", "name_point"]

FEWEST, FEWEST_OF_MANY, MANY = 2, 3, 20
"""People of a point, and those of one among at least MANY people who answered."""
TOGETHER = 0.34
"""Jaccard of their remarks from which on two words are said together."""
MATES = 2
"""Words that are named beside what marks a point."""
ALONE = 0.25
"""Share of the people from which on a word is a point although no other is said with it."""


@dataclass(frozen=True)
class Point:
    """What a remark has to have to be one of a point.

    head: a concept or a word. aspect: the part or side of the product that it is said of; None for any. sole: no other
    part is named with this head often enough, so that a remark that names none means this one. without: concepts that
    make another point of a remark. mates: words that are said with it.
    """

    head: str
    aspect: str | None = None
    sole: bool = False
    without: frozenset[str] = frozenset()
    mates: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What marks it, the part first, then what is said with it."""
        return tuple(word for word in (self.aspect, self.head, *self.mates) if word is not None)

    def find(self, remarks: pd.DataFrame) -> NDArray[np.bool_]:
        """(k,) bool: the remarks that are of it."""
        return np.array([self._has(words) for words in remarks["words"]], dtype=bool)

    def _has(self, words: frozenset[str]) -> bool:
        if self.head not in words or not words.isdisjoint(self.without):
            return False
        return self.aspect is None or self.aspect in words or (self.sole and words.isdisjoint(_list_aspects()))


def find_points(remarks: pd.DataFrame, elsewhere: Mapping[str, int], strangers: int) -> list[Point]:
    """The points of remarks, those of most people first; the order of rows makes no difference.

    remarks: as `graphkoc.qualify.remarks.remarks.read_remarks` returns them. elsewhere: how many of `strangers` people
    use each word of texts about other things; a word that is as frequent there makes no point.
    """
    index = _Index(remarks)
    found = [point for head in index.rank(_list_judgements()) for point in _split_by_aspect(head, index)]
    for head in index.rank(_list_aspects()):
        taken = frozenset(point.head for point in found if point.aspect == head)
        point = Point(head, without=taken)
        if index.count(point) >= index.fewest:
            found.append(point)
    claimed = np.zeros(len(remarks), dtype=bool)
    for point in found:
        claimed |= point.find(remarks)
    often = [
        word for word in index.where if not word.startswith(CONCEPT) and index.is_often(word, elsewhere, strangers)
    ]
    for word in index.rank(often):
        at = sorted(index.where[word])
        mates = index.list_mates(word, often)
        enough = mates or len(index.whose[word]) >= max(FEWEST_OF_MANY, ALONE * index.people)
        # What is mostly said with a point that is there already is no other one.
        if enough and 2 * claimed[at].sum() <= len(at):
            found.append(Point(word, mates=tuple(mates[:MATES])))
            for one in (word, *mates):
                claimed[sorted(index.where[one])] = True
    named = [_add_mates(point, index, often) for point in found]
    return sorted(named, key=lambda point: (-index.count(point), point.words))


def name_point(words: Iterable[str], language: str) -> str:
    """What a point is called in a language (en, zh or de): the part: what is said of it (what is said with it)."""
    concepts = read_glossary().concepts
    shown = [concepts[word[1:]].names[language] if word.startswith(CONCEPT) else word for word in words]
    first = [one for one, word in zip(shown, words, strict=True) if word.startswith(CONCEPT)] or shown[:1]
    colon, comma = ("：", "、") if language == "zh" else (": ", ", ")
    beside = [one for one in shown if one not in first]
    return colon.join(first) + (f" ({comma.join(beside)})" if beside else "")


class _Index:
    """Where each word of remarks is, and whose it is."""

    def __init__(self, remarks: pd.DataFrame) -> None:
        self.remarks = remarks
        self.where: dict[str, set[int]] = {}
        self.whose: dict[str, set[str]] = {}
        for at, (words, consumer) in enumerate(zip(remarks["words"], remarks["consumer"], strict=True)):
            for word in words:
                self.where.setdefault(word, set()).add(at)
                self.whose.setdefault(word, set()).add(consumer)
        self.people = remarks["consumer"].nunique()
        self.fewest = FEWEST if self.people < MANY else FEWEST_OF_MANY

    def rank(self, words: Iterable[str]) -> list[str]:
        """The words that enough people use, those of most people first."""
        used = [word for word in words if len(self.whose.get(word, ())) >= self.fewest]
        return sorted(used, key=lambda word: (-len(self.whose[word]), word))

    def count(self, point: Point) -> int:
        """The people of a point."""
        return int(self.remarks.loc[point.find(self.remarks), "consumer"].nunique())

    def is_often(self, word: str, elsewhere: Mapping[str, int], strangers: int) -> bool:
        """Whether enough people use a word, and a larger share of them than elsewhere."""
        mine = len(self.whose[word])
        return mine >= self.fewest and mine / self.people >= LIFT * elsewhere.get(word, 0) / max(strangers, 1)

    def list_mates(self, word: str, others: Iterable[str]) -> list[str]:
        """The words that stand in the same remarks as a word, those that do so most first."""
        here = self.where[word]
        alike = {
            other: len(here & self.where[other]) / len(here | self.where[other]) for other in others if other != word
        }
        kept = [other for other, share in alike.items() if share >= TOGETHER]
        return sorted(kept, key=lambda other: (-alike[other], other))


def _split_by_aspect(head: str, index: _Index) -> list[Point]:
    """The points of a judgement, one for each part that enough people say it of, and one for the rest."""
    rows = index.remarks.iloc[sorted(index.where[head])]
    said = Counter[str]()
    for _, words in rows.groupby("consumer")["words"]:
        said.update(set().union(*words) & _list_aspects())
    aspects = sorted(aspect for aspect, people in said.items() if people >= index.fewest)
    if not aspects:
        return [Point(head)]
    points = [Point(head, aspect, sole=len(aspects) == 1) for aspect in aspects]
    if len(aspects) > 1:
        points.append(Point(head, without=frozenset(aspects)))
    return [point for point in points if index.count(point) >= index.fewest]


def _add_mates(point: Point, index: _Index, often: Iterable[str]) -> Point:
    """A point that a concept marks, with the words that are said with it."""
    if not point.head.startswith(CONCEPT):
        return point
    mates = tuple(index.list_mates(point.head, often)[:MATES])
    return Point(point.head, point.aspect, point.sole, point.without, mates)


@cache
def _list_aspects() -> frozenset[str]:
    return frozenset(CONCEPT + key for key, one in read_glossary().concepts.items() if one.sign == "aspect")


@cache
def _list_judgements() -> frozenset[str]:
    return frozenset(CONCEPT + key for key, one in read_glossary().concepts.items() if one.sign != "aspect")

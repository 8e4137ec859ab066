"""Themes: what people bring up of their own accord about a topic, told by words that stand together in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.terms import words_of
from graphkoc.graph.titles import find_line_words
from graphkoc.qualify.remarks.sentences import find_problems, split_sentences
from graphkoc.text import display_name

__all__ = ["LIFT", "Theme", "count_elsewhere", "find_themes"]

FEWEST, WIDEST = 3, 0.5
"""People of a theme at least, and the share of all of them above which a word says nothing."""
LIFT = 1.5
"""How many times as large a share of the people must use a word here as elsewhere."""
TOGETHER = 0.34
"""Jaccard of their sentences from which on two words are one theme."""
NAMED = 3
"""Words that name a theme."""
MOST, MOST_CRITICAL = 8, 4
"""Themes of most people, and critical ones beside them."""
CRITICAL = 0.3
"""Share of the sentences of a theme that name a problem or a wish, from which on it is critical without ratings."""
MOST_LOOKED, MOST_TEXTS, MOST_OTHERS = 60, 5_000, 3_000
"""Themes that are looked at; texts of the topic that are read, the newest; and texts about other things."""
QUOTED, LONGEST = 3, 200


@dataclass(frozen=True)
class Theme:
    """What several people bring up.

    words: the words that stand for it, that of most people first. people, sentences: how many. problems: sentences
    among them that name a problem or a wish. low, high: people who do so in a text with a low or a high rating. quotes:
    (review, consumer, sentence), each of another person.
    """

    words: tuple[str, ...]
    people: int
    sentences: int
    problems: int
    low: int
    high: int
    quotes: tuple[tuple[str, str, str], ...]

    @property
    def critical(self) -> bool:
        """Whether it comes more often with low ratings than with high ones or, without ratings, with problems."""
        if self.low or self.high:
            return self.low > self.high
        return self.problems >= CRITICAL * self.sentences


def find_themes(
    texts: pd.DataFrame, others: pd.Series[str], known: Iterable[str], products: pd.DataFrame, seats: Collection[str]
) -> list[Theme]:
    """The themes of texts: those of most people, and the critical ones of most people beside them; most people first.

    texts: review, consumer, created_at, headline, text, low, high. others: texts about other things, by consumer, with
    which these are compared; may be empty. known: names that are no theme, such as the topic's. products: title and
    brand; the words of a title count in sentences that name no maker or line. seats: whose sentences are quoted first.
    The order of rows makes no difference.
    """
    rows = texts.sort_values(["created_at", "review"], ascending=[False, True], na_position="last")[:MOST_TEXTS]
    sentences = _split(rows)
    if sentences.empty:
        return []
    named, lines = {word for name in known for word in words_of(name)}, find_line_words(products)
    titled = {word for title in products["title"].dropna().unique() for word in words_of(title)}
    spoken = []
    for sentence in sentences["sentence"]:
        words = words_of(sentence)
        without = named if lines.isdisjoint(words) else named | titled
        spoken.append([word for word in words if word not in without])
    whose: dict[str, set[str]] = {}
    where: dict[str, set[int]] = {}
    for at, (words, consumer) in enumerate(zip(spoken, sentences["consumer"], strict=True)):
        for word in words:
            whose.setdefault(word, set()).add(consumer)
            where.setdefault(word, set()).add(at)
    people = sentences["consumer"].nunique()
    elsewhere, strangers = count_elsewhere(others)
    kept = [
        word
        for word, who in whose.items()
        if FEWEST <= len(who) <= max(WIDEST * people, FEWEST)
        and len(who) / people >= LIFT * elsewhere[word] / max(strangers, 1)
    ]
    kept.sort(key=lambda word: (-len(whose[word]), word))
    problems = find_problems(sentences["sentence"])
    found: list[Theme] = []
    used: set[str] = set()
    for word in kept:
        if word in used or len(found) == MOST_LOOKED:
            continue
        alike = {other: _overlap(where[word], where[other]) for other in kept if other not in used and other != word}
        mates = sorted((other for other in alike if alike[other] >= TOGETHER), key=lambda other: (-alike[other], other))
        used |= {word, *mates}
        # A word alone is about anything.
        if mates:
            group = [word, *mates[: NAMED - 1]]
            found.append(_describe(group, where, spoken, sentences, problems, seats))
    found.sort(key=lambda theme: (-theme.people, theme.words))
    found = [theme for theme in found if theme.people >= FEWEST]
    critical = [theme for theme in found[MOST:] if theme.critical]
    return [*found[:MOST], *critical[:MOST_CRITICAL]]


def _split(rows: pd.DataFrame) -> pd.DataFrame:
    """The sentences of texts: review, consumer, low, high, sentence; each once for a person."""
    whole = rows["headline"].fillna("") + "\n" + rows["text"].fillna("")
    parts = rows.assign(sentence=whole.map(split_sentences)).explode("sentence").dropna(subset=["sentence"])
    parts = parts.drop_duplicates(["consumer", "sentence"])
    return parts[["review", "consumer", "low", "high", "sentence"]].reset_index(drop=True)


def count_elsewhere(others: pd.Series[str]) -> tuple[Counter[str], int]:
    """How many people use each word in other texts, and how many people these are; every n-th text is read."""
    step = max(1, -(-len(others) // MOST_OTHERS))
    read = others.dropna()[::step]
    used = {(consumer, word) for consumer, text in read.items() for word in words_of(text)}
    return Counter(word for _, word in used), read.index.nunique()


def _overlap(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other)


def _describe(
    words: list[str],
    where: dict[str, set[int]],
    spoken: list[list[str]],
    sentences: pd.DataFrame,
    problems: NDArray[np.bool_],
    seats: Collection[str],
) -> Theme:
    """A theme of some words, told by the sentences with two of them."""
    times = Counter(at for word in words for at in where[word])
    at = sorted(place for place, often in times.items() if often > 1)
    rows = sentences.iloc[at].assign(problem=problems[at], seated=sentences["consumer"].iloc[at].isin(list(seats)))
    best = rows.sort_values(["seated", "problem", "review"], ascending=[False, False, True])
    best = best.drop_duplicates("consumer").drop_duplicates("sentence").head(QUOTED)
    return Theme(
        tuple(words),
        rows["consumer"].nunique(),
        len(rows),
        int(rows["problem"].sum()),
        rows.loc[rows["low"], "consumer"].nunique(),
        rows.loc[rows["high"], "consumer"].nunique(),
        tuple(
            (review, consumer, display_name(sentence, LONGEST))
            for review, consumer, sentence in best[["review", "consumer", "sentence"]].itertuples(index=False)
        ),
    )

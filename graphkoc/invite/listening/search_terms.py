"""Search terms for briefs: what people who look for such a product would type, spread over those who post.

They are the tags and words of what is written about the product and its kind. Where everybody posted under the same
term, the others would stay empty; each person therefore gets a few, and each term is given about equally often.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from graphkoc.graph.terms import HAN, words_of
from graphkoc.invite.themes import LIFT, count_elsewhere

__all__ = ["assign_terms", "find_terms"]

MOST, EACH = 12, 3
"""Terms of a campaign, and of a brief."""
FEWEST = 3
"""People who use a word that is a term; of a tag two are enough, because it was put there to be found."""
FEWEST_TAG = 2
WIDEST = 0.5
"""Share of the people above which a word says nothing."""
CHINESE = re.compile(f"[{HAN}]")


def find_terms(texts: pd.DataFrame, others: pd.Series[str], known: Iterable[str] = ()) -> list[str]:
    """The terms of a campaign: tags first, then words; each by the number of people who use it.

    texts: about the product or its kind: consumer, text, tags (separated by spaces, or null). others: texts about other
    things by consumer, where a word has to be rarer. known: what counts as a term at once, such as a plan's tags.
    """
    tags = _count(texts["consumer"], texts["tags"], tags=True)
    words = _count(texts["consumer"], texts["text"], tags=False)
    people = max(texts["consumer"].nunique(), 1)
    elsewhere, strangers = count_elsewhere(others)
    kept = {
        word: number
        for word, number in words.items()
        if FEWEST <= number <= max(WIDEST * people, FEWEST)
        and number / people >= LIFT * elsewhere[word] / max(strangers, 1)
    }
    often = [tag for tag, number in _order(tags) if number >= FEWEST_TAG]
    return list(dict.fromkeys([*known, *often, *(word for word, _ in _order(kept))]))[:MOST]


def assign_terms(terms: Sequence[str], languages: Mapping[str, str]) -> dict[str, list[str]]:
    """The terms of each person's brief, by consumer: of those in their script the ones that were given least.

    languages: the language of each brief, in the order of the list.
    """
    given = Counter(dict.fromkeys(terms, 0))
    found = {}
    for consumer, language in languages.items():
        fitting = [term for term in terms if bool(CHINESE.search(term)) == (language == "zh")] or list(terms)
        mine = sorted(fitting, key=lambda term: (given[term], terms.index(term)))[:EACH]
        given.update(mine)
        found[consumer] = mine
    return found


def _count(consumer: pd.Series[str], cells: pd.Series[str], tags: bool) -> Counter[str]:
    """How many people use each word, or tag."""
    rows = zip(consumer, cells, strict=True)
    used = {(who, word) for who, cell in rows if isinstance(cell, str) for word in words_of(cell, tags)}
    return Counter(word for _, word in used)


def _order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

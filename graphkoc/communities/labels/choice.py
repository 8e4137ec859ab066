"""The choice of a name: the best that can be made of what is known and that no other group has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count, product

from graphkoc.graph.terms import HAN, words_of
from graphkoc.text import display_name

__all__ = ["LONGEST", "Known", "choose", "kin"]

LONGEST = 60
"""Characters of a name."""
LONGEST_HEAD = 28
"""Characters of a category that words follow: with the longest of them it fits into a name."""


@dataclass(frozen=True)
class Known:
    """The parts of a group's possible names, the best first: categories, words, and the products or people in its
    middle."""

    categories: list[str]
    words: list[str]
    middle: list[str]

    @property
    def heads(self) -> list[str]:
        """The categories that can be shown, shortened."""
        return [head for category in self.categories if (head := display_name(category, LONGEST_HEAD))]

    @property
    def leads(self) -> list[str]:
        """The beginnings of a name with words."""
        return [f"{head}: " for head in self.heads] or [""]

    def with_words(self) -> Iterator[str]:
        """The category and any two words; words that only repeat the category are skipped."""
        lead = self.leads[0]
        there = words_of(lead)
        new = [
            word
            for word in self.words
            if not all(any(kin(piece, other) for other in there) for piece in word.split("-"))
        ]
        for some in combinations(new, min(len(new), 2)) if new else ():
            name = lead + ", ".join(some)
            yield name if len(name) <= LONGEST else lead + some[0]

    def without_words(self) -> Iterator[str]:
        """Any two categories, then any one."""
        yield from (" + ".join(pair) for pair in combinations(self.heads, 2))
        yield from (name for category in self.categories if (name := display_name(category, LONGEST)))

    def around(self) -> Iterator[str]:
        """A category and a product or person in the middle of the group."""
        named = product(self.heads or ["People"], self.middle)
        yield from (display_name(f"{head} around {one}", LONGEST) for head, one in named)

    def names(self) -> Iterator[str]:
        """Every name that the group could have, an endless series."""
        plain = (self.heads or ["People"])[0]
        numbered = (f"{plain} ({number})" for number in count(1))
        return chain(self.with_words(), self.without_words(), self.around(), numbered)

    def still(self, name: str) -> bool:
        """Whether a name of the last run may stay; see `graphkoc.communities.labels.describe`."""
        if self.words:
            leads = [lead for lead in self.leads if name.startswith(lead)]
            return any(set(name.removeprefix(lead).split(", ")) <= set(self.words) for lead in leads)
        both = set(name.split(" + ")) <= set(self.heads)
        return both or name in {*self.without_words(), *self.around()}


def choose(known: Sequence[Known], previous: Sequence[str | None]) -> list[str]:
    """A name for each group, no two the same whatever their case. Groups that keep their name come first, then the
    others in the order given."""
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    kept = ([name] if name and facts.still(name) else [] for name, facts in zip(previous, known, strict=True))
    for names in (kept, (facts.names() for facts in known)):
        for place, some in enumerate(names):
            if place not in chosen:
                name = next((name for name in some if name.casefold() not in taken), None)
                if name is not None:
                    chosen[place] = name
                    taken.add(name.casefold())
    return [chosen[place] for place in range(len(known))]


def kin(word: str, other: str) -> bool:
    """Whether a Chinese word is part of the other, or of two words in letters one is the other with an
    ending: s, es, or after four letters any one or two."""
    if re.match(f"[{HAN}]", word):
        return word in other
    shorter, longer = sorted((word, other), key=len)
    if not longer.startswith(shorter):
        return False
    ending = longer.removeprefix(shorter)
    return ending in ("", "s", "es") or (len(shorter) > 3 and len(ending) <= 2)

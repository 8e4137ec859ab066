"""The choice of a name: the best that can be made of what is known and that no other group has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count

from graphkoc.graph.terms import HAN
from graphkoc.runs.group_names import APART, TOGETHER
from graphkoc.text import display_name

__all__ = ["LONGEST", "Known", "choose", "kin", "pieces_of", "repeats"]

LONGEST = 60
"""Characters of a name."""
LONGEST_HEAD = 27
"""Characters of a category that something follows: with the longest word it fits into a name."""


@dataclass(frozen=True)
class Known:
    """The parts of a group's possible names, the best first.

    categories; words that set it apart from the others of its category, or from everybody where it has none; titles of
    products; people in its middle. finer: whether it lies inside a group of its category, whose plain name it cannot
    have. where: the platform of its people, where others of its category are on another. years: those in which most of
    its people joined, where others did not. together: whether it was made of products that the same people review.
    """

    categories: list[str]
    words: list[str]
    titles: list[str]
    people: list[str]
    finer: bool = False
    where: str = ""
    years: str = ""
    together: bool = False

    @property
    def _kinds(self) -> list[str]:
        """The categories that can be shown, shortened."""
        return [head for category in self.categories if (head := display_name(category, LONGEST_HEAD))]

    @property
    def heads(self) -> list[str]:
        """The categories, the first with the platform."""
        kinds = self._kinds
        return [f"{kinds[0]}{APART}{self.where}", *kinds[1:]] if kinds and self.where else kinds

    @property
    def plain(self) -> str:
        """The name that it has where no other group would: its category; two where no word says more; the years in
        which its people joined where it has neither category, word nor title; "" for none."""
        return next(self._plain(), "")

    @property
    def _joined(self) -> str:
        """Its name where nothing but the years is known of it, "" where more is."""
        return "" if self.heads or self.words or self.titles or not self.years else f"Joined in {self.years}"

    def _plain(self) -> Iterator[str]:
        """Its possible names that are categories, or years, alone."""
        if self._joined:
            yield self._joined
        elif self.where:
            yield from self.heads[:1]
        elif not self.finer:
            if not self.words:
                yield from (" + ".join(pair) for pair in combinations(self.heads, 2))
            yield from (name for category in self.categories if (name := display_name(category, LONGEST)))

    def _apart(self) -> Iterator[str]:
        """Its category, and what sets it apart; what only repeats the category does not."""
        for head in self.heads[:1]:
            there = pieces_of(head)
            for one in [*self.words, *(_cut(title, there) for title in self.titles)]:
                if not repeats(one, there):
                    yield display_name(f"{head}{APART}{one}", LONGEST)
            yield from (f"{head}{APART}{other}" for other in self.heads[1:])
            if self.years:
                yield f"{head}{APART}joined in {self.years}"
            if self.together and self.finer:
                yield f"{head}{APART}{TOGETHER}"

    def _headless(self) -> Iterator[str]:
        """Without a category: any two words, else a product, else the years, else a person in its middle."""
        for some in combinations(self.words, min(len(self.words), 2)) if self.words else ():
            name = ", ".join(some)
            yield name if len(name) <= LONGEST else some[0]
        yield from (name for title in self.titles if (name := display_name(title, LONGEST)))
        if self.years:
            yield f"Joined in {self.years}"
        else:
            yield from (display_name(f"People around {one}", LONGEST) for one in self.people)

    @property
    def bare(self) -> bool:
        """Whether nothing sets it apart."""
        return not any(self._apart())

    def names(self, alone: bool, first: int = 1) -> Iterator[str]:
        """Every name that the group could have, an endless series. alone: whether no other group has as much right to
        its plain name. first: the number after the name that comes first."""
        head = (self.heads or [f"Joined in {self.years}, group" if self.years else "People"])[0]
        numbered = (f"{head} {number}" for number in count(first))
        if self._joined:
            return chain(self._plain() if alone else (), numbered)
        if not self.heads:
            return chain(self._headless(), numbered)
        return chain(self._plain() if alone else (), self._apart(), numbered)

    def still(self, name: str) -> bool:
        """Whether a name of the last run may stay; see `graphkoc.communities.labels.describe`."""
        if self._joined:
            return re.fullmatch(rf"{self._joined}(, group [1-9][0-9]{{0,5}})?", name) is not None
        if not self.heads:
            return set(name.split(", ")) <= set(self.words) or (not self.words and name in set(self._headless()))
        heads = {*self.heads, *self._kinds}
        if not self.finer and set(name.split(" + ")) <= {*heads, *self._plain()}:
            return True
        if APART in name:
            apart = {display_name(f"{head}{APART}{one}", LONGEST) for head in heads for one in self.words}
            return name in apart or (not self.words and name in {*self._apart()})
        numbered = re.fullmatch(r"(.+) [1-9][0-9]{0,5}", name)
        return numbered is not None and self.bare and numbered[1] in heads


def choose(known: Sequence[Known], previous: Sequence[str | None]) -> list[str]:
    """A name for each group, no two the same whatever their case. Groups that keep their name come first, then the
    others in the order given."""
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    plain = [facts.plain.casefold() for facts in known]
    how_many, bare = Counter(plain), Counter(name for name, facts in zip(plain, known, strict=True) if facts.bare)
    alone = [how_many[name] == 1 or (facts.bare and bare[name] == 1) for name, facts in zip(plain, known, strict=True)]
    kept = ([name] if name and facts.still(name) else [] for name, facts in zip(previous, known, strict=True))
    new = (facts.names(alone[at], 2 if plain[at] in taken else 1) for at, facts in enumerate(known))
    for names in (kept, new):
        for place, some in enumerate(names):
            if place not in chosen:
                name = next((name for name in some if name.casefold() not in taken), None)
                if name is not None:
                    chosen[place] = name
                    taken.add(name.casefold())
    return [chosen[place] for place in range(len(known))]


def pieces_of(name: str) -> list[str]:
    """The runs of letters and digits of a name, stop words too."""
    return re.findall(r"\w+", name.replace("_", " "))


def repeats(name: str, there: Sequence[str]) -> bool:
    """Whether each piece of a word or tag is a form of one of the words that are there."""
    return all(any(kin(piece, other) for other in there) for piece in pieces_of(name))


def _cut(name: str, there: Sequence[str]) -> str:
    """A title without the words at its end that are there: "Brisko Venta" of a Coffee Grinder."""
    pieces = name.split()
    while len(pieces) > 1 and pieces_of(pieces[-1]) and repeats(pieces[-1], there):
        pieces.pop()
    return " ".join(pieces)


def kin(word: str, other: str) -> bool:
    """Whether a Chinese word is part of the other, or of two words in letters one is the other with an
    ending: s, es, or after four letters any one or two."""
    word, other = word.casefold(), other.casefold()
    if not word or not other:
        return False
    if re.match(f"[{HAN}]", word):
        return word in other
    shorter, longer = sorted((word, other), key=len)
    if not longer.startswith(shorter):
        return False
    ending = longer.removeprefix(shorter)
    return ending in ("", "s", "es") or (len(shorter) > 3 and len(ending) <= 2)

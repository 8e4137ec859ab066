"""What is true of a synthetic brand: its people, products, who follows whom, and everything that was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from graphkoc.capture.synthetic.catalogue import Product
from graphkoc.capture.synthetic.people import Person

__all__ = ["Review", "World"]


@dataclass(frozen=True)
class Review:
    """A text about a product, with its author and time."""

    person: Person
    product: Product
    at: datetime
    stars: int
    text: str
    vine: bool = False
    verified: bool = True
    label: str = ""
    """The hashtag of an advertisement or of a gift."""


@dataclass
class World:
    """The whole truth. follows: platform -> person -> the numbers of the people whom this person follows there.

    topics, notes, reviews: the texts on the forum, on Xiaohongshu and on Amazon.
    """

    rng_seed: int
    people: list[Person]
    products: list[Product]
    follows: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    topics: list[Review] = field(default_factory=list)
    notes: list[Review] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    def on(self, platform: str) -> list[Person]:
        """The people on a platform."""
        return [person for person in self.people if getattr(person, platform)]

    def followers(self, platform: str) -> dict[int, list[Person]]:
        """The people who follow each person on a platform."""
        found: dict[int, list[Person]] = {}
        for number, followed in self.follows[platform].items():
            for other in followed:
                found.setdefault(other, []).append(self.people[number])
        return found

    def rng(self, what: str) -> np.random.Generator:
        """A generator for one purpose, independent of all others."""
        return np.random.default_rng([self.rng_seed, *what.encode()])

"""What is true of a synthetic brand: its people, products, who follows whom, and everything that was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np

from graphkoc.capture.synthetic.catalogue import Product
from graphkoc.capture.synthetic.people import Person, list_accounts

__all__ = ["Answer", "Campaign", "Guest", "Order", "Platform", "Review", "World"]

Platform = Literal["forum", "xiaohongshu"]


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


@dataclass(frozen=True)
class Guest:
    """Somebody whom a campaign asked for a post, and how far it came.

    outcome: a key of the guests in `campaigns.toml`. dates: event -> day. In yuan: fee, what the person is paid; cost,
    the same with the product; selling, what the agency charges for it.
    """

    person: Person
    platform: Platform
    outcome: str
    wave: int
    fee: float
    cost: float
    selling: float
    code: str
    dates: Mapping[str, datetime]
    post: Review | None = None

    @property
    def paid(self) -> bool:
        """Whether this person gets a fee beside the product."""
        return self.fee > 0

    @property
    def account(self) -> str:
        """The id in a store of the account that the post is to come from."""
        source = "discourse:" if self.platform == "forum" else "xiaohongshu:"
        return next(account for account in list_accounts(self.person) if account.startswith(source))

    @property
    def name(self) -> str:
        """What this person is called on the platform."""
        return self.person.name if self.platform == "forum" else self.person.nickname


@dataclass(frozen=True)
class Order:
    """An order in the shop, with the code of a guest."""

    person: Person
    at: datetime
    code: str
    status: str


@dataclass(frozen=True)
class Answer:
    """What a guest said of the product to the brand alone."""

    guest: Guest
    at: datetime
    rating: int
    text: str


@dataclass(frozen=True)
class Campaign:
    """A campaign that is over, or that runs on the day of the report.

    budget: what it may cost, in yuan; None where none is set. topics, notes, reviews: the texts about the product on
    the forum, on Xiaohongshu and on Amazon, posts of guests among them. adopters: the numbers of the followers who
    wrote because of a post.
    """

    name: str
    title: str
    product: Product
    starts: datetime
    ends: datetime
    target_posts: int
    budget: float | None
    factor: float
    guests: list[Guest]
    topics: list[Review]
    notes: list[Review]
    reviews: list[Review]
    adopters: list[int]
    orders: list[Order]
    answers: list[Answer]


@dataclass
class World:
    """The whole truth. follows: platform -> person -> the numbers of the people whom this person follows there.

    topics, notes, reviews: the texts on the forum, on Xiaohongshu and on Amazon, without those of the campaigns, which
    come after them in the files: what is there without the campaigns stays as it is.
    """

    rng_seed: int
    people: list[Person]
    products: list[Product]
    follows: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    topics: list[Review] = field(default_factory=list)
    notes: list[Review] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)

    def list_texts(
        self, kind: Literal["topics", "notes", "reviews"], what: str
    ) -> list[tuple[np.random.Generator, Review]]:
        """Every text of a kind, those of the campaigns last, each with the generator of what a file says beside it.

        what: the purpose of that generator; the texts of the campaigns have one of their own.
        """
        rng, later = self.rng(what), self.rng(f"{what} of campaigns")
        added = [review for campaign in self.campaigns for review in getattr(campaign, kind)]
        return [(rng, review) for review in getattr(self, kind)] + [(later, review) for review in added]

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

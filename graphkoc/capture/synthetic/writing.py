"""How the invented people write: about which product, when, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.catalogue import Product
from graphkoc.capture.synthetic.people import UNTIL, Person
from graphkoc.capture.synthetic.world import Review

__all__ = ["days_ago", "pick_product", "write_review", "write_text"]

OF_CIRCLE = {"koc": 0.45, "active": 0.55, "kol": 0.5, "reader": 0.7, "buyer": 0.7}
"""Share of texts about the product type of the circle."""
LIKED = 0.5
"""Share of these that are about a favourite product."""
STARS = (2, 3, 4, 5)
VINE, VERIFIED = 0.04, 0.8


def days_ago(days: float) -> datetime:
    """The time so many days before UNTIL."""
    return UNTIL - timedelta(seconds=round(days * 86_400))


def pick_product(rng: np.random.Generator, products: Sequence[Product], person: Person) -> Product:
    """A product of the type of the person's circle in most cases, half of these a favourite; else any other."""
    category = person.category
    if rng.random() >= OF_CIRCLE[person.role]:
        others = [product for product in products if product.category != category]
        return others[int(rng.integers(len(others)))]
    if rng.random() < LIKED:
        return products[int(rng.choice(person.best))]
    shelf = [product for product in products if product.category == category]
    return shelf[int(rng.integers(len(shelf)))]


def write_text(
    rng: np.random.Generator, person: Person, product: Product, since: datetime, platform: str, label: str = ""
) -> Review:
    """A text of a person about a product on the forum or Xiaohongshu, within a day after `since`."""
    language: texts.Language = "zh" if platform == "xiaohongshu" else person.language
    stars = int(rng.choice(STARS))
    text = person.compose(rng, product, stars, language)
    return Review(person, product, person.write_at(rng, since), stars, text, label=label)


def write_review(rng: np.random.Generator, person: Person, product: Product, since: datetime) -> Review:
    """A person's review on Amazon, where nobody writes Chinese."""
    language: texts.Language = "en" if person.chinese else person.language
    stars = int(rng.choice(STARS))
    vine = rng.random() < VINE
    verified = not vine and rng.random() < VERIFIED
    text = person.compose(rng, product, stars, language)
    return Review(person, product, person.write_at(rng, since), stars, text, vine, verified)

"""The synthetic brand is made up: who follows whom, who writes what, and who follows it up.

Circles of nine people to a quarter of everybody share a product type and a setting, such as kettles and camping. A key
opinion consumer writes 14 to 30 texts a year, at most half on one product type, and some of their followers, of whom
they have no more than others, write about the same product afterwards. Some people are on several platforms under
different names, but like the same products, write at the same hours, end sentences alike and follow the same people.
`graphkoc.capture.synthetic.story` adds the leaders, the two people of the story, and whom nobody should invite;
`graphkoc.capture.synthetic.campaigns` adds two past campaigns of the brand, and one that runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.capture.synthetic import campaigns, story, texts
from graphkoc.capture.synthetic.catalogue import RIVALS, make_products
from graphkoc.capture.synthetic.people import Person, make_people
from graphkoc.capture.synthetic.world import Review, World
from graphkoc.capture.synthetic.writing import days_ago, pick_product, write_review, write_text

__all__ = ["make_world"]

DAYS = 730
FAKED = 8
"""Products that all fake reviewers praise."""
FOLLOWED, OUTSIDE = 9, 2
"""Accounts that the median person follows in their circle, and in others."""
WIDE = 10_000
"""Followers from which on an account is a leader's."""
POPULAR = 0.9
"""Quantile of the pull from which people in other circles follow somebody."""
RATES = {"koc": (14, 30), "active": (8, 16), "kol": (24, 40), "reader": (2, 5)}
"""Texts a year on a platform; those of a key opinion consumer on both are shared between them."""
ADOPTED = {"koc": 0.3, "active": 0.03, "kol": 0.02, "reader": 0.01}
"""The chance that a follower writes about the same product within WITHIN days."""
WITHIN = 45


def make_world(people: int = 1000, rng_seed: int = 0) -> World:
    """A world with so many people on the forum and Xiaohongshu together, more who only buy, and those of the story."""
    products = make_products(np.random.default_rng([rng_seed, 1]))
    world = World(rng_seed, make_people(rng_seed, people, products, story.HANDLES), products)
    story.add_people(world)
    for platform in ("forum", "xiaohongshu"):
        _draw_follows(world, platform)
    story.add_follows(world)
    world.topics = _write_texts(world, "forum")
    world.notes = _write_texts(world, "xiaohongshu")
    _write_reviews(world)
    _adopt(world)
    story.add_texts(world)
    for written in (world.topics, world.notes, world.reviews):
        written.sort(key=lambda review: (review.at, review.person.number, review.product.number))
    campaigns.add_campaigns(world)
    return world


def _draw_follows(world: World, platform: str) -> None:
    """Draw who follows whom: mostly in their own circle, and everybody by how strongly they draw followers."""
    # The same draw for both platforms, so that a person follows the same people on each.
    drawn = -np.log(-np.log(world.rng("bonds").random((len(world.people), len(world.people)))))
    wanted = world.rng("follows").lognormal(np.log(FOLLOWED), 0.4, len(world.people))
    drawn += np.log([person.pull for person in world.people])
    there = [person for person in world.on(platform) if person.role not in ("kol", "ring")]
    number, circle, pull, fans = (
        np.array([getattr(person, name) for person in there]) for name in ("number", "circle", "pull", "fans")
    )
    popular = pull >= np.quantile(pull, POPULAR)
    world.follows[platform] = {}
    for person in there:
        inside = circle == person.circle
        others = popular & ~inside
        if not person.circle:
            # The largest circle is the white space: it follows nobody with a wide audience.
            others &= fans < WIDE
        own = _choose_highest(
            drawn[person.number], number[inside & (number != person.number)], wanted[person.number], 0.6
        )
        world.follows[platform][person.number] = sorted(
            {*own, *_choose_highest(drawn[person.number], number[others], OUTSIDE)}
        )


def _choose_highest(drawn: NDArray[Any], numbers: NDArray[Any], size: float, share: float = 1.0) -> list[int]:
    """The people of these numbers with the highest draws: so many, and no more than a share of them."""
    count = min(round(size), int(share * len(numbers)))
    chosen: list[int] = numbers[np.argsort(-drawn[numbers], kind="stable")[:count]].tolist()
    return chosen


def _write_texts(world: World, platform: str) -> list[Review]:
    rng = world.rng(f"written {platform}")
    found = []
    for person in world.on(platform):
        if person.role == "ring":
            continue
        years = (DAYS - person.last) / 365
        if person.role == "koc" and person.forum and person.xiaohongshu:
            years /= 2
        for place in range(max(round(years * rng.uniform(*RATES[person.role])), 1)):
            # The last text is where it was drawn, the others before it.
            days = person.last if place == 0 else rng.uniform(person.last, DAYS)
            product = pick_product(rng, world.products, person)
            found.append(write_text(rng, person, product, days_ago(days), platform))
    return found


def _write_reviews(world: World) -> None:
    """Write the reviews on Amazon, one per person and product: independent ones, and the fakes'."""
    rng = world.rng("bought")
    first: dict[tuple[int, int], Review] = {}
    for person in world.on("amazon"):
        if person.role == "fake":
            continue
        most = {"koc": 10, "active": 8}.get(person.role, 6)
        for _ in range(int(rng.integers(2, most))):
            product = pick_product(rng, world.products, person)
            review = write_review(rng, person, product, days_ago(rng.uniform(max(person.last, 5), DAYS)))
            first.setdefault((person.number, product.number), review)
    rival = [product for product in world.products if product.brand == RIVALS[1]]
    praised = rival[:: len(rival) // FAKED][:FAKED]
    for person in world.people:
        for product in praised if person.role == "fake" else ():
            at = person.write_at(rng, days_ago(float(rng.uniform(60, 64))))
            first[person.number, product.number] = Review(person, product, at, 5, _copy_praise(rng))
    world.reviews = list(first.values())


def _copy_praise(rng: np.random.Generator) -> str:
    """One of two texts of paid reviewers, almost unchanged."""
    return texts.PAID_PRAISE[rng.integers(len(texts.PAID_PRAISE))] + "!" * int(rng.integers(1, 4))


def _adopt(world: World) -> None:
    """Let followers write about products that they read of: on Amazon for the forum's, else on the same platform."""
    rng = world.rng("adopted")
    bought = {(review.person.number, review.product.number) for review in world.reviews}
    for platform, written in (("forum", world.topics), ("xiaohongshu", world.notes)):
        followers = world.followers(platform)
        known = {(review.person.number, review.product.number) for review in written}
        for review in sorted(written, key=lambda review: (review.at, review.person.number)):
            chance = ADOPTED[review.person.role]
            for follower in _reached(rng, followers.get(review.person.number, ()), chance):
                since = review.at + timedelta(days=float(rng.uniform(1, WITHIN)))
                if since > days_ago(follower.last):
                    continue
                key = (follower.number, review.product.number)
                if platform == "forum" and follower.shares_amazon:
                    if key not in bought:
                        bought.add(key)
                        world.reviews.append(write_review(rng, follower, review.product, since))
                elif key not in known:
                    known.add(key)
                    written.append(write_text(rng, follower, review.product, since, platform))


def _reached(rng: np.random.Generator, followers: Iterable[Person], chance: float) -> list[Person]:
    return [follower for follower in followers if rng.random() < chance and follower.role in ("active", "reader")]

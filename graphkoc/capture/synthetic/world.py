"""A synthetic brand, its products and its people: the truth from which files are written.

Circles of some thirty people share a taste. In each, one is a key opinion consumer, who writes much and recently and
has some fifteen listeners who buy afterwards; a few write often; a quarter has many listeners and writes little. Some
people are on several platforms under different names, but like the same products, write at the same hours, end
sentences alike and listen to the same people. Fake reviewers praise a rival's products within days, in copied words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from graphkoc.capture.synthetic import words

__all__ = ["FAKES", "OWN", "RIVALS", "UNTIL", "Person", "Product", "Review", "World", "make_world"]

OWN, RIVALS = "Nordkessel", ("Brisko", "Tessin")
UNTIL = datetime(2025, 6, 30, 12)
"""Nothing in the world is later than this."""
YEARS = 2
CIRCLE = 28
MODELS = 6
"""Products of a brand in a category."""
FAKES = 24
FAKED = 8
"""Products that all fake reviewers praise."""
ON_BOTH = 0.12
NAMESAKES = 0.04
SPREAD = 2.0
"""Standard deviation of the hour at which a person writes."""
PETS = 0.7
"""Share of texts that begin with a pet phrase."""
BEST = 0.75
"""Share of texts about a favourite product."""


@dataclass
class Person:
    """A person and their names on each platform; empty where they have no account."""

    number: int
    handle: str
    name: str
    chinese: bool
    circle: int
    role: str = "reader"
    """koc, active, popular, reader, buyer (reviews in a shop, and nothing else) or fake."""
    forum: str = ""
    xiaohongshu: str = ""
    """The platform's number."""
    nickname: str = ""
    """The name on Xiaohongshu."""
    amazon: str = ""
    crm: str = ""
    wecom: str = ""
    instagram: str = ""
    links: bool = False
    """Whether the forum profile names the Xiaohongshu account."""
    shares_amazon: bool = False
    """Whether the brand knows the Amazon account from this person."""
    best: tuple[int, ...] = ()
    """The numbers of the favourite products."""
    hour: float = 12.0
    """The usual hour of writing (UTC)."""
    marks: tuple[str, ...] = (".",)
    """Punctuation at the ends of sentences."""
    pet: tuple[int, ...] = ()
    """Favourite phrases, as indices of `words.PET`."""

    def at(self, rng: np.random.Generator, since: datetime) -> datetime:
        """A time of writing: around the usual hour, within a day after `since`."""
        hours = (self.hour + rng.normal(0, SPREAD)) % 24
        at = datetime(since.year, since.month, since.day) + timedelta(seconds=round(hours * 3600))
        return min(at + timedelta(days=at < since), UNTIL)

    def compose(self, rng: np.random.Generator, product: Product, *, chinese: bool = False) -> str:
        """A few sentences about a product, in this person's style."""
        text = words.write_about(rng, product.category, product.title, chinese=chinese)
        if rng.random() < PETS:
            text = f"{words.PET[int(rng.choice(self.pet))][int(chinese)]} {text}"
        return words.end_sentences(rng, text, self.marks)

    @property
    def email(self) -> str:
        """The e-mail address."""
        return f"{self.handle}@example.com"

    @property
    def phone(self) -> str:
        """The phone number, which belongs to nobody or to an office of the regulator."""
        return f"1380013{self.number:04}" if self.chinese else f"+49 30 23125{self.number:03}"

    @property
    def unionid(self) -> str:
        """The WeChat id, the same in all accounts of the brand."""
        return f"oInvented{self.number:06}"


@dataclass(frozen=True)
class Product:
    """A product of the brand or of a rival."""

    number: int
    title: str
    brand: str
    category: str
    price: float

    @property
    def asin(self) -> str:
        """Amazon's id of it."""
        return f"B0INV{self.number:05}"

    @property
    def sku(self) -> str:
        """The shop's."""
        return f"NK-{self.number:03}"


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


@dataclass
class World:
    """The whole truth. listens: platform -> person -> the numbers of the people to whom this person listens.

    topics, notes, reviews: the texts on the forum, on Xiaohongshu and on Amazon.
    """

    rng_seed: int
    people: list[Person]
    products: list[Product]
    listens: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    topics: list[Review] = field(default_factory=list)
    notes: list[Review] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    def on(self, platform: str) -> list[Person]:
        """The people on a platform."""
        return [person for person in self.people if getattr(person, platform)]

    def rng(self, what: str) -> np.random.Generator:
        """A generator for one purpose, independent of all others."""
        return np.random.default_rng([self.rng_seed, *what.encode()])


def make_world(people: int = 500, rng_seed: int = 0) -> World:
    """A world with so many people on the forum and Xiaohongshu together, and more who only buy."""
    world = World(rng_seed, [], _make_products(np.random.default_rng([rng_seed, 1])))
    _make_people(world, people)
    for platform in ("forum", "xiaohongshu"):
        _draw_listeners(world, platform)
    world.topics = _write_texts(world, "forum")
    world.notes = _write_texts(world, "xiaohongshu")
    _write_reviews(world)
    return world


def _make_products(rng: np.random.Generator) -> list[Product]:
    shelves = [(category, brand) for category in words.CATEGORIES for brand in (OWN, *RIVALS) for _ in range(MODELS)]
    return [
        Product(
            number, f"{brand} {name} {category.removesuffix('s')}", brand, category, float(rng.integers(19, 180)) - 0.1
        )
        for number, ((category, brand), name) in enumerate(zip(shelves, words.MODELS, strict=True))
    ]


def _make_people(world: World, people: int) -> None:
    rng = world.rng("people")
    both = round(ON_BOTH * people)
    forum = (people + both) // 2
    circles = max(forum // CIRCLE, 2)
    for number in range(people + round(people * 0.6) + FAKES):
        one, chinese = words.handle(rng, number)
        person = Person(number, one, words.nickname(one, chinese), chinese, number % circles)
        if number < forum:
            person.forum = one
        if number < both or forum <= number < people:
            person.xiaohongshu = f"5f{number:06x}{'0' * 8}{number * 7919 % 16**8:08x}"
            person.nickname = person.name
        if number >= people:
            person.role = "buyer" if number < people + round(people * 0.6) else "fake"
        if person.role != "reader" or (person.forum and rng.random() < 0.6):
            person.amazon = str(90_000_000 + number)
            person.shares_amazon = person.role == "reader" and rng.random() < 0.8
        if person.role != "fake" and rng.random() < 0.6:
            person.crm = str(1000 + number)
            person.wecom = f"wmInvented{number:06}" if rng.random() < 0.4 else ""
        if person.role == "reader" and rng.random() < 0.15:
            person.instagram = one
        world.people.append(person)
    for circle in range(circles):
        for platform in ("forum", "xiaohongshu"):
            members = [person for person in world.on(platform) if person.circle == circle]
            free = [person for person in members if person.role == "reader"]
            if not any(person.role == "koc" for person in members):
                free.pop(0).role = "koc"
            wanted = {"active": 4, "popular": round(0.28 * len(members))}
            for role, number in wanted.items():
                there = sum(person.role == role for person in members)
                for person in [person for person in free if person.role == "reader"][: max(number - there, 0)]:
                    person.role = role
    _rename_people(world, rng, both, forum, people)
    _draw_habits(world)


def _draw_habits(world: World) -> None:
    """Draw what a person has in common on all platforms: favourite products, hours and style."""
    rng = world.rng("themselves")
    for person in world.people:
        shelf = _products_of_taste(world.products, person)
        own = rng.choice([product.number for product in shelf], 3, replace=False)
        person.best = (*own.tolist(), int(rng.integers(len(world.products))))
        person.hour = float(rng.uniform(0, 24))
        person.marks = tuple(rng.choice(words.MARKS, 2, replace=False).tolist())
        person.pet = tuple(rng.choice(len(words.PET), 2, replace=False).tolist())


def _products_of_taste(products: Sequence[Product], person: Person) -> list[Product]:
    """The products of the taste of the person's circle."""
    taste = list(words.CATEGORIES)[person.circle % len(words.CATEGORIES)]
    return [product for product in products if product.category == taste]


def _rename_people(world: World, rng: np.random.Generator, both: int, forum: int, people: int) -> None:
    """Give people on both platforms a similar name at best: two edits, another script, or a name that many have."""
    for number, person in enumerate(world.people[:both]):
        person.links = number % 3 == 0
        if number % 10 == 9:
            person.nickname = "momo"
        elif number % 2:
            person.nickname = words.edit(rng, person.handle)
    for place in range(round(NAMESAKES * people)):
        world.people[people - 1 - place].nickname = world.people[forum - 1 - place].name


def _draw_listeners(world: World, platform: str) -> None:
    """Draw who listens to whom: mostly in their own circle, to its KOC, to frequent writers and to popular people."""
    # The same draw for both platforms, so that a person listens to the same people on each.
    bond = world.rng("bonds").random((len(world.people), len(world.people)))
    there = world.on(platform)
    popular = np.array([person.number for person in there if person.role == "popular"])
    # A KOC is on both platforms; the two audiences together are still small.
    chance = {"koc": 0.4, "active": 0.2, "popular": 0.9, "reader": 0.1}
    listens = {}
    for person in there:
        inside = [
            other.number
            for other in there
            if other.circle == person.circle
            and other is not person
            and bond[person.number, other.number] < chance[other.role]
        ]
        outside = popular[np.argsort(bond[person.number, popular])[:3]].tolist()
        listens[person.number] = sorted({*inside, *outside} - {person.number})
    world.listens[platform] = listens


WRITES = {"koc": (44, 56), "active": (5, 9), "popular": (3, 7), "reader": (3, 8)}


def _write_texts(world: World, platform: str) -> list[Review]:
    rng = world.rng(f"written {platform}")
    found = []
    for person in world.on(platform):
        for _ in range(int(rng.integers(*WRITES[person.role]))):
            product = _pick_liked(rng, world.products, person)
            # Popular people wrote most of their texts long ago.
            days = rng.uniform(250, 365 * YEARS) if person.role == "popular" else 365 * rng.beta(1, 1.6) * YEARS * 0.7
            text = person.compose(rng, product, chinese=person.chinese or not person.forum)
            found.append(Review(person, product, person.at(rng, _days_ago(days)), int(rng.choice((2, 3, 4, 5))), text))
    return sorted(found, key=lambda review: (review.at, review.person.number))


def _pick_tried(rng: np.random.Generator, products: Sequence[Product], person: Person) -> Product:
    """A product, mostly of the taste of the person's circle."""
    some = _products_of_taste(products, person) if rng.random() < 0.8 else products
    return some[int(rng.integers(len(some)))]


def _pick_liked(rng: np.random.Generator, products: Sequence[Product], person: Person) -> Product:
    """A favourite product in most cases, else any that the person tries."""
    return products[int(rng.choice(person.best))] if rng.random() < BEST else _pick_tried(rng, products, person)


def _days_ago(days: float) -> datetime:
    return UNTIL - timedelta(seconds=round(days * 86_400))


def _write_reviews(world: World) -> None:
    """Write the reviews on Amazon, one per person and product: independent ones, follow-on reviews, and fake ones."""
    rng = world.rng("bought")
    first: dict[tuple[int, int], Review] = {}

    def add(person: Person, product: Product, at: datetime, stars: int, text: str, *, fake: bool = False) -> None:
        vine = not fake and rng.random() < 0.04
        review = Review(person, product, at, stars, text, vine, not vine and (fake or rng.random() < 0.8))
        first.setdefault((person.number, product.number), review)

    for person in [person for person in world.on("amazon") if person.role != "fake"]:
        for _ in range(int(rng.integers(*{"koc": (16, 22), "active": (6, 10)}.get(person.role, (3, 8))))):
            product = _pick_tried(rng, world.products, person)
            text = person.compose(rng, product)
            add(person, product, _days_ago(rng.uniform(30, 365 * YEARS)), int(rng.choice((2, 3, 4, 5))), text)
    by_number = {person.number: person for person in world.people}
    leading = [review for review in first.values() if review.person.role in ("koc", "active") and review.person.forum]
    for review in sorted(leading, key=lambda review: (review.at, review.person.number, review.product.number)):
        for number, listened in world.listens["forum"].items():
            follower = by_number[number]
            if review.person.number in listened and follower.amazon and rng.random() < 0.25:
                text = follower.compose(rng, review.product)
                at = min(review.at + timedelta(days=float(rng.uniform(1, 45))), UNTIL).replace(microsecond=0)
                add(follower, review.product, at, int(rng.choice((3, 4, 5))), text)
    praised = [product for product in world.products if product.brand == RIVALS[1]][:FAKED]
    for person in [person for person in world.people if person.role == "fake"]:
        for product in praised:
            add(person, product, _days_ago(float(rng.uniform(60, 64))), 5, words.copy_praise(rng), fake=True)
    world.reviews = sorted(first.values(), key=lambda review: (review.at, review.person.number, review.product.number))

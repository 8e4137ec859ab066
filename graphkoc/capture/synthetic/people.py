"""The invented people: their accounts, circles, habits, and how many follow them.

Who writes well, who has a large audience and who is a key opinion consumer are drawn apart: a key opinion consumer
has an audience in the middle, which follows what they write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.catalogue import KINDS, Product
from graphkoc.capture.synthetic.names import Namer, edit

__all__ = ["UNTIL", "Person", "draw_habits", "list_accounts", "make_number", "make_people"]

UNTIL = datetime(2025, 10, 20, 7)
"""The Monday of the report. Nothing in the world is later."""

Role = Literal["koc", "active", "reader", "buyer", "kol", "ring", "fake"]
Writer = Literal["careful", "plain", "stock"]

LARGEST, SMALLEST, NEXT = 0.24, 9, 0.76
"""The largest circle as a share of everybody, people of the smallest, and each circle's share of the one before."""
ON_BOTH = 0.12
LEANING = 0.3, 0.7
"""Shares of a circle's people who are on the forum, in turn."""
NAMESAKES = 0.04
SPREAD = 2.0
"""Standard deviation of the hour at which a person writes."""
PEOPLE_PER_KOC, FEWEST_FOR_KOC, PEOPLE_PER_ACTIVE = 24, 18, 8
CAREFUL, STOCK = 0.25, 0.1
"""Shares of people who write with care, and in stock phrases."""
CAREFUL_KOCS = 0.8
DORMANT = 0.1
MIDDLE_PULL = 1.2, 1.7
"""How strongly a key opinion consumer draws followers, where everybody's median is 1."""
FANS = 450
"""Followers that Xiaohongshu states of a person who draws as many as the median."""
MOST_PULL = 2.4
"""The largest circle has nobody with a wide audience: this is how strongly anybody draws there at most."""
FAKES = 24
BUYERS = 0.6
"""People who only buy and review in a shop, per member of the forum and Xiaohongshu."""


@dataclass
class Person:
    """A person and their names on each platform; empty where they have no account."""

    number: int
    handle: str
    name: str
    chinese: bool
    circle: int
    role: Role = "reader"
    forum: str = ""
    xiaohongshu: str = ""
    """The platform's number."""
    second: str = ""
    """The number of a second account on Xiaohongshu."""
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
    trap: str = ""
    """Why nobody should invite this person, who would be a key opinion consumer otherwise."""
    fans: int = 0
    """Followers that Xiaohongshu states."""
    pull: float = 1.0
    """How strongly this person draws followers."""
    writer: Writer = "plain"
    last: float = 0.0
    """Days from the last text to UNTIL."""
    best: tuple[int, ...] = ()
    """The numbers of the favourite products."""
    hour: float = 12.0
    """The usual hour of writing (UTC)."""
    style: texts.Style = texts.PLAIN

    @property
    def staff(self) -> bool:
        """Whether the brand employs this person."""
        return self.trap == "staff"

    @property
    def category(self) -> str:
        """The product type of the person's circle."""
        return list(KINDS)[self.circle % len(KINDS)]

    @property
    def setting(self) -> str:
        """What the circle of this person has in common beside a product type."""
        return texts.SETTINGS[self.circle % len(texts.SETTINGS)]

    @property
    def language(self) -> texts.Language:
        """The language in which this person writes but on Xiaohongshu, where everybody writes Chinese."""
        return "zh" if self.chinese else "de" if self.number % 3 == 0 else "en"

    def write_at(self, rng: np.random.Generator, since: datetime) -> datetime:
        """A time of writing: around the usual hour, within a day after `since`."""
        hours = (self.hour + rng.normal(0, SPREAD)) % 24
        at = datetime(since.year, since.month, since.day) + timedelta(seconds=round(hours * 3600))
        return min(at + timedelta(days=at < since), UNTIL)

    def compose(self, rng: np.random.Generator, product: Product, stars: int, language: texts.Language) -> str:
        """A text about a product, in this person's style."""
        return texts.write_about(
            rng, product, stars, language, writer=self.writer, setting=self.setting, style=self.style
        )

    @property
    def email(self) -> str:
        """The e-mail address."""
        return f"{self.handle}@example.com"

    @property
    def phone(self) -> str:
        """The phone number, which belongs to nobody or to an office of the regulator."""
        if self.chinese:
            return f"1380013{self.number:04}"
        city, number = divmod(self.number, 1000)
        # The ranges that the regulator keeps free for films: Berlin, Frankfurt, Hamburg, Cologne, Munich.
        return f"+49 {('30 23125', '69 90009', '40 66969', '221 4710', '89 99998')[city]}{number:03}"

    @property
    def unionid(self) -> str:
        """The WeChat id, the same in all accounts of the brand."""
        return f"oInvented{self.number:06}"


def make_people(rng_seed: int, people: int, products: list[Product], reserved: Iterable[str]) -> list[Person]:
    """So many members of the forum and Xiaohongshu, then buyers, then fake reviewers; reserved: handles of others."""
    rng = np.random.default_rng([rng_seed, *b"people"])
    namer = Namer(rng, reserved)
    circle_of = _draw_circles(rng, people)
    both = round(ON_BOTH * people)
    found = []
    for number in range(people + round(people * BUYERS) + FAKES):
        member = number < people
        circle = int(circle_of[number]) if member else int(rng.integers(len(KINDS)))
        on_forum = number < both or (member and rng.random() < LEANING[circle % 2])
        on_xiaohongshu = number < both or (member and not on_forum)
        handle, name = namer.chinese() if on_xiaohongshu else namer.european()
        person = Person(number, handle, name, on_xiaohongshu, circle)
        person.forum = handle if on_forum else ""
        if on_xiaohongshu:
            person.xiaohongshu, person.nickname = make_number(number), name
        if not member:
            person.role = "buyer" if number < people + round(people * BUYERS) else "fake"
        found.append(person)
    _rename_people(rng, found[:people], both)
    _draw_roles(rng, found[:people])
    for person in found:
        _draw_accounts(rng, person)
        draw_habits(rng, person, products)
    return found


def list_accounts(person: Person) -> list[str]:
    """The ids of a person's accounts in a store."""
    known = {
        "discourse": person.forum,
        "xiaohongshu": _hash_number(person.xiaohongshu),
        "amazon": person.amazon,
        "crm": person.crm,
        "wecom": person.wecom,
        "instagram": person.instagram,
    }
    found = [f"{source}:{name}" for source, name in known.items() if name]
    return [*found, f"xiaohongshu:{_hash_number(person.second)}"] if person.second else found


def make_number(number: int) -> str:
    """The number that Xiaohongshu gives an account."""
    return f"5f{number:06x}{'0' * 8}{number * 7919 % 16**8:08x}"


def _hash_number(number: str) -> str:
    """The crawler's id of an account since July 2026; empty for no account."""
    return hashlib.sha256(number.encode()).hexdigest()[:16] if number else ""


def draw_habits(rng: np.random.Generator, person: Person, products: list[Product]) -> None:
    """Draw what a person has in common on all platforms: favourite products, hours and style, and when they stop."""
    shelf = [product.number for product in products if product.category == person.category]
    person.best = (*rng.choice(shelf, 3, replace=False).tolist(), int(rng.integers(len(products))))
    person.hour = float(rng.uniform(0, 24))
    person.style = texts.draw_style(rng)
    person.last = float(rng.uniform(200, 500) if rng.random() < DORMANT else rng.uniform(0, 30))
    if person.xiaohongshu and not person.fans:
        person.fans = round(FANS * person.pull**2.5)


def _draw_circles(rng: np.random.Generator, people: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(people,) the circle of each: the largest first, each about three quarters of the one before."""
    sizes: list[int] = []
    size = LARGEST * people
    while sum(sizes) < people:
        sizes.append(min(max(round(size), SMALLEST), people - sum(sizes)))
        size *= NEXT
    if sizes[-1] < SMALLEST:
        sizes[-2:] = [sizes[-2] + sizes[-1]]
    return rng.permutation(np.repeat(np.arange(len(sizes)), sizes))


def _draw_roles(rng: np.random.Generator, members: list[Person]) -> None:
    """Draw how many follow each person, who writes how well, and in each circle who writes much and is followed up."""
    for person in members:
        person.pull = min(float(rng.lognormal(0, 0.7)), np.inf if person.circle else MOST_PULL)
        kind = rng.random()
        person.writer = "careful" if kind < CAREFUL else "stock" if kind > 1 - STOCK else "plain"
    for circle in sorted({person.circle for person in members}):
        inside = [person for person in members if person.circle == circle]
        order = [inside[place] for place in rng.permutation(len(inside))]
        kocs = len(inside) // PEOPLE_PER_KOC + (FEWEST_FOR_KOC <= len(inside) < PEOPLE_PER_KOC)
        actives = len(inside) // PEOPLE_PER_ACTIVE
        for person in order[:kocs]:
            person.role, person.pull = "koc", float(rng.uniform(*MIDDLE_PULL))
            person.writer = "careful" if rng.random() < CAREFUL_KOCS else "plain"
        for person in order[kocs : kocs + actives]:
            person.role = "active"


def _draw_accounts(rng: np.random.Generator, person: Person) -> None:
    """Draw who buys, and reviews what they bought, and who is known to the shop."""
    if person.role in ("buyer", "fake") or (person.forum and rng.random() < 0.6):
        person.amazon = str(90_000_000 + person.number)
        person.shares_amazon = person.role not in ("buyer", "fake") and rng.random() < 0.8
    if person.role != "fake" and rng.random() < 0.6:
        person.crm = str(1000 + person.number)
        person.wecom = f"wmInvented{person.number:06}" if rng.random() < 0.4 else ""
    if person.role == "reader" and not person.chinese and rng.random() < 0.15:
        person.instagram = person.handle


def _rename_people(rng: np.random.Generator, members: list[Person], both: int) -> None:
    """Give people on both platforms a similar name at best: two edits, another script, or a name that many have."""
    for number, person in enumerate(members[:both]):
        person.links = number % 3 == 0
        if number % 10 == 9:
            person.nickname = "momo"
        elif number % 2:
            person.nickname = edit(rng, person.handle)
    alone = members[both:]
    on_forum = [person for person in alone if person.forum]
    namesakes = [person for person in alone if not person.forum][-round(NAMESAKES * len(members)) :]
    for person, other in zip(namesakes, on_forum, strict=False):
        person.nickname = other.name

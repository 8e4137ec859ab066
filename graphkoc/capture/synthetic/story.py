"""The people of the demonstration's story, beside those who are drawn at random.

A list that an agency would send has five leaders, two of whom share most of their followers, and the largest circle,
which follows none of them. Lin is whom one should find; ten others look as good and nobody should invite them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.catalogue import RIVALS
from graphkoc.capture.synthetic.people import Person, draw_habits, make_number
from graphkoc.capture.synthetic.world import Review, World
from graphkoc.capture.synthetic.writing import days_ago, write_review, write_text

__all__ = ["HANDLES", "LIN", "TRAPS", "add_follows", "add_people", "add_texts"]

LIN = "lin_tiny_kitchen"
LEADERS = (
    ("wang_cooks_daily", "厨房大王", 680_000, 0.40),
    ("haowu_lab", "好物研究所", 310_000, 0.36),
    ("chenjie_home", "陈姐的家", 210_000, 0.20),
    ("xiaohuxing", "小户型改造家", 140_000, 0.15),
    ("zaocan_diary", "早餐日记", 84_000, 0.10),
)
"""Handle, name, stated followers, and the share of Xiaohongshu outside the largest circle that follows them."""
SHARED = 0.8
"""Share of the second leader's followers who follow the first, too: of both together three in five."""
TRAPS = {
    "ring": "nine accounts that follow each other and post the same words within days",
    "dead": "wrote the last text fifteen months ago",
    "big_account": "a KOC on the agency's list, with 39,000 followers",
    "rival_ad": "advertised a rival last month",
    "staff": "moderates the brand's forum",
    "complaint": "a refund is open",
    "opted_out": "asked not to be contacted",
    "gifts": "takes gifts from every brand, and copies texts",
    "two_handles": "one person with two accounts on Xiaohongshu",
    "amazon_only": "reviews on Amazon alone",
}
ALONE = (
    ("dead", "nuancha_daily", "暖茶的日常", 1),
    ("big_account", "tianguo_home", "甜果的家", 2),
    ("rival_ad", "xiaohe_eats", "小禾吃早餐", 0),
    ("staff", "karla_winter", "Karla Winter", 1),
    ("complaint", "laoshan_brews", "老山煮咖啡", 2),
    ("opted_out", "qingli_table", "青栗的餐桌", 0),
    ("gifts", "deal_queen", "deal_queen", 1),
    ("two_handles", "baiyun_kitchen", "白云的小厨房", 2),
    ("amazon_only", "georg_west", "Georg West", 0),
)
"""Trap, handle, name and circle of those who are one person."""
RING = tuple(f"{one}{other}" for one in ("xin", "hao", "zhen") for other in ("_pin", "_wu", "_fen"))
HANDLES = (LIN, *(leader[0] for leader in LEADERS), *(one[1] for one in ALONE), *RING)
"""Handles that nobody else may have."""
COPIED, GIFTS = 0.31, 6
"""Share of the gift hunter's texts that are other people's, and gifts in the last year."""
RING_NOTES, AMAZON_REVIEWS = 6, 40
DEAD_DAYS = 450


def add_people(world: World) -> None:
    """Add the leaders, Lin, and the traps."""
    rng = world.rng("story")
    for place, (handle, name, fans, _) in enumerate(LEADERS):
        person = _add_person(world, rng, handle, name, place + 1)
        person.role, person.fans, person.pull, person.writer = "kol", fans, 6.0, "plain"
    lin = _add_person(world, rng, LIN, "Lin", 0)
    lin.nickname, lin.fans, lin.forum, lin.links = "Lin的小厨房", 2_140, LIN, True
    _give_shop_accounts(lin, amazon=True)
    for trap, handle, name, circle in ALONE:
        person = _add_person(world, rng, handle, name, circle)
        person.trap = trap
        _set_trap(person)
    for handle in RING:
        person = _add_person(world, rng, handle, handle.replace("_", ""), 1)
        person.role, person.trap, person.writer, person.fans = "ring", "ring", "stock", 1_500


def add_follows(world: World) -> None:
    """Let the leaders be followed outside the largest circle, and the ring follow itself."""
    rng, by_handle = world.rng("leaders"), {person.handle: person.number for person in world.people}
    follows = world.follows["xiaohongshu"]
    free = [person.number for person in world.on("xiaohongshu") if person.number in follows and person.circle]
    audiences: list[set[int]] = []
    for place, (handle, *_, share) in enumerate(LEADERS):
        size = round(share * len(free))
        known = sorted(audiences[0]) if place == 1 else []
        from_first = rng.choice(known, min(round(SHARED * size), len(known)), replace=False).tolist() if known else []
        rest = [number for number in free if number not in from_first and number not in known]
        chosen = {*from_first, *rng.choice(rest, min(size - len(from_first), len(rest)), replace=False).tolist()}
        audiences.append(chosen)
        for number in chosen:
            follows[number] = sorted({*follows[number], by_handle[handle]})
    ring = [by_handle[handle] for handle in RING]
    for number in ring:
        follows[number] = [other for other in ring if other != number]


def add_texts(world: World) -> None:
    """Add the texts of the story: Lin's remark, advertisements, gifts, copies, and the ring's praise."""
    rng, people = world.rng("texts of the story"), {person.handle: person for person in world.people}
    traps = {person.trap: person for person in world.people if person.trap != "ring"}
    luto = next(product for product in world.products if product.title.endswith("Luto Mini"))
    lin = people[LIN]
    world.topics.append(Review(lin, luto, lin.write_at(rng, days_ago(12)), 3, texts.LIN_ENGLISH))
    world.notes.append(Review(lin, luto, lin.write_at(rng, days_ago(15)), 3, texts.LIN_CHINESE))
    world.reviews = [one for one in world.reviews if (one.person, one.product) != (lin, luto)]
    world.reviews.append(Review(lin, luto, lin.write_at(rng, days_ago(20)), 3, texts.LIN_ENGLISH))

    _copy_texts(world, rng, traps["gifts"])
    rivals = [product for product in world.products if product.brand == RIVALS[0]]
    advertised = rivals[int(rng.integers(len(rivals)))]
    for name, days in (("rival_ad", 24), ("gifts", 36)):
        world.notes.append(write_text(rng, traps[name], advertised, days_ago(days), "xiaohongshu", "广告"))
    for place in range(GIFTS):
        product = world.products[(place * len(world.products) // GIFTS + 12 * place) % len(world.products)]
        world.notes.append(write_text(rng, traps["gifts"], product, days_ago(30 + 45 * place), "xiaohongshu", "寄样"))
    for leader in LEADERS:
        for days in rng.uniform(5, 80, 2):
            product = rivals[int(rng.integers(len(rivals)))]
            at = days_ago(float(days))
            world.notes.append(write_text(rng, people[leader[0]], product, at, "xiaohongshu", "广告"))

    copied = texts.praise(rng, "zh")
    for person in (people[handle] for handle in RING):
        for product in rivals[:RING_NOTES]:
            at = person.write_at(rng, days_ago(float(rng.uniform(40, 43))))
            world.notes.append(Review(person, product, at, 5, f"{product.title}。{copied}"))

    tester = traps["amazon_only"]
    shelf = [product for product in world.products if product.category == tester.category]
    for product in shelf[:AMAZON_REVIEWS]:
        if all((one.person, one.product) != (tester, product) for one in world.reviews):
            world.reviews.append(write_review(rng, tester, product, days_ago(float(rng.uniform(3, 300)))))


def _add_person(world: World, rng: np.random.Generator, handle: str, name: str, circle: int) -> Person:
    """A person on Xiaohongshu who would be a key opinion consumer."""
    number = len(world.people)
    person = Person(number, handle, name, True, circle, role="koc", pull=1.6, writer="careful")
    person.xiaohongshu, person.nickname = make_number(number), name
    draw_habits(rng, person, world.products)
    person.fans, person.last = int(rng.integers(1_200, 6_000)), float(rng.uniform(1, 14))
    world.people.append(person)
    return person


def _give_shop_accounts(person: Person, *, amazon: bool = False) -> None:
    person.crm = str(1000 + person.number)
    if amazon:
        person.amazon, person.shares_amazon = str(90_000_000 + person.number), True


def _set_trap(person: Person) -> None:
    """What makes the person of a trap one."""
    if person.trap == "dead":
        person.last = DEAD_DAYS
    elif person.trap == "big_account":
        person.fans = 39_000
    elif person.trap in ("complaint", "opted_out"):
        _give_shop_accounts(person)
    elif person.trap == "gifts":
        person.fans = 9_800
    elif person.trap == "two_handles":
        person.second = make_number(900_000 + person.number)
    elif person.trap in ("staff", "amazon_only"):
        person.xiaohongshu, person.chinese, person.fans = "", False, 0
        if person.trap == "staff":
            person.forum = person.handle
        else:
            person.role, person.amazon = "buyer", str(90_000_000 + person.number)


def _copy_texts(world: World, rng: np.random.Generator, person: Person) -> None:
    """Give a person other people's texts in the place of some of their own."""
    by = {
        mine: [place for place, note in enumerate(world.notes) if (note.person is person) == mine]
        for mine in (True, False)
    }
    taken = rng.choice(by[True], round(COPIED * len(by[True])), replace=False)
    for place in taken.tolist():
        note = world.notes[place]
        earlier = [world.notes[other] for other in by[False] if world.notes[other].at < note.at - timedelta(days=1)]
        source = max(_choose(rng, earlier, 5), key=lambda one: len(one.text))
        world.notes[place] = Review(person, source.product, note.at, source.stars, source.text)


def _choose(rng: np.random.Generator, some: list[Any], count: int) -> Iterable[Any]:
    return [some[place] for place in rng.choice(len(some), min(count, len(some)), replace=False)]

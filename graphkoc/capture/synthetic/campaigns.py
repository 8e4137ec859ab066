"""Three campaigns of the brand, `campaigns.toml`: whom it asked, what they posted, and who wrote because of it.

Two are over. Each is for a product of its own that nobody had written about. After the posts of one of them some
followers review the product, more than would have; after those of the other nobody does. In both, some review it who
saw no post. The third runs: some of its posts are there, and of those who got a parcel some are late.
Everything is drawn with generators of the campaigns, so that the rest of the world is the same without them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.catalogue import OWN, Product
from graphkoc.capture.synthetic.people import UNTIL, Person
from graphkoc.capture.synthetic.story import LIN
from graphkoc.capture.synthetic.world import Answer, Campaign, Guest, Order, Platform, Review, World
from graphkoc.capture.synthetic.writing import write_review, write_text
from graphkoc.files import read_toml

__all__ = ["add_campaigns"]

ROLES = {"koc": 0, "active": 1, "reader": 2}
"""Roles of those who are asked, the first ones first."""
RECENT = 30
"""Days before the end of the world within which the last text of a guest is: they wrote on after the campaign."""
AGREED = ("posted", "taken_down", "overdue", "late", "due", "never", "lost", "returned")
"""How far those come who say yes."""
PAID = 0.35
"""Share of those who write much on Xiaohongshu that ask for a fee."""
WIDE = 10_000
"""Followers from which on nobody posts for a gift."""
FEE, PARCEL, SERVED = 400.0, 118.0, 1.25
"""A fee, the unit with its parcel, both in yuan, and what the agency charges of each yuan."""
YUAN_A_FOLLOWER = 1 / 80
"""What a leader asks for a note."""
AFTER = 2.0, 20.0
"""Days after a post within which a follower writes because of it."""
LATE, PATIENT = 12, 100
"""Days from a late parcel to the end; days after the start within which those write who saw no post."""
TRIED, SETTLED = (7, 15), 14
"""Days from a parcel to the post; days from a post until its fee is paid."""
STAGGERED = 0.8
"""Days by which those who wait for the start post later for each day that they would have needed longer."""


def add_campaigns(world: World) -> None:
    """Add the campaigns to a world that is whole otherwise."""
    taken: dict[int, str] = {}
    for place, (name, wanted) in enumerate(_read().items()):
        campaign = _make_campaign(world, name, wanted, len(world.products) + place, taken)
        taken |= {guest.person.number: guest.outcome for guest in campaign.guests}
        world.campaigns.append(campaign)


def _make_campaign(
    world: World, name: str, wanted: Mapping[str, Any], number: int, taken: Mapping[int, str]
) -> Campaign:
    """number: of its product, if it is a new one. taken: how far those came whom an earlier campaign asked."""
    rng = world.rng(f"campaign {name}")
    product = _find_product(world, wanted["product"], number)
    starts = datetime.combine(wanted["starts"], time())
    ends = starts + timedelta(days=wanted["days"])
    asked = starts - timedelta(days=wanted["ahead"])
    drawn = _draw_guests(world, rng, product, wanted, taken)
    codes = _make_codes(wanted["product"]["model"], [person for person, *_ in drawn])
    guests = []
    before: Counter[str] = Counter()
    for (person, platform, outcome), code in zip(drawn, codes, strict=True):
        # Half of those of each outcome are on the waiting list, but where it says how far one comes.
        wave = wanted["waves"].get(outcome, 1 + before[outcome] % 2)
        before[outcome] += 1
        guests.append(_invite(rng, person, platform, outcome, wave, code, asked, ends, wanted["second_wave"]))
    guests = _write_posts(rng, guests, product, starts, wanted)
    posts = [guest.post for guest in guests if guest.post and guest.outcome == "posted"]
    written: dict[str, list[Review]] = {
        "topics": [guest.post for guest in guests if guest.post and guest.platform == "forum"],
        "notes": [post for post in posts if post.person.xiaohongshu],
        "reviews": [],
    }
    away = {guest.person.number for guest in guests}
    adopters = _adopt(world, rng, posts, written, wanted, away)
    _write_unprompted(world, rng, product, starts, wanted["others"], written, away | set(adopters))
    for kind in written:
        written[kind].sort(key=lambda review: (review.at, review.person.number))
    return Campaign(
        name,
        wanted["title"],
        product,
        starts,
        ends,
        wanted["target_posts"],
        wanted.get("budget"),
        wanted["factor"],
        guests,
        written["topics"],
        written["notes"],
        written["reviews"],
        adopters,
        _place_orders(world, rng, guests, wanted, ends),
        _ask(rng, guests, wanted.get("feedback", ())),
    )


def _find_product(world: World, described: Mapping[str, Any], number: int) -> Product:
    """The product of the shelf with this line and model, else a new one with this number."""
    title = f"{OWN} {described['line']} {described['model']}"
    known = next((product for product in world.products if product.title == title), None)
    return known or Product(number, title, OWN, described["category"], described["price"])


def _draw_guests(
    world: World, rng: np.random.Generator, product: Product, wanted: Mapping[str, Any], taken: Mapping[int, str]
) -> list[tuple[Person, Platform, str]]:
    """Whom to ask on which platform, and how far each comes: people of the first circle of the product type."""
    found: list[tuple[Person, Platform, str]] = []
    draws = rng.random(len(world.people))
    shared = Counter(name for person in world.people for name in {person.name, person.nickname})
    platforms: tuple[Platform, ...] = ("xiaohongshu", "forum")
    for platform in platforms:
        there = wanted["guests"].get(platform, {})
        outcomes = [outcome for outcome, number in there.items() for _ in range(number)]
        leaders = [one for one in world.people if platform == "xiaohongshu" and one.handle == wanted["leader"]]
        names = {leader.nickname for leader in leaders}
        people = []
        for person in sorted(
            _list_candidates(world, platform, taken),
            key=lambda one: (
                one.number in taken,
                one.category != product.category,
                one.circle,
                platform == "forum" and one.language != wanted["language"],
                ROLES[one.role],
                draws[one.number],
            ),
        ):
            # An agency's sheet has names alone, and a namesake would make a row mean two people.
            name = person.nickname if platform == "xiaohongshu" else person.name
            if name not in names and shared[name] == 1:
                names.add(name)
                people.append(person)
        # The first outcomes are those of the leaders, and where few can be asked the last ones are left out.
        found += [(leader, platform, outcome) for leader, outcome in zip(leaders, outcomes, strict=False)]
        rest = rng.permutation(outcomes[len(leaders) :][: len(people)]).tolist()
        found += [(person, platform, outcome) for person, outcome in zip(people, rest, strict=False)]
    return found


def _list_candidates(world: World, platform: Platform, taken: Mapping[int, str]) -> list[Person]:
    """Those who may be asked on a platform, of those who were asked before only who posted; whoever is on both is asked
    on Xiaohongshu."""
    return [
        person
        for person in world.people
        if person.role in ROLES
        and not person.trap
        and person.handle != LIN
        and taken.get(person.number, "posted") == "posted"
        and person.last <= RECENT
        and person.fans < WIDE
        and (bool(person.xiaohongshu) if platform == "xiaohongshu" else bool(person.forum and not person.xiaohongshu))
    ]


def _make_codes(model: str, people: Iterable[Person]) -> list[str]:
    """A code for each, from the handle; no two are the same."""
    codes: list[str] = []
    for person in people:
        letters = person.handle.replace("_", "").upper()
        codes.append(next(code for end in range(5, 99) if (code := f"{model.upper()}-{letters[:end]}") not in codes))
    return codes


def _invite(
    rng: np.random.Generator,
    person: Person,
    platform: Platform,
    outcome: str,
    wave: int,
    code: str,
    asked: datetime,
    ends: datetime,
    second_wave: int,
) -> Guest:
    """Invite somebody: the days of what happened, and what it costs.

    asked: the day of the first invitations.
    """
    since = asked + timedelta(days=second_wave * (wave - 1))

    def pass_days(least: int, most: int) -> datetime:
        nonlocal since
        since += timedelta(days=int(rng.integers(least, most + 1)))
        return since

    dates = {"invited": since}
    agreed = outcome in AGREED
    if agreed:
        dates["accepted"] = pass_days(1, 5)
        if outcome == "overdue":
            since = ends - timedelta(days=LATE + 6)
        dates["shipped"] = pass_days(2, 4)
        dates["lost" if outcome == "lost" else "received"] = pass_days(3, 6)
    elif outcome != "unanswered":
        dates["declined"] = pass_days(1, 8)
        if outcome == "do_not_contact":
            dates["do_not_contact"] = dates["declined"]
    if outcome == "returned":
        dates["returned"] = pass_days(6, 12)
    asks = person.role == "active" and platform == "xiaohongshu" and rng.random() < PAID
    fee = round(YUAN_A_FOLLOWER * person.fans, -2) if person.role == "kol" else FEE if asks else 0.0
    cost = fee + PARCEL
    return Guest(person, platform, outcome, wave, fee, cost, round(cost * SERVED, 2), code if agreed else "", dates)


def _write_posts(
    rng: np.random.Generator, guests: list[Guest], product: Product, starts: datetime, wanted: Mapping[str, Any]
) -> list[Guest]:
    """The guests with the posts of those who posted, none before the start: some notes are critical, some lack their
    label."""
    posting = [place for place, guest in enumerate(guests) if guest.outcome in ("posted", "taken_down")]
    # Whoever is paid is not critical, and shows the label.
    free = [
        place
        for place in posting
        if (guests[place].platform, guests[place].outcome, guests[place].paid) == ("xiaohongshu", "posted", False)
    ]
    critical = set(free[: wanted["critical"]])
    unlabelled = set(free[wanted["critical"] :][: wanted["unlabelled"]])
    found = list(guests)
    for place in posting:
        guest, person = guests[place], guests[place].person
        on_forum = guest.platform == "forum"
        language: texts.Language = person.language if on_forum else "zh"
        stars = 2 if place in critical else int(rng.choice((4, 5)))
        text = person.compose(rng, product, stars, language)
        if place in critical:
            text += texts.describe_fault(product)
        label = "gifted" if on_forum else "广告" if guest.paid else "寄样"
        tried = int(rng.integers(*TRIED))
        opened = starts + timedelta(days=STAGGERED * (tried - TRIED[0]))
        at = person.write_at(rng, max(guest.dates["received"] + timedelta(days=tried), opened))
        post = Review(person, product, at, stars, text, label="" if place in unlabelled else label)
        day = datetime.combine(at.date(), time())
        dates = {**guest.dates, "posted": day}
        if guest.outcome == "taken_down":
            dates["taken_down"] = day + timedelta(days=9)
        elif guest.paid and (settled := day + timedelta(days=SETTLED)) < UNTIL:
            dates["paid"] = settled
        found[place] = Guest(**{**vars(guest), "dates": dates, "post": post})
    return found


def _adopt(
    world: World,
    rng: np.random.Generator,
    posts: list[Review],
    written: dict[str, list[Review]],
    wanted: Mapping[str, Any],
    away: set[int],
) -> list[int]:
    """Let followers write about the product: on Amazon for the forum's posts, else on Xiaohongshu; their numbers."""
    seen: dict[int, Review] = {}
    platforms: tuple[Platform, ...] = ("forum", "xiaohongshu")
    for platform in platforms:
        followers = world.followers(platform)
        for post in sorted(posts, key=lambda one: (one.at, one.person.number)):
            # A leader's followers read the note and do nothing.
            if post.person.role == "kol" or bool(post.person.xiaohongshu) != (platform == "xiaohongshu"):
                continue
            for person in followers.get(post.person.number, ()):
                free = person.number not in away and person.role in ("active", "reader") and person.last <= RECENT
                if free and (platform == "xiaohongshu" or person.shares_amazon):
                    seen.setdefault(person.number, post)
    people = rng.permutation(sorted(seen)).tolist()
    on_amazon = [number for number in people if not seen[number].person.xiaohongshu]
    first = on_amazon[: wanted["on_amazon"]]
    rest = [number for number in people if number not in on_amazon]
    chosen = [*first, *rest, *on_amazon[len(first) :]][: wanted["adopters"]]
    for number in chosen:
        person, post = world.people[number], seen[number]
        at = post.at + timedelta(days=float(rng.uniform(*AFTER)))
        if number in on_amazon:
            written["reviews"].append(write_review(rng, person, post.product, at))
        else:
            written["notes"].append(write_text(rng, person, post.product, at, "xiaohongshu"))
    return sorted(chosen)


def _write_unprompted(
    world: World,
    rng: np.random.Generator,
    product: Product,
    starts: datetime,
    wanted: Mapping[str, int],
    written: dict[str, list[Review]],
    away: set[int],
) -> None:
    """Let some people write about the product who saw no post, or would have written anyway; away: who does not."""
    for platform, number in wanted.items():
        people = [
            person
            for person in world.on(platform)
            if person.role in ("active", "reader", "buyer") and person.number not in away and person.last <= RECENT
        ]
        for place in rng.choice(len(people), min(number, len(people)), replace=False).tolist():
            at = starts + timedelta(days=float(rng.uniform(0, PATIENT)))
            if platform == "amazon":
                written["reviews"].append(write_review(rng, people[place], product, at))
            else:
                kind = "topics" if platform == "forum" else "notes"
                written[kind].append(write_text(rng, people[place], product, at, platform))


def _place_orders(
    world: World, rng: np.random.Generator, guests: list[Guest], wanted: Mapping[str, Any], ends: datetime
) -> list[Order]:
    """Orders with the codes of those who posted, by customers outside China, whose export has the code."""
    posted = [guest for guest in guests if guest.post and guest.outcome == "posted"]
    buyers = [
        person for person in world.on("crm") if not person.chinese and person.role in ("reader", "active", "buyer")
    ]
    orders = []
    chosen = rng.choice(len(buyers), min(wanted["orders"], len(buyers)), replace=False).tolist()
    for place, buyer in enumerate(buyers[one] for one in chosen):
        guest = posted[int(rng.integers(len(posted)))]
        # Whole minutes, as shops write them.
        minutes = int(rng.integers(60, max(int((ends - guest.dates["posted"]).total_seconds() // 60), 61)))
        at = guest.dates["posted"] + timedelta(days=1, minutes=minutes)
        status = "refunded" if place < wanted["refunded"] else "paid"
        orders.append(Order(buyer, at, guest.code, status))
    return orders


def _ask(rng: np.random.Generator, guests: list[Guest], answers: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """What those say to the brand who got the product on the forum, where the answers are in one language."""
    there = [guest for guest in guests if guest.platform == "forum" and "received" in guest.dates]
    found = []
    for guest, answer in zip(there, answers, strict=False):
        at = guest.dates["received"] + timedelta(days=int(rng.integers(4, 8)), minutes=int(rng.integers(480, 1200)))
        found.append(Answer(guest, at, answer["rating"], answer["text"]))
    return found


@cache
def _read() -> dict[str, Any]:
    return read_toml(Path(__file__).parent / "campaigns.toml")

"""The brand's forum in Discourse's API answers: topics, replies, profiles, follows, likes, the testers' group."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.catalogue import KINDS
from graphkoc.capture.synthetic.people import UNTIL, Person
from graphkoc.capture.synthetic.world import Review, World

__all__ = ["list_addresses", "write"]

ANSWERED, ASKED = 0.15, 0.4
"""Shares of the followers who reply to a text, and of the replies that are questions."""
LIKED = {"careful": 0.25, "plain": 0.08, "stock": 0.02}
"""Share of the followers who like a text, by how its author writes."""
TOPICS, FIRST_TOPIC = "https://forum.nordkessel.example.com/t", 1
PICTURES = (
    "<p>" + "".join(f'<img src="/uploads/{name}.jpeg" width="690" height="517">' for name in ("one", "two")) + "</p>"
)
TITLES = (
    "{product} after some months",
    "My notes on the {product}",
    "{product}: {stars} of 5 from me",
    "Who else has the {product}?",
    "{product}, an honest look",
    "Is the {product} worth its price?",
    "Living with the {product}",
    "{product}: what I would like to have known",
)


def write(world: World, folder: Path) -> None:
    """`t/`, `u/`, `user_actions/`, `groups/testers/`, `categories.json`."""
    categories = {name: number for number, name in enumerate(KINDS, 1)}
    listed = [{"id": number, "name": name, "slug": _make_slug(name)} for name, number in categories.items()]
    _write(folder / "categories.json", {"category_list": {"categories": listed}})
    likes: dict[int, list[dict[str, Any]]] = {}
    followers = world.followers("forum")
    post = 1000
    for topic, (rng, review) in enumerate(world.list_texts("topics", "discourse"), FIRST_TOPIC):
        liked = LIKED[review.person.writer]
        readers = followers.get(review.person.number, ())
        answering = [person for person in readers if rng.random() < ANSWERED]
        liking = [person for person in readers if rng.random() < liked]
        posts = []
        for place, (person, text, since) in enumerate(_write_posts(rng, review, answering), 1):
            post += 1
            at = review.at if place == 1 else person.write_at(rng, since)
            posts.append(_make_post(person, post, place, at, text))
        for person in liking:
            likes.setdefault(person.number, []).append(_make_like(person, review, topic, posts[0]["id"]))
        _write(
            folder / "t" / f"{topic}.json",
            {
                "id": topic,
                "title": _make_title(rng, review),
                "category_id": categories[review.product.category],
                "tags": [],
                "views": 20 * len(posts),
                "posts_count": len(posts),
                "like_count": len(liking),
                "created_at": _to_iso(review.at),
                "post_stream": {"posts": posts},
            },
        )
    for person in world.on("forum"):
        _write_person(world, person, folder)
        if person.number in likes:
            _write(folder / "user_actions" / f"{person.forum}.json", {"user_actions": likes[person.number]})
    testers = [person for person in world.on("forum") if person.crm][::5]
    members = [_basic_fields(person) | {"added_at": "2024-01-15T09:00:00.000Z"} for person in testers]
    _write(folder / "groups" / "testers" / "members.json", {"members": members, "owners": members[:1]})


def list_addresses(world: World) -> dict[tuple[int, int], str]:
    """The address of each campaign's text, by the numbers of its author and product."""
    written = [topic for campaign in world.campaigns for topic in campaign.topics]
    return {
        (review.person.number, review.product.number): f"{TOPICS}/{number}"
        for number, review in enumerate(written, FIRST_TOPIC + len(world.topics))
    }


def _write_person(world: World, person: Person, folder: Path) -> None:
    bio = f"<p>{person.name}."
    if person.links and person.xiaohongshu:
        bio += f" 小红书: https://www.xiaohongshu.com/user/profile/{person.xiaohongshu}"
    joined = _to_iso(datetime(2022, 1, 1) + timedelta(days=person.number % 500))
    profile = _basic_fields(person) | {
        "created_at": joined,
        "bio_cooked": f"{bio}</p>",
        "admin": False,
        "moderator": person.staff,
    }
    _write(folder / "u" / f"{person.forum}.json", {"user": profile})
    followed = [_basic_fields(world.people[number]) for number in world.follows["forum"][person.number]]
    _write(folder / "u" / person.forum / "follow" / "following.json", followed)


def _write_posts(
    rng: np.random.Generator, review: Review, answering: list[Person]
) -> Iterator[tuple[Person, str, datetime]]:
    """The author's post, the followers' replies, and what a careful author answers: author, text, not before."""
    pictures = PICTURES * (review.person.writer == "careful")
    label = f" ({review.label})" if review.label else ""
    yield review.person, f"<p>{review.text}{label}</p>{pictures}", review.at
    for person in answering:
        since = review.at + timedelta(hours=float(rng.uniform(1, 96)))
        question, answer = texts.ask_and_answer(rng, review.product, "en")
        asks = rng.random() < ASKED
        yield person, f"<p>{question if asks else texts.comment(rng, 'en')}</p>", since
        if asks and review.person.writer == "careful":
            yield review.person, f"<p>{answer}</p>", since + timedelta(hours=20)


def _make_title(rng: np.random.Generator, review: Review) -> str:
    title = TITLES[int(rng.integers(len(TITLES)))]
    return title.format(product=f"{review.product.title} {review.product.kind.english}", stars=review.stars)


def _make_post(person: Person, number: int, place: int, at: datetime, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "user_id": person.number + 1,
        "username": person.forum,
        "name": person.name,
        "created_at": _to_iso(at),
        "cooked": text,
        "post_number": place,
        "post_type": 1,
        "reply_to_post_number": None,
        "actions_summary": [],
        "admin": False,
        "moderator": person.staff,
    }


def _make_like(person: Person, review: Review, topic: int, post: int) -> dict[str, Any]:
    return {
        "action_type": 1,
        "created_at": _to_iso(min(review.at + timedelta(hours=5), UNTIL)),
        "topic_id": topic,
        "post_id": post,
        "post_number": 1,
        "username": review.person.forum,
        "acting_username": person.forum,
        "acting_name": person.name,
    }


def _basic_fields(person: Person) -> dict[str, Any]:
    return {"id": person.number + 1, "username": person.forum, "name": person.name, "avatar_template": "/x/{size}.png"}


def _to_iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _make_slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

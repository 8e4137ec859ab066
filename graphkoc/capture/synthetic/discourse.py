"""The brand's forum in Discourse's API answers: topics, replies, profiles, follows, likes, the testers' group."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from graphkoc.capture.synthetic import words
from graphkoc.capture.synthetic.world import UNTIL, Person, Review, World

__all__ = ["write"]


def write(world: World, folder: Path) -> None:
    """`t/`, `u/`, `user_actions/`, `groups/testers/`, `categories.json`."""
    rng = world.rng("discourse")
    categories = {name: number for number, name in enumerate(words.CATEGORIES, 1)}
    listed = [{"id": number, "name": name, "slug": _make_slug(name)} for name, number in categories.items()]
    _write(folder / "categories.json", {"category_list": {"categories": listed}})
    likes: dict[int, list[dict[str, Any]]] = {}
    post = 1000
    for topic, review in enumerate(world.topics, 1):
        listeners = [
            person
            for person in world.on("forum")
            if review.person.number in world.listens["forum"][person.number] and rng.random() < 0.15
        ]
        posts = []
        for place, person in enumerate([review.person, *listeners], 1):
            post += 1
            later = float(rng.uniform(1, 96)) if place > 1 else 0.0
            at = person.at(rng, review.at + timedelta(hours=later)) if place > 1 else review.at
            text = review.text if place == 1 else person.compose(rng, review.product)
            posts.append(_make_post(person, post, place, at, text))
        for person in listeners[::2]:
            likes.setdefault(person.number, []).append(_make_like(person, review, topic, posts[0]["id"]))
        _write(
            folder / "t" / f"{topic}.json",
            {
                "id": topic,
                "title": f"{review.product.title}: {review.stars} of 5",
                "category_id": categories[review.product.category],
                "tags": [],
                "views": 20 * len(posts),
                "posts_count": len(posts),
                "like_count": len(listeners[::2]),
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


def _write_person(world: World, person: Person, folder: Path) -> None:
    bio = f"<p>{person.name}."
    if person.links and person.xiaohongshu:
        bio += f" 小红书: https://www.xiaohongshu.com/user/profile/{person.xiaohongshu}"
    joined = _to_iso(datetime(2022, 1, 1) + timedelta(days=person.number % 500))
    profile = _basic_fields(person) | {
        "created_at": joined,
        "bio_cooked": f"{bio}</p>",
        "admin": False,
        "moderator": False,
    }
    _write(folder / "u" / f"{person.forum}.json", {"user": profile})
    there = {other.number: other for other in world.people}
    listeners = [_basic_fields(there[number]) for number in world.listens["forum"][person.number]]
    _write(folder / "u" / person.forum / "follow" / "following.json", listeners)


def _make_post(person: Person, number: int, place: int, at: datetime, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "user_id": person.number + 1,
        "username": person.forum,
        "name": person.name,
        "created_at": _to_iso(at),
        "cooked": f"<p>{text}</p>",
        "post_number": place,
        "post_type": 1,
        "reply_to_post_number": None,
        "actions_summary": [],
        "admin": False,
        "moderator": False,
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

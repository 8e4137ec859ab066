"""When a person posted, about whose brand, and in their own words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

from graphkoc.report.people.cards import MOST_POSTS, Post, make_quote
from graphkoc.report.people.evidence import YEAR, read_evidence, to_date
from graphkoc.report.persons.brand import name_brand
from graphkoc.report.view import View

__all__ = ["describe_posts", "draw_up_timeline", "list_quotes"]

DAYS = 2 * YEAR
"""Days of the timeline, as many as a run keeps posts of."""
MARKS = 5
"""Months that are written under it, evenly from its first day to its last."""
MOST_QUOTES, MOST_ROOM = 6, 360
"""Quotes of a person, and the room that they take: letters, of which a Chinese character takes as much as two."""
FEWEST_RATED, LOW_SHARE = 20, 0.15
"""Rated posts, and the share of those with 1 or 2 stars, from which a sentence adds that praise is not automatic."""


def draw_up_timeline(view: View, consumer: str) -> dict[str, Any] | None:
    """The dated posts of a person: days (its length), marks (ISO days, evenly along it), shown, lanes.

    It goes back two years or, of a person with more posts than a run keeps, to the oldest of those. lanes:
    [{platform, dots}], dots being for own, other, own_low and other_low (1 or 2 stars) the days of the posts since its
    first one. shown: what the key explains of own, other and low. None for a person without a
    dated post, and for somebody unnamed, whom the days would tell.
    """
    if not view.names.is_shown(consumer):
        return None
    posts = [post for post in view.once(read_evidence).posts.get(consumer, []) if post["day"] is not None]
    if not posts:
        return None
    oldest = to_date(min(post["day"] for post in posts))
    first = oldest if len(posts) >= MOST_POSTS else min(oldest, view.as_of - timedelta(days=DAYS))
    days = max((view.as_of - first).days, MARKS)
    lanes: dict[str, dict[str, list[int]]] = {}
    for post in posts:
        kind = ("own" if post["side"] == "own" else "other") + ("_low" if _is_low(post) else "")
        dots = lanes.setdefault(view.say.platform(post["platform"]), {}).setdefault(kind, [])
        dots.append((to_date(post["day"]) - first).days)
    drawn = {kind for lane in lanes.values() for kind in lane}
    return {
        "days": days,
        "shown": [kind for kind in ("own", "other") if drawn & {kind, f"{kind}_low"}]
        + (["low"] if drawn & {"own_low", "other_low"} else []),
        "marks": [(first + timedelta(days=place * days // (MARKS - 1))).isoformat() for place in range(MARKS)],
        "lanes": [
            {"platform": platform, "dots": dots}
            for platform, dots in sorted(lanes.items(), key=lambda lane: (-sum(map(len, lane[1].values())), lane[0]))
        ],
    }


def describe_posts(view: View, consumer: str) -> str | None:
    """How many of a person's posts are about our brand, and how many give 1 or 2 stars; None where neither is known.

    The posts are those of the last year or, of a person with more than a run keeps, the newest.
    """
    posts, say = view.once(read_evidence).posts.get(consumer, []), view.say
    rated = [post for post in posts if post["rating"] is not None]
    clauses = []
    if (brand := name_brand(view)) and (about := _list_recent(view, posts)):
        key = "newest" if len(about) == MOST_POSTS else "year"
        own = sum(post["side"] == "own" for post in about)
        clauses.append(say(f"persons.own_{key}", n=own, of=say.count(len(about), "reviews"), brand=brand))
    if rated:
        low = sum(map(_is_low, rated))
        key = "critical" if len(rated) >= FEWEST_RATED and low >= LOW_SHARE * len(rated) else "low"
        clauses.append(say(f"persons.rated_{key}", n=low, of=say.count(len(rated), "rated_reviews")))
    return say("persons.sentence", clauses=say("persons.clause").join(clauses)) if clauses else None


def list_quotes(view: View, consumer: str, first: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The quotes of a person that fit beside who follows: those of the card, then the newest; none of the unnamed."""
    if not view.names.is_shown(consumer):
        return []
    posts = view.once(read_evidence).posts.get(consumer, [])
    found = [*first, *(make_quote(view, post) for post in posts if post["quote"])]
    # Whoever posts the same words on two platforms is quoted once.
    once = list({quote["text"]: quote for quote in reversed(found)}.values())[::-1]
    room = accumulate(_measure(quote["text"]) for quote in once)
    return [quote for quote, taken in zip(once, room, strict=True) if taken <= MOST_ROOM][:MOST_QUOTES]


def _measure(text: str) -> int:
    """The room that a text takes on a line, in letters."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def _list_recent(view: View, posts: Sequence[Post]) -> list[Post]:
    """The posts of the last year; where a run keeps no more of them, the newest that it keeps."""
    return [post for post in posts if post["day"] is not None and (view.as_of - to_date(post["day"])).days < YEAR]


def _is_low(post: Post) -> bool:
    return bool(post["rating"] is not None and post["rating"] <= 2)

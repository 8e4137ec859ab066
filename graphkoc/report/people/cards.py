"""A person in a few lines: who they are, why they are worth a message, and what to look at before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from graphkoc.report.catalogue import TEXT
from graphkoc.report.people.cautions import list_cautions
from graphkoc.report.people.evidence import YEAR, count_unseen, read_evidence, shows_shares, to_date
from graphkoc.report.people.invitations import describe_invitation
from graphkoc.report.people.reasons import find_reason
from graphkoc.report.people.ticks import list_ticks
from graphkoc.report.view import View
from graphkoc.text import display_name, number_or_none, whole_or_none

__all__ = ["MOST_POSTS", "Post", "find_profile", "list_platforms", "make_card", "make_quote", "say_mark", "say_source"]

LOW = 3
"""Stars up to which a review is taken to complain."""
MOST_POSTS = 100
"""Posts that a run keeps of each person."""
LATEST = 2
LONGEST = 60
"""Characters of a product's title."""
MARKED = ("paid", "gifted", "invited")
LANGUAGES = {"en": "en", "zh": "zh-CN", "de": "de"}
WEB = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
Post = Mapping[str, Any]


def make_card(view: View, consumer: str) -> dict[str, Any]:
    """The card of a person who may be named. Raises KeyError for somebody else.

    Returns {who, consumer, type, type_share, platforms, ticks, reason, quotes, latest, months, since, reviews_365,
    last, days_since_last, audience, ties, stated, stated_on, unseen, on_brand, price, profile, consent, invite_by,
    caution, rival_ad}. months are twelfths of a year, since the month of the first. unseen: of the known audience those
    whom no KOL is seen to reach: {people, of}. on_brand: {posts, of}, those about our brand among the posts of the last
    12 months. latest: the newest reviews, where no text can be quoted. profile: the address of it. What is not known,
    or not for this reader, is None.
    """
    person, evidence = view.people[consumer], view.once(read_evidence)
    last = person["last_review"].date() if person["last_review"] is not None else None
    quotes = _choose_quotes(view, consumer)
    months = evidence.months.get(consumer)
    unseen, known = count_unseen(view, consumer)
    return {
        "who": view.who(consumer),
        "consumer": None if view.reader.is_client else consumer,
        "type": display_name(person["main_type"], TEXT) if person["main_type"] else None,
        "type_share": number_or_none(person["main_type_share"]) if shows_shares(view) else None,
        "platforms": list_platforms(view, consumer),
        "ticks": list_ticks(view, person),
        "reason": find_reason(view, consumer),
        "quotes": quotes,
        "latest": [] if quotes else _list_latest(view, consumer),
        "months": months,
        "since": (view.as_of - timedelta(days=2 * YEAR)).isoformat() if months else None,
        "reviews_365": int(person["reviews_365"]),
        "last": last.isoformat() if last else None,
        "days_since_last": (view.as_of - last).days if last else None,
        "audience": int(person["audience"]),
        "ties": person["ties"],
        "stated": whole_or_none(person["followers"]),
        "stated_on": view.say.platform(person["tier_platform"]) if person["tier_platform"] else None,
        "unseen": {"people": unseen, "of": known} if known else None,
        "on_brand": _count_own(view, consumer),
        "price": None if view.reader.is_client else number_or_none(person["quote"]),
        "profile": find_profile(view, consumer),
        "consent": person["consent"] if person["consent"] in ("yes", "no") else None,
        "invite_by": describe_invitation(view, consumer),
        "caution": next(iter(list_cautions(view, consumer)), None),
        "rival_ad": "rival_ad" in evidence.checks.get(consumer, []),
    }


def list_platforms(view: View, consumer: str) -> list[str]:
    """The platforms of a person's accounts by their usual names, most reviews first; none where there is only one."""
    if len(view.run.info["ties_of"]) < 2:
        return []
    accounts = view.once(read_evidence).accounts.get(consumer, [view.people[consumer]])
    return list(dict.fromkeys(view.say.platform(account["platform"]) for account in accounts))


def say_source(view: View, post: Post) -> str:
    """What a post is about, its rating, and where and when it was written: `Luto Kettle · 3 of 5 · Forum, 20 June`."""
    say = view.say
    about = post["title"] or post["brand"] or post["type"]
    pieces = [
        say.data(about, LONGEST) if about else None,
        say("people.rating", n=post["rating"]) if post["rating"] is not None else None,
        _say_place(view, post),
    ]
    return say("people.then").join(piece for piece in pieces if piece)


def _say_place(view: View, post: Post) -> str | None:
    """Where, if there is more than one platform, and when a post was written; None where neither is known."""
    platform = view.say.platform(post["platform"]) if len(view.run.info["ties_of"]) > 1 else None
    day = view.say.day(to_date(post["day"])) if post["day"] is not None else None
    return view.say("people.place", platform=platform, day=day) if platform and day else platform or day


def say_mark(view: View, post: Post) -> str | None:
    """How a post is marked: as an ad, a gift, or invited; None for what is unmarked."""
    return view.say(f"people.marked_{post['origin']}") if post["origin"] in MARKED else None


def find_profile(view: View, consumer: str) -> str | None:
    """The address of a person's profile, if it is one of the web's."""
    url = view.people[consumer]["url"]
    return str(url) if url and view.names.is_shown(consumer) and WEB.fullmatch(url) else None


def make_quote(view: View, post: Post) -> dict[str, Any]:
    """A post in its author's words: {text, lang, source, marked}; for people whose words are shown."""
    return {
        "text": display_name(post["quote"], TEXT),
        "lang": LANGUAGES.get(post["language"]),
        "source": say_source(view, post),
        "marked": say_mark(view, post),
    }


def _choose_quotes(view: View, consumer: str) -> list[dict[str, Any]]:
    """At most two: what shows the person's worth, and the newest complaint; none where their words are not shown."""
    if not view.names.is_shown(consumer):
        return []
    posts = [post for post in view.once(read_evidence).posts.get(consumer, []) if post["quote"]]
    first = _choose_first(posts, view.people[consumer]["quality_constructive_quote"])
    second = next((post for post in posts if post is not first and _complains(post)), None)
    return [make_quote(view, post) for post in (first, second) if post is not None]


def _choose_first(posts: Sequence[Post], constructive: str | None) -> Post | None:
    """The constructive one, else the newest unmarked one about our brand, else the newest unmarked one, else any."""
    rules: list[Callable[[Post], bool]] = [
        lambda post: bool(post["review"] == constructive),
        lambda post: post["side"] == "own" and post["origin"] not in MARKED,
        lambda post: post["origin"] not in MARKED,
        lambda post: True,
    ]
    return next((post for rule in rules for post in posts if rule(post)), None)


def _complains(post: Post) -> bool:
    return bool(post["critical"]) or (post["rating"] is not None and post["rating"] <= LOW)


def _list_latest(view: View, consumer: str) -> list[dict[str, Any]]:
    """The newest reviews, without their words: [{source, marked}]."""
    if not view.names.is_shown(consumer):
        return []
    posts = view.once(read_evidence).posts.get(consumer, [])[:LATEST]
    return [{"source": say_source(view, post), "marked": say_mark(view, post)} for post in posts]


def _count_own(view: View, consumer: str) -> dict[str, int] | None:
    """Posts of the last 12 months, and those about our brand; None without a brand, dates, or all of these posts."""
    posts = view.once(read_evidence).posts.get(consumer, [])
    if not view.run.info["settings"]["brand"] or not view.dated or len(posts) >= MOST_POSTS:
        return None
    recent = [post for post in posts if post["day"] is not None and (view.as_of - to_date(post["day"])).days < YEAR]
    return {"posts": sum(post["side"] == "own" for post in recent), "of": len(recent)} if recent else None

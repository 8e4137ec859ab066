"""Why a person is worth a message, in one sentence of the catalogue."""

from __future__ import annotations

from typing import Any

from graphkoc.report.people.evidence import count_unseen, shows_shares
from graphkoc.report.view import Person, View
from graphkoc.text import number_or_none

__all__ = ["find_loaded", "find_reason", "say_unseen"]

MANY_REVIEWS, MANY_UNSEEN, MANY_AFTERWARDS = 8, 3, 8
"""Reviews of 12 months, followers whom no KOL is seen to reach, and follow-on reviews that are a reason."""


def find_reason(view: View, consumer: str) -> str:
    """The first of four that is true: unreached followers, their circle, follow-on reviews, or followers' activity."""
    person = view.people[consumer]
    unseen, _ = count_unseen(view, consumer)
    if unseen >= MANY_UNSEEN:
        if person["reviews_365"] < MANY_REVIEWS and (circle := _say_circle(view, consumer)):
            return circle
        return _join(view, _say_reviews(view, person), say_unseen(view, consumer))
    if person["follow_on"] >= MANY_AFTERWARDS:
        afterwards = view.say("people.reason_follow_on", n=round(person["follow_on"]))
        return _join(view, _say_reviews(view, person), afterwards)
    if person["audience"] and person["audience_reviews_365"]:
        ties = "engaged" if person["ties"] == "engagements" else "followers"
        reviews = view.say.count(person["audience_reviews_365"], "reviews")
        key = f"people.reason_{ties}_wrote" + ("" if view.dated else "_undated")
        return _join(view, _say_reviews(view, person), view.say(key, n=int(person["audience"]), reviews=reviews))
    return view.say("people.sentence", clause=_say_reviews(view, person))


def find_loaded(view: View, consumer: str) -> dict[str, Any] | None:
    """What is loaded of the KOLs of a person's platform, as `graphkoc.qualify.parts.describe_platforms` has it."""
    platform = view.people[consumer]["platform"] or "unknown"
    return next((one for one in view.run.info["reach_of"] if one["platform"] == platform), None)


def say_unseen(view: View, consumer: str) -> str:
    """How many of a person's known audience no KOL is seen to reach, as a clause that says what is loaded."""
    person = view.people[consumer]
    unseen, known = count_unseen(view, consumer)
    loaded = find_loaded(view, consumer)
    wide = "kol" if loaded and loaded["stated"] else "wide"
    if person["ties"] == "engagements":
        of = loaded["posts"] if loaded else 0
        return view.say(f"people.unseen_engaged_{wide}", unseen=unseen, known=known, posts=of)
    return view.say(f"people.unseen_followers_{wide}", unseen=unseen, known=known, n=loaded["kols"] if loaded else 0)


def _say_circle(view: View, consumer: str) -> str | None:
    """The circle that a person is in, with whom no KOL is seen to reach; None without a circle."""
    person = view.people[consumer]
    name = view.run.group_name("circle", person["circle"])
    if name is None:
        return None
    return _join(view, view.say("people.reason_circle", circle=view.say.data(name)), say_unseen(view, consumer))


def _say_reviews(view: View, person: Person) -> str:
    """How much a person wrote, and about what."""
    say, type_ = view.say, person["main_type"]
    when = "year" if view.dated else "all"
    reviews = say.count(person["reviews_365"] if view.dated else person["reviews"], "reviews")
    share = number_or_none(person["main_type_share"])
    if type_ is None or not person["reviews"]:
        return say(f"people.reviews_{when}", reviews=reviews)
    if share is None or not view.dated or not shows_shares(view):
        return say(f"people.reviews_{when}_mostly", reviews=reviews, type=say.data(type_))
    return say("people.reviews_year_share", reviews=reviews, type=say.data(type_), share=say.percent(share))


def _join(view: View, first: str, second: str) -> str:
    return view.say("people.sentence", clause=view.say("people.clauses", first=first, second=second))

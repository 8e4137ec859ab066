"""A page for each of the first key opinion consumers and for everybody of the newest plan."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from graphkoc.report.people.cards import make_card
from graphkoc.report.people.cautions import list_cautions
from graphkoc.report.people.reasons import say_unseen
from graphkoc.report.persons.brand import name_brand
from graphkoc.report.persons.campaigns import list_campaigns
from graphkoc.report.persons.checks import list_person_checks
from graphkoc.report.persons.followers import Followers, name_wide
from graphkoc.report.persons.numbers import list_numbers
from graphkoc.report.persons.posts import describe_posts, draw_up_timeline, list_quotes
from graphkoc.report.persons.score import Typical
from graphkoc.report.view import Person, View
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.text import display_name

__all__ = ["PLACE", "facts"]

PLACE = 80
MARKED = ("free", "reached", "unknown", "koc", "kol")
"""What followers are drawn as, in the order of the key."""


def facts(view: View) -> dict[str, Any] | None:
    """The facts of the section: key (what the colours of its figures mean), and people, a page each.

    None where nobody has one.
    """
    if not view.paged:
        return None
    followers, typical = Followers(view, view.paged), Typical(view)
    pages = list(view.paged.values())
    before = dict(zip(pages[1:], pages, strict=False))
    after = dict(pairwise(pages))
    return {
        "key": _explain_marks(view),
        "people": [
            {
                "id": page,
                "before": before.get(page),
                "after": after.get(page),
                **_describe(view, consumer, followers, typical),
            }
            for consumer, page in view.paged.items()
        ],
    }


def _explain_marks(view: View) -> dict[str, str]:
    """What the colours of the figures mean."""
    brand, wide = name_brand(view), name_wide(view)
    return {
        **({"own": brand} if brand else {}),
        **{mark: view.say(f"persons.mark_{mark}") for mark in ("other", "low", "unknown", "koc")},
        **{mark: view.say(f"persons.mark_{mark}_{wide}") for mark in ("free", "reached", "kol")},
    }


def _describe(view: View, consumer: str, followers: Followers, typical: Typical) -> dict[str, Any]:
    """The page of one person."""
    person, card = view.people[consumer], make_card(view, consumer)
    found = followers.describe(consumer)
    quotes = list_quotes(view, consumer, card["quotes"])
    ranked = person["role"] in RANKED
    return {
        "who": card["who"],
        "place": _say_place(view, person),
        "handle": _show_handle(view, person),
        "url": card["profile"],
        "alias": view.names.find_alias(consumer),
        "type": card["type"],
        "platforms": card["platforms"],
        "reason": card["reason"],
        "ticks": card["ticks"],
        "numbers": list_numbers(view, person, card),
        "timeline": draw_up_timeline(view, consumer),
        "posts": describe_posts(view, consumer),
        "quotes": quotes,
        "latest": [] if quotes else card["latest"],
        "network": found and _describe_network(view, person, found),
        "score": typical.compare(consumer) if ranked else None,
        "checks": list_person_checks(view, person),
        "look_at": _list_before_inviting(view, consumer, card["invite_by"]),
        "history": _list_history(view, person),
    }


def _list_before_inviting(view: View, consumer: str, invite_by: str | None) -> list[str]:
    """What to look at before a person is invited, how they may be, and what the page does not say of them."""
    how = [view.say("persons.invite_by", how=invite_by)] if invite_by else []
    return [*list_cautions(view, consumer), *how, view.say("persons.guess")]


def _list_history(view: View, person: Person) -> list[str]:
    """Who represents a person, and what they did in campaigns; for the analyst alone."""
    if view.reader.is_client:
        return []
    agency = [view.say("persons.agency", name=view.say.data(person["agency"]))] if person["agency"] else []
    return agency + list_campaigns(view, person["consumer"])


def _say_place(view: View, person: Person) -> str:
    """The rank among key opinion consumers, or what else somebody is."""
    if person["role"] in RANKED:
        return view.say("persons.place", rank=person["rank"], of=len(view.kocs))
    return view.say(f"persons.role_{person['role']}")


def _show_handle(view: View, person: Person) -> str | None:
    """The handle of a person whose name is shown."""
    handle = display_name(person["handle"] or "").removeprefix("@")
    return f"@{handle}" if handle and view.names.is_shown(person["consumer"]) else None


def _describe_network(view: View, person: Person, found: dict[str, Any]) -> dict[str, Any]:
    shown = [mark for mark in MARKED if mark in found["drawn"]]
    return found | {"self": _find_mark(person), "shown": shown, "sentence": _say_network(view, person, found)}


def _find_mark(person: Person) -> str:
    """What a person is drawn as in the middle of their followers."""
    return "kol" if person["role"] in WIDE_ROLES else "koc" if person["role"] in RANKED else "other"


def _say_network(view: View, person: Person, found: dict[str, Any]) -> str:
    """Who follows, in one sentence: whom no KOL is seen to reach, who wrote lately, and who is tied to whom."""
    say, ranked = view.say, person["role"] in RANKED
    ties = "engaged" if person["ties"] == "engagements" else "followers"
    clauses = [
        say_unseen(view, person["consumer"])
        if ranked and found["known"]
        else say(f"persons.{'not_seen' if ranked else 'only'}_{ties}", n=found["followers"])
    ]
    if found["recent"] is not None:
        clauses.append(say("persons.recent", n=found["recent"]))
    clauses.append(say("persons.pairs", pairs=say.count(found["pairs"], "pairs")))
    if found["followers"] > len(found["drawn"]):
        clauses.append(say("persons.drawn", n=len(found["drawn"]), of=found["followers"]))
    if len(found["ties"]) < found["pairs"]:
        clauses.append(say("persons.ties_drawn", n=len(found["ties"])))
    return say("persons.sentence", clauses=say("persons.clause").join(clauses))

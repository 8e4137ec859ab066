"""Whom to invite: a card for each of the first, those with whom no KOL is seen to be heard, and a list of all."""

from __future__ import annotations

from typing import Any

from graphkoc.report.people.cards import make_card
from graphkoc.report.people.nearest import describe_nobody
from graphkoc.report.people.open_ground import make_open_cards
from graphkoc.report.people.rows import list_rows
from graphkoc.report.view import View

__all__ = ["PLACE", "facts", "make_card"]

PLACE = 10
CARDS = 6
NAMED = 3
"""Names in the sentence that is copied."""


def facts(view: View) -> dict[str, Any] | None:
    """The facts: {count, heading, lead, caption, wide, several, brand, cards, open, nobody}, and the list.

    wide: kol, or wide where no followers are stated and wide-audience accounts are no KOLs. several: whether there is
    more than one platform. open: cards of people in circles with much white space. nobody: None where there are key
    opinion consumers, else how many people fail each check, and who misses one alone. The list is as
    `graphkoc.report.people.rows.list_rows` has it.
    """
    cards = [make_card(view, person["consumer"]) for person in view.kocs[:CARDS]]
    ground = make_open_cards(view, [person["consumer"] for person in view.kocs[:CARDS]])
    return {
        "count": len(view.kocs),
        "heading": _say_heading(view, len(cards), len(ground)),
        "lead": view.say(f"people.ranked_{view.run.info['score']['kind']}") if cards else None,
        "caption": _say_caption(view) if cards else None,
        "wide": "kol" if any(one["stated"] for one in view.run.info["reach_of"]) else "wide",
        "several": len(view.run.info["ties_of"]) > 1,
        "brand": _name_brand(view),
        "cards": cards,
        "open": ground,
        "nobody": None if cards else describe_nobody(view),
        **list_rows(view),
    }


def _say_heading(view: View, first: int, ground: int) -> str:
    if not view.kocs:
        return view.say("people.heading_nobody")
    kocs = view.say.count(len(view.kocs), "kocs")
    if len(view.kocs) <= CARDS:
        return view.say("people.heading_few", kocs=kocs)
    return view.say("people.heading_open" if ground else "people.heading", kocs=kocs, first=first, open=ground)


def _say_caption(view: View) -> str:
    """Who comes first, and how much they wrote."""
    first, say = view.kocs[:NAMED], view.say
    names = say.join(view.name(person["consumer"]) for person in first)
    written = sum(int(person["reviews_365"] if view.dated else person["reviews"]) for person in first)
    key = "people.caption" if view.dated else "people.caption_undated"
    return say(key, names=names, kocs=say.count(len(view.kocs), "kocs"), reviews=say.count(written, "reviews"))


def _name_brand(view: View) -> str | None:
    brand = view.run.info["settings"]["brand"]
    return view.say.data(brand["own"][0]) if brand and brand["own"] else None

"""Whom to invite where no KOL is seen to be heard: the best in each of the circles with most white space."""

from __future__ import annotations

from typing import Any

from graphkoc.report.people.cards import make_card
from graphkoc.report.people.reasons import find_loaded
from graphkoc.report.view import View
from graphkoc.runs.members import MEMBER
from graphkoc.runs.reached import FEWEST_KOLS

__all__ = ["make_open_cards"]

CARDS = 3
FEWEST = 20
"""People of a circle whom no KOL is seen to reach, from which it is open ground."""


def make_open_cards(view: View, shown: list[str]) -> list[dict[str, Any]]:
    """At most CARDS cards as `make_card` makes them, with the circle as the reason; shown: who has a card already.

    One of each product type, and only on platforms of which enough KOLs by stated followers are loaded.
    """
    circles = [row for row in view.run.rows("circles") if row["only_koc"] + row["nobody"] >= FEWEST]
    circles.sort(key=lambda row: (-row["only_koc"] - row["nobody"], row["circle"]))
    best = _find_best(view, [row["circle"] for row in circles], shown)
    found: dict[str | None, dict[str, Any]] = {}
    for circle in circles:
        consumer = best.get(circle["circle"])
        if consumer is not None and view.people[consumer]["main_type"] not in found:
            card = make_card(view, consumer) | {"reason": _say_circle(view, circle, consumer)}
            found[view.people[consumer]["main_type"]] = card
    return list(found.values())[:CARDS]


def _find_best(view: View, circles: list[str], shown: list[str]) -> dict[str, str]:
    """The first by rank of the members of each circle, of those who can be chosen."""
    rank = {
        person["consumer"]: person["rank"]
        for person in view.kocs
        if person["consumer"] not in shown and _has_kols(view, person["consumer"])
    }
    best: dict[str, str] = {}
    for row in view.run.rows("members", ["kind", "group", "consumer", "confidence"], ("group", set(circles))):
        who, circle = row["consumer"], row["group"]
        if row["kind"] == "circle" and row["confidence"] >= MEMBER and who in rank:
            best[circle] = min(best.get(circle, who), who, key=rank.__getitem__)
    return best


def _has_kols(view: View, consumer: str) -> bool:
    loaded = find_loaded(view, consumer)
    return loaded is not None and loaded["stated"] and loaded["kols"] >= FEWEST_KOLS


def _say_circle(view: View, circle: dict[str, Any], consumer: str) -> str:
    """How many people of a circle no KOL is seen to reach, with what is loaded."""
    loaded = find_loaded(view, consumer)
    assert loaded is not None
    engaged = view.people[consumer]["ties"] == "engagements"
    return view.say(
        "people.open_engaged" if engaged else "people.open_followers",
        circle=view.say.data(view.run.group_name("circle", circle["circle"]) or circle["circle"]),
        unseen=circle["only_koc"] + circle["nobody"],
        people=circle["people"],
        n=loaded["posts" if engaged else "kols"],
    )

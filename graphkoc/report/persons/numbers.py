"""The numbers of a person that stand out on their page: at most five, without those that are not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkoc.report.people.evidence import shows_shares
from graphkoc.report.persons.followers import name_wide
from graphkoc.report.view import Person, View
from graphkoc.runs.roles import RANKED

__all__ = ["list_numbers"]

ROUGHLY = 2
"""Digits of the stated followers of somebody unnamed: the exact number on a profile would tell who it is."""


def list_numbers(view: View, person: Person, card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A person's audience, those whom no KOL is seen to reach, follow-on reviews, price and consent.

    card: as `graphkoc.report.people.cards.make_card` makes it. Returns [{key, label, value, note, internal}], value
    as the reader's language writes it; internal: for the analyst alone, also when the page is printed.
    """
    say, ties = view.say, "engaged" if card["ties"] == "engagements" else "followers"
    found = [_make(view, "audience", f"audience_{ties}", say.number(card["audience"]), _say_stated(view, person))]
    if card["unseen"] and person["role"] in RANKED:
        unseen, known = card["unseen"]["people"], card["unseen"]["of"]
        share = say("persons.of_them", share=say.percent(unseen / known)) if shows_shares(view) else None
        found.append(_make(view, "free", f"free_{ties}_{name_wide(view)}", say.number(unseen), share))
    afterwards = say("persons.afterwards")
    found.append(_make(view, "follow_on", "follow_on", say.number(person["follow_on"], 1), afterwards))
    if card["price"] is not None:
        found.append(_make(view, "price", "price", say.number(card["price"], 2), say("persons.for_a_post")))
    if card["consent"] is not None and not view.reader.is_client:
        found.append(_make(view, "consent", "consent", say(f"persons.consent_{card['consent']}"), None))
    return found


def _make(view: View, key: str, label: str, value: str, note: str | None) -> dict[str, Any]:
    internal = key in ("price", "consent")
    return {"key": key, "label": view.say(f"persons.{label}"), "value": value, "note": note, "internal": internal}


def _say_stated(view: View, person: Person) -> str | None:
    """The followers that a platform states, roughly of somebody unnamed; None where it states none."""
    stated = person["followers"]
    if stated is None:
        return None
    platform = view.say.platform(person["tier_platform"] or person["platform"])
    if view.names.is_shown(person["consumer"]):
        return view.say("persons.stated", n=round(stated), platform=platform)
    rough = int(round(stated, ROUGHLY - len(f"{stated:.0f}")))
    return view.say("persons.stated_about", n=rough, platform=platform)

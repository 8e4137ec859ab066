"""The formula as three ticks: client, content, audience, each with what it rests on in a sentence of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkoc.qualify.formula import FACTORS, apply_formula
from graphkoc.report.view import Person, View

__all__ = ["list_ticks"]

QUARTER = 25
"""Percentiles in a quarter of the texts that somebody's are compared with."""


def list_ticks(view: View, person: Person) -> list[dict[str, str]]:
    """Client, content and audience of a person, in this order: [{factor, state (yes, no or not known), text}]."""
    formula = apply_formula(view.run, person)
    say = {"client": _say_client, "content": _say_content, "audience": _say_audience}
    return [
        {"factor": name, "state": formula[name]["state"], "text": say[name](view, person, formula[name])}
        for name in FACTORS
    ]


def _say_client(view: View, _: Person, factor: Mapping[str, Any]) -> str:
    say, brand = view.say, view.run.info["settings"]["brand"]
    if not brand or not brand["own"]:
        return say("people.client_no_brand")
    own = say.data(brand["own"][0])
    if factor["state"] == "no":
        return say("people.client_no", brand=own)
    if factor["state"] == "not known":
        return say("people.client_unknown" if view.run.info["counts"]["purchases"] else "people.client_no_orders")
    key = "all" if factor["own"] == factor["number"] else "some" if factor["own"] else "other"
    orders, day = say.count(factor["number"], "orders"), say.day(factor["last"])
    return say(f"people.client_{key}", orders=orders, own=factor["own"], brand=own, day=day)


def _say_content(view: View, person: Person, factor: Mapping[str, Any]) -> str:
    if factor["of"] == "own_share":
        key = {"yes": "own", "no": "copied", "not known": "unknown"}[factor["state"]]
        return view.say(f"people.content_{key}")
    quarter = min(int(factor["number"] // QUARTER), 3)
    same_product = 2 * person["quality_same_product"] >= person["quality_compared"]
    peers = view.say("people.peers_product" if same_product else "people.peers_year")
    texts = view.say.count(person["quality_compared"], "texts")
    return view.say(f"people.content_quarter_{quarter}", peers=peers, texts=texts)


def _say_audience(view: View, person: Person, factor: Mapping[str, Any]) -> str:
    say, known, stated = view.say, factor["known"], factor["stated"]
    if not known:
        return say("people.audience_none")
    if person["ties"] == "engagements":
        seen = say("people.seen_engaged", people=say.count(known, "people"))
    elif stated is not None and stated >= known:
        seen = say("people.seen_of_stated", known=known, stated=stated)
    else:
        seen = say.count(known, "known_followers")
    if factor["relevant"] is None or factor["subject"] is None:
        return seen
    return say("people.audience_relevant", seen=seen, n=factor["relevant"], subject=say.data(factor["subject"]))

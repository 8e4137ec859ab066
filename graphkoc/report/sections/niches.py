"""Niches: who is in each, who reaches it, and what sets it apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.report.cards import CARDS, NAMED, Rows, first_kocs, group_card
from graphkoc.report.niche_map import hue
from graphkoc.report.run_view import View
from graphkoc.report.shown_names import group_names
from graphkoc.runs import coverage
from graphkoc.runs.reached import describe_loaded
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.summary import describe_absence
from graphkoc.text import number_or_none, person_name, text_or_none

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 30, "Niches"

FINER = 12
"""Finer niches listed on a card."""


def facts(view: View) -> dict[str, Any]:
    """The cards of niches, how many niches there are, and how much of the wide audiences is known."""
    cards = _make_cards(view)
    white = [card for card in cards if card["white_space"]]
    finer = [inner for niche in cards for inner in niche["finer"]]
    return {
        "cards": cards,
        "absence": None if cards else describe_absence(view.run, "niche"),
        "by_id": {niche["niche"]: niche for niche in [*cards, *finer]},
        "found": int((view.run.niches["level"] != "finer").sum()),
        "finer_found": int((view.run.niches["level"] == "finer").sum()),
        "control": view.run.info["niche_control"],
        "loaded": describe_loaded(view.run),
        "coverage": coverage.describe_coverage(view.run),
        "coverage_wide": coverage.describe_role(view.run, WIDE_ROLES, coverage.WIDE),
        "most_white": sorted(white, key=lambda n: (-n["white_space"], n["anchor"]))[:2],
    }


def _make_cards(view: View) -> Rows:
    """The niches with a card, most people first; those finer than one are inside it, as `finer`.

    Every one, finer or not, has an anchor: a number of its own on the page.
    """
    run = view.run
    table = run.niches
    inside = table["parent"].isin(table["niche"]) & (table["parent"] != table["niche"])
    outer = table[~inside].head(CARDS)
    finer = table[inside & table["parent"].isin(outer["niche"])]
    listed = finer.groupby("parent", sort=False).head(FINER)
    shown = [*outer["niche"], *listed["niche"]]
    anchors = {niche: number for number, niche in enumerate(shown, start=1)}
    kocs, carried = first_kocs(view, "niche"), _find_carriers(view)
    covered = coverage.cover_niches(run)
    reach, reach_wide = _find_reachers(view, RANKED), _find_reachers(view, WIDE_ROLES)
    found = {
        row["niche"]: group_card(view, "niche", row, kocs)
        | {
            "anchor": anchors[row["niche"]],
            "hue": hue(str(row["niche"])),
            "parent": text_or_none(row["parent"]),
            "basis": text_or_none(row["basis"]),
            "wide": int(row["kols"]) + int(row["wide"]),
            "reach": float(row["kol_reach"]),
            "koc_reach": number_or_none(row["koc_reach"]),
            "white_space": number_or_none(row["white_space"]),
            "coverage": _describe_coverage(covered.get(str(row["niche"]))),
            "reachers": [],
            "wide_reachers": reach_wide.get(row["niche"], []),
            "circles": carried.get(row["niche"], []),
            "finer": [],
            "unlisted": 0,
        }
        for row in pd.concat([outer, listed]).to_dict("records")
    }
    for row in listed.itertuples():
        found[row.parent]["finer"].append(found[row.niche])
    for parent, count in finer["parent"].value_counts().items():
        found[parent]["unlisted"] = int(count) - len(found[parent]["finer"])
    for niche in outer["niche"]:
        found[niche]["reachers"] = [person | view.link(person) for person in reach.get(niche, [])]
    return [found[niche] for niche in outer["niche"]]


def _describe_coverage(found: coverage.Coverage | None) -> str | None:
    """How much of the audiences of a niche's wide-audience accounts is known; None where the data do not say."""
    if found is None or (found.audience is None and found.posts is None):
        return None
    return coverage.describe(found, "its", coverage.WIDE)


def _find_reachers(view: View, roles: tuple[str, ...]) -> dict[str, Rows]:
    """The first NAMED people of these roles by how much of each niche they reach."""
    named = view.run.people[["consumer", "name", "rank"]]
    reach = view.run.reach[view.run.reach["role"].isin(roles)].merge(named, on="consumer")
    first = reach.sort_values(["reached", "rank", "consumer"], ascending=[False, True, True])
    first = first.groupby("niche").head(NAMED)
    return {
        str(niche): [
            row | {"who": person_name(row), "share": float(row["share"]), "only": int(row["only_here"])}
            for row in rows.to_dict("records")
        ]
        for niche, rows in first.groupby("niche")
    }


def _find_carriers(view: View) -> dict[str, Rows]:
    """The circles that carry each niche, among those with a card."""
    run = view.run
    cards = {row["circle"]: number for number, row in enumerate(run.circles.head(CARDS).to_dict("records"), start=1)}
    names = group_names(run, "circle")
    carried = run.carries[run.carries["circle"].isin(cards)]
    return {
        str(niche): [
            {"anchor": cards[circle], "name": names[circle]}
            for circle in rows.sort_values(["lift", "circle"], ascending=[False, True])["circle"]
        ]
        for niche, rows in carried.groupby("niche")
    }

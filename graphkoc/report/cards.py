"""What the cards of niches and of circles have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from graphkoc.report import charts
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.runs.reached import describe_parts, parts_of
from graphkoc.text import display_name, text_or_none

__all__ = ["CARDS", "NAMED", "Rows", "change_sign", "first_kocs", "group_card"]

CARDS = 100
"""Niches, and circles, with a card of their own; more would make a page that nobody scrolls through."""
NAMED = 3
"""Key opinion consumers named on a card."""
WORDS = 6
EXEMPLARS = 3
LONGEST = 50
"""Characters of a product's title."""

RISING = ("born", "new", "grown", "returned")
FALLING = ("shrunk", "died")

Rows = list[dict[Any, Any]]


def group_card(view: View, kind: str, row: Mapping[Any, Any], kocs: Mapping[Any, Rows]) -> dict[str, Any]:
    """What the card of a niche and of a circle have alike.

    row: of the run's table of niches or circles. kocs: the first key opinion consumers by group.
    """
    run, group = view.run, str(row[kind])
    change = text_or_none(row["change"]) if run.info["previous"] else None
    words = run.words[(run.words["kind"] == kind) & (run.words["group"] == group)]
    shown = run.exemplars[(run.exemplars["kind"] == kind) & (run.exemplars["group"] == group)]
    # Whose a review is can often be read off its id.
    shown = shown[shown["what"] == "product"]
    return {
        kind: group,
        "name": row["name"],
        "evidence": display_name(text_or_none(row["evidence"]) or "", TEXT),
        "people": int(row["people"]),
        "kocs": int(row["kocs"]),
        "parts": (parts := parts_of(row)),
        "parts_bar": Markup(charts.parts_bar(list(parts.values()))),
        "reached": describe_parts(parts, view.wide),
        "change": change and display_name(change, TEXT),
        "sign": change_sign(change or ""),
        "words": [
            {"word": display_name(str(one["word"])), "inside": int(one["inside"]), "outside": int(one["outside"])}
            for one in words.sort_values(["z", "word"], ascending=[False, True]).head(WORDS).to_dict("records")
        ],
        "exemplars": [
            {
                "product": display_name(text_or_none(one["title"]) or str(one["id"]), LONGEST),
                "why": display_name(str(one["why"]), TEXT),
            }
            for one in shown.head(EXEMPLARS).to_dict("records")
        ],
        "best": [view.link(person) for person in kocs.get(row[kind], [])],
    }


def first_kocs(view: View, kind: str) -> dict[str, Rows]:
    """The first NAMED key opinion consumers of each group, by rank."""
    run = view.run
    ranked = run.members_of(kind)[["consumer", kind]].merge(run.kocs()[["consumer", "name", "rank"]], on="consumer")
    first = ranked.sort_values([kind, "rank"]).groupby(kind).head(NAMED)
    return {str(group): rows.to_dict("records") for group, rows in first.groupby(kind)}


def change_sign(words: str) -> str:
    """▲ for an event or its words that mean more people, ▼ for fewer, nothing for others."""
    return "▲" if words.startswith(RISING) else "▼" if words.startswith(FALLING) else ""

"""Circles: how stable each is, what else could explain it, and what it carries."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from graphkoc.report import charts
from graphkoc.report.cards import CARDS, Rows, first_kocs, group_card
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.report.shown_names import group_names
from graphkoc.runs.summary import describe_absence
from graphkoc.text import display_name, number_or_none, text_or_none

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 50, "Circles"


def facts(view: View) -> dict[str, Any] | None:
    """The cards of circles with their control; None where none was found and nothing prevented it."""
    run = view.run
    if run.circles.empty and not run.info["circles"]["why_not"]:
        return None
    absence = describe_absence(run, "circle") if run.info["circles"]["why_not"] else None
    return {**run.info["circles"], "absence": absence, "found": len(run.circles), "cards": _make_cards(view)}


def _make_cards(view: View) -> Rows:
    """The circles with a card, in the order of the run."""
    run = view.run
    kocs = first_kocs(view, "circle")
    names = group_names(run, "niche")
    carries = {
        circle: [
            {
                "niche": row["niche"],
                "name": names.get(row["niche"], display_name(str(row["niche"]))),
                "share": float(row["share_of_circle"]),
                "lift": float(row["lift"]),
            }
            for row in group.sort_values(["lift", "niche"], ascending=[False, True]).to_dict("records")
        ]
        for circle, group in run.carries.groupby("circle")
    }
    return [
        group_card(view, "circle", row, kocs)
        | {
            "anchor": number,
            "stability": float(row["stability"]),
            "tentative": row["status"] != "published",
            "cohort_ratio": number_or_none(row["cohort_ratio"]),
            "tightness": number_or_none(row["tightness"]),
            "meter": Markup(charts.meter(min(max(number_or_none(row["tightness"]) or 0.0, 0.0), 1.0))),
            "density": number_or_none(row.get("density")),
            "density_null": number_or_none(row.get("density_null")),
            "carries": carries.get(row["circle"], []),
            "niches": [display_name(name, TEXT) for name in (text_or_none(row["niches"]) or "").split("; ") if name],
        }
        for number, row in enumerate(run.circles.head(CARDS).to_dict("records"), start=1)
    ]

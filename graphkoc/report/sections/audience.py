"""Audience and score: everybody whose audience is known, in one chart."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from graphkoc.qualify.audience import basis, counted
from graphkoc.report import charts
from graphkoc.report.run_view import View
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import person_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 110, "Audience"


def facts(view: View) -> dict[str, Any]:
    """The chart, None where no audience can be compared, and the limits of a small audience."""
    return {"figure": _draw_scatter(view.run), "tiers": view.run.info["tiers"]}


def _draw_scatter(run: Run) -> Markup | None:
    people = run.people
    if run.info["tiers"]["low"] is None or not (people["audience"] > 0).any():
        return None
    names = [
        person_name(person) if person["role"] in RANKED else ""
        for person in people[["name", "consumer", "role"]].to_dict("records")
    ]
    return Markup(
        charts.audience_scatter(
            people["audience"].to_numpy(float),
            people["score"].to_numpy(float),
            np.asarray(people["rank"].astype("float64"), dtype=np.float64),
            people["role"].isin(WIDE_ROLES).to_numpy(bool),
            names,
            [counted(number, ties) for number, ties in zip(people["audience"], people["ties"], strict=True)],
            basis(run.info["ties_of"]),
            (float(run.info["tiers"]["low"]), float(run.info["tiers"]["high"])),
        )
    )

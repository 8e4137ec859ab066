"""Gates: who may be a key opinion consumer, by which limits, and the industry's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.tiers import UNKNOWN
from graphkoc.report.industry import PAID, show_number
from graphkoc.report.run_view import View
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 90, "Gates"


def facts(view: View) -> dict[str, Any]:
    """How many pass each gate, the tiers, and the median of each industry number."""
    run = view.run
    return {
        "rows": run.info["gates"],
        "tightly_knit": _write_knit_limits(run),
        "tiers": _describe_tiers(run),
        "industry": _list_numbers(run),
    }


def _describe_tiers(run: Run) -> dict[str, Any]:
    """The audience size limits used; sources without what makes them addresses."""
    tiers: dict[str, Any] = run.info["tiers"]
    return tiers | {
        "profiles": [
            {**one, "source": one["source"].replace("https://", ""), "small": _write_small_range(run, one["name"])}
            for one in tiers["profiles"]
        ],
        "labels": [
            {"label": display_name(label), "people": people}
            for label, people in sorted(tiers["labels"].items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _write_small_range(run: Run, profile: str) -> str:
    person = run.people[run.people["tier_profile"] == profile].iloc[0]
    if person["tier"] == UNKNOWN:
        return "not known"
    if person["tier_high"] < person["tier_low"]:
        return "none"
    low, high = person["tier_low"], person["tier_high"]
    return f"{low:,.0f} to {high:,.0f}" if np.isfinite(high) else "any"


def _write_knit_limits(run: Run) -> str:
    """How many standard deviations above chance make an audience tightly knit, on the platforms of the run."""
    return " or ".join(f"{least:g}" for least in sorted(run.people["gate_knit_least"].unique()))


def _list_numbers(run: Run) -> list[dict[str, Any]]:
    """Each industry number: what it is, its definition, for how many of the ranked it is known, and their median."""
    ranked = run.kocs()
    rows = []
    for name, what, definition in [*((one.name, one.what, one.definition) for one in NUMBERS), PAID]:
        known = ranked[name].dropna()
        median = show_number(name, float(known.median())) if len(known) else None
        rows.append({"what": what, "definition": definition, "people": len(known), "median": median})
    return rows

"""What a report says of who may be a key opinion consumer: tiers, gates, and the industry's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from graphkoc.qualify import gates
from graphkoc.qualify.engagement import NUMBERS
from graphkoc.qualify.gates.origins import ORIGINS
from graphkoc.qualify.tiers import UNKNOWN
from graphkoc.report.charts import percent
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["industry", "knit", "numbers", "through", "tiers"]

SHARES = {"engagement_rate", "collect_rate", "interaction_rate", "hit_share"}
TIMES = {"engagement_rate_to_tier", "collect_rate_to_tier", "paid_to_organic"}
PAID = ("paid_to_organic", "response to paid posts", "engagements of a paid post over those of one without a marker")


def tiers(run: Run) -> dict[str, Any]:
    """By whose limits an audience is small or wide; sources without what makes them addresses."""
    told: dict[str, Any] = run.info["tiers"]
    return told | {
        "profiles": [
            {**one, "source": one["source"].removeprefix("https://"), "small": _range(run, one["name"])}
            for one in told["profiles"]
        ],
        "labels": [
            {"label": display_name(label), "people": people}
            for label, people in sorted(told["labels"].items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _range(run: Run, profile: str) -> str:
    hers = run.people[run.people["tier_profile"] == profile].iloc[0]
    if hers["tier"] == UNKNOWN:
        return "not known"
    if hers["tier_high"] < hers["tier_low"]:
        return "none"
    return f"{hers['tier_low']:,.0f} to {hers['tier_high']:,.0f}" if np.isfinite(hers["tier_high"]) else "any"


def knit(run: Run) -> str:
    """How many standard deviations above chance make an audience tightly knit, on the platforms of its people."""
    return " or ".join(f"{least:g}" for least in sorted(run.people["gate_knit_least"].unique()))


def through(run: Run, person: pd.Series[Any]) -> list[dict[str, Any]]:
    """A person's gates, each with its number and its limit."""
    return [
        {"who": gate["who"], "state": gate["state"], "words": gate["words"], "required": gate["required"]}
        for gate in gates.told(person, run.info["limits"])
    ]


def industry(run: Run) -> list[dict[str, Any]]:
    """The industry's numbers that these data tell of anybody who is ranked: what, definition, of how many, median."""
    ranked = run.kocs()
    told = [(number.name, number.what, number.definition) for number in NUMBERS]
    rows = []
    for name, what, definition in [*told, PAID]:
        known = ranked[name].dropna()
        median = _shown(name, float(known.median())) if len(known) else None
        rows.append({"what": what, "definition": definition, "people": len(known), "median": median})
    return rows


def numbers(person: pd.Series[Any]) -> list[str]:
    """What is known of a person of these numbers, and her origin ledger, each in a few words."""
    said = [
        f"{number.what} {_shown(number.name, person[number.name])}"
        for number in NUMBERS
        if not pd.isna(person[number.name])
    ]
    if not pd.isna(person["paid_to_organic"]):
        said.append(f"{PAID[1]} {_shown(PAID[0], person['paid_to_organic'])}")
    shares = [f"{origin} {percent(person[f'origin_{origin}'])}" for origin in ORIGINS if person[f"origin_{origin}"] > 0]
    return [*said, f"origin of her reviews: {', '.join(shares)}"] if shares else said


def _shown(name: str, value: float) -> str:
    if name in SHARES:
        return f"{value:.1%}"
    if name in TIMES:
        return f"{value:.2f} times"
    if name == "quality":
        return f"{value:.0f} of 100"
    return f"{value:,.2f}".removesuffix(".00")

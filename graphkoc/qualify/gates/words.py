"""The gates in words: what each of them is, and where one person stands at it. Needs a row of a run, and no pandas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphkoc.qualify.audience import counted
from graphkoc.qualify.tiers import OTHERS, RELATIVE, Limits
from graphkoc.text import count, number_or_none

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GATES", "ORIGINS", "STATES", "Gate", "limits_of", "list_gates", "words"]

STATES = ("passed", "failed", "unknown")


@dataclass(frozen=True)
class Gate:
    """A gate: its name, a word for people who pass it, what that means, and what its number is."""

    name: str
    who: str
    what: str
    number: str


GATES = (
    Gate("person", "a person", "a person's account, not a brand's or of staff", "none: what the platform says"),
    Gate("active", "active", "has reviewed or bought lately", "first reviews of a product, and orders, in the window"),
    Gate("client", "a client", "buys our own brand or its categories", "purchases of these in the window"),
    Gate("creative", "creative", "own words or pictures, neither copied nor repeated", "share of their reviews"),
    Gate("small", "small audience", "an audience that is small by the tiers of their platform", "followers"),
    Gate("unpaid", "unpaid", "does not write for money", "share of their reviews"),
    Gate(
        "knit",
        "tightly knit",
        "people in the audience know each other and this person",
        "standard deviations above chance",
    ),
)
ORIGINS = ("earned", "gifted", "paid", "invited", "unknown")
"""What a review may be marked as, and `unknown` for a review without a mark."""


def limits_of(limits: Mapping[str, Limits], platform: Any) -> Limits:
    """The limits of a platform, which may be null."""
    return limits[platform] if isinstance(platform, str) and platform in limits else limits[OTHERS]


def list_gates(person: Mapping[str, Any] | pd.Series[Any], limits: Mapping[str, Limits]) -> list[dict[str, Any]]:
    """A person's gates: [{gate, who, what, state, value, least, most, required, words}].

    person: a row of people. limits: the run's, `info["limits"]`. value, least, most are None where there is
    none.
    """
    required = limits_of(limits, person["platform"])["required"]
    return [
        {
            "gate": gate.name,
            "who": gate.who,
            "what": gate.what,
            "state": person[f"gate_{gate.name}"],
            "value": number_or_none(person.get(f"gate_{gate.name}_value")),
            "least": number_or_none(person.get(f"gate_{gate.name}_least")),
            "most": number_or_none(person.get(f"gate_{gate.name}_most")),
            "required": gate.name in required,
            "words": words(gate.name, person),
        }
        for gate in GATES
    ]


def words(name: str, person: Mapping[str, Any] | pd.Series[Any]) -> str:
    """The gate's number beside its limit, in words."""
    state = person[f"gate_{name}"]
    if name == "person":
        return {"passed": "a person", "failed": "not a person's account", "unknown": "account type unknown"}[state]
    value, least = number_or_none(person[f"gate_{name}_value"]), person[f"gate_{name}_least"]
    if name == "small" and value is not None:
        most = person["gate_small_most"]
        of = f"{least:,.0f} to {most:,.0f}" if math.isfinite(most) else f"{least:,.0f} or more"
        known = person["tier_profile"] == RELATIVE
        whose = counted(value, person["ties"]) if known else count(value, "followers")
        small = f"small is {of}" if least <= most else f"no audience is small here, where small begins at {least:,.0f}"
        return f"{whose}, {small} ({person['tier_profile']})"
    if value is None:
        return {
            "active": "dates of reviews unknown",
            "client": "no known purchase",
            "creative": "no known text or picture",
            "small": "audience size cannot be compared",
            "knit": "no known audience",
        }.get(name, "unknown")
    if name == "active":
        orders = person["gate_active_orders"]
        both = (
            f"{count(value - orders, 'reviews')} and {count(orders, 'orders')}" if orders else count(value, "reviews")
        )
        return f"{both} in the window, at least {least:,.0f}"
    if name == "client":
        return f"{count(value, 'purchases')} of our brand or its categories in the window, at least {least:,.0f}"
    if name == "creative":
        return f"{value:.0%} of their reviews are their own words or pictures, at least {least:.0%}"
    if name == "unpaid":
        bound = {"passed": "at least", "failed": "at most", "unknown": "up to"}[state]
        return f"{bound} {value:.0%} of their reviews are unpaid, at least {least:.0%}"
    ties = (
        f"{count(person['knit_ties'], 'ties')} among the audience and to it, {person['knit_expected']:,.1f} by chance"
    )
    return f"{ties} (z {value:.1f}, at least {least:.1f})"

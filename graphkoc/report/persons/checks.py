"""Where a person stands at each check, in the words of the reader's language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from graphkoc.qualify.gates.words import limits_of, list_gates
from graphkoc.qualify.tiers import RELATIVE
from graphkoc.report.persons.brand import name_brand
from graphkoc.report.view import Person, View

__all__ = ["list_person_checks"]


def list_person_checks(view: View, person: Person) -> list[dict[str, Any]]:
    """Each check of a person: state (passed, failed or unknown), text, and required (whether it can keep them out)."""
    limits = view.run.info["limits"]
    words = {
        "days": round(limits_of(limits, person["platform"])["days"]),
        "brand": name_brand(view) or view.say("persons.our_brand"),
    }
    return [
        {
            "state": gate["state"],
            "text": view.say(f"persons.{gate['gate']}_{gate['state']}", **words | _fill_in(view, person, gate)),
            "required": gate["required"],
        }
        for gate in list_gates(person, limits)
    ]


def _fill_in(view: View, person: Person, gate: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a gate for its sentence; nothing for one that has none."""
    say, value = view.say, gate["value"]
    if value is None:
        return {}
    if gate["gate"] == "active":
        orders = round(person["gate_active_orders"] or 0)
        counts = [say.count(round(value) - orders, "reviews"), *([say.count(orders, "orders")] if orders else [])]
        return {"what": say.join(counts)}
    if gate["gate"] == "client":
        return {"what": say.count(round(value), "orders")}
    if gate["gate"] == "small":
        return {"size": _describe_size(view, person, value), "limits": _describe_limits(view, gate)}
    if gate["gate"] == "knit":
        return {"ties": round(person["knit_ties"]), "expected": round(person["knit_expected"])}
    return {"share": say.percent(value)}


def _describe_size(view: View, person: Person, size: float) -> str:
    """An audience in words: followers that the platform states, or those who are known."""
    if person["tier_profile"] != RELATIVE:
        return view.say.count(round(size), "followers")
    return view.say(f"persons.size_{person['ties']}", n=round(size))


def _describe_limits(view: View, gate: Mapping[str, Any]) -> str:
    """From where to where an audience is small."""
    least, most = gate["least"] or 0, gate["most"]
    if most is None or not math.isfinite(most):
        return view.say("persons.from", least=round(least))
    return (
        view.say("persons.between", least=round(least), most=round(most))
        if least
        else view.say("persons.up_to", most=round(most))
    )

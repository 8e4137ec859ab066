"""What speaks for a person, in words with numbers. Needs a row of a run, and no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphkoc.qualify.audience import counted
from graphkoc.qualify.formula import describe_client
from graphkoc.qualify.gates.words import list_gates, words
from graphkoc.qualify.quality.words import MIDDLE, describe_content, placed
from graphkoc.runs.run import Run
from graphkoc.text import count, number_or_none

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["reasons"]

RECIPROCAL = 0.5
"""Minimum share of followers followed back for it to be a reason."""


def reasons(run: Run, person: Mapping[str, Any] | pd.Series[Any]) -> list[str]:
    """What speaks for a person, each reason in a few words with its number; person: a row of people."""
    when = "" if run.info["score"]["kind"] == "percentiles" else " in the last year"
    found = [f"{count(person['reviews_365'], 'reviews')}{when}"]
    if person["client"] == "yes":
        found.append(f"a client: {describe_client(person)}")
    if person["audience"]:
        audience, reviews = counted(person["audience"], person["ties"]), person["audience_reviews_365"]
        found.append(f"{audience}, who wrote {reviews:,.0f}{when}" if reviews else audience)
    if person["follow_on"] >= 1:
        found.append(f"{person['follow_on']:,.1f} follow-on reviews by the audience so far")
    if person["reciprocity"] >= RECIPROCAL:
        found.append(f"follows {person['reciprocity']:.0%} of the audience back")
    if critical := number_or_none(person["critical"]):
        found.append(f"{count(critical, 'low ratings')} with reasons, which speaks for independence")
    if (number_or_none(person["quality"]) or 0) > MIDDLE:
        found += [placed(person, run.info), *describe_content(person)]
    if person["gate_knit"] == "passed":
        found.append(f"tightly knit: {words('knit', person)}")
    if passed := [gate["who"] for gate in list_gates(person, run.info["limits"]) if gate["state"] == "passed"]:
        found.append(f"passes the gates: {', '.join(passed)}")
    if niche := run.group_name("niche", person["niche"]):
        found.append(f"stands out in {niche}")
    if circle := run.group_name("circle", person["circle"]):
        found.append(f"member of the circle {circle}")
    return found

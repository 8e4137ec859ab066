"""The formula as it is written: client, content, audience, each yes, no or not known with its number.

Needs a row of a run, and no pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphkoc.qualify.audience import counted
from graphkoc.qualify.gates.words import words
from graphkoc.qualify.quality.words import MIDDLE, describe_place
from graphkoc.runs.run import Run
from graphkoc.text import count, number_or_none, percent, text_or_none, whole_or_none

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FACTORS", "apply_formula", "describe_client", "describe_formula"]

FACTORS = ("client", "content", "audience")
FEWEST = 5
"""Known people below which a share of an audience says nothing."""
SEEN = 0.5
"""Minimum share of the stated followers that is known for the known ones to stand for all."""
GATE_STATES = {"passed": "yes", "failed": "no", "unknown": "not known"}

Row = Mapping[str, Any]


def apply_formula(run: Run, person: Row | pd.Series[Any]) -> dict[str, dict[str, Any]]:
    """The factors of a person: {client, content, audience}, each {state, number, words, ...}; person: a row of people.

    state is yes, no or not known; a number is None where it is not known.

    client: orders of our brand or its categories in the last 12 months; own (of these, those of our brand) and last
    (the day of the newest) beside it.
    content: no for people whose reviews are copied or empty (the gate creative). The number is the percentile of their
    content quality, yes from the middle on; where that is not known, their own share of their reviews in percent.
    `of` says which: percentile or own_share.
    audience: the share of the known audience that wrote about the person's subject in the last year; relevant, known,
    stated (followers, by the platform), subject and everybody (the share of everybody) beside it. yes above
    everybody's share. Not known with fewer than 5 known people, or where most of the followers stated are not known.

    Ratings do not enter.
    """
    return {
        "client": _find_client(run, person),
        "content": _find_content(person),
        "audience": _find_audience(run, person),
    }


def describe_formula(formula: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each factor: Client yes · 3 orders, last 12 May 2026."""
    return [f"{name.capitalize()} {formula[name]['state']} · {formula[name]['words']}" for name in FACTORS]


def describe_client(person: Row | pd.Series[Any]) -> str:
    """The orders of a client: 3 orders (2 of our brand), last 12 May 2026; person: a row of people."""
    own, orders, last = person["client_own_orders"], person["client_orders"], person["client_last_order"]
    of = "" if own == orders else f" ({own:,} of our brand)" if own else " of our categories, none of our brand"
    return f"{count(orders, 'orders')}{of}, last {last.day} {last:%B %Y}"


def _find_client(run: Run, person: Row | pd.Series[Any]) -> dict[str, Any]:
    state, brand = person["client"], run.info["settings"]["brand"]
    if state == "yes":
        told = describe_client(person)
    elif state == "no":
        told = "their orders are known, and none in the last 12 months is of our brand or its categories"
    elif not brand or not brand["own"]:
        told = "no brand of ours is set"
    else:
        told = "no dated order of theirs is known" if run.info["counts"]["purchases"] else "no order is loaded"
    return {
        "state": state,
        "number": whole_or_none(person["client_orders"]),
        "own": whole_or_none(person["client_own_orders"]),
        "last": person["client_last_order"].date().isoformat() if state == "yes" else None,
        "words": told,
    }


def _find_content(person: Row | pd.Series[Any]) -> dict[str, Any]:
    gate, quality = person["gate_creative"], number_or_none(person["quality"])
    if gate == "failed" or quality is None:
        share = number_or_none(person["gate_creative_value"])
        number = None if share is None else 100 * share
        return {"state": GATE_STATES[gate], "number": number, "of": "own_share", "words": words("creative", person)}
    state = "yes" if quality >= MIDDLE else "no"
    return {"state": state, "number": quality, "of": "percentile", "words": describe_place(person)}


def _find_audience(run: Run, person: Row | pd.Series[Any]) -> dict[str, Any]:
    known, stated = int(person["audience"]), whole_or_none(person["followers"])
    share, everybody = number_or_none(person["audience_relevance"]), number_or_none(person["audience_relevance_all"])
    seen = number_or_none(person["audience_coverage"])
    subject, relevant = text_or_none(person["audience_subject"]), whole_or_none(person["audience_relevant"])
    if share is None or everybody is None or known < FEWEST or (seen is not None and seen < SEEN):
        state = "not known"
    else:
        state = "yes" if share > everybody else "no"
    if not known:
        told = "nobody in the audience is known"
    elif share is None or everybody is None:
        told = "nothing that they wrote has a category or tag"
    else:
        when = "" if run.info["score"]["kind"] == "percentiles" else " in the last year"
        told = (
            f"{relevant:,} of {counted(known, person['ties'])} wrote about {subject}{when} ({percent(share)}; all "
            f"people {percent(everybody)})"
        )
    if seen is not None:
        told += f"; {known:,} of {count(stated or 0, 'followers')} stated are known"
    return {
        "state": state,
        "number": share,
        "relevant": relevant,
        "known": known,
        "stated": stated,
        "subject": subject,
        "everybody": everybody,
        "words": told,
    }

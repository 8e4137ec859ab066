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
KNOWN_SHARE = 0.5
"""Minimum share of the stated followers that is known for the known ones to stand for all."""
GATE_STATES = {"passed": "yes", "failed": "no", "unknown": "not known"}

Row = Mapping[str, Any]


def apply_formula(run: Run, person: Row | pd.Series[Any]) -> dict[str, dict[str, Any]]:
    """The factors of a person: {client, content, audience}, each {state, number, words, ...}; person: a row of people.

    state is yes, no or not known; a number is None where it is not known.

    client: orders of our brand or its categories in the last 12 months; own (of these, those of our brand) and last
    (the day of the newest) beside it. content: no for people whose reviews are copied or empty (the gate creative). The
    number is the percentile of their content quality, yes from the middle on; where that is not known, their own share
    of their reviews in percent. `of` says which: percentile or own_share. audience: the share of the known audience
    that wrote about the person's subject in the last year; relevant, known, stated (followers, by the platform),
    subject, everybody (the share of everybody) and target beside it. yes above everybody's share; the target does not
    enter. Not known with fewer than 5 known people, or where most of the followers stated are not known.

    target: None without one, else languages, write and known (how many of those whose language is known write one of
    the languages), market, inside and located (how many of those whose location is known are in the market); a number
    is None where the target has no languages, or no market.

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
    state = person["client"]
    return {
        "state": state,
        "number": whole_or_none(person["client_orders"]),
        "own": whole_or_none(person["client_own_orders"]),
        "last": person["client_last_order"].date().isoformat() if state == "yes" else None,
        "words": _explain_client(run, person),
    }


def _explain_client(run: Run, person: Row | pd.Series[Any]) -> str:
    if person["client"] == "yes":
        return describe_client(person)
    if person["client"] == "no":
        return "their orders are known, and none in the last 12 months is of our brand or its categories"
    brand = run.info["settings"]["brand"]
    if not brand or not brand["own"]:
        return "no brand of ours is set"
    return "no dated order of theirs is known" if run.info["counts"]["purchases"] else "no order is loaded"


def _find_content(person: Row | pd.Series[Any]) -> dict[str, Any]:
    gate, quality = person["gate_creative"], number_or_none(person["quality"])
    if gate == "failed" or quality is None:
        share = number_or_none(person["gate_creative_value"])
        number = None if share is None else 100 * share
        return {"state": GATE_STATES[gate], "number": number, "of": "own_share", "words": words("creative", person)}
    state = "yes" if quality >= MIDDLE else "no"
    return {"state": state, "number": quality, "of": "percentile", "words": describe_place(person)}


def _find_audience(run: Run, person: Row | pd.Series[Any]) -> dict[str, Any]:
    return {
        "state": _judge_audience(person),
        "number": number_or_none(person["audience_relevance"]),
        "relevant": whole_or_none(person["audience_relevant"]),
        "known": int(person["audience"]),
        "stated": whole_or_none(person["followers"]),
        "subject": text_or_none(person["audience_subject"]),
        "everybody": number_or_none(person["audience_relevance_all"]),
        "target": _find_target(run, person),
        "words": "; ".join(
            [
                _describe_relevance(run, person),
                *_describe_target(_find_target(run, person)),
                *_describe_known_share(person),
            ]
        ),
    }


def _judge_audience(person: Row | pd.Series[Any]) -> str:
    """Whether the audience is in the person's subject more than everybody is: yes, no or not known."""
    share, everybody = number_or_none(person["audience_relevance"]), number_or_none(person["audience_relevance_all"])
    known_share = number_or_none(person["audience_coverage"])
    is_small_sample = known_share is not None and known_share < KNOWN_SHARE
    if share is None or everybody is None or person["audience"] < FEWEST or is_small_sample:
        return "not known"
    return "yes" if share > everybody else "no"


def _describe_relevance(run: Run, person: Row | pd.Series[Any]) -> str:
    """How many of the audience wrote about the person's subject, or why that is not known."""
    known = int(person["audience"])
    share, everybody = number_or_none(person["audience_relevance"]), number_or_none(person["audience_relevance_all"])
    if not known:
        return "nobody in the audience is known"
    if share is None or everybody is None:
        return "nothing that they wrote has a category or tag"
    when = "" if run.info["score"]["kind"] == "percentiles" else " in the last year"
    return (
        f"{person['audience_relevant']:,} of {counted(known, person['ties'])} wrote about {person['audience_subject']}"
        f"{when} ({percent(share)}; all people {percent(everybody)})"
    )


def _find_target(run: Run, person: Row | pd.Series[Any]) -> dict[str, Any] | None:
    """The languages and the market of the target, and how much of the audience has them; None without a target."""
    languages, market = (run.info["settings"][name] for name in ("target_languages", "target_markets"))
    if not languages and not market:
        return None
    return {
        "languages": languages,
        "write": whole_or_none(person["audience_target"]),
        "known": whole_or_none(person["audience_language"]),
        "market": market,
        "inside": whole_or_none(person["audience_market"]),
        "located": whole_or_none(person["audience_location"]),
    }


def _describe_target(target: Mapping[str, Any] | None) -> list[str]:
    """How many of the audience write in the target language and are in the market, each only where some are known."""
    clauses = []
    if target and target["known"]:
        names = " or ".join(target["languages"])
        clauses.append(f"{target['write']:,} of {target['known']:,} whose language is known write {names}")
    if target and target["located"]:
        clauses.append(f"{target['inside']:,} of {target['located']:,} whose location is known are in the market")
    return clauses


def _describe_known_share(person: Row | pd.Series[Any]) -> list[str]:
    """How many of the followers that the platform states are known; nothing where it states none."""
    if number_or_none(person["audience_coverage"]) is None:
        return []
    stated = whole_or_none(person["followers"]) or 0
    return [f"{person['audience']:,.0f} of {count(stated, 'followers')} stated are known"]

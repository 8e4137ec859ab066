"""Content quality in words: of a person, and of a site. Needs a row of a run, and no pandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphkoc.runs.run import Run
from graphkoc.text import count, number_or_none

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MIDDLE", "describe_content", "describe_place", "describe_quality", "describe_site", "placed"]

MIDDLE = 50.0
"""Percentile above which somebody writes more than most."""


def placed(person: Mapping[str, Any] | pd.Series[Any], info: Mapping[str, Any]) -> str:
    """Where a person's texts stand among their peers, or why that is unknown; person: a row of people.

    info: the run's.
    """
    quality = number_or_none(person["quality"])
    if quality is None:
        return f"content quality unknown: {person['quality_unknown']}"
    site = info["quality"]["sites"].get(person["platform"] or "unknown")
    side = "more" if quality > MIDDLE else "less"
    learned = site is not None and site["weights"] is not None
    what = f"writes what readers here vote for {side} than most do" if learned else f"writes {side} than most"
    quoted = f"; {', '.join(person['quality_quotes'].split('; '))}" if isinstance(person["quality_quotes"], str) else ""
    return f"{what}: {describe_place(person, quoted)}"


def describe_place(person: Mapping[str, Any] | pd.Series[Any], quoted: str = "") -> str:
    """The percentile of a person whose quality is known, of what, and on how many texts; quoted: what follows these."""
    same_product = 2 * person["quality_same_product"] >= person["quality_compared"]
    peers = "their products' reviews" if same_product else "comparable reviews of the year"
    texts = count(person["quality_compared"], "texts")
    return f"at the {ordinal(person['quality'])} percentile of {peers} ({texts}{quoted})"


def ordinal(number: float) -> str:
    """A number as a place: 83rd."""
    whole = round(number)
    ending = "th" if whole % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{ending}"


def describe_content(person: Mapping[str, Any] | pd.Series[Any]) -> list[str]:
    """What a person's texts hold, as clauses; person: a row of people. Empty where quality is unknown."""
    if number_or_none(person["quality"]) is None:
        return []
    found = []
    texts = person["quality_texts"]
    if person["quality_specifics"]:
        found.append(f"gives numbers, sizes or durations in {person['quality_specifics']:,} of {texts:,}")
    if person["quality_constructive"]:
        low = f"{person['quality_constructive']:,} of {count(person['quality_low'], 'low ratings')}"
        found.append(f"names a problem and what to do about it in {low} ({person['quality_constructive_quote']})")
    votes = number_or_none(person["quality_votes"])
    if votes is not None:
        found.append(f"received {votes:.1f} times the votes of their peers ({count(person['quality_voted'], 'texts')})")
    return found


def describe_site(site: Mapping[str, Any]) -> list[str]:
    """How quality was measured on a site, as sentences; site: of `info["quality"]["sites"]`."""
    if site["counted"] is None:
        return ["Not checked on this site: no votes."]
    found = []
    if site["fitted"] is None:
        found.append(f"Not checked on this site: {site['why']}.")
    elif site["weights"] is None:
        found.append(
            f"On this site quality is how much they write; finer traits were not shown to matter here ({site['why']})."
        )
    else:
        found.append(f"On this site quality is learned from what its readers vote for: {site['why']}.")
    if site["top_fifth"] is not None:
        found.append(
            f"On this site the top fifth of texts received {site['top_fifth']:.1f} times the votes of their peers."
        )
    return found


def describe_quality(run: Run) -> list[str]:
    """How the quality of what people write was measured, as sentences; by platform where several have texts."""
    sites = {name: site for name, site in run.info["quality"]["sites"].items() if site["written"]}
    if not sites:
        return ["Content quality is unknown: there is no text."]
    return [
        f"{name}: {sentence}" if len(sites) > 1 else sentence
        for name, site in sites.items()
        for sentence in describe_site(site)
    ]

"""Map of niches: the bubbles, and the people in them for the page's script."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from graphkoc.report import niche_map
from graphkoc.report.run_view import View
from graphkoc.runs.run import Run
from graphkoc.text import count, percent, person_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 20, "Map"


def facts(view: View) -> dict[str, Any] | None:
    """The drawing, and the people and ties packed for the script; None where the run has no places for niches."""
    run = view.run
    places = set(run.positions["niche"])
    shown = [niche for niche in view.facts("niches")["cards"] if niche["niche"] in places]
    if not shown:
        return None
    people = niche_map.pack(run, [niche["niche"] for niche in shown])
    return {
        "figure": Markup(niche_map.bubble_map([_make_bubble(niche) for niche in shown], run.positions)),
        "finer": any(niche["finer"] for niche in shown),
        "people": people,
        "ties": run.info["counts"]["follows"] + run.info["counts"]["engaged"],
        "egos": [_describe_audience(run, audience) for audience in niche_map.audiences(run, people)],
    }


def _make_bubble(niche: dict[str, Any]) -> niche_map.Bubble:
    reached = f"wide-audience accounts reach {percent(niche['reach'])} of them"
    if niche["koc_reach"] is not None:
        reached += f", key opinion consumers {percent(niche['koc_reach'])}"
    return niche_map.Bubble(
        niche=niche["niche"],
        name=niche["name"],
        people=niche["people"],
        summary=reached,
        filled=niche["reach"],
        href=f"#niche-{niche['anchor']}",
        finer=[_make_bubble(finer) for finer in niche["finer"]],
    )


def _describe_audience(run: Run, audience: niche_map.Audience) -> dict[str, Any]:
    """A key opinion consumer's audience: a sentence about it, and which dots it is."""
    person = run.people.iloc[audience.row]
    k, followers = len(audience.near_rows), int(person["audience"])
    who = f"{count(k, 'people')} in their audience"
    if followers > k:
        who = f"the {k} closest of {followers:,} people in their audience"
    summary = f"{person_name(person)}: {who}"
    if k > 1:
        possible = k * (k - 1) // 2
        summary += f", {count(audience.pairs, 'ties')} among them, {percent(audience.pairs / possible)} of all possible"
    return {
        "rank": int(person["rank"]),
        "who": person_name(person),
        "dot": audience.dot,
        "near": " ".join(str(dot) for dot in audience.near_dots),
        "summary": f"{summary}.",
    }

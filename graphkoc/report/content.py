"""What a report says, drawn from a run: numbers, sentences and figures, before any markup of the page."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
from markupsafe import Markup

from graphkoc.qualify import explain
from graphkoc.qualify.audience import basis, counted
from graphkoc.qualify.explain import parts_of
from graphkoc.report import charts, groups, niche_map, qualified, trust
from graphkoc.report.charts import percent
from graphkoc.report.platforms import platforms
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import UNDATED, Run
from graphkoc.text import display_name, person_name

__all__ = ["content"]

LEADERS = 50
TEXT = 200

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""In English whatever the locale, which strftime would follow."""
RANKINGS = {
    "score": "the score",
    "formula": "the formula",
    "activity": "own recent activity",
    "audience": "audience size",
    "pagerank": "PageRank",
    "core": "core number",
    "reviews": "reviews ever written",
    "past_credit": "past follow-on reviews",
    "random": "by lot",
    "oracle": "best possible (knows the future)",
}
YARDSTICKS = {"score", "formula", "random", "oracle"}
"""Ours, and what nobody could use as a ranking; the rest are plain rankings that others would use."""


def content(run: Run) -> dict[str, Any]:
    """Everything that the template prints; text in it is raw, only figures are markup."""
    run = groups.called(run)
    niches, circles, bridges = groups.niches(run), groups.circles(run), groups.bridges(run)
    finer = [inner for niche in niches for inner in niche["finer"]]
    linked = [group["best"] for group in [*niches, *finer, *circles]] + [niche["reachers"] for niche in niches]
    linked.append(bridges["rows"] if bridges else [])
    suspicious, agreed = trust.authenticity(run), trust.agreement(run)
    linked += [suspicious["moves"], suspicious["leave"], agreed["breaks"] if agreed else []]
    everywhere = {niche["niche"]: niche for niche in [*niches, *finer]}
    leaders = _leaders(run, everywhere, {one["rank"] for people in linked for one in people})
    tested, kocs = _backtest(run), run.kocs()
    dated = run.info["counts"]["first_review"] != UNDATED
    return {
        "title": _title(run),
        "at": _date(run.info["at"]),
        "dated": dated,
        "lately": f" in the year before {_date(run.info['at'])}" if dated else "",
        "counts": run.info["counts"],
        "stands_in": run.info["stands_in"],
        "tiers": qualified.tiers(run),
        "gates": run.info["gates"],
        "tightly_knit": qualified.knit(run),
        "industry": qualified.industry(run),
        "people": len(run.people),
        "kocs": len(kocs),
        "possible": set(kocs["role"]) == {"possible"},
        "niches": niches,
        "platforms": platforms(run, niches),
        "niches_found": int((run.niches["level"] != "finer").sum()),
        "finer_found": int((run.niches["level"] == "finer").sum()),
        "by_niche": everywhere,
        "map": _map(run, niches),
        "circles": circles,
        "circles_found": len(run.circles),
        "circles_told": run.info["circles"],
        "bridges": bridges,
        "changes": groups.changes(run),
        "churn": [run.info["churn"][kind]["words"] for kind in sorted(run.info["churn"])],
        "since": _date(run.info["previous"]["at"]) if run.info["previous"] and dated else None,
        "brand": groups.brand(run),
        "brand_unheard": [display_name(said, TEXT) for said in run.info["brand_unheard"]],
        "niche_control": run.info["niche_control"],
        "unreached": _unreached(run),
        "least_reached": sorted((n for n in niches if n["reach"] < 1), key=lambda n: (n["reach"], n["anchor"]))[:2],
        "leaders": leaders,
        "cautions": _of_all(leaders),
        "first_leaders": min(LEADERS, len(kocs)),
        "parts": _parts(run),
        "scatter": _scatter(run),
        "authenticity": suspicious,
        "agreement": agreed,
        "backtest": tested,
        "why_not": run.info["backtest_why_not"],
        "score": run.info["score"],
        "loads": [
            {
                "source": display_name(load["source"]),
                "files": [{**f, "file": display_name(f["file"], TEXT)} for f in load["files"]],
            }
            for load in run.info["loads"]
        ],
        "inputs": run.info["inputs"],
        "example": _example(run),
        "at_exact": run.info["at"],
        "notice": run.info["settings"].get("notice"),
        "settings": {name: "none" if value in (None, []) else value for name, value in run.info["settings"].items()},
        "versions": run.info["versions"],
        "run": display_name(run.name, TEXT),
    }


def _title(run: Run) -> str:
    platforms = [display_name(str(name)) for name in sorted(run.people["platform"].dropna().unique())]
    platforms = [name[:1].upper() + name[1:] for name in platforms if name]
    title = "Key opinion consumers"
    if not platforms:
        return title
    if len(platforms) > 3:
        return f"{title} on {len(platforms)} platforms"
    *firsts, last = platforms
    return f"{title} on {', '.join(firsts)} and {last}" if firsts else f"{title} on {last}"


def _date(iso: str) -> str:
    day = datetime.fromisoformat(iso)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _unreached(run: Run) -> float | None:
    """The share of memberships in niches (finer ones left out) whose person follows nobody with a wide audience."""
    niches = run.niches[run.niches["level"] != "finer"]
    people = niches["people"].sum()
    return float(((1 - niches["kol_reach"]) * niches["people"]).sum() / people) if people else None


def _leaders(run: Run, niches: dict[str, dict[str, Any]], linked: set[int]) -> list[dict[str, Any]]:
    """The first key opinion consumers of all, and those whom the page names elsewhere, by rank.

    niches: what is said of each that has an anchor. linked: ranks.
    """
    wanted = set(range(1, LEADERS + 1)) | linked
    everybody = run.kocs()
    full = float(everybody["score"].max()) if len(everybody) else 0.0
    anchors = {niche: said["anchor"] for niche, said in niches.items()}
    names = {niche: said["name"] for niche, said in niches.items()}
    memberships = run.members_of("niche").groupby("consumer")["niche"].agg(list).to_dict()
    made_of = parts_of(run)
    rows = []
    for _, person in everybody[everybody["rank"].isin(wanted)].iterrows():
        earned = [float(person[f"{part.name}_points"]) for part in made_of]
        label = ", ".join(f"{part.what} {points:z.1f}" for part, points in zip(made_of, earned, strict=True))
        rows.append(
            {
                "rank": int(person["rank"]),
                "who": person_name(person),
                "consumer": display_name(str(person["consumer"])),
                "niche": names.get(person["niche"]),
                "anchor": anchors.get(person["niche"]),
                "inside": " ".join(str(anchors[n]) for n in memberships.get(person["consumer"], []) if n in anchors),
                "audience": int(person["audience"]),
                "score": float(person["score"]),
                "parts": label,
                "bar": Markup(charts.stacked_bar(earned, full, label)),
                "reviews": int(person["reviews_365"]),
                "reasons": [display_name(said, TEXT) for said in explain.reasons(run, person)],
                "gates": qualified.through(run, person),
                "numbers": [display_name(said, TEXT) for said in qualified.numbers(person)],
                "cautions": [display_name(said, TEXT) for said in explain.cautions(run, person)],
            }
        )
    return rows


def _of_all(leaders: list[dict[str, Any]]) -> list[str]:
    """The cautions that every one of several leaders has: they are told once, and taken out of hers."""
    if len(leaders) < 2:
        return []
    shared = [said for said in leaders[0]["cautions"] if all(said in leader["cautions"] for leader in leaders)]
    for leader in leaders:
        leader["cautions"] = [said for said in leader["cautions"] if said not in shared]
    return shared


def _map(run: Run, niches: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The bubbles, and the people for the page's script; None where the run has no places for them."""
    places = set(run.positions["niche"])
    shown = [niche for niche in niches if niche["niche"] in places]
    if not shown:
        return None
    people = niche_map.pack(run, [niche["niche"] for niche in shown])
    return {
        "figure": Markup(niche_map.bubble_map([_bubble(niche) for niche in shown], run.positions)),
        "bubbles": len(shown),
        "finer": any(niche["finer"] for niche in shown),
        "people": people,
        "ties": run.info["counts"]["follows"] + run.info["counts"]["engaged"],
        "egos": [_ego(run, audience) for audience in niche_map.audiences(run, people)],
    }


def _bubble(niche: dict[str, Any]) -> niche_map.Bubble:
    reached = f"wide audiences reach {percent(niche['reach'])} of them"
    if niche["koc_reach"] is not None:
        reached += f", key opinion consumers {percent(niche['koc_reach'])}"
    return niche_map.Bubble(
        niche=niche["niche"],
        name=niche["name"],
        people=niche["people"],
        said=reached,
        filled=niche["reach"],
        href=f"#niche-{niche['anchor']}",
        finer=[_bubble(finer) for finer in niche["finer"]],
    )


def _ego(run: Run, audience: niche_map.Audience) -> dict[str, Any]:
    """What is said of a key opinion consumer's audience, and which dots it is."""
    person = run.people.iloc[audience.row]
    k, followers = len(audience.near_rows), int(person["audience"])
    who = f"{k} {'person' if k == 1 else 'people'} in her audience"
    if followers > k:
        who = f"the {k} closest of {followers:,} people in her audience"
    said = f"{person_name(person)}: {who}"
    if k > 1:
        possible = k * (k - 1) // 2
        ties = "1 tie" if audience.pairs == 1 else f"{audience.pairs:,} ties"
        said += f", {ties} among them, {percent(audience.pairs / possible)} of all possible"
    return {
        "rank": int(person["rank"]),
        "who": person_name(person),
        "dot": audience.dot,
        "near": " ".join(str(dot) for dot in audience.near_dots),
        "said": f"{said}.",
    }


def _parts(run: Run) -> list[dict[str, Any]]:
    kocs = run.kocs()
    return [
        {
            "name": part.name,
            "what": part.what,
            "query": part.query,
            "most": float(kocs[f"{part.name}_points"].max()) if len(kocs) else 0.0,
        }
        for part in parts_of(run)
    ]


def _scatter(run: Run) -> Markup | None:
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
            (people["role"] == "kol").to_numpy(bool),
            names,
            [counted(number, ties) for number, ties in zip(people["audience"], people["ties"], strict=True)],
            basis(run.info["ties_of"]),
            (float(run.info["tiers"]["low"]), float(run.info["tiers"]["high"])),
        )
    )


def _backtest(run: Run) -> dict[str, Any] | None:
    told = run.info["backtest"]
    if told is None:
        return None
    by_name = {row["ranking"]: row for row in told["rows"]}
    ours, size = by_name["score"], by_name["audience"]
    # Where the score is the formula, the two rows are one and would look like two witnesses.
    rows = [row for row in told["rows"] if row["ranking"] != "formula" or row["shares"] != ours["shares"]]
    rows = sorted(rows, key=lambda row: (-row["mean"], row["ranking"]))
    plain = max((row for row in rows if row["ranking"] not in YARDSTICKS), key=lambda row: row["mean"])
    marks = [
        "ours" if row["ranking"] == "score" else "limit" if row["ranking"] in ("oracle", "random") else "plain"
        for row in rows
    ]
    labels = [RANKINGS.get(row["ranking"], row["ranking"]) for row in rows]
    means, lows, highs = ([row[name] for row in rows] for name in ("mean", "low", "high"))
    placebos = {placebo["name"]: placebo for placebo in told["placebos"]}
    return {
        "rows": [{**row, "label": label, "ours": row is ours} for row, label in zip(rows, labels, strict=True)],
        "splits": told["splits"],
        "candidates": told["candidates"],
        "credit": told["credit"],
        "n": told["n"],
        "named": _between(told["n"]),
        "verdict": told["verdict"],
        "chance": told.get("chance"),
        "margin": told.get("margin"),
        "notes": told.get("notes", ()),
        "parts": [part | {"label": _part_name(run, part)} for part in told.get("parts", ())],
        "placebos": told["placebos"],
        "real": placebos.get("real"),
        "reversed": placebos.get("time reversed"),
        "ours": ours,
        "size": size,
        "plain": plain,
        "plain_label": RANKINGS.get(plain["ranking"], plain["ranking"]),
        "told_apart": ours["low"] > plain["high"] or plain["low"] > ours["high"],
        "hits": sum(ours["hits"]) / len(ours["hits"]),
        "hits_by_lot": sum(by_name["random"]["hits"]) / len(by_name["random"]["hits"]),
        "figure": Markup(charts.interval_bars(labels, means, lows, highs, marks)),
    }


def _part_name(run: Run, part: dict[str, Any]) -> str:
    named = explain.group_name(run.niches, "niche", part["name"]) if part["by"] == "niche" else None
    return display_name(f"{part['by']} {named or part['name']}", TEXT)


def _between(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _example(run: Run) -> str:
    """An id to show commands with: the first key opinion consumer's, where it can be shown whole."""
    first = run.kocs(limit=1)
    shown = [
        str(consumer)
        for consumer in first["consumer"]
        if display_name(str(consumer)) == consumer and " " not in consumer
    ]
    return shown[0] if shown else "CONSUMER"


def percentage(share: float | None) -> str:
    """A share as percent, and – where there is none."""
    return "–" if share is None or math.isnan(share) else percent(share)


def amount(number: float | None) -> str:
    """A number with at most one decimal, and – where there is none."""
    return "–" if number is None or math.isnan(number) else f"{number:,.1f}".removesuffix(".0")

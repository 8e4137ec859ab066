"""What a report says of circles and niches, who bridges them, and what became of them since the last run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from markupsafe import Markup

from graphkoc.report import charts
from graphkoc.report.niche_map import hue
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import display_name, person_name

__all__ = ["brand", "bridges", "called", "changes", "circles", "niches"]

CARDS = 100
"""Niches, and circles, with a card of their own; more would make a page that nobody scrolls through."""
FINER = 12
NAMED = 3
"""Key opinion consumers named on a card."""
WORDS = 6
EXEMPLARS = 3
ROWS = 20
"""Of a table of people."""
TEXT = 200
LONGEST = 60
"""Characters of a name."""

RISING = ("born", "new", "grown", "returned")
FALLING = ("shrunk", "died")

Rows = list[dict[str, Any]]


def called(run: Run) -> Run:
    """The run with its niches and circles called as a report may: by id where a name shows nothing, or
    shows whose it is.

    A group that nothing sets apart is named after somebody in its middle ("People around ciao:7"); only
    key opinion consumers are named in a report.
    """
    nameless = set(run.people.loc[~run.people["role"].isin(RANKED), "consumer"])
    products = set(run.exemplars.loc[run.exemplars["what"] == "product", "id"])

    def name(row: Mapping[Any, Any], kind: str) -> str:
        given, group = _text(row["name"]) or "", display_name(str(row[kind]))
        centre = given.rpartition(" around ")[2]
        if centre in nameless and centre not in products:
            return f"{kind.capitalize()} {group}"
        return display_name(given, LONGEST) or group

    def renamed(table: pd.DataFrame, kind: str) -> pd.DataFrame:
        return table.assign(name=[name(row, kind) for row in table.to_dict("records")]).astype({"name": "str"})

    return replace(run, niches=renamed(run.niches, "niche"), circles=renamed(run.circles, "circle"))


def niches(run: Run) -> Rows:
    """The niches with a card, most people first; those finer than one are inside it, as `finer`.

    Every one, finer or not, has an anchor: a number of its own on the page.
    """
    table = run.niches
    inside = table["parent"].isin(table["niche"]) & (table["parent"] != table["niche"])
    outer = table[~inside].head(CARDS)
    finer = table[inside & table["parent"].isin(outer["niche"])]
    listed = finer.groupby("parent", sort=False).head(FINER)
    shown = [*outer["niche"], *listed["niche"]]
    anchors = {niche: number for number, niche in enumerate(shown, start=1)}
    kocs, carried = _kocs_of(run, "niche"), _carriers(run)
    reach, reach_wide = _reachers(run, RANKED), _reachers(run, ("kol",))
    found = {
        row["niche"]: _group(run, "niche", row, kocs)
        | {
            "anchor": anchors[row["niche"]],
            "hue": hue(str(row["niche"])),
            "parent": _text(row["parent"]),
            "basis": _text(row["basis"]),
            "kocs": int(row["kocs"]),
            "wide": int(row["kols"]),
            "reach": float(row["kol_reach"]),
            "koc_reach": _number(row["koc_reach"]),
            "white_space": _number(row["white_space"]),
            "filled": _number(row["white_space_koc"]),
            "meter": Markup(charts.meter(float(row["kol_reach"]))),
            "reachers": reach.get(row["niche"], []),
            "wide_reachers": reach_wide.get(row["niche"], []),
            "circles": carried.get(row["niche"], []),
            "finer": [],
            "unlisted": 0,
        }
        for row in pd.concat([outer, listed]).to_dict("records")
    }
    for row in listed.itertuples():
        found[row.parent]["finer"].append(found[row.niche])
    for parent, count in finer["parent"].value_counts().items():
        found[parent]["unlisted"] = int(count) - len(found[parent]["finer"])
    return [found[niche] for niche in outer["niche"]]


def circles(run: Run) -> Rows:
    """The circles with a card, in the order of the run."""
    kocs = _kocs_of(run, "circle")
    names = _names(run, "niche")
    carries = {
        circle: [
            {
                "niche": row["niche"],
                "name": names.get(row["niche"], display_name(str(row["niche"]))),
                "share": float(row["share_of_circle"]),
                "lift": float(row["lift"]),
            }
            for row in group.sort_values(["lift", "niche"], ascending=[False, True]).to_dict("records")
        ]
        for circle, group in run.carries.groupby("circle")
    }
    return [
        _group(run, "circle", row, kocs)
        | {
            "anchor": number,
            "kocs": int(row["kocs"]),
            "stability": float(row["stability"]),
            "tentative": row["status"] != "published",
            "cohort_ratio": _number(row["cohort_ratio"]),
            "tightness": _number(row["tightness"]),
            "meter": Markup(charts.meter(min(max(_number(row["tightness"]) or 0.0, 0.0), 1.0))),
            "density": _number(row.get("density")),
            "density_null": _number(row.get("density_null")),
            "carries": carries.get(row["circle"], []),
            "niches": [display_name(name, TEXT) for name in (_text(row["niches"]) or "").split("; ") if name],
        }
        for number, row in enumerate(run.circles.head(CARDS).to_dict("records"), start=1)
    ]


def bridges(run: Run) -> dict[str, Any] | None:
    """The key opinion consumers who bridge, at most ROWS of them, and how many others do; None if nobody."""
    if run.bridges.empty:
        return None
    table = run.bridges.merge(run.people[["consumer", "name", "rank"]], on="consumer", how="left")
    named = table[table["role"].isin(RANKED)]
    rows = [
        {
            "who": person_name(row),
            "rank": int(row["rank"]),
            "circles": int(row["circles"]),
            "twice": int(row["circles_twice"]),
            "niches": int(row["niches"]),
        }
        for row in named.head(ROWS).to_dict("records")
    ]
    return {"rows": rows, "kocs": len(named), "others": len(table) - len(named)}


def changes(run: Run) -> dict[str, Any] | None:
    """What became of the last run's groups; None where there was no run before, or none had groups.

    Groups that are as they were are counted only.
    """
    events = run.events
    if events.empty or not (events["people_before"] > 0).any():
        return None
    names = {(kind, group): name for kind in ("niche", "circle") for group, name in _names(run, kind).items()}
    news = events[events["event"] != "same"].head(CARDS)
    return {
        "rows": [
            {
                "kind": row["kind"],
                "name": names.get((row["kind"], row["group"])) or display_name(str(row["group"])),
                "event": row["event"],
                "sign": _sign(str(row["event"])),
                "words": display_name(_with_names(row, names), TEXT),
                "before": int(row["people_before"]),
                "now": int(row["people_now"]),
            }
            for row in news.to_dict("records")
        ],
        "more": int((events["event"] != "same").sum()) - len(news),
        "same": {
            kind: int(((events["event"] == "same") & (events["kind"] == kind)).sum()) for kind in ("niche", "circle")
        },
    }


def brand(run: Run) -> Rows:
    """The brand's view of each niche, as the run has it; no row where no brand is told."""
    names = _names(run, "niche")
    return [
        {
            "niche": _text(row["niche"]),
            "name": "Everybody" if pd.isna(row["niche"]) else names.get(row["niche"], display_name(str(row["niche"]))),
            **{name: int(row[name]) for name in ("buyers", "reviewers", "rivals_people")},
            **{
                name: _number(row[name])
                for name in ("voice", "voice_before", "affinity", "affinity_low", "affinity_high")
            },
        }
        for row in run.brand.to_dict("records")
    ]


def _group(run: Run, kind: str, row: Mapping[Any, Any], kocs: Mapping[Any, Rows]) -> dict[str, Any]:
    """What a niche and a circle have alike; row: of the run's table of them."""
    group, change = str(row[kind]), _text(row["change"]) if run.info["previous"] else None
    words = run.words[(run.words["kind"] == kind) & (run.words["group"] == group)]
    shown = run.exemplars[(run.exemplars["kind"] == kind) & (run.exemplars["group"] == group)]
    # Whose a review is can often be read off its id.
    shown = shown[shown["what"] == "product"]
    return {
        kind: group,
        "name": row["name"],
        "evidence": display_name(_text(row["evidence"]) or "", TEXT),
        "people": int(row["people"]),
        "change": change and display_name(change, TEXT),
        "sign": _sign(change or ""),
        "words": [
            {"word": display_name(str(one["word"])), "inside": int(one["inside"]), "outside": int(one["outside"])}
            for one in words.sort_values(["z", "word"], ascending=[False, True]).head(WORDS).to_dict("records")
        ],
        "exemplars": [
            {"product": display_name(str(one["id"])), "why": display_name(str(one["why"]), TEXT)}
            for one in shown.head(EXEMPLARS).to_dict("records")
        ],
        "best": kocs.get(row[kind], []),
    }


def _names(run: Run, kind: str) -> dict[str, str]:
    """What each niche, or each circle, is called, by id."""
    table = run.niches if kind == "niche" else run.circles
    return dict(zip(table[kind], table["name"], strict=True))


def _kocs_of(run: Run, kind: str) -> dict[str, Rows]:
    """The first key opinion consumers of each group, by rank."""
    ranked = run.members_of(kind)[["consumer", kind]].merge(run.kocs()[["consumer", "name", "rank"]], on="consumer")
    first = ranked.sort_values([kind, "rank"]).groupby(kind).head(NAMED)
    return {str(group): [_named(row) for row in rows.to_dict("records")] for group, rows in first.groupby(kind)}


def _reachers(run: Run, roles: tuple[str, ...]) -> dict[str, Rows]:
    """The people of these roles who reach most of each niche."""
    named = run.people[["consumer", "name", "rank"]]
    reach = run.reach[run.reach["role"].isin(roles)].merge(named, on="consumer")
    first = reach.sort_values(["reached", "rank", "consumer"], ascending=[False, True, True])
    first = first.groupby("niche").head(NAMED)
    return {
        str(niche): [
            {
                "who": person_name(row),
                "rank": None if pd.isna(row["rank"]) else int(row["rank"]),
                "share": float(row["share"]),
                "only": int(row["only_here"]),
            }
            for row in rows.to_dict("records")
        ]
        for niche, rows in first.groupby("niche")
    }


def _carriers(run: Run) -> dict[str, Rows]:
    """The circles that carry each niche, among those with a card."""
    cards = {row["circle"]: number for number, row in enumerate(run.circles.head(CARDS).to_dict("records"), start=1)}
    names = _names(run, "circle")
    carried = run.carries[run.carries["circle"].isin(cards)]
    return {
        str(niche): [
            {"anchor": cards[circle], "name": names[circle]}
            for circle in rows.sort_values(["lift", "circle"], ascending=[False, True])["circle"]
        ]
        for niche, rows in carried.groupby("niche")
    }


def _with_names(event: Mapping[Any, Any], names: Mapping[tuple[str, str], str]) -> str:
    """The words of an event with names for the other groups' ids, where they have names."""
    words = str(event["words"])
    for other in (_text(event["other"]) or "").split(", "):
        if name := names.get((event["kind"], other)):
            whole = rf"(?<!\S){re.escape(other)}(?![^\s,])"
            words = re.sub(whole, name.replace("\\", r"\\"), words)
    return words


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"who": person_name(row), "rank": int(row["rank"])}


def _sign(words: str) -> str:
    """▲ for an event or its words that mean more people, ▼ for fewer, nothing for others."""
    return "▲" if words.startswith(RISING) else "▼" if words.startswith(FALLING) else ""


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) or not math.isfinite(float(value)) else float(value)

"""Niches and circles: one table, a map, and a strip of circles; where KOLs do not reach.

Niches are people who review one product type, circles people who follow or answer each other on a platform. Both are
divided into the same four parts, by who reaches them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphkoc.communities.positions import place_groups
from graphkoc.report.groups.rows import (
    count_distinct,
    divide,
    knows_follows,
    list_rows,
    list_types,
    make_cards,
)
from graphkoc.report.view import View
from graphkoc.runs.coverage import cover_role
from graphkoc.runs.members import MEMBER
from graphkoc.runs.reached import FEWEST_KOLS, PARTS
from graphkoc.runs.roles import WIDE_ROLES

__all__ = ["PLACE", "facts"]

PLACE = 20

SHOWN, LISTED = 12, 100
"""Rows of a group of the table that are drawn at once, and those that it has at all; so many groups have a card."""
BUBBLES = 30
"""Bubbles of the map, the largest; the rest are one."""
BARS = 3
"""Bars that the first screen has."""
STRIP = 40
"""Circles with a bar of their own; the white space of more is shown as a histogram."""
BINS = 10
"""Bars of that histogram."""
FEW_PEOPLE = 20
"""People below which a report has no map and no percentages."""
MOST = 0.5
"""White space from which most people of a group are in it."""

Row = dict[str, Any]


def facts(view: View) -> dict[str, Any] | None:
    """The facts of the section; None where neither a niche, a circle nor a product type is known.

    bars, sentence, rows: what other sections show of them, see the first screen. rows: everybody's, niches first.
    """
    niches, circles = list_rows(view, "niche"), list_rows(view, "circle")
    rows = [*niches, *circles]
    types = [] if rows else list_types(view)
    if not rows and not types:
        return None
    sums = _sum_platforms(view, circles)
    few = len(view.run.people) < FEW_PEOPLE
    reached = knows_follows(view)
    groups = _list_groups(view, niches, circles, types)
    listed = [row for group in groups for row in (*group["rows"], *group["rest"])][:LISTED]
    _drop_anchors(rows, listed)
    return {
        "heading": _write_heading(view, rows or types),
        "groups": groups,
        "reached": reached,
        "has_shares": not few,
        "has_change": any(row["change"] is not None for row in rows),
        "parts": [part for part in PARTS if any((row["parts"] or {}).get(part) for row in rows or types)],
        "notes": [*(_list_notes(view) if reached else []), *_note_skipped(view)],
        "caption": _write_map_caption(view, niches, sums),
        "map": None if few or not rows else _draw_map(view, niches, circles),
        "strip": None if few or not circles or len(circles) > STRIP or not reached else _list_strip(view, circles),
        "histogram": _count_shares(circles) if len(circles) > STRIP and reached and not few else None,
        "strip_caption": _write_strip_caption(view, sums),
        "strip_lead": _write_strip_lead(view, len(circles)),
        "cards": make_cards(view, listed) if rows else [],
        "bars": _list_bars(view, niches, sums) if reached else [],
        "sentence": _write_sentence(view, rows or types),
        "rows": rows or types,
    }


def _list_groups(view: View, niches: list[Row], circles: list[Row], types: list[Row]) -> list[Row]:
    """The groups of the table: niches, then the circles of each platform, most people first; or product types."""
    found = [_make_group(view, view.say("niches.group_niches"), "niches", niches)] if niches else []
    for platform in _list_platforms(circles):
        rows = [row for row in circles if row["platform"] == platform]
        found.append(_make_group(view, _name_circles(view, platform, "group"), "circles", rows))
    if types:
        found.append(_make_group(view, view.say("niches.group_types"), "types", types))
    return found


def _make_group(view: View, heading: str, noun: str, rows: list[Row]) -> Row:
    """A group of the table: the rows drawn, those behind a click, and how many are in neither."""
    unlisted = len(rows[LISTED:])
    more = "niches.more_types" if noun == "types" else "niches.more"
    return {
        "heading": heading,
        "rows": rows[:SHOWN],
        "rest": rows[SHOWN:LISTED],
        "all": view.say("niches.all", groups=view.say.count(len(rows), noun)),
        "more": view.say(more, n=unlisted, command=f"graphkoc {noun}") if unlisted else None,
    }


def _drop_anchors(rows: list[Row], carded: list[Row]) -> None:
    """Take the link to a card from the rows that have none."""
    with_card = {row["anchor"] for row in carded}
    for row in rows:
        if row["anchor"] not in with_card:
            row["anchor"] = None


def _list_platforms(circles: list[Row]) -> list[str | None]:
    """The platforms of circles, most people first."""
    people: Counter[str | None] = Counter()
    for row in circles:
        people[row["platform"]] += row["people"]
    return sorted(people, key=lambda platform: (-people[platform], platform or ""))


def _name_circles(view: View, platform: str | None, place: str) -> str:
    """What the circles of a platform are called there: group and map are headings, bar a label, where in a sentence."""
    ties = "engagements" if view.run.info["ties_of"].get(platform or "") == "engagements" else "follows"
    key = f"niches.group_{ties}" if place == "group" else f"niches.{place}_circles"
    return view.say(key, platform=view.say.platform(platform))


# Sentences


def _write_heading(view: View, rows: list[Row]) -> str:
    """The finding: where most people are in the white space, or that it is not known."""
    say = view.say
    if not knows_follows(view):
        return say("niches.heading_reviews")
    known = [row for row in rows if row["white"] is not None]
    if not known:
        return say("niches.heading_unknown")
    open_ground = [row for row in known if row["white_share"] >= MOST]
    most = _find_most(open_ground or known)
    name = say.data(most["name"])
    if len(open_ground) > 1:
        return say("niches.heading_several", n=len(open_ground), name=name)
    if open_ground:
        return say("niches.heading_one", name=name)
    if most["white"]:
        return say("niches.heading_most", name=name, people=say.count(most["white"], "people"))
    return say("niches.heading_none")


def _find_most(rows: list[Row]) -> Row:
    """The row with most people in the white space."""
    return max(rows, key=lambda row: (row["white"], row["white_share"], row["name"]))


def _write_sentence(view: View, rows: list[Row]) -> str | None:
    """White space on the first screen: the group with most of it."""
    if not knows_follows(view):
        return None
    known = [row for row in rows if row["white"]]
    if not known:
        return next(iter(_list_short(view)), view.say("niches.none"))
    most = _find_most(known)
    where = view.say("niches.where_group", name=view.say.data(most["name"]))
    return _write_unseen(view, where, most["platform"], most["white"], most["people"])


def _write_unseen(view: View, where: str, platform: str | None, white: int, people: int) -> str:
    """How many people no KOL was seen with, in the words of what is known there: engagements or follows."""
    loaded = {one["platform"]: one for one in view.run.info["reach_of"]}.get(platform or "")
    counted = {"k": white, "people": view.say.count(people, "people"), "where": where}
    if loaded is None:
        return view.say("niches.unseen", **counted)
    who = "kols" if loaded["stated"] else "wide"
    if loaded["ties"] == "engagements":
        return view.say(f"niches.unseen_posts_{who}", **counted, n=loaded["posts"])
    return view.say(f"niches.unseen_follows_{who}", **counted, n=loaded["kols"])


def _list_short(view: View) -> list[str]:
    """A sentence for each platform of which too few KOLs are loaded to tell anybody's white space."""
    found = []
    for one in view.run.info["reach_of"]:
        if not one["enough"]:
            platform, kols = view.say.platform(one["platform"]), view.say.count(one["kols"], "kols")
            key = "few_kols" if one["kols"] else "no_kols"
            found.append(view.say(f"niches.{key}", platform=platform, kols=kols, least=FEWEST_KOLS))
    return found


def _list_notes(view: View) -> list[str]:
    """What the parts rest on: platforms with too few KOLs, who stands in for them, how much of audiences is known."""
    stand_in = [one for one in view.run.info["reach_of"] if not one["stated"] and one["kols"] and one["ties"] != "none"]
    found = _list_short(view)
    if stand_in:
        platforms = view.say.join(view.say.platform(one["platform"]) for one in stand_in)
        wide = len(view.run.rows("people", ["consumer"], ("role", {WIDE_ROLES[1]})))
        found.append(view.say("niches.stand_in", platforms=platforms, n=wide))
    cover = cover_role(view.run, WIDE_ROLES)
    if cover.audience is not None:
        accounts = view.say.count(cover.stated, "accounts")
        found.append(view.say("niches.known_followers", accounts=accounts, share=view.say.percent(cover.audience)))
    return found


def _note_skipped(view: View) -> list[str]:
    """That there are no circles because nobody asked for them."""
    return [view.say("niches.circles_skipped")] if "circles" in view.run.skipped else []


def _write_map_caption(view: View, niches: list[Row], sums: list[Row]) -> str | None:
    """The platform whose circles have most white space, and how much is not known of the niches."""
    if not knows_follows(view):
        return None
    sentences = []
    known = [one for one in sums if one["white"] is not None]
    if known:
        most = max(known, key=lambda one: (one["white"], one["people"]))
        where = _name_circles(view, most["platform"], "where")
        sentences.append(_write_unseen(view, where, most["platform"], most["white"], most["people"]))
    parts = count_distinct(view, "niche", [row["id"] for row in niches])
    if parts["not_known"]:
        sentences.append(
            view.say(
                "niches.niches_unknown",
                u=parts["not_known"],
                people=view.say.count(sum(parts.values()), "people"),
            )
        )
    return view.say("niches.sentences").join(sentences) or None


def _write_strip_lead(view: View, circles: int) -> str:
    """How many circles there are, and how many of them are stable."""
    tentative = int((view.run.circles["status"] == "tentative").sum())
    key = "niches.strip_lead_tentative" if tentative else "niches.strip_lead"
    return view.say(key, circles=view.say.count(circles, "circles"), n=tentative)


def _write_strip_caption(view: View, sums: list[Row]) -> str | None:
    """How many people of each platform's circles KOLs reach."""
    clauses = []
    for one in sums:
        if one["white"] is None:
            continue
        reached, everybody = one["parts"]["reached_kol"], view.say.count(one["people"], "people")
        names = {
            "circles": view.say.count(one["circles"], "circles"),
            "platform": view.say.platform(one["platform"]),
            "people": everybody,
        }
        key = "niches.reach_all" if reached == one["people"] else "niches.reach_some"
        clauses.append(view.say(key, n=reached, **names))
    return view.say("niches.strip_caption", clauses=view.say.join(clauses)) if clauses else None


# Figures


def _sum_platforms(view: View, circles: list[Row]) -> list[Row]:
    """The people of each platform's circles, each once: {platform, circles, people, parts, white, ...}."""
    found = []
    for platform in _list_platforms(circles):
        groups = [row["id"] for row in circles if row["platform"] == platform]
        parts = count_distinct(view, "circle", groups)
        people = sum(parts.values())
        found.append({"platform": platform, "circles": len(groups), "people": people, **divide(view, parts)})
    return found


def _list_bars(view: View, niches: list[Row], sums: list[Row]) -> list[Row]:
    """Bars of the first screen: the circles of the platforms with most white space, and whoever's follows are unknown.

    Where there are no circles, the people of all niches stand for them.
    """
    say, everybody = view.say, view.run.people["part"]
    known = [one | {"label": _name_circles(view, one["platform"], "bar")} for one in sums]
    if not known and niches:
        parts = count_distinct(view, "niche", [row["id"] for row in niches])
        known = [{"label": say("niches.bar_niches"), "people": sum(parts.values()), **divide(view, parts)}]
    known.sort(key=lambda one: (one["white"] is None, -(one["white"] or 0), -one["people"]))
    unknown = int((everybody == "not_known").sum())
    bars = known[: BARS - bool(unknown)]
    if unknown:
        parts = dict.fromkeys(PARTS, 0) | {"not_known": unknown}
        bars.append({"label": say("niches.bar_unknown"), "people": unknown, "parts": parts, "white": None})
    return [
        {name: one[name] for name in ("label", "people", "parts")} | {"text": _describe_bar(view, one)} for one in bars
    ]


def _describe_bar(view: View, bar: Mapping[str, Any]) -> str:
    if bar["white"] is None:
        return view.say("niches.bar_not_known")
    if not bar["white"]:
        return view.say("niches.bar_none")
    return view.say("niches.bar_white", share=view.say.percent(bar["white_share"]))


def _list_strip(view: View, circles: list[Row]) -> list[Row]:
    """The circles of each platform, in the order of the table: {platform, circles}."""
    return [
        {
            "platform": view.say.platform(platform),
            "circles": [
                {name: row[name] for name in ("anchor", "label", "parts", "kocs")}
                for row in circles
                if row["platform"] == platform
            ],
        }
        for platform in _list_platforms(circles)
    ]


def _count_shares(circles: list[Row]) -> Row:
    """How many circles have how much white space: {bins: [{low, high, circles}], most}, low and high as shares."""
    counted = Counter(min(int(row["white_share"] * BINS), BINS - 1) for row in circles if row["white"] is not None)
    bins = [{"low": step / BINS, "high": (step + 1) / BINS, "circles": counted[step]} for step in range(BINS)]
    return {"bins": bins, "most": max(counted.values(), default=1)}


def _draw_map(view: View, niches: list[Row], circles: list[Row]) -> Row:
    """What the map draws: the clusters of niches and of each platform's circles, and how many groups have no bubble.

    {clusters: [{kind, heading, bubbles: [{anchor, label, people, parts, text, x, y}]}], smaller: {groups, people, text}
    or None}. x and y are in units in which the radius of a bubble is the square root of its people.
    """
    rows = [*niches, *circles]
    largest = sorted(rows, key=lambda row: (-row["people"], row["kind"], row["id"]))[:BUBBLES]
    shown = {(row["kind"], row["id"]) for row in largest}
    places = _find_places(view, {row["id"]: row["platform"] for row in circles})
    clusters = []
    for heading, kind, inside in (
        (view.say("niches.map_niches"), "niche", niches),
        *(
            (
                _name_circles(view, platform, "map"),
                "circle",
                [row for row in circles if row["platform"] == platform],
            )
            for platform in _list_platforms(circles)
        ),
    ):
        drawn = [row for row in inside if (kind, row["id"]) in shown]
        if drawn:
            bubbles = [_make_bubble(row, places[kind, row["id"]]) for row in drawn]
            clusters.append({"kind": kind, "heading": heading, "bubbles": bubbles})
    left = [row for row in rows if (row["kind"], row["id"]) not in shown]
    people = sum(row["people"] for row in left)
    counted = {"n": len(left), "people": view.say.count(people, "people")}
    smaller = {
        "groups": len(left),
        "people": people,
        "label": view.say("niches.smaller", n=len(left)),
        "text": view.say("niches.smaller_text", **counted),
    }
    return {"clusters": clusters, "smaller": smaller if left else None}


def _find_places(view: View, platforms: Mapping[str, str | None]) -> dict[tuple[str, str], tuple[float, float]]:
    """Where each group stands on the map: as in the run, or where it has no place there, beside its kin.

    platforms: of the circles, by id.
    """
    run = view.run
    members = run.members[run.members["confidence"] >= MEMBER]
    circles = run.circles.assign(platform=run.circles["circle"].map(platforms).astype("str"))
    placed = place_groups(run.niches, circles, members, run.bubbles)
    people = {("niche", str(one)): n for one, n in zip(run.niches["niche"], run.niches["people"], strict=True)}
    people |= {("circle", str(one)): n for one, n in zip(run.circles["circle"], run.circles["people"], strict=True)}
    found = {}
    for row in placed.to_dict("records"):
        key = (row["kind"], row["group"])
        unit = float(np.sqrt(people[key])) / row["radius"]
        found[key] = (round(row["x"] * unit, 3), round(row["y"] * unit, 3))
    return found


def _make_bubble(row: Row, place: tuple[float, float]) -> Row:
    wanted = ("anchor", "label", "people", "parts", "text")
    return {name: row[name] for name in wanted} | {"x": place[0], "y": place[1]}

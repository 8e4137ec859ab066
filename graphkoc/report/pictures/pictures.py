"""The pictures of a report: each figure of its page that the run has, in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from graphkoc.report.catalogue import Catalogue
from graphkoc.report.figures import find_figures
from graphkoc.report.pictures.picture import Bar, Chart, Picture, draw_chart, frame_figure
from graphkoc.report.readers import write_name
from graphkoc.runs.reached import PARTS

__all__ = ["list_pictures"]

CURVES = (640.0, 260.0)
RANGES = 640.0
TICKS = (460.0, 60.0)
SPARK = 26.0
PERSONS = 6
"""People whose figures are pictures too."""

Facts = Mapping[str, Any]
Key = Sequence[tuple[str, str]]


def list_pictures(document: Facts) -> list[Picture]:
    """The pictures of a document of facts (`graphkoc.report.make_document`), each with a name of its own."""
    say, sections = Catalogue(document["language"]), document["sections"]
    found: list[Picture] = []
    for section, draw in DRAWN.items():
        if sections.get(section):
            found += draw(sections[section], say)
    return found


def _draw_first(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """Who reaches whom, as the first screen has it, and how much those to invite write."""
    figures = find_figures()
    if facts["reach"] and facts["reach"]["bars"]:
        bars = [
            Bar(one["label"], figures.parts(one["parts"]), (say.number(one["people"]), one["text"]))
            for one in facts["reach"]["bars"]
        ]
        head = ("", say("niches.column_people"), "")
        chart = Chart(head, [(None, bars)], _make_key(say, PARTS))
        yield draw_chart("reach", say("first.reach"), facts["reach"]["sentence"] or "", chart)
    cards = [card for card in facts["cards"] if card["months"]]
    if cards:
        bars = [
            Bar(write_name(card["who"]), figures.spark(card["months"]), (say.number(card["reviews_365"]),))
            for card in cards
        ]
        key = [("year", say("pictures.year")), ("before", say("pictures.before"))]
        chart = Chart(("", say("pictures.year_head")), [(None, bars)], _wrap_key(key, "spark"), SPARK)
        yield draw_chart("months", say("pictures.months"), facts["people_heading"], chart)


def _draw_niches(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """The map, the table of groups, and the circles."""
    figures = find_figures()
    key = _make_key(say, facts["parts"])
    if facts["map"]:
        bubbles = [one for cluster in facts["map"]["clusters"] for one in cluster["bubbles"]]
        parted = any(one["parts"] for one in bubbles)
        head = ["", say("niches.column_people"), *(say(f"parts.{part}") for part in PARTS if parted)]
        rows = [
            [one["label"], say.number(one["people"])]
            + [say.number(one["parts"][part] if one["parts"] else None) for part in PARTS if parted]
            for one in bubbles
        ]
        figure = figures.bubbles(facts["map"], say.number)
        blank = Picture("map", facts["heading"], facts["caption"] or "", "", *_find_size(figure), head, rows)
        yield frame_figure(blank, figure, key=key if parted else ())
    if facts["reached"]:
        columns = ("", *(say(f"niches.column_{name}") for name in ("people", "reached", "white")))
        groups = [
            (group["heading"], [_draw_group(row, facts, say) for row in group["rows"]]) for group in facts["groups"]
        ]
        yield draw_chart("niches", say("niches.table"), facts["sentence"] or "", Chart(columns, groups, key))
    if facts["strip"]:
        circles = [
            (
                one["platform"],
                [Bar(row["label"], figures.parts(row["parts"]), (say.number(row["kocs"]),)) for row in one["circles"]],
            )
            for one in facts["strip"]
        ]
        chart = Chart(("", say("niches.column_kocs")), circles, key)
        yield draw_chart("circles", say("niches.strip_heading"), facts["strip_caption"] or facts["strip_lead"], chart)
    if facts["histogram"]:
        most = facts["histogram"]["most"]
        bars = [
            Bar(
                f"{say.percent(one['low'])}–{say.percent(one['high'])}",
                figures.bar(one["circles"] / most, "kol"),
                (say.number(one["circles"]),),
            )
            for one in facts["histogram"]["bins"]
        ]
        chart = Chart(("", say("pictures.circles")), [(None, bars)])
        yield draw_chart("histogram", say("niches.histogram"), facts["strip_caption"] or facts["strip_lead"], chart)


def _draw_group(row: Facts, facts: Facts, say: Catalogue) -> Bar:
    """A row of the table of groups: people, how many of them KOLs reach, and the white space."""
    parts = row["parts"] or dict.fromkeys(PARTS, 0) | {"not_known": row["people"]}
    if row["white"] is None:
        reached, white = say.number(None), say("parts.not_known")
    elif facts["has_shares"]:
        reached, white = (
            say.percent(row["kol_share"]),
            f"{say.percent(row['white_share'])} · {say.number(row['white'])}",
        )
    else:
        reached, white = say.number(parts["reached_kol"]), say.number(row["white"])
    return Bar(row["label"], find_figures().parts(parts), (say.number(row["people"]), reached, white))


def _draw_plan(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """What each budget reaches, for each mix."""
    slider = facts["slider"]
    if not slider:
        return
    key = [(f"line {mix}", say(f"plan.mix_{mix}")) for mix in slider["mixes"]]
    lines = [(_wrap(f'<line class="{kind}" x1="0" x2="14" y1="6" y2="6"/>', "curves"), words) for kind, words in key]
    head = [say("plan.budget"), *(say(f"plan.mix_{mix}") for mix in slider["mixes"])]
    rows = [
        [point["shown"], *(point["mixes"][mix]["shown"] if mix in point["mixes"] else "–" for mix in slider["mixes"])]
        for point in slider["points"]
    ]
    blank = Picture("curves", say("plan.curve"), facts["comparison"] or "", "", *CURVES, head, rows)
    yield frame_figure(blank, find_figures().curves(slider), key=lines)


def _draw_campaign(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """The funnel of the campaign that runs, and funnel and lift of each other one."""
    running = facts["running"]
    if running and facts["funnel"]:
        yield _draw_funnel("funnel", running["headline"], running["numbers"], facts["funnel"], say)
    for number, row in enumerate(facts["rows"], 1):
        if row["funnel"]:
            yield _draw_funnel(f"funnel-{number}", row["headline"], "", row["funnel"], say)
        if row["lift"] and row["lift"]["controls"]:
            lift = row["lift"]
            title = f"{row['name']}: {lift['product']}" if lift["product"] != row["name"] else row["name"]
            blank = Picture(f"lift-{number}", title, lift["sentence"], "", *TICKS)
            ends = [
                (say("campaign.fewer"), "ticks-end", "start"),
                (lift["product"], "ticks-own", "middle"),
                (say("campaign.more"), "ticks-end", "end"),
            ]
            yield frame_figure(blank, find_figures().ticks(lift["controls"], lift["own"]), below=ends)


def _draw_funnel(name: str, title: str, sentence: str, stages: Sequence[Facts], say: Catalogue) -> Picture:
    first = max(stages[0]["people"], 1)
    bars = [
        Bar(stage["label"], find_figures().funnel(stage["people"], first), (say.number(stage["people"]),))
        for stage in stages
    ]
    return draw_chart(name, title, sentence, Chart(("", say("niches.column_people")), [(None, bars)]))


def _draw_trust(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """What rankings would have found in the past, with their ranges."""
    if not facts["tested"]:
        return
    figure = find_figures().ranges(facts["chart"], facts["ticks"], facts["shown"], say.percent)
    found = re.search(r'height="(\d+)"', figure)
    assert found
    head = (say("trust.ranking"), say("trust.mean"), say("trust.range_head"))
    rows = [(row["label"], say.percent(row["mean"]), row["range"] or "–") for row in facts["chart"]]
    blank = Picture("trust", facts["shown"], facts["caption"], "", RANGES, float(found[1]), head, rows)
    yield frame_figure(blank, figure)


def _draw_details(facts: Facts, say: Catalogue) -> Iterator[Picture]:
    """What is known of whom people follow, and whom reviews are about."""
    figures, coverage, brand = find_figures(), facts["coverage"], facts["brand"]
    if coverage["rows"]:
        bars = [
            Bar(
                row["platform"],
                figures.bar(row["follows_share"] or 0.0, "kol"),
                (say.number(row["people"]), say.percent(row["follows_share"])),
            )
            for row in coverage["rows"]
        ]
        head = ("", say("details.people"), say("details.follows"))
        yield draw_chart("coverage", say("details.coverage"), coverage["caption"], Chart(head, [(None, bars)]))
    if brand and brand["bars"]:
        bars = [
            Bar(row["name"], figures.bar(row["voice"] or 0.0, "koc"), (say.percent(row["voice"]),))
            for row in brand["bars"]
        ]
        chart = Chart(("", ""), [(None, bars)])
        yield draw_chart("brands", say("details.share_of", brand=brand["own"]), brand["caption"], chart)


DRAWN: Mapping[str, Callable[[Facts, Catalogue], Iterator[Picture]]] = {
    "first": _draw_first,
    "niches": _draw_niches,
    "plan": _draw_plan,
    "campaign": _draw_campaign,
    "trust": _draw_trust,
    "details": _draw_details,
}
"""What draws the pictures of each section."""


def _make_key(say: Catalogue, parts: Sequence[str]) -> Key:
    return [(part, say(f"parts.{part}")) for part in PARTS if part in parts]


def _wrap_key(key: Key, around: str) -> Key:
    return [(_wrap(f'<rect class="{kind}" width="12" height="12"/>', around), words) for kind, words in key]


def _wrap(drawn: str, around: str) -> str:
    return f'<g class="{around}">{drawn}</g>'


def _find_size(figure: Markup) -> tuple[float, float]:
    """Width and height of a figure, as its svg has them."""
    found = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', figure)
    assert found
    return float(found[1]), float(found[2])

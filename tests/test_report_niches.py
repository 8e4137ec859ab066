"""Niches and circles in a report: one table, one map and a strip, in four parts that say only what is known."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_pages import HOSTILE, Page, rename_all, section, with_info

from graphkoc import report
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.figures import bubbles
from graphkoc.report.groups.names import name_groups
from graphkoc.report.readers import Reader
from graphkoc.report.sections import niches
from graphkoc.report.view import View
from graphkoc.runs.reached import PARTS, shares
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped
from graphkoc.text import measure_text

SVG = "{http://www.w3.org/2000/svg}"


def view_of(run: Run, language: str = "en") -> View:
    return View(run, {"niches": niches.facts}, Catalogue(language), Reader())


def facts_of(run: Run, language: str = "en") -> dict[str, Any]:
    facts = view_of(run, language).facts("niches")
    assert facts is not None
    return facts


def divided(table: pd.DataFrame, parts: dict[str, list[int]]) -> pd.DataFrame:
    """The first rows of a table of groups with these parts, and as many people."""
    count = max(map(len, parts.values()))
    counts = pd.DataFrame({part: parts.get(part, [0] * count) for part in PARTS})
    rows = table.head(len(counts)).reset_index(drop=True).assign(**counts, people=counts.sum(axis=1))
    return rows.assign(**shares(counts))


def many_circles(run: Run, count: int) -> Run:
    """The run with so many circles of 20 people, of whom the first have most white space; members as they are."""
    table = pd.DataFrame({"circle": [f"m{place:03}" for place in range(count)]})
    white = [max(20 - place // 10, 0) for place in range(count)]
    table = table.assign(name=[f"Circle of {place}" for place in range(count)], people=20, kocs=2, stability=0.9)
    table = table.assign(status="published", only_koc=white, reached_kol=[20 - one for one in white])
    table = table.assign(nobody=0, not_known=0)
    return run.replaced(circles=shaped("circles", table.assign(**shares(table), kols=0, wide=0, tightness=0.5)))


@pytest.fixture(scope="module")
def facts(small_run: Run) -> dict[str, Any]:
    return facts_of(small_run)


# The table


def test_the_table_has_niches_and_then_the_circles_of_each_platform(small_run: Run, facts: dict[str, Any]) -> None:
    kinds = [{row["kind"] for row in group["rows"]} for group in facts["groups"]]
    assert kinds == [{"niche"}, *[{"circle"}] * (len(kinds) - 1)]
    platforms = [{row["platform"] for row in group["rows"]} for group in facts["groups"][1:]]
    assert all(len(one) == 1 for one in platforms)
    coarse = small_run.niches.loc[small_run.niches["level"] != "finer", "niche"]
    listed = {(row["kind"], row["id"]) for row in facts["rows"]}
    assert listed == {("niche", one) for one in coarse} | {("circle", one) for one in small_run.circles["circle"]}


def test_four_parts_exclude_each_other_and_the_white_space_is_the_second_and_third(facts: dict[str, Any]) -> None:
    for row in facts["rows"]:
        assert sum(row["parts"].values()) == row["people"]
        if row["white"] is not None:
            assert row["white"] == row["parts"]["only_koc"] + row["parts"]["nobody"]
            assert row["white_share"] == row["white"] / row["people"]
            assert row["kol_share"] == row["parts"]["reached_kol"] / row["people"]


def test_most_white_space_comes_first_and_groups_of_which_too_little_is_known_last(small_run: Run) -> None:
    parts = {"reached_kol": [9, 5, 20], "only_koc": [0, 5, 1], "nobody": [0, 5, 0], "not_known": [30, 0, 0]}
    group = facts_of(small_run.replaced(niches=divided(small_run.niches, parts)))["groups"][0]
    assert [row["white"] for row in group["rows"]] == [10, 1, None]
    hatched = group["rows"][-1]
    assert hatched["parts"] == {"reached_kol": 0, "only_koc": 0, "nobody": 0, "not_known": 39}
    assert (hatched["white_share"], hatched["kol_share"]) == (None, None)
    assert "of 39 it is not known" in hatched["text"]


def test_change_is_people_more_in_the_white_space_than_in_the_last_run(small_run: Run) -> None:
    parts = {"reached_kol": [20, 20, 20], "only_koc": [5, 4, 3]}
    table = divided(small_run.niches, parts).assign(white_people_before=[3.0, 6.0, math.nan])
    found = facts_of(small_run.replaced(niches=table))
    assert [row["change"] for row in found["groups"][0]["rows"]] == [2, -2, None]
    assert found["has_change"]
    first = small_run.replaced(
        niches=table.drop(columns="white_people_before"),
        circles=small_run.circles.drop(columns="white_people_before"),
    )
    assert not facts_of(first)["has_change"]


def test_twelve_rows_are_drawn_a_hundred_behind_a_click_and_the_rest_is_counted(small_run: Run) -> None:
    group = facts_of(many_circles(small_run, 130))["groups"][-1]
    assert (len(group["rows"]), len(group["rest"])) == (12, 88)
    assert group["all"] == "Show all 130 circles"
    assert group["more"] == "30 more are not on this page: graphkoc circles lists them."


def test_a_name_says_the_platform_only_where_the_heading_does_not(small_run: Run) -> None:
    table = small_run.circles.head(2).assign(name=["Tea · Forum", "Pots · Forum 2"])
    table["circle"] = small_run.circles["circle"].head(2)
    found = facts_of(small_run.replaced(circles=table))
    for row in found["rows"]:
        if row["platform"] == "forum":
            assert row["label"] in ("Tea", "Pots 2")
            assert row["name"] in ("Tea · Forum", "Pots · Forum 2")
    alike = table.assign(name=["Tea · Forum", "Tea"])
    labels = [row["label"] for row in facts_of(small_run.replaced(circles=alike))["rows"] if row["kind"] == "circle"]
    assert len(set(labels)) == 2


# What is said


def test_the_heading_is_what_was_found(small_run: Run) -> None:
    def heading(**parts: list[int]) -> str:
        table = divided(small_run.niches, parts)
        return str(facts_of(small_run.replaced(niches=table, circles=small_run.circles.head(0)))["heading"])

    first, second = small_run.niches["name"].head(2)
    assert heading(reached_kol=[5, 5], only_koc=[30, 20]) == (
        f"Open ground: in 2 groups most people were seen with no KOL, {first} first"
    )
    assert heading(reached_kol=[30, 5], only_koc=[1, 20]) == (
        f"Open ground: most people of {second} were seen with no KOL"
    )
    assert heading(reached_kol=[30, 25], only_koc=[1, 20]) == (
        f"KOLs can reach most people of each group; {second} has the most left, 20 people"
    )
    assert heading(reached_kol=[30, 25]) == "No white space was found among the people whose follows are known"
    assert heading(not_known=[30, 25]) == "White space is not known yet"


@pytest.mark.parametrize(
    ("ties", "stated", "words"),
    [
        ("engagements", True, "seen under none of the 90 KOL posts loaded. That is not the same as never having seen"),
        ("engagements", False, "seen under none of the 90 posts loaded by widely followed accounts"),
        ("follows", True, "follow none of the 4 KOLs loaded"),
        ("follows", False, "follow none of the 4 widely followed accounts loaded"),
    ],
)
def test_white_space_is_told_in_the_words_of_what_was_seen(small_run: Run, ties: str, stated: bool, words: str) -> None:
    platform = next(row["platform"] for row in facts_of(small_run)["rows"] if row["kind"] == "circle")
    loaded = {"platform": platform, "ties": ties, "stated": stated, "kols": 4, "posts": 90, "enough": True}
    run = with_info(small_run, reach_of=[loaded], ties_of={platform: ties})
    circle = divided(run.circles, {"reached_kol": [5], "only_koc": [20]})
    found = facts_of(run.replaced(circles=circle, niches=run.niches.head(0)))
    assert words in found["sentence"]
    assert "20 of 25 people" in found["sentence"]
    assert words in found["caption"]


def test_a_platform_with_too_few_kols_is_named_and_nothing_is_said_of_it(small_run: Run) -> None:
    reach_of = [
        {"platform": "weibo", "ties": "follows", "stated": True, "kols": 0, "posts": 0, "enough": False},
        {"platform": "forum", "ties": "follows", "stated": True, "kols": 2, "posts": 5, "enough": False},
    ]
    unknown = divided(small_run.niches, {"not_known": [30, 20]})
    run = with_info(small_run, reach_of=reach_of).replaced(niches=unknown, circles=small_run.circles.head(0))
    found = facts_of(run)
    assert found["notes"][0] == "No KOL of Weibo is loaded: white space is not known."
    assert found["notes"][1].startswith("Only 2 KOLs of Forum loaded")
    assert found["sentence"] == found["notes"][0]
    assert "未采集到微博的 KOL" in facts_of(run, "zh")["notes"][0]


def test_the_strip_counts_everybody_once(small_run: Run, facts: dict[str, Any]) -> None:
    members = small_run.members_of("circle")
    people = small_run.people[small_run.people["consumer"].isin(members["consumer"])]
    reached = int((people["part"] == "reached_kol").sum())
    if len(facts["groups"]) == 2:
        assert f"{reached} of {len(people)}" in facts["strip_caption"] or f"all {reached}" in facts["strip_caption"]
    assert sum(len(one["circles"]) for one in facts["strip"]) == len(small_run.circles)


def test_the_first_screen_gets_at_most_three_bars(small_run: Run, facts: dict[str, Any]) -> None:
    assert 0 < len(facts["bars"]) <= 3
    for bar in facts["bars"]:
        assert sum(bar["parts"].values()) == bar["people"]
    unknown = small_run.people.assign(part="not_known")
    bars = facts_of(small_run.replaced(people=unknown))["bars"]
    assert bars[-1]["label"] == "No follows known"
    assert bars[-1]["text"] == "not known yet"
    assert bars[-1]["people"] == len(small_run.people)


# Data that are short


def test_few_people_are_counted_and_neither_mapped_nor_given_in_percent(small_run: Run) -> None:
    few = facts_of(small_run.replaced(people=small_run.people.head(15)))
    assert few["map"] is None
    assert few["strip"] is None
    assert not few["has_shares"]


def test_without_a_group_there_are_product_types_and_without_these_no_section(small_run: Run) -> None:
    run = small_run.replaced(niches=small_run.niches.head(0), circles=small_run.circles.head(0))
    found = facts_of(run)
    assert [group["heading"] for group in found["groups"]] == ["Product types: people by what they review most"]
    counted = small_run.people["main_type"].value_counts()
    assert {row["name"]: row["people"] for row in found["rows"]} == counted.to_dict()
    assert found["map"] is None
    assert found["cards"] == []
    nobody = run.replaced(people=run.people.assign(main_type=None).astype({"main_type": "str"}))
    assert view_of(nobody).facts("niches") is None


def test_without_follows_and_engagements_nothing_is_said_of_who_reaches_whom(small_run: Run) -> None:
    run = with_info(small_run, ties_of=dict.fromkeys(small_run.info["ties_of"], "none"))
    found = facts_of(run.replaced(circles=run.circles.head(0)))
    assert found["heading"] == "Who reviews most in each niche"
    assert (found["bars"], found["sentence"], found["caption"], found["strip"]) == ([], None, None, None)
    assert all(row["parts"] is None for row in found["rows"])
    page = section(report.render(report.make_document(run)), "niches") or ""
    assert "White space" not in page


def test_many_circles_are_a_histogram(small_run: Run) -> None:
    found = facts_of(many_circles(small_run, 60))
    assert found["strip"] is None
    assert sum(one["circles"] for one in found["histogram"]["bins"]) == 60
    assert found["histogram"]["bins"][-1] == {"low": 0.9, "high": 1.0, "circles": 30}


# The map


Circle = tuple[float, float, float]


def read_circle(one: ET.Element) -> Circle:
    return float(one.get("cx", 0)), float(one.get("cy", 0)), float(one.get("r", 0))


def read_bubbles(svg: str) -> list[tuple[Circle, list[ET.Element]]]:
    """The rim of each bubble of a map, and the lines of its label."""
    root = ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    found = []
    for group in root.iter(f"{SVG}g"):
        rim = next(one for one in group.iter(f"{SVG}circle") if one.get("class") in ("rim", "smaller"))
        found.append((read_circle(rim), list(group.iter(f"{SVG}tspan"))))
    return found


def rims(svg: str) -> list[Circle]:
    return [rim for rim, _ in read_bubbles(svg)]


def assert_drawn_well(svg: str) -> None:
    """No bubble overlaps another or leaves the picture, and each label lies in its bubble."""
    circles = rims(svg)
    for place, (x, y, r) in enumerate(circles):
        assert x - r >= -0.2
        assert x + r <= bubbles.WIDTH + 0.2
        for other_x, other_y, other_r in circles[place + 1 :]:
            assert math.hypot(x - other_x, y - other_y) >= r + other_r - 0.3
    for (x, y, r), lines in read_bubbles(svg):
        for line in lines:
            middle, base = float(line.get("x", 0)), float(line.get("y", 0))
            half = measure_text(line.text or "", bubbles.LETTERS) / 2
            for corner in (base - 0.75 * bubbles.LETTERS, base + 0.2 * bubbles.LETTERS):
                assert math.hypot(abs(middle - x) + half, corner - y) <= r + 0.5


def test_the_map_has_the_rows_of_the_table_and_nothing_overlaps(facts: dict[str, Any]) -> None:
    drawn = [one["anchor"] for cluster in facts["map"]["clusters"] for one in cluster["bubbles"]]
    assert sorted(drawn) == sorted(row["anchor"] for row in facts["rows"])
    svg = str(bubbles.draw(facts["map"], Catalogue("en").number))
    assert len(rims(svg)) == len(facts["rows"])
    assert_drawn_well(svg)


def test_area_is_people(facts: dict[str, Any]) -> None:
    svg = str(bubbles.draw(facts["map"], Catalogue("en").number))
    people = [one["people"] for cluster in facts["map"]["clusters"] for one in cluster["bubbles"]]
    for one, (_, _, r) in zip(people, rims(svg), strict=True):
        assert r * r / one == pytest.approx(rims(svg)[0][2] ** 2 / people[0], rel=0.02)


def test_of_many_groups_thirty_have_a_bubble_and_the_others_one_together(small_run: Run) -> None:
    found = facts_of(many_circles(small_run, 60))
    drawn = sum(len(cluster["bubbles"]) for cluster in found["map"]["clusters"])
    assert drawn == 30
    smaller = found["map"]["smaller"]
    assert smaller["groups"] == len(found["rows"]) - 30
    assert smaller["label"] == f"{smaller['groups']} smaller"
    svg = str(bubbles.draw(found["map"], Catalogue("en").number))
    assert_drawn_well(svg)


def test_a_group_without_a_place_in_the_run_gets_one(small_run: Run, facts: dict[str, Any]) -> None:
    assert facts_of(small_run.replaced(bubbles=small_run.bubbles.head(0)))["map"]["clusters"]
    assert facts_of(small_run)["map"] == facts["map"]


@settings(max_examples=40)
@given(st.floats(0.001, 0.999), st.floats(1, 90))
def test_a_bubble_is_filled_by_area(share: float, radius: float) -> None:
    level = bubbles._find_level(share, radius) / radius
    below = (math.acos(level) - level * math.sqrt(1 - level * level)) / math.pi
    assert below == pytest.approx(share, abs=1e-6)


NAMES = st.sampled_from(["Tea", "Coffee Grinders", "茶壶·露营", "Musical Instruments & Equipment", "W" * 40, "<b>&"])


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, st.integers(1, 600), st.integers(0, 3)), min_size=1, max_size=9), st.booleans())
def test_whatever_the_names_and_sizes_labels_stay_in_their_bubbles(some: list[Any], has_smaller: bool) -> None:
    x, drawn = 0.0, []
    for name, people, part in some:
        x += 2 * math.sqrt(people) + 1
        parts = dict.fromkeys(PARTS, 0) | {PARTS[part]: people}
        one = {"anchor": "a", "label": name, "people": people, "parts": parts, "text": name}
        drawn.append(one | {"x": x - math.sqrt(people), "y": 0.0})
    smaller = {"groups": 3, "people": 40, "label": "3 smaller", "text": "the 3 smaller"} if has_smaller else None
    clusters = [{"kind": "niche", "heading": "Niches", "bubbles": drawn[::2]}]
    if drawn[1::2]:
        clusters.append({"kind": "circle", "heading": "Circles on Xiaohongshu", "bubbles": drawn[1::2]})
    assert_drawn_well(str(bubbles.draw({"clusters": clusters, "smaller": smaller}, Catalogue("en").number)))


# Cards and names


def test_each_row_leads_to_a_card_with_its_first_kocs(small_run: Run, facts: dict[str, Any]) -> None:
    page = report.render(report.make_document(small_run))
    found = Page(page)
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    cards = {card["anchor"]: card for card in facts["cards"]}
    assert set(cards) == {row["anchor"] for row in facts["rows"]} <= set(ids)
    ranks = small_run.kocs().set_index("consumer")["rank"]
    for row in facts["rows"]:
        inside = small_run.members_of(row["kind"])
        inside = inside[inside[row["kind"]] == row["id"]]["consumer"]
        first = ranks[ranks.index.isin(inside)].sort_values().head(3)
        assert [person["rank"] for person in cards[row["anchor"]]["kocs"]] == first.tolist()


def test_a_circle_says_how_stable_it_is_and_with_which_niches_it_overlaps(small_run: Run) -> None:
    found = facts_of(small_run.replaced(circles=small_run.circles.assign(status="tentative", stability=0.7)))
    circles = [card for card in found["cards"] if card["kind"] == "circle"]
    assert circles
    assert all(card["stable"].startswith("Tentative") and "70%" in card["stable"] for card in circles)
    assert f"All but {len(circles)}, which are tentative" in found["strip_lead"]
    carried = set(small_run.carries["circle"])
    assert {card["anchor"].removeprefix("circle-") for card in circles if card["overlaps"]} == carried


def test_names_are_in_the_readers_language_but_for_what_is_data(small_run: Run) -> None:
    given = ["Joined in 2004–2005", "Tea · Weibo 2", "Pots · joined in 2006", "Tea · same products"]
    table = pd.concat([small_run.niches.head(1)] * 4, ignore_index=True).assign(name=given, niche=list("abcd"))
    run = with_info(small_run.replaced(niches=table), ties_of={"weibo": "follows"})
    assert list(name_groups(run, Catalogue("en")).niches["name"]) == given
    assert list(name_groups(run, Catalogue("zh")).niches["name"]) == [
        *("2004–2005 年加入", "Tea · 微博 2", "Pots · 2006 年加入", "Tea · 常评同款商品")
    ]


def test_names_of_strangers_are_text(small_run: Run) -> None:
    page = report.render(report.make_document(rename_all(small_run, HOSTILE)))
    found = Page(page)
    assert len(found.inside["script"]) == 1
    assert not {"img", "a"} & {
        tag for tag, attrs in found.elements if "onerror" in attrs or "javascript:" in str(attrs)
    }


def test_a_hundred_groups_have_a_card_and_no_other_leads_to_one(small_run: Run) -> None:
    found = facts_of(many_circles(small_run, 130))
    assert len(found["cards"]) == 100
    assert {row["anchor"] for row in found["rows"]} - {None} == {card["anchor"] for card in found["cards"]}


def test_the_facts_are_json_and_the_same_twice(small_run: Run, facts: dict[str, Any]) -> None:
    text = json.dumps(facts, allow_nan=False, ensure_ascii=False)
    assert text == json.dumps(facts_of(small_run), allow_nan=False, ensure_ascii=False)


def test_the_markdown_has_the_rows_of_the_page(small_run: Run, facts: dict[str, Any]) -> None:
    text = report.render_markdown(report.make_document(small_run))
    for group in facts["groups"]:
        for row in group["rows"]:
            assert re.search(rf"^\| {re.escape(row['label'])} \| {row['people']} \|", text, re.MULTILINE), row["label"]

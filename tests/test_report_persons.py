"""The pages of persons: figures that agree with the run, rules for short data, and what a client may not see."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_browser import find_overflow, find_troubles, find_violations, open_page
from playwright.sync_api import Browser
from playwright.sync_api import Page as Shown
from report_pages import HOSTILE, Page, marked, namespaced, rename_all, with_info

from graphkoc import report
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.figures import network, timeline, waterfall
from graphkoc.report.persons.followers import MOST_DRAWN, MOST_TIES, Followers
from graphkoc.report.readers import Reader
from graphkoc.report.sections import persons
from graphkoc.report.view import View
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import UNDATED, Run
from graphkoc.runs.tables import shaped

CLIENT = Reader("client")
LANGUAGES = ("en", "zh")


def view_of(run: Run, language: str = "en", reader: Reader | None = None) -> View:
    return View(run, {}, Catalogue(language), reader or Reader())


def pages_of(run: Run, language: str = "en", reader: Reader | None = None) -> list[dict[str, Any]]:
    facts = persons.facts(view_of(run, language, reader))
    assert facts is not None
    found: list[dict[str, Any]] = facts["people"]
    return found


def post(consumer: str, number: int, day: float, **given: Any) -> dict[str, Any]:
    about = {"platform": "forum", "title": "Luto Kettle", "type": "Kettles", "critical": False, "language": "en"}
    return {"consumer": consumer, "review": f"{consumer}-{number}", "day": day, **about, **given}


def with_posts(run: Run, *posts: dict[str, Any]) -> Run:
    table = pd.DataFrame(posts).sort_values(["consumer", "day"], ascending=[True, False], kind="stable")
    return run.replaced(posts=shaped("posts", table))


def today(run: Run) -> float:
    return float(pd.Timestamp(run.info["at"]).timestamp() / 86_400)


@pytest.fixture(scope="module")
def told(small_run: Run) -> Run:
    """The small run, in which the first three have posts on two platforms, of ours and of others, with low ratings."""
    posts = []
    for place, person in enumerate(small_run.ranked(limit=3, columns=["consumer"])):
        for number in range(30):
            side = ("own", "rival", None)[number % 3]
            rating = (1.0, 4.0, None, 5.0, 2.0)[number % 5]
            quote = f"The lid of kettle {place}.{number} drips when one pours slowly."
            posts.append(
                post(
                    person["consumer"],
                    number,
                    today(small_run) - 20 * number,
                    platform=("forum", "weibo")[number % 2],
                    side=side,
                    brand="Kettle & Co" if side == "own" else None,
                    rating=rating,
                    origin="gifted" if number == 3 else None,
                    quote=quote,
                )
            )
    return with_posts(small_run, *posts)


# Pages


def test_everybody_with_a_page_is_one_step_from_the_next(small_run: Run) -> None:
    view, pages = view_of(small_run), pages_of(small_run)
    assert [page["id"] for page in pages] == list(view.paged.values())
    assert [page["who"]["consumer"] for page in pages] == list(view.paged)
    assert [page["before"] for page in pages[1:]] == [page["id"] for page in pages[:-1]]
    assert [page["after"] for page in pages[:-1]] == [page["id"] for page in pages[1:]]
    assert pages[0]["before"] is None and pages[-1]["after"] is None
    assert pages[0]["place"] == f"KOC 1 of {len(view.kocs)}"


@pytest.mark.parametrize("reader", [Reader(), CLIENT])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_are_json_and_the_same_each_time(told: Run, language: str, reader: Reader) -> None:
    once, again = (json.dumps(pages_of(told, language, reader), allow_nan=False) for _ in range(2))
    assert once == again


def test_both_languages_say_the_same_numbers(told: Run) -> None:
    def numbers(page: dict[str, Any]) -> list[list[str]]:
        sentences = [page["posts"], page["network"]["sentence"], page["score"]["sentence"]]
        texts = [*sentences, *(check["text"] for check in page["checks"]), *(one["value"] for one in page["numbers"])]
        return [sorted(re.findall(r"\d[\d,.%]*\d|\d", text or "")) for text in texts]

    english, chinese = (pages_of(told, language) for language in LANGUAGES)
    assert [numbers(page) for page in english] == [numbers(page) for page in chinese]


# Who follows


def followers_of(run: Run) -> dict[str, set[str]]:
    follows = run.read_follows
    return {followee: set(rows["follower"]) for followee, rows in follows.groupby("followee")}


def test_followers_are_counted_as_one_would_count_them_by_hand(small_run: Run) -> None:
    following, people = followers_of(small_run), small_run.people.set_index("consumer")
    since = datetime.fromisoformat(small_run.info["at"]) - timedelta(days=90)
    for page in pages_of(small_run):
        who = following[page["who"]["consumer"]]
        parts = Counter(people.loc[list(who), "part"])
        found = page["network"]
        assert found["followers"] == len(who) == people.loc[page["who"]["consumer"], "audience"]
        assert found["known"] == len(who) - parts["not_known"]
        assert found["free"] == parts["only_koc"] + parts["nobody"]
        assert found["recent"] == (people.loc[list(who), "last_review"] >= since).sum()
        tied = {frozenset((one, other)) for one in who for other in following.get(one, set()) & who}
        assert found["pairs"] == len(tied)


def test_what_is_drawn_are_followers_and_follows_of_the_run(small_run: Run) -> None:
    following, people = followers_of(small_run), small_run.people.set_index("consumer")

    def mark(one: str) -> str:
        if people.loc[one, "role"] in RANKED:
            return "koc"
        parts = {"reached_kol": "reached", "not_known": "unknown"}
        return "kol" if people.loc[one, "role"] in WIDE_ROLES else parts.get(people.loc[one, "part"], "free")

    for page in pages_of(small_run):
        who, found = following[page["who"]["consumer"]], page["network"]
        order = {one: sorted(follower for follower in who if mark(follower) == one) for one in set(map(mark, who))}
        drawn = [order[one].pop(0) for one in found["drawn"]]
        assert set(drawn) == who
        for one, other in found["ties"]:
            assert one < other
            assert drawn[one] in following.get(drawn[other], ()) or drawn[other] in following.get(drawn[one], ())
        assert len({tuple(tie) for tie in found["ties"]}) == min(found["pairs"], MOST_TIES)


def crowd(run: Run, followers: int) -> tuple[Run, str]:
    """The run with so many more people, who follow the first key opinion consumer and one another."""
    first = run.ranked(limit=1, columns=["consumer"])[0]["consumer"]
    names = [f"forum:crowd-{number:04}" for number in range(followers)]
    plain = run.people[run.people["role"] == "none"].head(1)
    extra = pd.concat([plain.assign(consumer=name) for name in names])
    pairs = {"followee": [first] * followers + names, "follower": [*names, *names[1:], names[0]]}
    follows = pd.concat([run.read_follows, pd.DataFrame(pairs, dtype="str")], ignore_index=True)
    people = shaped("people", pd.concat([run.people, extra], ignore_index=True))
    return run.replaced(people=people, read_follows=follows), first


def test_of_a_crowd_a_part_is_drawn_and_the_sentence_says_so(small_run: Run) -> None:
    run, first = crowd(small_run, 400)
    found = Followers(view_of(run), [first]).describe(first)
    assert found is not None
    assert found["followers"] > 400
    assert len(found["drawn"]) == MOST_DRAWN
    assert len(found["ties"]) == MOST_TIES
    page = next(page for page in pages_of(run) if page["who"]["consumer"] == first)
    assert f"150 of {found['followers']} shown; {MOST_TIES} of these links drawn" in page["network"]["sentence"]


@given(data=st.data(), followers=st.integers(1, 40))
def test_a_network_is_drawn_inside_its_frame_and_the_same_each_time(data: st.DataObject, followers: int) -> None:
    marks = data.draw(st.lists(st.sampled_from(persons.MARKED), min_size=followers, max_size=followers))
    pair = st.tuples(*[st.integers(0, followers - 1)] * 2).filter(lambda ends: ends[0] < ends[1])
    ties = sorted(data.draw(st.sets(pair, max_size=60))) if followers > 1 else []
    facts = {"self": "koc", "drawn": marks, "ties": [list(tie) for tie in ties]}
    drawn = network.draw(facts)
    assert drawn == network.draw(json.loads(json.dumps(facts)))
    left, top, width, height = (int(number) for number in re.findall(r'viewBox="([^"]+)"', drawn)[0].split())
    assert drawn.count("h0") + drawn.count("z") == followers + 1
    assert drawn.count("L") == len(network.join_ties(ties)) + 1
    for x, y in re.findall(r"(?<=[ML ])(-?\d+) (-?\d+)", drawn.partition("<path")[2]):
        assert left <= int(x) <= left + width
        assert top <= int(y) <= top + height


@given(st.sets(st.tuples(*[st.integers(0, 9)] * 2).filter(lambda ends: ends[0] < ends[1])))
def test_trails_go_along_each_tie_once(ties: set[tuple[int, int]]) -> None:
    trails = network.join_ties(sorted(ties))
    assert sorted(tuple(sorted(step)) for trail in trails for step in pairwise(trail)) == sorted(ties)


@given(st.integers(2, 30))
def test_those_who_are_tied_stand_closer_than_others(size: int) -> None:
    group = [[one, other] for one in range(size) for other in range(one + 1, size)]
    places = network.place_followers(2 * size, group)
    assert np.isfinite(places).all()
    middle = places[:size].mean(axis=0)
    inside = np.linalg.norm(places[:size] - middle, axis=1).mean()
    outside = np.linalg.norm(places[size:-1] - middle, axis=1).mean()
    assert inside < outside


def test_without_a_follower_there_is_no_network(small_run: Run) -> None:
    run = small_run.replaced(read_follows=small_run.read_follows.head(0))
    assert all(page["network"] is None for page in pages_of(run))


# The score


def test_the_steps_lead_from_a_typical_person_to_the_score(small_run: Run) -> None:
    scores = {row["consumer"]: row["score"] for row in small_run.ranked()}
    for page in pages_of(small_run):
        typical, *steps, last = page["score"]["steps"]
        assert typical["start"] == last["start"] == 0
        assert [step["start"] for step in steps] == [typical["end"], *(step["end"] for step in steps[:-1])]
        assert steps[-1]["end"] == last["points"] == round(scores[page["who"]["consumer"]], 1)
        assert round(typical["points"] + sum(step["points"] for step in steps), 1) == last["points"]


def test_a_typical_person_has_the_middle_of_each_group_of_parts(small_run: Run) -> None:
    kocs = small_run.kocs()
    own = kocs["activity_points"] + kocs["content_points"]
    others = kocs["relevance_points"] + kocs["influence_points"] + kocs["tightness_points"]
    middle = own.median() + kocs["reach_points"].median() + others.median()
    page = pages_of(small_run)[0]
    assert page["score"]["steps"][0]["points"] == round(middle, 1)
    sentence = page["score"]["sentence"]
    assert f"against {kocs['reviews_365'].median():.0f} of a typical KOC" in sentence
    assert sentence.endswith(f"against {kocs['audience_reviews_365'].median():.0f}.")


def test_the_formula_has_two_parts(small_run: Run) -> None:
    parts = [{"name": name, "what": "", "query": None} for name in ("own_activity", "audience_activity")]
    run = with_info(small_run, score=small_run.info["score"] | {"kind": "formula", "parts": parts})
    labels = [step["label"] for step in pages_of(run)[0]["score"]["steps"]]
    assert labels[1:3] == ["Own recent reviews", "Followers' recent reviews"]
    assert len(labels) == 4


@given(st.lists(st.integers(-200, 200).map(lambda tenths: tenths / 10), min_size=2, max_size=2))
def test_a_bar_reaches_from_start_to_end(ends: list[float]) -> None:
    low, high = min(0.0, *ends), max(0.0, *ends)
    drawn = waterfall.draw({"kind": "up", "start": ends[0], "end": ends[1]}, low, high)
    x, width = (float(number) for number in re.findall(r'="([\d.]+)%"', drawn))
    assert x == pytest.approx(100 * (min(ends) - low) / (high - low or 1), abs=0.06)
    assert width == pytest.approx(max(100 * abs(ends[0] - ends[1]) / (high - low or 1), 0.6), abs=0.11)


# Posts


def test_each_post_is_a_dot_on_the_lane_of_its_platform(told: Run) -> None:
    page = pages_of(told)[0]
    lanes = page["timeline"]["lanes"]
    assert [lane["platform"] for lane in lanes] == ["Forum", "Weibo"]
    assert sum(len(days) for lane in lanes for days in lane["dots"].values()) == 30
    of_person = told.posts[told.posts["consumer"] == page["who"]["consumer"]]
    kinds = Counter(kind for lane in lanes for kind, days in lane["dots"].items() for _ in days)
    low = of_person["rating"] <= 2
    assert kinds["own"] + kinds["own_low"] == (of_person["side"] == "own").sum()
    assert kinds["own_low"] + kinds["other_low"] == low.sum()
    assert all(0 <= day <= page["timeline"]["days"] for lane in lanes for days in lane["dots"].values() for day in days)


def test_low_ratings_are_hollow() -> None:
    drawn = timeline.draw({"own": [1, 2], "other_low": [3]}, 730)
    assert drawn.count('class="hole"') == 1
    assert re.findall(r'class="(?:dot own|dot other_low|hole)" d="([^"]+)"', drawn) == ["M1 0h0M2 0h0", *["M3 0h0"] * 2]


def test_the_sentence_counts_what_the_dots_show(told: Run) -> None:
    page = pages_of(told)[0]
    of_person = told.posts[told.posts["consumer"] == page["who"]["consumer"]]
    year = of_person[of_person["day"] > today(told) - 365]
    rated = of_person["rating"].dropna()
    assert page["posts"] == (
        f"{(year['side'] == 'own').sum()} of {len(year)} reviews in the last year are about Kettle & Co; "
        f"{(rated <= 2).sum()} of {len(rated)} rated reviews give 1 or 2 stars, so praise is not automatic."
    )


def test_few_low_ratings_say_nothing_about_praise(small_run: Run) -> None:
    first = small_run.ranked(limit=1, columns=["consumer"])[0]["consumer"]
    posts = [post(first, number, today(small_run) - number, rating=1.0 + 4 * (number > 0)) for number in range(20)]
    assert pages_of(with_posts(small_run, *posts))[0]["posts"].endswith("1 of 20 rated reviews give 1 or 2 stars.")


def test_of_more_posts_than_a_run_keeps_the_newest_are_counted(small_run: Run) -> None:
    first = small_run.ranked(limit=1, columns=["consumer"])[0]["consumer"]
    posts = [post(first, number, today(small_run) - number, side="own") for number in range(100)]
    page = pages_of(with_posts(small_run, *posts))[0]
    assert page["posts"] == "100 of the newest 100 reviews are about Kettle & Co."
    assert page["timeline"]["days"] == 99


def test_quotes_are_no_more_than_fit_and_none_is_said_twice(told: Run) -> None:
    pages = pages_of(told)
    for page in pages[:3]:
        texts = [quote["text"] for quote in page["quotes"]]
        assert 2 <= len(texts) <= 6
        assert len(set(texts)) == len(texts)
        assert all("of 5" in quote["source"] or "Luto Kettle" in quote["source"] for quote in page["quotes"])
    assert pages[3]["quotes"] == []


def test_posts_without_words_are_listed_without_them(small_run: Run) -> None:
    first = small_run.ranked(limit=1, columns=["consumer"])[0]["consumer"]
    page = pages_of(with_posts(small_run, post(first, 1, today(small_run) - 1, rating=3.0)))[0]
    assert page["quotes"] == []
    assert [one["source"].split(" · ")[:2] for one in page["latest"]] == [["Luto Kettle", "3 of 5"]]


# Short data


def test_without_dates_nothing_is_said_of_times(small_run: Run) -> None:
    counts = small_run.info["counts"] | {"first_review": UNDATED, "last_review": UNDATED}
    run = with_info(small_run, counts=counts).replaced(posts=small_run.posts.assign(day=np.nan))
    for page in pages_of(run):
        assert page["timeline"] is None
        assert page["score"]["sentence"] is None
        assert page["network"]["recent"] is None


def test_without_a_brand_no_share_is_said_to_be_ours(told: Run) -> None:
    run = with_info(told, settings=told.info["settings"] | {"brand": None})
    page = pages_of(run)[0]
    assert page["posts"].startswith("12 of 24 rated reviews")
    assert "our brand" in next(check["text"] for check in page["checks"] if check["text"].startswith("Buys"))


def test_somebody_who_is_no_koc_has_a_page_without_rank_and_score(small_run: Run, tmp_path: Path) -> None:
    wide = small_run.people[small_run.people["role"].isin(WIDE_ROLES)]["consumer"].iloc[0]
    folder = tmp_path / "run"
    saved = {"kind": "plan", "name": "autumn", "made_at": "2026-07-01", "people": [{"consumer": wide}]}
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "autumn.json").write_text(json.dumps(saved))
    pages = pages_of(small_run.replaced(folder=str(folder)))
    (page,) = (one for one in pages if one["who"]["consumer"] == wide)
    assert page["place"] in ("KOL, not ranked", "Widely followed here, not ranked")
    assert page["score"] is None
    assert page["network"]["self"] == "kol"


def test_people_without_names_keep_the_rest_of_their_page(small_run: Run) -> None:
    people, posts = small_run.people.assign(name=None, handle=None), small_run.posts.head(0)
    for page in pages_of(small_run.replaced(people=people, posts=posts)):
        assert re.fullmatch(r"Person \d+", page["who"]["name"])
        assert page["quotes"] == []
        assert page["network"]["followers"] > 0
        assert page["score"]["steps"]
        assert len(page["checks"]) == 7


# Checks


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_check_has_its_state_and_its_words(small_run: Run, language: str) -> None:
    people = small_run.people.set_index("consumer")
    gates = ("person", "active", "client", "creative", "small", "unpaid", "knit")
    for page in pages_of(small_run, language):
        row = people.loc[page["who"]["consumer"]]
        assert [check["state"] for check in page["checks"]] == [row[f"gate_{gate}"] for gate in gates]
        assert all(check["text"] and "{" not in check["text"] for check in page["checks"])
    assert [check["required"] for check in page["checks"]] == [True, True, False, True, True, True, False]


# The client


def test_a_client_reads_nothing_that_tells_who_somebody_is(told: Run) -> None:
    priced = told.replaced(people=told.people.assign(quote=4321.0, consent="yes", agency="Some MCN", handle="secret"))
    pages = pages_of(priced, reader=CLIENT)
    text = json.dumps(pages, ensure_ascii=False)
    assert [page["who"]["name"] for page in pages[:2]] == ["KOC 01", "KOC 02"]
    for secret in ("4321", "4,321", "Some MCN", "secret", "Person 1", *told.people["consumer"]):
        assert secret not in text
    for page in pages:
        assert page["timeline"] is page["url"] is page["handle"] is None
        assert page["quotes"] == page["latest"] == page["history"] == []
        assert {one["key"] for one in page["numbers"]} <= {"audience", "free", "follow_on"}
    assert pages[0]["posts"], "how often, and with how many stars, tells nobody apart"


def test_the_followers_of_somebody_unnamed_are_stated_roughly(small_run: Run) -> None:
    run = small_run.replaced(people=small_run.people.assign(followers=12_345.0))
    (exact, *_), (rough, *_) = pages_of(run)[0]["numbers"], pages_of(run, reader=CLIENT)[0]["numbers"]
    assert exact["note"].startswith("12,345 followers on ")
    assert rough["note"].startswith("about 12,000 followers on ")


def test_the_analyst_sees_price_agency_and_consent_which_no_paper_for_a_client_has(told: Run) -> None:
    run = told.replaced(people=told.people.assign(quote=500.0, consent="no", agency="Some MCN"))
    page = pages_of(run)[0]
    assert [one["key"] for one in page["numbers"] if one["internal"]] == ["price", "consent"]
    assert page["history"] == ["Represented by Some MCN."]


# The page in a browser


@pytest.fixture(scope="module")
def page(told: Run) -> str:
    return report.render(report.make_document(told))


def target(shown: Shown) -> str:
    found: str = shown.evaluate("document.activeElement.closest('.person')?.id ?? ''")
    return found


def test_hostile_names_stay_text(told: Run) -> None:
    html = report.render(report.make_document(rename_all(told, HOSTILE)))
    parsed = Page(html)
    assert len(parsed.inside["script"]) == len(parsed.inside["style"]) == 1
    assert len([one for one in parsed.attributes("div", "class") if one.startswith("person")]) == len(
        view_of(told).paged
    )
    assert not any(name.startswith("on") for _, attributes in parsed.elements for name in attributes)


def test_figures_are_well_formed(page: str) -> None:
    import xml.etree.ElementTree as ET

    inside = page[page.index('<section id="persons"') :]
    for svg in re.findall(r"<svg .*?</svg>", inside, re.DOTALL):
        figure = ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
        assert list(figure)
        if "network" in figure.get("class", ""):
            assert len(marked(figure, "path", "self")) == 1
            assert figure[0].tag == namespaced("path")


def test_a_link_opens_a_person_and_escape_leads_back_to_it(browser: Browser, page: str) -> None:
    shown = open_page(browser, page)
    link = shown.locator('main > :not(#persons) a[href="#person-2"]').first
    link.scroll_into_view_if_needed()
    before = shown.evaluate("scrollY")
    link.click()
    person = shown.locator("#person-2")
    assert person.is_visible()
    assert person.get_attribute("role") == "dialog"
    assert target(shown) == "person-2"
    shown.keyboard.press("Escape")
    shown.wait_for_function("!document.querySelector('.person:target')")
    assert person.is_hidden()
    shown.wait_for_function("document.activeElement.getAttribute('href') === '#person-2'")
    assert shown.evaluate("scrollY") == before
    assert find_troubles(shown) == []


def test_the_focus_stays_in_a_person_s_page(browser: Browser, page: str) -> None:
    shown = open_page(browser, page)
    shown.goto(shown.url + "#person-2")
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 14:
        shown.keyboard.press(key)
        assert target(shown) == "person-2"
    assert shown.evaluate("document.querySelector('header.bar').inert")


def test_a_deep_link_opens_a_person_and_one_goes_on_to_the_next(browser: Browser, page: str) -> None:
    shown = open_page(browser, page)
    shown.goto(shown.url + "#person-2")
    assert target(shown) == "person-2"
    shown.locator("#person-2").get_by_role("link", name="Next").click()
    shown.wait_for_function("document.activeElement.id === 'person-3'")
    assert shown.locator("#person-2").is_hidden()
    shown.locator("#person-3 .close").click()
    shown.wait_for_function("!document.querySelector('header.bar').inert")
    assert shown.locator("#person-3").is_hidden()


def test_without_a_script_links_open_and_close_a_person(browser: Browser, page: str) -> None:
    shown = open_page(browser, page, java_script_enabled=False)
    assert shown.locator("#person-1").is_hidden()
    shown.goto(shown.url + "#person-1")
    assert shown.locator("#person-1").is_visible()
    assert shown.locator("#person-1 .paper").is_hidden()
    shown.locator("#person-1 .close").click()
    assert shown.locator("#person-1").is_hidden()


WAYS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_keeps_a_reader_out_of_a_person_s_page(browser: Browser, told: Run, way: str, language: str) -> None:
    shown = open_page(browser, report.render(report.make_document(told, language)), **WAYS[way])
    shown.goto(shown.url + "#person-1")
    assert find_violations(shown) == []
    assert find_overflow(shown) == []
    assert find_troubles(shown) == []


def print_one(browser: Browser, html: str) -> Shown:
    """The page as it goes to the printer when one person is printed."""
    shown = open_page(browser, html)
    shown.add_init_script("window.print = () => {}")
    shown.reload()
    shown.goto(shown.url + "#person-1")
    shown.locator("#person-1 .paper").click()
    shown.emulate_media(media="print")
    return shown


def count_sheets(shown: Shown) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", shown.pdf(prefer_css_page_size=True)))


def test_a_person_is_printed_alone_on_one_sheet_with_what_a_client_may_read(browser: Browser, told: Run) -> None:
    run = told.replaced(people=told.people.assign(quote=500.0))
    shown = print_one(browser, report.render(report.make_document(run)))
    text = shown.locator("body").inner_text()
    assert "KOC 01" in text
    assert "In their own words" not in text
    assert "Price asked" not in text
    assert "Close" not in text
    assert not shown.locator("#first").is_visible()
    assert count_sheets(shown) == 1


def test_somebody_who_may_be_named_is_printed_with_their_words(browser: Browser, told: Run) -> None:
    html = report.render(report.make_document(told, reader=Reader("client", "they know each other")))
    shown = print_one(browser, html)
    assert "In their own words" in shown.locator("body").inner_text()
    fits = "(() => { const one = document.getElementById('person-1'); return one.scrollHeight <= one.clientHeight })()"
    assert shown.evaluate(fits), "nothing is cut off at the end of the sheet"
    assert count_sheets(shown) == 1


def test_the_whole_report_is_printed_without_the_pages_of_persons(browser: Browser, page: str) -> None:
    shown = open_page(browser, page)
    shown.goto(shown.url + "#person-1")
    shown.emulate_media(media="print")
    assert shown.locator("#person-1").is_hidden()
    assert shown.locator("#first").is_visible()

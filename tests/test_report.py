"""The report: what it says is what the run holds, and nothing that a stranger wrote can do anything in it."""

import base64
import gzip
import hashlib
import re
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import asdict
from html.parser import HTMLParser
from importlib import resources
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphkoc import report
from graphkoc.communities import positions
from graphkoc.errors import StoreError
from graphkoc.graph.network import Network
from graphkoc.qualify.authenticity import ranking_without
from graphkoc.qualify.explain import cautions
from graphkoc.qualify.gates.gates import count_gates
from graphkoc.qualify.gates.words import GATES, ORIGINS
from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.rank_agreement import agreement
from graphkoc.qualify.score import PARTS, PILLARS
from graphkoc.qualify.tiers import limits
from graphkoc.report import charts, niche_map
from graphkoc.report.sections import find_sections
from graphkoc.runs.members import members_of
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped
from graphkoc.text import display_name

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "]]></title></style><a href=javascript:alert(1)>x",
    "{{ 7 * 7 }}{% raw %}",
    "evil\u202egnp.exe",
    "a\x00b\x1b[31m\u200b\ufeff",
    "a" * 100_000,
    "小红书达人🌸",
    "",
    "\u200b\u200b",
    None,
    "=HYPERLINK(1)",
]

ROWS = ("score", "formula", "activity", "audience", "pagerank", "core", "reviews", "past_credit", "random", "oracle")


BLOCK = {"people": 8, "products": 6, "reviews": 44, "density": 2.5, "bound": 3.25, "chance": 1.25}


def backtest(**changed):
    shares = dict.fromkeys(ROWS, 0.2) | {"score": 0.5, "formula": 0.5, "audience": 0.1, "oracle": 0.75, "random": 0.02}
    return {
        "splits": [0.6, 0.8],
        "candidates": [100, 120],
        "n": [20, 24],
        "credit": [10.0, 12.5],
        "rows": [
            {
                "ranking": ranking,
                "mean": share,
                "low": share if ranking == "random" else share * 0.8,
                "high": share if ranking == "random" else share * 1.2,
                "shares": [share - 0.01, share + 0.01],
                "hits": [12.0, 8.5],
            }
            for ranking, share in shares.items()
        ],
        "placebos": [
            {"name": name, "credit": 11.25, "top_credit": credit, "share": 0.5}
            for name, credit in {"real": 5.5, "time reversed": 4.5, "followees shuffled": 1.5}.items()
        ],
        "verdict": "The verdict, word for word: 50% & no <proof>.",
    } | changed


def run(names=("Ann", "Bob"), niches=("Coffee", "Games"), kocs=None, wide=3, **info):
    """A run of the people named, all of them key opinion consumers (or the first `kocs`), and `wide` others."""
    names = [*names, *["not to be named"] * wide]
    n = len(names)
    kocs = n - wide if kocs is None else kocs
    audience = np.array([5.0 + i % 10 for i in range(n - wide)] + [100.0 + i for i in range(wide)])
    own, theirs = np.linspace(8, 2, n), np.linspace(9, 3, n)
    slugs = [f"niche-{i}" for i in range(len(niches))]
    people = pd.DataFrame(
        {
            "consumer": [f"test:{i}" for i in range(n)],
            "name": names,
            "platform": "ciao",
            "tier": ["small"] * (n - wide) + ["wide"] * wide,
            "label": ["small audience"] * (n - wide) + ["wide audience"] * wide,
            "role": ["koc"] * kocs + ["none"] * (n - wide - kocs) + ["kol"] * wide,
            "audience": audience,
            "ties": "follows",
            "reciprocity": 0.5,
            "reviews": 12,
            "reviews_365": np.arange(n) + 1.0,
            "audience_reviews_365": 30.0,
            "follow_on": 2.5,
            "own_activity": np.exp(own),
            "own_activity_points": own,
            "audience_activity": np.exp(theirs),
            "audience_activity_points": theirs,
            "score": own + theirs,
            "niche": [slugs[i % len(slugs)] if slugs else None for i in range(n)],
            "circle": None,
            "hears_kol": True,
            "hears_koc": False,
            **{f"origin_{origin}": float(origin == "unknown") for origin in ORIGINS},
            **{f"gate_{gate.name}": "unknown" for gate in GATES},
            **{f"gate_{gate.name}_{of}": np.nan for gate in GATES for of in ("value", "least")},
            "gate_active": "passed",
            "gate_active_value": np.arange(n) + 1.0,
            "gate_active_least": 1.0,
            "gate_knit_least": 2.0,
            "gate_small": ["passed"] * (n - wide) + ["failed"] * wide,
            "gate_small_value": audience,
            "gate_small_least": 5.0,
            "gate_small_most": 18.0,
            "tier_profile": "relative",
            "tier_low": 5.0,
            "tier_high": 18.0,
            "knit_ties": np.nan,
            "knit_expected": np.nan,
            **{number.name: np.nan for number in NUMBERS},
            "engagement_rate": 0.045,
            "paid_to_organic": np.nan,
            "rank": pd.array([i + 1 if i < kocs else None for i in range(n)], dtype="Int64"),
        }
    )
    members = people.loc[people["niche"].notna(), ["consumer", "niche"]].rename(columns={"niche": "group"})
    members = shaped("members", members.assign(kind="niche", reviews=5, share=0.5, confidence=1.0))
    inside = members.merge(people[["consumer", "rank"]], on="consumer").groupby("group")["rank"].count()
    table = pd.DataFrame(
        {
            "niche": slugs,
            "name": list(niches),
            "evidence": "40% of their reviews are here; of everybody's, 8%",
            "people": [int((members["group"] == slug).sum()) for slug in slugs],
            "kocs": [int(inside.get(slug, 0)) for slug in slugs],
            "kols": 1,
            "kol_reach": [0.9 - 0.1 * (i % 5) for i in range(len(slugs))],
        }
    )
    held = {
        "format": 1,
        "started_at": "2026-01-01T00:00:00+00:00",
        "seconds": {"scoring": 0.5},
        "at": "2011-04-12T07:00:00",
        "settings": {"platform": None, "until": None, "min_size": 10, "rng_seed": 0},
        "versions": {"graphkoc": "0.1.0", "numpy": "2.0"},
        "inputs": {"reviews": {"rows": 60, "sha256": "abcdef0123456789" * 4}},
        "loads": [
            {
                "load": "ciao:1",
                "source": "ciao",
                "files": [{"file": "ratings.csv", "read": 66, "loaded": 60, "duplicate": 4, "rejected": 2}],
            }
        ],
        "counts": {
            "consumers": n,
            "products": 7,
            "follows": 40,
            "engaged": 0,
            "undated_follows": 40,
            "reviews": 60,
            "first_reviews": 58,
            "undated_reviews": 0,
            "categories": 3,
            "first_review": "2000-05-30T07:00:00",
            "last_review": "2011-04-12T07:00:00",
        },
        "tiers": {
            "name": "relative",
            "low": 5.0,
            "high": 18.0,
            "basis": "known followers",
            "small": "a small audience is 5 to 18 known followers",
            "why": "known followers are compared with each other",
            "people": {"small": n - wide, "wide": wide},
            "labels": {"small audience": n - wide, "wide audience": wide},
            "profiles": [
                {
                    "name": "relative",
                    "title": "relative",
                    "version": "1",
                    "source": "https://example.com/tiers",
                    "says": "5 to the 80th percentile",
                    "people": n,
                }
            ],
        },
        "limits": limits([]),
        "gates": count_gates(people, limits([])),
        "score": {
            "kind": "formula",
            "why": "a formula that can be done by hand",
            "parts": [asdict(part) for part in PARTS],
            "model": None,
        },
        "ties_of": {"ciao": "follows"},
        "stands_in": None,
        "crawl": None,
        "niche_control": 0,
        "circles": {
            "control": {"published": 0, "tentative": 0},
            "explained_by_joining": 0,
            "dated": True,
            "why_not": None,
            "cohorts": None,
        },
        "churn": {},
        "previous": None,
        "brand_unheard": [],
        "authenticity": {
            "people": 0,
            "patterns": {"group": 0, "block": 0, "burst": 0},
            "blocks": [],
            "limit": 2.0,
            "why_not": None,
            "effect": {"leave": 0, "stay": 0, "move": 0, "furthest": 0},
        },
        "agreement": None,
        "backtest": backtest(),
        "backtest_why_not": None,
    }
    people = shaped("people", people)
    return Run(
        "run-of-the-test",
        held | info,
        people=people,
        niches=shaped("niches", table.assign(level="niche")),
        members=members,
    )


def rich(names=None, group_names=None, **info):
    """A run with everything: finer niches, circles, words, bridges, a brand, patterns, a last run, and a map."""
    rng = np.random.default_rng(0)
    names = names or [f"person {i}" for i in range(240)]
    group_names = group_names or ["Coffee", "Games", "Camping", "Skin care", "Keyboards", "Baking"]
    made = run(names=[*names], niches=group_names, kocs=24, wide=12, **info)
    n = len(made.people)
    ids = made.people["consumer"]
    suspicious = ids.isin(suspicions_of(ids)["consumer"]).to_numpy()
    score = made.people["score"].to_numpy(copy=True)
    score[0] = score[1:3].mean()
    seen = made.info["authenticity"] | {"people": 8, "patterns": {"group": 8, "burst": 1}, "blocks": [BLOCK]}
    made.info["authenticity"] = seen | {
        "effect": ranking_without.told(ranking_without.moves(made.people, suspicious, score))
    }
    ranked = made.people["rank"].notna().to_numpy()
    rankings = {"score": made.people["score"].to_numpy()[ranked], "audience": np.arange(24.0)}
    made.info["agreement"] = agreement(ids.to_numpy()[ranked], rankings)
    slugs = made.niches["niche"].tolist()
    made.niches["white_space"] = 1 - made.niches["kol_reach"]
    made.niches["koc_reach"], made.niches["white_space_koc"] = 0.31, 0.23
    made.niches["change"] = ["grown by 12%, from 100 to 112 people", "new", *["the same: 40 of 41 people stayed"] * 4]
    finer = made.niches.head(2).assign(
        niche=["niche-0/v60", "niche-0/burr"],
        name=[f"Finer {name}" for name in group_names[:2]],
        parent="niche-0",
        level="finer",
        basis="products",
        people=[20, 9],
    )
    second = pd.DataFrame({"consumer": ids, "group": [slugs[(i + i // 6) % 6] for i in range(n)]})
    second = second[second["group"] != made.people["niche"]].iloc[::3]
    second = second.assign(kind="niche", reviews=3, share=0.2, confidence=0.99)
    members = pd.concat([made.members, second]).sort_values("consumer", kind="stable", ignore_index=True)
    niches = shaped("niches", pd.concat([made.niches, finer]))
    circles = pd.DataFrame(
        {
            "circle": ["c1", "c4", "c2"],
            "name": [f"Circle {name}" for name in group_names[:3]],
            "evidence": "word, word and word",
            "people": [40, 30, 20],
            "stability": [0.91, 0.8, 0.66],
            "status": ["published", "published", "tentative"],
            "cohort_ratio": [2.2, np.nan, 1.6],
            "tightness": [0.62, 0.4, 0.3],
            "density": 0.12,
            "density_null": 0.041,
            "niches": "Coffee; Games",
            "kocs": [3, 2, 0],
            "kols": 0,
            "change": ["shrunk by 20%, from 50 to 40 people", "new", None],
        }
    )
    inside = pd.DataFrame({"consumer": ids[:90], "group": ["c1"] * 40 + ["c4"] * 30 + ["c2"] * 20, "confidence": 0.9})
    members = shaped("members", pd.concat([inside.assign(kind="circle"), members]))
    words = pd.DataFrame(
        [
            (kind, group, f"{word}-{name}", 9.0 - i, 12, 3)
            for kind, group, name in [("niche", "niche-0", group_names[0]), ("circle", "c1", group_names[1])]
            for i, word in enumerate(["v60", "burr", "bloom", "拿铁"])
        ],
        columns=["kind", "group", "word", "z", "inside", "outside"],
    )
    exemplars = pd.DataFrame(
        [("niche", "niche-0", "product", f"Kettle {group_names[0]}", "9 of its people reviewed it")],
        columns=["kind", "group", "what", "id", "why"],
    )
    koc, kol = ids[0], ids[n - 1]
    network = Network.from_edges(
        pd.DataFrame({"source": rng.choice(ids, 2500), "target": rng.choice(ids, 2500), "weight": 1.0}), ids.tolist()
    )
    strongest = inside.set_index("consumer")["group"]
    people = made.people.assign(circle=ids.map(strongest).astype("str")).sort_values("consumer", ignore_index=True)
    return made.replaced(
        info=made.info
        | {
            "circles": made.info["circles"] | {"explained_by_joining": 3, "cohorts": 0.88},
            "churn": {"circle": {"words": "2 of the last run's 3 circles are still there, word for word."}},
            "previous": {"run": "before", "at": "2011-01-12T07:00:00"},
            "brand_unheard": ["no product is of the brand 'Acme'; near is Acne"],
        },
        people=people,
        niches=niches,
        members=members,
        circles=shaped("circles", circles),
        reach=shaped(
            "reach",
            pd.DataFrame(
                {
                    "consumer": [koc, kol],
                    "niche": "niche-0",
                    "reached": [9, 30],
                    "share": [0.13, 0.6],
                    "only_here": [4, 20],
                    "role": ["koc", "kol"],
                }
            ),
        ),
        carries=shaped(
            "carries",
            pd.DataFrame(
                {
                    "circle": ["c1", "c4"],
                    "niche": ["niche-0", "niche-1"],
                    "people": [15, 10],
                    "share_of_circle": 0.4,
                    "share_of_niche": 0.2,
                    "lift": [2.5, 1.9],
                }
            ),
        ),
        bridges=shaped(
            "bridges",
            pd.DataFrame(
                {
                    "consumer": [kol, koc],
                    "role": ["kol", "koc"],
                    "circles": [3, 2],
                    "circles_twice": [2, 1],
                    "structural_diversity": [3, 3],
                    "niches": [5, 3],
                }
            ),
        ),
        words=shaped("words", words),
        exemplars=shaped("exemplars", exemplars),
        events=shaped(
            "events",
            pd.DataFrame(
                [
                    ("circle", "c1", "shrunk", None, 0.7, 50, 40, "shrunk by 20%, from 50 to 40 people"),
                    ("circle", "c3", "merged", "c1", np.nan, 25, 0, "merged into c1"),
                    ("circle", "c2", "same", None, 0.9, 20, 20, "the same: 19 of 20 people stayed"),
                    ("niche", "niche-1", "born", None, np.nan, 0, 44, "new"),
                ],
                columns=["kind", "group", "event", "other", "jaccard", "people_before", "people_now", "words"],
            ),
        ),
        brand=shaped(
            "brand",
            pd.DataFrame(
                {
                    "niche": [None, "niche-0"],
                    "people": [200, 40],
                    "buyers": [40, 12],
                    "reviewers": [30, 10],
                    "voice": [0.3, 0.45],
                    "voice_before": [0.2, np.nan],
                    "voice_reviews": [120, 30],
                    "voice_reviews_before": [80, 0],
                    "rivals_people": [50, 8],
                    "affinity": [1.0, 1.6],
                    "affinity_low": [np.nan, 1.2],
                    "affinity_high": [np.nan, 2.1],
                }
            ),
        ),
        suspicions=shaped("suspicions", suspicions_of(ids)),
        moves=ranking_without.moves(made.people, suspicious, score),
        positions=positions.bubbles(niches, members_of(members, "niche")),
        ties=positions.ties(network, people),
    )


def suspicions_of(ids):
    """Three key opinion consumers, and five others, in a group; of the first is a burst too."""
    grouped = pd.DataFrame({"consumer": [*ids[4:7], *ids[30:35]], "pattern": "group", "group": "g1"})
    grouped["evidence"] = "reviewed up to 6 of the same products within 14 days of 7 others"
    burst = {"consumer": ids[4], "pattern": "burst", "evidence": "12 of 20 reviews in the 7 days from 2010-01-01"}
    return pd.concat([grouped, pd.DataFrame([burst])])


class Page(HTMLParser):
    """The elements of a page, and the text inside those that are asked for."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.inside, self._open = [], {"script": [], "style": [], "title": []}, None
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in self.inside:
            self._open = tag
            self.inside[tag].append("")

    def handle_endtag(self, tag):
        if tag == self._open:
            self._open = None

    def handle_data(self, data):
        if self._open:
            self.inside[self._open][-1] += data
        else:
            self.text += data

    def said(self):
        return " ".join(self.text.split())

    def policy(self):
        return next(attrs["content"] for tag, attrs in self.elements if tag == "meta" and "http-equiv" in attrs)


@pytest.fixture(scope="module")
def plain():
    return report.render(run())


@pytest.fixture(scope="module")
def hostile():
    return report.render(run(names=HOSTILE, niches=HOSTILE[:6]))


@pytest.fixture(scope="module")
def everything():
    return rich()


@pytest.fixture(scope="module")
def full(everything):
    return report.render(everything)


@pytest.fixture(scope="module")
def full_hostile():
    return report.render(rich(names=HOSTILE * 18, group_names=HOSTILE[:6]))


@pytest.fixture(params=["plain", "hostile", "full", "full_hostile"])
def page(request):
    return request.getfixturevalue(request.param)


def figures(page):
    return [ET.fromstring(text) for text in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


# Its sections


def test_a_section_is_found_by_its_file_and_shows_its_own_template(full):
    sections = find_sections()
    folder = resources.files("graphkoc.report") / "sections"
    named = {path.name.partition(".")[0] for path in folder.iterdir() if path.name.endswith((".py", ".j2"))}
    assert named - {"__init__"} == {section.name for section in sections}
    assert len({section.place for section in sections}) == len(sections)
    shown = [section for section in sections if section.name != "platforms"]
    assert re.findall(r'<section id="(\w+)"', full) == [section.name for section in shown]
    links = re.search(r"<nav .*?</nav>", full, re.DOTALL).group()
    assert re.findall(r'<a href="#(\w+)">(.*?)</a>', links) == [(section.name, section.link) for section in shown]


# What it promises about itself


def test_the_page_names_no_address_of_the_outside_world(page):
    assert set(re.findall(r"https?://[^\"'\s<]*", page)) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in page
    assert "@import" not in page


def test_no_element_fetches_anything(page):
    for tag, attrs in Page(page).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
        assert not {"src", "srcset", "xlink:href", "action", "data", "poster"} & set(attrs)
        assert attrs.get("href", "#").startswith("#")


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_policy_lets_only_the_pages_own_script_and_style_run(page, element):
    (text,) = Page(page).inside[element]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = Page(page).policy()
    assert f"{element}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_attribute_carries_script_or_style(page):
    for _, attrs in Page(page).elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


def test_the_same_run_gives_the_same_bytes_whenever_it_was_started():
    assert report.render(run()) == report.render(run(started_at="2031-01-01T00:00:00+00:00", seconds={"scoring": 9.0}))


def test_every_anchor_leads_somewhere(page):
    elements = Page(page).elements
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for tag, attrs in elements if tag == "a"} <= set(ids)


def test_a_thousand_people_in_two_hundred_niches_make_less_than_a_megabyte():
    names = [f"{i} {HOSTILE[i % len(HOSTILE)]!s:.200}" for i in range(1000)]
    assert len(report.render(run(names, [f"niche {i}" for i in range(200)])).encode()) < 1_000_000


# What it says


def test_every_niche_has_a_card_with_its_numbers(plain):
    said = Page(plain).said()
    for niche in ("Coffee", "Games"):
        assert niche in said
    assert "Reached by wide audiences 90%" in said
    assert "Reached by wide audiences 80%" in said
    assert "40% of their reviews are here" in said


def test_key_opinion_consumers_are_named_and_nobody_else_is(plain):
    said = Page(plain).said()
    assert "Ann" in said
    assert "Bob" in said
    assert "not to be named" not in plain


def test_the_leaderboard_holds_the_first_fifty_and_the_first_three_of_every_niche():
    made = run(names=[f"p{i}" for i in range(80)], niches=["one"], wide=0)
    late = pd.DataFrame({"consumer": [f"test:{i}" for i in (70, 71, 72, 73)], "group": "late"})
    late = pd.concat([made.members, late.assign(kind="niche", reviews=3, share=0.1, confidence=1.0)])
    niche = made.niches.iloc[[0]].assign(niche="late", name="latecomers", people=4, kocs=4)
    page = Page(report.render(made.replaced(members=late, niches=pd.concat([made.niches, niche]))))
    rows = [attrs["id"] for tag, attrs in page.elements if tag == "tr" and "id" in attrs]
    assert rows == [f"koc-{rank}" for rank in [*range(1, 51), 71, 72, 73]]


def test_a_name_that_shows_nothing_gives_way_to_the_id(hostile):
    said = Page(hostile).said()
    for number in (10, 11, 12):
        assert f"test:{number}" in said


def test_hostile_names_are_shown_as_they_are_written(hostile):
    said = Page(hostile).said()
    assert "</script><script>alert(1)</script>" in said
    assert "<img src=x onerror=alert(1)>" in said
    assert "{{ 7 * 7 }}" in said
    assert "evilgnp.exe" in said
    assert "小红书达人🌸" in said
    assert "a" * 39 + "…" in said
    assert "a" * 41 not in hostile


def test_the_verdict_is_printed_word_for_word(plain):
    assert "The verdict, word for word: 50% & no <proof>." in Page(plain).said()


def test_the_backtest_table_has_every_ranking_once(plain):
    table = plain.split("Split by split")[1].split("<tfoot>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>', table)
    assert sorted(rows) == sorted(
        [
            "the score",
            "own recent activity",
            "audience size",
            "PageRank",
            "core number",
            "reviews ever written",
            "past follow-on reviews",
            "by lot",
            "best possible (knows the future)",
        ]
    )


def test_a_formula_that_differs_from_the_score_has_a_row_of_its_own():
    rows = [row | ({"shares": [0.3, 0.3]} if row["ranking"] == "formula" else {}) for row in backtest()["rows"]]
    assert "the formula" in Page(report.render(run(backtest=backtest(rows=rows)))).said()


def test_overlapping_intervals_are_said_to_overlap():
    rows = [row | ({"mean": 0.45, "high": 0.55} if row["ranking"] == "activity" else {}) for row in backtest()["rows"]]
    apart, close = report.render(run()), report.render(run(backtest=backtest(rows=rows)))
    assert "intervals overlap" not in apart
    assert "own recent activity with 45%; the two intervals overlap" in Page(close).said()


def test_a_run_without_a_backtest_says_why_not():
    said = Page(report.render(run(backtest=None, backtest_why_not="there is too little to <check>"))).said()
    assert "could not be checked against the past of these data: there is too little to <check>." in said
    assert "not tested" in said


def test_the_accounts_of_the_files_add_up_on_the_page(plain):
    row = re.search(r"ratings\.csv.*?</tr>", plain, re.DOTALL).group()
    read, loaded, duplicate, rejected = map(int, re.findall(r'"number">(\d+)<', row))
    assert read == loaded + duplicate + rejected == 66


def test_each_number_has_a_command_that_computes_it_again(plain):
    said = Page(plain).said()
    for command in (
        "graphkoc query explore/own_activity -p consumer=test:0 -p at=2011-04-12T07:00:00",
        "graphkoc query explore/audience_activity -p consumer=test:0 -p at=2011-04-12T07:00:00",
        "graphkoc query explore/niche_reach",
        "graphkoc kocs",
        "graphkoc niches",
        "graphkoc backtest",
    ):
        assert command in said


def test_it_calls_nobody_fake_and_claims_no_adoption(plain):
    said = Page(plain).said().casefold()
    assert "fake" not in said
    assert "adoption" not in said


@pytest.mark.parametrize(
    ("platforms", "title"),
    [
        (["ciao"], "Key opinion consumers on Ciao"),
        (["ciao", "amazon"], "Key opinion consumers on Amazon and Ciao"),
        ([None], "Key opinion consumers"),
        (["a", "b", "c", "d"], "Key opinion consumers on 4 platforms"),
        (["<b>"], "Key opinion consumers on <b>"),
    ],
)
def test_the_title_names_the_platforms(platforms, title):
    made = run(names=["x"] * 8)
    people = made.people.assign(platform=[platforms[i % len(platforms)] for i in range(len(made.people))])
    page = Page(report.render(made.replaced(people=people)))
    assert page.inside["title"][0] == f"{title}: graphkoc report"


# Circles and niches


def section(page, name):
    """The text of a section, by its id; None where there is none."""
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    return Page(found.group()).said() if found else None


def cells(page, name):
    """The rows of a section's tables, a list of texts each."""
    section = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL).group()
    rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    return [[Page(cell).said() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def test_a_niche_says_who_is_in_it_who_reaches_it_and_what_sets_it_apart(full):
    said = section(full, "niches")
    assert "10% of its people no wide audience reaches; key opinion consumers reach 23% of those." in said
    assert "v60-Coffee" in said
    assert "Kettle Coffee" in said
    assert "KOCs who reach most of it: person 0 13% (4 through her alone)" in said
    assert "Carried by: Circle Coffee" in said
    assert "▲ grown by 12%, from 100 to 112 people" in said


def test_finer_niches_are_told_inside_their_niche_and_not_counted_twice(full, everything):
    assert (
        "Finer niches in it: Finer Coffee: 20 people, 4 KOCs, 90% reached by wide audiences (by products)"
        in section(full, "niches")
    )
    assert "6 niches and 2 finer; 0 when categories are shuffled" in Page(full).said()
    without = everything.replaced(niches=everything.niches[everything.niches["level"] == "niche"])
    unreached = re.search(r"<strong>(\S+)</strong> of niche members follow", full).group(1)
    assert re.search(r"<strong>(\S+)</strong> of niche members follow", report.render(without)).group(1) == unreached


def test_of_many_finer_niches_some_are_told_and_the_rest_counted(everything):
    finer = everything.niches[everything.niches["level"] == "finer"].head(1)
    many = pd.concat([finer.assign(niche=f"niche-0/{i}", name=f"finer {i:02}") for i in range(30)])
    made = everything.replaced(niches=pd.concat([everything.niches.head(6), many], ignore_index=True))
    said = section(report.render(made), "niches")
    assert "the largest of 30" in said
    assert "finer 11" in said
    assert "finer 12" not in said


def test_a_niche_inside_a_category_that_is_no_niche_says_so(everything):
    made = everything.replaced(
        niches=everything.niches.assign(parent=["Food <&> Drink", *everything.niches["parent"][1:]])
    )
    assert "in Food <&> Drink Coffee" in section(report.render(made), "niches")


def test_a_circle_says_how_often_such_ones_came_back_and_what_else_could_explain_it(full):
    first, second, third = re.findall(r'<li id="circle-\d".*?</li>\n(?=  <li id|</ul>)', full, re.DOTALL)
    first, second, third = (Page(card).said() for card in (first, second, third))
    assert (
        "Circles of such an S came back in 9 of 10 reruns. It has 2.2 times the ties that joining dates explain."
        in first
    )
    assert "12% of all possible follows are there; rewired, 4%." in first
    assert "Carries: Coffee (2.5 times what chance would have)" in first
    assert "KOCs: person 0, person 1, person 2" in first
    assert "▼ shrunk by 20%" in first
    assert "Joining dates are not known" in second
    assert "tentative" in third
    assert "came back in 5 of 10 reruns" in third
    assert "No key opinion consumer in it" in third


def test_the_control_of_the_circles_is_printed(full, everything):
    said = section(full, "circles")
    assert "Control: the same network with its ties dealt out at random gave 0." in said
    assert "3 circles that are no more than people who joined at the same time are left out." in said
    told = everything.info["circles"] | {
        "control": {"published": 2, "tentative": 1},
        "why_not": "3 circles were found where ties were dealt out at random",
    }
    none = everything.replaced(info=everything.info | {"circles": told}, circles=everything.circles.head(0))
    said = section(report.render(none), "circles")
    assert "gave 2, and 1 tentative." in said
    assert "Nothing is published: 3 circles were found where ties were dealt out at random." in said


def test_who_bridges_is_named_only_if_a_key_opinion_consumer(full):
    said = section(full, "bridges")
    assert cells(full, "bridges")[1:] == [["person 0", "2", "1", "3"]]
    assert "1 person with a wide audience does too." in said
    assert "not to be named" not in said


def test_the_brand_stands_in_each_niche_beside_everybody(full):
    said = section(full, "brand")
    assert cells(full, "brand")[1:] == [
        ["Everybody", "40", "30", "50", "30% (was 20%)", "1"],
        ["Coffee", "12", "10", "8", "45%", "1.6 (1.2 to 2.1)"],
    ]
    assert "no product is of the brand 'Acme'; near is Acne" in said


def test_what_changed_is_told_with_names_and_how_much_of_it_is_method(full):
    said = section(full, "changes")
    assert "Since the run of 12 January 2011." in said
    assert "2 of the last run's 3 circles are still there, word for word." in said
    assert cells(full, "changes")[1:] == [
        ["▼ shrunk", "Circle Coffee circle", "shrunk by 20%, from 50 to 40 people", "50", "40"],
        ["merged", "c3 circle", "merged into Circle Coffee", "25", "–"],
        ["▲ born", "Games niche", "new", "–", "44"],
    ]
    assert "As they were: 1 circle and 0 niches." in said


def test_people_who_engage_are_ties_and_not_follows():
    made = run()
    assert "40 follows" in Page(report.render(made)).said()
    engaged = run(
        ties_of={"xiaohongshu": "engagements"},
        stands_in="no follows are told on xiaohongshu",
        counts=made.info["counts"] | {"follows": 0, "engaged": 40, "undated_follows": 0},
        tiers=made.info["tiers"] | {"basis": "people who engaged"},
    )
    page = report.render(engaged.replaced(people=engaged.people.assign(ties="engagements")))
    said = Page(page).said()
    assert "40 ties of who engaged" in said
    assert "No follows are told on xiaohongshu." in said
    assert "people who engaged, score" in page
    assert "people who engaged (log scale)" in page
    assert "known follower" not in page


def test_a_first_run_calls_nothing_new(everything):
    events = everything.events[everything.events["event"] == "born"]
    first = report.render(everything.replaced(info=everything.info | {"previous": None, "churn": {}}, events=events))
    assert section(first, "changes") is None
    assert "▲ new" not in Page(first).said()


@pytest.mark.parametrize(
    ("frame", "name"),
    [("circles", "circles"), ("bridges", "bridges"), ("brand", "brand"), ("events", "changes"), ("positions", "map")],
)
def test_what_is_not_there_has_no_section_and_nothing_leads_to_it(everything, frame, name):
    page = report.render(everything.replaced(**{frame: getattr(everything, frame).head(0)}))
    assert section(page, name) is None
    ids = {attrs["id"] for _, attrs in Page(page).elements if "id" in attrs}
    assert {attrs["href"][1:] for tag, attrs in Page(page).elements if tag == "a"} <= ids


def test_a_group_named_after_somebody_in_its_middle_keeps_her_to_itself(everything):
    nobody = everything.people.loc[everything.people["rank"].isna(), "consumer"].iloc[0]
    somebody = everything.people.loc[everything.people["rank"].notna(), "consumer"].iloc[0]
    names = [f"People around {nobody}", f"Coffee around {somebody}", "Round about"]
    shown = pd.DataFrame([("circle", "c1", "review", f"{nobody}:7", "holds v60")], columns=list(everything.exemplars))
    page = report.render(everything.replaced(circles=everything.circles.assign(name=names), exemplars=shown))
    said = section(page, "circles")
    assert "Circle c1" in said
    assert f"Coffee around {somebody}" in said
    assert "Round about" in said
    assert nobody not in re.findall(r"test:\d+", page)


def test_patterns_are_told_with_what_they_are_consistent_with_and_only_ranked_people_are_named(full):
    said = section(full, "authenticity")
    assert "8 people of 252 are suspicious" in said
    table = cells(full, "authenticity")
    assert table[1:3] == [
        ["group", "people who review together", "8", "3"],
        ["burst", "reviews that were written for an occasion", "1", "1"],
    ]
    assert table[4] == ["8", "6", "44", "2.50", "3.25", "1.25"]
    assert "3 key opinion consumers leave the ranking, and 2 of the other 21 move among themselves" in said
    assert "Leaving: person 4, person 5, person 6." in said
    assert table[6:] == [["person 0", "1", "2", "-1"], ["person 1", "2", "1", "+1"]]
    assert "fake" not in Page(full).said().lower()


def test_a_person_is_told_with_the_evidence_of_her_patterns(full):
    row = re.search(r'<tr id="koc-5".*?</tr>', full, re.DOTALL).group()
    said = Page(row).said()
    assert "within 14 days of 7 others: consistent with people who review together" in said
    assert "7 days from 2010-01-01: consistent with reviews that were written for an occasion" in said


def test_rankings_that_disagree_are_told_with_the_people_on_whom_they_break(full):
    said = section(full, "agreement")
    assert (
        "Of the first 12 by the score, 0 are among the first 12 by audience size too; by lot it would be 6.0." in said
    )
    table = cells(full, "agreement")
    assert table[1] == ["the score", "audience size", "0", "-1.00"]
    assert table[2] == ["Who", "by the score", "by audience size"]
    assert table[3] == ["person 0", "1", "24"]
    row = re.search(r'<tr id="koc-1".*?</tr>', full, re.DOTALL).group()
    assert "rankings are at odds about her: place 1 by score, place 24 by audience" in Page(row).said()


# The map


def unpacked(page):
    """What the page's script reads: x, y (0 to 1), the lines' two ends, bubble, and the counts."""
    (canvas,) = (attrs for tag, attrs in Page(page).elements if tag == "canvas")
    dots, lines = int(canvas["data-dots"]), int(canvas["data-lines"])
    raw = gzip.decompress(base64.b64decode(canvas["data-packed"]))
    assert len(raw) == 5 * dots + 4 * lines
    x, y, a, b = np.split(np.frombuffer(raw[: -dots or None], "<u2"), [dots, 2 * dots, 2 * dots + lines])
    return x / 65535, y / 65535, a, b, np.frombuffer(raw[-dots:], np.uint8), canvas


def links(page):
    """The bubbles of the map: the attributes of the link, and of its disc."""
    (figure,) = (figure for figure in figures(page) if figure.get("id") == "bubbles")
    discs = [(link.attrib, link.find(namespaced("circle")).attrib) for link in figure.iter(namespaced("a"))]
    return [(link, {name: float(disc[name]) for name in ("cx", "cy", "r")}) for link, disc in discs]


def test_each_bubble_leads_to_its_niche_and_says_what_it_shows(full):
    told = {link["data-name"]: link for link, _ in links(full)}
    assert list(told) == [
        "Coffee",
        "Finer Coffee",
        "Finer Games",
        *["Games", "Camping", "Skin care", "Keyboards", "Baking"],
    ]
    assert told["Games"]["href"] == "#niche-2"
    people = "42 people; wide audiences reach 80% of them, key opinion consumers 31%"
    assert told["Games"]["aria-label"] == f"Games: {people}"
    assert f"<title>Games: {people}</title>" in full


@given(st.floats(0, 1))
@example(0.9999999)
@example(1e-9)
def test_a_bubble_is_filled_by_area(share):
    bubble = niche_map.Bubble("n", "name", 5, "said", share, "#n")
    places = pd.DataFrame({"niche": ["n"], "x": [0.0], "y": [0.0], "radius": [1.0]})
    figure = ET.fromstring(niche_map.bubble_map([bubble], places))
    disc = figure.find(f".//{namespaced('circle')}")
    middle, radius = float(disc.get("cy")), float(disc.get("r"))
    area = 0.0
    for told in (element for element in figure.iter() if element.get("class") == "told"):
        # A segment below a chord that is h under the middle; a whole disc has no chord.
        chord = re.match(r"M\S+ (\S+)A", told.get("d", ""))
        h = float(chord.group(1)) - middle if chord else -radius
        area += radius**2 * np.arccos(h / radius) - h * np.sqrt(radius**2 - h**2)
    assert area == pytest.approx(share * np.pi * radius**2, abs=0.002 * np.pi * radius**2)


@pytest.mark.parametrize(
    "name", ["DVDs", "Musical Instruments & Equipment", "小红书达人露营装备", "a" * 40, "露营 ultralight 装备"]
)
@pytest.mark.parametrize("radius", [0.02, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("crowded", [False, True])
def test_a_name_stays_inside_its_bubble_or_is_left_out(name, radius, crowded):
    finer = [niche_map.Bubble("inner", "i", 1, "", 0, "#i")] if crowded else []
    bubble = niche_map.Bubble("n", name, 1234, "said", 0.5, "#n", finer)
    places = pd.DataFrame(
        {"niche": ["n", "inner", "far"], "x": [0.0, 0, 9], "y": 0.0, "radius": [radius, radius / 9, 1]}
    )
    link = next(ET.fromstring(niche_map.bubble_map([bubble], places)).iter(namespaced("a")))
    disc = link.find(namespaced("circle"))
    y, r = float(disc.get("cy")), float(disc.get("r"))
    texts = link.findall(namespaced("text"))
    for text in texts:
        size, base = float(text.get("font-size")), float(text.get("y"))
        wide = sum(1 if ord(c) > 0x2E80 else 0.55 for c in text.text) * size / 2
        assert np.hypot(wide, max(abs(base - 0.8 * size - y), abs(base - y))) <= r
        assert not crowded or base <= y
    said = "".join(text.text for text in texts if text.get("class") == "name")
    assert said.replace(" ", "") in ("", name.replace(" ", ""))
    assert said or radius < 1 or len(name) == 40


def test_people_stand_in_the_bubbles_of_the_map(full, everything):
    x, y, _, _, bubble, canvas = unpacked(full)
    discs = [disc for link, disc in links(full) if "finer" not in link["class"].split()]
    for number, disc in enumerate(discs):
        inside = np.hypot(960 * x - disc["cx"], 600 * y - disc["cy"]) <= disc["r"]
        assert inside[bubble == number].all()
        assert not inside[bubble != number].any()
    assert len(x) == len(everything.people)
    assert (int(canvas["data-kocs"]), int(canvas["data-wide"])) == (24, 12)
    koc = everything.people.set_index("rank").loc[1]
    assert discs[bubble[0]]["r"] > 0
    assert links(full)[0][0]["data-name"] == "Coffee"
    assert koc["niche"] == "niche-0"
    assert bubble[0] == 0


def test_lines_join_people_who_have_a_tie_and_each_pair_once(full, everything):
    _, _, a, b, _, _ = unpacked(full)
    assert (a < b).all()
    assert len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(a)
    pairs = {tuple(sorted(pair)) for pair in everything.ties.itertuples(index=False)}
    assert len(a) == len(pairs)
    rank = everything.people["rank"].astype("float64").to_numpy()
    degree = np.bincount(np.concatenate([a, b]), minlength=36)
    for dot in range(24):
        row = int(np.flatnonzero(rank == dot + 1)[0])
        assert degree[dot] == sum(row in pair for pair in pairs)


def test_where_a_dot_comes_in_the_file_does_not_tell_who_it_is(everything, full):
    """Other ids in another order, at the same places: the same dots in the same order."""
    x, y, _, _, bubble, _ = unpacked(full)
    rest = np.column_stack([bubble, x, y])[36:]
    assert (np.lexsort((rest[:, 2], rest[:, 1], rest[:, 0])) == np.arange(len(rest))).all()


def test_an_audience_is_told_with_the_ties_in_it(everything, full):
    options = [attrs for tag, attrs in Page(full).elements if tag == "option" and "data-near" in attrs]
    assert [int(option["value"]) for option in options] == list(range(20))
    ties = set(everything.ties.itertuples(index=False, name=None))
    first = int(everything.people.index[everything.people["rank"].eq(1).fillna(False)][0])
    near = [b for a, b in everything.ties.itertuples(index=False, name=None) if a == first][:40]
    pairs = sum((a, b) in ties or (b, a) in ties for a, b in combinations(near, 2))
    k = len(near)
    assert len(options[0]["data-near"].split()) == k
    assert f"{pairs} tie" in options[0]["data-said"]
    assert f"{charts.percent(pairs / (k * (k - 1) / 2))} of all possible." in options[0]["data-said"]


def test_a_larger_audience_than_is_shown_is_said_to_be_so(everything):
    people = everything.people.assign(audience=1234.0)
    page = report.render(everything.replaced(people=people))
    assert re.search(r"person 0: the \d+ closest of 1,234 people in her audience, ", page)


def test_how_many_are_drawn_is_said(everything, full, monkeypatch):
    assert "All 252 people are drawn. All 40 ties are drawn." in section(full, "map")
    monkeypatch.setattr(positions, "DOTS", 120)
    monkeypatch.setattr(positions, "EGOS", 1)
    monkeypatch.setattr(positions, "CLOSEST", 9)
    counts = everything.info["counts"] | {"follows": 99_999}
    said = section(report.render(everything.replaced(info=everything.info | {"counts": counts})), "map")
    assert re.search(r"1\d\d of 252 people are drawn: the first key opinion consumers, the widest", said)
    assert re.search(r"Of 99,999 ties [\d,]+ are drawn: key", said)


def test_without_scripts_the_drawer_says_so(full):
    said = section(full, "map")
    assert "scripts are off here" in said
    assert re.search(r'<div class="people" hidden>', full)


def test_the_colour_of_a_niche_is_its_own():
    assert niche_map.hue("games") == niche_map.hue("games")
    hues = {niche_map.hue(f"niche {i}") for i in range(200)}
    assert hues == set(range(niche_map.HUES))
    style = (resources.files("graphkoc.report") / "page.css").read_text()
    assert re.findall(r"^\.hue-(\d+) ", style, re.MULTILINE) == [str(i) for i in range(niche_map.HUES)]


def test_thirty_thousand_people_make_no_more_than_half_a_megabyte_of_map():
    n = 40_000
    rng = np.random.default_rng(0)
    ids = [f"test:{i:05}" for i in range(n)]
    people = pd.DataFrame({"consumer": ids, "audience": rng.integers(0, 50, n).astype(float)})
    people["niche"] = [f"niche-{i}" for i in rng.integers(0, 20, n)]
    people["rank"] = pd.array([i + 1 if i < 2000 else None for i in range(n)], dtype="Int64")
    people["role"] = ["koc" if i < 2000 else "none" for i in range(n)]
    members = people[["consumer", "niche"]]
    niches = members["niche"].value_counts().rename_axis("niche").rename("people").reset_index()
    network = Network.from_edges(
        pd.DataFrame({"source": rng.choice(ids, 4 * n), "target": rng.choice(ids, 4 * n), "weight": 1.0}), ids
    )
    places = positions.bubbles(niches, members)
    inside = members.rename(columns={"niche": "group"}).assign(kind="niche", confidence=1.0)
    ties = positions.ties(network, people)
    made = Run("big", {}, people=people, niches=niches, members=inside, positions=places, ties=ties)
    packed = niche_map.pack(made, niches["niche"].tolist())
    assert 29_000 < packed.dots <= 30_000
    assert len(packed.packed) < 500_000


def test_every_part_of_a_score_has_a_colour_and_no_score_is_less_than_nothing_by_rounding(ciao_run):
    page = report.render(ciao_run)
    colours = re.findall(r"\.part-(\d) \{ --part: ([^;]+); \}", page)
    assert [int(part) for part, _ in colours] == list(range(len(PILLARS)))
    assert len({colour for _, colour in colours}) == len(PILLARS)
    assert set(re.findall(r'class="part-(\d+)"', page)) == {part for part, _ in colours}
    assert "-0.0<" not in page


def test_what_has_to_be_minded_of_everybody_is_told_once(ciao_run):
    page = section(report.render(ciao_run), "kocs")
    everybodys = "follows have no dates here: an audience of today stands in for that of the time"
    assert all(everybodys in cautions(ciao_run, person) for _, person in ciao_run.kocs(limit=20).iterrows())
    assert page.count(everybodys) == 1
    assert page.index(everybodys) < page.index(str(ciao_run.kocs(limit=1)["consumer"].iloc[0]))


def test_the_example_makes_less_than_half_a_megabyte(ciao_run):
    page = report.render(ciao_run)
    assert len(page.encode()) < 500_000
    assert section(page, "map")


# What may be missing


@pytest.mark.parametrize(
    "made",
    [
        run(niches=()),
        run(kocs=0),
        run(names=["alone"], wide=0),
        run(names=["alone"], niches=(), kocs=0, wide=0),
        run(names=[None, None]),
        run(loads=[]),
    ],
    ids=["no niches", "no key opinion consumer", "one person", "nothing at all", "no names", "no loads"],
)
def test_a_page_is_made_of_little(made):
    page = Page(report.render(made))
    assert page.inside["title"][0] == "Key opinion consumers on Ciao: graphkoc report"
    assert "nan" not in page.said().casefold().split()
    assert "None" not in page.said()


def test_audiences_that_tell_nothing_make_no_scatter_and_the_page_says_why():
    made = run(kocs=0)
    why = "nobody here has any known followers, so who has a small audience is not known"
    untold = made.info["tiers"] | {"low": None, "high": None, "small": None, "why": why}
    page = report.render(made.replaced(info=made.info | {"tiers": untold}))
    assert section(page, "audience").count("<svg") == 0
    assert "Nobody here has any known followers, so who has a small audience is not known." in section(page, "audience")


def test_where_no_audience_is_small_the_page_says_so_and_draws_no_band():
    made = run(kocs=0)
    small = "no audience is small here: it begins at 5, and four in five of those who have any reach 3 at most"
    page = report.render(made.replaced(info=made.info | {"tiers": made.info["tiers"] | {"high": 3.0, "small": small}}))
    assert "No audience is small here: it begins at 5" in Page(page).said()
    assert 'class="band"' not in page
    assert "5 to 3" not in Page(page).said()


# The file


def test_writing_replaces_an_older_report_whole(tmp_path):
    path = tmp_path / "deep" / "report.html"
    assert report.write_report(run(), path) == path
    report.write_report(run(names=HOSTILE), path)
    assert path.read_bytes() == report.render(run(names=HOSTILE)).encode()
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"^the report cannot be written to .*report\.html: "):
        report.write_report(run(), tmp_path / "file" / "report.html")


def test_a_folder_in_the_way_leaves_nothing_behind(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError):
        report.write_report(run(), tmp_path / "report.html")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


# Names


@given(st.text(st.characters(exclude_categories=())))
def test_a_shown_name_is_one_short_line_of_visible_text_and_stays_as_it_is(text):
    name = display_name(text)
    assert len(name) <= 40
    assert name == " ".join(name.split())
    assert not [c for c in name if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    assert unicodedata.is_normalized("NFC", name)
    assert display_name(name) == name


@pytest.mark.parametrize("name", ["Ann", "小红书达人🌸", "O'Brien & <Sons>", "Zoë", "عائشة"])
def test_a_decent_name_is_left_alone(name):
    assert display_name(name) == name


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_whatever_people_are_called_the_figures_are_xml_and_the_script_is_ours(names):
    page = report.render(run(names=names, niches=names))
    assert len(Page(page).inside["script"]) == 1
    assert figures(page)


# Figures


def namespaced(tag):
    return f"{{http://www.w3.org/2000/svg}}{tag}"


def marked(figure, tag, word):
    return [element for element in figure.iter(namespaced(tag)) if word in element.get("class", "").split()]


def test_every_figure_of_a_page_is_well_formed(hostile):
    assert len(figures(hostile)) > 10


@given(st.floats(0, 1))
def test_a_meter_is_filled_to_its_share(share):
    (fill,) = marked(ET.fromstring(charts.meter(share)), "rect", "fill")
    assert float(fill.get("width")) == pytest.approx(100 * share, abs=0.01)


def test_the_parts_of_a_score_stand_end_to_end():
    figure = ET.fromstring(charts.stacked_bar([6.0, 3.0], 12.0, 'own "6" & theirs <3>'))
    (own,), (theirs,) = marked(figure, "rect", "part-0"), marked(figure, "rect", "part-1")
    assert (float(own.get("x")), float(own.get("width"))) == (0, 50)
    assert (float(theirs.get("x")), float(theirs.get("width"))) == (50, 25)
    assert figure.get("aria-label") == 'own "6" & theirs <3>'


def test_bars_are_as_long_as_their_shares():
    means = [0.8, 0.4, 0.1, 0.0]
    text = charts.interval_bars(list("abcd"), means, [0.7, 0.3, 0.1, 0.0], [0.9, 0.5, 0.1, 0.0], ["plain"] * 4)
    bars = [float(bar.get("width")) for bar in marked(ET.fromstring(text), "rect", "bar")]
    assert bars == pytest.approx([bars[0] * mean / 0.8 for mean in means], abs=0.02)
    assert len(marked(ET.fromstring(text), "path", "interval")) == 2


def scatter(audience, score, rank, wide):
    names = [f"n{i}" for i in range(len(audience))]
    arrays = [np.array(values, dtype=float) for values in (audience, score, rank)]
    told = [f"{number} known followers" for number in audience]
    return ET.fromstring(charts.audience_scatter(*arrays, np.array(wide), names, told, "known followers", (5.0, 18.0)))


def test_the_scatter_is_logarithmic_in_the_audience_and_straight_in_the_score():
    nan = float("nan")
    figure = scatter([5, 10, 20, 40], [4, 8, 12, 16], [1, 2, 3, nan], [False, False, False, True])
    marks = marked(figure, "circle", "koc")[::-1]
    x, y = ([float(mark.get(of)) for mark in marks] for of in ("cx", "cy"))
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.02)
    assert y[0] - y[1] == pytest.approx(y[1] - y[2], abs=0.02)
    assert marks[0][0].text == "n0: 5 known followers, score 4.0"


def test_marks_on_one_spot_are_drawn_once_and_people_without_followers_not_at_all():
    nan = float("nan")
    figure = scatter([7, 7, 0, 50], [3, 3, 3, 9], [nan, nan, nan, nan], [False, False, False, True])
    assert marked(figure, "path", "dots")[0].get("d").count("M") == 1
    assert marked(figure, "path", "wide")[0].get("d").count("M") == 1


def test_more_people_make_no_heavier_figure():
    rng = np.random.default_rng(0)
    n = 50_000
    audience, score = np.floor(rng.pareto(1, n)) + 1, rng.random(n) * 20
    small = (audience >= 5) & (audience <= 18)
    rank = np.where(small, np.cumsum(small), np.nan)
    text = charts.audience_scatter(
        audience, score, rank, audience > 18, ["name"] * n, ["many"] * n, "known followers", (5.0, 18.0)
    )
    assert len(text) < 400_000


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.014, "1%"), (0.999, ">99%"), (1, "100%"), (0.352, "35%")]
)
def test_percent_rounds_to_nothing_or_everything_only_what_is(share, text):
    assert charts.percent(share) == text

"""The report: what it says is what the run holds, and nothing that a stranger wrote can do anything in it."""

import base64
import hashlib
import re
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkoc import report
from graphkoc.errors import StoreError
from graphkoc.report import charts, display_name
from graphkoc.runs import Run

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
            "audience": audience,
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
            "origin_unknown": 1.0,
            "rank": pd.array([i + 1 if i < kocs else None for i in range(n)], dtype="Int64"),
        }
    )
    members = people.loc[people["niche"].notna(), ["consumer", "niche"]].assign(reviews=5, share=0.5, confidence=1.0)
    inside = members.merge(people[["consumer", "rank"]], on="consumer").groupby("niche")["rank"].count()
    table = pd.DataFrame(
        {
            "niche": slugs,
            "name": list(niches),
            "evidence": "40% of their reviews are here; of everybody's, 8%",
            "people": [int((members["niche"] == slug).sum()) for slug in slugs],
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
            "undated_follows": 40,
            "reviews": 60,
            "first_reviews": 58,
            "undated_reviews": 0,
            "categories": 3,
            "first_review": "2000-05-30T07:00:00",
            "last_review": "2011-04-12T07:00:00",
        },
        "tiers": {"name": "relative", "low": 5.0, "high": 18.0, "people": {"small": n - wide, "wide": wide}},
        "score": {"kind": "formula", "why": "a formula that can be done by hand"},
        "niche_control": 0,
        "backtest": backtest(),
        "backtest_why_not": None,
    }
    return Run("run-of-the-test", held | info, people, table, members)


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


@pytest.fixture(params=["plain", "hostile"])
def page(request):
    return request.getfixturevalue(request.param)


def figures(page):
    return [ET.fromstring(text) for text in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


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
    late = pd.DataFrame({"consumer": [f"test:{i}" for i in (70, 71, 72, 73)], "niche": "late"})
    late = pd.concat([made.members, late.assign(reviews=3, share=0.1, confidence=1.0)])
    niche = made.niches.iloc[[0]].assign(niche="late", name="latecomers", people=4, kocs=4)
    page = Page(report.render(replace(made, members=late, niches=pd.concat([made.niches, niche]))))
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
    page = Page(report.render(replace(made, people=people)))
    assert page.inside["title"][0] == f"{title}: graphkoc report"


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


def test_nobody_with_a_follower_makes_no_scatter():
    made = run(kocs=0)
    assert "Nobody has a known follower" in report.render(replace(made, people=made.people.assign(audience=0.0)))


# The file


def test_writing_replaces_an_older_report_whole(tmp_path):
    path = tmp_path / "deep" / "report.html"
    assert report.write(run(), path) == path
    report.write(run(names=HOSTILE), path)
    assert path.read_bytes() == report.render(run(names=HOSTILE)).encode()
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"^the report cannot be written to .*report\.html: "):
        report.write(run(), tmp_path / "file" / "report.html")


def test_a_folder_in_the_way_leaves_nothing_behind(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError):
        report.write(run(), tmp_path / "report.html")
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
    return ET.fromstring(charts.audience_scatter(*arrays, np.array(wide), names, (5.0, 18.0)))


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
    text = charts.audience_scatter(audience, score, rank, audience > 18, ["name"] * n, (5.0, 18.0))
    assert len(text) < 400_000


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.014, "1%"), (0.999, ">99%"), (1, "100%"), (0.352, "35%")]
)
def test_percent_rounds_to_nothing_or_everything_only_what_is(share, text):
    assert charts.percent(share) == text

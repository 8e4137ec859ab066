"""The map of the report: bubbles as large and as full as the niches are, and the people of the run in them."""

from __future__ import annotations

import base64
import gzip
import re
import xml.etree.ElementTree as ET
from importlib import resources
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from report_pages import Page, complete, figures, namespaced, section, with_info

from graphkoc import report
from graphkoc.communities import positions
from graphkoc.graph.network import Network
from graphkoc.report import niche_map
from graphkoc.runs.roles import WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import percent

Unpacked = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def whole(small_run: Run) -> Run:
    return complete(small_run)


@pytest.fixture(scope="module")
def page(whole: Run) -> str:
    return report.render(whole)


def canvas(page: str) -> dict[str, str]:
    (attrs,) = (attrs for tag, attrs in Page(page).elements if tag == "canvas")
    return attrs


def unpack(page: str) -> Unpacked:
    """What the page's script reads: x, y (0 to 1), the two ends of the lines, and the bubbles."""
    attrs = canvas(page)
    dots, lines = int(attrs["data-dots"]), int(attrs["data-lines"])
    raw = gzip.decompress(base64.b64decode(attrs["data-packed"]))
    assert len(raw) == 5 * dots + 4 * lines
    x, y, a, b = np.split(np.frombuffer(raw[:-dots], "<u2"), [dots, 2 * dots, 2 * dots + lines])
    return x / 65535, y / 65535, a, b, np.frombuffer(raw[-dots:], np.uint8)


def bubbles(page: str) -> list[tuple[dict[str, str], dict[str, float]]]:
    """The bubbles of the map: the attributes of each link, and the place and radius of its disc."""
    (figure,) = (figure for figure in figures(page) if figure.get("id") == "bubbles")
    found = []
    for link in figure.iter(namespaced("a")):
        disc = link.find(namespaced("circle"))
        assert disc is not None
        found.append((link.attrib, {name: float(disc.get(name, "nan")) for name in ("cx", "cy", "r")}))
    return found


def options(page: str) -> list[dict[str, str]]:
    return [attrs for tag, attrs in Page(page).elements if tag == "option" and "data-near" in attrs]


# Bubbles


def test_each_bubble_leads_to_its_niche_and_its_label_has_the_numbers_of_the_niche(page: str, whole: Run) -> None:
    links = {link["data-name"]: link for link, _ in bubbles(page)}
    first, *others = whole.niches.loc[whole.niches["level"] == "niche", "name"]
    assert list(links) == [first, "Finer A", "Finer B", *others]
    assert [link["href"] for link in links.values()] == [f"#niche-{number}" for number in (1, 5, 6, 2, 3, 4)]
    numbers = "15 people; wide-audience accounts reach 80% of them, key opinion consumers 31%"
    assert links[others[0]]["aria-label"] == f"{others[0]}: {numbers}"
    assert f"<title>{others[0]}: {numbers}</title>" in page


@given(st.floats(0, 1))
@example(0.9999999)
@example(1e-9)
def test_a_bubble_is_filled_by_area(share: float) -> None:
    bubble = niche_map.Bubble("n", "name", 5, "summary", share, "#n")
    places = pd.DataFrame({"niche": ["n"], "x": [0.0], "y": [0.0], "radius": [1.0]})
    figure = ET.fromstring(niche_map.bubble_map([bubble], places))
    disc = figure.find(f".//{namespaced('circle')}")
    assert disc is not None
    middle, radius = float(disc.get("cy", "nan")), float(disc.get("r", "nan"))
    area = 0.0
    for filled in (element for element in figure.iter() if element.get("class") == "reached"):
        # A segment below a chord that is h under the middle; a whole disc has no chord.
        chord = re.match(r"M\S+ (\S+)A", filled.get("d", ""))
        h = float(chord.group(1)) - middle if chord else -radius
        area += radius**2 * np.arccos(h / radius) - h * np.sqrt(radius**2 - h**2)
    assert area == pytest.approx(share * np.pi * radius**2, abs=0.002 * np.pi * radius**2)


@pytest.mark.parametrize(
    "name", ["DVDs", "Musical Instruments & Equipment", "小红书达人露营装备", "a" * 40, "露营 ultralight 装备"]
)
@pytest.mark.parametrize("radius", [0.02, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("crowded", [False, True])
def test_a_name_stays_inside_its_bubble_or_is_left_out(name: str, radius: float, crowded: bool) -> None:
    finer = [niche_map.Bubble("inner", "i", 1, "", 0, "#i")] if crowded else []
    bubble = niche_map.Bubble("n", name, 1234, "summary", 0.5, "#n", finer)
    places = pd.DataFrame(
        {"niche": ["n", "inner", "far"], "x": [0.0, 0, 9], "y": 0.0, "radius": [radius, radius / 9, 1]}
    )
    link = next(ET.fromstring(niche_map.bubble_map([bubble], places)).iter(namespaced("a")))
    disc = link.find(namespaced("circle"))
    assert disc is not None
    y, r = float(disc.get("cy", "nan")), float(disc.get("r", "nan"))
    texts = link.findall(namespaced("text"))
    for text in texts:
        size, base = float(text.get("font-size", "nan")), float(text.get("y", "nan"))
        wide = sum(1 if ord(c) > 0x2E80 else 0.55 for c in text.text or "") * size / 2
        assert np.hypot(wide, max(abs(base - 0.8 * size - y), abs(base - y))) <= r
        assert not crowded or base <= y
    written = "".join(text.text or "" for text in texts if text.get("class") == "name")
    assert written.replace(" ", "") in ("", name.replace(" ", ""))
    assert written or radius < 1 or len(name) == 40


def test_the_colour_of_a_niche_depends_on_its_id_alone() -> None:
    assert niche_map.hue("games") == niche_map.hue("games")
    hues = {niche_map.hue(f"niche {i}") for i in range(200)}
    assert hues == set(range(niche_map.HUES))
    style = (resources.files("graphkoc.report") / "page.css").read_text()
    assert re.findall(r"^\.hue-(\d+) ", style, re.MULTILINE) == [str(i) for i in range(niche_map.HUES)]


# People


def test_people_stand_in_the_bubbles_of_the_map(page: str, whole: Run) -> None:
    x, y, _, _, bubble = unpack(page)
    shown = [(link, disc) for link, disc in bubbles(page) if "finer" not in link["class"].split()]
    for number, (_, disc) in enumerate(shown):
        inside = np.hypot(960 * x - disc["cx"], 600 * y - disc["cy"]) <= disc["r"]
        assert inside[bubble == number].all()
        assert not inside[bubble != number].any()
    roles = whole.people["role"].value_counts()
    assert len(x) == len(whole.people)
    assert (int(canvas(page)["data-kocs"]), int(canvas(page)["data-wide"])) == (
        roles["koc"],
        roles["kol"] + roles["wide"],
    )
    first = whole.kocs(limit=1)["niche"].iloc[0]
    assert shown[bubble[0]][0]["data-name"] == whole.niches.set_index("niche").loc[first, "name"]


def test_lines_join_people_who_have_a_tie_and_each_pair_once(page: str, whole: Run) -> None:
    _, _, a, b, _ = unpack(page)
    assert (a < b).all()
    assert len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(a)
    pairs = {tuple(sorted(pair)) for pair in whole.ties.itertuples(index=False)}
    assert len(a) == len(pairs)
    rank = whole.people["rank"].astype("float64").to_numpy()
    degree = np.bincount(np.concatenate([a, b]), minlength=len(whole.people))
    for dot in range(len(whole.kocs())):
        row = int(np.flatnonzero(rank == dot + 1)[0])
        assert degree[dot] == sum(row in pair for pair in pairs)


def test_the_order_of_the_nameless_dots_depends_on_their_place_alone(page: str, whole: Run) -> None:
    x, y, _, _, bubble = unpack(page)
    named = int(whole.people["role"].isin(["koc", *WIDE_ROLES]).sum())
    rest = np.column_stack([bubble, x, y])[named:]
    assert len(rest) > 10
    assert (np.lexsort((rest[:, 2], rest[:, 1], rest[:, 0])) == np.arange(len(rest))).all()


def test_the_summary_of_an_audience_counts_the_ties_in_it(page: str, whole: Run) -> None:
    assert [int(option["value"]) for option in options(page)] == list(range(20))
    ties = set(whole.ties.itertuples(index=False, name=None))
    first = int(whole.people.index[whole.people["rank"].eq(1).fillna(False)][0])
    near = [b for a, b in whole.ties.itertuples(index=False, name=None) if a == first][:40]
    pairs = sum((a, b) in ties or (b, a) in ties for a, b in combinations(near, 2))
    k = len(near)
    summary = options(page)[0]["data-summary"]
    assert len(options(page)[0]["data-near"].split()) == k
    assert f"{pairs} ties among them, {percent(pairs / (k * (k - 1) / 2))} of all possible." in summary


def test_the_summary_of_an_audience_that_is_not_drawn_whole_says_so(whole: Run) -> None:
    page = report.render(whole.replaced(people=whole.people.assign(audience=1234.0)))
    name = whole.kocs(limit=1)["name"].iloc[0]
    assert re.match(rf"{name}: the \d+ closest of 1,234 people in their audience, ", options(page)[0]["data-summary"])


def test_how_many_people_and_ties_are_drawn_is_stated(page: str, whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = section(page, "map") or ""
    assert f"All 60 people are drawn. All {whole.info['counts']['follows']} ties are drawn." in text
    monkeypatch.setattr(positions, "DOTS", 40)
    monkeypatch.setattr(positions, "EGOS", 1)
    monkeypatch.setattr(positions, "CLOSEST", 9)
    many = with_info(whole, counts=whole.info["counts"] | {"follows": 99_999})
    text = section(report.render(many), "map") or ""
    assert re.search(r"[345]\d of 60 people are drawn: the first key opinion consumers, the widest", text)
    assert re.search(r"[\d,]+ of 99,999 ties are drawn: those of key", text)


def test_without_scripts_the_drawer_explains_why_it_is_empty(page: str) -> None:
    assert "scripts are off here" in (section(page, "map") or "")
    assert '<div class="people" hidden>' in page


def test_forty_thousand_people_make_no_more_than_half_a_megabyte_of_map() -> None:
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
    made = Run(
        "big", {}, people=people, niches=niches, members=inside, positions=places, ties=positions.ties(network, people)
    )
    packed = niche_map.pack(made, niches["niche"].tolist())
    assert 29_000 < packed.dots <= 30_000
    assert len(packed.packed) < 500_000

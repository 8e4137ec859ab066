"""The page to walk a network: offline, without a request, and without a name that its reader may not see."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import IPython.display
import numpy as np
import pytest
from page_browser import find_overflow, find_troubles, find_violations, open_page
from playwright.sync_api import Browser, Page
from report_pages import HOSTILE
from report_pages import Page as Parsed

import graphkoc
from graphkoc.assets import hash_source
from graphkoc.graph.drawing import DrawnNetwork, explorer
from graphkoc.report.readers import Reader

PHONE = {"viewport": {"width": 390, "height": 844}}
DRAWN = "html[data-drawn]"


@pytest.fixture(scope="module")
def network(small_run: graphkoc.Run) -> DrawnNetwork:
    return graphkoc.draw_network(small_run)


@pytest.fixture(scope="module")
def page(network: DrawnNetwork) -> str:
    return network.explorer()


@pytest.fixture(scope="module")
def hostile(network: DrawnNetwork) -> DrawnNetwork:
    """A network in which everybody has a name, and none that anybody should have."""
    names = [str(name)[:300] for name in (HOSTILE * 5)[: len(network)]]
    return replace(network, names=names, niches=names[: len(network.niches)], title="</title><b>", notice="<i>&")


def read_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def read_columns(data: dict[str, Any]) -> list[np.ndarray]:
    """source, target, audience, hears, x, y, niche, circle, size, mark, tier, as the script reads them."""
    packed = gzip.decompress(base64.b64decode(data["packed"]))
    columns, offset = [], 0
    for kind, length in [("<u4", data["ties"])] * 2 + [
        (kind, data["people"]) for kind in ["<u4"] * 2 + ["<u2"] * 4 + ["u1"] * 3
    ]:
        columns.append(np.frombuffer(packed, kind, length, offset))
        offset += columns[-1].nbytes
    assert offset == len(packed)
    return columns


def open_drawn(browser: Browser, html: str, **options: Any) -> Page:
    opened = open_page(browser, html, **options)
    opened.wait_for_selector(DRAWN)
    return opened


def list_troubles(page: Page) -> list[str]:
    """What went wrong, but for the software renderer's remarks on its own speed."""
    return [one for one in find_troubles(page) if "GL Driver Message" not in one]


# The file


def test_only_its_own_scripts_and_style_run_and_nothing_is_asked_for(page: str) -> None:
    parsed = Parsed(page)
    scripts, (style,) = parsed.inside["script"], parsed.inside["style"]
    allowed = re.findall(r"'(sha256-[^']+)'", parsed.policy)
    assert allowed == [hash_source(one) for one in (*scripts[1:], style)]
    assert parsed.policy.startswith("default-src 'none'; ")
    assert not parsed.attributes("script", "src") + parsed.attributes("link", "href") + parsed.attributes("img", "src")


def test_it_has_everybody_and_every_tie_of_a_small_network(network: DrawnNetwork, page: str) -> None:
    data = read_data(page)
    source, target, audience, hears, x, _, niche, *_ = read_columns(data)
    assert source.tolist() == network.source.tolist()
    assert target.tolist() == network.target.tolist()
    assert audience.tolist() == network.followers.tolist()
    assert hears.tolist() == network.followees.tolist()
    assert niche.tolist() == network.niche.tolist()
    wide = np.ptp(network.x)
    np.testing.assert_allclose(x / 65_535 * wide + network.x.min(), network.x, atol=wide / 65_535)
    assert "All 60 people and all 628 ties are drawn." in data["drawn"]


def test_it_holds_no_id_and_no_name_but_those_of_the_report(small_run: graphkoc.Run, page: str) -> None:
    named = {name for _, name, _ in read_data(page)["named"]}
    for consumer, name, role in small_run.people[["consumer", "name", "role"]].itertuples(index=False):
        assert consumer not in page
        assert (name in named) == (role != "none")


def test_a_client_reads_numbers_instead_of_names(small_run: graphkoc.Run) -> None:
    data = read_data(graphkoc.draw_network(small_run, "en", Reader("client")).explorer())
    assert data["named"]
    assert all(re.fullmatch(r"KO[CL] \d\d+|.* \d\d+", name) for _, name, _ in data["named"])
    assert not any(name.startswith("Person") for _, name, _ in data["named"])


def test_ties_of_people_with_a_name_come_first_and_the_page_says_how_many_are_drawn(
    network: DrawnNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(network, names=[name if place in (4, 8) else None for place, name in enumerate(network.names)])
    few = replace(few, marks=["other"] * len(few))
    touching = np.isin(few.source, [4]) | np.isin(few.target, [4])
    monkeypatch.setattr(explorer, "TIES", 100)
    data = read_data(few.explorer())
    source, target, *_ = read_columns(data)
    drawn = {*zip(source.tolist(), target.tolist(), strict=True)}
    assert len(drawn) == 100
    assert {*zip(few.source[touching].tolist(), few.target[touching].tolist(), strict=True)} <= drawn
    others = [one for one in drawn if 4 not in one]
    assert max(one for one, _ in others) > 40, "the sample is even"
    assert "100 of 628 ties" in data["drawn"]


def test_more_people_than_can_be_drawn_are_sampled(network: DrawnNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "PEOPLE", 50)
    data = read_data(network.explorer())
    source, target, *_ = read_columns(data)
    assert data["people"] == 50
    assert len(data["named"]) == sum(name is not None for name in network.names)
    assert max(source.max(), target.max()) < 50
    assert data["drawn"].startswith("Of 60 people 50 are drawn")


def test_a_network_of_nobody_is_a_page_too(network: DrawnNetwork) -> None:
    nobody, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    people = {"ids": np.zeros(0, dtype=object), "names": [], "marks": [], "tiers": [], "ranks": [], "niche": none}
    rest = {"circle": none, "x": nobody, "y": nobody, "sizes": nobody, "colours": np.zeros((0, 3), np.uint8)}
    ties = {"source": none.astype(np.int32), "target": none.astype(np.int32), "weight": nobody}
    empty = replace(network, **people, **rest, **ties)  # type: ignore[arg-type]
    assert read_data(empty.explorer())["people"] == 0


def test_the_same_network_gives_the_same_page(small_run: graphkoc.Run, page: str) -> None:
    assert graphkoc.draw_network(small_run).explorer() == page


def test_hostile_names_add_no_element_to_the_page(hostile: DrawnNetwork, page: str) -> None:
    wanted = [tag for tag, _ in Parsed(page).elements]
    assert [tag for tag, _ in Parsed(replace(hostile, notice=None).explorer()).elements] == wanted
    assert "&lt;i&gt;&amp;" in hostile.explorer()


def test_both_languages_have_the_same_words_and_each_is_used() -> None:
    folder = resources.files("graphkoc.graph.drawing") / "explorer"
    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    sources = "".join((folder / name).read_text(encoding="utf-8") for name in ("explorer.js", "__init__.py"))
    sources += "".join(f'"{tier}"' for tier in explorer.TIERS) + "".join(f'"{mark}"' for mark in explorer.MARKS)
    assert words["en"].keys() == words["zh"].keys()
    assert [key for key in words["en"] if f'"{key}"' not in sources and f"words.{key}" not in sources] == []
    with pytest.raises(graphkoc.UsageError, match="there is no page in 'xx'"):
        explorer.make_explorer(None, "xx")  # type: ignore[arg-type]


def test_the_licences_of_what_is_inside_are_inside_too(page: str) -> None:
    folder = resources.files("graphkoc.graph.drawing") / "explorer"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for name in ("sigma 4.0.4", "graphology 0.26.0", "graphology-utils 2.5.2", "events 3.3.0"):
        assert name in page
        assert name in readme
    assert "*/" not in (folder / "LICENSES.txt").read_text(encoding="utf-8")


def test_a_notebook_shows_it_in_a_frame_of_its_own(network: DrawnNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    network.show("zh", height=500)
    (frame,) = [attrs for tag, attrs in Parsed(shown[0].data).elements if tag == "iframe"]
    assert frame["sandbox"] == "allow-scripts"
    assert "height:500px" in frame["style"]
    assert frame["srcdoc"] == network.explorer("zh")


def test_without_jupyter_show_says_what_to_do(network: DrawnNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "IPython.display", None)
    with pytest.raises(graphkoc.UsageError, match="only shown in Jupyter"):
        network.show()


def test_a_page_that_cannot_be_written_is_one_sentence(network: DrawnNetwork, tmp_path: Path) -> None:
    assert network.write_explorer(tmp_path / "new" / "page.html").is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(graphkoc.StoreError, match="the network cannot be written to"):
        network.write_explorer(tmp_path / "file" / "page.html")


# In a browser


@pytest.fixture(scope="module")
def shown(chromium: Browser, page: str) -> Page:
    return open_drawn(chromium, page)


def test_it_draws_without_a_request(shown: Page) -> None:
    assert list_troubles(shown) == []
    assert shown.locator("#picture canvas").count() > 0
    painted = len({*shown.screenshot(type="png", clip={"x": 0, "y": 60, "width": 900, "height": 700})})
    assert painted > 100


def test_a_name_that_is_searched_leads_to_the_person_and_those_around(
    shown: Page, small_run: graphkoc.Run, network: DrawnNetwork
) -> None:
    first = small_run.kocs().iloc[0]
    place = network.ids.tolist().index(first["consumer"])
    shown.fill("#find", f"  {first['name'].upper()}  ")
    shown.press("#find", "Enter")
    panel = shown.locator("#panel")
    assert panel.locator("h2").inner_text() == first["name"]
    facts = dict(
        zip(panel.locator("dt").all_inner_texts(), panel.locator("dd").all_inner_texts(), strict=True),
    )
    assert facts["Rank"] == "1"
    assert facts["Niche"] == small_run.group_name("niche", first["niche"])
    assert facts["Audience in the network"] == str(int(first["audience"]))
    around = network.target[network.source == place].tolist()
    listed = panel.locator("ul").first
    names = [network.names[one] for one in around if network.names[one] is not None]
    assert sorted(listed.locator("bdi").all_inner_texts()) == sorted(str(name) for name in names)
    nameless = len(around) - len(names)
    assert (f"{nameless} without a name" in listed.inner_text()) == (nameless > 0)
    other = listed.locator("button").nth(1)
    name = other.locator("bdi").inner_text()
    other.click()
    assert panel.locator("h2").inner_text() == name
    shown.keyboard.press("Escape")
    assert panel.locator("h2").inner_text() == "Legend"


def test_a_name_that_nobody_has_is_one_sentence(shown: Page) -> None:
    shown.fill("#find", "nobody of this name")
    assert shown.locator("#found").inner_text() == "Nobody of this name is drawn."
    shown.fill("#find", "")
    assert not shown.locator("#found").is_visible()


def test_a_click_on_a_dot_shows_the_person(browser: Browser, page: str, network: DrawnNetwork) -> None:
    opened = open_drawn(browser, page)
    x, y = find_viewport(opened, network)
    wanted = next(place for place, name in enumerate(network.names) if name is None)
    box = opened.locator("#picture").bounding_box()
    assert box
    opened.mouse.click(box["x"] + x[wanted], box["y"] + y[wanted])
    opened.wait_for_selector("#panel dl")
    assert opened.locator("#panel h2").inner_text() == "A person without a name"
    assert f"Audience in the network\n{network.followers[wanted]}" in opened.locator("#panel dl").inner_text()
    opened.keyboard.press("Escape")
    assert opened.locator("#panel h2").inner_text() == "Legend"


def find_viewport(opened: Page, network: DrawnNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Where everybody is in the picture, in pixels: names of niches stand above the middle of their people."""
    styles = opened.locator(".niche-names span").evaluate_all("found => found.map((one) => one.style.transform)")
    widths = opened.locator(".niche-names span").evaluate_all("found => found.map((one) => one.offsetWidth)")
    placed = np.array(
        [[float(one) for one in re.findall(r"translate\((-?\d+)px, (-?\d+)px\)", text)[0]] for text in styles]
    )
    groups = [network.niche == place for place in range(len(network.niches))]
    middle, top = [network.x[one].mean() for one in groups], [network.y[one].min() for one in groups]
    placed[:, 0] += np.array(widths) / 2
    placed[:, 1] += 32
    return (
        np.polyval(np.polyfit(middle, placed[:, 0], 1), network.x),
        np.polyval(np.polyfit(top, placed[:, 1], 1), network.y),
    )


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
def test_it_can_be_read_by_everybody(browser: Browser, page: str, options: dict[str, Any]) -> None:
    opened = open_drawn(browser, page, **options)
    for _ in range(2):
        assert find_violations(opened) == []
        assert find_overflow(opened) == []
        opened.fill("#find", "person 1")
        opened.press("#find", "Enter")
    opened.click("#theme")
    assert list_troubles(opened) == []


def test_hostile_names_are_text(browser: Browser, hostile: DrawnNetwork) -> None:
    opened = open_drawn(browser, hostile.explorer("zh"))
    opened.fill("#find", "alert")
    names = opened.locator("#found bdi").all_inner_texts()
    assert any("<script>" in name for name in names)
    opened.press("#find", "Enter")
    assert opened.locator("#panel h2").inner_text() in names
    assert list_troubles(opened) == []
    assert opened.locator("img, iframe").count() == 0


def test_without_webgl_the_search_still_works(browser: Browser, page: str) -> None:
    opened = open_page(browser, page)
    opened.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    opened.reload()
    opened.wait_for_selector("html[data-ready]")
    assert "draws no WebGL" in opened.locator("#trouble").inner_text()
    opened.fill("#find", "person 1")
    opened.press("#find", "Enter")
    assert opened.locator("#panel h2").inner_text().startswith("Person 1")
    assert list_troubles(opened) == []


def test_the_frame_of_a_notebook_draws_too(
    browser: Browser, network: DrawnNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", frames.append)
    network.show()
    opened = open_page(browser, f"<!DOCTYPE html><title>notebook</title>{frames[0].data}")
    opened.frame_locator("iframe").locator(DRAWN).wait_for(state="attached")
    assert list_troubles(opened) == []

"""The report as one file: what it promises about itself, whatever a stranger wrote, and how it is put together."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_pages import HOSTILE, Page, complete, figures, rename_all, section, with_info

import graphkoc
from graphkoc import report
from graphkoc.errors import StoreError
from graphkoc.report.sections import find_sections
from graphkoc.runs.run import Run
from graphkoc.runs.tables import empty


@pytest.fixture(scope="module")
def plain(small_run: Run) -> str:
    return report.render(small_run)


@pytest.fixture(scope="module")
def full(small_run: Run) -> str:
    return report.render(complete(small_run))


@pytest.fixture(scope="module")
def hostile(small_run: Run) -> str:
    return report.render(rename_all(complete(small_run), HOSTILE))


@pytest.fixture(scope="module")
def bare(small_run: Run) -> Run:
    """A run that ranks nobody and found nothing. Its page is made fast."""
    nobody = small_run.people.assign(rank=pd.array([None] * len(small_run.people), dtype="Int64"), role="none")
    tables = ("niches", "members", "circles", "reach", "carries", "bridges", "words", "exemplars", "events", "brand")
    run = small_run.replaced(people=nobody, **{name: empty(name) for name in (*tables, "positions", "ties")})
    return with_info(run, backtest=None, backtest_why_not="too little", agreement=None, loads=[])


@pytest.fixture(params=["plain", "full", "hostile"])
def page(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


# Its sections

BESIDE = "campaign"
"""The section on campaigns beside the run, of which the small run has none."""


def test_a_section_is_found_by_its_file_and_shows_its_own_template(plain: str) -> None:
    sections = find_sections()
    folder = resources.files("graphkoc.report") / "sections"
    files = {path.name for path in folder.iterdir() if path.name.endswith((".py", ".j2"))}
    names = [section.name for section in sections]
    assert files == {"__init__.py", *(f"{name}.py" for name in names), *(f"{name}.html.j2" for name in names)}
    assert [section.place for section in sections] == sorted({section.place for section in sections})
    shown = [one for one in sections if one.name != BESIDE]
    assert re.findall(r'<section id="(\w+)"', plain) == [one.name for one in shown]
    links = re.search(r"<nav .*?</nav>", plain, re.DOTALL)
    assert links
    assert re.findall(r'<a href="#(\w+)">(.*?)</a>', links.group()) == [(one.name, one.link) for one in shown]


def test_each_section_has_a_heading_that_names_it(page: str) -> None:
    for attrs in (attrs for tag, attrs in Page(page).elements if tag == "section"):
        assert f'<h2 id="{attrs["aria-labelledby"]}">' in page
        assert attrs["aria-labelledby"] == f"{attrs['id']}-head"


@pytest.mark.parametrize(
    ("table", "name"),
    [("bridges", "bridges"), ("brand", "brand"), ("events", "changes"), ("positions", "map"), ("circles", "circles")],
)
def test_a_section_without_anything_to_show_is_left_out_and_nothing_leads_to_it(
    small_run: Run, table: str, name: str
) -> None:
    page = report.render(small_run.replaced(**{table: empty(table)}))
    assert section(page, name) is None
    ids = {attrs["id"] for _, attrs in Page(page).elements if "id" in attrs}
    assert {href[1:] for href in Page(page).attributes("a", "href")} <= ids


def test_an_empty_run_has_the_sections_of_every_run_and_no_others(bare: Run) -> None:
    page = report.render(bare)
    names = set(re.findall(r'<section id="(\w+)"', page))
    assert {"short", "niches", "gates", "kocs", "audience", "backtest", "authenticity", "method"} <= names
    assert names.isdisjoint({"map", "circles", "bridges", "brand", "changes", "agreement"})
    assert {"nan", "None"}.isdisjoint(Page(page).text.split())


# What it promises about itself


def test_the_page_names_no_address_of_the_outside_world(page: str) -> None:
    assert set(re.findall(r"https?://[^\"'\s<]*", page)) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in page
    assert "@import" not in page


def test_no_element_fetches_anything(page: str) -> None:
    for tag, attrs in Page(page).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
        assert not {"src", "srcset", "xlink:href", "action", "data", "poster"} & set(attrs)
        assert attrs.get("href", "#").startswith("#")


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_policy_lets_only_the_pages_own_script_and_style_run(page: str, element: str) -> None:
    (text,) = Page(page).inside[element]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = Page(page).policy
    assert f"{element}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_attribute_carries_script_or_style(page: str) -> None:
    for _, attrs in Page(page).elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


def test_every_link_leads_somewhere_and_no_id_is_used_twice(page: str) -> None:
    ids = [attrs["id"] for _, attrs in Page(page).elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in Page(page).attributes("a", "href")} <= set(ids)


def test_every_figure_is_well_formed(page: str) -> None:
    assert len(figures(page)) > 20


def test_the_same_run_gives_the_same_bytes_whenever_it_was_started(small_run: Run, plain: str) -> None:
    later = with_info(small_run, started_at="2031-01-01T00:00:00+00:00", seconds={"scoring": 9.0})
    assert report.render(later) == plain


def test_the_page_calls_nobody_fake_and_claims_no_adoption(full: str) -> None:
    text = Page(full).text.casefold()
    assert "fake" not in text
    assert "adoption" not in text


def test_a_thousand_people_in_two_hundred_niches_make_less_than_a_megabyte(small_run: Run) -> None:
    names = [f"{i} {HOSTILE[i % len(HOSTILE)]!s:.200}" for i in range(1000)]
    people = pd.concat([small_run.people] * 17, ignore_index=True).head(1000)
    people = people.assign(consumer=[f"test:{i}" for i in range(1000)], name=names, role="koc", circle=None)
    people = people.assign(rank=pd.array(range(1, 1001), dtype="Int64"), niche=[f"n{i % 200}" for i in range(1000)])
    niches = pd.concat([small_run.niches.head(1)] * 200, ignore_index=True)
    niches = niches.assign(niche=[f"n{i}" for i in range(200)], name=names[:200], people=5)
    members = people[["consumer"]].assign(kind="niche", group=people["niche"], reviews=5, share=0.5, confidence=1.0)
    tables = ("circles", "reach", "carries", "bridges", "words", "exemplars", "events", "brand", "positions", "ties")
    many = small_run.replaced(people=people, niches=niches, members=members, **{name: empty(name) for name in tables})
    assert len(report.render(with_info(many, agreement=None)).encode()) < 1_000_000


def test_the_example_makes_less_than_half_a_megabyte(ciao_run: graphkoc.Run) -> None:
    page = report.render(ciao_run)
    assert len(page.encode()) < 500_000
    assert section(page, "map")
    assert "-0.0<" not in page


# Names


def test_only_key_opinion_consumers_and_wide_audience_accounts_are_named(small_run: Run) -> None:
    nameless = small_run.people["role"] == "none"
    assert nameless.sum() > 10
    names = small_run.people["name"].where(~nameless, "not to be named")
    page = report.render(complete(small_run.replaced(people=small_run.people.assign(name=names))))
    assert "not to be named" not in page
    assert not set(small_run.people.loc[nameless, "consumer"]) & set(re.findall(r"\w+:\d\d\b", page))


def test_hostile_names_are_shown_as_they_are_written(hostile: str) -> None:
    text = Page(hostile).text
    assert "</script><script>alert(1)</script>" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "{{ 7 * 7 }}" in text
    assert "evilgnp.exe" in text
    assert "小红书达人🌸" in text
    assert "a" * 39 + "…" in text
    assert "a" * 201 not in hostile


def test_a_name_without_visible_characters_gives_way_to_the_id(small_run: Run) -> None:
    page = report.render(small_run.replaced(people=small_run.people.assign(name="\u200b")))
    assert str(small_run.kocs()["consumer"].iloc[0]) in (section(page, "kocs") or "")


# Each example renders a whole page: few are drawn, of many names.
@settings(max_examples=settings().max_examples // 6, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_whatever_people_are_called_the_figures_are_xml_and_the_script_is_ours(
    small_run: Run, names: list[str | None]
) -> None:
    page = report.render(rename_all(small_run, names))
    assert len(Page(page).inside["script"]) == 1
    assert figures(page)


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
def test_the_title_names_the_platforms(bare: Run, platforms: list[str | None], title: str) -> None:
    where = [platforms[i % len(platforms)] for i in range(len(bare.people))]
    people = bare.people.assign(platform=pd.Series(where, dtype="str"))
    page = Page(report.render(bare.replaced(people=people)))
    assert page.inside["title"][0] == f"{title}: graphkoc report"


# The file


def test_writing_replaces_an_older_report_whole(small_run: Run, bare: Run, hostile: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    assert report.write_report(bare, path) == path
    report.write_report(rename_all(complete(small_run), HOSTILE), path)
    assert path.read_bytes() == hostile.encode()
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_one_sentence(bare: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"^the report cannot be written to .*report\.html: "):
        report.write_report(bare, tmp_path / "file" / "report.html")


def test_a_folder_in_the_way_leaves_nothing_behind(bare: Run, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError):
        report.write_report(bare, tmp_path / "report.html")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_the_page_uses_the_words_of_the_glossary(full: str) -> None:
    text = Page(full).text.casefold()
    for word in ("told", "said", "dealt out", "came back", "looking out", "she", "her", "hers", "by lot"):
        assert not re.search(rf"\b{word}\b", text), word

"""The report as one file: what its page promises, whatever the run holds."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from report_numbers import SHELL, Reading, find_numbers, list_numbers
from report_pages import HOSTILE, Page, complete, rename_all, with_info
from report_runs import tile

import graphkoc
from graphkoc import report
from graphkoc.errors import StoreError
from graphkoc.report.sections import find_sections
from graphkoc.runs.run import Run

KILOBYTES = 1000


@pytest.fixture(scope="module", params=["plain", "full", "hostile", "chinese", "client"])
def facts(request: pytest.FixtureRequest, small_run: Run) -> dict[str, Any]:
    """The facts of a small run: as it is, with all that it lacks, with bad names, in Chinese, and for the client."""
    if request.param == "plain":
        return report.make_document(small_run)
    run = complete(small_run)
    if request.param == "hostile":
        return report.make_document(rename_all(run, HOSTILE))
    language = "zh" if request.param == "chinese" else "en"
    return report.make_document(run, language, report.Reader("client" if request.param == "client" else "analyst"))


@pytest.fixture(scope="module")
def page(facts: dict[str, Any]) -> str:
    return report.render(facts)


@pytest.fixture(scope="module")
def ciao_facts(ciao_run: Run) -> dict[str, Any]:
    return report.make_document(ciao_run)


@pytest.fixture(scope="module")
def crowd(small_run: Run) -> dict[str, Any]:
    """The facts of 200,000 people."""
    return report.make_document(tile(complete(small_run), 200_000))


def find_names(page: str) -> set[tuple[str, str]]:
    """The names with their handles: where a person is shown, and in the list of all."""
    shown = r'class="who"[^>]*><bdi>(.*?)</bdi></(?:a|span)>(?: <span class="handle"><bdi>(.*?)</bdi>)?'
    listed = r'<th scope="row"><bdi>(.*?)</bdi>()</th>'
    (people,) = re.findall(r'<section id="people".*?</section>', page, re.DOTALL)
    return {*re.findall(shown, page), *re.findall(listed, people)}


# One file that asks for nothing


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_policy_lets_only_the_pages_own_script_and_style_run(page: str, element: str) -> None:
    (text,) = Page(page).inside[element]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = Page(page).policy
    assert f"{element}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_element_fetches_anything(page: str) -> None:
    for tag, attrs in Page(page).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
        assert not {"src", "srcset", "xlink:href", "action", "data", "poster"} & set(attrs)
    (style,) = Page(page).inside["style"]
    assert not re.search(r"@import|url\((?!#)", style)


def test_a_link_leads_to_a_place_on_the_page_or_to_somebodys_post(page: str) -> None:
    ids = [attrs["id"] for _, attrs in Page(page).elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in (attrs for tag, attrs in Page(page).elements if tag == "a"):
        assert attrs["href"].startswith(("#", "https://", "http://"))
        if attrs["href"].startswith("#"):
            assert attrs["href"][1:] in ids
        else:
            assert "noreferrer" in attrs["rel"].split()


def test_no_attribute_carries_script_or_style(page: str) -> None:
    for _, attrs in Page(page).elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]


# Sections


def test_each_section_of_the_facts_is_on_the_page_in_their_order(facts: dict[str, Any], page: str) -> None:
    shown = [attrs["id"] for tag, attrs in Page(page).elements if tag == "section"]
    assert [name for name in shown if name in facts["sections"]] == list(facts["sections"])
    assert [section.place for section in find_sections()] == sorted({section.place for section in find_sections()})


def test_each_section_has_a_heading_that_names_it_and_the_page_has_one_title(page: str) -> None:
    elements = Page(page).elements
    headings = {attrs.get("id") for tag, attrs in elements if tag in ("h1", "h2", "h3")}
    assert {attrs["aria-labelledby"] for tag, attrs in elements if tag == "section"} <= headings
    assert [tag for tag, _ in elements].count("h1") == 1


def test_the_page_says_in_which_language_it_is(facts: dict[str, Any], page: str) -> None:
    assert Page(page).attributes("html", "lang") == [{"en": "en", "zh": "zh-CN"}[facts["language"]]]


# Numbers


def test_every_number_on_the_page_is_one_of_the_facts(facts: dict[str, Any], page: str) -> None:
    for name, texts in Reading(page).ours.items():
        known = facts if name == SHELL else facts["sections"][name]
        assert find_numbers(texts) - list_numbers(known, facts["language"]) == set(), name


def test_every_number_of_the_example_is_one_of_its_facts(ciao_facts: dict[str, Any]) -> None:
    for name, texts in Reading(report.render(ciao_facts)).ours.items():
        known = ciao_facts if name == SHELL else ciao_facts["sections"][name]
        assert find_numbers(texts) - list_numbers(known, "en") == set(), name


def test_nothing_that_a_computer_writes_stands_on_the_page(page: str) -> None:
    words = set(Page(page).text.split())
    assert words.isdisjoint({"nan", "None", "NaN", "null", "undefined", "True", "False", "-0", "inf"})


def test_the_facts_are_plain_json(facts: dict[str, Any]) -> None:
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


# People


def test_the_sentence_on_who_is_named_is_true(facts: dict[str, Any], page: str) -> None:
    names = find_names(page)
    if facts["reader"] == "client":
        assert facts["named"] == 0
        assert {re.sub(r"\d+", "07", name) for name, _ in names} <= {"KOC 07", "KOL 07", "Creator 07"}
    else:
        assert facts["named"] == len(names)


def test_a_long_list_names_as_many_as_the_page_says(crowd: dict[str, Any]) -> None:
    assert crowd["named"] == len(find_names(report.render(crowd))) > 300


def test_whoever_is_neither_ranked_nor_listed_is_only_counted(small_run: Run) -> None:
    others = small_run.people["role"] == "none"
    assert others.sum() > 10
    names = small_run.people["name"].where(~others, "not to be named")
    facts = report.make_document(complete(small_run.replaced(people=small_run.people.assign(name=names))))
    assert "not to be named" not in json.dumps(facts, ensure_ascii=False)
    assert not set(small_run.people.loc[others, "consumer"]) & set(re.findall(r"\w+:\d\d\b", report.render(facts)))


# The same bytes


def test_the_same_run_gives_the_same_bytes_whenever_it_was_started(small_run: Run) -> None:
    later = with_info(small_run, started_at="2031-01-01T00:00:00+00:00", seconds={"scoring": 9.0})
    assert report.make_document(later) == report.make_document(small_run)


def test_time_zone_locale_and_seed_change_no_byte(small_run: Run, tmp_path: Path) -> None:
    here = report.write_report(small_run, tmp_path / "here.html").read_bytes()
    command = [sys.executable, "-m", "graphkoc", "report", small_run.folder, "-o", str(tmp_path / "there.html")]
    elsewhere = {"TZ": "Asia/Shanghai", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "7"}
    subprocess.run(command, env=os.environ | elsewhere, check=True, capture_output=True)
    assert (tmp_path / "there.html").read_bytes() == here


# Its size


def test_the_example_is_a_short_page(ciao_facts: dict[str, Any]) -> None:
    page = report.render(ciao_facts)
    assert len(page.encode()) <= 600 * KILOBYTES
    assert len(" ".join(Reading(page).at_once).split()) <= 4500


def test_two_hundred_thousand_people_make_a_page_that_can_be_mailed(crowd: dict[str, Any]) -> None:
    assert len(report.render(crowd).encode()) <= 1500 * KILOBYTES


# The file


def test_writing_replaces_an_older_report_whole(small_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    facts = report.make_document(small_run)
    assert report.save_document({**facts, "run": "older"}, path) == path
    report.save_document(facts, path)
    assert path.read_text(encoding="utf-8") == report.render(facts)
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_one_sentence(small_run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"^the report cannot be written to .*report\.html: "):
        report.write_report(small_run, tmp_path / "file" / "report.html")


def test_a_folder_in_the_way_leaves_nothing_behind(small_run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError):
        report.write_report(small_run, tmp_path / "report.html")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_the_page_uses_the_words_of_the_glossary(small_run: Run) -> None:
    text = Page(report.render(report.make_document(complete(small_run)))).text.casefold()
    for word in ("told", "said", "dealt out", "came back", "looking out", "she", "her", "hers", "by lot", "fake"):
        assert not re.search(rf"\b{word}\b", text), word


def test_the_run_finds_the_report_from_the_package(small_run: Run, tmp_path: Path) -> None:
    assert graphkoc.write_report(small_run, tmp_path / "report.html").exists()


def test_markdown_states_what_the_first_screen_states(facts: dict[str, Any]) -> None:
    first, text = facts["sections"]["first"], re.sub(r"\\(.)", r"\1", report.render_markdown(facts))
    names = [card["who"]["name"] for card in first["cards"]]
    for sentence in (first["title"], *first["actions"], *names, first["trust"]["line"]):
        assert " ".join(sentence.split()) in text

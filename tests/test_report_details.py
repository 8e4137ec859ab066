"""Data and method: coverage, labels, checks, the brand and the commands say what the run has, for whom it may be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from click.testing import CliRunner
from report_pages import section_facts

import graphkoc
from graphkoc.cli import cli
from graphkoc.qualify import tiers
from graphkoc.report import make_document, render
from graphkoc.report.catalogue import LANGUAGES, Catalogue
from graphkoc.report.glossary import read_glossary
from graphkoc.report.sections import find_sections
from graphkoc.report.sections.details import find_label

ANALYST_ONLY = ("files", "inputs", "settings", "commands")


def details(run: graphkoc.Run, language: str = "en", **reader: Any) -> dict[str, Any]:
    found: dict[str, Any] = section_facts(run, "details", language, **reader)
    return found


@pytest.fixture(scope="module")
def page(small_run: graphkoc.Run) -> str:
    return render(make_document(small_run))


def test_everybody_is_on_a_platform_once_and_every_review_is_counted(small_run: graphkoc.Run) -> None:
    rows = details(small_run)["coverage"]["rows"]
    assert sum(row["people"] for row in rows) == len(small_run.people)
    assert sum(row["reviews"] for row in rows) == small_run.info["counts"]["reviews"]
    assert sum(row["kocs"] for row in rows) == len(small_run.kocs())
    assert all(row["follows_share"] == row["follows"] / row["people"] for row in rows)


def test_a_person_with_several_accounts_is_on_each_of_their_platforms(small_run: graphkoc.Run) -> None:
    consumer = str(small_run.people["consumer"].iloc[0])
    two = {"consumer": [consumer] * 2, "account": ["a", "b"], "platform": ["weibo", "forum"], "reviews": [4, 2]}
    columns = small_run.accounts.columns
    accounts = small_run.accounts.reindex(range(2)).assign(**two)[columns].astype(small_run.accounts.dtypes)
    rows = details(small_run.replaced(accounts=accounts))["coverage"]["rows"]
    assert sum(row["people"] for row in rows) == len(small_run.people) + 1


def test_gaps_are_platforms_of_whose_people_it_is_mostly_not_known_whom_they_follow(small_run: graphkoc.Run) -> None:
    people = small_run.people.copy()
    people.loc[people["platform"] == "weibo", "part"] = "not_known"
    parts = {**small_run.info["parts"], "not_known": 15, "reached_kol": 45, "only_koc": 0, "nobody": 0}
    run = small_run.replaced(people=people, info=small_run.info | {"parts": parts})
    caption = "We know whom 45 of 60 people follow or engage with; the gaps are Weibo (0% known)."
    assert details(run)["coverage"]["caption"] == caption


def test_the_brand_has_its_share_of_the_reviews_that_name_a_brand(small_run: graphkoc.Run) -> None:
    brand, everybody = details(small_run)["brand"], small_run.brand.iloc[0]
    assert brand["rows"][0]["voice"] == pytest.approx(everybody["voice"])
    assert f"{everybody['voice_reviews']} reviews of the last year that name Kettle & Co or a rival" in brand["caption"]
    assert brand["rows"][0]["affinity"] is None


def test_without_a_brand_there_is_no_box_of_it(ciao_run: graphkoc.Run) -> None:
    assert details(ciao_run)["brand"] is None


def test_checks_have_the_counts_of_the_run_and_words_of_the_language(small_run: graphkoc.Run) -> None:
    for language in LANGUAGES:
        rows = details(small_run, language)["checks"]
        counts = [(row["passed"], row["failed"], row["unknown"]) for row in rows]
        assert counts == [(one["passed"], one["failed"], one["unknown"]) for one in small_run.info["gates"]]
    assert any("365" in row["what"] for row in details(small_run)["checks"])


def test_every_label_of_a_tier_file_has_words_in_both_languages() -> None:
    labels = {band.label for profile in tiers.profiles().values() for band in profile.bands}
    labels |= {"tiny audience", "small audience", "unknown audience", tiers.WIDELY_FOLLOWED}
    for language in LANGUAGES:
        assert [label for label in sorted(labels) if not Catalogue(language).has(find_label(label))] == []


def test_the_first_screen_can_link_to_how_people_are_labelled(small_run: graphkoc.Run, page: str) -> None:
    assert 'id="labels"' in page
    labels = details(small_run)["labels"]
    assert sum(row["people"] for row in labels["rows"]) == len(small_run.people)
    assert any(sentence.startswith("Xiaohongshu: up to 10,000 followers") for sentence in labels["sentences"])


def test_every_command_exists_and_a_client_gets_none(small_run: graphkoc.Run) -> None:
    for row in details(small_run)["commands"]:
        words = row["command"].removeprefix("graphkoc ").split()
        assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0, row["command"]
    facts = details(small_run, kind="client")
    assert [name for name in ANALYST_ONLY if facts[name] is not None] == []


def test_what_was_loaded_adds_up_file_by_file(small_run: graphkoc.Run) -> None:
    for row in details(small_run)["files"]:
        kinds = ("loaded", "duplicate", "conflict", "rejected", "skipped")
        assert row["read"] == sum(row[kind] for kind in kinds)


def test_the_glossary_is_last_and_has_every_term_in_the_readers_language(small_run: graphkoc.Run) -> None:
    for language in LANGUAGES:
        rows = section_facts(small_run, "glossary", language)["terms"]
        assert {row["term"]: row["meaning"] for row in rows} == read_glossary(language)
    assert find_sections()[-1].name == "glossary"


def test_outside_what_is_closed_the_section_is_short(page: str) -> None:
    section = re.search(r'<section id="details".*?</section>', page, re.DOTALL)
    assert section
    shown = re.sub(r"<details.*?</details>|<[^>]+>", " ", section[0], flags=re.DOTALL)
    assert len(shown.split()) <= 600

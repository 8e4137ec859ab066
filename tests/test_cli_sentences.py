"""What commands print where there is little or nothing: a true sentence with correct numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from little_store import asked, held, tables

import graphkoc
from graphkoc.text import count


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 40 people who wrote until March 2020, and a shop's customers who wrote nothing; one run of it."""
    folder = tmp_path_factory.mktemp("sentences")
    customers = pd.DataFrame({"consumer": ["crm:1", "crm:2"], "platform": "crm"})
    with held(folder / "graphkoc.lbug", tables(range(40)), {"consumers": customers}) as store:
        graphkoc.analyse(store, folder / "runs" / "one")
    return folder


@pytest.mark.parametrize(
    ("number", "nouns", "words"),
    [
        (0, "reviews", "0 reviews"),
        (1, "reviews", "1 review"),
        (1.0, "people", "1 person"),
        (1.2, "reviews", "1 review"),
        (1, "identities", "1 identity"),
        (1, "known followers", "1 known follower"),
        (1204, "people", "1,204 people"),
    ],
)
def test_a_count_of_one_has_a_singular_noun(number: float, nouns: str, words: str) -> None:
    assert count(number, nouns) == words


def test_a_load_of_one_row_says_one_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reviews.csv").write_text("review,consumer,created_at\n1,anna,2025-01-01\n")
    printed = asked(tmp_path, monkeypatch, "load", "csv", "reviews.csv").stderr
    assert "Loaded: 1 review, 1 consumer." in " ".join(printed.split())
    assert "reviews 1 new, 0 changed, 0 known; consumers 1 new, 0 changed, 0 known." in " ".join(printed.split())
    assert asked(tmp_path, monkeypatch, "identity", "report").stdout.startswith("1 account, 1 person\n")


def test_a_load_that_brings_nothing_new_says_that_all_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reviews.csv").write_text("review,consumer,created_at\n1,anna,2025-01-01\n")
    asked(tmp_path, monkeypatch, "load", "reviews.csv")
    again = " ".join(asked(tmp_path, monkeypatch, "load", "reviews.csv").stderr.split())
    assert "In the store: reviews 0 new, 0 changed, 1 known; consumers 0 new, 0 changed, 1 known." in again
    printed = json.loads(asked(tmp_path, monkeypatch, "load", "reviews.csv", "--format", "json").stdout)
    counts = {fate: {name: printed[fate][name] for name in ("reviews", "consumers")} for fate in ("new", "known")}
    assert counts == {"new": {"reviews": 0, "consumers": 0}, "known": {"reviews": 1, "consumers": 1}}


def test_a_crawl_around_a_few_accounts_is_named_wherever_its_people_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tables(range(40))
    given["reviews"] = given["reviews"].assign(consumer=[f"csv:{at % 3}" for at in range(80)], product=None)
    with held(tmp_path / "graphkoc.lbug", given):
        pass
    crawl = "80 notes by 3 authors: collected around a few accounts, so not a sample of KOCs"
    assert f"\n{crawl}\n" in asked(tmp_path, monkeypatch, "analyse").stdout
    assert f"These are {crawl}." in " ".join(asked(tmp_path, monkeypatch, "kocs").stderr.split())
    assert crawl in json.loads(asked(tmp_path, monkeypatch, "explain", "csv:1", "--format", "json").stdout)["cautions"]


def test_reviews_of_one_day_are_dated_and_support_no_forecast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tables(range(40))
    given["reviews"] = (
        given["reviews"].assign(created_at=pd.Timestamp("2024-05-01")).astype({"created_at": "datetime64[us]"})
    )
    with held(tmp_path / "graphkoc.lbug", given) as store:
        run = graphkoc.analyse(store, tmp_path / "runs" / "one")
    assert run.info["counts"]["first_review"] == run.info["counts"]["last_review"] == "2024-05-01T00:00:00"
    assert set(run.people["gate_active"]) == {"passed"}
    assert run.info["score"]["kind"] == "percentiles"
    assert "data to 1 May 2024" in graphkoc.make_document(run)["sections"]["first"]["subline"]


def test_an_analysis_long_after_all_reviews_says_why_there_is_no_list(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asked(folder, monkeypatch, "analyse", "--until", "2031-01-01", "--out", "later/run")
    printed = " ".join(done.stdout.split())
    assert "No list: " in printed
    assert "nobody has reviewed in the year before 2031-01-01; the newest review is of 2020-03-20" in printed


def test_an_analysis_before_all_reviews_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(folder, monkeypatch, "analyse", "--until", "2019-12-31", "--out", "earlier/run", code=6)
    assert "Error: no review is known to be from before 2019-12-31" in done.stderr
    assert not (folder / "earlier").exists()


def test_a_platform_without_reviews_is_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(folder, monkeypatch, "analyse", "--platform", "crm", "--out", "crm/run", code=6)
    assert "Error: there are no reviews on the platform crm" in done.stderr


def test_a_file_without_a_known_suffix_is_refused_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted((folder / "runs").iterdir())
    done = asked(folder, monkeypatch, "analyse", "-o", "nosuffix", code=2)
    assert "graphkoc does not write files without a suffix" in done.stderr
    assert sorted((folder / "runs").iterdir()) == before
    assert "reading the store" not in done.stderr


def test_tiers_that_do_not_exist_are_named_before_a_run_that_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there are no tiers called 'nosuch'" in asked(tmp_path, monkeypatch, "tiers", "nosuch", code=2).stderr
    assert "there is no run in runs/" in asked(tmp_path, monkeypatch, "tiers", "prizm", code=2).stderr


def test_audiences_are_whole_numbers_wherever_they_are_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = graphkoc.find_run(str(folder / "runs" / "one"))
    stated = run.people.assign(platform="instagram", followers=[7_000.0] * 40 + [None, None])
    moved = graphkoc.list_moved(run.replaced(people=stated), "prizm")
    assert [(row["followers"], row["audience"]) for row in moved[:1]] == [(7_000, 0)]
    assert {type(row[name]) for row in moved for name in ("followers", "audience")} <= {int, type(None)}
    printed = asked(folder, monkeypatch, "tiers", "prizm", "runs/one").stdout
    assert ".000" not in printed


def test_suggestions_with_a_limit_are_not_the_whole_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(folder, monkeypatch, "identity", "suggest", "--limit", 2, "--format", "json")
    found = json.loads(done.stdout)
    assert sorted(found) == ["accounts", "linked", "match_rate", "persons", "suggestions", "unknown"]
    assert (found["accounts"], found["suggestions"]) == (42, [])


def test_a_list_of_links_with_other_columns_says_which_it_needs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "people.csv").write_text("name,city,why\nAnna,Bonn,in person\nBea,Ulm,in person\n")
    done = asked(folder, monkeypatch, "identity", "link", "--file", "people.csv", code=3)
    assert "Error: people.csv has the columns 'name', 'city', 'why', and no account in 'name'" in done.stderr
    assert "It needs the columns account, other and why; an account is written source:id." in done.stderr


def test_an_export_prints_what_the_import_has_to_report_and_its_command(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = asked(folder, monkeypatch, "export", "--bulk", tmp_path / "out").stdout
    done = json.loads(asked(folder, monkeypatch, "export", "--bulk", tmp_path / "out", "--format", "json").stdout)
    rows = {row["name"]: row["rows"] for row in done["rows"]}
    assert (rows["Consumer"], rows["Review"], rows["FOLLOWS"]) == (42, 80, 200)
    numbers = {kind: sum(r["rows"] for r in done["rows"] if r["kind"] == kind) for kind in ("node", "relationship")}
    assert (done["reported"]["nodes"], done["reported"]["relationships"]) == tuple(numbers.values())
    assert f"The import has to report {numbers['node']:,} nodes, {numbers['relationship']:,} relationships" in printed
    assert printed.splitlines()[-1] == "neo4j-admin database import full neo4j @import.args"
    for option in (tmp_path / "out" / "import.args").read_text().splitlines():
        for file in option.partition("=")[2].rpartition("=")[2].split(",") if option.startswith(("--n", "--r")) else ():
            assert (tmp_path / "out" / file).exists(), option
    asked(folder, monkeypatch, "export", code=2)

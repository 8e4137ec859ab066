"""An analysis that leaves out circles and the check against the past: all else is the same, and everything says so."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command import run as graphkoc_command
from little_store import held, tables
from refreshed import WEEK, add_reviews, read_log, write_place
from report_pages import section_facts
from small_run import BRAND, small_market

import graphkoc
from graphkoc.analysis import Settings, analyse
from graphkoc.errors import UsageError
from graphkoc.progress import ANALYSING, SKIPPABLE, Clock, list_steps
from graphkoc.report import make_document, render, render_markdown
from graphkoc.runs.tables import TABLES

BOTH = ("circles", "backtest")
OF_CIRCLES = {"members", "circles", "carries", "bridges", "circle_bridges", "words", "exemplars", "events"}
"""Tables with rows that are of circles, or counted by them."""
KINDS = ("bubbles", "lifelines", "members", "words", "exemplars", "events")
"""Tables with rows of niches and of circles."""
OF_TIMES = {"started_at", "seconds"}
CHECKED = {"backtest", "backtest_why_not", "backtest_lacks"}


def make_run(folder: Path, name: str, skip: tuple[str, ...] = (), previous: graphkoc.Run | None = None) -> graphkoc.Run:
    """A saved run of the small market, with the steps that it took in info["taken"]."""
    taken: dict[str, None] = {}
    clock = Clock(lambda step, *_: taken.setdefault(step))
    settings = Settings(brand=BRAND, skip=skip)
    run = analyse(small_market(60), folder / name, settings, clock, previous=previous, processes=1)
    run.save()
    return run.replaced(info=run.info | {"taken": [*taken]})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, graphkoc.Run]:
    """first and full, which look for everything; short, which leaves out both; later, which continues short."""
    folder = tmp_path_factory.mktemp("skipped")
    first = make_run(folder, "first")
    short = make_run(folder, "short", BOTH, first)
    return {
        "first": first,
        "short": short,
        "full": make_run(folder, "full", previous=first),
        "later": make_run(folder, "later", previous=short),
    }


def of_niches(run: graphkoc.Run, name: str) -> pd.DataFrame:
    table = run.table(name)
    return table[table["kind"] == "niche"].reset_index(drop=True)


def test_what_does_not_depend_on_what_is_left_out_is_that_of_a_full_run(runs: dict[str, graphkoc.Run]) -> None:
    short, full = runs["short"], runs["full"]
    assert len(full.circles) > 1
    different = {name for name in TABLES if not short.table(name).equals(full.table(name))}
    assert different == OF_CIRCLES | {"people", "changes"}
    assert [name for name in full.people if not full.people[name].equals(short.people[name])] == ["circle"]
    for name in KINDS:
        pd.testing.assert_frame_equal(of_niches(short, name), of_niches(full, name))
    unlike = {name for name in full.info if short.info[name] != full.info[name]} - OF_TIMES - {"taken"}
    assert unlike <= CHECKED | {"circles", "churn", "settings"}
    assert short.info["churn"] == {"niche": full.info["churn"]["niche"]}


@pytest.mark.parametrize(("skip", "same"), [(("circles",), CHECKED), (("backtest",), {"circles", "churn"})])
def test_each_is_left_out_by_itself(
    runs: dict[str, graphkoc.Run], tmp_path: Path, skip: tuple[str, ...], same: set[str]
) -> None:
    run = make_run(tmp_path, "one", skip, runs["first"])
    assert {name: run.info[name] for name in same} == {name: runs["full"].info[name] for name in same}
    assert run.skipped == skip
    assert ("circles" in skip) == run.circles.empty
    left_out = {step for name in skip for step in SKIPPABLE[name]}
    assert not left_out & set(run.info["taken"])


def test_the_steps_that_are_expected_are_those_that_are_taken(runs: dict[str, graphkoc.Run]) -> None:
    assert list_steps() == ANALYSING
    for name in ("short", "later"):
        run = runs[name]
        taken = [step for step in run.info["taken"] if step in ANALYSING]
        assert ["reading the store", *taken] == list(list_steps(run.skipped))
    assert not [step for step in runs["short"].info["taken"] if "circle" in step and "match" not in step]


def test_circles_that_were_not_looked_for_keep_ids_names_and_places(runs: dict[str, graphkoc.Run]) -> None:
    short, later, full = runs["short"], runs["later"], runs["full"]
    assert short.circles.empty and short.members_of("circle", fringe=True).empty and short.circle_bridges.empty
    assert set(short.events["kind"]) == {"niche"}
    kept = [name for name in TABLES if not later.table(name).equals(full.table(name))]
    # Nobody counted the white space of circles in between.
    assert kept == ["circles", "changes"]
    unlike = [name for name in full.circles if not full.circles[name].equals(later.circles[name])]
    assert unlike == ["white_people_before"]
    assert set(later.events.loc[later.events["kind"] == "circle", "event"]) == {"same"}


def test_names_are_remembered_over_several_runs_that_look_for_no_circle(
    runs: dict[str, graphkoc.Run], tmp_path: Path
) -> None:
    named = runs["first"].replaced(circles=runs["first"].circles.assign(name="Old hands"))
    one = make_run(tmp_path, "one", BOTH, named)
    two = make_run(tmp_path, "two", BOTH, one)
    assert one.info["circles"]["names"] == two.info["circles"]["names"]
    assert set(two.info["circles"]["names"].values()) == {"Old hands"}
    assert make_run(tmp_path, "alone", BOTH).info["circles"]["names"] == {}


def test_merged_circles_are_merged_again_when_they_are_looked_for(
    runs: dict[str, graphkoc.Run], tmp_path: Path
) -> None:
    for name in ("first", "short", "later"):
        shutil.copytree(runs[name].folder, tmp_path / name)
    before = graphkoc.find_run(str(tmp_path / "first"))
    first, second = before.circles["circle"][:2]
    graphkoc.merge_groups(before, "circle", [first, second])
    short, later = (graphkoc.find_run(str(tmp_path / name)) for name in ("short", "later"))
    assert short.circles.empty
    assert short.people.equals(runs["short"].people)
    assert {*later.circles["circle"]} == {*before.circles["circle"]} - {second}


def test_a_comparison_names_the_setting_and_lists_no_circle(runs: dict[str, graphkoc.Run]) -> None:
    for before, after in (("first", "short"), ("short", "later")):
        found = graphkoc.compare_runs(runs[before], runs[after])
        assert [one["setting"] for one in found["settings"]] == ["skip"]
        assert found["groups"] == []
        assert found["circles_why_not"]
        assert found["white_space"] == {"before": None, "now": None}
        words = graphkoc.describe_comparison(found)
        assert any("skip none before, circles, backtest now" in line for line in words) == (after == "short")
        assert "Circles are not compared: one of the two runs did not look for circles, on request." in words
        assert not [line for line in words if "gone" in line and "circle c" in line]
        changes = runs[after].changes
        assert list(changes.loc[changes["change"] == "settings", "why"]) == ["skip"]
        assert not changes["change"].str.startswith("group_").any()
    alike = graphkoc.compare_runs(runs["first"], runs["full"])
    assert (alike["settings"], alike["circles_why_not"]) == ([], None)
    # A run of an earlier version, whose settings do not know the choice, left nothing out.
    older = runs["first"].replaced(
        info=runs["first"].info
        | {"settings": {name: value for name, value in runs["first"].info["settings"].items() if name != "skip"}}
    )
    assert older.skipped == ()
    assert graphkoc.compare_runs(older, runs["full"])["settings"] == []


def test_the_sentences_of_a_run_say_that_it_was_asked_for(runs: dict[str, graphkoc.Run]) -> None:
    short = runs["short"]
    words = graphkoc.describe_run(short)
    assert "circles were not looked for, on request (--skip circles)" in words
    assert "Not checked against the past: the check was left out on request (--skip backtest)." in words
    absence = "Circles were not looked for, on request (--skip circles)."
    assert graphkoc.describe_absence(short, "circle") == absence
    assert short.info["settings"]["skip"] == list(BOTH)


REQUESTED = {
    "en": (
        "Not checked against the past: the check was left out on request.",
        "Circles were not looked for, on request.",
        "Left out on request",
        "circles and the check against the past",
    ),
    "zh": (
        "未用历史数据检验：已按要求略过该检验。",
        "已按要求略过圈层查找。",
        "按要求略过",
        "圈层查找和历史数据检验",
    ),
}


@pytest.mark.parametrize("language", list(REQUESTED))
def test_the_report_says_that_it_was_asked_for(runs: dict[str, graphkoc.Run], language: str) -> None:
    short, (unchecked, unsought, setting, value) = runs["short"], REQUESTED[language]
    trust = section_facts(short, "trust", language)
    assert (trust["tested"], trust["lacks"], trust["short"]) == (False, "request", unchecked)
    details = section_facts(short, "details", language)
    assert details["groups"]["circle"] == unsought
    assert {"name": setting, "value": value} in details["settings"]
    assert details["bridges"] == []
    assert not [row for row in details["commands"] if "circle" in row["command"]]
    (differs,) = section_facts(short, "changes", language)["settings"]
    assert differs.startswith(setting) and value in differs
    niches = section_facts(short, "niches", language)
    assert unsought in niches["notes"]
    assert niches["strip"] is niches["histogram"] is None
    assert {row["kind"] for row in niches["rows"]} == {"niche"}
    document = make_document(short, language)
    for text in (render(document), render_markdown(document)):
        assert unchecked in text
    assert unsought in render(document)
    assert unsought not in json.dumps(make_document(runs["full"], language), ensure_ascii=False)


def test_files_of_such_a_run_are_written_and_say_it(runs: dict[str, graphkoc.Run], tmp_path: Path) -> None:
    short = runs["short"]
    made = graphkoc.export_tables(short, tmp_path / "run.xlsx")
    assert made["sheets"]["circles"] == 0
    assert "circle" not in made["about"]
    about = {row["what"]: row["about"] for row in graphkoc.make_tables(short)[-1].rows}
    assert about["Circles"].endswith("Circles were not looked for, on request.")
    graphkoc.export_tables(short, tmp_path / "circles.csv", sheet="circles")
    network = short.network()
    assert network.circles == [] and (network.circle == -1).all()
    assert "data" in network.explorer()
    full = runs["full"].network()
    assert (full.niche == network.niche).all()


def test_what_cannot_be_left_out_is_a_usage_error_that_lists_what_can() -> None:
    with pytest.raises(UsageError, match="'circle'") as caught:
        Settings(skip=("backtest", "circle"))
    assert caught.value.hint == "It can leave out: circles, backtest."
    assert Settings(skip=("backtest", "circles", "backtest")).to_dict()["skip"] == list(BOTH)
    assert Settings().to_dict()["skip"] == []


def test_the_command_takes_the_names_from_the_file_too(tmp_path: Path) -> None:
    with held(tmp_path / "graphkoc.lbug", tables(range(60))):
        pass
    done = graphkoc_command("analyse", "--skip", "circle", cwd=tmp_path)
    assert (done.returncode, "circles, backtest" in done.stderr) == (2, True)
    assert not (tmp_path / "runs").exists()
    (tmp_path / "graphkoc.toml").write_text('[analyse]\nskip = "circles"\n', encoding="utf-8")
    done = graphkoc_command("analyse", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["skipped"] == ["circles"]
    assert "finding circles" not in done.stderr and "checking against the past" in done.stderr
    done = graphkoc_command("analyse", "--skip", " backtest,circles,", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["skipped"] == list(BOTH)
    done = graphkoc_command("circles", cwd=tmp_path)
    assert (done.returncode, "Circles were not looked for, on request" in done.stdout) == (0, True)
    assert "skip" in graphkoc_command("config", cwd=tmp_path).stdout


def test_refresh_leaves_out_what_the_file_says_for_analyses(tmp_path: Path) -> None:
    place = write_place(tmp_path / "place", '[refresh]\npaths = ["exports"]\n\n[analyse]\nskip = "backtest,circles"\n')
    done = graphkoc_command("refresh", cwd=place)
    assert done.returncode == 0, done.stderr
    (entry,) = read_log(place)
    run = graphkoc.find_run(str(place / "runs" / entry["run"]))
    assert run.skipped == BOTH
    (about,) = place.glob("reports/*/about.json")
    assert json.loads(about.read_text(encoding="utf-8"))["circles"] is None
    # The same choice in another order is no other setting.
    changed = '[refresh]\npaths = ["exports"]\n\n[analyse]\nskip = "circles, backtest"\n'
    (place / "graphkoc.toml").write_text(changed, encoding="utf-8")
    done = graphkoc_command("refresh", "--format", "json", cwd=place)
    assert json.loads(done.stdout)["outcome"] == "unchanged"
    add_reviews(place, WEEK)
    (place / "graphkoc.toml").write_text('[refresh]\npaths = ["exports"]\n', encoding="utf-8")
    done = graphkoc_command("refresh", "--format", "json", cwd=place)
    assert graphkoc.find_run(str(place / "runs" / json.loads(done.stdout)["run"])).skipped == ()


@pytest.fixture(scope="module")
def brand(brand_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented brand, analysed once more without both; its run short continues the run of everything."""
    folder = Path(shutil.copytree(brand_output, tmp_path_factory.mktemp("skipped") / "brand"))
    ask(folder, "analyse", "--skip", "circles,backtest", "--out", "short")
    return folder


def ask(folder: Path, *words: object) -> Any:
    """What a command prints, as JSON."""
    done = graphkoc_command(*words, "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_plans_groups_and_files_are_made_of_such_a_run(brand: Path) -> None:
    plan = ask(brand, "plan", "short", "--budget", "800", "--launch", "2026-10-12")
    assert plan["people"]
    group = ask(brand, "focus-group", "short", "--category", "Kettles", "--size", "6")
    assert len([row for row in group["people"] if row["circle"] is None]) == 6
    for suffix in ("xlsx", "csv", "json", "gexf", "graphml", "html"):
        ask(brand, "export", "short", "-o", f"run.{suffix}")
        assert (brand / f"run.{suffix}").stat().st_size
    (person, *_) = ask(brand, "kocs", "short", "--limit", 1)
    assert "Not checked against the past" not in str(person)
    assert ask(brand, "similar", person["consumer"], "short")[0]["circle"] is None
    assert "left out on request" in json.dumps(ask(brand, "explain", person["consumer"], "short"))


def test_the_graph_has_no_circle_of_such_a_run_and_has_them_of_the_next(brand: Path) -> None:
    with_circles = graphkoc.find_run(str(brand / "run"))
    assert ask(brand, "query", "circle_reach") == []
    assert ask(brand, "query", "niche_reach")
    with closing(graphkoc.open_store(f"ladybug:{brand / 'graphkoc.lbug'}")) as store:
        (shown,) = store.read("MATCH (r:Run) WHERE r.shown = 'yes' RETURN r.signal AS signal, r.warning AS warning")[
            ["signal", "warning"]
        ].to_dict("records")
        assert shown["signal"] == "not checked"
        assert "left out on request" in shown["warning"]
        again = graphkoc.analyse(store, brand / "again", Settings(skip=("backtest",)))
    columns = ["circle", "name", "people", "stability"]
    pd.testing.assert_frame_equal(again.circles[columns], with_circles.circles[columns])
    assert len(ask(brand, "query", "circle_reach")) == len(again.circles)

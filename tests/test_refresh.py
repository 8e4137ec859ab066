"""Refresh: what is new is loaded, analysed and reported; what fails or is killed leaves the last report as it is."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from command import run
from refreshed import WEEK, add_reviews, list_folders, read_index, read_log, write_place
from report_pages import HOSTILE, Page

from graphkoc.files import working_folder
from graphkoc.report.index import render_index

FILES = {"about.json", "facts.json", "facts-client.json", "report.html", "report-client.html", "report.md"}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was refreshed once; only to be read or copied."""
    folder = write_place(tmp_path_factory.mktemp("first") / "place")
    done = run("refresh", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def place(first: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(first, tmp_path / "place"))


def read_reports(folder: Path) -> dict[str, bytes]:
    """Every file of every report, and the copy of the newest."""
    files = [path for path in (folder / "reports").rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if path.name not in ("index.html", "refreshes.jsonl")}


def test_the_first_refresh_loads_analyses_and_reports(first: Path) -> None:
    (name,) = list_folders(first)
    assert {path.name for path in (first / "reports" / name).iterdir()} == FILES
    assert (first / "reports/latest.html").read_bytes() == (first / "reports" / name / "report.html").read_bytes()
    (entry,) = read_log(first)
    assert {key: entry[key] for key in ("outcome", "report", "analysed", "new", "changed", "rejected", "unread")} == {
        "outcome": "reported", "report": name, "analysed": True, "new": 484, "changed": 0, "rejected": 0, "unread": 0,
    }  # fmt: skip
    assert (first / "runs" / entry["run"] / "run.json").is_file()
    text, linked = read_index(first)
    assert linked == [name]
    assert "60 people" in text and "It made a new report" in text


def test_a_day_without_new_data_says_so_and_ends_with_0(place: Path) -> None:
    before, runs = read_reports(place), list((place / "runs").iterdir())
    done = run("refresh", "--format", "json", cwd=place)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "unchanged"
    assert read_reports(place) == before
    assert list((place / "runs").iterdir()) == runs
    assert "There was nothing new" in read_index(place)[0]
    shutil.rmtree(place / "exports")
    (place / "exports").mkdir()
    done = run("refresh", cwd=place)
    assert (done.returncode, "Nothing is new since the last report." in done.stdout) == (0, True)
    assert read_reports(place) == before


def test_new_data_make_a_new_report_that_continues_the_run_before(place: Path) -> None:
    add_reviews(place, WEEK)
    done = run("refresh", "--keep", 2, "--format", "json", cwd=place)
    assert done.returncode == 0, done.stderr
    entries = read_log(place)
    assert [entry["outcome"] for entry in entries] == ["reported", "reported"]
    assert (entries[1]["new"], entries[1]["analysed"]) == (14, True), "reviews, and the products that they are of"
    info = json.loads((place / "runs" / entries[1]["run"] / "run.json").read_text())
    assert info["previous"]["run"] == entries[0]["run"]
    names = [entry["report"] for entry in entries]
    assert (list_folders(place), read_index(place)[1]) == (names, names[::-1])
    # What a report says may change without new data, and then it is made again of the same run.
    done = run("refresh", "--keep", 1, "--lang", "zh", "--format", "json", cwd=place)
    assert done.returncode == 0, done.stderr
    last = read_log(place)[-1]
    assert (last["outcome"], last["analysed"], last["run"]) == ("reported", False, entries[1]["run"])
    assert (list_folders(place), read_index(place)[1]) == ([last["report"]], [last["report"]])
    assert 'lang="zh-CN"' in (place / "reports/latest.html").read_text(encoding="utf-8")


def test_other_settings_are_another_analysis(place: Path) -> None:
    with (place / "graphkoc.toml").open("a") as sink:
        sink.write("[analyse]\nmin_size = 5\n")
    assert run("refresh", cwd=place).returncode == 0
    before, after = read_log(place)
    assert (after["analysed"], after["new"]) == (True, 0)
    assert json.loads((place / "runs" / after["run"] / "run.json").read_text())["settings"]["min_size"] == 5
    assert before["run"] != after["run"]


def test_a_refresh_that_fails_leaves_the_reports_and_says_so_everywhere(place: Path) -> None:
    before = read_reports(place)
    shutil.rmtree(place / "exports")
    done = run("refresh", "--on-fail", 'printf %s "$GRAPHKOC_ERROR" > failed.txt', cwd=place)
    assert done.returncode == 3
    error = read_log(place)[-1]
    assert (error["outcome"], "exports" in error["error"]) == ("failed", True)
    assert (place / "failed.txt").read_text() == error["error"]
    assert f"Error: {error['error']}\n" in done.stderr
    assert read_reports(place) == before
    text, linked = read_index(place)
    assert (linked, "It failed" in text, error["error"] in text) == (list_folders(place), True, True)


def test_a_command_for_failures_that_fails_itself_is_one_sentence(place: Path) -> None:
    shutil.rmtree(place / "exports")
    done = run("refresh", "--on-fail", "exit 3", cwd=place)
    assert done.returncode == 3
    assert "The command of --on-fail ended with exit code 3." in done.stderr
    assert "Traceback" not in done.stderr


def test_rejected_rows_are_reported_and_do_not_break_the_chain(place: Path) -> None:
    add_reviews(place, WEEK)
    with (place / "exports/reviews.csv").open("a") as sink:
        sink.write("wrong,0,p1,2020-13-45\n")
    done = run("refresh", cwd=place)
    assert done.returncode == 7, done.stderr
    assert "graphkoc-rejects-csv.csv gives the reasons for 1 row rejected." in done.stderr
    assert (read_log(place)[-1]["outcome"], read_log(place)[-1]["rejected"]) == ("reported", 1)
    assert "Not taken: 1 row." in read_index(place)[0]
    assert run("refresh", "--ok-rejected", cwd=place).returncode == 0
    (place / "exports/reviews.csv").write_text("who,what\n1,2\n")
    assert run("refresh", "--ok-rejected", cwd=place).returncode == 3


def test_one_refresh_at_a_time(place: Path) -> None:
    log = read_log(place)
    with working_folder(place / "reports/refresh"):
        done = run("refresh", "--on-fail", "touch failed", cwd=place)
    assert done.returncode == 5
    assert "another refresh is writing to reports" in done.stderr
    assert (read_log(place), (place / "failed").exists()) == (log, False)
    assert run("refresh", cwd=place).returncode == 0


def test_what_a_killed_refresh_did_not_come_to_is_done_by_the_next(place: Path) -> None:
    (entry,) = read_log(place)
    (place / "reports/refreshes.jsonl").unlink()
    (place / "reports/latest.html").unlink()
    (place / "reports/index.html").unlink()
    assert run("forget-run", entry["run"], cwd=place).returncode == 0
    done = run("refresh", cwd=place)
    assert done.returncode == 0, done.stderr
    (made_good,) = read_log(place)
    assert (made_good["outcome"], made_good["report"], made_good["analysed"]) == ("reported", entry["report"], False)
    assert json.loads(run("status", "--format", "json", cwd=place).stdout)["shown"] == entry["run"]
    assert (read_index(place)[1], (place / "reports/latest.html").is_file()) == ([entry["report"]], True)
    # Whoever takes the run out of the store afterwards does not find it there again.
    assert run("forget-run", entry["run"], cwd=place).returncode == 0
    assert run("refresh", cwd=place).returncode == 0
    assert json.loads(run("status", "--format", "json", cwd=place).stdout)["shown"] is None


def test_a_folder_that_is_no_report_is_never_removed(place: Path) -> None:
    (place / "reports/mine").mkdir()
    (place / "reports/mine/about.json").write_text("[]")
    assert run("refresh", "--keep", 1, "--lang", "zh", cwd=place).returncode == 0
    assert "mine" in list_folders(place)
    assert len(list_folders(place)) == 2


def kill_refresh(place: Path, seconds: float) -> bool:
    """Kill a refresh after so many seconds; whether it was killed before its end."""
    hidden = {name: value for name, value in os.environ.items() if not name.startswith("GRAPHKOC_")}
    words = [sys.executable, "-m", "graphkoc", "-q", "refresh", "--keep", "2"]
    with subprocess.Popen(words, cwd=place, env=hidden, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as begun:
        try:
            begun.wait(seconds)
        except subprocess.TimeoutExpired:
            begun.send_signal(signal.SIGKILL)
        return begun.wait() != 0


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_a_refresh_that_is_killed_leaves_the_last_report_and_the_next_one_is_clean(place: Path, kills: int) -> None:
    day = WEEK[-1]
    start = time.monotonic()
    assert not kill_refresh(place, 600)
    lasts = time.monotonic() - start
    for turn in range(kills):
        day += timedelta(days=1)
        add_reviews(place, [day])
        kill_refresh(place, random.Random(turn).uniform(0.2, 1.1) * lasts)
        newest = Page((place / "reports/latest.html").read_text(encoding="utf-8"))
        assert "report" in newest.text.casefold()
        linked = read_index(place)[1]
        assert linked
        for name in linked:
            json.loads((place / "reports" / name / "facts.json").read_text(encoding="utf-8"))
    done = run("refresh", "--keep", 2, cwd=place)
    assert done.returncode == 0, done.stderr
    last = read_log(place)[-1]
    facts = json.loads((place / "reports" / last["report"] / "facts.json").read_text(encoding="utf-8"))
    assert facts["as_of"][:10] == str(day)
    assert read_index(place)[1] == list_folders(place)[::-1]
    assert len(list_folders(place)) <= 2
    newest = place / "reports" / last["report"] / "report.html"
    assert newest.read_bytes() == (place / "reports/latest.html").read_bytes()
    assert not [path.name for path in (place / "reports").iterdir() if path.name.startswith(".")]


def test_the_list_of_reports_lets_no_name_be_markup() -> None:
    about = {
        "folder": "2026-12-07T060000", "made_at": "2026-12-07T06:00:00+00:00", "as_of": "2026-12-06T00:00:00",
        "notice": None, "people": 60, "kocs": 5, "changed": None, "rejected": 1, "unread": 2,
    }  # fmt: skip
    rows = [about | {"titles": {"analyst": name or ""}} for name in HOSTILE]
    last = {"time": "2026-12-07T06:00:00+00:00", "outcome": "failed", "error": "<script>alert(1)</script>\u202e"}
    for language in ("en", "zh"):
        page = Page(render_index(rows, last, language))
        assert not [tag for tag, _ in page.elements if tag in ("script", "img", "svg", "iframe", "object")]
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "Not taken: 1 row and 2 files." in Page(render_index(rows, None, "en")).text

"""The command line: what every command has, what the commands of the example print, and how errors end.

Commands run in a process of their own only where that matters: interrupts, pipes and full disks.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import duckdb
import pandas as pd
import pytest
from command import run, run_process
from small_example import write_small_example

import graphkoc
from graphkoc import assets
from graphkoc.cli import cli
from graphkoc.runs.tables import TABLES

ROWS = "1,10,1,5,4,959670000\n2,10,1,3,4,959756400\n"


def small(folder: Path, ratings: str | bytes = ROWS) -> Path:
    """A folder of ciao's files with few rows."""
    folder.mkdir(exist_ok=True)
    data = ratings if isinstance(ratings, bytes) else ratings.encode()
    (folder / "ratings.csv").write_bytes(b"user,item,category,rating,helpfulness,timestamp\n" + data)
    (folder / "trust.csv").write_text("truster,trustee\n1,2\n")
    (folder / "category.txt").write_text("1 DVDs\n")
    return folder


def held(path: Path) -> dict[str, object]:
    """Rows and hashes of all that a store holds. (The file's own bytes may differ in a header.)"""
    store = graphkoc.open_store(f"ladybug:{path}")
    try:
        projection = graphkoc.project(store)
        return projection.inputs() | {"loads": projection.loads.to_dict("records"), "status": graphkoc.status(store)}
    finally:
        store.close()


@pytest.fixture(scope="module")
def place(demo_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `graphkoc demo` has run."""
    return Path(shutil.copytree(demo_output, tmp_path_factory.mktemp("demo") / "place"))


@pytest.fixture(scope="module")
def small_place(part_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for a part of the example, for commands that analyse."""
    folder = tmp_path_factory.mktemp("part")
    shutil.copytree(part_output, folder / "graphkoc-demo")
    return folder


def read_json(place: Path, *args: object, code: int = 0) -> object:
    """What a command prints as JSON on the store of the example."""
    done = run("--store", "ladybug:graphkoc-demo/graphkoc.lbug", *args, "--format", "json", cwd=place)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_demo_does_the_main_job_in_an_empty_folder(place: Path) -> None:
    page = (place / "graphkoc-demo" / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) <= 1_000_000
    assert "<html" in page
    kept = {path.name for path in (place / "graphkoc-demo" / "run").iterdir()}
    assert kept == {"run.json", *(f"{name}.parquet" for name in TABLES)}
    assert {path.name for path in (place / "graphkoc-demo").iterdir()} == {"graphkoc.lbug", "run", "report.html"}


def test_demo_prints_its_keys_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small_example(tmp_path / "examples" / "ciao", people=60)
    shipped = assets.folder
    monkeypatch.setattr(assets, "folder", lambda name: tmp_path / name if name == "examples" else shipped(name))
    done = run("-q", "demo", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert set(made) >= {"report", "run", "seconds"}
    assert (tmp_path / made["report"]).is_file()
    assert graphkoc.find_run(str(tmp_path / made["run"])).info["counts"]["consumers"] == 60


def test_the_backtest_prints_what_the_analysis_found(small_place: Path) -> None:
    tested = read_json(small_place, "backtest")
    assert set(tested) >= {"splits", "candidates", "credit", "rows", "placebos", "verdict"}
    found = graphkoc.find_run(str(small_place / "graphkoc-demo" / "run")).info["backtest"]
    assert {key: found[key] for key in tested if key != "parts"} == {k: v for k, v in tested.items() if k != "parts"}


def test_the_backtest_gives_the_figures_that_were_measured(ciao_run: graphkoc.Run) -> None:
    tested = ciao_run.info["backtest"]
    means = {row["ranking"]: row["mean"] for row in tested["rows"]}
    measured = {
        "audience": 0.139,
        "pagerank": 0.161,
        "core": 0.079,
        "reviews": 0.166,
        "past_credit": 0.288,
        "formula": 0.317,
        "activity": 0.313,
        "oracle": 0.657,
    }
    for ranking, mean in measured.items():
        assert means[ranking] == pytest.approx(mean, abs=0.001), ranking
    assert tested["candidates"] == {"definition": "eligible", "n": [405, 427, 378, 300, 239], "listed_unchecked": 0}
    assert tested["n"] == [20] * 5
    assert [round(credit) for credit in tested["credit"]] == [121, 123, 154, 96, 128]
    hits = {row["ranking"]: [round(hit) for hit in row["hits"]] for row in tested["rows"]}
    assert hits["formula"] == [13, 8, 14, 14, 16]
    assert hits["audience"] == [10, 7, 5, 5, 9]
    assert hits["random"] == [6, 4, 4, 5, 6]
    real, back, shuffled = tested["placebos"]
    assert real["credit"] == pytest.approx(124.4, abs=0.5)
    assert 0.8 * real["credit"] < back["credit"] < real["credit"]
    assert shuffled["credit"] < real["credit"] / 2
    assert "no evidence that they cause" in tested["verdict"]


def test_the_lists_have_the_keys_that_scripts_rest_on(place: Path) -> None:
    kocs = read_json(place, "kocs", "graphkoc-demo/run", "--limit", 5)
    assert [row["rank"] for row in kocs] == [1, 2, 3, 4, 5]
    assert set(kocs[0]) == {
        "rank", "consumer", "name", "platform", "tier", "audience", "ties", "niche", "circle", "score", "kind", "low",
        "high",
        "engagement_rate", "origin", "reasons", "label", "industry", "gates", "patterns",
        "role", "followers", "audience_coverage", "posts", "posts_engaged", "accounts", "client",
        "handle", "url", "main_type", "main_type_share", "last_review", "quote",
        "quality", "quality_texts", "quality_unknown", "quality_why", "formula", "checks",
    }  # fmt: skip
    assert all(row["reasons"] and row["tier"] == "small" for row in kocs)
    niches = read_json(place, "niches", "graphkoc-demo/run")
    assert set(niches[0]) == {
        "niche", "name", "parent", "level", "basis", "category", "evidence", "words", "people", "kocs", "kols",
        "kol_reach", "koc_reach", "white_space", "white_space_koc", "circles", "change", "brand",
        "kol_audience_coverage", "kol_posts_coverage", "wide", "parts",
    }  # fmt: skip
    assert len(niches) >= 25
    circles = read_json(place, "circles", "graphkoc-demo/run")
    assert set(circles[0]) == {
        "circle", "name", "evidence", "words", "people", "stability", "status", "cohort_ratio", "tightness", "card",
        "niches", "kocs", "change", "kols", "wide", "parts", "white_space", "white_space_koc",
    }  # fmt: skip
    assert {row["status"] for row in circles} <= {"published", "tentative"}
    people = [row["confidence"] for row in read_json(place, "members", "c1", "graphkoc-demo/run")]
    assert people == sorted(people, reverse=True)
    assert sum(confidence >= 0.5 for confidence in people) == circles[0]["people"]
    members = read_json(place, "members", niches[0]["name"], "graphkoc-demo/run")
    assert len(members) == niches[0]["people"]
    assert set(members[0]) == {"consumer", "group", "confidence", "part"}
    inside = read_json(place, "kocs", "graphkoc-demo/run", "--niche", "beauty", "--limit", 1000)
    assert len(inside) == next(row["kocs"] for row in niches if row["niche"] == "beauty")


def test_a_score_is_the_sum_of_its_parts_and_each_part_has_a_query_that_gives_it(small_place: Path) -> None:
    made = graphkoc.find_run(str(small_place / "graphkoc-demo" / "run"))
    smallest, widest = made.people["audience"].argmin(), made.people["audience"].argmax()
    for consumer in [*made.kocs(limit=2)["consumer"], *made.people["consumer"].iloc[[smallest, widest]]]:
        why = read_json(small_place, "explain", consumer, "graphkoc-demo/run")
        assert set(why) >= {"consumer", "score", "parts", "tier", "niche", "cautions"}
        assert sum(part["points"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-9)
        assert sum(pillar["points"] for pillar in why["pillars"]) == pytest.approx(why["score"], abs=1e-9)
        for part in why["parts"]:
            assert set(part) >= {"part", "pillar", "value", "points", "percentile", "query"}
            with duckdb.connect() as connection:
                found = connection.execute(part["query"].replace("graphkoc-demo", str(small_place / "graphkoc-demo")))
                assert found.fetchone()[0] == pytest.approx(part["value"], rel=1e-9, abs=1e-9), part["part"]


def test_a_list_states_its_kind_of_score_and_how_it_did_in_the_backtest(place: Path) -> None:
    printed = run("kocs", "graphkoc-demo/run", "--limit", 1, cwd=place).stderr
    assert printed.startswith(
        "Ranked by a forecast of the next 12 months. The score's top collected 38% of the follow-on reviews"
    )


def test_a_score_is_read_by_its_pillars_and_as_a_spreadsheet_with_its_queries(place: Path) -> None:
    why = read_json(place, "explain", "ciao:264", "graphkoc-demo/run")
    text, whole = (
        run("explain", "ciao:264", "graphkoc-demo/run", *more, cwd=place).stdout for more in ((), ("--all",))
    )
    assert text.startswith(
        f"ciao:264: {why['score']:.2f} points by the forecast, rank 2; small audience, 14 known followers\n"
    )
    lines = text.splitlines()
    assert lines[1] == "Client + content + audience"
    assert [line.split()[0] for line in lines[2:5]] == ["Client", "Content", "Audience"]
    assert lines[5] == "Score, as points of its pillars"
    for line, pillar in zip(lines[6:], why["pillars"], strict=False):
        assert line == f"  {pillar['points']:z6.2f}  {pillar['pillar']}: {pillar['what']}"
    first_gate = 7 + len(why["pillars"])
    assert lines[first_gate - 1] == "Eligibility gates"
    gates = lines[first_gate : first_gate + len(why["gates"])]
    assert [line.split()[0] for line in gates] == [gate["state"] for gate in why["gates"]]
    assert len(why["parts"]) == 42
    assert "The 42 numbers behind the pillars: --all." in lines
    for part in why["parts"]:
        assert f"  {part['what']}: " in whole
        assert f"  {part['what']}: " not in text
    assert len(whole.splitlines()) == len(lines) - 1 + 42
    assert "SELECT" not in whole
    sheet = run("explain", "ciao:264", "graphkoc-demo/run", "--format", "csv", cwd=place).stdout
    assert [row["query"] for row in csv.DictReader(io.StringIO(sheet))] == [part["query"] for part in why["parts"]]


def test_an_audience_of_nobody_earns_no_points(place: Path) -> None:
    people = graphkoc.find_run(str(place / "graphkoc-demo" / "run")).people
    alone = people[people["audience"] == 0]
    assert len(alone) > 100
    for pillar in ("reach", "influence"):
        assert (alone[f"{pillar}_points"] == 0).all()
    why = read_json(place, "explain", alone["consumer"].iloc[0], "graphkoc-demo/run")
    reach = [part["points"] for part in why["parts"] if part["pillar"] in ("reach", "influence")]
    assert len(reach) > 10
    assert set(reach) == {0}


def test_loading_again_changes_nothing(small_place: Path) -> None:
    store = small_place / "graphkoc-demo" / "graphkoc.lbug"
    before = held(store)
    printed = read_json(small_place, "load", "ciao", "graphkoc-demo/raw")
    (first,) = graphkoc.find_run(str(small_place / "graphkoc-demo" / "run")).info["loads"]
    assert printed["files"] == first["files"]
    fates = {"loaded": 16164, "duplicate": 4, "conflict": 0, "rejected": 0, "skipped": 0}
    assert printed["files"][1] == {
        "file": "ratings.csv.gz",
        "read": 16168,
        **fates,
        "layout": "",
        "why_skipped": {},
        "source": "ciao",
    }
    assert printed["tables"] == {"reviews": 16164, "follows": 15444, "consumers": 500, "products": 10411}
    assert printed["rejects"] is None
    assert held(store) == before


def test_status_says_what_there_is(place: Path) -> None:
    status = read_json(place, "status")
    assert set(status) == {"store", "dialect", "tables", "last_load", "runs", "shown", "notice"}
    assert status["tables"] | {} == {
        "consumers": 7375, "products": 105114, "reviews": 283728, "follows": 111781, "engagements": 0, "purchases": 0,
        "memberships": 0, "identities": 0, "campaigns": 0, "invitations": 0, "campaign_events": 0, "posts": 0,
        "campaign_units": 0, "feedback": 0,
    }  # fmt: skip


def test_doctor_says_what_an_analysis_can_rest_on(small_place: Path) -> None:
    checks = {check["check"]: check["ok"] for check in read_json(small_place, "doctor")}
    assert checks["reviews have dates"]
    assert not checks["follows have dates"]


def test_queries_are_listed_with_what_they_take_and_answer(place: Path) -> None:
    listed = {row["query"]: row for row in read_json(place, "queries")}
    assert [p["name"] for p in listed["explore/kocs/follow_on_reviews"]["parameters"]] == ["consumer", "limit"]
    assert listed["explore/audience/most_followed"]["title"] == "People with the most known followers"
    assert all(row["title"] and row["answers"] for row in listed.values())
    found = read_json(place, "query", "follow_on_reviews", "-p", "consumer=ciao:7")
    assert all(row["follow_on"] > row["first_review"] for row in found)
    assert len(found) == 2
    assert read_json(place, "query", "categories")[0]["category"] == "DVDs"


def test_the_analysis_is_written_back_for_queries(place: Path) -> None:
    kocs = read_json(place, "kocs", "graphkoc-demo/run", "--limit", 3)
    found = read_json(place, "query", "top_kocs", "-p", "limit=3")
    assert [(row["place"], row["consumer"]) for row in found] == [(row["rank"], row["consumer"]) for row in kocs]


def test_an_analysis_prints_its_keys_and_one_of_the_past_knows_nothing_later(small_place: Path) -> None:
    done = read_json(small_place, "analyse", "--until", "2010-06-30", "--measures", "betweenness", "--out", "runs/2010")
    assert set(done) == {
        "run", "consumers", "follows", "engaged", "reviews", "purchases", "customers", "left_out", "circles", "niches",
        "kocs", "score", "seconds", "skipped", "stored", "tiers", "gates", "notice",
    }  # fmt: skip
    assert done["run"] == "runs/2010"
    assert done["score"]["kind"] == "forecast"
    model = done["score"]["model"]
    assert max(model["windows"]) + model["horizon_days"] < model["at"]
    past = graphkoc.find_run(str(small_place / "runs" / "2010"))
    assert "2010-06-29T00:00:00" < past.info["counts"]["last_review"] < "2010-07-01"
    assert past.people["last_review"].max() < pd.Timestamp("2010-07-01")
    assert (past.people.loc[past.people["reviews"] == 0, "audience"] == 0).all()
    assert past.info["settings"]["measures"] == ["betweenness"]
    assert past.people["betweenness"].max() > 0
    assert read_json(small_place, "kocs", "--limit", 1) == read_json(small_place, "kocs", "2010", "--limit", 1)


def test_csv_and_files_carry_the_same_rows_as_json(place: Path) -> None:
    kocs = read_json(place, "kocs", "graphkoc-demo/run", "--limit", 3)
    printed = run("kocs", "graphkoc-demo/run", "--limit", 3, "--format", "csv", cwd=place)
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert [row["consumer"] for row in rows] == [row["consumer"] for row in kocs]
    assert [float(row["score"]) for row in rows] == [row["score"] for row in kocs]
    assert run("kocs", "graphkoc-demo/run", "--limit", 3, "-o", "kocs.json", cwd=place).returncode == 0
    assert json.loads((place / "kocs.json").read_text()) == kocs
    assert run("kocs", "graphkoc-demo/run", "-o", "kocs.doc", cwd=place).returncode == 2


def test_results_go_to_stdout_and_progress_to_stderr(tmp_path: Path) -> None:
    done = run_process("load", "ciao", small(tmp_path / "raw"), "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["tables"]["reviews"] == 2
    assert "reading ratings.csv" in done.stderr
    assert "reading" not in run("-q", "load", "ciao", tmp_path / "raw", cwd=tmp_path).stderr


def test_a_dry_run_makes_no_store(tmp_path: Path) -> None:
    done = run("load", "ciao", small(tmp_path / "raw"), "--dry-run", "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["tables"]["reviews"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def list_commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of graphkoc with its words, groups and their verbs included."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from list_commands(command, *above, name)


COMMANDS = dict(list_commands(cli))
GROUPS = [("key",), ("identity",), ("campaign",), ("person",)]
"""Commands that only hold others."""
LISTS = [
    ("sources",), ("identity", "suggest"), ("kocs",), ("tiers",), ("niches",), ("circles",), ("members",), ("similar",),
    ("compare",), ("queries",), ("query",), ("config",), ("longlist",),
]  # fmt: skip


def name_test(words: tuple[str, ...]) -> str:
    return " ".join(words)


def test_the_help_of_graphkoc_lists_every_command_and_global_option_once(tmp_path: Path) -> None:
    text = run("--help", cwd=tmp_path).stdout
    for option in ("--store", "--key-file", "--config", "-q, --quiet", "-v, --verbose", "--debug"):
        assert text.count(f"  {option} ") == 1, option
    for name in cli.commands:
        assert re.search(rf"^  {name} ", text, re.MULTILINE), name
    assert len(COMMANDS) >= 30


@pytest.mark.parametrize("command", COMMANDS, ids=name_test)
def test_every_command_has_help_with_an_example_of_itself(command: tuple[str, ...], tmp_path: Path) -> None:
    for asks in ("--help", "-h"):
        done = run(*command, asks, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: graphkoc {' '.join(command)} ")
    _, _, examples = done.stdout.partition("Example")
    assert re.search(rf"^    graphkoc {' '.join(command)}\b", examples, re.MULTILINE)
    assert "--store, --key-file, --config, -q, -v, --debug may stand here too" in " ".join(examples.split())
    assert "--store URL" not in done.stdout


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in GROUPS], ids=name_test)
def test_every_command_that_does_something_has_formats(command: tuple[str, ...], tmp_path: Path) -> None:
    text = run(*command, "--help", cwd=tmp_path).stdout
    assert "--format [table|json" in text
    assert re.search("-o, --output (FILE|DIR)", text), "one file, or a folder for a file of each person"
    assert ("--limit INTEGER" in text) == (command in LISTS)


@pytest.mark.parametrize("command", COMMANDS, ids=name_test)
def test_a_misspelt_option_of_any_command_is_one_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    assert "No such option '--nosuch'" in sentence(run(*command, "--nosuch", cwd=tmp_path), 2)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("group", [(), *GROUPS], ids=name_test)
def test_a_misspelt_command_is_one_sentence(group: tuple[str, ...], tmp_path: Path) -> None:
    assert "No such command 'nosuch'" in sentence(run(*group, "nosuch", cwd=tmp_path), 2)


@pytest.mark.parametrize("command", COMMANDS, ids=name_test)
def test_every_command_takes_the_global_options(command: tuple[str, ...], tmp_path: Path) -> None:
    options = ("--store", "ladybug:x", "--key-file", "x", "--debug", "-v", "-q")
    asked = [one for one in COMMANDS[command].params if isinstance(one, click.Argument) and one.required]
    needed = [one.type.choices[0] if isinstance(one.type, click.Choice) else "x" for one in asked]
    assert "Either --quiet or --verbose." in sentence(run(*command, *needed, *options, cwd=tmp_path), 2)
    assert [*tmp_path.iterdir()] == []


def test_a_list_that_is_cut_gives_the_number_of_all_rows_and_a_file_holds_them_all(place: Path) -> None:
    kocs = ("kocs", "graphkoc-demo/run")
    everybody = read_json(place, *kocs, "--limit", 100_000)
    assert len(read_json(place, *kocs)) == 20
    done = run(*kocs, cwd=place)
    assert len(done.stdout.splitlines()) == 2 + 20
    assert done.stderr.endswith(f"20 of {len(everybody):,} rows; --limit sets how many.\n")
    assert "rows; --limit" not in run(*kocs, "--limit", len(everybody), cwd=place).stderr
    assert run(*kocs, "-o", "all.json", cwd=place).returncode == 0
    assert json.loads((place / "all.json").read_text()) == everybody
    assert run(*kocs, "-o", "some.json", "--limit", 3, cwd=place).returncode == 0
    assert json.loads((place / "some.json").read_text()) == everybody[:3]
    for words in (("niches", "graphkoc-demo/run"), ("members", "c1", "graphkoc-demo/run"), ("queries",), ("sources",)):
        everything = read_json(place, *words)
        assert read_json(place, *words, "--limit", 2) == everything[:2]
        assert f"2 of {len(everything):,} rows" in run(*words, "--limit", 2, cwd=place).stderr


def sentence(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one sentence of an error; no traceback, nothing on stdout."""
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return next(line for line in done.stderr.splitlines() if line.startswith("Error: "))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: shutil.rmtree(raw), "there is no file or folder"),
        (lambda raw: (raw / "ratings.csv").write_text("who,what\n1,2\n"), "the files have no column 'user'"),
        (lambda raw: (raw / "ratings.csv").write_bytes(b""), "is empty"),
        (lambda raw: (raw / "ratings.csv").write_bytes(b"\0" * 4096), "does not begin with a header row"),
        (lambda raw: (raw / "trust.csv").unlink(), "needs a file called trust"),
    ],
)
def test_files_that_are_no_ciao_end_with_3_and_leave_the_store(tmp_path: Path, spoil, words: str) -> None:
    run("load", "ciao", small(tmp_path / "raw"), cwd=tmp_path)
    before = held(tmp_path / "graphkoc.lbug")
    spoil(tmp_path / "raw")
    assert words in sentence(run("load", "ciao", "raw", cwd=tmp_path), 3)
    assert held(tmp_path / "graphkoc.lbug") == before


@pytest.mark.parametrize(
    "row",
    [
        ",".join(["x"] * 40).encode(),
        b"3,10,1,abc,4,959670000",
        b"3,10,1,5,4,32472144000",
        b"3,10,1,5,4,0",
        b"3,1\x000,1,5,4,959670000",
        b"caf\xe9,10,1,5,4,959670000",
    ],
    ids=["40 columns", "rating abc", "year 2999", "1970-01-01", "NUL", "not UTF-8"],
)
def test_a_wrong_row_ends_with_7_and_is_written_down(tmp_path: Path, row: bytes) -> None:
    small(tmp_path / "raw", ROWS.encode() + row + b"\n")
    done = run("load", "ciao", "raw", "--format", "json", cwd=tmp_path)
    assert done.returncode == 7
    printed = json.loads(done.stdout)
    one = printed["files"][1]
    assert [one[n] for n in ("file", "read", "loaded", "duplicate", "rejected")] == ["ratings.csv", 3, 2, 0, 1]
    with (tmp_path / printed["rejects"]).open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(reject["file"], reject["row"]) for reject in rejects] == [("ratings.csv", "4")]
    assert rejects[0]["reason"]
    status = json.loads(run("status", "--format", "json", cwd=tmp_path).stdout)
    assert status["tables"]["reviews"] == 2


def test_rejected_rows_cannot_become_formulas(tmp_path: Path) -> None:
    small(tmp_path / "raw", ROWS + "=HYPERLINK(1),10\n")
    run("load", "ciao", "raw", cwd=tmp_path)
    assert "'=HYPERLINK" in (tmp_path / "graphkoc-rejects-ciao.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["load", "cioa", "raw"], 2, "there is no source called 'cioa'"),
        (["status"], 5, "there is no store at graphkoc.lbug yet"),
        (["kocs"], 2, "there is no run in runs/ yet"),
        (["kocs", "nowhere"], 2, "there is no run in runs/nowhere"),
        (["--store", "mongo://x", "status"], 5, "there is no store of the kind 'mongo"),
        (["--store", "ladybug:raw", "load", "ciao", "raw"], 5, "raw is a folder, not a store"),
        (["--store", "ladybug:none/x.lbug", "load", "ciao", "raw"], 5, "there is no folder none"),
        (["query", "nonsense"], 4, "there is no query called 'nonsense'"),
        (["query", "most_followed", "-p", "top=3"], 4, "has no parameter 'top'"),
        (["query", "most_followed", "-p", "limit=many"], 4, "takes a whole number, not 'many'"),
        (["query", "reviews_of"], 4, "needs the parameter consumer"),
    ],
)
def test_a_mistake_gets_one_sentence_and_its_code(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    small(tmp_path / "raw")
    assert words in sentence(run(*args, cwd=tmp_path), code)


def test_an_unknown_consumer_niche_or_query_parameter_is_named(place: Path) -> None:
    for args, words in (
        (["explain", "ciao:nobody", "graphkoc-demo/run"], "no consumer called 'ciao:nobody'"),
        (["kocs", "graphkoc-demo/run", "--niche", "Cheese"], "no niche called 'Cheese'"),
        (["members", "Cheese", "graphkoc-demo/run"], "no niche or circle called 'Cheese'"),
    ):
        assert words in sentence(run(*args, cwd=place), 2)
    broken = shutil.copytree(place / "graphkoc-demo" / "run", place / "broken")
    (broken / "people.parquet").write_bytes(b"PAR1 and then nothing")
    assert "is damaged" in sentence(run("kocs", "broken", cwd=place), 2)
    (place / "full").mkdir()
    (place / "full" / "mine.txt").write_text("mine")
    words = sentence(run("--store", "ladybug:graphkoc-demo/graphkoc.lbug", "analyse", "--out", "full", cwd=place), 5)
    assert "is there and is not a run" in words
    assert (place / "full" / "mine.txt").read_text() == "mine"


def test_nothing_to_analyse_ends_with_6(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "consumers.csv").write_text("consumer\nanna\n")
    run("load", "csv", "raw", cwd=tmp_path)
    assert "there are no reviews" in sentence(run("analyse", cwd=tmp_path), 6)
    run("load", "ciao", small(tmp_path / "shop"), cwd=tmp_path)
    early = run("analyse", "--until", "1995-01-01", cwd=tmp_path)
    assert "no review is known to be from before 1995-01-01" in sentence(early, 6)
    assert "no measure called 'fame'" in sentence(run("analyse", "--measures", "fame", cwd=tmp_path), 2)


def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "graphkoc.lbug").write_bytes(b"my diary" * 1000)
    small(tmp_path / "raw")
    assert "cannot be opened as a store" in sentence(run("load", "ciao", "raw", cwd=tmp_path), 5)
    assert (tmp_path / "graphkoc.lbug").read_bytes() == b"my diary" * 1000


def test_an_interrupt_after_all_is_done_changes_nothing(tmp_path: Path) -> None:
    program = (
        "import atexit, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "from graphkoc.__main__ import main\n"
        "sys.argv = ['graphkoc', '--version']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "delay", [0.5, 2.8, *(pytest.param(delay, marks=pytest.mark.soak) for delay in (0.05, 1.0, 1.8, 4.0, 5.5))]
)
def test_an_interrupt_ends_a_load_with_130_and_leaves_the_store(tmp_path: Path, delay: float) -> None:
    run("load", "ciao", small(tmp_path / "raw"), cwd=tmp_path)
    before = held(tmp_path / "graphkoc.lbug")
    # The delay begins with the first line of the command's own code, however slow the interpreter's start is.
    program = (
        "import sys\nfrom graphkoc.__main__ import main\n"
        f"sys.argv = ['graphkoc', 'load', 'ciao', {str(assets.folder('examples') / 'ciao')!r}]\n"
        "print('started', flush=True)\nmain()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background would hand down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout.readline() == "started\n"
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    if process.returncode == 0:  # done before the interrupt came, or past the point of no return
        assert "Loaded: 283,728 reviews" in errors
        return
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert held(tmp_path / "graphkoc.lbug") == before
    assert {path.name for path in tmp_path.iterdir()} == {"raw", "graphkoc.lbug"}


def test_a_closed_pipe_is_silent(place: Path) -> None:
    command = f"{sys.executable} -m graphkoc members beauty graphkoc-demo/run | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=place, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_full_disk_is_one_sentence(place: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "graphkoc", "niches", "graphkoc-demo/run"]
        done = subprocess.run(command, cwd=place, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 5
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr

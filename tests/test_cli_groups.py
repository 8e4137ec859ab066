"""The commands niches and circles: they list unless a verb comes first, and a run may have any name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click.testing
import pandas as pd
import pytest

from graphkoc.cli import cli
from graphkoc.runs.folder import FORMAT
from graphkoc.runs.reached import PARTS
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped

WRITTEN = {"reviews": 3, "posts": 3, "posts_engaged": 0, "part": "not_known"}
"""What each of the people has written, and by whom they are reached."""
NOBODY = dict.fromkeys(("kocs", "kols", "wide", *PARTS), 0)
"""Counts of groups without anybody who has a role, or who is reached."""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs, one of them called as a verb, one a number; the number is the newest."""
    monkeypatch.chdir(tmp_path)
    for name in ("rename", "7"):
        niches = pd.DataFrame({"niche": ["tea", "toys", name.lower()], "people": [3, 2, 1], **NOBODY})
        niches["name"] = ["Tea", "Toys & games", f"From {name}"]
        circles = pd.DataFrame({"circle": ["c1", "c2"], "name": ["One", "Two"], "people": [3, 2]})
        circles = circles.assign(**NOBODY)
        who = ["csv:1", "csv:2", "csv:3"]
        members = pd.DataFrame(
            {"consumer": [*who, *who[1:], who[0]], "group": ["tea"] * 3 + ["toys"] * 2 + [name.lower()], "reviews": 3}
        ).assign(kind="niche", share=1.0, confidence=0.99)
        inside = pd.DataFrame({"consumer": [*who, "csv:4", "csv:5"], "group": ["c1"] * 3 + ["c2"] * 2})
        inside = inside.assign(kind="circle", confidence=0.9)
        found = {
            "people": pd.DataFrame({"consumer": who, "audience": 0.0, "score": 0.0, **WRITTEN}),
            "niches": niches,
            "members": pd.concat([inside, members]),
            "circles": circles,
        }
        info = {"format": FORMAT, "reach_of": []}
        Run(
            str(tmp_path / "runs" / name), info, **{table: shaped(table, frame) for table, frame in found.items()}
        ).save()
    return tmp_path / "runs"


def graphkoc(*args: str, code: int = 0) -> str:
    """What graphkoc prints."""
    done = click.testing.CliRunner().invoke(cli, args, prog_name="graphkoc")
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.output


def names(*args: str, kind: str = "niche") -> dict[str, str]:
    """The names of the groups that are listed."""
    rows = json.loads(graphkoc(f"{kind}s", "--format", "json", *args))
    return {row[kind]: row["name"] for row in rows}


NEWEST = {"tea": "Tea", "toys": "Toys & games", "7": "From 7"}
OTHER = {"tea": "Tea", "toys": "Toys & games", "rename": "From rename"}
CIRCLES = {"c1": "One", "c2": "Two"}


def test_without_a_verb_the_groups_of_a_run_are_listed(runs: Path) -> None:
    assert names() == names("7") == names("runs/7") == names(str(runs / "7")) == NEWEST
    assert names(kind="circle") == names("7", kind="circle") == CIRCLES
    before, after = ("niches", "--format", "csv", "7"), ("niches", "7", "--format", "csv")
    assert graphkoc(*before) == graphkoc(*after)
    assert graphkoc("niches").splitlines()[0].split()[:2] == ["niche", "name"]
    assert "Two" in graphkoc("circles")


def test_finer_niches_stand_below_the_niche_they_belong_to(runs: Path) -> None:
    niches = pd.DataFrame(
        [
            ("food", "Food", None, "niche", "category", "Food", 40),
            ("hands", "Old hands", None, "niche", "tags", None, 30),
            ("food~pour-over", "Pour-over", "food", "finer", "title words", "Food", 12),
        ],
        columns=["niche", "name", "parent", "level", "basis", "category", "people"],
    )
    niches = niches.assign(**NOBODY, evidence="words of theirs")
    people = pd.DataFrame({"consumer": ["csv:1"], "audience": 0.0, "score": 0.0, **WRITTEN})
    tables = {"niches": shaped("niches", niches), "people": shaped("people", people)}
    Run(str(runs / "tree"), {"format": FORMAT, "reach_of": []}, **tables).save()
    head, _, *lines = graphkoc("niches", "tree").splitlines()
    assert head.split()[:4] == ["niche", "name", "basis", "people"]
    assert [re.split(r"\s{2,}", line)[:4] for line in lines] == [
        ["food", "Food", "40", "0"],
        ["food~pour-over", "Pour-over", "title words", "12"],
        ["hands", "Old hands", "tags", "30"],
    ]
    assert lines[1].index("Pour-over") == lines[0].index("Food") + 2
    graphkoc("niches", "rename", "food", "Home cooks")
    head, _, *lines = graphkoc("niches", "tree").splitlines()
    assert head.split()[:5] == ["niche", "name", "category", "basis", "people"]
    assert [re.split(r"\s{2,}", line)[1:3] for line in lines] == [
        ["Home cooks", "Food"],
        ["Pour-over", "Food"],
        ["Old hands", "tags"],
    ]


@pytest.mark.parametrize("kind", ["niche", "circle"])
def test_an_empty_list_gives_its_reason(runs: Path, kind: str) -> None:
    people = shaped("people", pd.DataFrame({"consumer": ["csv:1"], "audience": 0.0, "score": 0.0, **WRITTEN}))
    for name, why in (("none", None), ("refused", "2 were found with categories shuffled")):
        info = {
            "format": FORMAT,
            "settings": {},
            "counts": {"reviews": 3},
            "circles": {"why_not": why},
            "niches": {"why_not": why},
        }
        Run(str(runs / name), info, people=people).save()
    assert graphkoc(f"{kind}s", "none").startswith(f"No {kind} was found: no")
    assert graphkoc(f"{kind}s", "refused") == f"No {kind} is published: 2 were found with categories shuffled.\n"
    assert json.loads(graphkoc(f"{kind}s", "none", "--format", "json")) == []


def test_a_run_that_is_called_as_a_verb_is_reached_by_its_path(runs: Path) -> None:
    assert names("./rename") == names("runs/rename") == names("--", "rename") == OTHER
    assert names("rename") == OTHER, "an option came first, so no verb did"
    assert "Missing argument 'GROUP'" in graphkoc("niches", "rename", code=2)
    assert names() == NEWEST


def test_groups_are_renamed_and_merged_in_every_run_until_it_is_undone(runs: Path) -> None:
    done = json.loads(graphkoc("niches", "rename", "toys & games", "Playthings", "--format", "json"))
    assert {name: done[name] for name in ("kind", "verb", "groups", "name", "run")} == {
        "kind": "niche",
        "verb": "rename",
        "groups": ["toys"],
        "name": "Playthings",
        "run": "7",
    }
    assert names() == NEWEST | {"toys": "Playthings"}
    assert names("runs/rename") == OTHER | {"toys": "Playthings"}
    assert graphkoc("niches", "merge", "playthings", "tea").startswith("toys, tea are one")
    assert names() == {"toys": "Playthings", "7": "From 7"}
    assert graphkoc("niches", "undo") == "reversed: toys, tea are one\n"
    assert graphkoc("niches", "undo") == "reversed: toys is called Playthings\n"
    assert names() == NEWEST
    assert "nothing to undo" in graphkoc("niches", "undo", code=2)
    assert len((runs / "journal.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_circles_have_the_same_verbs_and_a_journal_of_their_own(runs: Path) -> None:
    graphkoc("circles", "rename", "c2", "Old hands")
    graphkoc("niches", "rename", "tea", "Leaves")
    assert names(kind="circle") == CIRCLES | {"c2": "Old hands"}
    assert "c2, c1 are one" in graphkoc("circles", "merge", "c2", "One")
    assert names(kind="circle") == {"c2": "Old hands"}
    assert json.loads(graphkoc("circles", "undo", "--format", "json"))["verb"] == "merge"
    assert names(kind="circle") == CIRCLES | {"c2": "Old hands"}
    assert names()["tea"] == "Leaves"


def test_a_verb_works_on_the_run_that_is_named(runs: Path) -> None:
    assert "no niche called 'rename'" in graphkoc("niches", "rename", "rename", "x", code=2)
    graphkoc("niches", "rename", "rename", "Merge", "--run", "rename")
    assert names("--", "rename")["rename"] == "Merge"
    graphkoc("niches", "merge", "--run", "rename", "merge", "tea")
    assert names("./rename") == {"rename": "Merge", "toys": "Toys & games"}
    assert names() == NEWEST
    assert "there is no run in runs/nowhere" in graphkoc("niches", "undo", "--run", "nowhere", code=2)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["niches", "renmae"], "there is no run in runs/renmae"),
        (["niches", "renmae", "tea", "Leaves"], "Got unexpected extra arguments (tea Leaves)"),
        (["niches", "rename", "tea", ""], "at least one visible character"),
        (["niches", "rename", "tea", "a\u202eb"], "an invisible character (U+202E)"),
        (["niches", "rename", "tea", "x" * 10_000], "at most 80 characters, not 10,000"),
        (["niches", "rename", "tea", "toys"], "toys is called toys already"),
        (["niches", "rename", "cheese", "x"], "there is no niche called 'cheese'"),
        (["circles", "rename", "tea", "x"], "there is no circle called 'tea'"),
        (["niches", "merge"], "Missing argument 'GROUP GROUP...'"),
        (["niches", "merge", "tea"], "a merge takes two niches or more"),
        (["niches", "undo", "tea"], "Got unexpected extra argument (tea)"),
        (["circles", "undo"], "no circle was renamed or merged"),
    ],
)
def test_a_mistake_gets_one_sentence_and_changes_nothing(runs: Path, args: list[str], words: str) -> None:
    assert words in graphkoc(*args, code=2)
    assert sorted(path.name for path in runs.iterdir()) == ["7", "rename"]
    assert names() == NEWEST


@pytest.mark.parametrize("kind", ["niche", "circle"])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_explains_the_list_and_the_verbs(tmp_path: Path, kind: str, asked: str) -> None:
    text = graphkoc(f"{kind}s", asked)
    assert f"Usage: graphkoc {kind}s [OPTIONS] [RUN]\n       graphkoc {kind}s COMMAND [ARGS]..." in text
    for word in ("Examples:", "--format", "rename", "merge", "undo", "./rename"):
        assert word in text
    for verb in ("rename", "merge", "undo"):
        text = graphkoc(f"{kind}s", verb, asked)
        assert f"Usage: graphkoc {kind}s {verb} [OPTIONS]" in text
        assert f"graphkoc {kind}s {verb}" in text.split("Example:")[1]
    assert "rename, merge and undo" in graphkoc("--help")

"""What is read of a run is made of its folder alone: no data file that is installed with graphkoc is read for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import graphkoc
from graphkoc import assets

CODE = {".py", ".pyi", ".pyc", ".typed", ".j2", ".css", ".js"}
"""Templates, styles and scripts of the page are code, and so are its words: they may change with graphkoc, not by a
user's hand."""
RULES = "rules.toml"
"""What a platform allows today is no fact of a run: a gift that it has forbidden since is not to be suggested."""
ASK = """
import json, sys
from pathlib import Path
import click.testing
import graphkoc
from graphkoc.cli import cli

folder, copy, answers = sys.argv[1], sys.argv[2], {}
assert Path(graphkoc.__file__).is_relative_to(copy), graphkoc.__file__

def ask(*words):
    done = click.testing.CliRunner().invoke(cli, words, prog_name="graphkoc")
    assert done.exit_code == 0, (words, done.output, done.exception)
    answers[" ".join(words)] = done.output

run = graphkoc.find_run(folder)
people = ["forum:00", "weibo:01", "xiaohongshu:02", "instagram:03", "forum:56", "weibo:57"]
groups = [*run.niches["niche"], *run.circles["circle"]]
for format_ in ("table", "json"):
    for command in ("kocs", "niches", "circles"):
        ask(command, folder, "--format", format_)
    for person in people:
        ask("explain", person, folder, "--format", format_)
    for group in groups:
        ask("members", group, folder, "--format", format_)
ask("kocs", folder, "--limit", "1000", "--format", "csv")
ask("report", folder, "-o", "report.html")
answers["page"] = Path("report.html").read_text(encoding="utf-8")
print(json.dumps(answers))
"""


def edited(text: str) -> str:
    """A TOML file with other texts, other numbers and other gates that are required."""
    text = text.replace('= "', '= "edited ')
    text = re.sub(r"(= )(?=\d)", r"\g<1>9", text)
    return re.sub(r"required = \[.*\]", 'required = ["client", "knit"]', text)


@pytest.fixture
def answers(tmp_path: Path, small_run: graphkoc.Run) -> Callable[[], dict[str, str]]:
    """What each command answers of the run, by a copy of graphkoc whose data files can be edited."""
    copy = tmp_path / "copy" / "graphkoc"
    shutil.copytree(Path(graphkoc.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__", "_data"))
    for name in ("cypher", "loaders"):
        shutil.copytree(assets.folder(name), copy / "_data" / name)

    def ask() -> dict[str, str]:
        env = os.environ | {"PYTHONPATH": str(copy.parent)}
        command = [sys.executable, "-c", ASK, small_run.folder, str(copy)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    return ask


def test_an_edit_of_every_installed_data_file_changes_nothing_that_is_read_of_a_run(
    tmp_path: Path, small_run: graphkoc.Run, answers: Callable[[], dict[str, str]]
) -> None:
    assert {"desk", "eac", "iconosquare", "relative"} == {one["name"] for one in small_run.info["tiers"]["profiles"]}
    assert small_run.info["tiers"]["low"] is not None
    assert len(small_run.niches) > 0
    assert len(small_run.brand) > 0
    before = answers()
    data = [path for path in (tmp_path / "copy").rglob("*") if path.is_file() and path.suffix not in CODE]
    data = [path for path in data if "words" not in path.parts and path.name != RULES]
    assert {".toml", ".cypher", ".sql"} <= {path.suffix for path in data}
    for path in data:
        text = path.read_text(encoding="utf-8")
        # Tier files stay readable, as an edit by hand would leave them; whoever reads one of the others stumbles.
        path.write_text(edited(text) if "[gates]" in text else "edited", encoding="utf-8")
        assert path.read_text(encoding="utf-8") != text
    after = answers()
    assert list(after) == list(before)
    assert [words for words in before if after[words] != before[words]] == []


def test_a_run_keeps_the_limits_that_its_gates_had(small_run: graphkoc.Run) -> None:
    kept = json.loads((Path(small_run.folder) / "run.json").read_text(encoding="utf-8"))["limits"]
    assert set(kept) == {"", "instagram", "weibo", "xiaohongshu"}
    for platform, limits in kept.items():
        people = small_run.people[
            ~small_run.people["platform"].isin(kept) if platform == "" else small_run.people["platform"] == platform
        ]
        assert people["gate_active_least"].eq(limits["reviews"]).all()
        assert people["gate_knit_least"].eq(limits["knit_z"]).all()
        assert limits["required"] == ["person", "active", "creative", "small", "unpaid"]
        assert limits["version"]


def test_which_gates_are_required_is_read_from_the_run(small_run: graphkoc.Run) -> None:
    limits = {platform: one | {"required": ["client"]} for platform, one in small_run.info["limits"].items()}
    other = small_run.replaced(info=small_run.info | {"limits": limits})
    for gate in graphkoc.list_kocs(other, limit=1)[0]["gates"]:
        assert gate["required"] == (gate["gate"] == "client")
    bought = small_run.people.set_index("consumer")["gate_client"]
    moved = graphkoc.list_moved(other, "relative")
    assert moved
    for row in moved:
        assert row["koc_then"] == (row["tier_then"] != "wide" and bought[row["consumer"]] != "failed")

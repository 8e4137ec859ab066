"""CONTRIBUTING.md: each walkthrough, performed as it is written on a copy of the tree; each place it names exists."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb
import little_store
import pytest
from pages import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WALKS = dict(re.findall(r"^### (Add a [^\n]+)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE))
PLACES = PAGE.partition("\n## Where is ...?\n")[2].partition("\n## ")[0]
COPIED = ("graphkoc", "cypher", "loaders", "tests")
STEP = re.compile(
    r"(?:^(?P<place>[^\n]*):\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Tree(NamedTuple):
    """A copy of the checkout, and a folder with a little store in which its commands are run."""

    checkout: Path
    desk: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which modules are those of the copy, compiled by the first process for all others."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"PYTHONPATH": str(self.checkout)}

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """A shell line in the desk, where `graphkoc` is the copy's."""
        environment = {name: value for name, value in self.environment.items() if not name.startswith("GRAPHKOC_")}
        environment["PATH"] = f"{self.desk / 'bin'}{os.pathsep}{environment['PATH']}"
        return subprocess.run(line, shell=True, cwd=self.desk, env=environment, capture_output=True, text=True)

    def write(self, place: str, text: str) -> None:
        """Write a block to where the line above it says."""
        names = re.findall(r"`([^`]+)`", place)
        path = self.checkout / names[0]
        if place.startswith("At the end of "):
            path.write_text(path.read_text(encoding="utf-8") + f"\n\n{text}", encoding="utf-8")
        elif place.startswith("In "):
            before = path.read_text(encoding="utf-8")
            above = f"\n{names[1]}\n"
            assert before.count(above) == 1, (place, "this line is not there once")
            gap = "\n\n" if "\ndef " in text else ""
            path.write_text(before.replace(above, f"\n{text}{gap}{above[1:]}"), encoding="utf-8")
        elif place.startswith("With a file of yours"):
            (self.desk / names[0]).write_text(text, encoding="utf-8")
        else:
            assert not path.exists(), place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def walk(self, title: str) -> dict[str, str]:
        """Do all that a walk says, in its order; what each of its commands printed."""
        printed = {}
        for step in STEP.finditer(WALKS[title]):
            if step["language"] != "console":
                assert step["place"], step["text"]
                self.write(step["place"], step["text"])
                continue
            for part in re.split(r"^\$ ", step["text"], flags=re.MULTILINE)[1:]:
                line, *expected = part.splitlines()
                done = self.run(line)
                assert done.returncode == 0, (line, done.stderr)
                assert not expected or done.stdout.splitlines() == expected, line
                printed[line.split(" ")[1]] = done.stdout
        return printed

    def test(self, *arguments: str) -> None:
        """Run tests of the copy."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", *arguments]
        done = subprocess.run(command, cwd=self.checkout, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The copy, made once: each walk adds files of its own and changes nothing of another's."""
    tree = Tree(tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("desk"))
    for name in COPIED:
        shutil.copytree(ROOT / name, tree.checkout / name, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tree.checkout)
    (tree.desk / "bin").mkdir()
    command = tree.desk / "bin" / "graphkoc"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m graphkoc "$@"\n')
    command.chmod(0o755)
    with little_store.held(tree.desk / "graphkoc.lbug", little_store.tables(range(60))):
        pass
    return tree


@pytest.fixture(scope="module")
def printed(made: Tree) -> dict[str, str]:
    """What each command printed when all walks were done, one after the other, as they stand on the page."""
    found: dict[str, str] = {}
    for title in WALKS:
        for command, text in made.walk(title).items():
            found[command] = found.get(command, "") + text
    return found


def definitions(path: Path) -> set[str]:
    """The names of a module's functions and classes, and of methods as Class.method."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            inner = node.body if isinstance(node, ast.ClassDef) else []
            found |= {f"{node.name}.{each.name}" for each in inner if isinstance(each, ast.FunctionDef)}
    return found


def places() -> list[tuple[str, str]]:
    """The file and the function of each row under "Where is ...?", with "" where the file is not a module."""
    return re.findall(r"^\| [^|]+ \| `([^`|]+)` \| (?:`([^`|]+)` )?\|$", PLACES, re.MULTILINE)


def test_every_row_of_where_is_has_a_file_and_every_module_a_function() -> None:
    rows = re.findall(r"^\| .*$", PLACES, re.MULTILINE)
    assert len(places()) == len(rows) - PLACES.count("\n|---|") > 10
    assert all(function for path, function in places() if path.endswith(".py"))


@pytest.mark.parametrize(("path", "function"), places())
def test_every_place_named_under_where_is_exists(path: str, function: str) -> None:
    assert (ROOT / path).is_file()
    assert not function or function in definitions(ROOT / path)


def test_the_templates_are_where_the_page_says() -> None:
    (pattern,) = re.findall(r"`([^`]+\*\.html\.j2)`", PAGE)
    assert list(ROOT.glob(pattern))


def test_there_are_six_walkthroughs() -> None:
    titles = ["Add a source", "Add a layout", "Add a query", "Add a measure", "Add a report section", "Add a command"]
    assert list(WALKS) == titles


def test_a_source_is_found_by_its_folder_and_its_rows_are_accounted_for(printed: dict[str, str]) -> None:
    assert "What guests of a tasting wrote down" in printed["sources"]
    assert re.search(r"tastings.csv +2 +1 +0 +0 +1 +0$", printed["load"], re.MULTILINE)


def test_a_layout_is_recognised_by_its_columns(printed: dict[str, str]) -> None:
    assert "from_stamped.csv: Stamped import template" in printed["sources"]
    assert re.search(r"from_stamped.csv +stamped +1 +1 +0 +0 +0 +0$", printed["load"], re.MULTILINE)


def test_a_query_is_found_by_its_path_and_asked_with_its_parameter(printed: dict[str, str]) -> None:
    assert printed["query"].split()[:2] == ["product", "reviews"]


def test_a_measure_is_found_by_its_name_and_is_in_the_run(made: Tree, printed: dict[str, str]) -> None:
    people = duckdb.read_parquet(str(made.desk / "runs/measured/people.parquet")).df()
    assert (people["neighbour_degree"] == 10).all(), "everybody follows five people and is followed by five"


def test_a_section_is_found_by_its_files_and_stands_on_the_page(made: Tree, printed: dict[str, str]) -> None:
    page = (made.desk / "report.html").read_text(encoding="utf-8")
    assert '<a href="#roles">Roles</a>' in page
    assert re.search(r"<li>(koc|possible): \d+ (person|people)</li>", page)


def test_a_command_prints_its_result(printed: dict[str, str]) -> None:
    assert printed["roles"].split()[:2] == ["role", "people"]
    assert sum(map(int, re.findall(r"\d+$", printed["roles"], re.MULTILINE))) == 60


def test_the_tests_that_the_walks_add_pass_and_the_tree_keeps_its_shape(made: Tree, printed: dict[str, str]) -> None:
    files = ("measures", "report_roles", "role_counts", "architecture")
    chosen = "neighbour_degree or everybody_has_one_role or roles_are_counted or public or owner"
    made.test(*(f"tests/test_{name}.py" for name in files), "-k", chosen)

"""The README: its lines run as they stand, and it tells of everything that there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from graphkoc import assets

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example beside it and `graphkoc` on the path, as a reader has it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "examples").symlink_to(assets.folder("examples"))
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    command = bin_folder / "graphkoc"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m graphkoc "$@"\n')
    command.chmod(0o755)
    return folder


def shell(line: str, desk: Path) -> str:
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKOC_")}
    surroundings["PATH"] = f"{desk / 'bin'}{os.pathsep}{surroundings['PATH']}"
    done = subprocess.run(line, shell=True, cwd=desk, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


def test_the_shell_lines_run_and_print_what_the_readme_shows(desk: Path) -> None:
    printed = shell("graphkoc demo", desk)
    shown = blocks("text")[0]
    assert re.sub(r"\d+ s\.", "N s.", printed) == re.sub(r"\d+ s\.", "N s.", shown)
    for block in blocks("console"):
        for said in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *expected = said.splitlines()
            out = shell(command, desk)
            if expected:
                assert [line.rstrip("-") for line in out.splitlines()] == [line.rstrip("-") for line in expected]
    for line in next(block for block in blocks("sh") if "graphkoc load" in block).splitlines():
        shell(line, desk)


def test_the_python_example_runs(desk: Path) -> None:
    (desk / "example.py").write_text(blocks("python")[0])
    (desk / "graphkoc.lbug").unlink(missing_ok=True)
    out = shell(f"{shlex.quote(sys.executable)} example.py", desk)
    assert len(out.splitlines()) == 5
    assert (desk / "report.html").is_file()


def test_the_two_commands_are_in_the_makefile_and_their_long_form_does_the_same() -> None:
    makefile = Path(__file__).resolve().parent.parent / "Makefile"
    if not makefile.is_file():
        pytest.skip("there is no Makefile beside an installed wheel")
    text = makefile.read_text()
    for command in re.findall(r"^make (\w+)$", README, re.MULTILINE):
        assert f"\n{command}: " in text
    assert "graphkoc demo" in text
    long_form = re.search(r"/(pytest .*)$", README, re.MULTILINE)
    assert long_form is not None
    assert long_form[1] in text


def test_the_readme_names_every_way_to_extend_it_and_every_part() -> None:
    for path in ("loaders/", "cypher/explore/", "graphkoc/measures/", "graphkoc/stores/"):
        assert path in README
    for module in (
        "tables",
        "loaders",
        "stores",
        "cypher",
        "network",
        "measures",
        "niches",
        "score",
        "backtest",
        "pipeline",
    ):
        assert f"`{module}`" in README
    assert "python-igraph" in README

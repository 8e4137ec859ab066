"""The pages: every link leads somewhere, every command runs, and every figure is the one that is measured."""

from __future__ import annotations

import html
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from command import run as run_here
from pages import ROOT, Block, anchors, blocks, commands, links, needs, pages
from small_example import write_small_example

import graphkoc
from graphkoc.cli import cli
from graphkoc.report.glossary import read_glossary

README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
SHELL_SYNTAX = re.compile(r"[|&;<>$`*?~]")
LANGUAGES = {"sh", "console", "text", "toml", "python", "sql", "cypher", "html", "json", "markdown"}


def shell_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language in ("sh", "console")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a reader works, after the README's commands for data of one's own.

    `graphkoc` is on the path, and a part of the example has the example's name.
    """
    folder = tmp_path_factory.mktemp("reader")
    write_small_example(folder / "examples" / "ciao", people=120)
    (folder / "bin").mkdir()
    command = folder / "bin" / "graphkoc"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m graphkoc "$@"\n')
    command.chmod(0o755)
    (block,) = (block for block in shell_blocks(README) if "graphkoc load" in block.text and needs(block) is None)
    for line, _ in commands(block):
        run(folder, line)
    return folder


def run(folder: Path, line: str) -> str:
    """What a command prints in this folder: in this process where it is graphkoc with arguments, else in a shell."""
    program, *arguments = shlex.split(line, comments=True)
    if program != "graphkoc" or SHELL_SYNTAX.search(" ".join(arguments)):
        return run_in_shell(folder, line)
    done = run_here(*arguments, cwd=folder, env={"XDG_CONFIG_HOME": str(folder / "config")})
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


def run_in_shell(folder: Path, line: str) -> str:
    """What a shell line prints, as a reader types it in this folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAPHKOC_")}
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    environment["XDG_CONFIG_HOME"] = str(folder / "config")
    done = subprocess.run(line, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(page):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_leads_to_every_page_of_docs() -> None:
    linked = {link.partition("#")[0] for link in links(README)}
    assert {f"docs/{page.name}" for page in DOCS} <= linked


def test_the_page_of_sources_leads_to_every_loader() -> None:
    linked = {link.partition("#")[0] for link in links(ROOT / "docs/sources.md")}
    assert {f"../loaders/{name}/README.md" for name in graphkoc.sources()} <= linked


@pytest.mark.parametrize("page", [README, *DOCS], ids=lambda page: page.name)
def test_every_block_says_what_it_is_so_that_no_command_goes_unchecked(page: Path) -> None:
    for block in blocks(page):
        assert block.language in LANGUAGES, block
        if block.language not in ("sh", "console"):
            assert not re.search(r"^(graphkoc|docker|pip|make) ", block.text, re.MULTILINE), block


def test_the_commands_for_your_own_data_run(reader: Path) -> None:
    (folder,) = (reader / "runs").iterdir()
    assert (folder / "report.html").is_file()
    assert "rank" in run(reader, "graphkoc kocs --limit 1")


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_command_of_docs_runs(page: Path, reader: Path) -> None:
    for block in shell_blocks(page):
        for line, _ in commands(block) if needs(block) is None else ():
            run(reader, line)


def test_the_demo_prints_what_the_readme_shows_of_it(demo_output: Path) -> None:
    printed = re.sub(r"\d+ s\.", "N s.", (demo_output / "demo.txt").read_text(encoding="utf-8"))
    (shown,) = (block.text for block in blocks(README) if block.text.startswith("Done in"))
    assert printed == re.sub(r"\d+ s\.", "N s.", shown)


def test_the_lists_of_the_demo_are_those_that_the_readme_shows(reader: Path, demo_output: Path) -> None:
    (reader / "graphkoc-demo").symlink_to(demo_output / "graphkoc-demo")
    console = [block for block in blocks(README) if block.language == "console"]
    for command, expected in (one for block in console for one in commands(block)):
        assert expected, command
        assert [line.rstrip("-") for line in run_in_shell(reader, command).splitlines()] == [
            line.rstrip("-") for line in expected
        ]


def test_the_backtest_of_the_demo_has_the_figures_of_the_page_on_method(demo_output: Path) -> None:
    tested = graphkoc.find_run(str(demo_output / "graphkoc-demo/run")).info["backtest"]
    measured = {row["ranking"]: row["mean"] for row in tested["rows"]}
    names = ("score", "formula", "past_credit", "pagerank", "audience", "oracle")
    page = (ROOT / "docs/method.md").read_text(encoding="utf-8")
    printed = re.search(r"^\| ranking .*?(?=\n\n)", page, re.DOTALL | re.MULTILINE)
    assert printed is not None
    shares = re.findall(r"\| (0\.\d+) \|$", printed[0], re.MULTILINE)
    assert shares == [f"{measured[name]:.3f}" for name in names]


def test_the_python_example_runs(
    reader: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = (block for page in [README, *DOCS] for block in blocks(page) if block.language == "python")
    (reader / "report.html").unlink(missing_ok=True)
    monkeypatch.chdir(reader)
    exec(compile(block.text, "example.py", "exec"), {"__name__": "__main__"})
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert (reader / "report.html").is_file()


def accepted(line: str) -> bool:
    """Whether the command and its options exist: asked with --help, so that nothing is done."""
    words = shlex.split(line, comments=True)[1:]
    return CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize("page", [README, *DOCS], ids=lambda page: page.name)
def test_commands_that_need_more_than_this_machine_are_well_formed(page: Path) -> None:
    for block in shell_blocks(page):
        if needs(block) is None:
            continue
        subprocess.run(["sh", "-n"], input=block.text, text=True, check=True)
        for line, _ in commands(block):
            program = shlex.split(line, comments=True)[0]
            assert program in ("graphkoc", "docker", "export"), line
            if program == "graphkoc":
                assert accepted(line), line


def test_a_command_that_does_not_exist_is_found() -> None:
    assert accepted("graphkoc load csv my-data/  # a comment")
    for line in ("graphkoc load --nothing csv x", "graphkoc nothing", "graphkoc identity nothing"):
        assert not accepted(line), line


def test_the_glossary_is_one_text_in_the_report_docs_and_contributing() -> None:
    text = (ROOT / "graphkoc/report/glossary.md.j2").read_text(encoding="utf-8")
    assert (ROOT / "docs/glossary.md").read_text(encoding="utf-8") == f"# Glossary\n\n{text}"
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert contributing.partition("\n## Glossary\n")[2].endswith(text.replace("## ", "### "))
    lines = [line for line in text.splitlines() if line and not line.startswith("## ")]
    terms = read_glossary()
    assert len(terms) == len(lines)
    assert all(meaning.endswith(".") for meaning in terms.values())


def test_the_report_prints_every_term_of_the_glossary(demo_output: Path) -> None:
    page = html.unescape((demo_output / "graphkoc-demo/report.html").read_text(encoding="utf-8"))
    for term, meaning in read_glossary().items():
        assert f"<dt>{term}</dt>\n  <dd>{meaning}" in page, term


def test_the_two_commands_are_in_the_makefile_and_their_long_form_does_the_same() -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = README.read_text(encoding="utf-8")
    for command in re.findall(r"^make (\w+)$", text, re.MULTILINE):
        assert f"\n{command}: " in makefile
    assert "graphkoc demo" in makefile
    long_form = re.search(r"/(pytest .*)$", text, re.MULTILINE)
    assert long_form is not None
    assert long_form[1] in makefile


def test_docker_compose_asks_for_the_password_that_the_pages_name() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    assert "GRAPHKOC_NEO4J_PASSWORD:?" in compose
    assert "export GRAPHKOC_NEO4J_PASSWORD=" in README.read_text(encoding="utf-8")

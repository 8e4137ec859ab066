"""What a terminal shows: tables of its width, one line of progress, colours that mean something, and completion."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from command import run
from hypothesis import given
from hypothesis import strategies as st
from small_run import small_market

from graphkoc.analysis import Settings, analyse
from graphkoc.cli.terminal import ProgressLine, draw_table, measure_width, paint
from graphkoc.progress import ANALYSING, LOADING, Clock, find_step

WIDE = [
    {"rank": 1, "name": "林的小厨房", "why": "followers who follow on, and a lid that drips", "reach": 1_204_000},
    {"rank": 22, "name": "Anna 👩‍🍳", "why": "短", "reach": 3},
]


TEXTS = st.text("ab 好水壶👍-", max_size=60)


class Terminal(io.StringIO):
    """A terminal that keeps what it is shown."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A terminal of 80 columns, as variables have it."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return monkeypatch


def open_terminal(environment: pytest.MonkeyPatch) -> Terminal:
    """What stderr shows from here on, which is a terminal, as stdout is."""
    screen = Terminal()
    environment.setattr("sys.stderr", screen)
    environment.setattr("sys.stdout", Terminal())
    return screen


# --- tables ---------------------------------------------------------------------------------------------


def test_a_table_that_has_room_is_shown_whole_and_aligned_by_what_characters_take() -> None:
    lines = draw_table(WIDE, 80).splitlines()
    assert lines == draw_table(WIDE).splitlines()
    assert {measure_width(line[: line.index("短")]) for line in lines if "短" in line} == {18}
    assert next(line for line in lines if "1,204,000" in line).endswith("  1,204,000")


@pytest.mark.parametrize("room", [24, 40, 60])
def test_a_narrow_table_keeps_its_numbers_and_cuts_its_texts(room: int) -> None:
    table = draw_table(WIDE, room)
    assert all(measure_width(line) <= room for line in table.splitlines())
    assert "…" in table or "For want of room without:" in " ".join(table.split())
    assert room < 60 or "1,204,000" in table


def test_the_text_in_the_last_column_is_wrapped_and_not_cut() -> None:
    rows = [{"rank": 1, "why": "one two three four five six seven eight nine ten"}, {"rank": 2, "why": "eleven"}]
    table = draw_table(rows, 40)
    assert "…" not in table
    assert table.splitlines()[2:] == [
        "   1  one two three four five six seven",
        "      eight nine ten",
        "   2  eleven",
    ]


def test_columns_without_room_are_left_out_from_the_right_and_named() -> None:
    rows = [{f"column_{number}": 1_000_000 + number for number in range(12)}]
    table = draw_table(rows, 60)
    assert "column_11" not in table.splitlines()[0]
    assert "For want of room without:" in table
    assert " ".join(table.split()).count("column_11") == 1


def test_a_pipe_and_a_file_get_every_cell_whole() -> None:
    long = "很" * 200
    assert long in draw_table([{"name": long, "number": 1}])


@given(
    st.lists(st.fixed_dictionaries({"a": TEXTS, "b": st.integers(-(10**9), 10**9), "c": TEXTS}), min_size=1),
    st.integers(30, 120),
)
def test_no_line_is_wider_than_the_terminal(rows: list[dict[str, Any]], room: int) -> None:
    assert max(map(measure_width, draw_table(rows, room).splitlines())) <= room


# --- progress -------------------------------------------------------------------------------------------


def test_the_line_counts_the_steps_and_fits_the_terminal(environment: pytest.MonkeyPatch) -> None:
    shown = open_terminal(environment)
    line = ProgressLine(steps=LOADING)
    line("reading 达人报价.csv", 0, 0, 0)
    assert "step 1 of 3: reading 达人报价.csv" in shown.getvalue()
    line("checking reviews", 0, 0, 0)
    line("storing", 1, 2, 0)
    assert "step 3 of 3: storing  ━━━━━━━━━━──────────   50%" in shown.getvalue()
    for part in shown.getvalue().split("\r\x1b[K"):
        assert measure_width(part) < 80


def test_for_want_of_room_the_time_left_stays_longest(environment: pytest.MonkeyPatch) -> None:
    open_terminal(environment)
    line = ProgressLine(steps=LOADING)
    parts = line._describe(10.0, 1, 4, 1_200_000)
    assert parts[1:] == ["━━━━━───────────────", " 25%", "1,200,000 rows", "120,000 rows/s", "30 s left"]
    environment.setenv("COLUMNS", "40")
    assert line._fit(["step 2 of 3: checking", *parts[1:]]) == "step 2 of 3: checking   25%  30 s left"
    environment.setenv("COLUMNS", "20")
    assert measure_width(line._fit(["step 1 of 3: reading 达人报价达人报价.csv", *parts[1:]])) < 20


def test_a_step_that_comes_again_is_counted_again_and_an_unknown_one_is_not() -> None:
    steps = (*LOADING, *LOADING, *ANALYSING)
    assert find_step(steps, "reading a.csv") == 0
    assert find_step(steps, "reading b.csv", 2) == 3
    assert find_step(steps, "reading words", 6) == 6 + ANALYSING.index("reading words")
    assert find_step(steps, "stored", 2) is None


def test_an_analysis_takes_the_steps_that_are_expected(tmp_path: Path) -> None:
    steps: list[str] = []
    clock = Clock(lambda step, *_: steps.append(step))
    analyse(small_market(45), tmp_path / "run", Settings(), clock, processes=1)
    taken = list(dict.fromkeys(steps))
    assert [step for step in ANALYSING if step in taken] == [step for step in taken if step in ANALYSING]
    assert set(ANALYSING) - set(taken) == {"reading the store"}


# --- colours --------------------------------------------------------------------------------------------


def test_marks_have_a_colour_that_means_something(environment: pytest.MonkeyPatch) -> None:
    open_terminal(environment)
    assert paint("✓ yes ✕ no") == "\x1b[32m✓\x1b[0m yes \x1b[31m✕\x1b[0m no"
    assert paint("Note: nobody answered", err=True).startswith("\x1b[33mNote:\x1b[0m")
    assert paint("ok      reviews\nnot ok  follows").count("\x1b[3") == 2
    assert paint("hello! ok") == "hello! ok"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_there_is_no_colour_where_none_is_wanted(name: str, value: str, environment: pytest.MonkeyPatch) -> None:
    open_terminal(environment)
    environment.setenv(name, value)
    assert paint("✓") == "✓"


def test_a_dumb_terminal_gets_plain_lines(environment: pytest.MonkeyPatch) -> None:
    shown = open_terminal(environment)
    environment.setenv("TERM", "dumb")
    ProgressLine(steps=LOADING)("checking reviews", 1, 2, 5)
    assert shown.getvalue() == "checking reviews\n"


def test_what_is_piped_has_no_codes(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert "\x1b" not in done.stdout + done.stderr


# --- completion -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str, tmp_path: Path) -> None:
    done = run("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert f"_GRAPHKOC_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("graphkoc comp", {"completion", "compare"}),
        ("graphkoc report 2025", {"2025-10-13", "2025-10-20"}),
        ("graphkoc query most_f", {"most_followed"}),
        ("graphkoc completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_commands_runs_and_queries_are_completed(words: str, found: set[str], tmp_path: Path) -> None:
    for name in ("2025-10-13", "2025-10-20"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "run.json").write_text("{}")
    asked = {"_GRAPHKOC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    shown = run(cwd=tmp_path, env=asked).stdout
    assert {line.partition(",")[2] for line in shown.splitlines()} == found

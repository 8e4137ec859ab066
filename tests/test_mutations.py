"""Mutated rows of every layout: each is loaded, rejected or named, and none ends in a traceback."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sources import fixture

from graphkoc.capture import load
from graphkoc.capture.answers import Answers
from graphkoc.errors import GraphkocError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERS = Answers(direction={"result.csv": "followers"}, dates="dmy")
TEXTS = sorted(path for path in fixture("exports").iterdir() if path.suffix in (".csv", ".json"))
ODD = [
    '"',
    ",",
    "\n",
    "\r",
    "\t",
    "\0",
    "'",
    "=1+1",
    "\u200b",
    "\ufeff",
    "é",
    "名",
    "💃",
    "\udc9d",
    "nan",
    "None",
    "-1",
    "1e309",
]
ODD += [
    "99999999999999999999",
    "31/02/2024",
    "0000-00-00",
    "[]",
    "{}",
    '{"a":',
    "%",
    "::",
    "a" * 3_000,
    "<b>",
    "$1",
    "\\",
]
VALUES: list[Any] = [
    None,
    "",
    [],
    {},
    -1,
    0,
    1e308,
    10**30,
    True,
    "NaN",
    [[[]]],
    {"id": {"id": []}},
    "x" * 3_000,
    "\u0000",
]


def mutate_text(rng: random.Random, text: str) -> str:
    """The text with one to three letters or pieces put in, taken out or exchanged."""
    for _ in range(rng.randint(1, 3)):
        place, length = rng.randrange(len(text) + 1), rng.choice((0, 0, 1, 2, 8))
        text = text[:place] + rng.choice(ODD) + text[place + length :]
    return text


def mutate_value(rng: random.Random, value: Any) -> Any:
    """The JSON value with one part exchanged."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value))
        return value | {key: mutate_value(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.7:
        return [mutate_value(rng, value[0]), *value[1:]]
    if isinstance(value, str) and rng.random() < 0.6:
        return mutate_text(rng, value)
    return rng.choice(VALUES)


def write_mutated(rng: random.Random, path: Path, target: Path, rows: int) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        documents = json.loads(text)
        mutated = [mutate_value(rng, rng.choice(documents)) for _ in range(rows)]
        target.write_text(json.dumps([*documents, *mutated]), encoding="utf-8")
        return
    header, *lines = text.splitlines(keepends=True)
    mutated_lines = "".join(mutate_text(rng, rng.choice(lines)) for _ in range(rows))
    target.write_text(header + "".join(lines) + mutated_lines, encoding="utf-8", errors="surrogatepass")


@pytest.mark.parametrize(
    ("turn", "rows"), [(0, 20), *(pytest.param(n, 200, marks=pytest.mark.soak) for n in range(1, 24))]
)
def test_no_mutated_row_ends_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int, rows: int
) -> None:
    monkeypatch.setenv("GRAPHKOC_KEY", "of these tests")
    rng = random.Random(turn)
    for path in TEXTS:
        write_mutated(rng, path, tmp_path / path.name, rows)
    try:
        loaded = load.read_recognised([tmp_path], ANSWERS, accept_partial=True, now=NOW)
    except GraphkocError as error:
        pytest.fail(f"one bad row ended the whole load: {error}")
    assert {one.file for one in loaded.files} | {one.file for one in loaded.unread} == {path.name for path in TEXTS}
    for one in loaded.files:
        assert one.read == one.loaded + one.duplicate + one.conflict + one.rejected + one.skipped, one

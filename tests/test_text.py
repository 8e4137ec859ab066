"""Text for people to read: numbers with their nouns, and cells that hold nothing whatever type they are of."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.text import count, display_name, is_missing, number_or_none, person_name, text_or_none, whole_or_none


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float64("nan"), np.float32("nan"), pd.NA, pd.NaT])
def test_a_cell_that_holds_nothing_is_none(nothing: Any) -> None:
    assert is_missing(nothing)
    assert (text_or_none(nothing), number_or_none(nothing), whole_or_none(nothing)) == (None, None, None)


@pytest.mark.parametrize("value", ["", "nan", 0, 0.0, False, np.bool_(False), np.int64(0), Decimal(0), [], ()])
def test_what_is_empty_or_zero_is_not_missing(value: Any) -> None:
    assert not is_missing(value)


def test_cells_become_plain_values_of_python() -> None:
    row = pd.DataFrame({"name": ["Ann"], "rank": pd.array([3], dtype="Int64"), "score": [0.5]}).iloc[0]
    found = (text_or_none(row["name"]), whole_or_none(row["rank"]), number_or_none(row["score"]))
    assert found == ("Ann", 3, 0.5)
    assert [type(value) for value in found] == [str, int, float]
    assert number_or_none(np.float64("inf")) is None


@pytest.mark.parametrize(
    ("number", "nouns", "words"),
    [
        (1, "reviews", "1 review"),
        (0, "reviews", "0 reviews"),
        (1204, "reviews", "1,204 reviews"),
        (1, "people", "1 person"),
        (1.0, "linked identities", "1 linked identity"),
        (0.7, "copies", "1 copy"),
    ],
)
def test_a_number_stands_with_its_noun(number: float, nouns: str, words: str) -> None:
    assert count(number, nouns) == words


@pytest.mark.parametrize(
    ("name", "consumer", "shown"),
    [("Ann", "s:1", "Ann"), (None, "s:1", "s:1"), (float("nan"), "s:1", "s:1"), ("\u200b", "\u200b", "(no name)")],
)
def test_a_person_without_a_visible_name_is_called_by_their_id(name: Any, consumer: str, shown: str) -> None:
    assert person_name({"name": name, "consumer": consumer}) == shown


def test_text_is_read_without_pandas() -> None:
    code = "import sys, graphkoc.text; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.text(st.characters(exclude_categories=())))
def test_a_shown_name_is_one_short_line_of_visible_text_and_stays_as_it_is(text: str) -> None:
    name = display_name(text)
    assert len(name) <= 40
    assert name == " ".join(name.split())
    assert not [c for c in name if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    assert unicodedata.is_normalized("NFC", name)
    assert display_name(name) == name


@pytest.mark.parametrize("name", ["Ann", "小红书达人🌸", "O'Brien & <Sons>", "Zoë", "عائشة"])
def test_a_name_of_visible_characters_is_left_alone(name: str) -> None:
    assert display_name(name) == name

"""FilmTrust: two tables without times or header, whose rows are what their places say."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sources import file_counts, fixture, reasons
from sources import read as read_source

FIXTURE = fixture("filmtrust")
read = partial(read_source, "filmtrust")


def test_every_row_is_accounted_for() -> None:
    loaded = read(FIXTURE)
    assert file_counts(loaded) == {
        "ratings.txt": (17, 12, 2, 3),
        "trust.txt": (10, 7, 1, 2),
    }
    assert reasons(loaded) == [
        ["ratings.txt", 14, "rating is above 5: '6'"],
        ["ratings.txt", 15, "it has 2 cells, and should have 3 to 3"],
        ["ratings.txt", 16, "rating is not a number: 'good'"],
        ["trust.txt", 6, "follower and followee are one"],
        ["trust.txt", 7, "no table takes this row"],
    ]


def test_who_trusts_follows_and_a_film_rated_twice_has_one_review() -> None:
    tables = {name: frame.replace("filmtrust:", "", regex=True) for name, frame in read(FIXTURE).tables.items()}
    assert tables["reviews"].values.tolist() == [
        ["1-1", "1", "1", 2],
        ["1-2", "1", "2", 4],
        ["1-3", "1", "3", 3.5],
        ["2-1", "2", "1", 0.5],
        ["2-4", "2", "4", 4],
        ["3-1", "3", "1", 3],
        ["3-2", "3", "2", 3],
        ["3-5", "3", "5", 1.5],
        ["4-5", "4", "5", 2],
        ["5-2", "5", "2", 4],
        ["5-6", "5", "6", 2.5],
        ["9-3", "9", "3", 1],
    ]
    assert tables["follows"].values.tolist() == [
        ["12", "1"],
        ["2", "1"],
        ["2", "9"],
        ["3", "1"],
        ["3", "2"],
        ["5", "1"],
        ["9", "2"],
    ]
    assert tables["consumers"]["consumer"].tolist() == ["1", "12", "2", "3", "4", "5", "9"]
    assert tables["products"]["product"].tolist() == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("between", [",", ";", "\t", "   "])
def test_what_stands_between_the_cells_changes_nothing(tmp_path: Path, between: str) -> None:
    for name in ("ratings", "trust"):
        words = (FIXTURE / f"{name}.txt").read_text().replace(" ", between)
        (tmp_path / f"{name}.csv").write_text(words)
    loaded, before = read(tmp_path), read(FIXTURE)
    for name, frame in before.tables.items():
        assert loaded.tables[name].equals(frame), name

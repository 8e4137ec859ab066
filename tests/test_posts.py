"""The ledgers of posts and of units: a line a reading, the newest known figure stands, a file twice adds nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_outcome import URL, make_post

from graphkoc.activate.outcome import posts, units
from graphkoc.activate.outcome.posts import add_posts, find_posts, read_posts
from graphkoc.activate.outcome.units import add_units, read_units
from graphkoc.activate.running.journal import find_standing
from graphkoc.activate.running.overview import count_units
from graphkoc.runs.ledger import read_entries
from graphkoc.tables.schema import TABLES

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)


def sheet(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def test_the_ledgers_have_the_columns_of_the_canonical_tables() -> None:
    for columns, table in ((posts.COLUMNS, "posts"), (units.COLUMNS, "campaign_units")):
        assert sorted([*columns, "campaign"]) == sorted(TABLES[table].names)


def test_a_file_that_is_applied_twice_adds_nothing(tmp_path: Path) -> None:
    rows = sheet({"post": "r:1", "url": URL.format(1), "reads": 900.0}, {"post": "r:2", "likes": 7.0})
    assert len(add_posts(tmp_path, "spring", rows, "notes.xlsx", MAY)) == 2
    before = (tmp_path / posts.LEDGER).read_bytes()
    assert add_posts(tmp_path, "spring", rows, "notes.xlsx", JUNE) == []
    assert add_posts(tmp_path, "spring", rows, "a copy.xlsx", JUNE) == []
    assert (tmp_path / posts.LEDGER).read_bytes() == before
    assert len(add_posts(tmp_path, "summer", rows, "notes.xlsx", JUNE)) == 2


def test_a_file_stays_known_when_another_has_been_read_since(tmp_path: Path) -> None:
    first = sheet({"post": "r:1", "url": URL.format(1), "reads": 900.0, "cost": 300.1})
    second = sheet({"post": "pgy:1", "url": URL.format(1) + "?xsec_token=a", "reads": 1_200.0})
    add_posts(tmp_path, "spring", first, "notes.xlsx", MAY)
    add_posts(tmp_path, "spring", second, "notes.json", JUNE)
    assert add_posts(tmp_path, "spring", first, "notes.xlsx", JUNE) == []
    [post] = read_posts(tmp_path, "spring").to_dict("records")
    assert (post["reads"], post["cost"]) == (1_200.0, 300.1), "the platform's reads, and the sheet's cost"


def test_an_older_reading_that_comes_later_changes_nothing_newer() -> None:
    newer = make_post(1, measured_at="2026-05-20", reads=5_000, at="2026-05-21T00:00:00+00:00")
    older = make_post(1, measured_at="2026-05-02", reads=1_000, boost=20.0, at="2026-06-01T00:00:00+00:00")
    [post] = find_posts([newer, older]).to_dict("records")
    assert (post["reads"], post["boost"]) == (5_000, 20.0)
    assert post["measured_at"] == pd.Timestamp("2026-05-20")


def test_a_line_without_an_address_or_an_id_is_no_post() -> None:
    assert find_posts([make_post(1, post=None, url=None)]).empty
    assert list(find_posts([]).columns) == ["campaign", *posts.COLUMNS]


def test_a_missing_ledger_has_no_posts(tmp_path: Path) -> None:
    assert read_posts(tmp_path).empty
    assert read_units(tmp_path, "spring") == []


@pytest.mark.parametrize("wrong", ["soon", "2026-13-40", 7, ""])
def test_a_time_that_is_none_is_not_known(wrong: object) -> None:
    [post] = find_posts([make_post(1, posted_at=wrong, measured_at=wrong)]).to_dict("records")
    assert pd.isna(post["measured_at"])
    assert post["reads"] == 1_800


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 28), st.one_of(st.none(), st.integers(0, 99))), min_size=1))
def test_of_every_figure_the_newest_value_that_is_known_stands(readings: list[tuple[int, int, int | None]]) -> None:
    lines = [make_post(n, measured_at=f"2026-05-{day:02}", reads=reads) for n, day, reads in readings]
    table = find_posts(lines).set_index("post")["reads"]
    for number in {n for n, _, _ in readings}:
        known = [
            (day, place, reads) for place, (n, day, reads) in enumerate(readings) if n == number and reads is not None
        ]
        expected = max(known)[2] if known else None
        found = table[f"results:{number}"]
        assert (None if pd.isna(found) else found) == expected


def test_units_are_of_a_product_and_a_programme_and_add_up(tmp_path: Path) -> None:
    first = sheet(
        {"offer": "vine:1", "product": "B01", "channel": "vine", "offered": 30, "claimed": 12},
        {"offer": "vine:2", "product": "B02", "channel": "vine", "offered": 10, "claimed": None},
    )
    assert len(add_units(tmp_path, "spring", first, "vine.csv", MAY)) == 2
    assert add_units(tmp_path, "spring", first, "vine.csv", JUNE) == []
    later = first.assign(claimed=[28, 9], reviewed=[20, 0])
    assert len(add_units(tmp_path, "spring", later, "vine.csv", JUNE)) == 2
    counted = count_units(find_standing([], []), read_units(tmp_path, "spring"))
    assert {step: number for step, number in counted.items() if number} == {
        "offered": 40,
        "claimed": 37,
        "reviewed": 20,
    }
    assert len(read_entries(tmp_path / units.LEDGER)) == 4, "what stood before is still there"

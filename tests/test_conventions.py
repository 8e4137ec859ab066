"""How a column writes days and numbers is decided by the column, or asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.capture import load
from graphkoc.capture.answers import Answers
from graphkoc.capture.sources import find_source
from graphkoc.errors import DataError, UsageError

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def written(folder: Path, *days: str) -> Path:
    rows = "".join(f'u{number},p,"{day}"\n' for number, day in enumerate(days))
    (folder / "reviews.csv").write_text(f"consumer,product,created_at\n{rows}", encoding="utf-8")
    return folder / "reviews.csv"


def days(file: Path, dates: str = "") -> list[str]:
    loaded = load.read(find_source("csv"), [file], answers=Answers(dates=dates), accept_partial=True, now=NOW)
    times = loaded.tables["reviews"].sort_values("consumer")["created_at"]
    return [f"{time:%Y-%m-%d}" if time == time.normalize() else f"{time:%Y-%m-%d %H:%M}" for time in times]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["31/12/2025", "03/04/2025"], ["2025-12-31", "2025-04-03"]),
        (["12/31/2025", "03/04/2025"], ["2025-12-31", "2025-03-04"]),
        (["31-12-2025", "03-04-2025 10:30"], ["2025-12-31", "2025-04-03 10:30"]),
        (["31/12/2025", "01.02.24", "Nov 3, 2026"], ["2025-12-31", "2024-02-01", "2026-11-03"]),
        (["31/12/25", "03/04/25"], ["2025-12-31", "2025-04-03"]),
        (["2024/5/1", "2024-05-02"], ["2024-05-01", "2024-05-02"]),
        (["05/20/2024 10:12:18 PM"], ["2024-05-20 22:12"]),
        (["1.5.2024 18:05"], ["2024-05-01 18:05"]),
    ],
)
def test_one_cell_that_can_be_read_in_one_way_decides_the_column(
    tmp_path: Path, cells: list[str], expected: list[str]
) -> None:
    assert days(written(tmp_path, *cells)) == expected


def test_a_column_that_leaves_the_day_open_is_asked_for_by_name(tmp_path: Path) -> None:
    file = written(tmp_path, "03/04/2025", "05/06/2025")
    with pytest.raises(
        DataError, match=r"reviews\.csv: the column created_at leaves open .* --dates dmy or --dates mdy"
    ):
        days(file)
    assert days(file, "dmy") == ["2025-04-03", "2025-06-05"]
    assert days(file, "mdy") == ["2025-03-04", "2025-05-06"]
    assert days(written(tmp_path, "24/02/03"), "ymd") == ["2024-02-03"]
    (tmp_path / "graphkoc-load.toml").write_text('dates = "dmy"\n')
    assert days(written(tmp_path, "03/04/2025")) == ["2025-04-03"]
    with pytest.raises(UsageError, match="dates are dmy, mdy, ymd"):
        Answers(dates="day first")


def test_a_day_that_is_none_decides_nothing_and_is_rejected_alone(tmp_path: Path) -> None:
    assert days(written(tmp_path, "32/13/2025", "31/12/2025", "03/04/2025")) == ["2025-12-31", "2025-04-03"]
    loaded = load.read(find_source("csv"), [written(tmp_path, "32/13/2025", "2025-04-03")], now=NOW)
    assert loaded.rejects["reason"].tolist() == ["created_at is not a time: '32/13/2025'"]


def test_another_file_of_the_load_is_taken_all_the_same(tmp_path: Path) -> None:
    written(tmp_path, "03/04/2025")
    (tmp_path / "follows.csv").write_text("follower,followee\nann,bob\n")
    loaded = load.read(find_source("csv"), [tmp_path], now=NOW)
    assert [one.file for one in loaded.files] == ["follows.csv"]
    assert [one.file for one in loaded.unread] == ["reviews.csv"]


def amounts(folder: Path, *cells: str) -> list[float]:
    rows = "".join(f"u,p{number};o{number};{cell}\n".replace(",p", ";p") for number, cell in enumerate(cells))
    (folder / "purchases.csv").write_text(f"consumer;product;order;amount\n{rows}", encoding="utf-8")
    loaded = load.read(find_source("csv"), [folder / "purchases.csv"], accept_partial=True, now=NOW)
    return list(loaded.tables["purchases"].sort_values("product")["amount"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3.000", "3.001,01", "2.223", "12,5"], [3000, 3001.01, 2223, 12.5]),
        (["1,234", "12.50"], [1234, 12.5]),
        (["12.5", "3"], [12.5, 3]),
        (["4,5", "12"], [4.5, 12]),
    ],
)
def test_the_decimal_mark_is_that_of_the_column(tmp_path: Path, cells: list[str], expected: list[float]) -> None:
    assert amounts(tmp_path, *cells) == expected


@given(st.lists(st.integers(0, 9_999_999), min_size=1, max_size=8))
def test_amounts_as_germans_write_them_come_back(tmp_path_factory: pytest.TempPathFactory, cents: list[int]) -> None:
    cells = [f"{cent / 100:,.2f}".translate(str.maketrans(",.", ".,")) for cent in cents]
    assert amounts(tmp_path_factory.mktemp("amounts"), *cells) == [cent / 100 for cent in cents]

"""Codes: one of its own for each person and post, in the order of choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphkoc.activate.codes import assign_codes, read_codes
from graphkoc.errors import DataError, UsageError


def test_people_get_codes_in_order_one_for_each_post(tmp_path: Path) -> None:
    path = tmp_path / "codes.txt"
    path.write_text("\ufeffLUTO1\n\n LUTO2 \r\nLUTO3\n水壶4\nLUTO5\n", encoding="utf-8")
    codes = read_codes(path)
    assert codes == ["LUTO1", "LUTO2", "LUTO3", "水壶4", "LUTO5"]
    assert assign_codes(["b", "a"], codes)["code"].tolist() == ["LUTO1", "LUTO2"]
    assert assign_codes(["b", "a"], codes, posts=2).values.tolist() == [
        ["b", 1, "LUTO1"],
        ["b", 2, "LUTO2"],
        ["a", 1, "LUTO3"],
        ["a", 2, "水壶4"],
    ]
    assert assign_codes([], codes).empty


def test_too_few_codes_are_one_sentence() -> None:
    with pytest.raises(UsageError, match="4 codes are needed, and the file has 3"):
        assign_codes(["a", "b"], ["1", "2", "3"], posts=2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ONE\nTWO\none\n", "has the code ONE twice"),
        (b"\n \n", "has no code"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_list_of_codes_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "codes.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words) as error:
        read_codes(path)
    assert error.value.hint
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_codes(tmp_path / "nowhere.txt")

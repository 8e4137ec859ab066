"""Saved plans and groups: kept beside the runs by name, whole or not at all, and who was on them when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import DataError, StoreError, UsageError
from graphkoc.invite.saved import (
    check_list_name,
    last_invited,
    plans_folder,
    read_list,
    read_lists,
    save_list,
)


def a_list(name: str, *people: str, kind: str = "plan", made_at: str = "2025-05-01T09:00:00+00:00") -> dict[str, Any]:
    """A list with these people on its roster; one with a ? is a reserve."""
    rows = [
        {"consumer": one.strip("?"), "role": "koc", "place": "reserve" if "?" in one else "roster"} for one in people
    ]
    return {
        "kind": kind,
        "name": name,
        "made_at": made_at,
        "run": "one",
        "client": None,
        "settings": {},
        "people": rows,
    }


def test_lists_are_beside_the_runs_so_that_a_new_analysis_leaves_them(tmp_path: Path) -> None:
    assert plans_folder(tmp_path / "runs" / "one") == tmp_path / "runs" / "plans" == plans_folder(tmp_path / "runs/two")


@pytest.mark.parametrize("name", ["spring-launch", "春季种草 1", "Frühling & Söhne", "v1.2"])
def test_a_list_is_read_by_its_name_with_all_that_its_maker_kept(tmp_path: Path, name: str) -> None:
    kept = a_list(name, "a:1", "a:2?") | {"client": "Nordkessel", "budget": 5000, "missing": float("nan")}
    path = save_list(tmp_path / "plans", kept)
    assert path == tmp_path / "plans" / f"{name}.json"
    assert read_list(tmp_path / "plans", name) == kept | {"missing": None}
    assert read_list(tmp_path / "plans", f" {name} ", "plan")["name"] == name


def test_a_list_without_a_time_was_made_now(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    save_list(tmp_path, {"kind": "plan", "name": "now", "people": []})
    assert before <= datetime.fromisoformat(read_list(tmp_path, "now")["made_at"]) <= datetime.now(UTC)


@pytest.mark.parametrize(
    "name",
    ["", "a/b", "..", ".hidden", "a\\b", "C:x", "con", "LPT1.old", "end.", "-o", "x" * 81, "鍋" * 70, "a\u202eb"],
)
def test_a_name_that_no_file_can_have_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        save_list(tmp_path, a_list(name))
    with pytest.raises(UsageError):
        read_list(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=40))
def test_every_name_that_is_taken_is_a_file_in_the_folder(name: str) -> None:
    try:
        kept = check_list_name(name)
    except UsageError:
        return
    assert check_list_name(kept) == kept
    assert Path("plans", f"{kept}.json").name == f"{kept}.json"
    assert len(f".{kept}.json.00000000.graphkoc-new".encode()) <= 255


def test_a_list_that_is_saved_again_replaces_the_one_before(tmp_path: Path) -> None:
    save_list(tmp_path, a_list("launch", "a:1", "a:2"))
    save_list(tmp_path, a_list("launch", "a:3"))
    assert [one["consumer"] for one in read_list(tmp_path, "launch")["people"]] == ["a:3"]
    assert [path.name for path in tmp_path.iterdir()] == ["launch.json"]


def test_a_group_does_not_replace_a_plan(tmp_path: Path) -> None:
    save_list(tmp_path, a_list("launch", "a:1"))
    with pytest.raises(UsageError, match="a plan called launch already"):
        save_list(tmp_path, a_list("launch", "a:2", kind="focus-group"))
    with pytest.raises(UsageError, match="no saved focus-group called 'launch'"):
        read_list(tmp_path, "launch", "focus-group")


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as none:
        read_list(tmp_path, "launch")
    save_list(tmp_path, a_list("spring", "a:1"))
    with pytest.raises(UsageError) as one:
        read_list(tmp_path, "launch")
    assert (none.value.hint, one.value.hint) == ("None has been saved beside these runs.", "There are: spring.")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind": "plan"}',
        json.dumps(a_list("x") | {"kind": "guess"}).encode(),
        json.dumps(a_list("x") | {"people": [{"name": "Ann"}]}).encode(),
        json.dumps(a_list("x") | {"made_at": "yesterday"}).encode(),
        json.dumps(a_list("x") | {"made_at": "0001-01-01T00:00:00+14:00"}).encode(),
    ],
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    save_list(tmp_path, a_list("good", "a:1"))
    (tmp_path / "bad.json").write_bytes(content)
    for ask in (lambda: read_list(tmp_path, "bad"), lambda: read_lists(tmp_path), lambda: last_invited(tmp_path)):
        with pytest.raises(DataError, match=r"bad\.json is damaged"):
            ask()
    assert read_list(tmp_path, "good")["people"]


def test_what_is_no_list_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its kind"):
        save_list(tmp_path, a_list("x", kind="guess"))
    with pytest.raises(UsageError, match="a consumer each"):
        save_list(tmp_path, a_list("x") | {"people": ["a:1"]})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_renamed_is_a_list_of_that_name(tmp_path: Path) -> None:
    save_list(tmp_path, a_list("launch", "a:1")).rename(tmp_path / "copy.json")
    assert [one["name"] for one in read_lists(tmp_path)] == ["copy"]
    assert read_list(tmp_path, "copy")["name"] == "copy"


def test_lists_are_read_the_oldest_first(tmp_path: Path) -> None:
    assert read_lists(tmp_path / "none") == []
    save_list(tmp_path, a_list("new", "a:1", kind="focus-group"))
    save_list(tmp_path, a_list("old", "a:1", "a:2?", made_at="2025-01-01T00:00:00+00:00"))
    assert [(one["name"], one["kind"], len(one["people"])) for one in read_lists(tmp_path)] == [
        ("old", "plan", 2),
        ("new", "focus-group", 1),
    ]


def test_the_newest_invitation_of_each_person_is_known_and_a_reserve_was_not_invited(tmp_path: Path) -> None:
    save_list(tmp_path, a_list("spring", "a:1", "a:2", "a:3?", made_at="2025-03-01T00:00:00+00:00"))
    save_list(tmp_path, a_list("autumn", "a:2", made_at="2025-09-01T10:00:00+08:00"))
    spring, autumn = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 9, 1, 2, tzinfo=UTC)
    assert last_invited(tmp_path) == {"a:1": spring, "a:2": autumn}
    assert last_invited(tmp_path, without="autumn") == {"a:1": spring, "a:2": spring}
    assert last_invited(tmp_path / "none") == {}


def test_a_folder_that_takes_no_files_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        save_list(tmp_path / "plans", a_list("launch", "a:1"))

"""Decisions of clients: the newest stands, a no is kept, and no line is ever lost or changed."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from edit_writers import decide_many
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import StoreError, UsageError
from graphkoc.invite.decisions import (
    DECISIONS,
    FILE,
    Decision,
    append,
    decide_now,
    find_standing,
    list_refused,
    read,
)

AT = "2025-05-01T09:00:00+00:00"


def test_a_decision_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read(tmp_path / "plans") == ()
    told = Decision(AT, "北锅 GmbH", "xhs:7", "no", "Wettbewerber, “nein”\nzweite Zeile", "longlist.xlsx")
    append(tmp_path / "plans", [told, Decision(AT, "北锅 GmbH", "xhs:8", "reserve")])
    assert read(tmp_path / "plans") == (told, Decision(AT, "北锅 GmbH", "xhs:8", "reserve", "", ""))


def test_a_decision_of_no_kind_and_a_client_without_a_name_are_refused() -> None:
    with pytest.raises(UsageError, match="'perhaps' is no decision"):
        decide_now("Nordkessel", "a:1", "perhaps")
    with pytest.raises(UsageError):
        decide_now("  ", "a:1", "yes")


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.sampled_from("xyz"), st.sampled_from(DECISIONS))))
def test_the_newest_decision_of_a_client_and_a_person_stands(lines: list[tuple[str, str, str]]) -> None:
    journal = [Decision(AT, client, consumer, decision) for client, consumer, decision in lines]
    for client in ("A", "B"):
        last = {consumer: decision for who, consumer, decision in lines if who == client}
        assert {consumer: one.decision for consumer, one in find_standing(journal, client).items()} == last


def test_a_client_is_the_same_in_other_capitals_and_another_client_decides_apart(tmp_path: Path) -> None:
    append(tmp_path, [decide_now("Nordkessel GmbH", "a:1", "no"), decide_now("Brisko", "a:2", "no")])
    assert list_refused(tmp_path, " NORDKESSEL  gmbh") == {"a:1"}
    assert list_refused(tmp_path, "ｂｒｉｓｋｏ") == {"a:2"}
    append(tmp_path, [decide_now("nordkessel gmbh", "a:1", "yes")])
    assert list_refused(tmp_path, "Nordkessel GmbH") == set()


def test_a_no_to_one_account_is_a_no_to_the_person(tmp_path: Path) -> None:
    append(tmp_path, [decide_now("Brisko", "xhs:9", "no")])
    assert list_refused(tmp_path, "Brisko", {"xhs:9": "crm:1", "crm:1": "crm:1"}) == {"crm:1"}


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_a_crash_cut_off_is_ignored_and_what_follows_is_whole(tmp_path: Path, cut: int) -> None:
    append(tmp_path, [decide_now("Brisko", "a:1", "no"), decide_now("Brisko", "a:2", "yes")])
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes()[:-cut])
    append(tmp_path, [decide_now("Brisko", "a:3", "no")])
    assert [one.consumer for one in read(tmp_path) if one.consumer != "a:2"] == ["a:1", "a:3"]


@pytest.mark.parametrize(
    "line", ["", "[]", "7", "{}", json.dumps({"at": AT, "client": "B", "consumer": 1, "decision": "no"}), "[" * 100_000]
)
def test_a_line_that_is_no_decision_harms_no_other(tmp_path: Path, line: str) -> None:
    append(tmp_path, [decide_now("Brisko", "a:1", "no")])
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    append(tmp_path, [decide_now("Brisko", "a:2", "no")])
    assert list_refused(tmp_path, "Brisko") == {"a:1", "a:2"}


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=decide_many, args=(tmp_path, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(one.consumer for one in read(tmp_path)) == sorted(f"a:{w}-{n}" for w in range(3) for n in range(20))


def test_a_journal_that_cannot_be_read_or_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        read(tmp_path)
    with pytest.raises(StoreError, match="cannot be written"):
        append(tmp_path, [decide_now("Brisko", "a:1", "no")])

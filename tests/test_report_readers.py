"""Whom a report names: repeated and missing names, and what a client sees of people who have not accepted."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import Any

import pytest

from graphkoc.activate.running.journal import record
from graphkoc.errors import UsageError
from graphkoc.report import Reader, make_document
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.readers import Names
from graphkoc.runs.run import Run, find_run

ENGLISH = Catalogue("en")
CLIENT = Reader("client")


def person(consumer: str, name: str | None, role: str = "koc", **more: Any) -> dict[str, Any]:
    return {"consumer": consumer, "name": name, "handle": None, "role": role, "rank": None, "followers": None} | more


def names(*people: dict[str, Any], accepted: set[str] = frozenset(), reader: Reader | None = None) -> Names:  # type: ignore[assignment]
    return Names(people, accepted, reader or Reader(), ENGLISH)


def test_a_name_that_repeats_has_its_handle_and_one_without_a_handle_its_id() -> None:
    found = names(
        person("a:1", "Celia Quill", handle="celia_q"), person("a:2", "celia quill"), person("a:3", "Paul Birch")
    )
    assert [found.find_handle(one) for one in ("a:1", "a:2", "a:3")] == ["@celia_q", "…2", None]


def test_somebody_without_a_visible_name_is_a_person_with_the_end_of_the_id() -> None:
    found = names(person("ciao:212", None), person("xiaohongshu:64f1a2b3c4d5e6f7", "\u200b"))
    assert found.find_name("ciao:212") == "Person 212"
    assert found.find_name("xiaohongshu:64f1a2b3c4d5e6f7") == "Person e6f7"


def test_a_client_sees_names_of_those_who_accepted_and_numbers_of_the_others() -> None:
    people = [
        person("a:1", "Ada", rank=1),
        person("a:2", "Ada", rank=2, handle="ada2"),
        person("a:3", "Kim", "kol", followers=90_000),
        person("a:4", "Lou", "kol", followers=9_000),
    ]
    found = names(*people, accepted={"a:1"}, reader=CLIENT)
    assert [found.find_name(one["consumer"]) for one in people] == ["Ada", "KOC 02", "KOL 01", "KOL 02"]
    assert found.find_handle("a:2") is None
    assert found.named == {"a:1"}
    for_a_reason = names(*people, reader=Reader("client", "they signed"))
    assert for_a_reason.find_name("a:3") == "Kim"


@pytest.mark.parametrize(("kind", "why"), [("boss", None), ("client", "  "), ("client", "\u200b")])
def test_an_unknown_reader_or_an_empty_reason_is_one_sentence(kind: str, why: str | None) -> None:
    with pytest.raises(UsageError):
        Reader(kind, why)


@pytest.fixture(scope="module")
def invited(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str]]:
    """The small run with a journal beside it in which the third KOC accepted; and everybody who can be named."""
    folder = tmp_path_factory.mktemp("readers")
    shutil.copytree(small_run.folder, folder / "run")
    run = find_run(str(folder / "run"))
    row = {"consumer": run.kocs()["consumer"].iloc[2], "event": "accepted", "happened_at": "2026-01-05"}
    record(folder / "campaigns", "spring", [row], "s.csv", now=datetime(2026, 6, 1, tzinfo=UTC))
    shown = run.people[run.people["role"] != "none"]
    return run, [str(name) for name in shown["name"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_clients_document_has_no_name_of_anybody_who_has_not_accepted(
    invited: tuple[Run, list[str]], language: str
) -> None:
    run, everybody = invited
    accepted = str(run.kocs()["name"].iloc[2])
    texts = list(list_texts(make_document(run, language, CLIENT)))
    seen = {name for name in everybody if any(name == text or f"{name} " in f"{text} " for text in texts)}
    assert seen <= {accepted}
    assert not {text for text in texts if text in set(run.people["consumer"])}


def test_a_reason_shows_all_names_and_stands_in_the_document(invited: tuple[Run, list[str]]) -> None:
    run, _ = invited
    document = make_document(run, "en", Reader("client", "the client signed"))
    assert document["names_because"] == "the client signed"
    assert str(run.kocs()["name"].iloc[0]) in set(list_texts(document))


def test_the_document_is_json_and_the_same_twice(small_run: Run) -> None:
    first, second = (json.dumps(make_document(small_run), allow_nan=False) for _ in range(2))
    assert first == second


def list_texts(value: Any) -> Any:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from list_texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from list_texts(one)

"""How much of an audience is known: in the table of people, and beside each statement that somebody is not reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from little_store import asked, held
from small_market import market
from test_roles import KOL, crowd

import graphkoc
from graphkoc.qualify.audience import describe_audience_coverage
from graphkoc.qualify.coverage import cover
from graphkoc.report import make_document
from graphkoc.runs import coverage
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped

STATED = 590
"""Followers that the platform states of the account whom 59 people follow here."""


def follow(source: str, *targets: str) -> list[dict[str, Any]]:
    return [{"source": source, "target": target, "weight": 1.0} for target in targets]


def test_known_followers_are_a_share_of_those_that_the_platform_states() -> None:
    stated = {"a:ann": 4, "a:bea": None, "a:cat": 0, "a:dan": 1, "b:eve": 100}
    people = [{"consumer": one, "platform": one[0], "followers": number} for one, number in stated.items()]
    follows = follow("a:ann", "a:bea") + follow("a:bea", "a:ann") + follow("a:dan", "a:ann", "a:bea")
    notes = [{"review": "r", "consumer": "b:eve"}]
    liked = [{"engagement": "e", "consumer": "a:ann", "review": "r", "kind": "like"}]
    projection = market(consumers=people, follows=follows, reviews=notes, engagements=liked)
    found = cover(projection, projection.consumers.set_index("consumer"), np.array([1.0, 1.0, 0.0, 2.0, 1.0]))
    # Ann has one of four; nothing is stated of Bea and nobody of Cat; Dan has lost one since; Eve's are people who
    # engaged.
    assert found["audience_coverage"].fillna(-1).tolist() == [0.25, -1, -1, 1, -1]


def test_posts_are_engaged_with_where_somebody_else_is_known_to_have_engaged() -> None:
    notes = [{"review": f"r{number}", "consumer": "x:ann"} for number in range(4)]
    made = [("x:bob", "r0"), ("x:bob", "r0"), ("x:cat", "r1"), ("x:ann", "r2")]
    engaged = [
        {"engagement": f"e{at}", "consumer": who, "review": review, "kind": "comment"}
        for at, (who, review) in enumerate(made)
    ]
    people = [{"consumer": one} for one in ("x:ann", "x:bob", "x:cat")]
    projection = market(consumers=people, reviews=notes, engagements=engaged)
    found = cover(projection, projection.consumers.set_index("consumer"), np.zeros(3))
    assert found[["posts", "posts_engaged"]].to_numpy().tolist() == [[4, 2], [0, 0], [0, 0]]


def test_the_known_share_of_an_audience_is_described_in_words() -> None:
    person = {"audience_coverage": 0.1, "followers": 2000.0, "posts": 3, "posts_engaged": 1}
    assert describe_audience_coverage(person) == [
        "10% of the 2,000 followers that the platform states are known",
        "engagements are known on 1 of 3 posts",
    ]
    assert (
        describe_audience_coverage({"audience_coverage": None, "followers": None, "posts": 3, "posts_engaged": 0}) == []
    )


def run_of(*rows: dict[str, Any]) -> Run:
    """A run of people with a wide audience, who are all in the niche tea."""
    blank = {"role": "kol", "ties": "follows", "audience": 0.0, "posts": 0, "posts_engaged": 0, "reviews": 0}
    flags = dict.fromkeys(("hears_kol", "hears_koc", "suspicious"), False)
    people = pd.DataFrame([{"consumer": f"x:{at}"} | blank | flags | row for at, row in enumerate(rows)])
    members = people[["consumer"]].assign(kind="niche", group="tea", confidence=0.9)
    return Run("run", {}, people=shaped("people", people), members=shaped("members", members))


FOLLOWED = {"audience_coverage": 0.1, "followers": 900.0}
KNOWN = {"audience_coverage": 0.5, "followers": 100.0}
ENGAGED = {"ties": "engagements", "followers": 5000.0, "posts": 8, "posts_engaged": 2}


@pytest.mark.parametrize(
    ("rows", "clause"),
    [
        ((FOLLOWED, KNOWN), "known followers cover 14% of the stated audiences of the 2 wide-audience accounts"),
        ((ENGAGED,), "engagements are known on 25% of the posts of the 1 wide-audience account"),
        (
            (KNOWN, ENGAGED, {}),
            "known followers cover 50% of the stated audiences of the 1 wide-audience account; engagements are known "
            "on 25% of the posts of the 1 wide-audience account; the full audience size of 1 more is unknown",
        ),
        (({}, {}), "the full audience size of the 2 wide-audience accounts is unknown"),
    ],
    ids=["follows", "engagements", "both", "unknown"],
)
def test_a_run_describes_how_much_it_knows_of_the_audiences_of_its_wide_accounts(
    rows: tuple[dict[str, Any], ...], clause: str
) -> None:
    run = run_of(*rows)
    assert graphkoc.describe_coverage(run) == [clause]
    assert coverage.describe(coverage.cover_niches(run)["tea"], "the", coverage.WIDE) == clause


def test_key_opinion_consumers_are_not_described_as_wide_accounts() -> None:
    run = run_of({"role": "koc", **FOLLOWED}, {"role": "koc", **KNOWN})
    assert graphkoc.describe_coverage(run) == [
        "known followers cover 14% of the stated audiences of the 2 key opinion consumers"
    ]
    assert coverage.describe_role(run, ("kol",), coverage.WIDE) is None


def test_a_run_without_such_accounts_says_nothing_of_them() -> None:
    assert graphkoc.describe_coverage(run_of({"role": "none"})) == []
    assert coverage.cover_niches(run_of({"role": "none"})) == {}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of two niches, in which a platform states the followers of the one wide-audience account."""
    folder = tmp_path_factory.mktemp("coverage")
    given = crowd()
    given["consumers"] = given["consumers"].assign(
        followers=pd.array([STATED if one == KOL else None for one in given["consumers"]["consumer"]], dtype="Int64")
    )
    with held(folder / "graphkoc.lbug", given) as store:
        graphkoc.analyse(store, folder / "run")
    return folder


def test_statements_about_unreached_niches_state_how_much_of_the_audiences_is_known(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clause = "known followers cover 10% of the stated audiences of the 1 wide-audience account"
    listed = asked(place, monkeypatch, "niches", "run")
    assert f"Note: {clause}." in " ".join(listed.stderr.split())
    notes = make_document(graphkoc.find_run(str(place / "run")))["sections"]["niches"]["notes"]
    assert (
        "Of the followers that the platforms state of 1 account with a wide audience, 10% are in these data." in notes
    )


def test_lists_and_explanations_have_the_shares(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    niches = json.loads(asked(place, monkeypatch, "niches", "run", "--format", "json").stdout)
    shares = {niche["kol_audience_coverage"] for niche in niches}
    assert shares == {None, 59 / STATED}
    assert {niche["kol_posts_coverage"] for niche in niches} == {None}
    why = json.loads(asked(place, monkeypatch, "explain", KOL, "run", "--format", "json").stdout)
    assert (why["followers"], why["audience_coverage"], why["posts"], why["posts_engaged"]) == (STATED, 0.1, 12, 0)
    shown = asked(place, monkeypatch, "explain", KOL, "run").stdout
    assert "10% of the 590 followers that the platform states are known" in shown
    kocs = json.loads(asked(place, monkeypatch, "kocs", "run", "--format", "json").stdout)
    assert {"followers", "audience_coverage", "posts", "posts_engaged"} <= set(kocs[0])
